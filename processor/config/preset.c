/* Mappings that come with the program: the files of presets/, read by the same code as everything else. */
#include "config/preset.h"

#include "config/load.h"

struct text preset_find(struct text name)
{
        for (const struct preset_file *file = preset_files; file->name; file++) {
                if (text_equal(name, text_from(file->name)))
                        return (struct text){.data = (const char *)file->data, .length = (uint32_t)file->length};
        }
        return TEXT_NONE;
}

const char *preset_name(size_t index)
{
        for (size_t i = 0; i <= index; i++) {
                if (!preset_files[i].name)
                        return NULL;
        }
        return preset_files[index].name;
}
