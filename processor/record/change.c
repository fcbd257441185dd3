/* Names of operations, as `durand decode` prints them. */
#include "record/change.h"

const char *change_op_name(enum change_op op)
{
        static const char *const names[] = {
                [CHANGE_UPSERT] = "upsert", [CHANGE_DELETE] = "delete",     [CHANGE_UNDELETE] = "undelete",
                [CHANGE_GAP] = "gap",       [CHANGE_OVERFLOW] = "overflow", [CHANGE_TRUNCATE] = "truncate",
                [CHANGE_DECIDE] = "decide",
        };

        return names[op];
}
