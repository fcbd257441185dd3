/* A record on the topic `records`: readable by people and sinks, and exact, for it is the log that every start reads.
 *
 * A version is one string "time/major/minor" ("-" for an unknown time): 64-bit numbers do not survive readers that turn
 * every JSON number into a double. `value` and `invalid` are derived; reading ignores them and standardising makes them
 * anew.
 */
#include "record/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Decimal digits at @out; gives the place behind them. */
static char *put_u64(char *out, uint64_t value)
{
        char digits[20];
        int count = 0;

        do {
                digits[count++] = (char)('0' + value % 10);
                value /= 10;
        } while (value > 0);
        while (count > 0)
                *out++ = digits[--count];
        return out;
}

/* By hand and not by printf: every value of every record has one. */
static void write_version(struct json_writer *writer, const char *name, struct version version)
{
        char text[80];
        char *end = text;

        if (version.time_ms == TIME_UNKNOWN_MS) {
                *end++ = '-';
        } else {
                if (version.time_ms < 0)
                        *end++ = '-';
                end = put_u64(end, version.time_ms < 0 ? 0 - (uint64_t)version.time_ms : (uint64_t)version.time_ms);
        }
        *end++ = '/';
        end = put_u64(end, version.major);
        *end++ = '/';
        end = put_u64(end, version.minor);
        json_write_name(writer, name);
        json_write_text(writer, (struct text){.data = text, .length = (uint32_t)(end - text)});
}

static bool read_u64(struct text t, uint64_t *value)
{
        uint64_t sum = 0;

        if (t.length == 0 || t.length > 20)
                return false;
        for (uint32_t i = 0; i < t.length; i++) {
                unsigned digit = (unsigned)(unsigned char)t.data[i] - '0';

                if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
                        return false;
                sum = sum * 10 + digit;
        }
        *value = sum;
        return true;
}

static bool read_version(const struct json_node *node, struct version *version)
{
        int64_t first, second;
        struct text t;

        if (!json_is(node, JSON_STRING))
                return false;
        t = node->text;
        first = text_find_byte(t, '/', 0);
        second = first < 0 ? -1 : text_find_byte(t, '/', (uint32_t)first + 1);
        if (second < 0)
                return false;
        if (text_equal(text_slice(t, 0, (uint32_t)first), TEXT("-")))
                version->time_ms = TIME_UNKNOWN_MS;
        else if (!text_to_i64(text_slice(t, 0, (uint32_t)first), &version->time_ms))
                return false;
        return read_u64(text_slice(t, (uint32_t)first + 1, (uint32_t)(second - first - 1)), &version->major) &&
               read_u64(text_slice(t, (uint32_t)second + 1, t.length), &version->minor);
}

static void write_key(struct json_writer *writer, struct record_key key)
{
        json_write_name(writer, "source");
        json_write_text(writer, key.source);
        json_write_name(writer, "entity");
        json_write_text(writer, key.entity);
        json_write_name(writer, "record_id");
        json_write_text(writer, key.record_id);
}

void record_key_write_json(struct record_key key, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        write_key(&writer, key);
        json_write_object_end(&writer);
}

static void write_slot(struct json_writer *writer, const struct vocabulary *vocabulary, const struct slot *slot)
{
        json_write_object(writer);
        json_write_name(writer, "attribute");
        json_write_string(writer, vocabulary->attributes[slot->attribute].name);
        if (slot->label.length > 0) {
                json_write_name(writer, "label");
                json_write_text(writer, slot->label);
        }
        json_write_name(writer, "raw");
        if (slot->flags & SLOT_SET)
                json_write_text(writer, slot->raw);
        else
                json_write_null(writer);
        if ((slot->flags & SLOT_SET) && !text_equal(slot->raw, slot->value)) {
                json_write_name(writer, "value");
                json_write_text(writer, slot->value);
        }
        if (slot->flags & (SLOT_INVALID | SLOT_FAKE)) {
                json_write_name(writer, "invalid");
                json_write_string(writer, slot->flags & SLOT_FAKE ? "placeholder" : "invalid");
        }
        write_version(writer, "version", slot->version);
        json_write_object_end(writer);
}

static void write_ghost(struct json_writer *writer, const struct record *record)
{
        char hex[20];

        json_write_name(writer, "ghost");
        json_write_array(writer);
        for (uint32_t i = 0; i < record->ghost_key_count; i++) {
                snprintf(hex, sizeof(hex), "%016" PRIx64, record->ghost_keys[i]);
                json_write_string(writer, hex);
        }
        json_write_array_end(writer);
}

/* The watermarks in the order of their names in the output. */
static const struct {
        const char *name;
        size_t version;
        size_t ever;
} watermarks[] = {
        {"updated", offsetof(struct record, updated), offsetof(struct record, ever_updated)},
        {"deleted", offsetof(struct record, deleted), offsetof(struct record, ever_deleted)},
        {"complete", offsetof(struct record, complete), offsetof(struct record, ever_complete)},
        {"stale", offsetof(struct record, stale), offsetof(struct record, ever_stale)},
        {"refreshed", offsetof(struct record, refreshed), offsetof(struct record, ever_refreshed)},
};

#define WATERMARK_COUNT (sizeof(watermarks) / sizeof(watermarks[0]))

void record_write_json(const struct vocabulary *vocabulary, const struct record *record, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        write_key(&writer, record->key);
        json_write_name(&writer, "type");
        json_write_string(&writer, record_type_name(record->declared_type));
        json_write_name(&writer, "alive");
        json_write_bool(&writer, record->alive);
        if (record->first_time_ms != TIME_UNKNOWN_MS) {
                json_write_name(&writer, "first_time_ms");
                json_write_i64(&writer, record->first_time_ms);
        }
        for (size_t i = 0; i < WATERMARK_COUNT; i++) {
                const char *base = (const char *)record;

                if (*(const bool *)(base + watermarks[i].ever))
                        write_version(&writer, watermarks[i].name,
                                      *(const struct version *)(const void *)(base + watermarks[i].version));
        }
        if (record->merged_into.length > 0) {
                json_write_name(&writer, "merged_into");
                json_write_text(&writer, record->merged_into);
        }
        if (record->ghost_key_count > 0)
                write_ghost(&writer, record);
        json_write_name(&writer, "values");
        json_write_array(&writer);
        for (uint32_t i = 0; i < record->slot_count; i++)
                write_slot(&writer, vocabulary, &record->slots[i]);
        json_write_array_end(&writer);
        json_write_object_end(&writer);
}

static int read_ghost(struct arena *arena, const struct json_node *node, struct record *record, struct error *error)
{
        uint32_t i = 0;

        if (!node)
                return 0;
        if (node->kind != JSON_ARRAY || node->count > RECORD_KEYS_MAX)
                return error_set(error, ERR_FATAL, "field \"ghost\": an array of at most %d keys expected",
                                 RECORD_KEYS_MAX);
        record->ghost_keys = arena_calloc(arena, node->count + 1, sizeof(uint64_t));
        for (const struct json_node *key = node->child; key; key = key->next, i++) {
                char *end, hex[17] = {0};

                if (key->kind != JSON_STRING || key->text.length != 16)
                        return error_set(error, ERR_FATAL, "field \"ghost\": 16 hexadecimal digits expected");
                for (int j = 0; j < 16; j++)
                        hex[j] = key->text.data[j];
                record->ghost_keys[i] = strtoull(hex, &end, 16);
                if (*end != '\0')
                        return error_set(error, ERR_FATAL, "field \"ghost\": 16 hexadecimal digits expected");
        }
        record->ghost_key_count = i;
        return 0;
}

static int read_slot(const struct vocabulary *vocabulary, const struct json_node *node, struct slot *slot,
                     struct error *error)
{
        struct text name = json_scalar_text(json_get(node, "attribute"));
        const struct json_node *raw = json_get(node, "raw");

        slot->attribute = vocabulary_find(vocabulary, name);
        if (slot->attribute == ATTRIBUTE_NONE)
                return error_set(error, ERR_FATAL, "unknown attribute \"%.*s\": was it removed from the configuration?",
                                 TEXT_ARG(name));
        slot->label = json_scalar_text(json_get(node, "label"));
        slot->flags = json_is(raw, JSON_STRING) ? SLOT_SET : 0;
        slot->raw = json_scalar_text(raw);
        slot->value = slot->raw;
        if (!read_version(json_get(node, "version"), &slot->version))
                return error_set(error, ERR_FATAL, "attribute \"%.*s\": a version \"time/major/minor\" expected",
                                 TEXT_ARG(name));
        return 0;
}

static int compare_slots(const void *left, const void *right)
{
        const struct slot *a = left, *b = right;

        if (a->attribute != b->attribute)
                return a->attribute < b->attribute ? -1 : 1;
        return text_compare(a->label, b->label);
}

static int read_slots(struct arena *arena, const struct vocabulary *vocabulary, const struct json_node *values,
                      struct record *record, struct error *error)
{
        if (!json_is(values, JSON_ARRAY) || values->count > RECORD_SLOTS_MAX)
                return error_set(error, ERR_FATAL, "field \"values\": an array of at most %d values expected",
                                 RECORD_SLOTS_MAX);
        record->slots = arena_calloc(arena, values->count + 1, sizeof(*record->slots));
        for (const struct json_node *node = values->child; node; node = node->next) {
                if (read_slot(vocabulary, node, &record->slots[record->slot_count], error) < 0)
                        return ERR_FATAL;
                record->slot_count++;
        }
        /* Attribute numbers of configured attributes may differ from those of the configuration that wrote this. */
        qsort(record->slots, record->slot_count, sizeof(record->slots[0]), compare_slots);
        return 0;
}

int record_read_json(struct arena *arena, const struct vocabulary *vocabulary, const struct json_node *value,
                     struct record *record, struct error *error)
{
        int r;

        *record = (struct record){.first_time_ms = TIME_UNKNOWN_MS};
        record->key.source = json_scalar_text(json_get(value, "source"));
        record->key.entity = json_scalar_text(json_get(value, "entity"));
        record->key.record_id = json_scalar_text(json_get(value, "record_id"));
        if (record->key.source.length == 0)
                return error_set(error, ERR_FATAL, "field \"source\" is missing: not a value that Durand wrote");
        if (!record_type_parse(json_scalar_text(json_get(value, "type")), &record->declared_type))
                return error_set(error, ERR_FATAL, "field \"type\": person or organization expected");
        record->alive = json_is(json_get(value, "alive"), JSON_TRUE);
        if (!json_to_i64(json_get(value, "first_time_ms"), &record->first_time_ms))
                record->first_time_ms = TIME_UNKNOWN_MS;
        for (size_t i = 0; i < WATERMARK_COUNT; i++) {
                const struct json_node *node = json_get(value, watermarks[i].name);
                char *base = (char *)record;
                struct version version = VERSION_NONE;

                if (node && !read_version(node, &version))
                        return error_set(error, ERR_FATAL, "field \"%s\": a version \"time/major/minor\" expected",
                                         watermarks[i].name);
                *(bool *)(base + watermarks[i].ever) = node != NULL;
                *(struct version *)(void *)(base + watermarks[i].version) = version;
        }
        record->merged_into = json_scalar_text(json_get(value, "merged_into"));
        r = read_ghost(arena, json_get(value, "ghost"), record, error);
        if (r < 0)
                return r;
        return read_slots(arena, vocabulary, json_get(value, "values"), record, error);
}
