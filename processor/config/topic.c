/* Names and patterns of topics. */
#include "config/topic.h"

#include <stdio.h>
#include <string.h>

/* glibc compiles "x+" as "xx*", so each level of "((a+)+)+" doubles what is inside of it. */
#define PATTERN_PLUSES_MAX 8

bool topic_is_name(struct text text)
{
        for (uint32_t i = 0; i < text.length; i++) {
                char c = text.data[i];

                if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '_' || c == '-'))
                        return false;
        }
        return text.length > 0 && text.length <= TOPIC_NAME_MAX && !text_equal(text, TEXT(".")) &&
               !text_equal(text, TEXT(".."));
}

bool topic_is_pattern(struct text text)
{
        return text_starts_with(text, TEXT("^"));
}

int topic_compile(struct text pattern, regex_t *regex, struct error *error)
{
        char text[TOPIC_NAME_MAX + 1], why[256];
        int code, pluses = 0;

        if (pattern.length > TOPIC_NAME_MAX)
                return error_set(error, ERR_USAGE, "%u bytes, %d are allowed", pattern.length, TOPIC_NAME_MAX);
        if (memchr(pattern.data, '\0', pattern.length))
                return error_set(error, ERR_USAGE, "a NUL byte");
        for (uint32_t i = 0; i + 1 < pattern.length; i++) {
                if (pattern.data[i] == '\\' && pattern.data[i + 1] >= '0' && pattern.data[i + 1] <= '9')
                        return error_set(error, ERR_USAGE, "a back reference");
        }
        for (uint32_t i = 0; i < pattern.length; i++) {
                if (pattern.data[i] == '+' && ++pluses > PATTERN_PLUSES_MAX)
                        return error_set(error, ERR_USAGE, "more than %d '+'", PATTERN_PLUSES_MAX);
        }
        if (memchr(pattern.data, '{', pattern.length))
                return error_set(error, ERR_USAGE, "a repetition with a count");
        snprintf(text, sizeof(text), "%.*s", TEXT_ARG(pattern));
        code = regcomp(regex, text, REG_EXTENDED | REG_NOSUB);
        if (code == 0)
                return 0;
        regerror(code, regex, why, sizeof(why));
        return error_set(error, ERR_USAGE, "%s", why);
}
