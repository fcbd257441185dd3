/* Consent first, then the filter, then the projection: who must not be contacted is not even looked at further. */
#include "feed/feed.h"

#include "base/json.h"

#include <string.h>

static bool has_consent(const struct config *config, const struct feed_config *feed, const struct json_node *golden)
{
        for (uint32_t i = 0; i < feed->consent_count; i++) {
                struct text value = golden_attribute(&config->vocabulary, golden, feed->consents[i]);

                if (!text_equal(value, TEXT("granted")) && (!feed->unless_denied || text_equal(value, TEXT("denied"))))
                        return false;
        }
        return true;
}

/* "0.875" in thousandths; 0 for anything else. */
static int64_t read_milli(struct text t)
{
        int64_t value = 0;
        int digits = -1;

        for (uint32_t i = 0; i < t.length && digits < 3; i++) {
                if (t.data[i] == '.' && digits < 0) {
                        digits = 0;
                        continue;
                }
                if (t.data[i] < '0' || t.data[i] > '9' || value > 1000000)
                        return 0;
                value = value * 10 + (t.data[i] - '0');
                digits += digits >= 0;
        }
        for (digits = digits < 0 ? 0 : digits; digits < 3; digits++)
                value *= 10;
        return value;
}

static void write_field(struct json_writer *writer, const struct config *config, const struct json_node *golden,
                        const struct feed_field *field)
{
        static const char *const paths[] = {[FEED_COMPLETENESS] = "quality/completeness",
                                            [FEED_RECORDS] = "quality/records",
                                            [FEED_SOURCES] = "quality/sources"};
        struct text value;

        json_write_name_text(writer, field->name);
        if (field->subject == FEED_ATTRIBUTE)
                value = golden_attribute(&config->vocabulary, golden, field->attribute);
        else if (field->subject == FEED_ENTITY_ID)
                value = json_scalar_text(json_get(golden, "entity_id"));
        else
                value = json_scalar_text(json_path(golden, paths[field->subject]));
        if (value.length == 0)
                json_write_null(writer);
        else if (field->subject == FEED_ATTRIBUTE || field->subject == FEED_ENTITY_ID)
                json_write_text(writer, value);
        else
                json_write_raw(writer, value);
}

int feed_derive(struct arena *arena, const struct config *config, struct standard *standard,
                const struct feed_config *feed, struct text golden_json, struct feed_row *row, bool *found,
                struct error *error)
{
        const struct vocabulary *vocabulary = &config->vocabulary;
        struct filter_view view = {.vocabulary = vocabulary};
        struct buffer json BUFFER_CLEANUP = {0};
        struct json_writer writer;
        struct text email;

        *found = false;
        *row = (struct feed_row){0};
        if (json_parse(arena, golden_json, &view.golden, error) < 0)
                return error_prefix(error, ERR_FATAL, "golden record");
        email = golden_attribute(vocabulary, view.golden, ATTRIBUTE_EMAIL);
        view.role_account = email.length > 0 && standard_is_role_account(standard, arena, email);
        if (!has_consent(config, feed, view.golden) || !filter_matches(feed->when, &view))
                return 0;
        row->entity_id = json_scalar_text(json_get(view.golden, "entity_id"));
        row->completeness_milli = read_milli(json_scalar_text(json_path(view.golden, "quality/completeness")));
        row->key = row->entity_id;
        if (feed->key != ATTRIBUTE_NONE)
                row->key = golden_attribute(vocabulary, view.golden, feed->key);
        if (feed->unique != ATTRIBUTE_NONE)
                row->unique = golden_attribute(vocabulary, view.golden, feed->unique);
        if (row->key.length == 0 || (feed->unique != ATTRIBUTE_NONE && row->unique.length == 0))
                return 0;
        json_writer_init(&writer, &json);
        json_write_object(&writer);
        for (uint32_t i = 0; i < feed->field_count; i++)
                write_field(&writer, config, view.golden, &feed->fields[i]);
        json_write_object_end(&writer);
        row->json = arena_text(arena, buffer_view(&json));
        *found = true;
        return 0;
}

bool feed_is_before(const struct feed_row *a, const struct feed_row *b)
{
        if (a->completeness_milli != b->completeness_milli)
                return a->completeness_milli > b->completeness_milli;
        return text_compare(a->entity_id, b->entity_id) < 0;
}

void feed_row_encode(const struct feed_row *row, struct buffer *out)
{
        buffer_svarint(out, row->completeness_milli);
        buffer_prefixed(out, row->entity_id);
        buffer_prefixed(out, row->unique);
        buffer_prefixed(out, row->key);
        buffer_prefixed(out, row->json);
}

int feed_row_decode(struct text data, struct feed_row *row)
{
        struct reader reader;

        reader_init(&reader, data.data, data.length);
        row->completeness_milli = reader_svarint(&reader);
        row->entity_id = reader_prefixed(&reader);
        row->unique = reader_prefixed(&reader);
        row->key = reader_prefixed(&reader);
        row->json = reader_prefixed(&reader);
        return reader.failed ? ERR_FATAL : 0;
}
