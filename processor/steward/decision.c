/* One table says what each kind of decision carries; reading, writing and the subject's key all follow it.
 *
 * A field that a kind does not carry is refused, not ignored: "same" with a value is most likely a pin that somebody
 * mistyped, and a steward must hear that before it joins two persons.
 */
#include "steward/decision.h"

#include <string.h>

#define SEED_SUBJECT 0x647572616e64000cULL
#define SEED_ID 0x647572616e64000dULL

enum carries {
        CARRIES_ATTRIBUTE = 1,
        CARRIES_CONFLICT = 2,
        CARRIES_VALUE = 4,
};

struct kind_row {
        const char *name;
        const char *subject;
        uint32_t record_count;
        unsigned carries;
        uint32_t value_max;
};

static const struct kind_row kinds[] = {
        [DECISION_SAME] = {"same", "pair", 2, 0, 0},
        [DECISION_DIFFERENT] = {"different", "pair", 2, 0, 0},
        [DECISION_PIN] = {"pin", "value", 1, CARRIES_ATTRIBUTE | CARRIES_VALUE, RECORD_VALUE_MAX},
        [DECISION_RELEASE] = {"release", "value", 1, CARRIES_ATTRIBUTE, 0},
        [DECISION_DISMISS] = {"dismiss", "dismissal", 0, CARRIES_CONFLICT, 0},
        [DECISION_ASSIGN] = {"assign", "assignment", 0, CARRIES_CONFLICT | CARRIES_VALUE, DECISION_NAME_MAX},
        [DECISION_COMMENT] = {"comment", "comment", 0, CARRIES_CONFLICT | CARRIES_VALUE, DECISION_TEXT_MAX},
        [DECISION_ERASE] = {"erase", "person", 1, 0, 0},
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

const char *decision_kind_name(enum decision_kind kind)
{
        return kinds[kind].name;
}

/* ---- reading -------------------------------------------------------------------------------------------------------
 */

static const struct json_node *get(const struct json_node *object, const char *name)
{
        const struct json_node *node = json_get(object, name);

        return node && node->kind == JSON_NULL ? NULL : node;
}

/* A non-empty string of at most @max bytes where it is @wanted, otherwise nothing at all. */
static int read_text(const struct json_node *object, const char *name, bool wanted, uint32_t max, struct text *out,
                     struct error *error)
{
        const struct json_node *node = get(object, name);

        if (!wanted)
                return node ? error_set(error, ERR_REJECT, "field \"%s\": not part of this kind of decision", name) : 0;
        if (!json_is(node, JSON_STRING) || node->text.length == 0)
                return error_set(error, ERR_REJECT, "field \"%s\": a text that is not empty expected", name);
        if (node->text.length > max)
                return error_set(error, ERR_REJECT, "field \"%s\": %u bytes, at most %u are allowed", name,
                                 node->text.length, max);
        *out = node->text;
        return 0;
}

static int read_kind(const struct json_node *root, enum decision_kind *kind, struct error *error)
{
        struct text name = json_scalar_text(json_get(root, "decision"));

        for (size_t i = 0; i < KIND_COUNT; i++) {
                if (text_equal(name, text_from(kinds[i].name))) {
                        *kind = (enum decision_kind)i;
                        return 0;
                }
        }
        return error_set(error, ERR_REJECT,
                         "field \"decision\": same, different, pin, release, dismiss, assign, comment or erase "
                         "expected");
}

static int read_record(const struct json_node *node, struct record_key *key, struct error *error)
{
        if (!json_is(node, JSON_OBJECT) || node->count != 3)
                return error_set(error, ERR_REJECT,
                                 "field \"records\": each with source, entity and record_id, and nothing else");
        if (read_text(node, "source", true, DECISION_NAME_MAX, &key->source, error) < 0 ||
            read_text(node, "entity", true, DECISION_NAME_MAX, &key->entity, error) < 0 ||
            read_text(node, "record_id", true, RECORD_ID_MAX, &key->record_id, error) < 0)
                return error_prefix(error, ERR_REJECT, "field \"records\"");
        return 0;
}

static int read_records(const struct json_node *root, struct decision *decision, struct error *error)
{
        const struct json_node *records = get(root, "records");
        uint32_t expected = kinds[decision->kind].record_count, at = 0;

        if (expected == 0 && records)
                return error_set(error, ERR_REJECT, "field \"records\": not part of this kind of decision");
        if (expected == 0)
                return 0;
        if (!json_is(records, JSON_ARRAY) || records->count != expected)
                return error_set(error, ERR_REJECT, "field \"records\": an array of %u expected", expected);
        for (const struct json_node *node = records->child; node; node = node->next) {
                if (read_record(node, &decision->records[at++], error) < 0)
                        return ERR_REJECT;
        }
        decision->record_count = expected;
        if (expected == 2) {
                int order = record_key_compare(decision->records[0], decision->records[1]);
                struct record_key first = decision->records[0];

                if (order == 0)
                        return error_set(error, ERR_REJECT, "field \"records\": two different records expected");
                if (order > 0) {
                        decision->records[0] = decision->records[1];
                        decision->records[1] = first;
                }
        }
        return 0;
}

static bool is_field(struct text name)
{
        static const char *const fields[] = {"decision", "records", "attribute", "conflict",
                                             "value",    "by",      "reason",    "at"};

        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
                if (text_equal(name, text_from(fields[i])))
                        return true;
        }
        return false;
}

static int check_fields(const struct json_node *root, bool kept, struct error *error)
{
        for (const struct json_node *node = root->child; node; node = node->next) {
                if (!is_field(node->name) && !(kept && text_equal(node->name, TEXT("pending"))))
                        return error_set(error, ERR_REJECT,
                                         "a field that no decision has; decision, records, attribute, conflict, value, "
                                         "by, reason and at are known");
        }
        return 0;
}

static int read_about(const struct json_node *root, struct decision *decision, struct error *error)
{
        const struct kind_row *row = &kinds[decision->kind];

        if (read_records(root, decision, error) < 0 ||
            read_text(root, "attribute", row->carries & CARRIES_ATTRIBUTE, DECISION_NAME_MAX, &decision->attribute,
                      error) < 0 ||
            read_text(root, "conflict", row->carries & CARRIES_CONFLICT, DECISION_NAME_MAX, &decision->conflict,
                      error) < 0)
                return ERR_REJECT;
        return 0;
}

/* What only J has. */
static int read_kept_fields(const struct json_node *root, struct decision *decision, struct error *error)
{
        bool erases = decision->kind == DECISION_ERASE;

        if (erases && get(root, "value") &&
            read_text(root, "value", true, RECORD_VALUE_MAX, &decision->value, error) < 0)
                return ERR_REJECT;
        return get(root, "pending") ? read_text(root, "pending", erases, RECORD_ID_MAX, &decision->pending, error) : 0;
}

static int read_decision(const struct json_node *root, bool kept, struct decision *decision, struct error *error)
{
        const struct kind_row *row;
        bool erases;

        *decision = (struct decision){.at_ms = TIME_UNKNOWN_MS};
        if (!json_is(root, JSON_OBJECT))
                return error_set(error, ERR_REJECT, "a decision is a JSON object");
        if (check_fields(root, kept, error) < 0 || read_kind(root, &decision->kind, error) < 0 ||
            read_about(root, decision, error) < 0)
                return ERR_REJECT;
        row = &kinds[decision->kind];
        erases = kept && decision->kind == DECISION_ERASE;
        if ((!erases &&
             read_text(root, "value", row->carries & CARRIES_VALUE, row->value_max, &decision->value, error) < 0) ||
            (kept && read_kept_fields(root, decision, error) < 0) ||
            read_text(root, "by", true, DECISION_NAME_MAX, &decision->by, error) < 0 ||
            read_text(root, "reason", true, DECISION_TEXT_MAX, &decision->reason, error) < 0)
                return ERR_REJECT;
        if (!time_parse_iso(json_scalar_text(json_get(root, "at")), &decision->at_ms))
                return error_set(error, ERR_REJECT, "field \"at\": a time such as 2024-02-29T12:34:56Z expected");
        return 0;
}

int decision_read(const struct json_node *root, struct decision *decision, struct error *error)
{
        return read_decision(root, false, decision, error);
}

int decision_read_kept(const struct json_node *root, struct decision *decision, struct error *error)
{
        return read_decision(root, true, decision, error);
}

int decision_parse(struct arena *arena, struct text bytes, struct decision *decision, struct error *error)
{
        const struct json_node *root;

        if (bytes.length > DECISION_BYTES_MAX)
                return error_set(error, ERR_REJECT, "a decision of %u bytes, at most %d are allowed", bytes.length,
                                 DECISION_BYTES_MAX);
        if (json_parse(arena, bytes, &root, error) < 0)
                return ERR_REJECT;
        return decision_read(root, decision, error);
}

int decision_read_subject(const struct json_node *root, struct decision *subject, struct error *error)
{
        struct text name = json_scalar_text(json_get(root, "subject"));

        *subject = (struct decision){.at_ms = TIME_UNKNOWN_MS};
        for (size_t i = 0; i < KIND_COUNT; i++) {
                if (!text_equal(name, text_from(kinds[i].subject)))
                        continue;
                subject->kind = (enum decision_kind)i;
                return read_about(root, subject, error);
        }
        return error_set(error, ERR_REJECT,
                         "the key: {\"subject\": …} expected, with pair, value, dismissal, assignment, comment or "
                         "person");
}

/* ---- writing -------------------------------------------------------------------------------------------------------
 */

static void write_about(struct json_writer *json, const struct decision *decision)
{
        if (decision->record_count > 0) {
                json_write_name(json, "records");
                json_write_array(json);
                for (uint32_t i = 0; i < decision->record_count; i++) {
                        json_write_object(json);
                        json_write_name(json, "source");
                        json_write_text(json, decision->records[i].source);
                        json_write_name(json, "entity");
                        json_write_text(json, decision->records[i].entity);
                        json_write_name(json, "record_id");
                        json_write_text(json, decision->records[i].record_id);
                        json_write_object_end(json);
                }
                json_write_array_end(json);
        }
        if (decision->attribute.length > 0) {
                json_write_name(json, "attribute");
                json_write_text(json, decision->attribute);
        }
        if (decision->conflict.length > 0) {
                json_write_name(json, "conflict");
                json_write_text(json, decision->conflict);
        }
}

void decision_write(const struct decision *decision, struct buffer *out)
{
        struct json_writer json;
        char at[TIME_TEXT_SIZE];

        time_format_iso(decision->at_ms, at);
        json_writer_init(&json, out);
        json_write_object(&json);
        json_write_name(&json, "decision");
        json_write_string(&json, decision_kind_name(decision->kind));
        write_about(&json, decision);
        if (decision->value.length > 0) {
                json_write_name(&json, "value");
                json_write_text(&json, decision->value);
        }
        if (decision->pending.length > 0)
                json_write_member_text(&json, "pending", decision->pending);
        json_write_name(&json, "by");
        json_write_text(&json, decision->by);
        json_write_name(&json, "reason");
        json_write_text(&json, decision->reason);
        json_write_name(&json, "at");
        json_write_string(&json, at);
        json_write_object_end(&json);
}

void decision_write_subject(const struct decision *decision, struct buffer *out)
{
        struct json_writer json;

        json_writer_init(&json, out);
        json_write_object(&json);
        json_write_name(&json, "subject");
        json_write_string(&json, kinds[decision->kind].subject);
        write_about(&json, decision);
        json_write_object_end(&json);
}

struct hash128 decision_subject_hash(const struct decision *decision)
{
        struct buffer key BUFFER_CLEANUP = {0};

        decision_write_subject(decision, &key);
        return hash128(key.data, key.length, SEED_SUBJECT);
}

void decision_id(const struct decision *decision, char out[DECISION_ID_SIZE])
{
        struct buffer message BUFFER_CLEANUP = {0};

        decision_write(decision, &message);
        memcpy(out, "d-", 2);
        hash128_to_id(hash128(message.data, message.length, SEED_ID), out + 2);
}

/* ---- order ---------------------------------------------------------------------------------------------------------
 */

int decision_compare(const struct decision *a, const struct decision *b)
{
        int order = (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms);

        if (order == 0)
                order = (int)a->kind - (int)b->kind;
        for (uint32_t i = 0; order == 0 && i < a->record_count; i++)
                order = record_key_compare(a->records[i], b->records[i]);
        if (order == 0)
                order = text_compare(a->attribute, b->attribute);
        if (order == 0)
                order = text_compare(a->conflict, b->conflict);
        if (order == 0)
                order = text_compare(a->value, b->value);
        if (order == 0)
                order = text_compare(a->by, b->by);
        if (order == 0)
                order = text_compare(a->reason, b->reason);
        return order;
}
