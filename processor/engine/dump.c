/* The whole of R and D as it stands, as outputs: what replay writes to its files at the end, and what a rebuild
 * compares. */
#include "engine/batch.h"

#include "conflict/conflict.h"
#include "engine/current.h"
#include "steward/decision.h"

#include <string.h>

struct dump {
        struct store_txn *txn;
        const struct vocabulary *vocabulary;
        struct arena arena;
        engine_emit emit;
        engine_member member;
        void *context;
        struct error *error;
};

static uint64_t number_of(struct text key)
{
        uint64_t number = 0;

        for (uint32_t i = 0; i < key.length && i < 8; i++)
                number = number << 8 | (unsigned char)key.data[i];
        return number;
}

static int dump_record(void *context, struct text key, struct text value)
{
        struct dump *dump = context;
        struct buffer json_key = {0}, json = {0};
        struct record record;
        int r;

        (void)key;
        arena_reset(&dump->arena);
        if (record_decode(&dump->arena, value, &record, dump->error) < 0)
                return ERR_FATAL;
        if (!record.alive && !record.ever_updated && !record.ever_deleted && !record.ever_stale)
                return 0;
        record_key_write_json(record.key, &json_key);
        record_write_json(dump->vocabulary, &record, &json);
        r = dump->emit(dump->context, &(struct output){
                                              .topic = OUTPUT_RECORDS,
                                              .key = buffer_view(&json_key),
                                              .value = buffer_view(&json),
                                      });
        buffer_free(&json_key);
        buffer_free(&json);
        return r;
}

static int dump_decision(void *context, struct text key, struct text value)
{
        struct dump *dump = context;
        struct buffer subject BUFFER_CLEANUP = {0};
        const struct json_node *root;
        struct decision decision;

        (void)key;
        arena_reset(&dump->arena);
        if (json_parse(&dump->arena, value, &root, dump->error) < 0 ||
            decision_read_kept(root, &decision, dump->error) < 0)
                return error_prefix(dump->error, ERR_FATAL, "a stored decision");
        decision_write_subject(&decision, &subject);
        return dump->emit(dump->context, &(struct output){
                                                 .topic = OUTPUT_RECORDS,
                                                 .key = buffer_view(&subject),
                                                 .value = value,
                                         });
}

static int dump_golden(void *context, struct text key, struct text value)
{
        struct dump *dump = context;
        char id[ENTITY_ID_SIZE];
        struct stored stored;
        struct record anchor;
        struct text json, bytes;

        arena_reset(&dump->arena);
        if (stored_decode(&dump->arena, value, &stored, dump->error) < 0 ||
            stored_json(&dump->arena, &stored, &json, dump->error) < 0)
                return ERR_FATAL;
        if (!store_get_record(dump->txn, (uint32_t)number_of(key), &bytes) ||
            record_decode(&dump->arena, bytes, &anchor, dump->error) < 0)
                return error_set(dump->error, ERR_FATAL, "the anchor of a golden record is missing or damaged");
        golden_entity_id(stored.type, anchor.key, id);
        return dump->emit(dump->context, &(struct output){
                                                 .topic = OUTPUT_GOLDEN,
                                                 .type = stored.type,
                                                 .key = text_from(id),
                                                 .value = json,
                                         });
}

static int dump_conflict(void *context, struct text key, struct text value)
{
        struct dump *dump = context;
        const struct json_node *root;
        struct stored stored;
        struct text json;

        (void)key;
        arena_reset(&dump->arena);
        if (stored_decode(&dump->arena, value, &stored, dump->error) < 0)
                return ERR_FATAL;
        if (stored.json_length == 0)
                return 0; /* dismissed */
        if (stored_json(&dump->arena, &stored, &json, dump->error) < 0 ||
            json_parse(&dump->arena, json, &root, dump->error) < 0)
                return ERR_FATAL;
        return dump->emit(dump->context, &(struct output){
                                                 .topic = OUTPUT_CONFLICTS,
                                                 .type = stored.type,
                                                 .key = json_scalar_text(json_get(root, "conflict_id")),
                                                 .value = json,
                                         });
}

static int dump_output(void *context, struct text key, struct text value)
{
        struct dump *dump = context;
        struct current_stored output;
        struct stored stored;
        struct text json;

        (void)key;
        arena_reset(&dump->arena);
        if (current_decode(value, &output) < 0)
                return error_set(dump->error, ERR_FATAL, "a stored output is damaged");
        if (stored_decode(&dump->arena, output.stored, &stored, dump->error) < 0 ||
            stored_json(&dump->arena, &stored, &json, dump->error) < 0)
                return ERR_FATAL;
        return dump->emit(dump->context, &(struct output){
                                                 .topic = output.topic,
                                                 .target = output.target,
                                                 .key = output.key,
                                                 .value = json,
                                         });
}

int engine_dump_snapshot(struct store_txn *txn, const struct vocabulary *vocabulary, engine_emit emit, void *context,
                         struct error *error)
{
        struct dump dump = {.txn = txn, .vocabulary = vocabulary, .emit = emit, .context = context, .error = error};
        int r = store_walk(txn, STORE_RECORD, dump_record, &dump);

        if (r == 0)
                r = store_walk(txn, STORE_DECISION, dump_decision, &dump);
        if (r == 0)
                r = store_walk(txn, STORE_GOLDEN, dump_golden, &dump);
        if (r == 0)
                r = store_walk(txn, STORE_CONFLICT, dump_conflict, &dump);
        if (r == 0)
                r = store_walk(txn, STORE_OUTPUT, dump_output, &dump);
        arena_free(&dump.arena);
        return r;
}

int engine_dump(struct engine *engine, engine_emit emit, void *context, struct error *error)
{
        return engine_dump_snapshot(engine->txn, &engine->config->vocabulary, emit, context, error);
}

static int list_golden(void *context, struct text key, struct text value)
{
        struct dump *dump = context;
        char id[ENTITY_ID_SIZE];
        struct stored stored;
        struct record record;
        struct text bytes;
        int r = 0;

        arena_reset(&dump->arena);
        if (stored_decode(&dump->arena, value, &stored, dump->error) < 0)
                return ERR_FATAL;
        if (!store_get_record(dump->txn, (uint32_t)number_of(key), &bytes) ||
            record_decode(&dump->arena, bytes, &record, dump->error) < 0)
                return error_set(dump->error, ERR_FATAL, "the anchor of a golden record is missing or damaged");
        golden_entity_id(stored.type, record.key, id);
        for (uint32_t i = 0; r == 0 && i < stored.member_count; i++) {
                if (!store_get_record(dump->txn, stored.members[i], &bytes) ||
                    record_decode(&dump->arena, bytes, &record, dump->error) < 0)
                        return error_set(dump->error, ERR_FATAL, "a member of %s is missing or damaged", id);
                r = dump->member(dump->context, record.key, stored.type, text_from(id));
        }
        return r;
}

int engine_list_members_snapshot(struct store_txn *txn, engine_member member, void *context, struct error *error)
{
        struct dump dump = {.txn = txn, .member = member, .context = context, .error = error};
        int r = store_walk(txn, STORE_GOLDEN, list_golden, &dump);

        arena_free(&dump.arena);
        return r;
}

int engine_list_members(struct engine *engine, engine_member member, void *context, struct error *error)
{
        return engine_list_members_snapshot(engine->txn, member, context, error);
}
