/* The driver: each slot gets its canonical value, then the values become features.
 *
 * Two passes, because values depend on each other only through the country: addresses come first and say in which
 * country the telephones and tax numbers of the record are to be read; then the source's country, then the configured
 * default.
 *
 * Features are collected without bound to order, then the canonical choice is made: sorted, without repeats, the first
 * FEATURES_MAX. What is invalid or fake gives none, and neither does what says nothing about identity (owner, dates of
 * the record, consent, revenue).
 */
#include "standard/standard.h"
#include "base/hash.h"
#include "standard/parts.h"

#include <stdlib.h>
#include <string.h>

#define REFERENCE_SEPARATOR '\x1f'

struct standard *standard_new(const struct config *config, struct error *error)
{
        struct standard *standard = calloc(1, sizeof(*standard));

        if (!standard) {
                error_set(error, ERR_FATAL, "out of memory for the standardiser");
                return NULL;
        }
        standard->config = config;
        standard->folder = folder_new(error);
        if (standard->folder)
                standard->lexicon = lexicon_new(standard->folder);
        standard->phones = phones_new();
        if (!standard->lexicon || !standard->phones) {
                standard_free(standard);
                return NULL;
        }
        return standard;
}

void standard_free(struct standard *standard)
{
        if (!standard)
                return;
        phones_free(standard->phones);
        lexicon_free(standard->lexicon);
        folder_free(standard->folder);
        free(standard);
}

void feature_add(struct work *work, struct feature feature)
{
        struct feature_list *list = work->list;

        if (feature.text.length == 0 || list->count >= FEATURE_LIST_MAX)
                return;
        *ARENA_PUSH(work->arena, list->items, list->count, list->capacity) = feature;
}

void feature_add_text(struct work *work, uint8_t kind, struct text text)
{
        feature_add(work, (struct feature){.kind = kind, .text = text});
}

/* What one value becomes. @swappable and @validated may be NULL. */
static struct canonical standardise_value(struct work *work, uint16_t attribute, struct text raw, bool *swappable,
                                          bool *validated)
{
        const struct vocabulary *vocabulary = &work->standard->config->vocabulary;
        bool ignored;

        if (attribute == ATTRIBUTE_NONE || attribute >= vocabulary->count)
                return (struct canonical){.value = raw};
        if (attribute == ATTRIBUTE_GENDER)
                return gender_standardise(work, raw);
        if (attribute == ATTRIBUTE_NAME || attribute == ATTRIBUTE_LEGAL_NAME || attribute == ATTRIBUTE_EMPLOYER)
                return company_standardise(work, raw);
        switch (vocabulary->attributes[attribute].kind) {
        case KIND_TEXT:
                return text_standardise(work, raw);
        case KIND_NAME:
                return names_standardise(work, raw);
        case KIND_DATE:
                return date_standardise(work, raw, swappable ? swappable : &ignored);
        case KIND_TIME:
                return time_standardise(work, raw);
        case KIND_EMAIL:
                return email_standardise(work, raw);
        case KIND_PHONE:
                return phone_standardise(work, raw);
        case KIND_ADDRESS:
                return address_standardise(work, attribute, raw);
        case KIND_IDENTIFIER:
                return identifier_standardise(work, attribute, raw, validated ? validated : &ignored);
        case KIND_REFERENCE:
                return (struct canonical){.value = text_trim(raw)};
        case KIND_URL:
                return url_standardise(work, raw);
        case KIND_CODE:
                return code_standardise(work, raw);
        case KIND_CONSENT:
                return consent_standardise(work, raw);
        case KIND_NUMBER:
                return number_standardise(work, raw);
        case KIND_BOOLEAN:
                return boolean_standardise(work, raw);
        }
        return (struct canonical){.value = raw};
}

static bool is_set(const struct slot *slot)
{
        return (slot->flags & SLOT_SET) && slot->raw.length > 0;
}

/* True for a value that may become a feature of a record of @type. */
static bool is_evidence(const struct work *work, enum record_type type, const struct slot *slot)
{
        return is_set(slot) && slot->value.length > 0 && !(slot->flags & (SLOT_INVALID | SLOT_FAKE)) &&
               !work->standard->config->ignored[type][slot->attribute];
}

/* Digits of a date that cannot be read: a full date with one too few or too many. */
#define UNREADABLE_DIGITS_LEAST 7
#define UNREADABLE_DIGITS_MAX 9

/* --- the country that telephones and numbers are read in --- */

static void use_country(struct work *work, struct text code)
{
        if (code.length != 2)
                return;
        for (int i = 0; i < 2; i++)
                work->country[i] = (char)(ascii_is_lower(code.data[i]) ? code.data[i] & ~0x20 : code.data[i]);
        work->country[2] = '\0';
}

static void find_country(struct work *work, const struct record *record, const struct source_config *source)
{
        struct text named = TEXT_NONE, in_line = TEXT_NONE;

        work->country[0] = '\0';
        use_country(work, text_from(work->standard->config->default_country));
        if (source)
                use_country(work, text_from(source->country));
        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *slot = &record->slots[i];

                if (slot->attribute == ATTRIBUTE_ADDRESS_COUNTRY && is_set(slot) && named.length == 0)
                        named = country_find(work, slot->raw);
                else if (slot->attribute == ATTRIBUTE_ADDRESS_STREET && is_set(slot) && in_line.length == 0)
                        in_line = country_in_line(work, slot->raw);
        }
        use_country(work, named.length > 0 ? named : in_line);
}

/* --- references --- */

/* The source that a reference without one points into. */
static struct text reference_source(const struct record *record, const struct source_config *source,
                                    const struct slot *slot)
{
        const struct entity_mapping *entity = source ? source_find_entity(source, record->key.entity) : NULL;

        for (uint32_t i = 0; entity && i < entity->field_count; i++) {
                const struct field_mapping *field = &entity->fields[i];

                if (field->attribute == slot->attribute && text_equal(field->label, slot->label) &&
                    field->reference_source.length > 0)
                        return field->reference_source;
        }
        return record->key.source;
}

/* One form for a reference, whoever wrote it: the id alone where it points into the record's own source, else
 * "source\x1fid". A mapping may have written that already; people write "source/id", where the part before the slash is
 * a source. */
static struct text reference_standardise(struct work *work, const struct record *record,
                                         const struct source_config *source, const struct slot *slot, struct text id)
{
        const struct config *config = work->standard->config;
        struct text target = reference_source(record, source, slot);
        int64_t at = text_find_byte(id, REFERENCE_SEPARATOR, 0);

        if (at < 0) {
                at = text_find_byte(id, '/', 0);
                if (at > 0 && !config->accept_any_source &&
                    !config_find_source(config, text_slice(id, 0, (uint32_t)at)))
                        at = -1;
        }
        if (at > 0 && (uint32_t)at + 1 < id.length) {
                target = text_slice(id, 0, (uint32_t)at);
                id = text_slice(id, (uint32_t)at + 1, id.length);
        }
        if (text_equal(target, record->key.source) || id.length == 0)
                return id;
        return arena_printf(work->arena, "%.*s%c%.*s", TEXT_ARG(target), REFERENCE_SEPARATOR, TEXT_ARG(id));
}

/* As a feature a reference always names its source: records of several sources are compared by it. */
static void add_reference(struct work *work, const struct record *record, const struct slot *slot, uint8_t kind)
{
        struct text value = slot->value;

        if (text_find_byte(value, REFERENCE_SEPARATOR, 0) < 0)
                value = arena_printf(work->arena, "%.*s%c%.*s", TEXT_ARG(record->key.source), REFERENCE_SEPARATOR,
                                     TEXT_ARG(value));
        feature_add_text(work, kind, value);
}

/* --- features --- */

static void add_name(struct work *work, const struct slot *slot, enum record_type type)
{
        switch (slot->attribute) {
        case ATTRIBUTE_GIVEN_NAME:
                names_add(work, FEATURE_GIVEN, slot->value);
                break;
        case ATTRIBUTE_MIDDLE_NAME:
                names_add(work, FEATURE_MIDDLE, slot->value);
                break;
        case ATTRIBUTE_FAMILY_NAME:
                names_add(work, FEATURE_FAMILY, slot->value);
                break;
        case ATTRIBUTE_NAME_SUFFIX:
                names_add_suffix(work, slot->value);
                break;
        case ATTRIBUTE_FULL_NAME:
        case ATTRIBUTE_NAME:
        case ATTRIBUTE_LEGAL_NAME:
                if (type == TYPE_PERSON)
                        names_add(work, FEATURE_NAME_ANY, slot->value);
                else
                        company_add(work, slot->value, slot->attribute == ATTRIBUTE_LEGAL_NAME ? 1 : 0);
                break;
        case ATTRIBUTE_EMPLOYER:
                company_add_employer(work, slot->value);
                break;
        default:
                break;
        }
}

static void add_birth_date(struct work *work, const struct slot *slot, bool swappable)
{
        struct text date = slot->value;

        if (date.length == 4)
                date = arena_printf(work->arena, "%.*s-00-00", TEXT_ARG(date));
        else if (date.length == 7)
                date = arena_printf(work->arena, "%.*s-00", TEXT_ARG(date));
        feature_add(work, (struct feature){.kind = FEATURE_BIRTH_DATE, .sub = swappable ? 1 : 0, .text = date});
}

/* A birth date that no calendar has ("1922-02-285") is mostly one digit away from the right one: its digits are
 * compared, though it is no value for anybody to see. */
static void add_unreadable_date(struct work *work, const struct slot *slot)
{
        char digits[UNREADABLE_DIGITS_MAX];
        uint32_t count = 0;
        bool varied = false;

        for (uint32_t i = 0; i < slot->raw.length; i++) {
                if (slot->raw.data[i] < '0' || slot->raw.data[i] > '9')
                        continue;
                if (count == sizeof(digits))
                        return;
                digits[count++] = slot->raw.data[i];
                varied |= digits[count - 1] != digits[0];
        }
        if (count < UNREADABLE_DIGITS_LEAST || !varied)
                return;
        feature_add(work, (struct feature){.kind = FEATURE_BIRTH_DATE,
                                           .text = arena_text(work->arena, (struct text){digits, count})});
}

/* What only rules look at: text without regard to case and accents, anything else as it is. */
static void add_own(struct work *work, const struct slot *slot, enum record_type type)
{
        const struct config *config = work->standard->config;
        const struct attribute *attribute = &config->vocabulary.attributes[slot->attribute];
        bool words = attribute->kind == KIND_TEXT || attribute->kind == KIND_NAME;

        if (!config->seen_by_rules[type][slot->attribute])
                return;
        feature_add(work, (struct feature){.kind = FEATURE_OWN,
                                           .text = words ? fold_words(work->standard->folder, work->arena, slot->value)
                                                         : slot->value,
                                           .sound = text_from(attribute->name)});
}

static void add_slot(struct work *work, const struct record *record, const struct slot *slot, enum record_type type,
                     bool swappable, bool validated)
{
        switch (slot->attribute) {
        case ATTRIBUTE_BIRTH_DATE:
                add_birth_date(work, slot, swappable);
                break;
        case ATTRIBUTE_BIRTH_PLACE:
        case ATTRIBUTE_JOB_TITLE:
                feature_add_text(work, slot->attribute == ATTRIBUTE_JOB_TITLE ? FEATURE_JOB_TITLE : FEATURE_BIRTH_PLACE,
                                 fold_words(work->standard->folder, work->arena, slot->value));
                break;
        case ATTRIBUTE_GENDER:
                if (slot->value.length == 1)
                        feature_add_text(work, FEATURE_GENDER, slot->value);
                break;
        case ATTRIBUTE_EMAIL:
                email_add(work, slot->value);
                break;
        case ATTRIBUTE_PHONE:
                feature_add_text(work, FEATURE_PHONE, slot->value);
                break;
        case ATTRIBUTE_WEBSITE:
                url_add(work, slot->value);
                break;
        case ATTRIBUTE_EMPLOYER_REF:
                add_reference(work, record, slot, FEATURE_EMPLOYER_REF);
                break;
        case ATTRIBUTE_SAME_AS:
                add_reference(work, record, slot, FEATURE_SAME_AS);
                break;
        default:
                if (work->standard->config->vocabulary.attributes[slot->attribute].kind == KIND_IDENTIFIER)
                        identifier_add(work, slot->attribute, slot->value, validated);
                else
                        add_name(work, slot, type);
        }
}

/* The parts with one label are one address. */
static void add_addresses(struct work *work, const struct record *record, enum record_type type)
{
        uint8_t group = 0;

        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *first = &record->slots[i];
                struct address_fields fields = {0};
                bool seen = false;

                if (first->attribute < ATTRIBUTE_ADDRESS_STREET || first->attribute > ATTRIBUTE_ADDRESS_COUNTRY ||
                    !is_evidence(work, type, first))
                        continue;
                for (uint32_t k = 0; k < record->slot_count; k++) {
                        const struct slot *slot = &record->slots[k];
                        struct text *parts[] = {&fields.street,      &fields.line2,  &fields.city,
                                                &fields.postal_code, &fields.region, &fields.country};

                        if (slot->attribute < ATTRIBUTE_ADDRESS_STREET || slot->attribute > ATTRIBUTE_ADDRESS_COUNTRY ||
                            !is_evidence(work, type, slot) || !text_equal(slot->label, first->label))
                                continue;
                        seen |= k < i;
                        /* lines from the original: its line ends separate */
                        *parts[slot->attribute - ATTRIBUTE_ADDRESS_STREET] =
                                slot->attribute <= ATTRIBUTE_ADDRESS_LINE2 ? slot->raw : slot->value;
                }
                if (!seen && group < UINT8_MAX)
                        address_add(work, &fields, group++);
        }
}

static int compare_features(const void *a, const void *b)
{
        const struct feature *x = a, *y = b;
        int order = x->kind != y->kind     ? x->kind - y->kind
                    : x->group != y->group ? x->group - y->group
                                           : x->sub - y->sub;

        if (order == 0)
                order = text_compare(x->text, y->text);
        if (order == 0)
                order = x->flags - y->flags;
        if (order == 0)
                order = text_compare(x->alias, y->alias);
        return order != 0 ? order : text_compare(x->sound, y->sound);
}

/* The canonical first FEATURES_MAX of @list. */
static void choose_features(struct feature_list *list, struct features *features)
{
        size_t kept = 0;

        if (list->count > FEATURES_MAX) {
                qsort(list->items, list->count, sizeof(*list->items), compare_features);
                for (size_t i = 0; i < list->count; i++)
                        if (kept == 0 || compare_features(&list->items[kept - 1], &list->items[i]) != 0)
                                list->items[kept++] = list->items[i];
                list->count = kept < FEATURES_MAX ? kept : FEATURES_MAX;
        }
        features->count = (uint32_t)list->count;
        if (list->count > 0)
                memcpy(features->items, list->items, list->count * sizeof(*list->items));
}

void standard_record(struct standard *standard, struct arena *arena, struct record *record, struct features *features)
{
        const struct source_config *source = config_find_source(standard->config, record->key.source);
        struct feature_list list = {0};
        struct work work = {.standard = standard, .arena = arena, .list = &list};
        bool alive = record->alive;

        features->type = record_effective_type(record);
        features->count = 0;
        find_country(&work, record, source);
        for (uint32_t i = 0; i < record->slot_count; i++) {
                struct slot *slot = &record->slots[i];
                bool swappable = false, validated = false;
                struct canonical canonical;

                slot->flags &= (uint8_t) ~(SLOT_INVALID | SLOT_FAKE);
                slot->value = slot->raw;
                if (!is_set(slot))
                        continue;
                canonical = standardise_value(&work, slot->attribute, slot->raw, &swappable, &validated);
                slot->value = canonical.value;
                if (standard->config->vocabulary.attributes[slot->attribute].kind == KIND_REFERENCE)
                        slot->value = reference_standardise(&work, record, source, slot, canonical.value);
                slot->flags |= canonical.flags;
                if (!alive || standard->config->ignored[features->type][slot->attribute])
                        continue;
                if (is_evidence(&work, features->type, slot)) {
                        add_slot(&work, record, slot, features->type, swappable, validated);
                        add_own(&work, slot, features->type);
                } else if (slot->attribute == ATTRIBUTE_BIRTH_DATE && (slot->flags & SLOT_INVALID)) {
                        add_unreadable_date(&work, slot);
                }
        }
        if (alive)
                add_addresses(&work, record, features->type);
        names_finish(&list);
        choose_features(&list, features);
        features_finish(features);
}

struct text standard_value(struct standard *standard, struct arena *arena, uint16_t attribute, struct text raw,
                           const char *country, uint8_t *flags)
{
        struct feature_list list = {0};
        struct work work = {.standard = standard, .arena = arena, .list = &list};
        struct canonical canonical;

        use_country(&work, text_from(country));
        canonical = standardise_value(&work, attribute, raw, NULL, NULL);
        if (flags)
                *flags = canonical.flags;
        return canonical.value;
}

const char *standard_invalid_reason(struct standard *standard, const struct slot *slot)
{
        static const struct {
                uint16_t attribute;
                const char *invalid;
        } reasons[] = {
                {ATTRIBUTE_SIREN, "a SIREN has nine digits, and its check digit does not match"},
                {ATTRIBUTE_SIRET, "a SIRET has fourteen digits, and its check digit does not match"},
                {ATTRIBUTE_VAT_ID, "length or check digits do not fit the country of the VAT number"},
                {ATTRIBUTE_LEI, "a LEI has twenty characters, and its check digits do not match"},
                {ATTRIBUTE_DUNS, "a DUNS number has nine digits"},
        };
        const struct vocabulary *vocabulary = &standard->config->vocabulary;

        if (slot->flags & SLOT_FAKE)
                return "a placeholder, not a real value";
        if (!(slot->flags & SLOT_INVALID))
                return NULL;
        for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
                if (reasons[i].attribute == slot->attribute)
                        return reasons[i].invalid;
        switch (slot->attribute < vocabulary->count ? vocabulary->attributes[slot->attribute].kind : KIND_TEXT) {
        case KIND_DATE:
        case KIND_TIME:
                return "no date of the calendar";
        case KIND_EMAIL:
                return "no mail address";
        case KIND_PHONE:
                return "no telephone number: too few or too many digits";
        case KIND_URL:
                return "no web address";
        case KIND_NUMBER:
                return "no number";
        case KIND_ADDRESS:
                return "no such country or postal code";
        case KIND_IDENTIFIER:
                return "not a form that such a number has";
        default:
                return "not a value of this kind";
        }
}
