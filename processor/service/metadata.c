/* Writing and reading the note. Strict: a note that is almost right was written by somebody else. */
#include "service/metadata.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void note_make_instance(char id[NOTE_ID_SIZE])
{
        struct hash128 random;

        if (getrandom(&random, sizeof(random), 0) != sizeof(random))
                abort(); /* 16 bytes are never short once the system is up */
        hash128_to_hex(random, id);
}

void note_write(const struct note *note, char text[NOTE_TEXT_SIZE])
{
        char records[HASH128_HEX_SIZE] = "-", derived[HASH128_HEX_SIZE] = "-";

        if (note->has_digest) {
                hash128_to_hex(note->digest.records, records);
                hash128_to_hex(note->digest.derived, derived);
        }
        snprintf(text, NOTE_TEXT_SIZE, "v1 %s %s %" PRIu64 " %s %s", note->instance, note->epoch, note->beat, records,
                 derived);
}

/* The next word of *@rest, which ends at a blank or the end; false if there is none or it is too long. */
static bool take_word(const char **rest, char *word, size_t size)
{
        size_t length = strcspn(*rest, " ");

        if (length == 0 || length >= size)
                return false;
        memcpy(word, *rest, length);
        word[length] = '\0';
        *rest += length;
        if (**rest == ' ')
                (*rest)++;
        return true;
}

static bool parse_hash(const char *hex, struct hash128 *hash)
{
        char half[17] = "";

        if (strlen(hex) != 32 || strspn(hex, "0123456789abcdef") != 32)
                return false;
        memcpy(half, hex, 16); /* the order of hash128_to_hex() */
        hash->high = strtoull(half, NULL, 16);
        hash->low = strtoull(hex + 16, NULL, 16);
        return true;
}

bool note_parse(const char *text, struct note *note)
{
        char version[8], beat[24], records[HASH128_HEX_SIZE], derived[HASH128_HEX_SIZE];
        const char *rest = text;
        char *end;

        *note = (struct note){0};
        if (!take_word(&rest, version, sizeof(version)) || strcmp(version, "v1") != 0)
                return false;
        if (!take_word(&rest, note->instance, sizeof(note->instance)) ||
            !take_word(&rest, note->epoch, sizeof(note->epoch)) || !take_word(&rest, beat, sizeof(beat)) ||
            !take_word(&rest, records, sizeof(records)) || !take_word(&rest, derived, sizeof(derived)) || *rest)
                return false;
        note->beat = strtoull(beat, &end, 10);
        if (*end || beat[0] == '-')
                return false;
        if (strcmp(records, "-") == 0 && strcmp(derived, "-") == 0)
                return true;
        note->has_digest = true;
        return parse_hash(records, &note->digest.records) && parse_hash(derived, &note->digest.derived);
}
