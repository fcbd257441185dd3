/* internal.h: what the files of resolve/ share. */
#pragma once

#include "base/map.h"
#include "resolve/resolve.h"

/* Records by the hash of "source\x1frecord id" and type, as references name them. */
struct resolve_lookup {
        struct map nodes; /* value: node */
};

uint64_t resolve_reference_hash(struct text reference, enum record_type type);
