/* The engine's outside: opening, applying a batch, checkpoints, digests.
 *
 * The digests of R and D and the counts live in memory and in the table `meta`, where a checkpoint writes them in the
 * same transaction as the state they describe.
 */
#include "engine/decisions.h"
#include "engine/digest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SEED_GHOST 0x647572616e640003ULL
#define META_SUMS "engine.sums"
#define META_EPOCH "engine.epoch"
#define META_ATTRIBUTES "engine.attributes" /* names of added attributes, a line each */

/* What is kept in META_SUMS. */
struct sums {
        struct engine_digest digest;
        struct engine_counts counts;
};

struct text output_topic_name(struct arena *arena, enum output_topic topic, enum record_type type, struct text target)
{
        switch (topic) {
        case OUTPUT_GOLDEN:
                return arena_printf(arena, "golden.%s", record_type_name(type));
        case OUTPUT_CHANGES:
                return TEXT("changes");
        case OUTPUT_CONFLICTS:
                return TEXT("conflicts");
        case OUTPUT_RECORDS:
                return TEXT("records");
        case OUTPUT_PREVIEW:
                return arena_printf(arena, "sync-preview.%.*s", TEXT_ARG(target));
        case OUTPUT_FEED:
                return arena_printf(arena, "feed.%.*s", TEXT_ARG(target));
        case OUTPUT_SYNC:
        case OUTPUT_TOPIC_COUNT:
                break;
        }
        return arena_printf(arena, "sync.%.*s", TEXT_ARG(target));
}

static void read_sums(struct engine *engine)
{
        struct text value;
        struct sums sums;

        if (!store_get_meta(engine->txn, TEXT(META_SUMS), &value) || value.length != sizeof(sums))
                return;
        memcpy(&sums, value.data, sizeof(sums));
        engine->digest = sums.digest;
        engine->counts = sums.counts;
        engine->counts.changes = engine->counts.pairs = engine->counts.outputs = 0;
}

static void write_sums(struct engine *engine)
{
        struct sums sums;

        memset(&sums, 0, sizeof(sums));
        sums.digest = engine->digest;
        sums.counts = engine->counts;
        store_put_meta(engine->txn, TEXT(META_SUMS),
                       (struct text){.data = (const char *)&sums, .length = sizeof(sums)});
}

bool engine_read_epoch(struct store_txn *txn, struct text *epoch)
{
        return store_get_meta(txn, TEXT(META_EPOCH), epoch);
}

/* Numbers of attributes are those of the configuration, and R is stored with numbers. */
static void write_vocabulary(struct engine *engine)
{
        const struct vocabulary *vocabulary = &engine->config->vocabulary;

        buffer_clear(&engine->scratch);
        for (uint32_t i = ATTRIBUTE_BUILTIN_COUNT; i < vocabulary->count; i++)
                buffer_printf(&engine->scratch, "%s\n", vocabulary->attributes[i].name);
        store_put_meta(engine->txn, TEXT(META_ATTRIBUTES), buffer_view(&engine->scratch));
}

bool engine_read_vocabulary(struct store_txn *txn, struct vocabulary *vocabulary)
{
        struct text names;

        vocabulary_init(vocabulary);
        if (!store_get_meta(txn, TEXT(META_ATTRIBUTES), &names))
                return false;
        for (uint32_t from = 0; from < names.length;) {
                int64_t end = text_find_byte(names, '\n', from);

                if (end < 0 || vocabulary_add(vocabulary, text_slice(names, from, (uint32_t)end - from), KIND_TEXT,
                                              true, true, false) == ATTRIBUTE_NONE)
                        return false;
                from = (uint32_t)end + 1;
        }
        return true;
}

uint64_t engine_ghost_seed(const struct config *config)
{
        return hash64_text(config->ghost_secret, SEED_GHOST);
}

/* D belongs to one M. Another one needs a rebuild; silently mixing two would break everything that D promises. */
static int check_epoch(struct engine *engine, struct error *error)
{
        struct text epoch = text_from(engine->config->epoch);
        struct text stored;

        if (!engine_read_epoch(engine->txn, &stored)) {
                store_put_meta(engine->txn, TEXT(META_EPOCH), epoch);
                write_vocabulary(engine);
                return 0;
        }
        if (text_equal(stored, epoch))
                return 0;
        return error_set(error, ERR_USAGE,
                         "the state was made with another configuration or model (epoch %.*s, now %.*s); give it the "
                         "configuration it was made with, or a new state directory, which is rebuilt from the topic "
                         "`records`",
                         TEXT_ARG(stored), TEXT_ARG(epoch));
}

static int open_workers(struct engine *engine, unsigned threads, struct error *error)
{
        engine->parallel = parallel_new(threads);
        engine->workers = parallel_threads(engine->parallel);
        for (unsigned i = 0; i < engine->workers; i++) {
                engine->standard[i] = standard_new(engine->config, error);
                if (!engine->standard[i])
                        return ERR_FATAL;
                engine->scorer[i] = scorer_new(engine->model);
        }
        return 0;
}

int engine_open(const struct engine_options *options, struct engine **out, struct error *error)
{
        struct engine *engine = calloc(1, sizeof(*engine));
        int r;

        if (!engine)
                return error_set(error, ERR_FATAL, "out of memory");
        engine->config = options->config;
        engine->model = options->model;
        engine->store = options->store;
        engine->ghost_seed = engine_ghost_seed(engine->config);
        engine->erasure_key = erasure_make_key(engine->config->ghost_secret);
        r = open_workers(engine, options->threads, error);
        if (r == 0)
                r = store_begin(engine->store, &engine->txn, error);
        if (r == 0)
                r = check_epoch(engine, error);
        if (r == 0)
                r = ghost_filter_open(engine, error);
        if (r == 0)
                r = decisions_open(engine, error);
        if (r < 0) {
                engine_close(engine);
                return r;
        }
        read_sums(engine);
        *out = engine;
        return 0;
}

void engine_close(struct engine *engine)
{
        if (!engine)
                return;
        if (engine->txn)
                store_abort(engine->txn);
        for (unsigned i = 0; i < engine->workers; i++) {
                standard_free(engine->standard[i]);
                scorer_free(engine->scorer[i]);
                arena_free(&engine->worker_arena[i]);
        }
        parallel_free(engine->parallel);
        arena_free(&engine->arena);
        arena_free(&engine->scratch_arena);
        arena_free(&engine->decided_arena);
        buffer_free(&engine->scratch);
        free(engine->ghost_filter);
        free(engine);
}

static void begin_batch(struct engine *engine, engine_emit emit, void *context, struct error *error)
{
        engine->emit = emit;
        engine->emit_context = context;
        engine->error = error;
}

static int end_batch(struct engine *engine, int r)
{
        if (r >= 0)
                r = store_error(engine->txn, engine->error);
        if (r < 0)
                engine->broken = true;
        arena_reset(&engine->arena);
        for (unsigned i = 0; i < engine->workers; i++)
                arena_reset(&engine->worker_arena[i]);
        engine->emit = NULL;
        return r < 0 ? r : 0;
}

static int check_usable(const struct engine *engine, struct error *error)
{
        if (engine->broken)
                return error_set(error, ERR_FATAL, "the engine failed before and must be opened anew");
        return 0;
}

int engine_apply(struct engine *engine, const struct changes *changes, engine_emit emit, void *context,
                 struct error *error)
{
        struct batch batch;
        int r = check_usable(engine, error);

        if (r < 0)
                return r;
        begin_batch(engine, emit, context, error);
        batch_init(&batch, &engine->arena);
        r = batch_merge(engine, &batch, changes);
        if (r == 0)
                r = batch_settle(engine, &batch);
        engine->counts.changes += changes->count;
        return end_batch(engine, r);
}

/* Overwrites the record's work with what the log says. */
static int restore_record(struct engine *engine, struct batch *batch, struct text value, struct error *error)
{
        const struct json_node *root;
        struct record record;
        struct work *work;
        int r;

        r = json_parse(&engine->arena, arena_text(&engine->arena, value), &root, error);
        if (r < 0)
                return error_prefix(error, ERR_FATAL, "topic records");
        r = record_read_json(&engine->arena, &engine->config->vocabulary, root, &record, error);
        if (r < 0)
                return error_prefix(error, r, "topic records");
        r = batch_find_work(engine, batch, record.key, &work);
        if (r < 0)
                return r;
        work->record = record;
        work->changed = true;
        return 0;
}

/* A null in the log: the record's tombstone ran out, or the record was erased. Nothing of it stays but its key. */
static int restore_tombstone(struct engine *engine, struct batch *batch, struct text key, struct error *error)
{
        const struct json_node *root;
        struct record_key record_key;
        struct work *work;
        int r;

        r = json_parse(&engine->arena, arena_text(&engine->arena, key), &root, error);
        if (r < 0)
                return error_prefix(error, ERR_FATAL, "topic records, key");
        record_key.source = json_scalar_text(json_get(root, "source"));
        record_key.entity = json_scalar_text(json_get(root, "entity"));
        record_key.record_id = json_scalar_text(json_get(root, "record_id"));
        r = batch_find_work(engine, batch, record_key, &work);
        if (r < 0)
                return r;
        work->record = (struct record){.key = work->record.key, .first_time_ms = TIME_UNKNOWN_MS};
        work->changed = true;
        return 0;
}

/* J stands in the same log, under keys of its own. */
static bool is_subject(struct text key)
{
        return text_starts_with(key, TEXT("{\"subject\""));
}

static int restore_decision(struct engine *engine, struct batch *batch, struct text key, struct text value,
                            bool tombstone, struct error *error)
{
        const struct json_node *key_node, *value_node = NULL;
        int r = json_parse(&engine->arena, arena_text(&engine->arena, key), &key_node, error);

        if (r == 0 && !tombstone)
                r = json_parse(&engine->arena, arena_text(&engine->arena, value), &value_node, error);
        if (r == 0)
                r = batch_restore_decision(engine, batch, key_node, value_node, error);
        return r < 0 ? error_prefix(error, ERR_FATAL, "topic records") : 0;
}

int engine_restore(struct engine *engine, struct text key, struct text value, bool tombstone, struct error *error)
{
        int r = check_usable(engine, error);

        if (r < 0)
                return r;
        begin_batch(engine, NULL, NULL, error);
        if (!engine->restoring) {
                engine->restoring = arena_calloc(&engine->arena, 1, sizeof(*engine->restoring));
                batch_init(engine->restoring, &engine->arena);
        }
        if (is_subject(key))
                r = restore_decision(engine, engine->restoring, key, value, tombstone, error);
        else
                r = tombstone ? restore_tombstone(engine, engine->restoring, key, error)
                              : restore_record(engine, engine->restoring, value, error);
        if (r < 0)
                engine->broken = true;
        return r;
}

int engine_restore_flush(struct engine *engine, struct error *error)
{
        int r = check_usable(engine, error);

        if (r < 0 || !engine->restoring)
                return r;
        begin_batch(engine, NULL, NULL, error);
        r = batch_settle(engine, engine->restoring);
        engine->restoring = NULL;
        return end_batch(engine, r);
}

int engine_checkpoint(struct engine *engine, struct error *error)
{
        struct store_txn *txn = engine->txn;
        int r = check_usable(engine, error);

        if (r < 0)
                return r;
        write_sums(engine);
        engine->txn = NULL;
        r = store_commit(txn, error);
        if (r == 0)
                r = store_begin(engine->store, &engine->txn, error);
        if (r < 0)
                engine->broken = true;
        return r;
}

/* Beyond 131,072 dirty pages LMDB spills and random puts become many times slower; stay well below. */
#define CHECKPOINT_DIRTY_BYTES ((uint64_t)384 << 20)

bool engine_checkpoint_due(const struct engine *engine)
{
        return store_dirty_bytes(engine->txn) > CHECKPOINT_DIRTY_BYTES;
}

uint64_t engine_dirty_bytes(const struct engine *engine)
{
        /* None is open when a checkpoint has failed, and the metrics ask all the same. */
        return engine->txn ? store_dirty_bytes(engine->txn) : 0;
}

bool engine_get_meta(struct engine *engine, const char *name, struct text *value)
{
        return store_get_meta(engine->txn, text_from(name), value);
}

void engine_put_meta(struct engine *engine, const char *name, struct text value)
{
        store_put_meta(engine->txn, text_from(name), value);
}

struct engine_digest engine_digest(const struct engine *engine)
{
        return engine->digest;
}

struct engine_counts engine_counts(const struct engine *engine)
{
        return engine->counts;
}

int engine_read_digest(struct store_txn *txn, struct engine_digest *digest, struct error *error)
{
        struct text value;
        struct sums sums;

        if (!store_get_meta(txn, TEXT(META_SUMS), &value) || value.length != sizeof(sums))
                return error_set(error, ERR_USAGE, "the state has no checkpoint yet");
        memcpy(&sums, value.data, sizeof(sums));
        *digest = sums.digest;
        return 0;
}

int engine_put_output(struct engine *engine, const struct output *output)
{
        engine->counts.outputs++;
        if (!engine->emit)
                return 0;
        return engine->emit(engine->emit_context, output);
}
