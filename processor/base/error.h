/* error.h: what a failure means for the caller, and the sentence that a person reads.
 *
 * 0 is success. A negative code is forwarded unchanged until somebody acts on it. A positive value is an outcome that
 * the function's header lists and its caller handles. The sentence is made where the fact is known, with all that
 * locates it (`erp.customer[3]@1842: field "siret": 13 digits, expected 14`), and travels beside the code.
 */
#pragma once

#include <stdarg.h>

enum {
        ERR_REJECT = -1, /* this input cannot be used: dead-letter it and go on */
        ERR_RETRY = -2,  /* a passing fault: abort the batch, rewind, try again */
        ERR_FATAL = -3,  /* stop; a restart recovers from committed state */
        ERR_USAGE = -4,  /* the person's command or configuration is wrong: say so and exit with 2 */
};

#define ERROR_TEXT_MAX 1024

struct error {
        char text[ERROR_TEXT_MAX]; /* empty when nothing failed */
};

/* Writes the sentence into @error (NULL is allowed) and returns @code. Longer sentences are cut. */
int error_set(struct error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "where: " before the sentence that is there. Returns @code. */
int error_prefix(struct error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
