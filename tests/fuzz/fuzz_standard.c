/* Standardisers: the first byte chooses an attribute of the vocabulary, the second a country that it is read in, the
 * rest is the value.
 *
 * The same text twice gives the same value (nothing depends on caches or on memory that was not set), a valid value
 * stays valid when it is standardised again, and equal texts compare as equal.
 */
#include "config/config.h"
#include "standard/standard.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const countries[] = {"", "fr", "de", "us", "gb", "au", "jp", "br"};

static struct standard *open_standard(void)
{
        static struct config config;
        struct error error;
        struct standard *standard;

        config_init_builtin(&config);
        standard = standard_new(&config, &error);
        if (!standard)
                abort();
        return standard;
}

static void require(bool holds, const char *what, uint16_t attribute, struct text value)
{
        if (holds)
                return;
        fprintf(stderr, "attribute %u: %s: '%.*s'\n", attribute, what, TEXT_ARG(value));
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct standard *standard;
        struct arena ARENA_CLEANUP arena = {0};
        struct text raw = {.data = (const char *)data + 2, .length = (uint32_t)size - 2}, value, again;
        uint8_t flags = 0, flags_again = 0;

        if (size < 2 || size > RECORD_VALUE_MAX)
                return 0;
        if (!standard)
                standard = open_standard();
        uint16_t attribute = (uint16_t)(1 + data[0] % (ATTRIBUTE_BUILTIN_COUNT - 1));
        const char *country = countries[data[1] % (sizeof(countries) / sizeof(countries[0]))];

        value = standard_value(standard, &arena, attribute, raw, country, &flags);
        again = standard_value(standard, &arena, attribute, raw, country, &flags_again);
        require(text_equal(value, again) && flags == flags_again, "another value the second time", attribute, again);
        if (!(flags & (SLOT_INVALID | SLOT_FAKE))) {
                standard_value(standard, &arena, attribute, value, country, &flags_again);
                require(!(flags_again & SLOT_INVALID), "its own value is invalid", attribute, value);
        }
        require(text_equal(standard_comparable(standard, &arena, attribute, value),
                           standard_comparable(standard, &arena, attribute, again)),
                "equal values compare as different", attribute, value);
        return 0;
}
