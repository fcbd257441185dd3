/* Base64, strict on purpose: a text that is not base64 tells that a decimal column came as text (values.c). */
#include "base/base64.h"

static int digit_of(char c)
{
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        if (c == '+' || c == '-')
                return 62;
        if (c == '/' || c == '_')
                return 63;
        return -1;
}

bool base64_decode(struct arena *arena, struct text text, struct text *bytes)
{
        uint32_t length = text.length;
        uint32_t held = 0, bits = 0, at = 0;
        char *out;

        while (length > 0 && text.length - length < 2 && text.data[length - 1] == '=')
                length--;
        if (length % 4 == 1 || (length != text.length && text.length % 4 != 0))
                return false;
        out = arena_alloc(arena, (size_t)length / 4 * 3 + 3);
        for (uint32_t i = 0; i < length; i++) {
                int digit = digit_of(text.data[i]);

                if (digit < 0)
                        return false;
                held = (held << 6 | (uint32_t)digit) & 0xffffff;
                bits += 6;
                if (bits >= 8) {
                        bits -= 8;
                        out[at++] = (char)(held >> bits & 0xff);
                }
        }
        *bytes = (struct text){.data = out, .length = at};
        return true;
}

struct text base64_encode(struct arena *arena, struct text bytes)
{
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        char *out = arena_alloc(arena, ((size_t)bytes.length + 2) / 3 * 4 + 1);
        uint32_t at = 0;

        for (uint32_t i = 0; i < bytes.length; i += 3) {
                uint32_t left = bytes.length - i;
                uint32_t group = (uint32_t)(uint8_t)bytes.data[i] << 16;

                if (left > 1)
                        group |= (uint32_t)(uint8_t)bytes.data[i + 1] << 8;
                if (left > 2)
                        group |= (uint8_t)bytes.data[i + 2];
                out[at++] = digits[group >> 18];
                out[at++] = digits[group >> 12 & 63];
                out[at++] = left > 1 ? digits[group >> 6 & 63] : '=';
                out[at++] = left > 2 ? digits[group & 63] : '=';
        }
        out[at] = '\0';
        return (struct text){.data = out, .length = at};
}
