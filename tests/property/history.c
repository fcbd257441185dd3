/* How histories come about.
 *
 * A record is usually created after one of a few profiles (a person or company as they really are), of which each
 * system knows a part and now and then something wrong, and is then corrected, completed, emptied, deleted, undeleted.
 * The pools are so small that twins, crossings of the small cap, merges and splits happen in nearly every history.
 *
 * Versions are unique but for redelivered events, and some events carry a version that is older than what came before.
 */
#include "history.h"

#include "steward/decision.h"

#include <stdio.h>

/* %s: further options of the sources emea, us and erp, and of matching. */
static const char history_config[] =
        "sources:\n"
        "  emea:\n"
        "    dialect: salesforce-cdc\n"
        "    topics: [emea]\n"
        "    mapping: salesforce-standard\n"
        "    country: FR\n"
        "    refresh: true\n"
        "    trust: {default: 60, email: 80}\n%s"
        "  us:\n"
        "    dialect: salesforce-cdc\n"
        "    topics: [us]\n"
        "    mapping: salesforce-standard\n"
        "    country: US\n%s"
        "  erp:\n"
        "    dialect: debezium\n"
        "    topics: [erp]\n"
        "    country: FR\n"
        "    refresh: true\n"
        "    trust: {default: 60, siren: 90}\n%s"
        "    tables:\n"
        "      customer:\n"
        "        type: organization\n"
        "        key: no\n"
        "        fields: {name1: name, twin: {attribute: same_as, source: emea}}\n"
        "      contact:\n"
        "        type: person\n"
        "        key: no\n"
        "        fields: {name1: family_name, customer: employer_ref, twin: {attribute: same_as, source: emea}}\n"
        "sync:\n"
        "  emea:\n"
        "    entities:\n"
        "      Contact:\n"
        "        write: {consent: correct, email: fill, phone: {mode: correct, format: national}, job_title: correct, "
        "family_name: fill,\n"
        "                'phone:mobile': fill, address: {mode: fill, label: mailing}}\n"
        "        merge: oldest\n"
        "        create: {when: sources >= 2 and not role_account, required: [LastName, Email]}\n"
        "      Account: {write: {name: {mode: correct, from: [erp]}, website: fill, phone: correct}, merge: fullest}\n"
        "  us:\n"
        "    mode: preview\n"
        "    entities:\n"
        "      Contact: {write: {consent: correct, given_name: correct, family_name: correct, address: correct},\n"
        "                merge: newest, remove: {when: job_title = clerk and not has email}}\n"
        "      Account: {write: {address: {label: shipping}, phone: {max_length: 12}}, merge: oldest,\n"
        "                create: {when: source = erp}}\n"
        "  erp:\n"
        "    entities:\n"
        "      customer: {write: {name: correct}, remove: {when: sources = 1, set: {name1: closed}}}\n"
        "      contact: {write: {family_name: correct}, create: {}}\n"
        "feeds:\n"
        "  mailing: {consent: [email], unless_denied: true, unique: email, when: not role_account,\n"
        "            fields: {id: entity_id, mail: email, name: family_name}}\n"
        "  phones: {key: phone, fields: {phone: phone, records: records}}\n"
        "  companies: {type: organization, when: has siren or sources >= 2, fields: {name: name, full: completeness}}\n"
        "survivorship:\n"
        "  person: {job_title: steward, birth_date: steward, given_name: most_frequent, family_name: {with: "
        "given_name},\n"
        "           full_name: longest, address: newest, website: {rule: trust, half_life: 1h}, email: oldest}\n"
        "  organization: {name: steward, employee_count: sum, annual_revenue: maximum, address: longest}\n"
        "conflicts:\n"
        "  concurrent: 10m\n"
        "  by_owner: true\n"
        "  queues: {sales: {kinds: [closed_company], sources: [emea, us]}, data: {types: [organization]}}\n"
        "matching:\n"
        "  population: {person: 300, organization: 100}\n"
        "  country: FR\n%s";

uint64_t dice_roll(struct dice *dice)
{
        uint64_t z = dice->state += 0x9e3779b97f4a7c15ULL;

        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
        return z ^ z >> 31;
}

uint32_t dice_below(struct dice *dice, uint32_t bound)
{
        return (uint32_t)(dice_roll(dice) % bound);
}

bool dice_chance(struct dice *dice, uint32_t percent)
{
        return dice_below(dice, 100) < percent;
}

/* ---- the small world -----------------------------------------------------------------------------------------------
 */

struct table {
        const char *source;
        const char *entity;
        enum record_type type;
};

static const struct table tables[] = {
        {"emea", "Contact", TYPE_PERSON}, {"emea", "Lead", TYPE_PERSON},        {"emea", "Account", TYPE_ORGANIZATION},
        {"us", "Contact", TYPE_PERSON},   {"us", "Account", TYPE_ORGANIZATION}, {"erp", "customer", TYPE_ORGANIZATION},
        {"erp", "contact", TYPE_PERSON},
};

struct fact {
        uint16_t attribute;
        const char *label;
        const char *values[6]; /* by profile; the last two are mistakes */
};

#define PROFILES 4

static const struct fact person_facts[] = {
        {ATTRIBUTE_GIVEN_NAME, "", {"Marc", "Marie", "John", "M.", "Jean-Marc", "Jon"}},
        {ATTRIBUTE_FAMILY_NAME, "", {"Durand", "Durand", "Smith", "Smith", "Durant", "Li"}},
        {ATTRIBUTE_FULL_NAME, "", {"Marc Durand", "Marie Durand", "John Smith", "Mary Smith", "Smith John", "Li"}},
        {ATTRIBUTE_EMAIL,
         "",
         {"marc.durand@acme.fr", "m.durand@acme.fr", "john@smith.us", "info@acme.fr", "info@acme.fr", "test@test.com"}},
        {ATTRIBUTE_EMAIL,
         "private",
         {"marc@free.fr", "marie@free.fr", "js@gmail.com", "js@gmail.com", "info@acme.fr", "not a mail"}},
        {ATTRIBUTE_PHONE,
         "",
         {"01 42 68 53 00", "01 42 68 53 01", "+12125550123", "01 42 68 53 00", "0142685300", "000000000"}},
        {ATTRIBUTE_PHONE,
         "mobile",
         {"06 12 34 56 78", "06 12 34 56 79", "+12125550199", "06 12 34 56 78", "+33612345678", "12"}},
        {ATTRIBUTE_BIRTH_DATE,
         "",
         {"1970-02-01", "1972-05-17", "1980-11-30", "1980-11-30", "1970-01-02", "1899-99-99"}},
        {ATTRIBUTE_ADDRESS_STREET,
         "",
         {"12 rue de la Paix", "12 rue de la Paix", "5 Main Street", "7 Main Street", "12, r. de la Paix", "?"}},
        {ATTRIBUTE_ADDRESS_CITY, "", {"Paris", "Paris", "New York", "New York", "PARIS", "Lyon"}},
        {ATTRIBUTE_ADDRESS_POSTAL_CODE, "", {"75002", "75002", "10001", "10001", "75 002", "69001"}},
        {ATTRIBUTE_EMPLOYER, "", {"Acme SA", "Acme SA", "Globex Inc", "Globex", "ACME", "Initech"}},
        {ATTRIBUTE_EMPLOYER_REF, "", {"1", "2", "1", "erp/1", "3", "erp/2"}},
        {ATTRIBUTE_NATIONAL_ID,
         "",
         {"1700275123456", "2720575123456", "123-45-6789", "123-45-6780", "1700275123456", "0"}},
        {ATTRIBUTE_SAME_AS, "", {"erp/1", "us/2", "emea/1", "erp/3", "emea/2", "us/9"}},
        {ATTRIBUTE_JOB_TITLE, "", {"Director", "CFO", "Clerk", "Clerk", "director", "-"}},
        {ATTRIBUTE_CONSENT_EMAIL,
         "",
         {"granted", "denied", CONSENT_NO_OBJECTION, "denied", "unknown", CONSENT_NO_OBJECTION}},
        {ATTRIBUTE_OWNER, "", {"ines", "paul", "ines", "ines", "paul", "-"}},
        {ATTRIBUTE_WEBSITE, "", {"durand.fr", "durand.fr", "smith.us", "smith.us", "http://durand.fr", "x"}},
};

static const struct fact organization_facts[] = {
        {ATTRIBUTE_NAME, "", {"Acme SA", "Globex", "Initech Systems", "Acme Services", "ACME", "Globex International"}},
        {ATTRIBUTE_LEGAL_NAME,
         "",
         {"Acme Société Anonyme", "Globex Inc", "Initech Systems SARL", "Acme Services SAS", "Acme S.A.",
          "Globex Incorporated"}},
        {ATTRIBUTE_SIREN, "", {"732829320", "552100554", "356000000", "732829320", "552 100 554", "123456789"}},
        {ATTRIBUTE_SIRET,
         "",
         {"73282932000074", "55210055400013", "35600000000048", "73282932000082", "732 829 320 00074", "1"}},
        {ATTRIBUTE_VAT_ID,
         "",
         {"FR44732829320", "FR81552100554", "FR39356000000", "FR44732829320", "44732829320", "FR00"}},
        {ATTRIBUTE_EMAIL,
         "",
         {"info@acme.fr", "info@globex.com", "hello@initech.fr", "info@acme.fr", "info@acme.fr", "x"}},
        {ATTRIBUTE_PHONE,
         "",
         {"01 42 68 53 00", "+12125550100", "01 42 68 53 09", "01 42 68 53 00", "0142685300", "999"}},
        {ATTRIBUTE_WEBSITE, "", {"www.acme.fr", "globex.com", "initech.fr", "acme.fr", "http://acme.fr/x", "-"}},
        {ATTRIBUTE_ADDRESS_STREET,
         "",
         {"1 rue de Rivoli", "5 Main Street", "3 quai Voltaire", "1 rue de Rivoli", "1, r. de Rivoli", "?"}},
        {ATTRIBUTE_ADDRESS_CITY, "", {"Paris", "New York", "Paris", "Paris", "PARIS", "Lyon"}},
        {ATTRIBUTE_ADDRESS_POSTAL_CODE, "", {"75001", "10001", "75007", "75001", "75 001", "69001"}},
        {ATTRIBUTE_PARENT, "", {"2", "erp/1", "1", "1", "us/1", "4"}},
        {ATTRIBUTE_SAME_AS, "", {"erp/1", "us/2", "emea/1", "erp/3", "emea/2", "us/9"}},
        {ATTRIBUTE_STATUS, "", {"active", "closed", "open", "closed", "Closed", "-"}},
        {ATTRIBUTE_EMPLOYEE_COUNT, "", {"12", "3.5", "100", "12", "12.0", "many"}},
        {ATTRIBUTE_OWNER, "", {"ines", "paul", "ines", "ines", "paul", "-"}},
        {ATTRIBUTE_PERSON_ACCOUNT, "", {"false", "false", "false", "true", "true", "false"}},
        {ATTRIBUTE_FAMILY_NAME, "", {"Durand", "Smith", "Durand", "Smith", "Durand", "Li"}},
        {ATTRIBUTE_GIVEN_NAME, "", {"Marc", "John", "Marie", "John", "Marc", "Li"}},
};

#define FACT_COUNT (sizeof(person_facts) / sizeof(person_facts[0]))
_Static_assert(sizeof(person_facts) == sizeof(organization_facts), "both tables are indexed alike");

/* ---- events --------------------------------------------------------------------------------------------------------
 */

struct maker {
        struct arena *arena;
        struct dice *dice;
        struct changes history;
        uint32_t records_each;         /* ids of a table */
        bool turning;                  /* accounts become persons and accounts again */
        uint32_t bare;                 /* per cent of events that bring a name alone */
        uint32_t decided;              /* per cent of events that are decisions of stewards */
        struct record_key disputed[4]; /* what most of them are about, so that they contradict each other */
        uint32_t times;                /* distinct event times: few make ties of first event times frequent */
};

/* Turning an account into a person is rarer than any other correction, but for histories that are about it. */
static uint32_t likelihood(const struct maker *maker, const struct fact *fact, uint32_t percent, enum record_type type)
{
        bool personal = fact->attribute == ATTRIBUTE_FAMILY_NAME || fact->attribute == ATTRIBUTE_GIVEN_NAME;
        bool turns = fact->attribute == ATTRIBUTE_PERSON_ACCOUNT;

        if (type == TYPE_ORGANIZATION && (personal || turns) && maker->turning)
                return 30;
        if (type == TYPE_ORGANIZATION && personal)
                return percent / 20;
        if (fact->attribute == ATTRIBUTE_SAME_AS || turns)
                return percent / 5;
        return fact->attribute == ATTRIBUTE_NATIONAL_ID ? percent / 3 : percent;
}

static void add_values(struct maker *maker, struct change *change, uint32_t percent, bool unset_some)
{
        const struct fact *facts = change->type == TYPE_PERSON ? person_facts : organization_facts;
        struct change_value *values = arena_calloc(maker->arena, FACT_COUNT, sizeof(*values));
        uint32_t profile = dice_below(maker->dice, PROFILES);

        for (size_t i = 0; i < FACT_COUNT; i++) {
                uint32_t column = dice_chance(maker->dice, 12) ? dice_below(maker->dice, 6) : profile;

                if (!dice_chance(maker->dice, likelihood(maker, &facts[i], percent, change->type)))
                        continue;
                values[change->value_count++] = (struct change_value){
                        .attribute = facts[i].attribute,
                        .label = text_from(facts[i].label),
                        .set = !unset_some || !dice_chance(maker->dice, 25),
                        .value = text_from(facts[i].values[column]),
                };
        }
        change->values = values;
}

/* A row as the one before it says, for twins: the same values under another key. */
static bool copy_values(struct maker *maker, struct change *change)
{
        const struct change *other;

        if (maker->history.count == 0)
                return false;
        other = &maker->history.items[dice_below(maker->dice, (uint32_t)maker->history.count)];
        if (other->type != change->type || other->value_count == 0 || other->op != CHANGE_UPSERT)
                return false;
        change->values = other->values;
        change->value_count = other->value_count;
        return true;
}

static void add_name(struct maker *maker, struct change *change)
{
        const struct fact *facts = change->type == TYPE_PERSON ? person_facts : organization_facts;
        struct change_value *values = arena_calloc(maker->arena, 2, sizeof(*values));
        uint32_t profile = dice_below(maker->dice, 6);

        for (uint32_t i = 0; i < 1 + dice_below(maker->dice, 2); i++)
                values[change->value_count++] = (struct change_value){.attribute = facts[i].attribute,
                                                                      .set = true,
                                                                      .value = text_from(facts[i].values[profile])};
        change->values = values;
        change->complete = true;
}

static void add_survivor(struct maker *maker, struct change *change)
{
        struct change_value *value = arena_calloc(maker->arena, 1, sizeof(*value));

        *value = (struct change_value){
                .attribute = ATTRIBUTE_MERGED_INTO,
                .set = true,
                .value = arena_printf(maker->arena, "%u", 1 + dice_below(maker->dice, maker->records_each)),
        };
        change->values = value;
        change->value_count = 1;
}

static void fill_event(struct maker *maker, struct change *change)
{
        uint32_t kind = dice_below(maker->dice, 100);

        if (dice_chance(maker->dice, maker->bare)) { /* a name and nothing else: its twins are not the same person */
                add_name(maker, change);
                return;
        }
        if (kind < 34) { /* a row or creation with much of a profile */
                if (!dice_chance(maker->dice, 35) || !copy_values(maker, change))
                        add_values(maker, change, dice_chance(maker->dice, 20) ? 20 : 65, false);
                change->complete = dice_chance(maker->dice, 40);
        } else if (kind < 72) { /* a correction */
                add_values(maker, change, 16, true);
        } else if (kind < 84) {
                change->op = CHANGE_DELETE;
                change->tombstone = dice_chance(maker->dice, 20);
                if (!change->tombstone && dice_chance(maker->dice, 35))
                        add_survivor(maker, change);
        } else if (kind < 90) {
                change->op = CHANGE_UNDELETE;
                if (!copy_values(maker, change))
                        add_values(maker, change, 50, false);
        } else if (kind < 95) {
                change->op = CHANGE_GAP;
        } else if (kind < 98) {
                change->op = CHANGE_OVERFLOW;
                change->record_id = TEXT_NONE;
        } else {
                change->op = CHANGE_TRUNCATE;
                change->record_id = TEXT_NONE;
        }
}

static struct record_key any_record(struct maker *maker)
{
        const struct table *table = &tables[dice_below(maker->dice, sizeof(tables) / sizeof(tables[0]))];

        return (struct record_key){
                .source = text_from(table->source),
                .entity = text_from(table->entity),
                .record_id = arena_printf(maker->arena, "%u", 1 + dice_below(maker->dice, maker->records_each)),
        };
}

static struct record_key decided_record(struct maker *maker)
{
        struct record_key *disputed = &maker->disputed[dice_below(maker->dice, 4)];

        if (dice_chance(maker->dice, 30))
                return any_record(maker);
        if (disputed->source.length == 0)
                *disputed = any_record(maker);
        return *disputed;
}

/* What is pinned to what: a value of another attribute is often invalid. */
static const struct {
        const char *attribute;
        const char *value;
} pinned[] = {
        {"job_title", "Director"},     {"email", "marc@free.fr"},    {"phone", "01 42 68 53 00"},
        {"address.city", "Lyon"},      {"siren", "732829320"},       {"consent.email", "denied"},
        {"consent.email", "granted"},  {"employer", "erp/1"},        {"name", "Acme SA"},
        {"nothing_that_exists", "12"}, {"birth_date", "1970-02-01"}, {"address.street", "12 rue de la Paix"},
};

#define PINNED_COUNT (sizeof(pinned) / sizeof(pinned[0]))

static void fill_decision(struct maker *maker, struct decision *decision)
{
        static const enum decision_kind others[] = {DECISION_PIN, DECISION_RELEASE, DECISION_COMMENT};
        uint32_t kind = dice_below(maker->dice, 100);
        bool pair = kind < 70;

        decision->kind = !pair ? others[dice_below(maker->dice, 3)] : kind < 40 ? DECISION_SAME : DECISION_DIFFERENT;
        decision->record_count = pair ? 2 : decision->kind == DECISION_COMMENT ? 0 : 1;
        for (uint32_t i = 0; i < decision->record_count; i++)
                decision->records[i] = decided_record(maker);
        while (pair && record_key_equal(decision->records[0], decision->records[1]))
                decision->records[1] = any_record(maker);
        if (pair && record_key_compare(decision->records[0], decision->records[1]) > 0) {
                struct record_key first = decision->records[0];

                decision->records[0] = decision->records[1];
                decision->records[1] = first;
        }
        if (decision->kind == DECISION_PIN || decision->kind == DECISION_RELEASE)
                decision->attribute = text_from(pinned[dice_below(maker->dice, PINNED_COUNT)].attribute);
        if (decision->kind == DECISION_COMMENT)
                decision->conflict = TEXT("c-1");
        if (decision->kind == DECISION_PIN)
                decision->value = text_from(pinned[dice_below(maker->dice, PINNED_COUNT)].value);
        if (decision->kind == DECISION_COMMENT)
                decision->value = TEXT("Director");
        decision->by = TEXT("ines");
        decision->reason = TEXT("called");
}

static void add_decision(struct maker *maker, uint32_t index)
{
        struct message *message = arena_calloc(maker->arena, 1, sizeof(*message));
        struct decision *decision = arena_calloc(maker->arena, 1, sizeof(*decision));
        struct change change = {
                .op = CHANGE_DECIDE,
                .source = TEXT("decisions"),
                .decision = decision,
                .message = message,
                .tombstone = dice_chance(maker->dice, 15),
        };

        message->topic = change.source;
        message->offset = index;
        fill_decision(maker, decision);
        decision->at_ms = 1700000000000 + dice_below(maker->dice, 4) * 1000;
        *ARENA_PUSH(maker->arena, maker->history.items, maker->history.count, maker->history.capacity) = change;
}

static void add_event(struct maker *maker, const struct table *table, uint32_t index, uint32_t length)
{
        struct message *message = arena_calloc(maker->arena, 1, sizeof(*message));
        struct change change = {
                .op = CHANGE_UPSERT,
                .type = table->type,
                .source = text_from(table->source),
                .entity = text_from(table->entity),
                .message = message,
        };
        uint32_t moment = dice_chance(maker->dice, 10) ? dice_below(maker->dice, index + 1) : index;

        message->topic = change.source;
        message->offset = index;
        change.record_id = arena_printf(maker->arena, "%u", 1 + dice_below(maker->dice, maker->records_each));
        change.version = (struct version){
                .time_ms = 1700000000000 + (int64_t)(moment * maker->times / length) * 1000,
                .major = moment,
                .minor = index,
        };
        if (dice_chance(maker->dice, 2))
                change.version.time_ms = TIME_UNKNOWN_MS;
        fill_event(maker, &change);
        *ARENA_PUSH(maker->arena, maker->history.items, maker->history.count, maker->history.capacity) = change;
}

static const char *const attributes_of[TYPE_COUNT][8] = {
        [TYPE_PERSON] = {"given_name", "family_name", "email", "phone", "address.city", "job_title", "employer",
                         "birth_date"},
        [TYPE_ORGANIZATION] = {"name", "siren", "phone", "website", "address.city", "email", "industry_code",
                               "address.postal_code"},
};

/* Rules over attributes that histories set, some of which hold often. */
static struct text make_rules(struct arena *arena, struct dice *dice)
{
        static const char *const verdicts[] = {"same", "never", "review"};
        uint32_t roll[7];
        struct text rules;
        uint32_t count;

        for (int i = 0; i < 7; i++)
                roll[i] = dice_below(dice, 10);
        rules = arena_printf(arena,
                             "  weight: {person: {email: 0.%u, family_name: 1.%u}, organization: {name: 1.%u}}\n"
                             "  %s: {match: %u.5, review: -%u}\n"
                             "  ignore: {%s: [%s]}\n  rules:\n",
                             roll[0], roll[1], roll[2], roll[3] < 5 ? "person" : "organization", roll[3], roll[4],
                             roll[5] < 5 ? "person" : "organization",
                             roll[6] < 5 ? "national_id, full_name, vat_id, legal_name" : "");
        count = 1 + dice_below(dice, 4);

        for (uint32_t i = 0; i < count; i++) {
                uint32_t type = dice_below(dice, TYPE_COUNT), first = dice_below(dice, 8),
                         verdict = dice_below(dice, 3);
                const char *one = attributes_of[type][first], *two = attributes_of[type][(first + 1) % 8];
                const char *other = attributes_of[type][(first + 2 + dice_below(dice, 4)) % 8];
                bool both = dice_chance(dice, 30), differ = verdict == 1 || dice_chance(dice, 30);

                rules = arena_printf(arena, "%.*s    r%u: {type: %s, when: {same: [%s%s%s]%s%s%s}, then: %s}\n",
                                     TEXT_ARG(rules), i, record_type_name((enum record_type)type), one,
                                     both ? ", " : "", both ? two : "", differ ? ", different: [" : "",
                                     differ ? other : "", differ ? "]" : "", verdicts[verdict]);
        }
        return rules;
}

struct text history_make_config(struct arena *arena, struct dice *dice)
{
        static const char *const unique[] = {"", "    unique: true\n", "    unique: [person]\n",
                                             "    unique: [organization]\n"};
        struct text matching = TEXT("");
        const char *of[3];

        for (int i = 0; i < 3; i++)
                of[i] = dice ? unique[dice_below(dice, 4)] : "";
        if (dice && dice_chance(dice, 70))
                matching = make_rules(arena, dice);
        return arena_printf(arena, history_config, of[0], of[1], of[2], matching.data);
}

struct changes history_make(struct arena *arena, struct dice *dice, uint32_t length)
{
        const uint32_t table_count = sizeof(tables) / sizeof(tables[0]);
        struct maker maker = {.arena = arena, .dice = dice};
        uint32_t mask = 1 + dice_below(dice, (1U << table_count) - 1);

        maker.records_each = 1 + dice_below(dice, 5);
        maker.turning = dice_chance(dice, 20);
        maker.bare = dice_chance(dice, 25) ? 40 : 4;
        maker.decided = dice_chance(dice, 40) ? 25 : 0;
        maker.times = dice_chance(dice, 30) ? 3 : length;
        while (maker.history.count < length) {
                uint32_t table = dice_below(dice, table_count);

                if (!(mask & 1U << table))
                        continue;
                if (maker.history.count > 0 && dice_chance(dice, 7)) { /* delivered again */
                        struct change again = maker.history.items[dice_below(dice, (uint32_t)maker.history.count)];

                        *ARENA_PUSH(arena, maker.history.items, maker.history.count, maker.history.capacity) = again;
                        continue;
                }
                if (dice_chance(dice, maker.decided)) {
                        add_decision(&maker, (uint32_t)maker.history.count);
                        continue;
                }
                add_event(&maker, &tables[table], (uint32_t)maker.history.count, length);
        }
        return maker.history;
}

void history_add_verdict(struct arena *arena, struct dice *dice, struct changes *history, struct text conflict)
{
        static const enum decision_kind kinds[] = {DECISION_DISMISS, DECISION_DISMISS, DECISION_ASSIGN,
                                                   DECISION_COMMENT};
        struct message *message = arena_calloc(arena, 1, sizeof(*message));
        struct decision *decision = arena_calloc(arena, 1, sizeof(*decision));
        size_t at = dice_below(dice, (uint32_t)history->count + 1);
        struct changes longer = {0};

        *decision = (struct decision){
                .kind = kinds[dice_below(dice, 4)],
                .conflict = arena_text(arena, conflict),
                .by = TEXT("ines"),
                .reason = TEXT("looked"),
                .at_ms = 1700000000000 + dice_below(dice, 4) * 1000,
        };
        if (decision->kind != DECISION_DISMISS)
                decision->value = dice_chance(dice, 50) ? TEXT("omar") : TEXT("lea");
        message->topic = TEXT("decisions");
        for (size_t i = 0; i <= history->count; i++) {
                if (i == at)
                        *ARENA_PUSH(arena, longer.items, longer.count, longer.capacity) = (struct change){
                                .op = CHANGE_DECIDE,
                                .source = TEXT("decisions"),
                                .decision = decision,
                                .message = message,
                                .tombstone = dice_chance(dice, 20),
                        };
                if (i < history->count)
                        *ARENA_PUSH(arena, longer.items, longer.count, longer.capacity) = history->items[i];
        }
        *history = longer;
}

/* ---- other orders --------------------------------------------------------------------------------------------------
 */

static bool is_table_event(const struct change *change)
{
        return change->op == CHANGE_TRUNCATE || change->op == CHANGE_OVERFLOW;
}

/* True if @a and @b must stay in their order. */
static bool is_bound(const struct change *a, const struct change *b)
{
        if (a->op == CHANGE_DECIDE || b->op == CHANGE_DECIDE)
                return a->op == b->op &&
                       hash128_equal(decision_subject_hash(a->decision), decision_subject_hash(b->decision));
        if (!text_equal(a->source, b->source) || !text_equal(a->entity, b->entity))
                return false;
        if (a->op == CHANGE_TRUNCATE || b->op == CHANGE_TRUNCATE)
                return true;
        if (is_table_event(a) || is_table_event(b) || !text_equal(a->record_id, b->record_id))
                return false;
        return a->op == CHANGE_DELETE || b->op == CHANGE_DELETE;
}

static bool is_free(const struct changes *history, const bool *taken, size_t at)
{
        for (size_t i = 0; i < at; i++) {
                if (!taken[i] && is_bound(&history->items[i], &history->items[at]))
                        return false;
        }
        return true;
}

struct changes history_shuffle(struct arena *arena, struct dice *dice, const struct changes *history)
{
        bool *taken = arena_calloc(arena, history->count + 1, sizeof(*taken));
        struct changes shuffled = {0};

        while (shuffled.count < history->count) {
                size_t at = dice_below(dice, (uint32_t)history->count);

                if (taken[at] || !is_free(history, taken, at))
                        continue;
                taken[at] = true;
                *ARENA_PUSH(arena, shuffled.items, shuffled.count, shuffled.capacity) = history->items[at];
        }
        return shuffled;
}

struct changes history_without(struct arena *arena, const struct changes *history, size_t index)
{
        struct changes rest = {0};

        for (size_t i = 0; i < history->count; i++) {
                if (i != index)
                        *ARENA_PUSH(arena, rest.items, rest.count, rest.capacity) = history->items[i];
        }
        return rest;
}

/* ---- printing ------------------------------------------------------------------------------------------------------
 */

static void print_values(const struct vocabulary *vocabulary, struct json_writer *writer, const struct change *change)
{
        char name[ATTRIBUTE_NAME_MAX + 32];

        json_write_name(writer, "value");
        json_write_object(writer);
        for (uint32_t i = 0; i < change->value_count; i++) {
                const struct change_value *value = &change->values[i];

                snprintf(name, sizeof(name), "%s%s%.*s", vocabulary->attributes[value->attribute].name,
                         value->label.length > 0 ? ":" : "", TEXT_ARG(value->label));
                json_write_name(writer, name);
                if (value->set)
                        json_write_text(writer, value->value);
                else
                        json_write_null(writer);
        }
        json_write_object_end(writer);
}

void history_print(const struct vocabulary *vocabulary, const struct changes *history, struct buffer *out)
{
        for (size_t i = 0; i < history->count; i++) {
                const struct change *change = &history->items[i];
                struct json_writer writer;

                if (change->op == CHANGE_DECIDE) {
                        buffer_printf(out, "%s ", change->tombstone ? "withdrawn" : "decided");
                        decision_write(change->decision, out);
                        buffer_byte(out, '\n');
                        continue;
                }
                json_writer_init(&writer, out);
                json_write_object(&writer);
                json_write_name(&writer, "source");
                json_write_text(&writer, change->source);
                json_write_name(&writer, "entity");
                json_write_text(&writer, change->entity);
                json_write_name(&writer, "key");
                json_write_text(&writer, change->record_id);
                json_write_name(&writer, "op");
                json_write_string(&writer, change->tombstone ? "tombstone" : change_op_name(change->op));
                json_write_name(&writer, "version");
                json_write_array(&writer);
                if (change->version.time_ms == TIME_UNKNOWN_MS)
                        json_write_null(&writer);
                else
                        json_write_i64(&writer, change->version.time_ms);
                json_write_i64(&writer, (int64_t)change->version.major);
                json_write_i64(&writer, (int64_t)change->version.minor);
                json_write_array_end(&writer);
                if (change->complete) {
                        json_write_name(&writer, "complete");
                        json_write_bool(&writer, true);
                }
                if (change->value_count > 0)
                        print_values(vocabulary, &writer, change);
                json_write_object_end(&writer);
                buffer_byte(out, '\n');
        }
}
