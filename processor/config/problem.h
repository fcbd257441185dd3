/* problem.h: collecting what is wrong with a configuration, and finding what was meant.
 *
 * Internal to config. Nothing here stops the reading: every check goes on after it has reported.
 */
#pragma once

#include "config/config.h"
#include "config/document.h"

/* A file with more mistakes than this is not a configuration; further ones are only counted. */
#define PROBLEMS_MAX 1000

struct problem_sink {
        struct config_problems *problems;
        struct text file;
        uint32_t errors;
        uint32_t dropped; /* beyond PROBLEMS_MAX */
};

/* Sentences without a full stop; @remedy is an imperative or NULL. @node gives the place; NULL is the file's start. */
void problem_error(struct problem_sink *sink, const struct node *node, const char *remedy, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
void problem_warning(struct problem_sink *sink, const struct node *node, const char *remedy, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* The same with the place in numbers. */
void problem_error_at(struct problem_sink *sink, int32_t line, int32_t column, const char *remedy, const char *format,
                      ...) __attribute__((format(printf, 5, 6)));

/* The last problem's remedy, formatted. */
void problem_remedy(struct problem_sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sorts by line and column; problems of one place keep their order. */
void problem_sort(struct config_problems *problems);

/* The search for the known word that a misspelt one is nearest to. */
struct nearest {
        struct text wanted;
        struct text best;
        uint32_t distance;
};

void nearest_init(struct nearest *nearest, struct text wanted);
void nearest_offer(struct nearest *nearest, struct text known);

/* True if the best offer is near enough to be what was meant: a third of the letters may be wrong. */
bool nearest_found(const struct nearest *nearest);

/* Damerau-Levenshtein distance (optimal string alignment) without regard to ASCII case and to '-', '_' and blanks;
 * UINT32_MAX for words of more than 64 bytes. */
uint32_t nearest_distance(struct text a, struct text b);
