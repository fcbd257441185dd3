/* store.h: the local state, tables in one LMDB environment.
 *
 * One writer (the engine's thread) holds one long write transaction from checkpoint to checkpoint; readers open
 * snapshots, which show the last checkpoint. Only this folder includes lmdb.h.
 *
 * Errors are sticky: after a failure every put does nothing, every get says "not found", and store_failed() /
 * store_commit() report the first failure (ERR_FATAL). So callers check once a batch.
 * Bytes that a get returns are valid until the transaction's next write or its end.
 * A write transaction is ended by the thread that began it. One process opens a directory once.
 * Record and node numbers are internal; they depend on arrival and must never decide an order, a tie or an id.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "record/record.h"

#define STORE_FORMAT_VERSION 2

struct store;
struct store_txn;

enum store_table {
        STORE_META,
        STORE_RECORD_INDEX,
        STORE_RECORD,
        STORE_RECORD_STATE,
        STORE_NODE_INDEX,
        STORE_NODE,
        STORE_NODE_MEMBER,
        STORE_BLOCK,
        STORE_EDGE,
        STORE_REFERENCE,
        STORE_GHOST_BLOCK,
        STORE_GOLDEN,
        STORE_CONFLICT,
        STORE_CONFLICT_INDEX,
        STORE_OUTPUT,
        STORE_FEED,
        STORE_FEED_INDEX,
        STORE_DECISION,
        STORE_DECISION_INDEX,
        STORE_TABLE_COUNT,
};

const char *store_table_name(enum store_table table);

struct store_options {
        const char *path;   /* directory; made when missing */
        uint64_t map_bytes; /* address space, sparse; grown automatically between transactions */
        bool read_only;     /* for inspect, explain, digest beside a running service */
        bool no_sync;       /* for throw-away states of replay only */
};

/* Opens or makes the state. Refuses (ERR_USAGE, with the remedy) a directory that another process writes, a format
 * newer than STORE_FORMAT_VERSION, and a directory that holds something else. */
int store_open(const struct store_options *options, struct store **store, struct error *error);
void store_close(struct store *store); /* NULL is allowed; aborts an open write transaction */

/* The write transaction; one at a time. store_begin grows the map first where the last one ran low. */
int store_begin(struct store *store, struct store_txn **txn, struct error *error);
int store_commit(struct store_txn *txn, struct error *error);
void store_abort(struct store_txn *txn);
bool store_failed(const struct store_txn *txn);
int store_error(const struct store_txn *txn, struct error *error); /* 0, or the sticky failure */

/* A read snapshot; used with the same get functions. Keep it short: it pins freed pages. */
int store_snapshot(struct store *store, struct store_txn **txn, struct error *error);
void store_snapshot_end(struct store_txn *txn);

/* Bytes dirtied since store_begin, roughly; a checkpoint is due near 100 MB. */
uint64_t store_dirty_bytes(const struct store_txn *txn);
uint64_t store_size_bytes(const struct store *store);

/* --- meta: small named values. Names that begin with "store." are the module's own. */
bool store_get_meta(struct store_txn *txn, struct text name, struct text *value);
void store_put_meta(struct store_txn *txn, struct text name, struct text value);
void store_delete_meta(struct store_txn *txn, struct text name);

/* --- records: number (u32, from 1) -> encoded record; index by key hash, collisions chained */
uint32_t store_find_record(struct store_txn *txn, struct record_key key);                   /* 0: none */
uint32_t store_add_record(struct store_txn *txn, struct record_key key, struct text value); /* gives the number */
void store_put_record(struct store_txn *txn, uint32_t record, struct text value);
bool store_get_record(struct store_txn *txn, uint32_t record, struct text *value);
/* With its index entry and its state; the number is not given again. */
void store_delete_record(struct store_txn *txn, uint32_t record);
uint32_t store_record_count(struct store_txn *txn); /* highest number given */

/* What is derived for a record: its value node and the record that anchors its entity. 0: none. */
struct record_state {
        uint32_t node;
        uint32_t anchor;
};

void store_put_record_state(struct store_txn *txn, uint32_t record, struct record_state state);
bool store_get_record_state(struct store_txn *txn, uint32_t record, struct record_state *state);

/* --- value nodes: number (u32, from 1; numbers of deleted nodes are not reused) -> encoded features */
uint32_t store_find_node(struct store_txn *txn, struct text features); /* 0: none */
uint32_t store_add_node(struct store_txn *txn, struct text features);
/* With its index entry; members, postings, edges are the caller's. */
void store_delete_node(struct store_txn *txn, uint32_t node);
bool store_get_node(struct store_txn *txn, uint32_t node, struct text *features);

void store_add_member(struct store_txn *txn, uint32_t node, uint32_t record);
void store_delete_member(struct store_txn *txn, uint32_t node, uint32_t record);
/* Members of @node in ascending number, in @arena. */
uint32_t store_get_members(struct store_txn *txn, struct arena *arena, uint32_t node, uint32_t **records);
uint32_t store_count_members(struct store_txn *txn, uint32_t node);

/* --- blocking postings: key -> node numbers. The same functions serve ghosts (STORE_GHOST_BLOCK) and references
 * (STORE_REFERENCE), whose postings are record numbers. */
struct store_posting {
        uint64_t key;
        uint32_t number;
        bool add; /* false: delete */
};

/* Applies @postings, which the caller has sorted by key, in one cursor sweep. Repeats are harmless. */
void store_apply_postings(struct store_txn *txn, enum store_table table, const struct store_posting *postings,
                          size_t count);
/* What a sweep found and left under one key. */
struct store_key_group {
        uint64_t key;
        uint32_t before; /* postings of the key before the sweep */
        uint32_t after;
        const uint32_t *numbers; /* the postings after it, ascending; NULL when there are more than the limit */
};

/* The same, and tells for each distinct key what is there now, in order of keys: one descent into the tree where
 * counting, applying and reading would take four. Repeats of a posting within @postings are not allowed. Everything
 * given is in @arena. Returns the number of groups. */
size_t store_sweep_postings(struct store_txn *txn, struct arena *arena, enum store_table table,
                            const struct store_posting *postings, size_t count, uint32_t limit,
                            struct store_key_group **groups);

uint32_t store_count_postings(struct store_txn *txn, enum store_table table, uint64_t key);
/* At most @max postings of @key, ascending, into @numbers; returns the true count. */
uint32_t store_get_postings(struct store_txn *txn, enum store_table table, uint64_t key, uint32_t *numbers,
                            uint32_t max);

/* --- edges: scored pairs of nodes, stored in both directions */
struct store_edge {
        uint32_t a;
        uint32_t b;
        int32_t posterior_mbit;
        bool cannot_link;
        bool add; /* false: delete */
};

/* Applies @edges in both directions, sorted inside. */
void store_apply_edges(struct store_txn *txn, struct arena *scratch, const struct store_edge *edges, size_t count);

/* All edges of @node, ascending by the other node, appended to the arena array. */
struct store_neighbour {
        uint32_t node;
        int32_t posterior_mbit;
        bool cannot_link;
};

uint32_t store_get_edges(struct store_txn *txn, struct arena *arena, uint32_t node, struct store_neighbour **edges);

/* --- golden: anchor record -> encoded golden record; conflicts: id -> encoded conflict; index anchor -> ids */
void store_put_golden(struct store_txn *txn, uint32_t anchor, struct text value);
void store_delete_golden(struct store_txn *txn, uint32_t anchor);
bool store_get_golden(struct store_txn *txn, uint32_t anchor, struct text *value);

void store_put_conflict(struct store_txn *txn, struct hash128 id, struct text value);
void store_delete_conflict(struct store_txn *txn, struct hash128 id);
bool store_get_conflict(struct store_txn *txn, struct hash128 id, struct text *value);
void store_add_conflict_of(struct store_txn *txn, uint32_t anchor, struct hash128 id);
void store_delete_conflict_of(struct store_txn *txn, uint32_t anchor, struct hash128 id);
uint32_t store_get_conflicts_of(struct store_txn *txn, struct arena *arena, uint32_t anchor, struct hash128 **ids);

/* --- outputs that are named by topic and key alone (commands): hash of both -> encoded output */
void store_put_output(struct store_txn *txn, struct hash128 id, struct text value);
void store_delete_output(struct store_txn *txn, struct hash128 id);
bool store_get_output(struct store_txn *txn, struct hash128 id, struct text *value);

/* --- feeds: hash of feed and entity -> encoded candidate for a row; index: hash of feed and value -> candidates */
void store_put_feed(struct store_txn *txn, struct hash128 id, struct text value);
void store_delete_feed(struct store_txn *txn, struct hash128 id);
bool store_get_feed(struct store_txn *txn, struct hash128 id, struct text *value);
void store_add_feed_of(struct store_txn *txn, uint64_t key, struct hash128 id);
void store_delete_feed_of(struct store_txn *txn, uint64_t key, struct hash128 id);
uint32_t store_get_feeds_of(struct store_txn *txn, struct arena *arena, uint64_t key, struct hash128 **ids);

/* --- decisions: hash of the subject -> encoded decision; index: hash of what it is about (a record's key, a conflict's
 * id) -> subjects */
void store_put_decision(struct store_txn *txn, struct hash128 subject, struct text value);
void store_delete_decision(struct store_txn *txn, struct hash128 subject);
bool store_get_decision(struct store_txn *txn, struct hash128 subject, struct text *value);
void store_add_decision_of(struct store_txn *txn, uint64_t key, struct hash128 subject);
void store_delete_decision_of(struct store_txn *txn, uint64_t key, struct hash128 subject);
uint32_t store_get_decisions_of(struct store_txn *txn, struct arena *arena, uint64_t key, struct hash128 **subjects);

/* --- walking a table in key order, for inspect, rebuild and the outputs of replay. run() returns 0 to go on; another
 * value ends the walk and is returned. Numbers are given as 8-byte big-endian keys in @key, and likewise in @value
 * where a table leads to numbers (indexes, members, postings): each pair is one call. A failure of the state ends the
 * walk with ERR_FATAL. run() must not write to the table. */
int store_walk(struct store_txn *txn, enum store_table table,
               int (*run)(void *context, struct text key, struct text value), void *context);
/* The same from the first key that is not below @start, in the form in which a walk shows keys. */
int store_walk_from(struct store_txn *txn, enum store_table table, struct text start,
                    int (*run)(void *context, struct text key, struct text value), void *context);
uint64_t store_count(struct store_txn *txn, enum store_table table);
uint64_t store_table_bytes(struct store_txn *txn, enum store_table table);

/* Reading what a walk shows: a number; an id of 16 bytes (key of STORE_CONFLICT, STORE_OUTPUT and STORE_FEED, value of
 * their indexes); the values of STORE_RECORD_STATE and STORE_EDGE, whose key is a in the upper and b in the lower 32
 * bits (false: a damaged value). */
uint64_t store_read_number(struct text shown);
struct hash128 store_read_id(struct text shown);
bool store_read_state(struct text value, struct record_state *state);
bool store_read_edge(struct text value, int32_t *posterior_mbit, bool *cannot_link);

#ifdef DURAND_FAULT_POINTS
/* Makes the @calls-th call of LMDB from now on in this thread fail with EIO; 0: none. For tests. */
void store_test_fail_after(uint64_t calls);
uint64_t store_test_calls_left(void); /* 0: it has failed */
#endif
