/* phone_shim.h: the few calls of libphonenumber (C++) that telephones need, in C.
 *
 * https://github.com/google/libphonenumber. The library's tables are one shared, read-only object; calls are
 * thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum phone_verdict {
        PHONE_NONE,     /* no telephone number */
        PHONE_POSSIBLE, /* the length fits, but no such range is assigned */
        PHONE_VALID,
};

#define PHONE_E164_SIZE 24 /* '+', 15 digits and a NUL, with room */

/* Parses @data as a number of @region (ISO 3166-1 alpha-2, or "ZZ") and writes its E.164 form. */
enum phone_verdict phone_shim_parse(const char *data, size_t length, const char *region, char e164[PHONE_E164_SIZE]);

/* Writes an E.164 number as people write it, with its country ("+33 4 65 71 20 14") or within it ("04 65 71 20 14").
 * False if it cannot be parsed. */
#define PHONE_FORMATTED_SIZE 64
bool phone_shim_format(const char *data, size_t length, bool international, char out[PHONE_FORMATTED_SIZE]);

/* True if the range is assigned. */
bool phone_shim_is_valid(int country_code, uint64_t national_number);

/* Example numbers for tests: the national form of a valid number of the @index-th type in @region. False if there is
 * none. */
bool phone_shim_example(const char *region, int index, bool international, char *out, size_t size);

#ifdef __cplusplus
}
#endif
