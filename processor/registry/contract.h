/* contract.h: what the topics that Durand writes promise to their readers, and under which subject a registry keeps it.
 *
 * A contract is an Avro schema of schemas/, compiled into the program; that of a feed is made from the fields that its
 * configuration lists. It holds for JSON as well: a message in JSON is the value that the Avro form means
 * (schemas/README.md).
 */
#pragma once

#include "base/arena.h"
#include "config/config.h"

enum contract_part {
        CONTRACT_KEY,
        CONTRACT_VALUE,
        CONTRACT_PART_COUNT,
};

/* The contract of @part of the topic @name (without prefix: "golden.person", "sync.erp"), as JSON text that lives for
 * ever, or in @arena (a feed's). Empty for a topic that has none, such as "deadletter", or a feed with a field whose
 * name Avro does not allow (text_is_identifier()). */
struct text contract_find(const struct config *config, struct text name, enum contract_part part, struct arena *arena);

/* The subject of @part of the whole topic @topic, whose schema has the full name @record: after the strategies of
 * Confluent's serializers (TopicName, RecordName, TopicRecordName). Keys are texts, which have no names of their own:
 * always after their topic. In @arena. */
struct text contract_subject(const struct config *config, struct text topic, enum contract_part part,
                             struct text record, struct arena *arena);
