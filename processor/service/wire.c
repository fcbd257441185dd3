/* What a message looks like on the wire: JSON or Avro, a CloudEvent in binary or in structured mode.
 *
 * The engine makes JSON. Avro is the same value by the topic's contract, with the id under which the registry keeps the
 * contract in front. Digests, and what the state remembers of a golden record, are over the JSON form: the encoding may
 * change, or the registry be lost, and nothing else does.
 *
 * `records` is the log that every start reads. Its keys are always plain text: with the id of a schema in front, a
 * registry that was made anew would give a record another key, another partition perhaps, and compaction would keep the
 * old value for ever. Its values are read in either encoding, message by message.
 *
 * CloudEvents: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md. The id
 * is unique for what gets committed; no time is given, because none is part of a result. A tombstone has no value to
 * put anything around, so its attributes are always headers.
 */
#include "service/internal.h"

#include "base/base64.h"
#include "base/log.h"
#include "registry/contract.h"

#include <stdlib.h>
#include <string.h>

static bool is_own_log(const struct service *service, uint32_t topic)
{
        return topic == service->topics.records;
}

/* A topic without a contract (the dead letters, a feed with names that Avro does not allow) stays as it is. */
static bool uses_avro(const struct service *service, uint32_t topic, enum contract_part part)
{
        const struct output_config *output = &service->config->output;

        if (part == CONTRACT_KEY ? !output->avro_keys || is_own_log(service, topic) : !output->avro)
                return false;
        return service->wire.contracts[topic * CONTRACT_PART_COUNT + (uint32_t)part].text.length > 0;
}

/* --- contracts */

/* The id of @contract under its subject, registered first where that is ours to do. */
static int agree(struct service *service, struct text topic, enum contract_part part, struct text contract,
                 struct wire_contract *agreed, struct error *error)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct registry *registry = service->wire.registry;
        struct text subject = contract_subject(service->config, topic, part, avro_name(agreed->schema), &arena);
        int r = registry_find(registry, subject, contract, &agreed->id, error);

        if (r != REGISTRY_NONE)
                return r;
        if (!service->config->registry.registers)
                return error_set(error, ERR_USAGE,
                                 "subject %.*s: the contract is not registered: run `durand schemas register`, or set "
                                 "registry.register",
                                 TEXT_ARG(subject));
        r = registry_check(registry, subject, contract, error);
        if (r == 0 || r == REGISTRY_NONE)
                r = registry_register(registry, subject, contract, &agreed->id, error);
        if (r == REGISTRY_INCOMPATIBLE)
                return error_prefix(error, ERR_USAGE,
                                    "give the subject another compatibility, or the topics another prefix");
        if (r == 0)
                log_info("service", "subject %.*s: contract registered as schema %u", TEXT_ARG(subject), agreed->id);
        return r;
}

static int prepare_topic(struct service *service, uint32_t topic, struct error *error)
{
        struct text name = text_from(service->topics.items[topic].name);
        int r = 0;

        for (int part = 0; part < CONTRACT_PART_COUNT && r == 0; part++) {
                struct wire_contract *agreed = &service->wire.contracts[topic * CONTRACT_PART_COUNT + (uint32_t)part];

                if (agreed->id || !uses_avro(service, topic, (enum contract_part)part))
                        continue;
                if (!agreed->schema)
                        r = avro_compile(&agreed->text, 1, &agreed->schema, error);
                r = r ? r : agree(service, name, (enum contract_part)part, agreed->text, agreed, error);
        }
        return r;
}

/* The contracts of all topics, once in the service's life. */
static void find_contracts(struct service *service)
{
        struct wire *wire = &service->wire;

        wire->contracts = calloc((size_t)service->topics.count * CONTRACT_PART_COUNT, sizeof(*wire->contracts));
        if (!wire->contracts)
                abort();
        for (uint32_t i = 0; i < service->topics.count * CONTRACT_PART_COUNT; i++) {
                struct text name = text_from(service->topics.items[i / CONTRACT_PART_COUNT].name);

                wire->contracts[i].text =
                        contract_find(service->config,
                                      text_slice(name, service->config->topic_prefix.length, name.length),
                                      (enum contract_part)(i % CONTRACT_PART_COUNT), &wire->lasting);
        }
}

int wire_prepare(struct service *service, struct error *error)
{
        int r = 0;

        if (!service->wire.contracts)
                find_contracts(service);
        for (uint32_t topic = 0; topic < service->topics.count && r == 0; topic++)
                r = prepare_topic(service, topic, error);
        return r;
}

void wire_free(struct service *service)
{
        for (uint32_t i = 0; service->wire.contracts && i < service->topics.count * CONTRACT_PART_COUNT; i++)
                avro_release(service->wire.contracts[i].schema);
        free(service->wire.contracts);
        registry_close(service->wire.registry);
        arena_free(&service->wire.scratch);
        arena_free(&service->wire.lasting);
        buffer_free(&service->wire.buffer);
        service->wire = (struct wire){0};
}

/* --- writing */

/* Not a value of the topic's contract: a mistake of ours that no restart would mend. */
static int misfit(const struct service *service, uint32_t topic, struct text key, struct error *error)
{
        return error_prefix(error, SERVICE_REFUSE, "%s: key %.*s does not fit the topic's contract",
                            service->topics.items[topic].name, TEXT_ARG(key));
}

static int write_avro(struct service *service, uint32_t topic, enum contract_part part, const struct json_node *node,
                      struct text *bytes, struct error *error)
{
        const struct wire_contract *contract = &service->wire.contracts[topic * CONTRACT_PART_COUNT + (uint32_t)part];
        struct buffer *buffer = &service->wire.buffer;
        int r;

        buffer_clear(buffer);
        avro_wire_head(buffer, contract->id);
        r = avro_encode(contract->schema, node, buffer, error);
        if (r == 0)
                *bytes = arena_text(&service->outputs.arena, buffer_view(buffer));
        return r;
}

static int write_key(struct service *service, uint32_t topic, struct text key, struct text *bytes, struct error *error)
{
        const struct json_node node = {.kind = JSON_STRING, .text = key};

        if (uses_avro(service, topic, CONTRACT_KEY))
                return write_avro(service, topic, CONTRACT_KEY, &node, bytes, error);
        *bytes = arena_text(&service->outputs.arena, key);
        return 0;
}

static int write_value(struct service *service, uint32_t topic, struct text value, struct text *bytes,
                       struct error *error)
{
        const struct json_node *node;
        int r;

        if (!uses_avro(service, topic, CONTRACT_VALUE)) {
                *bytes = arena_text(&service->outputs.arena, value);
                return 0;
        }
        r = json_parse(&service->wire.scratch, value, &node, error);
        r = r ? r : write_avro(service, topic, CONTRACT_VALUE, node, bytes, error);
        arena_reset(&service->wire.scratch);
        return r;
}

/* The attributes of one event, in both modes. */
enum event_attribute {
        EVENT_SPECVERSION,
        EVENT_ID,
        EVENT_SOURCE,
        EVENT_TYPE,
        EVENT_DATASCHEMA, /* only Avro's */
        EVENT_DATACONTENTTYPE,
        EVENT_COUNT,
};

static const struct {
        const char *header;
        const char *member;
} attribute_names[EVENT_COUNT] = {
        [EVENT_SPECVERSION] = {"ce_specversion", "specversion"},
        [EVENT_ID] = {"ce_id", "id"},
        [EVENT_SOURCE] = {"ce_source", "source"},
        [EVENT_TYPE] = {"ce_type", "type"},
        [EVENT_DATASCHEMA] = {"ce_dataschema", "dataschema"},
        [EVENT_DATACONTENTTYPE] = {"content-type", "datacontenttype"},
};

static void describe(struct service *service, uint32_t topic, const struct output *output,
                     struct text attributes[EVENT_COUNT])
{
        struct arena *arena = &service->outputs.arena;
        struct text name = output_topic_name(arena, output->topic, output->type, output->target);
        bool avro = uses_avro(service, topic, CONTRACT_VALUE);

        attributes[EVENT_SPECVERSION] = TEXT("1.0");
        attributes[EVENT_ID] =
                arena_printf(arena, "%s-%llu", service->note.instance, (unsigned long long)++service->output_number);
        attributes[EVENT_SOURCE] = arena_printf(arena, "/durand/%.*s", TEXT_ARG(service->config->instance));
        attributes[EVENT_TYPE] = arena_printf(arena, "durand.%.*s", TEXT_ARG(name));
        attributes[EVENT_DATASCHEMA] = TEXT_NONE;
        if (avro && !output->tombstone)
                attributes[EVENT_DATASCHEMA] =
                        arena_printf(arena, "%.*s/schemas/ids/%u", TEXT_ARG(service->config->registry.urls[0]),
                                     service->wire.contracts[topic * CONTRACT_PART_COUNT + CONTRACT_VALUE].id);
        attributes[EVENT_DATACONTENTTYPE] = avro ? TEXT("application/avro") : TEXT("application/json");
}

static void add_headers(struct service *service, struct kafka_record *record, const struct text attributes[EVENT_COUNT])
{
        struct kafka_header *headers = arena_calloc(&service->outputs.arena, EVENT_COUNT, sizeof(*headers));

        for (int i = 0; i < EVENT_COUNT; i++) {
                if (attributes[i].length > 0)
                        headers[record->header_count++] =
                                (struct kafka_header){attribute_names[i].header, attributes[i]};
        }
        record->headers = headers;
}

/* The event around the value ("JSON Event Format"): JSON stands in it as it is, Avro in base64. */
static void wrap(struct service *service, struct kafka_record *record, struct text key,
                 const struct text attributes[EVENT_COUNT], bool avro)
{
        struct kafka_header *header = arena_calloc(&service->outputs.arena, 1, sizeof(*header));
        struct buffer *buffer = &service->wire.buffer;
        struct json_writer writer;

        buffer_clear(buffer);
        json_writer_init(&writer, buffer);
        json_write_object(&writer);
        for (int i = 0; i < EVENT_COUNT; i++) {
                if (attributes[i].length == 0)
                        continue;
                json_write_name(&writer, attribute_names[i].member);
                json_write_text(&writer, attributes[i]);
        }
        json_write_name(&writer, "partitionkey");
        json_write_text(&writer, key);
        json_write_name(&writer, avro ? "data_base64" : "data");
        if (avro)
                json_write_text(&writer, base64_encode(&service->wire.scratch, record->value));
        else
                json_write_raw(&writer, record->value);
        json_write_object_end(&writer);
        record->value = arena_text(&service->outputs.arena, buffer_view(buffer));
        arena_reset(&service->wire.scratch);
        *header = (struct kafka_header){"content-type", TEXT("application/cloudevents+json; charset=UTF-8")};
        record->headers = header;
        record->header_count = 1;
}

int wire_write(struct service *service, uint32_t topic, const struct output *output, struct kafka_record *record,
               struct error *error)
{
        struct text attributes[EVENT_COUNT];
        int r;

        record->has_key = true;
        record->has_value = !output->tombstone;
        r = write_key(service, topic, output->key, &record->key, error);
        if (r == 0 && record->has_value)
                r = write_value(service, topic, output->value, &record->value, error);
        if (r != 0)
                return misfit(service, topic, output->key, error);
        describe(service, topic, output, attributes);
        if (service->config->output.structured && record->has_value && !is_own_log(service, topic))
                wrap(service, record, output->key, attributes, uses_avro(service, topic, CONTRACT_VALUE));
        else
                add_headers(service, record, attributes);
        return 0;
}

/* --- reading back */

int wire_read(struct service *service, struct text bytes, struct text *json, struct error *error)
{
        const struct avro_lookup *lookup = registry_lookup(service->wire.registry);
        const struct avro_schema *schema;
        const struct json_node *node;
        struct buffer *buffer = &service->wire.buffer;
        struct json_writer writer;
        struct text payload;
        uint32_t id;
        int r;

        *json = bytes;
        if (!avro_wire_split(bytes, &id, &payload))
                return 0;
        if (!lookup)
                return error_set(error, SERVICE_REFUSE,
                                 "`records` holds Avro (schema %u) and no registry is configured: set registry.url",
                                 id);
        r = lookup->find(lookup->context, id, &schema, error);
        r = r ? r : avro_decode(schema, payload, AVRO_DROP_NULLS, &service->wire.scratch, &node, error);
        if (r == 0) {
                buffer_clear(buffer);
                json_writer_init(&writer, buffer);
                json_write_node(&writer, node);
                *json = buffer_view(buffer);
        }
        arena_reset(&service->wire.scratch);
        return r == ERR_REJECT ? error_prefix(error, SERVICE_REFUSE, "`records` cannot be read") : r;
}
