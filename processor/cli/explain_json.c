/* An explanation as JSON, for programs: all that the text says, in thousandths of a bit. */
#include "cli/explain_print.h"

#include "base/json.h"

static void write_text(struct json_writer *writer, const char *name, struct text value)
{
        json_write_name(writer, name);
        json_write_text(writer, value);
}

static void write_number(struct json_writer *writer, const char *name, int64_t value)
{
        json_write_name(writer, name);
        json_write_i64(writer, value);
}

static void write_bool(struct json_writer *writer, const char *name, bool value)
{
        json_write_name(writer, name);
        json_write_bool(writer, value);
}

static void write_key_members(struct json_writer *writer, struct record_key key)
{
        write_text(writer, "source", key.source);
        write_text(writer, "entity", key.entity);
        write_text(writer, "record_id", key.record_id);
}

static void write_key(struct json_writer *writer, const char *name, struct record_key key)
{
        json_write_name(writer, name);
        json_write_object(writer);
        write_key_members(writer, key);
        json_write_object_end(writer);
}

static void write_values(struct json_writer *writer, const struct vocabulary *vocabulary, const struct record *record)
{
        json_write_name(writer, "values");
        json_write_array(writer);
        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *slot = &record->slots[i];

                if (!(slot->flags & SLOT_SET))
                        continue;
                json_write_object(writer);
                write_text(writer, "attribute", text_from(vocabulary->attributes[slot->attribute].name));
                if (slot->label.length > 0)
                        write_text(writer, "label", slot->label);
                write_text(writer, "original", slot->raw);
                write_text(writer, "value", slot->value);
                if (slot->flags & SLOT_INVALID)
                        write_bool(writer, "invalid", true);
                if (slot->flags & SLOT_FAKE)
                        write_bool(writer, "placeholder", true);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

static void write_record(struct json_writer *writer, const struct vocabulary *vocabulary,
                         const struct explained_record *record)
{
        json_write_object(writer);
        write_key_members(writer, record->record.key);
        write_text(writer, "type", text_from(record_type_name(record->type)));
        write_text(writer, "entity_id", text_from(record->entity_id));
        write_values(writer, vocabulary, &record->record);
        json_write_object_end(writer);
}

static void write_score(struct json_writer *writer, const struct match_zones *zones, const struct score_detail *detail)
{
        json_write_name(writer, "score");
        json_write_object(writer);
        write_number(writer, "posterior_mbit", detail->score.posterior_mbit);
        write_text(writer, "zone", text_from(explain_zone(zones, detail->score.posterior_mbit)));
        write_number(writer, "match_mbit", zones->match_mbit);
        write_number(writer, "review_mbit", zones->review_mbit);
        write_bool(writer, "cannot_link", detail->score.cannot_link);
        if (detail->rule)
                write_text(writer, "rule", detail->rule->name);
        if (detail->contradiction.length > 0)
                write_text(writer, "contradiction", detail->contradiction);
        json_write_name(writer, "steps");
        json_write_array(writer);
        for (uint32_t i = 0; i < detail->step_count; i++) {
                const struct score_step *step = &detail->steps[i];

                json_write_object(writer);
                write_text(writer, "attribute", step->attribute);
                write_text(writer, "level", step->level);
                write_text(writer, "value_a", step->value_a);
                write_text(writer, "value_b", step->value_b);
                write_number(writer, "weight_mbit", step->weight_mbit);
                write_number(writer, "rarity_mbit", step->rarity_mbit);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
        json_write_object_end(writer);
}

static void write_link(struct json_writer *writer, const struct explained_link *link)
{
        json_write_object(writer);
        write_key(writer, "a", link->a);
        write_key(writer, "b", link->b);
        write_number(writer, "posterior_mbit", link->posterior_mbit);
        write_bool(writer, "equal", link->equal);
        write_text(writer, "reasons", link->reasons);
        json_write_object_end(writer);
}

static void write_links(struct json_writer *writer, const char *name, const struct explained_link *links,
                        uint32_t count)
{
        json_write_name(writer, name);
        json_write_array(writer);
        for (uint32_t i = 0; i < count; i++)
                write_link(writer, &links[i]);
        json_write_array_end(writer);
}

static void write_keys(struct json_writer *writer, const struct explanation *explanation)
{
        write_bool(writer, "compared", explanation->compared);
        json_write_name(writer, "blocking_keys");
        json_write_array(writer);
        for (uint32_t i = 0; i < explanation->key_count; i++) {
                json_write_object(writer);
                write_text(writer, "recipe", text_from(explanation->keys[i].recipe));
                write_number(writer, "nodes", explanation->keys[i].nodes);
                write_bool(writer, "generic", explanation->keys[i].generic);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

void explain_pair_write_json(const struct explain_view *view, const struct explanation *explanation, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        write_text(&writer, "outcome", text_from(explain_outcome_name(explanation->outcome)));
        write_text(&writer, "text", text_from(explain_outcome_text(explanation->outcome)));
        json_write_name(&writer, "records");
        json_write_array(&writer);
        write_record(&writer, &view->config->vocabulary, &explanation->a);
        write_record(&writer, &view->config->vocabulary, &explanation->b);
        json_write_array_end(&writer);
        if (explanation->outcome != EXPLAIN_OTHER_TYPE) {
                write_score(&writer, &view->config->zones[explanation->a.type], &explanation->detail);
                write_keys(&writer, explanation);
        }
        if (explanation->outcome == EXPLAIN_ONE_ENTITY)
                write_links(&writer, "path", explanation->path, explanation->path_count);
        if (explanation->cross_pairs > 0) {
                write_links(&writer, "against", &explanation->against, 1);
                write_number(&writer, "cross_pairs", explanation->cross_pairs);
                write_number(&writer, "cross_mean_mbit", explanation->cross_mean_mbit);
        }
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}

void explain_entity_write_json(const struct explain_view *view, const struct entity_explanation *explanation,
                               struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        write_text(&writer, "entity_id", text_from(explanation->entity_id));
        write_text(&writer, "type", text_from(record_type_name(explanation->type)));
        json_write_name(&writer, "records");
        json_write_array(&writer);
        for (uint32_t i = 0; i < explanation->member_count; i++)
                write_record(&writer, &view->config->vocabulary, &explanation->members[i]);
        json_write_array_end(&writer);
        write_links(&writer, "links", explanation->links, explanation->link_count);
        write_number(&writer, "nodes_left_out", explanation->nodes_left_out);
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}
