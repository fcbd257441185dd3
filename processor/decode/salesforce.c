/* Salesforce Change Data Capture.
 *
 * Every event carries a ChangeEventHeader; around it are as many envelopes as there are ways out of Salesforce (CometD,
 * Pub/Sub API, Confluent's and Camel's connectors, Redpanda Connect, EventBridge). We look for the header through the
 * usual wrappers and decode what stands beside it.
 *
 * null has three meanings, and the form decides (docs/dialects.md):
 *   CometD         only changed fields are there; null: set to null
 *   Pub/Sub        every field is there; null: unchanged, unless nulledFields names it
 *   Connect        Confluent's connector pads what CometD left out; null: unchanged, unless changedFields names it
 */
#include "decode/decoder.h"
#include "decode/fields.h"
#include "decode/key.h"
#include "decode/mapping.h"
#include "decode/names.h"
#include "decode/values.h"

#include "base/clock.h"

#include <string.h>

enum name_list {
        NAMES_CHANGED,
        NAMES_NULLED,
        NAMES_DIFFED
};
enum null_form {
        NULL_IS_CHANGE,
        NULL_IF_NULLED,
        NULL_IF_CHANGED
};

struct event {
        const struct json_node *body;   /* the object that holds the header and the fields */
        const struct json_node *schema; /* its Connect schema, or NULL */
        const struct json_node *header;
        struct text change_type;
        struct text entity;
        struct version version;
        enum null_form form;
        struct field_names names[3]; /* by enum name_list */
};

/* Wrappers around an event: EventBridge, CometD, Connect, Camel, and what people's own bridges call them. */
static const char *const wrappers[] = {"detail", "payload", "data", "body", "message", "event", "value"};

#define WRAPPERS_MAX 8

static bool find_header(struct decoder *decoder, struct event *event)
{
        const struct json_node *node = value_untag(decoder->value);

        event->schema = NULL;
        for (int depth = 0; depth < WRAPPERS_MAX && json_is(node, JSON_OBJECT); depth++) {
                const struct json_node *inner = NULL;

                event->header = value_untag(decoder_nested(decoder, json_get(node, "ChangeEventHeader")));
                if (json_is(event->header, JSON_OBJECT)) {
                        event->body = node;
                        return true;
                }
                event->schema = json_get(node, "schema");
                if (!json_is(event->schema, JSON_OBJECT))
                        event->schema = NULL;
                for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++) {
                        inner = value_untag(decoder_nested(decoder, json_get(node, wrappers[i])));
                        if (json_is(inner, JSON_OBJECT))
                                break;
                        inner = NULL;
                }
                node = inner;
        }
        return false;
}

static const struct json_node *header_get(const struct event *event, const char *name)
{
        return value_untag(json_get(event->header, name));
}

static uint64_t header_number(const struct event *event, const char *name)
{
        struct text digits = json_scalar_text(header_get(event, name));
        uint64_t value = 0;

        for (uint32_t i = 0; i < digits.length; i++) {
                unsigned digit = (unsigned)digits.data[i] - '0';

                if (digit > 9)
                        break;
                if (value > (UINT64_MAX - digit) / 10)
                        return UINT64_MAX;
                value = value * 10 + digit;
        }
        return value;
}

static struct version read_version(const struct decoder *decoder, const struct event *event)
{
        const struct json_node *time = header_get(event, "commitTimestamp");
        struct version version = {
                .time_ms = decoder->message->timestamp_ms,
                .major = header_number(event, "commitNumber"),
                .minor = header_number(event, "sequenceNumber"),
        };
        int64_t number;

        if (json_to_i64(time, &number))
                version.time_ms = value_guess_time_ms(number);
        else if (json_is(time, JSON_STRING) && time_parse_iso(time->text, &number))
                version.time_ms = number;
        return version;
}

/* Confluent's connector puts its own columns beside the event's. */
static bool is_bookkeeping(struct text name)
{
        static const struct text names[] = {TEXT_INIT("ChangeEventHeader"), TEXT_INIT("ReplayId"),
                                            TEXT_INIT("_ObjectType"), TEXT_INIT("_EventType"), TEXT_INIT("replayId")};

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                if (text_equal(name, names[i]))
                        return true;
        }
        return false;
}

static int read_event(struct decoder *decoder, struct event *event)
{
        const struct json_node *nulled;

        event->change_type = json_scalar_text(header_get(event, "changeType"));
        event->entity = json_scalar_text(header_get(event, "entityName"));
        if (event->change_type.length == 0)
                return decoder_reject(decoder, "ChangeEventHeader.changeType is missing");
        if (event->entity.length == 0)
                event->entity = decoder->entity_hint;
        if (event->entity.length == 0)
                return decoder_reject(decoder, "ChangeEventHeader.entityName is missing");
        event->version = read_version(decoder, event);
        nulled = header_get(event, "nulledFields");
        if (json_is(nulled, JSON_ARRAY))
                event->form = NULL_IF_NULLED;
        else if (json_get(event->body, "ReplayId") || json_get(event->body, "_ObjectType"))
                event->form = NULL_IF_CHANGED;
        else
                event->form = NULL_IS_CHANGE;
        names_read(decoder->arena,
                   (const struct json_node *const[]){header_get(event, "changedFields"), nulled,
                                                     header_get(event, "diffFields")},
                   event->body, event->names);
        if (event->form == NULL_IS_CHANGE && event->names[NAMES_CHANGED].bitmaps)
                event->form =
                        NULL_IF_CHANGED; /* every field is there, and nothing else tells which null means something */
        return 0;
}

/* A unified diff, or CometD's {"diff": …}: never a value ("Sending Data Differences for Fields of Updated Records"). */
static bool is_diff(const struct event *event, struct text name, const struct json_node *node)
{
        if (node->kind == JSON_OBJECT)
                return node->count == 1 && text_equal(node->child->name, TEXT("diff"));
        if (event->names[NAMES_DIFFED].count == 0 && !event->names[NAMES_DIFFED].unresolved)
                return false;
        if (names_have(&event->names[NAMES_DIFFED], name))
                return true;
        return event->names[NAMES_DIFFED].unresolved && node->kind == JSON_STRING &&
               text_starts_with(node->text, TEXT("--- "));
}

/* What null at @name says, by the form; true: it was set to null. */
static bool is_unset(const struct event *event, struct text name)
{
        switch (event->form) {
        case NULL_IS_CHANGE:
                return true;
        case NULL_IF_NULLED:
                return names_have(&event->names[NAMES_NULLED], name);
        case NULL_IF_CHANGED:
                break;
        }
        return names_have(&event->names[NAMES_CHANGED], name);
}

/* Fields of a compound ("Name", "MailingAddress"), each named "Compound.Part". */
static int add_compound(struct decoder *decoder, const struct event *event, struct field_list *list, struct text name,
                        const struct json_node *compound)
{
        for (const struct json_node *part = compound->child; part; part = part->next) {
                struct text path = fields_join(decoder->arena, name, part->name);
                const struct json_node *value = value_untag(part);
                int r = 0;

                if (value->kind != JSON_NULL || is_unset(event, path))
                        r = fields_add_member(decoder, list, path, value, NULL);
                if (r < 0)
                        return r;
        }
        return 0;
}

struct body_fields {
        struct field_list list;
        struct text diffs[32]; /* fields that came as a difference */
        uint32_t diff_count;
};

static int add_nulled(struct decoder *decoder, const struct field_names *nulled, struct field_list *list)
{
        uint32_t count = list->count;

        for (uint32_t i = 0; i < nulled->count; i++) {
                struct change_field field = {.name = nulled->names[i]};
                uint32_t k = 0;

                while (k < count && !names_flat_equal(list->items[k].name, field.name))
                        k++;
                if (k == count && fields_add(decoder, list, field, 0) < 0)
                        return ERR_REJECT;
        }
        return 0;
}

static int read_fields(struct decoder *decoder, const struct event *event, struct body_fields *fields)
{
        const struct json_node *cursor = NULL;

        for (const struct json_node *member = event->body->child; member; member = member->next) {
                const struct json_node *value = value_untag(member);
                const struct json_node *schema = value_field_schema(event->schema, member->name, &cursor);
                int r = 0;

                if (is_bookkeeping(member->name) || (value->kind == JSON_NULL && !is_unset(event, member->name)))
                        continue;
                if (is_diff(event, member->name, value)) {
                        if (fields->diff_count < 32)
                                fields->diffs[fields->diff_count++] = member->name;
                } else if (value->kind == JSON_OBJECT && value->count > 0) {
                        r = add_compound(decoder, event, &fields->list, member->name, value);
                } else {
                        r = fields_add_member(decoder, &fields->list, member->name, value, schema);
                }
                if (r < 0)
                        return r;
        }
        /* Pub/Sub, partial bodies: what nulledFields names by name needs no null in the body. */
        return add_nulled(decoder, &event->names[NAMES_NULLED], &fields->list);
}

/* --- operations */

enum operation {
        OPERATION_SET,
        OPERATION_UNDELETE,
        OPERATION_DELETE,
        OPERATION_GAP,
        OPERATION_OVERFLOW
};

struct change_type {
        struct text name;
        enum operation operation;
        bool whole; /* the event carries every field that is not null */
};

static const struct change_type change_types[] = {
        {TEXT_INIT("CREATE"), OPERATION_SET, true},
        {TEXT_INIT("UPDATE"), OPERATION_SET, false},
        {TEXT_INIT("DELETE"), OPERATION_DELETE, false},
        {TEXT_INIT("UNDELETE"), OPERATION_UNDELETE, true},
        {TEXT_INIT("GAP_CREATE"), OPERATION_GAP, false},
        {TEXT_INIT("GAP_UPDATE"), OPERATION_GAP, false},
        {TEXT_INIT("GAP_DELETE"), OPERATION_GAP, false},
        {TEXT_INIT("GAP_UNDELETE"), OPERATION_GAP, false},
        {TEXT_INIT("GAP_OVERFLOW"), OPERATION_OVERFLOW, false},
        {TEXT_INIT("OVERFLOW"), OPERATION_OVERFLOW, false},
};

static const struct change_type *find_change_type(struct text name)
{
        for (size_t i = 0; i < sizeof(change_types) / sizeof(change_types[0]); i++) {
                if (text_equal_ascii_case(name, change_types[i].name))
                        return &change_types[i];
        }
        return NULL;
}

struct record_ids {
        struct text *items;
        uint32_t count;
        bool all; /* a wildcard, or the empty id: every record of the entity */
};

static bool stands_for_all(struct text id)
{
        return text_ends_with(id, TEXT("*")) || text_starts_with(id, TEXT("000000000000000"));
}

static int read_ids(struct decoder *decoder, const struct event *event, struct record_ids *ids)
{
        const struct json_node *node = header_get(event, "recordIds");
        const struct json_node *first = node;
        uint32_t count = 1;

        if (json_is(node, JSON_ARRAY)) {
                first = node->child;
                count = node->count;
        }
        if (!first || first->kind == JSON_NULL) {
                first = value_untag(json_get(event->body, "Id")); /* Confluent's connector and enriched events */
                count = 1;
        }
        if (!first)
                return decoder_reject(decoder, "ChangeEventHeader.recordIds is missing");
        if (count > DECODE_RECORDS_MAX)
                return decoder_reject(decoder, "ChangeEventHeader.recordIds has %u ids, %d are allowed", count,
                                      DECODE_RECORDS_MAX);
        ids->items = arena_alloc(decoder->arena, count * sizeof(*ids->items));
        for (uint32_t i = 0; i < count; i++, first = first->next) {
                struct text id = text_trim(json_scalar_text(value_untag(first)));

                if (decoder_check_id(decoder, id) < 0)
                        return ERR_REJECT;
                if (stands_for_all(id))
                        ids->all = true;
                ids->items[ids->count++] = key_salesforce_id(decoder->arena, id);
        }
        return 0;
}

/* The record that survived a merge, on the loser's DELETE where the body names it. */
static int add_survivor(struct decoder *decoder, const struct event *event, struct change *change)
{
        struct text master = text_trim(json_scalar_text(value_untag(json_get(event->body, "MasterRecordId"))));
        struct change_value *value;

        if (master.length == 0 || stands_for_all(master))
                return 0;
        if (decoder_check_id(decoder, master) < 0)
                return ERR_REJECT;
        value = arena_alloc(decoder->arena, sizeof(*value));
        *value = (struct change_value){
                .attribute = ATTRIBUTE_MERGED_INTO,
                .set = true,
                .value = key_salesforce_id(decoder->arena, master),
        };
        change->values = value;
        change->value_count = 1;
        return 0;
}

/* The type of a standard object, where neither configuration nor caller names it. */
static bool standard_type(struct text entity, enum record_type *type)
{
        if (text_equal(entity, TEXT("Contact")) || text_equal(entity, TEXT("Lead")) ||
            text_equal(entity, TEXT("Individual")) || text_equal(entity, TEXT("User")))
                *type = TYPE_PERSON;
        else if (text_equal(entity, TEXT("Account")))
                *type = TYPE_ORGANIZATION;
        else
                return false;
        return true;
}

/* A difference to a value that we hold as an attribute, or fields whose names we cannot resolve: the record changed,
 * and we do not know to what. */
static bool needs_gap(struct decoder *decoder, const struct event *event, const struct body_fields *fields,
                      enum record_type type)
{
        if (event->names[NAMES_NULLED].unresolved)
                return true;
        if (fields->diff_count > 0 && fields->list.count == 0)
                return true;
        for (uint32_t i = 0; i < fields->diff_count; i++) {
                if (mapping_has_field(decoder, fields->diffs[i], type))
                        return true;
        }
        return false;
}

/* CREATE, UPDATE, UNDELETE: one change for each record, all with the same fields. */
static int emit_fields(struct decoder *decoder, const struct event *event, const struct change_type *type,
                       struct text entity, const struct record_ids *ids)
{
        struct body_fields fields = {.diff_count = 0};
        struct change shared = {0};
        bool gap;

        if (read_fields(decoder, event, &fields) < 0)
                return ERR_REJECT;
        if (decoder->mapping)
                shared.type = decoder->mapping->type;
        else if (decoder->type_hint != TYPE_COUNT || !standard_type(event->entity, &shared.type))
                shared.type = mapping_guess_type(decoder, &fields.list);
        if (mapping_apply(decoder, &fields.list, &shared) < 0)
                return ERR_REJECT;
        gap = needs_gap(decoder, event, &fields, shared.type);
        for (uint32_t i = 0; i < ids->count; i++) {
                enum change_op op = type->operation == OPERATION_UNDELETE ? CHANGE_UNDELETE : CHANGE_UPSERT;
                struct change *change = decoder_add_change(decoder, op, entity, ids->items[i], event->version);

                change->type = shared.type;
                change->complete = type->whole && fields.diff_count == 0 && !event->names[NAMES_NULLED].unresolved;
                change->fields = shared.fields;
                change->field_count = shared.field_count;
                change->values = shared.values;
                change->value_count = shared.value_count;
                if (gap) {
                        change = decoder_add_change(decoder, CHANGE_GAP, entity, ids->items[i], event->version);
                        change->type = shared.type;
                }
        }
        return 0;
}

static int emit_plain(struct decoder *decoder, const struct event *event, enum change_op op, struct text entity,
                      const struct record_ids *ids)
{
        enum record_type type = TYPE_PERSON;
        bool known = !decoder->mapping && decoder->type_hint == TYPE_COUNT && standard_type(event->entity, &type);

        for (uint32_t i = 0; i < ids->count; i++) {
                struct change *change = decoder_add_change(decoder, op, entity, ids->items[i], event->version);

                if (known)
                        change->type = type;
                if (op == CHANGE_DELETE && add_survivor(decoder, event, change) < 0)
                        return ERR_REJECT;
        }
        return 0;
}

int salesforce_decode(struct decoder *decoder)
{
        static const struct text nobody = TEXT_INIT("");
        const struct record_ids everyone = {.items = (struct text[]){nobody}, .count = 1, .all = true};
        const struct change_type *type;
        struct record_ids ids = {0};
        struct event event = {0};
        struct text entity;

        if (!decoder->value)
                return decoder_ignore(decoder, "a tombstone: change events never end in one");
        if (!find_header(decoder, &event))
                return decoder_reject(decoder, "no ChangeEventHeader: is this source's dialect really salesforce-cdc?");
        if (read_event(decoder, &event) < 0)
                return ERR_REJECT;
        type = find_change_type(event.change_type);
        if (!type)
                return decoder_reject(decoder, "ChangeEventHeader.changeType \"%.*s\" is not known",
                                      TEXT_ARG(event.change_type));
        entity = decoder_find_mapping(decoder, event.entity);
        if (!decoder_is_mapped(decoder))
                return decoder_unmapped(decoder, "entity", event.entity);
        if (type->operation == OPERATION_OVERFLOW)
                return emit_plain(decoder, &event, CHANGE_OVERFLOW, entity, &everyone);
        if (read_ids(decoder, &event, &ids) < 0)
                return ERR_REJECT;
        if (ids.all)
                return emit_plain(decoder, &event, CHANGE_OVERFLOW, entity, &everyone);
        switch (type->operation) {
        case OPERATION_DELETE:
                return emit_plain(decoder, &event, CHANGE_DELETE, entity, &ids);
        case OPERATION_GAP:
                return emit_plain(decoder, &event, CHANGE_GAP, entity, &ids);
        default:
                return emit_fields(decoder, &event, type, entity, &ids);
        }
}
