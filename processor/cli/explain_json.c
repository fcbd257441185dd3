/* An explanation as JSON, for programs: all that the text says, in thousandths of a bit. */
#include "cli/explain_print.h"

#include "base/json.h"
#include "steward/decision.h"

static void write_key_members(struct json_writer *writer, struct record_key key)
{
        json_write_member_text(writer, "source", key.source);
        json_write_member_text(writer, "entity", key.entity);
        json_write_member_text(writer, "record_id", key.record_id);
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
                json_write_member_text(writer, "attribute", text_from(vocabulary->attributes[slot->attribute].name));
                if (slot->label.length > 0)
                        json_write_member_text(writer, "label", slot->label);
                json_write_member_text(writer, "original", slot->raw);
                json_write_member_text(writer, "value", slot->value);
                if (slot->flags & SLOT_INVALID)
                        json_write_member_bool(writer, "invalid", true);
                if (slot->flags & SLOT_FAKE)
                        json_write_member_bool(writer, "placeholder", true);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

static void write_record(struct json_writer *writer, const struct vocabulary *vocabulary,
                         const struct explained_record *record)
{
        json_write_object(writer);
        write_key_members(writer, record->record.key);
        json_write_member_text(writer, "type", text_from(record_type_name(record->type)));
        json_write_member_text(writer, "entity_id", text_from(record->entity_id));
        write_values(writer, vocabulary, &record->record);
        json_write_object_end(writer);
}

static void write_score(struct json_writer *writer, const struct match_zones *zones, const struct score_detail *detail)
{
        json_write_name(writer, "score");
        json_write_object(writer);
        json_write_member_i64(writer, "posterior_mbit", detail->score.posterior_mbit);
        json_write_member_text(writer, "zone", text_from(explain_zone(zones, detail->score.posterior_mbit)));
        json_write_member_i64(writer, "match_mbit", zones->match_mbit);
        json_write_member_i64(writer, "review_mbit", zones->review_mbit);
        json_write_member_bool(writer, "cannot_link", detail->score.cannot_link);
        if (detail->rule)
                json_write_member_text(writer, "rule", detail->rule->name);
        if (detail->contradiction.length > 0)
                json_write_member_text(writer, "contradiction", detail->contradiction);
        json_write_name(writer, "steps");
        json_write_array(writer);
        for (uint32_t i = 0; i < detail->step_count; i++) {
                const struct score_step *step = &detail->steps[i];

                json_write_object(writer);
                json_write_member_text(writer, "attribute", step->attribute);
                json_write_member_text(writer, "level", step->level);
                json_write_member_text(writer, "value_a", step->value_a);
                json_write_member_text(writer, "value_b", step->value_b);
                json_write_member_i64(writer, "weight_mbit", step->weight_mbit);
                json_write_member_i64(writer, "rarity_mbit", step->rarity_mbit);
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
        json_write_member_i64(writer, "posterior_mbit", link->posterior_mbit);
        json_write_member_bool(writer, "equal", link->equal);
        json_write_member_text(writer, "reasons", link->reasons);
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
        json_write_member_bool(writer, "compared", explanation->compared);
        json_write_name(writer, "blocking_keys");
        json_write_array(writer);
        for (uint32_t i = 0; i < explanation->key_count; i++) {
                json_write_object(writer);
                json_write_member_text(writer, "recipe", text_from(explanation->keys[i].recipe));
                json_write_member_i64(writer, "nodes", explanation->keys[i].nodes);
                json_write_member_bool(writer, "generic", explanation->keys[i].generic);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

static void write_decisions(struct json_writer *writer, const struct explanation *explanation)
{
        json_write_name(writer, "decisions");
        json_write_array(writer);
        for (uint32_t i = 0; i < explanation->decision_count; i++) {
                struct buffer decision BUFFER_CLEANUP = {0};

                decision_write(&explanation->decisions[i], &decision);
                json_write_raw(writer, buffer_view(&decision));
        }
        json_write_array_end(writer);
}

void explain_pair_write_json(const struct explain_view *view, const struct explanation *explanation, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_member_text(&writer, "outcome", text_from(explain_outcome_name(explanation->outcome)));
        json_write_member_text(&writer, "text", text_from(explain_outcome_text(explanation->outcome)));
        json_write_name(&writer, "records");
        json_write_array(&writer);
        write_record(&writer, &view->config->vocabulary, &explanation->a);
        write_record(&writer, &view->config->vocabulary, &explanation->b);
        json_write_array_end(&writer);
        if (explanation->outcome != EXPLAIN_OTHER_TYPE) {
                write_score(&writer, &view->config->zones[explanation->a.type], &explanation->detail);
                write_keys(&writer, explanation);
        }
        if (explanation->decision_count > 0)
                write_decisions(&writer, explanation);
        if (explanation->outcome == EXPLAIN_ONE_ENTITY)
                write_links(&writer, "path", explanation->path, explanation->path_count);
        if (explanation->cross_pairs > 0) {
                write_links(&writer, "against", &explanation->against, 1);
                json_write_member_i64(&writer, "cross_pairs", explanation->cross_pairs);
                json_write_member_i64(&writer, "cross_mean_mbit", explanation->cross_mean_mbit);
        }
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}

static void write_candidate(struct json_writer *writer, const struct golden_candidate *candidate)
{
        json_write_object(writer);
        json_write_member_text(writer, "value", candidate->value);
        json_write_member_text(writer, "source", candidate->record->key.source);
        json_write_member_text(writer, "record_id", candidate->record->key.record_id);
        if (candidate->label.length > 0)
                json_write_member_text(writer, "label", candidate->label);
        if (candidate->pin.length > 0)
                json_write_member_text(writer, "decision", candidate->pin);
        if (candidate->lost)
                json_write_member_text(writer, "lost", text_from(candidate->lost));
        json_write_object_end(writer);
}

static void write_choices(struct json_writer *writer, const struct vocabulary *vocabulary,
                          const struct entity_explanation *explanation)
{
        json_write_name(writer, "values");
        json_write_object(writer);
        for (uint32_t i = 0; i < explanation->choice_count; i++) {
                const struct golden_choice *choice = &explanation->choices[i];

                json_write_name_text(writer, choice->attribute == ATTRIBUTE_ADDRESS_STREET
                                                     ? TEXT("address")
                                                     : text_from(vocabulary->attributes[choice->attribute].name));
                json_write_object(writer);
                json_write_member_text(writer, "rule", text_from(survivorship_rule_name(choice->how->rule)));
                json_write_name(writer, "candidates");
                json_write_array(writer);
                for (uint32_t j = 0; j < choice->count; j++)
                        write_candidate(writer, &choice->candidates[j]);
                json_write_array_end(writer);
                json_write_object_end(writer);
        }
        json_write_object_end(writer);
}

void explain_entity_write_json(const struct explain_view *view, const struct entity_explanation *explanation,
                               struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_member_text(&writer, "entity_id", text_from(explanation->entity_id));
        json_write_member_text(&writer, "type", text_from(record_type_name(explanation->type)));
        json_write_name(&writer, "records");
        json_write_array(&writer);
        for (uint32_t i = 0; i < explanation->member_count; i++)
                write_record(&writer, &view->config->vocabulary, &explanation->members[i]);
        json_write_array_end(&writer);
        write_links(&writer, "links", explanation->links, explanation->link_count);
        json_write_member_i64(&writer, "nodes_left_out", explanation->nodes_left_out);
        write_choices(&writer, &view->config->vocabulary, explanation);
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}
