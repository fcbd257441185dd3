/* deadletter_actions.h: the actions of `durand deadletter`, a file each. */
#pragma once

#include "cli/deadletter_scan.h"

struct deadletter_arguments {
        const char *config;
        struct letter_filter filter;
        int64_t limit; /* of list; 0: all */
        bool json;
        bool raw;          /* of show: the bytes of the value and nothing else */
        bool all;          /* of replay: every letter, where no filter is given */
        const char *value; /* of replay: file with the repaired bytes */
        const char *key;   /* likewise, itself */
        bool dry_run;
        bool yes;
};

/* Each returns an exit code; @reader is open. */
int deadletter_list(const struct deadletter_arguments *arguments, struct letter_reader *reader);
int deadletter_show(const struct deadletter_arguments *arguments, struct letter_reader *reader);
int deadletter_replay(const struct deadletter_arguments *arguments, struct letter_reader *reader);

/* Says why not, and returns the exit code for @r. */
int deadletter_fail(int r, const struct error *error);

/* What list and show say in JSON: members of the open object. */
struct json_writer;
void deadletter_write_members(struct json_writer *writer, const struct letter *letter);
