/* What to do about a dead letter, by the words of its reason.
 *
 * Reasons are sentences for people, made where the fact is known (decode, registry, avro, base/json_read.c). Some name
 * their own remedy; this table is for the rest, and tests/kafka/test_deadletter.py holds it against reasons that the
 * program really gives. The first row whose words occur counts, so what is narrower stands first.
 */
#include "deadletter/letter.h"

#include <string.h>

static const struct {
        const char *words;
        const char *remedy;
} remedies[] = {
        {"the registry knows no schema",
         "register the schema under this id, or let its writer use this registry (registry.url), then replay"},
        {"only AVRO can be read", "let the source write Avro or JSON"},
        {"no registry", "set registry.url, then replay"},
        {"Confluent's wire format", "set registry.url, then replay"},
        {"no schema id in front", "set the source's encoding to what it writes, then replay"},
        {"the value is no Avro",
         "the bytes are not what their schema says: look at the writer, replay a repaired value"},
        {"nesting", "no row is so deep: look at what writes the topic; replay a repaired value"},
        {"nested deeper", "no row is so deep: look at what writes the topic; replay a repaired value"},
        {"UTF-8", "the source writes another character set: set its connector to UTF-8, replay a repaired value"},
        {"is larger than the limit", "no row is so large: look at what writes the topic; replay a repaired value"},
        {"max.message.bytes", "raise max.message.bytes of the topic and kafka.message.max.bytes, restart, then replay"},
        {"the value is no JSON",
         "set the source's encoding, or repair the value (`show --raw`, `replay --value FILE`)"},
        {"is this source's dialect really", "correct the source's dialect, then replay"},
        {"is no object", "the source writes no rows here: correct its topics or dialect, or replay a repaired value"},
        {"the value is empty", "a deletion is a null, not an empty value: look at what writes the topic"},
        {"has no mapping", "add the entity to the source's mapping, then replay"},
        {"no key", "name the key fields in the source's mapping (key: [...]), or replay with --key"},
        {"without key", "give the message a key where it is written, or replay with --key"},
        {"tombstone", "name the key fields in the source's mapping (key: [...]), or replay with --key"},
        {"record id", "correct the record in its system; it sends it again"},
        {"are allowed", "nothing a configuration can change: split the message where it is written"},
        {"ChangeEventHeader",
         "the event is not what Salesforce publishes: look at the connector, replay a repaired value"},
        {"field \"", "correct the field in its system, which sends the record again, or replay a repaired value"},
};

const char *letter_remedy(struct text reason)
{
        for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
                if (memmem(reason.data, reason.length, remedies[i].words, strlen(remedies[i].words)))
                        return remedies[i].remedy;
        }
        return "look at the value (`show`), correct the source's mapping or the value, then replay";
}
