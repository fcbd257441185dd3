/* Slices of bytes: comparison, trimming, and the UTF-8 check at the border.
 *
 * Everything is ASCII-only on purpose: canonical forms must not depend on a locale. Unicode belongs to standard/.
 */
#include "base/text.h"

#include <string.h>

struct text text_from(const char *string)
{
        if (!string)
                return TEXT_NONE;
        return (struct text){.data = string, .length = (uint32_t)strlen(string)};
}

static char ascii_lower(char c)
{
        return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool text_equal_ascii_case(struct text a, struct text b)
{
        if (a.length != b.length)
                return false;
        for (uint32_t i = 0; i < a.length; i++) {
                if (ascii_lower(a.data[i]) != ascii_lower(b.data[i]))
                        return false;
        }
        return true;
}

int text_compare(struct text a, struct text b)
{
        uint32_t shorter = a.length < b.length ? a.length : b.length;
        int order = shorter ? memcmp(a.data, b.data, shorter) : 0;

        if (order != 0)
                return order < 0 ? -1 : 1;
        return (a.length > b.length) - (a.length < b.length);
}

bool text_starts_with(struct text a, struct text prefix)
{
        return a.length >= prefix.length && (prefix.length == 0 || memcmp(a.data, prefix.data, prefix.length) == 0);
}

bool text_ends_with(struct text a, struct text suffix)
{
        if (a.length < suffix.length)
                return false;
        return suffix.length == 0 || memcmp(a.data + a.length - suffix.length, suffix.data, suffix.length) == 0;
}

static bool is_space(char c)
{
        return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text t)
{
        while (t.length > 0 && is_space(t.data[0])) {
                t.data++;
                t.length--;
        }
        while (t.length > 0 && is_space(t.data[t.length - 1]))
                t.length--;
        return t;
}

int64_t text_find_byte(struct text t, char byte, uint32_t from)
{
        const char *found;

        if (from >= t.length)
                return -1;
        found = memchr(t.data + from, byte, t.length - from);
        return found ? found - t.data : -1;
}

struct text text_slice(struct text t, uint32_t from, uint32_t length)
{
        if (from >= t.length)
                return TEXT_NONE;
        if (length > t.length - from)
                length = t.length - from;
        return (struct text){.data = t.data + from, .length = length};
}

bool text_to_i64(struct text t, int64_t *value)
{
        bool negative = false;
        uint64_t limit, sum = 0;
        uint32_t i = 0;

        if (t.length > 0 && (t.data[0] == '-' || t.data[0] == '+')) {
                negative = t.data[0] == '-';
                i = 1;
        }
        if (i == t.length)
                return false;
        limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
        for (; i < t.length; i++) {
                unsigned digit = (unsigned)(unsigned char)t.data[i] - '0';

                if (digit > 9 || sum > (limit - digit) / 10)
                        return false;
                sum = sum * 10 + digit;
        }
        *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
        return true;
}

/* Length of the well-formed sequence at @s (at most @left bytes), or 0. RFC 3629, section 4. */
static uint32_t utf8_sequence(const unsigned char *s, uint32_t left)
{
        unsigned char lead = s[0];

        if (lead < 0x80)
                return 1;
        if (lead >= 0xc2 && lead <= 0xdf)
                return left >= 2 && (s[1] & 0xc0) == 0x80 ? 2 : 0;
        if (lead >= 0xe0 && lead <= 0xef) {
                unsigned char low = lead == 0xe0 ? 0xa0 : 0x80;
                unsigned char high = lead == 0xed ? 0x9f : 0xbf;

                return left >= 3 && s[1] >= low && s[1] <= high && (s[2] & 0xc0) == 0x80 ? 3 : 0;
        }
        if (lead >= 0xf0 && lead <= 0xf4) {
                unsigned char low = lead == 0xf0 ? 0x90 : 0x80;
                unsigned char high = lead == 0xf4 ? 0x8f : 0xbf;

                return left >= 4 && s[1] >= low && s[1] <= high && (s[2] & 0xc0) == 0x80 && (s[3] & 0xc0) == 0x80 ? 4
                                                                                                                  : 0;
        }
        return 0;
}

bool text_is_identifier(struct text t)
{
        for (uint32_t i = 0; i < t.length; i++) {
                char c = t.data[i];
                bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

                if (!letter && (i == 0 || c < '0' || c > '9'))
                        return false;
        }
        return t.length > 0;
}

bool text_is_utf8(struct text t)
{
        const unsigned char *s = (const unsigned char *)t.data;

        for (uint32_t i = 0; i < t.length;) {
                uint32_t step = utf8_sequence(s + i, t.length - i);

                if (step == 0)
                        return false;
                i += step;
        }
        return true;
}
