/* From fields to attributes.
 *
 * A field's name is looked up in the configured fields (exactly, then without case; in Salesforce's two spellings of a
 * compound's part, "MailingAddress.City" and "MailingCity"); what is not listed maps by identity where the mapping says
 * so. A small hash table over the configured fields is made for each message: fifty fields against fifty columns would
 * otherwise cost more than parsing.
 *
 * Several fields may meet in one slot (attribute and label). House number and street are joined, and so are the year,
 * month and day of a date; of others the first that is not empty counts. An empty text is no value: the slot is unset.
 */
#include "decode/mapping.h"

#include "config/identity.h"
#include "decode/key.h"
#include "decode/names.h"
#include "decode/values.h"

#include <string.h>

#define HEADS 128

struct mapping_index {
        const struct entity_mapping *mapping;
        int16_t head[HEADS];
        int16_t *next;
        bool salesforce;
};

/* A value on its way, with the order of its join. */
struct candidate {
        struct change_value value;
        enum identity_join join;
        struct text date[3]; /* year, month and day, where they have fields of their own */
};

struct candidates {
        struct candidate *items;
        uint32_t count;
        uint32_t capacity;
};

struct field_view {
        const struct change_field *field;
        struct text index; /* of an array's member: "1" */
        bool number;
};

static char lower(char c)
{
        return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static uint32_t hash_name(const struct mapping_index *index, struct text name)
{
        char space[NAMES_FLAT_MAX];
        uint32_t hash;

        if (index->salesforce)
                name = names_flatten(name, space);
        hash = name.length * 31;
        if (name.length > 0) {
                hash += (uint8_t)lower(name.data[0]) * 7U + (uint8_t)lower(name.data[name.length / 2]) * 13U;
                hash += (uint8_t)lower(name.data[name.length - 1]);
        }
        return hash % HEADS;
}

static void make_index(struct decoder *decoder, struct mapping_index *index)
{
        const struct entity_mapping *mapping = decoder->mapping;
        uint32_t count;

        index->mapping = mapping;
        index->salesforce = decoder->source->dialect == DIALECT_SALESFORCE_CDC;
        if (!mapping)
                return;
        memset(index->head, 0xff, sizeof(index->head));
        count = mapping->field_count < INT16_MAX ? mapping->field_count : INT16_MAX;
        index->next = arena_alloc(decoder->arena, (count + 1) * sizeof(*index->next));
        for (uint32_t i = count; i-- > 0;) { /* from the last, so that chains are in the order of the file */
                uint32_t hash = hash_name(index, mapping->fields[i].field);

                index->next[i] = index->head[hash];
                index->head[hash] = (int16_t)i;
        }
}

enum name_match {
        MATCH_EXACT,
        MATCH_CASE,
        MATCH_FLAT,
        MATCH_WAYS
};

static bool names_match(struct text configured, struct text name, enum name_match way)
{
        switch (way) {
        case MATCH_EXACT:
                return text_equal(configured, name);
        case MATCH_CASE:
                return text_equal_ascii_case(configured, name);
        default:
                return names_flat_equal(configured, name);
        }
}

/* The first configured field of @name at or behind @from in its chain, or -1. */
static int find_from(const struct mapping_index *index, int at, struct text name, enum name_match way)
{
        while (at >= 0 && !names_match(index->mapping->fields[at].field, name, way))
                at = index->next[at];
        return at;
}

static int find_field(const struct mapping_index *index, struct text name, enum name_match *way)
{
        int head, at = -1;

        if (!index->mapping)
                return -1;
        head = index->head[hash_name(index, name)];
        for (unsigned w = MATCH_EXACT; at < 0 && head >= 0 && w < MATCH_WAYS; w++) {
                if (w == MATCH_FLAT && !index->salesforce)
                        break;
                *way = (enum name_match)w;
                at = find_from(index, head, name, *way);
        }
        return at;
}

/* --- values */

static const struct text true_words[] = {TEXT_INIT("true"), TEXT_INIT("1"),  TEXT_INIT("yes"), TEXT_INIT("y"),
                                         TEXT_INIT("t"),    TEXT_INIT("on"), TEXT_INIT("oui"), TEXT_INIT("ja")};
static const struct text false_words[] = {TEXT_INIT("false"), TEXT_INIT("0"),   TEXT_INIT("no"),  TEXT_INIT("n"),
                                          TEXT_INIT("f"),     TEXT_INIT("off"), TEXT_INIT("non"), TEXT_INIT("nein")};

static bool is_one_of(struct text value, const struct text *words, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                if (text_equal_ascii_case(value, words[i]))
                        return true;
        }
        return false;
}

static struct text transform(const struct field_mapping *field, struct text value)
{
        struct text word = text_trim(value);
        bool yes, no;

        switch (field->transform) {
        case TRANSFORM_NONE:
                return value;
        case TRANSFORM_VALUES:
                for (uint32_t i = 0; i < field->value_count; i++) {
                        if (text_equal(field->values[i].from, word))
                                return field->values[i].to;
                }
                return value;
        case TRANSFORM_OPT_IN:
        case TRANSFORM_OPT_OUT:
                break;
        }
        yes = is_one_of(word, true_words, sizeof(true_words) / sizeof(true_words[0]));
        no = is_one_of(word, false_words, sizeof(false_words) / sizeof(false_words[0]));
        if (!yes && !no)
                return value;
        if (field->transform == TRANSFORM_OPT_IN)
                return yes ? TEXT("granted") : TEXT("denied");
        return yes ? TEXT("denied") : TEXT(CONSENT_NO_OBJECTION);
}

/* A reference to a record of another source is "source\x1frecord id"; ids of Salesforce records are made 18 characters
 * long, as their own record ids are. */
static struct text reference(struct decoder *decoder, struct text source, struct text value)
{
        const struct source_config *other = decoder->source;

        value = text_trim(value);
        if (source.length > 0)
                other = config_find_source(decoder->config, source);
        if (other && other->dialect == DIALECT_SALESFORCE_CDC)
                value = key_salesforce_id(decoder->arena, value);
        if (source.length == 0 || value.length == 0)
                return value;
        return arena_printf(decoder->arena, "%.*s\x1f%.*s", TEXT_ARG(source), TEXT_ARG(value));
}

/* Without a schema a date is a bare number: days from Debezium and Connect, milli-, micro- or nanoseconds for times.
 * Where rows come from elsewhere, four digits are rather a year, and eight digits are a date as people write it. */
static struct text dated(struct decoder *decoder, enum attribute_kind kind, struct text value)
{
        int64_t number, time_ms;
        struct text text = TEXT_NONE;

        if (!text_to_i64(value, &number))
                return value;
        if (number > -200000 && number < 200000) {
                bool year = decoder->source->dialect != DIALECT_DEBEZIUM && number >= 1000 && number <= 9999;

                if (!year && (kind == KIND_DATE || decoder->source->dialect == DIALECT_DEBEZIUM))
                        text = value_date(decoder->arena, number);
        } else if (number < -100000000 || number > 100000000) {
                time_ms = value_guess_time_ms(number);
                text = value_time(decoder->arena, time_ms / 1000 - (time_ms % 1000 < 0),
                                  (uint32_t)((time_ms % 1000 + 1000) % 1000) * 1000000);
                if (kind == KIND_DATE && text.length > 10)
                        text.length = 10;
        }
        return text.length > 0 ? text : value;
}

/* At most RECORD_VALUE_MAX bytes, whole characters. */
static struct text bounded(struct decoder *decoder, struct text name, struct text value)
{
        uint32_t length = RECORD_VALUE_MAX;

        if (value.length <= RECORD_VALUE_MAX)
                return value;
        while (length > 0 && ((uint8_t)value.data[length] & 0xc0) == 0x80)
                length--;
        error_set(decoder->error, 0, "field \"%.*s\": %u bytes, cut to %u", TEXT_ARG(name), value.length, length);
        value.length = length;
        return value;
}

/* --- slots */

static struct candidate *find_slot(struct candidates *list, uint16_t attribute, struct text label)
{
        for (uint32_t i = 0; i < list->count; i++) {
                if (list->items[i].value.attribute == attribute && text_equal(list->items[i].value.label, label))
                        return &list->items[i];
        }
        return NULL;
}

static struct text join_parts(struct decoder *decoder, struct text first, struct text second, bool lines)
{
        return arena_printf(decoder->arena, "%.*s%s%.*s", TEXT_ARG(first), lines ? ", " : " ", TEXT_ARG(second));
}

static void meet(struct decoder *decoder, struct candidate *held, const struct change_value *value,
                 enum identity_join join)
{
        if (!value->set || (held->join == join && join == IDENTITY_WHOLE && held->value.set))
                return;
        if (!held->value.set) {
                held->value = *value;
                held->join = join;
                return;
        }
        bool lines = join == IDENTITY_LINE || held->join == IDENTITY_LINE;
        bool held_goes_behind = held->join == IDENTITY_SUFFIX || held->join == IDENTITY_LINE;
        if (join == IDENTITY_PREFIX || (held_goes_behind && join == IDENTITY_WHOLE))
                held->value.value = join_parts(decoder, value->value, held->value.value, lines);
        else
                held->value.value = join_parts(decoder, held->value.value, value->value, lines);
        if (join == IDENTITY_WHOLE)
                held->join = IDENTITY_WHOLE;
}

/* A spreadsheet's number of a year or a month: "1949.0". */
static struct text without_fraction(struct text value)
{
        return text_ends_with(value, TEXT(".0")) ? text_slice(value, 0, value.length - 2) : value;
}

/* The date that year, month and day make, in a form that says which is which; the year alone where the month is
 * missing. Without a year it is no date, but a field called "birthday" may well hold a whole one. */
static void compose_date(struct decoder *decoder, struct candidate *candidate)
{
        struct text year = without_fraction(text_trim(candidate->date[0]));
        struct text month = without_fraction(text_trim(candidate->date[1]));
        struct text day = without_fraction(text_trim(candidate->date[2]));
        struct text *value = &candidate->value.value;

        if (candidate->value.set)
                return;
        if (day.length > 4)
                *value = day;
        else if (month.length > 0 && day.length > 0 && year.length == 2)
                *value = arena_printf(decoder->arena, "%.*s.%.*s.%.*s", TEXT_ARG(day), TEXT_ARG(month), TEXT_ARG(year));
        else if (month.length > 0 && day.length > 0 && year.length > 0)
                *value = arena_printf(decoder->arena, "%.*s-%.*s-%.*s", TEXT_ARG(year), TEXT_ARG(month), TEXT_ARG(day));
        else if (month.length > 0 && year.length > 0)
                *value = arena_printf(decoder->arena, "%.*s-%.*s", TEXT_ARG(year), TEXT_ARG(month));
        else
                *value = year;
        candidate->value.set = value->length > 0;
}

static bool is_date_part(enum identity_join join)
{
        return join >= IDENTITY_YEAR;
}

static int add_candidate(struct decoder *decoder, struct candidates *list, struct change_value value, struct text name,
                         enum identity_join join)
{
        struct candidate *held = find_slot(list, value.attribute, value.label), added;

        value.set = value.set && text_trim(value.value).length > 0;
        if (value.set)
                value.value = bounded(decoder, name, value.value);
        else
                value.value = TEXT_NONE;
        added = (struct candidate){.value = value, .join = join};
        if (is_date_part(join)) {
                struct text part = value.value;

                if (held) {
                        held->date[join - IDENTITY_YEAR] = part;
                        return 0;
                }
                added.value.set = false;
                added.value.value = TEXT_NONE;
                added.join = IDENTITY_WHOLE;
                added.date[join - IDENTITY_YEAR] = part;
        } else if (held) {
                meet(decoder, held, &value, join);
                return 0;
        }
        if (list->count == list->capacity) {
                uint32_t capacity = list->capacity ? list->capacity * 2 : 32;
                struct candidate *items = arena_alloc(decoder->arena, capacity * sizeof(*items));

                if (list->count >= RECORD_SLOTS_MAX)
                        return decoder_reject(decoder, "more than %d values in one record", RECORD_SLOTS_MAX);
                if (list->count > 0)
                        memcpy(items, list->items, list->count * sizeof(*items));
                list->items = items;
                list->capacity = capacity;
        }
        list->items[list->count++] = added;
        return 0;
}

/* The label of an array's member: the first keeps the field's own label, the second adds "1". */
static struct text indexed_label(struct decoder *decoder, struct text label, struct text index)
{
        if (index.length == 0 || text_equal(index, TEXT("0")))
                return label;
        return fields_join(decoder->arena, label, index);
}

static int add_mapped(struct decoder *decoder, struct candidates *list, const struct field_view *view,
                      const struct field_mapping *field, enum identity_join join)
{
        const struct attribute *attribute = &decoder->config->vocabulary.attributes[field->attribute];
        struct change_value value = {.attribute = field->attribute, .set = view->field->set};

        if (field->attribute == ATTRIBUTE_NONE)
                return 0;
        value.label = indexed_label(decoder, field->label, view->index);
        if (value.set) {
                value.value = transform(field, view->field->value);
                if (attribute->kind == KIND_REFERENCE)
                        value.value = reference(decoder, field->reference_source, value.value);
                else if (view->number && (attribute->kind == KIND_DATE || attribute->kind == KIND_TIME) &&
                         !is_date_part(join))
                        value.value = dated(decoder, attribute->kind, value.value);
        }
        return add_candidate(decoder, list, value, view->field->name, join);
}

/* A field that the configuration lists. The names of address fields say how they go together all the same. */
static int add_configured(struct decoder *decoder, struct candidates *list, const struct field_view *view,
                          const struct field_mapping *field)
{
        bool address = decoder->config->vocabulary.attributes[field->attribute].kind == KIND_ADDRESS;

        return add_mapped(decoder, list, view, field,
                          address ? config_identity_join(view->field->name) : IDENTITY_WHOLE);
}

static bool maps_by_identity(const struct decoder *decoder)
{
        return decoder->mapping ? decoder->mapping->identity : decoder->source->identity;
}

static int add_identity(struct decoder *decoder, struct candidates *list, const struct field_view *view,
                        struct text name, enum record_type type)
{
        struct field_mapping field = {.field = name};

        if (!maps_by_identity(decoder))
                return 0;
        if (decoder->source->dialect ==
            DIALECT_SALESFORCE_CDC) /* FirstName speaks for itself, Name.FirstName does not */
                name = names_flatten(name, arena_alloc(decoder->arena, NAMES_FLAT_MAX));
        field.attribute = config_identity_attribute(decoder->config, name, type, &field.label);
        if (field.attribute == ATTRIBUTE_NONE)
                return 0;
        return add_mapped(decoder, list, view, &field, config_identity_join(name));
}

/* "phones.1" is member 1 of "phones", "addresses.0.city" the city of member 0. False where no segment is a number. */
static bool split_index(struct decoder *decoder, struct text name, struct text *base, struct text *index)
{
        uint32_t start = 0;

        for (uint32_t i = 0; i <= name.length; i++) {
                bool digits = true;

                if (i < name.length && name.data[i] != '.')
                        continue;
                for (uint32_t k = start; k < i; k++)
                        digits = digits && name.data[k] >= '0' && name.data[k] <= '9';
                if (digits && i > start && start > 0) {
                        struct text rest = i < name.length ? text_slice(name, i + 1, name.length) : TEXT_NONE;

                        *index = text_slice(name, start, i - start);
                        *base = text_slice(name, 0, start - 1);
                        if (rest.length > 0)
                                *base = fields_join(decoder->arena, *base, rest);
                        return true;
                }
                start = i + 1;
        }
        return false;
}

/* True if the configured field @part belongs to the compound @whole: "MailingAddress.City", or Salesforce's flat
 * spelling of it, "MailingCity". */
static bool is_part_of(struct text part, struct text whole, bool salesforce)
{
        static const struct text address_parts[] = {TEXT_INIT("Street"),     TEXT_INIT("City"),
                                                    TEXT_INIT("State"),      TEXT_INIT("StateCode"),
                                                    TEXT_INIT("PostalCode"), TEXT_INIT("Country"),
                                                    TEXT_INIT("CountryCode")};
        struct text kind = whole;

        if (part.length > whole.length && part.data[whole.length] == '.' && text_starts_with(part, whole))
                return true;
        if (!salesforce || !text_ends_with(whole, TEXT("Address")))
                return false;
        kind.length -= 7;
        if (!text_starts_with(part, kind))
                return false;
        for (size_t i = 0; i < sizeof(address_parts) / sizeof(address_parts[0]); i++) {
                if (text_equal(text_slice(part, kind.length, part.length), address_parts[i]))
                        return true;
        }
        return false;
}

/* A compound set to null: every configured part of it is. */
static int unset_parts(struct decoder *decoder, struct candidates *list, const struct field_view *view)
{
        const struct entity_mapping *mapping = decoder->mapping;
        bool salesforce = decoder->source->dialect == DIALECT_SALESFORCE_CDC;

        for (uint32_t i = 0; mapping && i < mapping->field_count; i++) {
                int r = 0;

                if (is_part_of(mapping->fields[i].field, view->field->name, salesforce))
                        r = add_configured(decoder, list, view, &mapping->fields[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_named(struct decoder *decoder, const struct mapping_index *index, struct candidates *list,
                     const struct field_view *view, struct text name, bool *found)
{
        enum name_match way = MATCH_EXACT;
        int at = find_field(index, name, &way);

        *found = at >= 0;
        while (at >= 0) {
                int r = add_configured(decoder, list, view, &index->mapping->fields[at]);

                if (r < 0)
                        return r;
                at = find_from(index, index->next[at], name, way);
        }
        return 0;
}

static int map_field(struct decoder *decoder, const struct mapping_index *index, struct candidates *list,
                     struct field_view *view, enum record_type type)
{
        struct text name = view->field->name, base;
        bool found;
        int r = add_named(decoder, index, list, view, name, &found);

        if (r == 0 && !view->field->set)
                r = unset_parts(decoder, list, view);
        if (r < 0 || found)
                return r;
        if (split_index(decoder, name, &base, &view->index)) {
                r = add_named(decoder, index, list, view, base, &found);
                return r < 0 || found ? r : add_identity(decoder, list, view, base, type);
        }
        return add_identity(decoder, list, view, name, type);
}

int mapping_apply(struct decoder *decoder, const struct field_list *list, struct change *change)
{
        struct candidates candidates = {0};
        struct mapping_index index;
        struct change_value *values;

        make_index(decoder, &index);
        for (uint32_t i = 0; i < list->count; i++) {
                struct field_view view = {
                        .field = &list->items[i],
                        .number = (list->flags[i] & FIELD_NUMBER) != 0,
                };
                int r = map_field(decoder, &index, &candidates, &view, change->type);

                if (r < 0)
                        return r;
        }
        values = arena_alloc(decoder->arena, (candidates.count + 1) * sizeof(*values));
        for (uint32_t i = 0; i < candidates.count; i++) {
                compose_date(decoder, &candidates.items[i]);
                values[i] = candidates.items[i].value;
        }
        change->fields = list->items;
        change->field_count = list->count;
        change->values = values;
        change->value_count = candidates.count;
        return 0;
}

bool mapping_has_field(struct decoder *decoder, struct text name, enum record_type type)
{
        enum name_match way;
        struct text label;
        struct mapping_index index;
        int at;

        make_index(decoder, &index);
        at = find_field(&index, name, &way);
        if (at >= 0)
                return decoder->mapping->fields[at].attribute != ATTRIBUTE_NONE;
        return maps_by_identity(decoder) &&
               config_identity_attribute(decoder->config, name, type, &label) != ATTRIBUTE_NONE;
}

enum record_type mapping_guess_type(struct decoder *decoder, const struct field_list *list)
{
        struct text *names;

        if (decoder->type_hint != TYPE_COUNT)
                return decoder->type_hint;
        names = arena_alloc(decoder->arena, (list->count + 1) * sizeof(*names));
        for (uint32_t i = 0; i < list->count; i++)
                names[i] = list->items[i].name;
        return config_identity_type(names, list->count);
}
