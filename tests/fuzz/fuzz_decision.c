/* A steward's decision from arbitrary bytes: what is accepted is written, read again and is the same decision. */
#include "steward/decision.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

static bool same_bytes(const struct buffer *a, const struct buffer *b)
{
        return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct arena arena ARENA_CLEANUP = {0};
        struct buffer message BUFFER_CLEANUP = {0}, again BUFFER_CLEANUP = {0};
        struct buffer subject BUFFER_CLEANUP = {0}, same_subject BUFFER_CLEANUP = {0};
        struct decision decision, back;
        struct error error = {0};

        if (size > 2 * DECISION_BYTES_MAX)
                return 0;
        if (decision_parse(&arena, (struct text){(const char *)data, (uint32_t)size}, &decision, &error) < 0) {
                check(error.text[0] != '\0');
                return 0;
        }
        decision_write(&decision, &message);
        if (decision_parse(&arena, buffer_view(&message), &back, &error) < 0)
                abort();
        check(decision_compare(&decision, &back) == 0);
        decision_write(&back, &again);
        check(same_bytes(&message, &again));
        decision_write_subject(&decision, &subject);
        decision_write_subject(&back, &same_subject);
        check(same_bytes(&subject, &same_subject));
        return 0;
}
