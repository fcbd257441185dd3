/* Every option, once.
 *
 * The table is what parsing, defaults, limits, the search for misspelt names and docs/configuration.md are made of; an
 * option that is not here does not exist. Options are read in the order of the table, not of the file: attributes
 * before the sources that use them.
 */
#include "config/policy_load.h"

#define SECOND_MS 1000LL
#define MINUTE_MS 60000LL
#define DAY_MS 86400000LL

#define FILE_AT(member) offsetof(struct config, member)
#define SOURCE_AT(member) offsetof(struct source_draft, member)
#define ENTITY_AT(member) offsetof(struct entity_draft, member)
#define FIELD_AT(member) offsetof(struct field_draft, member)
#define ATTRIBUTE_AT(member) offsetof(struct attribute_draft, member)
#define TARGET_AT(member) offsetof(struct target_draft, member)
#define TARGET_ENTITY_AT(member) offsetof(struct target_entity_draft, member)
#define WRITE_AT(member) offsetof(struct write_draft, member)
#define FEED_AT(member) offsetof(struct feed_draft, member)
#define RULE_AT(member) offsetof(struct rule_draft, member)
#define QUEUE_AT(member) offsetof(struct queue_draft, member)
#define SURVIVORSHIP_AT(member) offsetof(struct survivorship_draft, member)

static const char *const dialect_words[] = {"row", "salesforce-cdc", "debezium", NULL};
static const char *const type_words[] = {"person", "organization", NULL};
static const char *const encoding_words[] = {"json", "avro", NULL};
static const char *const key_encoding_words[] = {"text", "avro", NULL};
static const char *const unmapped_words[] = {"deadletter", "ignore", NULL};
static const char *const source_encoding_words[] = {"auto", "json", "avro", NULL};
static const char *const cloudevents_words[] = {"binary", "structured", NULL};
static const char *const subject_words[] = {"topic", "record", "topic-record", NULL};
static const char *const consent_words[] = {"newest_explicit", "most_restrictive", NULL};
static const char *const survivorship_words[] =
        {"trust",   "steward",  "newest",   "oldest", "most_frequent",   "longest",          "minimum",
         "maximum", "any_true", "all_true", "sum",    "newest_explicit", "most_restrictive", NULL};
static const char *const level_words[] = {"error", "warn", "info", "debug", NULL};
static const char *const kind_words[] = {"text",  "name",    "date",      "time",       "email",
                                         "phone", "address", "reference", "identifier", "url",
                                         "code",  "consent", "number",    "boolean",    NULL};

static const char *const sync_mode_words[] = {"publish", "preview", "read_only", NULL};
static const char *const write_words[] = {"fill", "correct", NULL};
static const char *const format_words[] = {"e164", "international", "national", NULL};
static const char *const verdict_words[] = {"same", "never", "review", NULL};
static const char *const merge_words[] = {"never", "oldest", "newest", "fullest", NULL};

const struct option options[] = {
        {SCOPE_FILE, "instance", VALUE_TEXT, FILE_AT(instance), "durand", 1, 64, NULL, NULL,
         "Name of this installation; the transactional id and the consumer group derive from it. Two running services "
         "with one name fence each other: that is how a standby takes over."},
        {SCOPE_FILE, "state", VALUE_TEXT, FILE_AT(state_dir), "state", 1, 4096, NULL, NULL,
         "Directory of the local state, relative to the working directory. It can always be rebuilt from the topic "
         "`records`."},

        {SCOPE_FILE, "service.heartbeat", VALUE_DURATION, FILE_AT(heartbeat_ms), "1s", 100, 60 * SECOND_MS, NULL, NULL,
         "Without output for this long, an empty transaction tells a standby and the monitoring that the service is "
         "alive."},
        {SCOPE_FILE, "service.takeover", VALUE_DURATION, FILE_AT(takeover_ms), "3s", 500, 10 * MINUTE_MS, NULL, NULL,
         "A standby (`durand run --standby`) takes over when the active instance has committed nothing for this long, "
         "and never before two heartbeats. Longer than a batch and a checkpoint take under load."},
        {SCOPE_FILE, "service.checkpoint", VALUE_DURATION, FILE_AT(checkpoint_ms), "5s", 100, 10 * MINUTE_MS, NULL,
         NULL,
         "How often the local state is made durable. Longer is faster, and a restart reads more of `records` again."},
        {SCOPE_FILE, "service.discovery", VALUE_DURATION, FILE_AT(discovery_ms), "30s", SECOND_MS, 60 * MINUTE_MS, NULL,
         NULL, "How often new topics (of a pattern) and new partitions are looked for."},
        {SCOPE_FILE, "service.batch_messages", VALUE_INTEGER, FILE_AT(batch_messages), "10000", 1, 1000000, NULL, NULL,
         "Messages that one transaction takes at most."},
        {SCOPE_FILE, "service.batch_wait", VALUE_DURATION, FILE_AT(batch_wait_ms), "50ms", 1, 10 * SECOND_MS, NULL,
         NULL, "How long a batch waits for more messages."},
        {SCOPE_FILE, "service.memory", VALUE_BYTES, FILE_AT(memory_bytes), "256MiB", 32LL << 20, 1LL << 40, NULL, NULL,
         "Memory for messages: those that are read ahead, those of the batch with what is made of them, and those on "
         "their "
         "way out. Where the cluster takes more slowly than it gives, reading waits. Not counted: the program itself, "
         "the "
         "state's pages, and what one batch touches of it."},
        {SCOPE_FILE, "service.tombstone_retention", VALUE_DURATION, FILE_AT(tombstone_retention_ms), "90d", DAY_MS,
         3650 * DAY_MS, NULL, NULL,
         "How long a deleted record's tombstone and ghost stay: late events of the record and the id of its entity "
         "depend "
         "on them."},
        {SCOPE_FILE, "service.map_size", VALUE_BYTES, FILE_AT(map_bytes), "1TiB", 64LL << 20, 64LL << 40, NULL, NULL,
         "Address space of the state. It is sparse: no disk or memory is used before there are data."},
        {SCOPE_FILE, "service.threads", VALUE_INTEGER, FILE_AT(threads), "0", 0, 256, NULL, NULL,
         "Threads that decode, standardise and score; 0 is one for each core."},
        {SCOPE_FILE, "service.ghost_secret", VALUE_SECRET, FILE_AT(ghost_secret), "", 0, 1024, NULL, NULL,
         "Key of the hashes that are kept of deleted records. Without it the key is a constant of the program; a "
         "change "
         "starts a new epoch."},

        {SCOPE_FILE, "kafka", VALUE_MAP, 0, NULL, 0, 0, NULL, read_kafka,
         "Properties of librdkafka, passed on as they are: `bootstrap.servers`, `security.protocol`, ... A list is "
         "joined "
         "by commas. What the exactly-once protocol depends on is set by Durand and cannot be given."},

        {SCOPE_FILE, "topics.prefix", VALUE_TEXT, FILE_AT(topic_prefix), "durand.", 0, 100, NULL, NULL,
         "Goes before the name of every topic that Durand writes."},
        {SCOPE_FILE, "topics.partitions", VALUE_INTEGER, FILE_AT(partitions), "6", 1, 10000, NULL, NULL,
         "Partitions of the topics that Durand creates."},
        {SCOPE_FILE, "topics.replication", VALUE_INTEGER, FILE_AT(replication), "-1", -1, 100, NULL, NULL,
         "Replicas of the topics that Durand creates; -1 is the broker's default."},

        {SCOPE_FILE, "topics.encoding", VALUE_WORD, FILE_AT(output.encoding_name), "json", 0, 0, encoding_words, NULL,
         "How values are written: JSON, or Avro with a schema id of the registry in front (docs/avro.md). May change "
         "at "
         "any time: what was written before is still read."},
        {SCOPE_FILE, "topics.key_encoding", VALUE_WORD, FILE_AT(output.key_encoding_name), "text", 0, 0,
         key_encoding_words, NULL,
         "How keys are written: ids as text, or Avro. Topics are compacted by their keys' bytes, so it cannot change "
         "under a prefix. Keys of `records` are always text."},
        {SCOPE_FILE, "topics.cloudevents", VALUE_WORD, FILE_AT(output.cloudevents_name), "binary", 0, 0,
         cloudevents_words, NULL,
         "Where a CloudEvent's attributes stand: in headers beside the value (binary mode), or around it (structured "
         "mode). `records` and `deadletter` are always written in binary mode."},

        {SCOPE_FILE, "registry.url", VALUE_LIST, FILE_AT(registry.urls), NULL, 0, 16, NULL, NULL,
         "Address of a Schema Registry with Confluent's API (`https://registry:8081`, Apicurio: "
         "`http://host/apis/ccompat/v7`). Several addresses of one registry are tried in order."},
        {SCOPE_FILE, "registry.user", VALUE_TEXT, FILE_AT(registry.user), "", 0, 1024, NULL, NULL,
         "User of basic authentication."},
        {SCOPE_FILE, "registry.password", VALUE_SECRET, FILE_AT(registry.password), "", 0, 4096, NULL, NULL,
         "The user's password."},
        {SCOPE_FILE, "registry.token", VALUE_SECRET, FILE_AT(registry.token), "", 0, 65536, NULL, NULL,
         "Token of bearer authentication, instead of a user."},
        {SCOPE_FILE, "registry.ca", VALUE_TEXT, FILE_AT(registry.ca), "", 0, 4096, NULL, NULL,
         "File of the authorities (PEM) that the registry's certificate must come from. Default: the system's."},
        {SCOPE_FILE, "registry.certificate", VALUE_TEXT, FILE_AT(registry.certificate), "", 0, 4096, NULL, NULL,
         "File of a client certificate (PEM)."},
        {SCOPE_FILE, "registry.key", VALUE_TEXT, FILE_AT(registry.key), "", 0, 4096, NULL, NULL,
         "File of the client certificate's private key (PEM)."},
        {SCOPE_FILE, "registry.timeout", VALUE_DURATION, FILE_AT(registry.timeout_ms), "5s", 100, MINUTE_MS, NULL, NULL,
         "How long one request may take. Failed requests are repeated with growing pauses."},
        {SCOPE_FILE, "registry.subjects", VALUE_WORD, FILE_AT(registry.subjects), "topic", 0, 0, subject_words, NULL,
         "Names of the subjects under which values are registered: `topic` (durand.changes-value), `record` "
         "(durand.Change) or `topic-record` (durand.changes-durand.Change). Keys are always named after their topic."},
        {SCOPE_FILE, "registry.register", VALUE_BOOL, FILE_AT(registry.registers), "true", 0, 1, NULL, NULL,
         "Register the contracts at the start, if they are compatible. Otherwise they must have been registered with "
         "`durand schemas register`."},

        {SCOPE_FILE, "attributes", VALUE_MAP, 0, NULL, 0, 0, NULL, read_attributes,
         "Attributes beside the built-in ones: a name and its kind (`loyalty_number: identifier`) or a map of the "
         "options "
         "below."},

        {SCOPE_FILE, "sources", VALUE_MAP, 0, NULL, 0, 0, NULL, read_sources,
         "The systems that Durand reads, each with the options below. Without this section any source is accepted and "
         "its "
         "fields map by themselves."},

        {SCOPE_FILE, "survivorship.consent", VALUE_WORD, FILE_AT(consent_rule_name), "newest_explicit", 0, 0,
         consent_words, NULL,
         "Which word on a consent counts where the records of a person differ: the newest explicit decision, or any "
         "denial "
         "as long as one record has it (docs/consent.md)."},

        {SCOPE_FILE, "survivorship.person", VALUE_MAP, 0, NULL, 0, 0, NULL, read_survivorship_of_persons,
         "Attribute: the rule that chooses its value where the records of a person differ (`{job_title: newest}`), or "
         "a "
         "map of the options below: docs/survivorship.md. `address` and `consent` stand for all their parts. Default: "
         "`trust`, of consents `survivorship.consent`."},
        {SCOPE_FILE, "survivorship.organization", VALUE_MAP, 0, NULL, 0, 0, NULL, read_survivorship_of_organizations,
         "The same for organizations."},

        {SCOPE_FILE, "conflicts.ignore", VALUE_LIST, 0, NULL, 0, CONFLICT_KIND_COUNT, NULL, read_ignored_conflicts,
         "Kinds of conflicts that are never opened (`[orphan_reference]`): docs/conflicts.md."},
        {SCOPE_FILE, "conflicts.concurrent", VALUE_DURATION, FILE_AT(concurrent_ms), "1m", 0, DAY_MS, NULL, NULL,
         "Two systems that set an attribute to different values within this time edited it at the same time. 0: nobody "
         "is asked."},
        {SCOPE_FILE, "conflicts.queue", VALUE_TEXT, FILE_AT(default_queue), "stewards", 1, 64, NULL, NULL,
         "The queue of conflicts that none of `conflicts.queues` takes."},
        {SCOPE_FILE, "conflicts.by_owner", VALUE_BOOL, FILE_AT(queue_by_owner), "false", 0, 1, NULL, NULL,
         "Before `conflicts.queue`: if all records of a conflict that name an `owner` name the same, its queue is "
         "`owner:` and that name."},
        {SCOPE_FILE, "conflicts.queues", VALUE_MAP, 0, NULL, 0, 0, NULL, read_queues,
         "Queues by name, each with the options below; a conflict goes to the first whose conditions all hold."},

        {SCOPE_FILE, "sync", VALUE_MAP, 0, NULL, 0, 0, NULL, read_sync,
         "The sources that Durand also writes to, by name, each with the options below: docs/sync.md."},
        {SCOPE_FILE, "feeds", VALUE_MAP, 0, NULL, 0, 0, NULL, read_feeds,
         "Projections of golden records, each for one consumer and a topic `feed.<name>` of its own: docs/feeds.md."},

        {SCOPE_FILE, "matching.population.person", VALUE_INTEGER, FILE_AT(population[TYPE_PERSON]), "0", 0,
         10000000000LL, NULL, NULL,
         "Number of person records that the prior odds are made for; 0 takes the model's. Within a factor of four is "
         "near "
         "enough."},
        {SCOPE_FILE, "matching.population.organization", VALUE_INTEGER, FILE_AT(population[TYPE_ORGANIZATION]), "0", 0,
         10000000000LL, NULL, NULL, "The same for organizations."},
        {SCOPE_FILE, "matching.match", VALUE_BITS, FILE_AT(zones_of_all.match_mbit), "2 bits", -100000, 100000, NULL,
         NULL, "Posterior from which two records are the same. 0 bits is even odds; each bit doubles them."},
        {SCOPE_FILE, "matching.review", VALUE_BITS, FILE_AT(zones_of_all.review_mbit), "-2 bits", -100000, 100000, NULL,
         NULL, "Posterior from which a person is asked; at most `matching.match`."},
        {SCOPE_FILE, "matching.person.match", VALUE_BITS, FILE_AT(zones[TYPE_PERSON].match_mbit), NULL, -100000, 100000,
         NULL, NULL, "`matching.match` for persons alone."},
        {SCOPE_FILE, "matching.person.review", VALUE_BITS, FILE_AT(zones[TYPE_PERSON].review_mbit), NULL, -100000,
         100000, NULL, NULL, "`matching.review` for persons alone."},
        {SCOPE_FILE, "matching.organization.match", VALUE_BITS, FILE_AT(zones[TYPE_ORGANIZATION].match_mbit), NULL,
         -100000, 100000, NULL, NULL, "`matching.match` for organizations alone."},
        {SCOPE_FILE, "matching.organization.review", VALUE_BITS, FILE_AT(zones[TYPE_ORGANIZATION].review_mbit), NULL,
         -100000, 100000, NULL, NULL, "`matching.review` for organizations alone."},
        {SCOPE_FILE, "matching.cap", VALUE_INTEGER, FILE_AT(block_cap), "50", 2, 10000, NULL, NULL,
         "Distinct values that may share a blocking key. A key shared by more is generic: it proposes no pairs and its "
         "value is no evidence."},
        {SCOPE_FILE, "matching.max_cluster_records", VALUE_INTEGER, FILE_AT(cluster_records_max), "100", 2, 1000000,
         NULL, NULL, "An entity with more records opens an over-merge conflict."},
        {SCOPE_FILE, "matching.ignore.person", VALUE_LIST, 0, NULL, 0, 256, NULL, read_ignored_of_persons,
         "Attributes that take no part in the matching of persons: they are no evidence and propose no pairs. "
         "`address` "
         "stands for all its parts."},
        {SCOPE_FILE, "matching.ignore.organization", VALUE_LIST, 0, NULL, 0, 256, NULL, read_ignored_of_organizations,
         "The same for organizations."},
        {SCOPE_FILE, "matching.weight.person", VALUE_MAP, 0, NULL, 0, 0, NULL, read_weights_of_persons,
         "Attribute: how much its evidence counts, for and against, from 0 to 4 (`{email: 0.5, birth_date: 1.5}`). 1 "
         "is "
         "what the model says; with 0 it is no evidence, but still proposes pairs. City, postal code, region and "
         "country "
         "are one piece of evidence: the last of them counts. `full_name` stands for all parts of a name."},
        {SCOPE_FILE, "matching.weight.organization", VALUE_MAP, 0, NULL, 0, 0, NULL, read_weights_of_organizations,
         "The same for organizations."},
        {SCOPE_FILE, "matching.rules", VALUE_MAP, 0, NULL, 0, 0, NULL, read_rules,
         "Rules beside the weights, by name, each with the options below. `never` goes before `same`, `same` before "
         "`review`, and each before the weights."},
        {SCOPE_FILE, "matching.model", VALUE_TEXT, FILE_AT(model_file), "", 0, 4096, NULL, NULL,
         "File of a trained model (`durand train`), relative to the working directory; without it the built-in one."},
        {SCOPE_FILE, "matching.country", VALUE_COUNTRY, FILE_AT(default_country), "", 0, 2, NULL, NULL,
         "Country of phones and addresses that name none, for sources without a `country` of their own."},

        {SCOPE_FILE, "http.listen", VALUE_TEXT, FILE_AT(http_listen), "", 0, 80, NULL, NULL,
         "Address and port of the pages /metrics, /health and /ready, such as 127.0.0.1:9187 or [::1]:9187; without it "
         "there is no port. It knows neither TLS nor passwords: listen on loopback or on a network of its own."},

        {SCOPE_FILE, "log.level", VALUE_WORD, FILE_AT(log_level), "info", 0, 0, level_words, NULL,
         "What is written to standard error. `debug` may hold personal data."},
        {SCOPE_FILE, "log.json", VALUE_BOOL, FILE_AT(log_json), "false", 0, 1, NULL, NULL, "One JSON object a line."},

        {SCOPE_SOURCE, "dialect", VALUE_WORD, SOURCE_AT(dialect_name), "row", 0, 0, dialect_words, NULL,
         "What the events look like: flat rows, Salesforce Change Data Capture, or Debezium."},
        {SCOPE_SOURCE, "topics", VALUE_LIST, SOURCE_AT(config.topics), NULL, 0, 1000, NULL, NULL,
         "Kafka topics of the source; each topic belongs to one source. One that begins with `^` is a regular "
         "expression "
         "(POSIX extended; it ends with `$` where it is to match the whole name): topics that match it are read as "
         "soon as "
         "they exist, but never Durand's own outputs."},
        {SCOPE_SOURCE, "encoding", VALUE_WORD, SOURCE_AT(encoding_name), "auto", 0, 0, source_encoding_words, NULL,
         "How messages are encoded. `auto`: a key or value that begins with a zero byte and a schema id is Avro where "
         "there is a registry, everything else JSON. `json` is for integer keys that look like Avro."},
        {SCOPE_SOURCE, "mapping", VALUE_LIST, 0, NULL, 0, 16, NULL, read_mapping,
         "A preset, `identity` (fields named after attributes or by usual column names map by themselves), or a list "
         "of "
         "them. Default: `identity` where no entities are given."},
        {SCOPE_SOURCE, "entities", VALUE_MAP, 0, NULL, 0, 0, NULL, read_entities,
         "Objects or tables of the source by name, each with the options below. An entity that a preset has is "
         "extended."},
        {SCOPE_SOURCE, "tables", VALUE_MAP, 0, NULL, 0, 0, NULL, read_entities, "Another word for `entities`."},
        {SCOPE_SOURCE, "objects", VALUE_MAP, 0, NULL, 0, 0, NULL, read_entities, "Another word for `entities`."},
        {SCOPE_SOURCE, "unmapped", VALUE_WORD, SOURCE_AT(unmapped_name), "deadletter", 0, 0, unmapped_words, NULL,
         "What the service does with a message of an object or table that has no mapping: keep it as a dead letter, "
         "which "
         "can be sent again once there is one, or `ignore` it."},
        {SCOPE_SOURCE, "trust", VALUE_MAP, 0, NULL, 0, 0, NULL, read_trust,
         "Trust in the source's values from 0 to 100: one number, or a map of `default` and attributes "
         "(`{default: 60, email: 80}`; `address` stands for all its parts). Default: 50."},
        {SCOPE_SOURCE, "country", VALUE_COUNTRY, SOURCE_AT(config.country), "", 0, 2, NULL, NULL,
         "Country of phones and addresses that name none. Default: `matching.country`."},
        {SCOPE_SOURCE, "unique", VALUE_LIST, 0, NULL, 0, 2, NULL, read_unique,
         "The source never holds two records of one entity: such records are kept apart, whatever they say. `true`, or "
         "the entity types that it holds for (`[person]`). Default: `false`."},
        {SCOPE_SOURCE, "refresh", VALUE_BOOL, SOURCE_AT(config.refresh), "false", 0, 1, NULL, NULL,
         "Publish a refresh request for each record that may have changed unseen (gap and overflow events)."},

        {SCOPE_ENTITY, "type", VALUE_WORD, ENTITY_AT(type_name), NULL, 0, 0, type_words, NULL,
         "What the entity's records are. Required, unless a preset says it."},
        {SCOPE_ENTITY, "key", VALUE_LIST, ENTITY_AT(mapping.key_fields), NULL, 0, 16, NULL, NULL,
         "Field or fields that make the record id. Default: the Kafka key, or what the dialect says."},
        {SCOPE_ENTITY, "version", VALUE_TEXT, ENTITY_AT(mapping.version_field), NULL, 0, 255, NULL, NULL,
         "Field that orders the changes of a record (a time or a growing number), for rows. Default: the message's "
         "time."},
        {SCOPE_ENTITY, "fields", VALUE_MAP, 0, NULL, 0, 0, NULL, read_fields,
         "Source field: attribute. The attribute may carry a label (`phone:mobile`) or be a map of the options below; "
         "`ignore` switches a preset's field off; a last entry `...` lets all other fields map by themselves."},

        {SCOPE_FIELD, "attribute", VALUE_TEXT, FIELD_AT(attribute_name), NULL, 1, 63, NULL, NULL,
         "Name of the attribute, from the vocabulary below or from `attributes`. Required."},
        {SCOPE_FIELD, "label", VALUE_TEXT, FIELD_AT(mapping.label), NULL, 0, 64, NULL, NULL,
         "Which of several values it is: `mobile`, `mailing`. Parts of an address with one label belong together."},
        {SCOPE_FIELD, "opt_out", VALUE_BOOL, FIELD_AT(opt_out), NULL, 0, 1, NULL, NULL,
         "Of a consent: a true value denies it, a false one grants it where nobody decided (docs/consent.md)."},
        {SCOPE_FIELD, "opt_in", VALUE_BOOL, FIELD_AT(opt_in), NULL, 0, 1, NULL, NULL,
         "Of a consent: a true value grants it, a false one denies it."},
        {SCOPE_FIELD, "values", VALUE_MAP, 0, NULL, 0, 0, NULL, read_values,
         "Replacements of whole values (`{M: m, W: f}`); a value that is not listed passes unchanged."},
        {SCOPE_FIELD, "source", VALUE_TEXT, FIELD_AT(mapping.reference_source), NULL, 1, 64, NULL, NULL,
         "Of a reference: the source that the referenced record belongs to. Default: the same source."},

        {SCOPE_ATTRIBUTE, "kind", VALUE_WORD, ATTRIBUTE_AT(kind_name), "text", 0, 0, kind_words, NULL,
         "How values are standardised, compared and shown."},
        {SCOPE_ATTRIBUTE, "types", VALUE_LIST, ATTRIBUTE_AT(types), NULL, 0, 2, NULL, NULL,
         "The entity types that have it: `person`, `organization`. Default: both."},
        {SCOPE_ATTRIBUTE, "multiple", VALUE_BOOL, ATTRIBUTE_AT(multiple), "false", 0, 1, NULL, NULL,
         "Whether a record may have several labelled values."},

        {SCOPE_TARGET, "mode", VALUE_WORD, TARGET_AT(mode), "publish", 0, 0, sync_mode_words, NULL,
         "`publish` writes commands to `sync.<source>`, `preview` to `sync-preview.<source>` for people to look at, "
         "`read_only` none."},
        {SCOPE_TARGET, "entities", VALUE_MAP, 0, NULL, 0, 0, NULL, read_target_entities,
         "Objects or tables of the source that are written, each with the options below. Others are left alone."},
        {SCOPE_TARGET, "tables", VALUE_MAP, 0, NULL, 0, 0, NULL, read_target_entities, "Another word for `entities`."},
        {SCOPE_TARGET, "objects", VALUE_MAP, 0, NULL, 0, 0, NULL, read_target_entities, "Another word for `entities`."},

        {SCOPE_TARGET_ENTITY, "write", VALUE_MAP, 0, NULL, 0, 0, NULL, read_writes,
         "Attribute: `fill` (only where the record has no valid value) or `correct` (wherever it says something else), "
         "or a "
         "map of the options below. `address` and `consent` stand for all their parts. A label (`phone:mobile`) takes "
         "the "
         "value that some record has under that label, no label the golden record's first."},
        {SCOPE_TARGET_ENTITY, "create.when", VALUE_TEXT, TARGET_ENTITY_AT(create_when), "", 0, 4096, NULL, NULL,
         "A filter: entities without a record in this source get one where it holds. Without `create` none is made."},
        {SCOPE_TARGET_ENTITY, "create.required", VALUE_LIST, TARGET_ENTITY_AT(create_required), NULL, 0, 64, NULL, NULL,
         "Fields of the target without which no record can be made."},
        {SCOPE_TARGET_ENTITY, "merge", VALUE_WORD, TARGET_ENTITY_AT(merge), "never", 0, 0, merge_words, NULL,
         "Whether several records of one entity in this table are merged, and which of them stays."},
        {SCOPE_TARGET_ENTITY, "remove.when", VALUE_TEXT, TARGET_ENTITY_AT(remove_when), "", 0, 4096, NULL, NULL,
         "A filter: records whose entity it holds for are removed."},
        {SCOPE_TARGET_ENTITY, "remove.set", VALUE_MAP, 0, NULL, 0, 0, NULL, read_sets,
         "Removing means setting these fields (`{Status__c: Inactive}`), which the source's mapping must know. Without "
         "it "
         "the record is deleted."},

        {SCOPE_WRITE, "mode", VALUE_WORD, WRITE_AT(mode), "correct", 0, 0, write_words, NULL, "`fill` or `correct`."},
        {SCOPE_WRITE, "from", VALUE_LIST, WRITE_AT(from), NULL, 0, 256, NULL, NULL,
         "Sources whose values may be written. Default: all."},
        {SCOPE_WRITE, "label", VALUE_TEXT, WRITE_AT(label), NULL, 0, 64, NULL, NULL,
         "Which of the target's fields it goes to (`mailing`). Default: the one with the same label, else the first "
         "that "
         "is mapped."},
        {SCOPE_WRITE, "format", VALUE_WORD, WRITE_AT(format), "e164", 0, 0, format_words, NULL,
         "How a telephone number is written."},
        {SCOPE_WRITE, "max_length", VALUE_INTEGER, WRITE_AT(max_length), "0", 0, 8192, NULL, NULL,
         "Characters that the field holds; a longer value is not written, for a cut one would come back as a newer "
         "one. "
         "0 is any."},
        {SCOPE_WRITE, "values", VALUE_MAP, 0, NULL, 0, 0, NULL, read_write_values,
         "Golden value: the target's word for it (`{FR: France, DE: Germany}`; of an address: for its country); a "
         "value "
         "that is not listed is not "
         "written. Default: the `values` of the source's mapping, backwards."},

        {SCOPE_FEED, "type", VALUE_WORD, FEED_AT(type_name), "person", 0, 0, type_words, NULL,
         "Of which golden records the feed is made."},
        {SCOPE_FEED, "when", VALUE_TEXT, FEED_AT(when), "", 0, 4096, NULL, NULL, "A filter; without it all are in."},
        {SCOPE_FEED, "consent", VALUE_LIST, FEED_AT(consent), NULL, 0, 16, NULL, NULL,
         "Channels (`email`, `phone`, `marketing`), or attributes of kind consent, that must all have been granted."},
        {SCOPE_FEED, "unless_denied", VALUE_BOOL, FEED_AT(feed.unless_denied), "false", 0, 1, NULL, NULL,
         "It is enough that nobody denied the consents: who never said anything is in."},
        {SCOPE_FEED, "unique", VALUE_TEXT, FEED_AT(unique), "", 0, 63, NULL, NULL,
         "An attribute whose values have one row each, however many entities share one: `email`. The row is that of "
         "the "
         "best known entity (completeness, then the smallest entity id)."},
        {SCOPE_FEED, "key", VALUE_TEXT, FEED_AT(key), "entity_id", 1, 63, NULL, NULL,
         "The key of the rows: `entity_id`, or an attribute, which is then unique."},
        {SCOPE_FEED, "fields", VALUE_MAP, 0, NULL, 0, 0, NULL, read_feed_fields,
         "The consumer's name of a field: an attribute, or `entity_id`, `completeness`, `records`, `sources`. "
         "Required."},

        {SCOPE_RULE, "type", VALUE_WORD, RULE_AT(type_name), NULL, 0, 0, type_words, NULL,
         "The entity type that the rule is about. Required."},
        {SCOPE_RULE, "when.same", VALUE_LIST, RULE_AT(same), NULL, 0, 64, NULL, NULL,
         "Attributes of which both records must have an equal value, after standardising. Parts of an address must be "
         "of one address on each side. Required for `same` and `review`: these values propose the pair."},
        {SCOPE_RULE, "when.different", VALUE_LIST, RULE_AT(different), NULL, 0, 64, NULL, NULL,
         "Attributes of which both records must have values, but none in common. Required for `never`."},
        {SCOPE_RULE, "then", VALUE_WORD, RULE_AT(then), NULL, 0, 0, verdict_words, NULL,
         "`same`: one entity, before any weights, unless validated identifiers, a unique source or a `never` forbid "
         "it. "
         "`never`: kept apart. `review`: a person is asked. Required."},

        {SCOPE_SURVIVORSHIP, "rule", VALUE_WORD, SURVIVORSHIP_AT(rule_name), "trust", 0, 0, survivorship_words, NULL,
         "Which value it is. `sum`, `any_true` and `all_true` are for numbers and booleans, `minimum` and `maximum` "
         "for "
         "what has an order, `newest_explicit` and `most_restrictive` for consents."},
        {SCOPE_SURVIVORSHIP, "half_life", VALUE_DURATION, SURVIVORSHIP_AT(survivorship.half_life_ms), "0", 0,
         36500 * DAY_MS, NULL, NULL,
         "Of `trust` and `steward`: a value that is this much older than the newest one counts with half its source's "
         "trust, one twice as much older with a third. 0: trust does not age."},
        {SCOPE_SURVIVORSHIP, "with", VALUE_TEXT, SURVIVORSHIP_AT(with_name), "", 0, 63, NULL, NULL,
         "The attribute that it goes with: both come from the record that gave that one, or it has no value "
         "(`family_name: {with: given_name}`)."},

        {SCOPE_QUEUE, "kinds", VALUE_LIST, QUEUE_AT(kinds), NULL, 0, CONFLICT_KIND_COUNT, NULL, NULL,
         "Kinds of conflicts. Default: all."},
        {SCOPE_QUEUE, "types", VALUE_LIST, QUEUE_AT(types), NULL, 0, 2, NULL, NULL,
         "Entity types (`person`, `organization`). Default: both."},
        {SCOPE_QUEUE, "sources", VALUE_LIST, QUEUE_AT(queue.sources), NULL, 0, 256, NULL, NULL,
         "Sources of which a record takes part. Default: all."},
        {SCOPE_QUEUE, "owners", VALUE_LIST, QUEUE_AT(queue.owners), NULL, 0, 4096, NULL, NULL,
         "Values of the attribute `owner` of a record that takes part. Default: all."},
        {SCOPE_QUEUE, "rules", VALUE_LIST, QUEUE_AT(queue.rules), NULL, 0, 256, NULL, NULL,
         "Rules of `matching.rules` that asked. Default: all, and what no rule asked."},
};

const size_t option_count = sizeof(options) / sizeof(options[0]);
