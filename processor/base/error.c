/* The sentence that travels with an error code. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

int error_set(struct error *error, int code, const char *format, ...)
{
        va_list arguments;

        if (!error)
                return code;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof(error->text), format, arguments);
        va_end(arguments);
        return code;
}

int error_prefix(struct error *error, int code, const char *format, ...)
{
        char where[ERROR_TEXT_MAX];
        char rest[ERROR_TEXT_MAX];
        va_list arguments;

        if (!error)
                return code;
        va_start(arguments, format);
        vsnprintf(where, sizeof(where), format, arguments);
        va_end(arguments);
        memcpy(rest, error->text, sizeof(rest));
        snprintf(error->text, sizeof(error->text), "%.500s: %.500s", where, rest);
        return code;
}
