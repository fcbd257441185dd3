/* Single fields of an address as people see them: country codes, postal codes in the form of their country. */
#include "standard/address.h"

#include <string.h>

struct text country_in_line(struct work *work, struct text line)
{
        struct text code;

        for (int segments = 0; segments < 2 && line.length > 0; segments++) {
                uint32_t comma = line.length;

                while (comma > 0 && line.data[comma - 1] != ',' && line.data[comma - 1] != '\n')
                        comma--;
                if (comma == 0)
                        break;
                code = text_trim(text_slice(line, comma, line.length));
                code = code.length > 3 ? country_find(work, code) : TEXT_NONE;
                if (code.length > 0)
                        return code;
                line.length = comma - 1;
        }
        return TEXT_NONE;
}

struct text country_find(struct work *work, struct text raw)
{
        struct text code, words = fold_words(work->standard->folder, work->arena, raw);

        return lexicon_find(work->standard->lexicon, LEXICON_COUNTRY, words, &code) && code.length == 2 ? code
                                                                                                        : TEXT_NONE;
}

static struct text upper_ascii(struct arena *arena, struct text t)
{
        struct text copy = arena_text(arena, t);
        char *data = (char *)(uintptr_t)copy.data;

        for (uint32_t i = 0; i < copy.length; i++)
                if (ascii_is_lower(data[i]))
                        data[i] = (char)(data[i] & ~0x20);
        return copy;
}

/* Upper case; the blank where the country writes one; the leading zeros that a spreadsheet took away. */
static struct text postal_code_value(struct work *work, struct text raw)
{
        static const struct {
                char country[3];
                uint8_t digits;
        } lengths[] = {{"FR", 5}, {"DE", 5}, {"US", 5}, {"IT", 5}, {"ES", 5},
                       {"AU", 4}, {"CH", 4}, {"AT", 4}, {"BE", 4}};
        struct text shown = upper_ascii(work->arena, fold_display(work->arena, raw));
        struct text code = fold_code(work->standard->folder, work->arena, raw);

        if (address_is_joined_code(fold_text(work->standard->folder, work->arena, code)))
                return arena_printf(work->arena, "%.*s %.*s", TEXT_ARG(text_slice(code, 0, code.length - 3)),
                                    TEXT_ARG(text_slice(code, code.length - 3, 3)));
        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
                if (memcmp(lengths[i].country, work->country, 2) == 0 && text_is_digits(code) &&
                    code.length + 1U == lengths[i].digits)
                        return arena_printf(work->arena, "0%.*s", TEXT_ARG(code));
        return shown;
}

struct canonical address_standardise(struct work *work, uint16_t attribute, struct text raw)
{
        struct canonical result = {.flags = misc_is_placeholder(work, raw) ? SLOT_FAKE : 0};

        if (attribute == ATTRIBUTE_ADDRESS_COUNTRY)
                result.value = upper_ascii(work->arena, country_find(work, raw));
        else if (attribute == ATTRIBUTE_ADDRESS_POSTAL_CODE)
                result.value = postal_code_value(work, raw);
        if (result.value.length == 0)
                result.value = fold_display(work->arena, raw);
        return result;
}
