/* A model file from arbitrary bytes: what is accepted is written, read again and has the same hash and the same bytes.
 */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MODEL_BYTES_MAX 65536

static void check(bool holds)
{
        if (!holds)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct buffer file BUFFER_CLEANUP = {0}, again BUFFER_CLEANUP = {0};
        struct model *model, *back;
        struct error error = {0};

        if (size > MODEL_BYTES_MAX)
                return 0;
        if (model_load_text((struct text){(const char *)data, (uint32_t)size}, "model.json", &model, &error) < 0) {
                check(error.text[0] != '\0');
                return 0;
        }
        model_write_json(model, &file);
        if (model_load_text(buffer_view(&file), "again.json", &back, &error) < 0)
                abort();
        model_write_json(back, &again);
        check(strcmp(model_hash(model), model_hash(back)) == 0);
        check(file.length == again.length && memcmp(file.data, again.data, file.length) == 0);
        model_free(model);
        model_free(back);
        return 0;
}
