/* All of it happens while changes merge, one after the other, so that it does not matter how they were cut into
 * batches. */
#include "engine/erasure.h"

#include "engine/current.h"
#include "sync/sync.h"

#include <string.h>

#define ERASED "erased" /* the reason that J has of an erasure that somebody decided */

/* ---- J -------------------------------------------------------------------------------------------------------------
 */

/* The subject as it is kept: the record by its hash. */
static struct decision hide(struct engine *engine, struct arena *arena, struct record_key key)
{
        char hex[HASH128_HEX_SIZE];

        hash128_to_hex(erasure_hash_record(&engine->erasure_key, key), hex);
        return (struct decision){
                .kind = DECISION_ERASE,
                .records = {{.source = arena_text(arena, key.source),
                             .entity = arena_text(arena, key.entity),
                             .record_id = arena_text(arena, text_from(hex))}},
                .record_count = 1,
        };
}

static int add_tokens(struct engine *engine, const struct decision *kept, bool add, struct error *error)
{
        struct erasure_tokens tokens;

        if (!kept)
                return 0;
        if (!erasure_read_tokens(kept->value, &tokens))
                return error_set(error, ERR_FATAL, "an erasure in the state is damaged");
        for (uint32_t i = 0; i < tokens.count; i++) {
                uint32_t *count = map_put(&engine->erased_tokens, tokens.items[i], 0, NULL);

                *count = add ? *count + 1 : *count - 1;
        }
        engine->erasures += add;
        return 0;
}

int erasure_count(struct engine *engine, const struct decision *old, const struct decision *now, struct error *error)
{
        int r = add_tokens(engine, old, false, error);

        return r < 0 ? r : add_tokens(engine, now, true, error);
}

/* NULL in @subject: the record was not erased. */
static int find_erasure(struct engine *engine, struct batch *batch, struct record_key key,
                        struct decided_subject **subject)
{
        struct decision about;
        struct hash128 hash;
        struct text value;

        *subject = NULL;
        if (engine->erasures == 0)
                return 0;
        about = hide(engine, batch->arena, key);
        hash = decision_subject_hash(&about);
        if (!map_get(&batch->decided_index, hash.low) && !store_get_decision(engine->txn, hash, &value))
                return 0;
        *subject = batch_find_subject(engine, batch, &about);
        if (!*subject)
                return ERR_FATAL;
        if (!(*subject)->stands)
                *subject = NULL;
        return 0;
}

int batch_is_erased(struct engine *engine, struct batch *batch, struct record_key key, bool *erased)
{
        struct decided_subject *subject;
        int r = find_erasure(engine, batch, key, &subject);

        *erased = subject != NULL;
        return r;
}

/* True where the source is told to delete what it has. */
static bool is_asked(const struct engine *engine, struct record_key key, const struct sync_target **target)
{
        return config_find_sync(engine->config, key.source, key.entity, target) && (*target)->mode != SYNC_READ_ONLY;
}

/* ---- R -------------------------------------------------------------------------------------------------------------
 */

static void features_of(struct engine *engine, struct arena *arena, const struct record *record,
                        struct features *features)
{
        struct record copy = *record;

        standard_record(engine->standard[0], arena, &copy, features);
}

/* Nothing of the record stays. @tokens are those of a living person. */
static int remove_record(struct engine *engine, struct batch *batch, struct record_key key, const struct message *cause,
                         struct erasure_tokens *tokens, bool *alive)
{
        struct features *features = arena_alloc(batch->arena, sizeof(*features));
        struct work *work;
        int r = batch_find_work(engine, batch, key, &work);

        if (r < 0)
                return r;
        tokens->count = 0;
        *alive = work->record.alive;
        if (work->record.alive) {
                features_of(engine, batch->arena, &work->record, features);
                erasure_keep(&engine->erasure_key, features, tokens);
        }
        work->record = (struct record){.key = work->record.key, .first_time_ms = TIME_UNKNOWN_MS};
        work->changed = work->old_value.length > 0; /* one that came with this batch was never stored */
        work->cause = cause;
        if (work->number)
                map_put(&batch->erased, work->number, 1, NULL);
        return 0;
}

static void join_tokens(struct erasure_tokens *tokens, struct text kept)
{
        struct erasure_tokens more;

        if (!erasure_read_tokens(kept, &more))
                return;
        for (uint32_t i = 0; i < more.count && tokens->count < ERASURE_TOKENS_MAX; i++) {
                uint32_t j = 0;

                while (j < tokens->count && tokens->items[j] != more.items[i])
                        j++;
                if (j == tokens->count)
                        tokens->items[tokens->count++] = more.items[i];
        }
        erasure_sort_tokens(tokens);
}

/* The erasure @kept, whose subject is hidden, of the record @key. */
static int erase_record(struct engine *engine, struct batch *batch, struct record_key key, struct decision kept,
                        bool keep_tokens, const struct message *cause)
{
        struct erasure_tokens *tokens = arena_alloc(batch->arena, sizeof(*tokens));
        struct buffer text BUFFER_CLEANUP = {0};
        const struct sync_target *target;
        struct decided_subject *subject;
        bool alive;

        if (remove_record(engine, batch, key, cause, tokens, &alive) < 0 ||
            batch_withdraw_decisions_of(engine, batch, key, cause) < 0)
                return ERR_FATAL;
        subject = batch_find_subject(engine, batch, &kept);
        if (!subject)
                return ERR_FATAL;
        if (!keep_tokens)
                tokens->count = 0;
        if (subject->stands)
                join_tokens(tokens, subject->now.value);
        erasure_write_tokens(tokens, &text);
        kept.value = arena_text(batch->arena, buffer_view(&text));
        if (alive && is_asked(engine, key, &target))
                kept.pending = arena_text(batch->arena, key.record_id);
        else if (subject->stands)
                kept.pending = subject->now.pending;
        if (erasure_count(engine, subject->stands ? &subject->now : NULL, &kept, engine->error) < 0)
                return ERR_FATAL;
        subject->stands = true;
        subject->now = kept;
        subject->cause = cause;
        return 0;
}

static int end_erasure(struct engine *engine, struct batch *batch, const struct decision *about,
                       const struct message *message)
{
        struct decided_subject *subject = batch_find_subject(engine, batch, about);

        if (!subject)
                return ERR_FATAL;
        if (!subject->stands)
                return 0;
        subject->cause = decisions_withdrawal(batch, message, &subject->now);
        subject->stands = false;
        return erasure_count(engine, &subject->now, NULL, engine->error);
}

int batch_erase(struct engine *engine, struct batch *batch, const struct change *change)
{
        const struct decision *decision = change->decision;
        struct decision kept = hide(engine, batch->arena, decision->records[0]);
        struct decided_subject *subject;

        if (change->tombstone)
                return end_erasure(engine, batch, &kept, change->message);
        if (find_erasure(engine, batch, decision->records[0], &subject) < 0)
                return ERR_FATAL;
        kept.by = decision->by;
        kept.at_ms = decision->at_ms;
        kept.reason = TEXT(ERASED); /* a steward's own words often name the person */
        if (subject && subject->now.at_ms > kept.at_ms) {
                kept.by = subject->now.by;
                kept.at_ms = subject->now.at_ms;
        }
        return erase_record(engine, batch, decision->records[0], kept, true, change->message);
}

/* ---- who comes back ------------------------------------------------------------------------------------------------
 */

/* What the source still says of the person is hashed as well, so that it does not matter much whether the erasure or
 * the record came first. */
static int keep_more(struct engine *engine, struct batch *batch, struct decided_subject *subject,
                     const struct change *change)
{
        struct erasure_tokens *tokens = arena_alloc(batch->arena, sizeof(*tokens));
        struct features *features = arena_alloc(batch->arena, sizeof(*features));
        struct record said = {
                .key = {.source = change->source, .entity = change->entity, .record_id = change->record_id},
                .declared_type = change->type,
                .first_time_ms = TIME_UNKNOWN_MS,
        };
        struct buffer text BUFFER_CLEANUP = {0};
        struct decision kept = subject->now;

        record_merge(batch->arena, &said, change);
        if (!said.alive || !text_equal(kept.reason, TEXT(ERASED)))
                return 0;
        features_of(engine, batch->arena, &said, features);
        erasure_keep(&engine->erasure_key, features, tokens);
        join_tokens(tokens, kept.value);
        erasure_write_tokens(tokens, &text);
        if (text_equal(buffer_view(&text), kept.value))
                return 0;
        kept.value = arena_text(batch->arena, buffer_view(&text));
        if (erasure_count(engine, &subject->now, &kept, engine->error) < 0)
                return ERR_FATAL;
        subject->now = kept;
        subject->cause = change->message;
        return 0;
}

int batch_meet_erased(struct engine *engine, struct batch *batch, const struct change *change, bool *erased)
{
        struct record_key key = {.source = change->source, .entity = change->entity, .record_id = change->record_id};
        struct decided_subject *subject;
        const struct sync_target *target;
        struct text pending = TEXT_NONE;

        *erased = false;
        if (find_erasure(engine, batch, key, &subject) < 0)
                return ERR_FATAL;
        if (!subject)
                return 0;
        *erased = true;
        if (change->op != CHANGE_DELETE && is_asked(engine, key, &target))
                pending = arena_text(batch->arena, key.record_id);
        if (!text_equal(pending, subject->now.pending)) {
                subject->now.pending = pending;
                subject->cause = change->message;
        }
        return keep_more(engine, batch, subject, change);
}

static bool is_known_again(struct engine *engine, struct batch *batch, const struct record *record)
{
        struct features *features;
        struct erasure_tokens tokens;

        if (!record->alive)
                return false;
        features = arena_alloc(batch->arena, sizeof(*features));
        features_of(engine, batch->arena, record, features);
        erasure_ask(&engine->erasure_key, features, &tokens);
        for (uint32_t i = 0; i < tokens.count; i++) {
                const uint32_t *count = map_get(&engine->erased_tokens, tokens.items[i]);

                if (count && *count > 0)
                        return true;
        }
        return false;
}

void newcomer_begin(struct engine *engine, struct batch *batch, const struct record *record, struct newcomer *newcomer)
{
        *newcomer = (struct newcomer){.asked = engine->erased_tokens.count > 0};
        if (!newcomer->asked)
                return;
        newcomer->before = *record;
        newcomer->before.slots = arena_alloc(batch->arena, (record->slot_count + 1) * sizeof(*record->slots));
        if (record->slot_count > 0)
                memcpy(newcomer->before.slots, record->slots, record->slot_count * sizeof(*record->slots));
}

int newcomer_end(struct engine *engine, struct batch *batch, struct work *work, const struct newcomer *newcomer,
                 const struct change *change)
{
        struct record_key key = work->record.key;
        struct decision kept;

        if (!newcomer->asked || !is_known_again(engine, batch, &work->record) ||
            is_known_again(engine, batch, &newcomer->before))
                return 0;
        kept = hide(engine, batch->arena, key);
        kept.by = TEXT("durand");
        kept.reason = TEXT("known again");
        kept.at_ms = change->version.time_ms == TIME_UNKNOWN_MS ? 0 : change->version.time_ms;
        return erase_record(engine, batch, key, kept, false, change->message);
}

/* ---- targets -------------------------------------------------------------------------------------------------------
 */

static void touch_command(struct engine *engine, struct batch *batch, struct record_key key, bool want,
                          const struct message *cause)
{
        const struct sync_target *target;
        enum output_topic topic;
        struct buffer json BUFFER_CLEANUP = {0};

        if (key.record_id.length == 0 || !is_asked(engine, key, &target))
                return;
        topic = target->mode == SYNC_PREVIEW ? OUTPUT_PREVIEW : OUTPUT_SYNC;
        sync_write_erase(key, &json);
        if (want)
                current_want(batch, topic, key.source, sync_record_key(batch->arena, key), buffer_view(&json), cause);
        else
                current_touch(batch, topic, key.source, sync_record_key(batch->arena, key), cause);
}

void batch_ask_for_deletions(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->decided_count; i++) {
                const struct decided_subject *subject = &batch->decided[i];
                struct record_key key = subject->about.records[0];

                if (subject->about.kind != DECISION_ERASE || !subject->changed)
                        continue;
                key.record_id = subject->old_pending;
                touch_command(engine, batch, key, false, subject->cause);
                key.record_id = subject->now.pending;
                touch_command(engine, batch, key, subject->stands, subject->cause);
        }
}
