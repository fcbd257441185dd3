/* Change events of two Salesforce orgs and an ERP, as a replay file: the load of the benchmarks.
 *
 *         bench_generate --events 1000000 --seed 1 --output events.ndjson [--truth truth.csv]
 *
 * Of the events 70 % create a record, 25 % change one and 5 % delete one. Of the created records 25 % are about
 * somebody whom a record of some system is about already; a fifth of all entities are companies, the others are their
 * people. The same seed gives the same bytes. Memory: 16 bytes a record.
 *
 * Salesforce events are those of Change Data Capture over CometD (changed fields only); the ERP's are Debezium's
 * envelopes of a Postgres table (whole rows before and after). durand.yaml beside this file is their configuration.
 */
#include "base/buffer.h"
#include "base/clock.h"
#include "base/json.h"
#include "world.h"

#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_MS 1735689600000LL /* 2025-01-01T00:00:00Z */
#define EVENT_MS 1700            /* between two events; odd against seconds, so that times differ */
#define FLUSH_BYTES (4U << 20)
#define COMPANY_EVERY 5 /* each fifth entity is a company */
#define TRIES_MAX 20    /* to find a living record */

enum source {
        SFDC_EMEA,
        SFDC_US,
        ERP,
        SOURCE_COUNT
};

static const char *const source_names[] = {"sfdc-emea", "sfdc-us", "erp"};
static const char *const topic_starts[] = {"sfdc.emea.", "sfdc.us.", "erp.public."};

struct entry { /* a record */
        uint32_t entity;
        uint8_t source;
        bool alive;
        struct edits edits;
};

enum operation {
        CREATE,
        UPDATE,
        DELETE
};

struct generator {
        uint64_t seed;
        uint64_t events;
        struct dice dice;
        struct entry *entries;
        uint32_t entry_count;
        uint32_t entity_count;
        uint32_t *company_entries[SOURCE_COUNT]; /* company number -> its record there, from 1; 0: none */
        struct buffer out;
        struct json_writer writer;
        FILE *file;
        FILE *truth;
        int64_t time_ms;
        uint64_t event;
};

static bool is_company(uint32_t entity)
{
        return entity % COMPANY_EVERY == 0;
}

static uint32_t company_number(uint32_t entity)
{
        return entity / COMPANY_EVERY;
}

/* People work for companies that came before them. */
static void make_person(const struct generator *g, uint32_t entity, struct person *person)
{
        world_person(g->seed, entity, company_number(entity) + 1, person);
}

/* 18 characters: prefix, org, number, and the suffix that keeps the case of the first fifteen (Salesforce,
 * "15-character to 18-character ids"). */
static void salesforce_id(enum source source, const char *prefix, uint32_t number, char out[19])
{
        static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        static const char suffixes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

        snprintf(out, 16, "%.3s%s00000000", prefix, source == SFDC_US ? "5f00" : "AZ00");
        for (int at = 14; number > 0; at--, number /= 62)
                out[at] = digits[number % 62];
        for (int block = 0; block < 3; block++) {
                uint32_t bits = 0;

                for (int i = 0; i < 5; i++)
                        bits |= (uint32_t)(out[block * 5 + i] >= 'A' && out[block * 5 + i] <= 'Z') << i;
                out[15 + block] = suffixes[bits];
        }
        out[18] = '\0';
}

/* The id of a record as its source writes it. */
static void record_id(const struct generator *g, uint32_t entry, char out[24])
{
        const struct entry *e = &g->entries[entry];

        if (e->source == ERP)
                snprintf(out, 24, "%u", (is_company(e->entity) ? 10000000U : 50000000U) + entry);
        else
                salesforce_id(e->source, is_company(e->entity) ? "001" : "003", entry + 1, out);
}

/* --- fields: an empty text is null */

static void field(struct generator *g, const char *name, const char *value)
{
        json_write_name(&g->writer, name);
        if (value[0] != '\0')
                json_write_string(&g->writer, value);
        else
                json_write_null(&g->writer);
}

/* In a Salesforce event an empty field of a new record is absent. */
static void present_field(struct generator *g, const char *name, const char *value)
{
        if (value[0] != '\0')
                field(g, name, value);
}

static void number_field(struct generator *g, const char *name, int64_t value)
{
        json_write_name(&g->writer, name);
        json_write_i64(&g->writer, value);
}

static void open_object(struct generator *g, const char *name)
{
        json_write_name(&g->writer, name);
        json_write_object(&g->writer);
}

static void address_field(struct generator *g, const char *name, const char *street, const char *city,
                          const char *postal_code, const char *country)
{
        if (city[0] == '\0')
                return;
        open_object(g, name);
        present_field(g, "Street", street);
        present_field(g, "City", city);
        present_field(g, "PostalCode", postal_code);
        present_field(g, "Country", country);
        json_write_object_end(&g->writer);
}

static void time_field(struct generator *g, const char *name)
{
        char text[TIME_TEXT_SIZE];

        time_format_iso(g->time_ms, text);
        field(g, name, text);
}

/* --- Salesforce */

enum change_group {
        CHANGE_PHONE,
        CHANGE_EMAIL,
        CHANGE_ADDRESS,
        CHANGE_TITLE,
        CHANGE_GROUP_COUNT,
        CHANGE_ALL
};

static bool changes(enum change_group change, enum change_group group)
{
        return change == CHANGE_ALL || change == group;
}

static const char *changed_field(enum change_group change, bool company)
{
        static const char *const names[CHANGE_GROUP_COUNT][2] = {
                {"Phone", "Phone"},
                {"Email", "Website"},
                {"MailingAddress", "BillingAddress"},
                {"Title", "Industry"},
        };

        return names[change][company];
}

static void write_header(struct generator *g, uint32_t entry, enum operation operation, enum change_group change)
{
        static const char *const types[] = {"CREATE", "UPDATE", "DELETE"};
        const struct entry *e = &g->entries[entry];
        struct dice dice = dice_from(g->seed, 7, g->event);
        uint64_t key = dice_roll(&dice);
        char user[19];
        char text[64];

        open_object(g, "ChangeEventHeader");
        field(g, "entityName", is_company(e->entity) ? "Account" : "Contact");
        json_write_name(&g->writer, "recordIds");
        json_write_array(&g->writer);
        record_id(g, entry, text);
        json_write_string(&g->writer, text);
        json_write_array_end(&g->writer);
        field(g, "changeType", types[operation]);
        field(g, "changeOrigin", "com/salesforce/api/soap/60.0;client=SfdcInternalAPI/");
        snprintf(text, sizeof(text), "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-9%03" PRIx64 "-%012" PRIx64, key >> 32,
                 key >> 16 & 0xffff, key >> 4 & 0xfff, key & 0xfff, dice_roll(&dice) & 0xffffffffffff);
        field(g, "transactionKey", text);
        number_field(g, "sequenceNumber", 1);
        number_field(g, "commitTimestamp", g->time_ms);
        salesforce_id(e->source, "005", 1 + dice_below(&dice, 40), user);
        field(g, "commitUser", user);
        number_field(g, "commitNumber", 11000000000000 + (int64_t)g->event * 100);
        json_write_name(&g->writer, "changedFields");
        json_write_array(&g->writer);
        if (operation == UPDATE) {
                json_write_string(&g->writer, changed_field(change, is_company(e->entity)));
                json_write_string(&g->writer, "LastModifiedDate");
        }
        json_write_array_end(&g->writer);
        json_write_object_end(&g->writer);
}

static void write_contact(struct generator *g, uint32_t entry, enum change_group change)
{
        const struct entry *e = &g->entries[entry];
        struct person person;
        uint32_t employer;
        char id[24] = "";

        make_person(g, e->entity, &person);
        employer = g->company_entries[e->source][person.company];
        world_view_person(&person, g->seed ^ entry * 0x9e3779b1ULL, e->edits, false);
        if (change == CHANGE_ALL) {
                open_object(g, "Name");
                present_field(g, "FirstName", person.given);
                field(g, "LastName", person.family);
                json_write_object_end(&g->writer);
                if (employer != 0)
                        record_id(g, employer - 1, id);
                present_field(g, "AccountId", id);
                present_field(g, "MobilePhone", person.mobile);
                present_field(g, "Birthdate", person.birth_date);
                json_write_name(&g->writer, "HasOptedOutOfEmail");
                json_write_bool(&g->writer, entry % 11 == 0);
        }
        if (changes(change, CHANGE_TITLE))
                present_field(g, "Title", person.title);
        if (changes(change, CHANGE_EMAIL))
                present_field(g, "Email", person.email);
        if (changes(change, CHANGE_PHONE))
                present_field(g, "Phone", person.phone);
        if (changes(change, CHANGE_ADDRESS))
                address_field(g, "MailingAddress", person.street, person.city, person.postal_code,
                              culture_lists[person.culture].country);
}

static void write_account(struct generator *g, uint32_t entry, enum change_group change)
{
        const struct entry *e = &g->entries[entry];
        struct company company;
        char name[WORLD_TEXT + 20];
        char website[WORLD_TEXT + 20] = "";

        world_company(g->seed, company_number(e->entity), &company);
        world_view_company(&company, g->seed ^ entry * 0x9e3779b1ULL, e->edits);
        if (change == CHANGE_ALL) {
                snprintf(name, sizeof(name), "%s%s%s", company.name, company.form[0] != '\0' ? " " : "", company.form);
                field(g, "Name", name);
                present_field(g, "SIREN__c", company.siren);
        }
        if (company.domain[0] != '\0')
                snprintf(website, sizeof(website), "https://www.%s", company.domain);
        if (changes(change, CHANGE_EMAIL))
                present_field(g, "Website", website);
        if (changes(change, CHANGE_PHONE))
                present_field(g, "Phone", company.phone);
        if (changes(change, CHANGE_TITLE))
                field(g, "Industry", e->edits.title % 2 == 0 ? "Manufacturing" : "Retail");
        if (changes(change, CHANGE_ADDRESS))
                address_field(g, "BillingAddress", company.street, company.city, company.postal_code,
                              culture_lists[company.culture].country);
}

static void write_salesforce(struct generator *g, uint32_t entry, enum operation operation, enum change_group change)
{
        const struct entry *e = &g->entries[entry];
        char owner[19];
        char id[24];

        record_id(g, entry, id);
        field(g, "key", id);
        number_field(g, "timestamp_ms", g->time_ms + 350);
        open_object(g, "value");
        field(g, "schema", is_company(e->entity) ? "QWNjb3VudC0tLS0tLS0tLQ" : "Q29udGFjdC0tLS0tLS0tLQ");
        open_object(g, "payload");
        write_header(g, entry, operation, change);
        if (operation != DELETE) {
                if (is_company(e->entity))
                        write_account(g, entry, change);
                else
                        write_contact(g, entry, change);
        }
        if (operation == CREATE) {
                salesforce_id(e->source, "005", 1 + entry % 40, owner);
                field(g, "OwnerId", owner);
                time_field(g, "CreatedDate");
        }
        if (operation != DELETE)
                time_field(g, "LastModifiedDate");
        json_write_object_end(&g->writer);
        open_object(g, "event");
        number_field(g, "replayId", (int64_t)g->event + 1000);
        json_write_object_end(&g->writer);
        json_write_object_end(&g->writer);
}

/* --- the ERP */

static void write_customer(struct generator *g, uint32_t entry, struct edits edits)
{
        const struct entry *e = &g->entries[entry];
        struct company company;
        char revenue[32];

        world_company(g->seed, company_number(e->entity), &company);
        world_view_company(&company, g->seed ^ entry * 0x9e3779b1ULL, edits);
        number_field(g, "customer_no", 10000000 + (int64_t)entry);
        field(g, "name1", company.name);
        field(g, "name2", company.form);
        field(g, "street", company.street);
        field(g, "zip", company.postal_code);
        field(g, "city", company.city);
        field(g, "country", culture_lists[company.culture].country);
        field(g, "siren", company.siren);
        field(g, "siret", company.siren[0] != '\0' ? company.siret : "");
        field(g, "phone", company.phone);
        field(g, "website", company.domain);
        field(g, "status", edits.title % 8 == 7 ? "X" : "A");
        snprintf(revenue, sizeof(revenue), "%u.00", 1000 + (entry + edits.title) * 7919U % 900000);
        field(g, "revenue", revenue);
        json_write_name(&g->writer, "notes");
        json_write_null(&g->writer);
}

static void write_invoice_contact(struct generator *g, uint32_t entry, struct edits edits)
{
        const struct entry *e = &g->entries[entry];
        struct person person;
        uint32_t employer;

        make_person(g, e->entity, &person);
        employer = g->company_entries[ERP][person.company];
        world_view_person(&person, g->seed ^ entry * 0x9e3779b1ULL, edits, true);
        number_field(g, "contact_no", 50000000 + (int64_t)entry);
        json_write_name(&g->writer, "customer_no");
        if (employer != 0)
                json_write_i64(&g->writer, 10000000 + (int64_t)employer - 1);
        else
                json_write_null(&g->writer);
        field(g, "first_name", person.given);
        field(g, "last_name", person.family);
        field(g, "email", person.email);
        field(g, "phone", person.phone);
        field(g, "street", person.street);
        field(g, "zip", person.postal_code);
        field(g, "city", person.city);
        field(g, "country", culture_lists[person.culture].country);
        field(g, "function", person.title);
        json_write_name(&g->writer, "notes");
        json_write_null(&g->writer);
}

static void write_row(struct generator *g, const char *name, uint32_t entry, bool exists, struct edits edits)
{
        json_write_name(&g->writer, name);
        if (!exists) {
                json_write_null(&g->writer);
                return;
        }
        json_write_object(&g->writer);
        if (is_company(g->entries[entry].entity))
                write_customer(g, entry, edits);
        else
                write_invoice_contact(g, entry, edits);
        json_write_object_end(&g->writer);
}

static void write_erp(struct generator *g, uint32_t entry, enum operation operation, struct edits before)
{
        static const char *const operations[] = {"c", "u", "d"};
        const struct entry *e = &g->entries[entry];
        bool company = is_company(e->entity);

        open_object(g, "key");
        number_field(g, company ? "customer_no" : "contact_no", (company ? 10000000 : 50000000) + (int64_t)entry);
        json_write_object_end(&g->writer);
        number_field(g, "timestamp_ms", g->time_ms + 350);
        open_object(g, "value");
        write_row(g, "before", entry, operation != CREATE, before);
        write_row(g, "after", entry, operation != DELETE, e->edits);
        open_object(g, "source");
        field(g, "version", "2.7.0.Final");
        field(g, "connector", "postgresql");
        field(g, "name", "erp");
        number_field(g, "ts_ms", g->time_ms);
        field(g, "snapshot", "false");
        field(g, "db", "erp");
        field(g, "schema", "public");
        field(g, "table", company ? "customer" : "invoice_contact");
        number_field(g, "txId", 5000 + (int64_t)g->event);
        number_field(g, "lsn", 33000000 + (int64_t)g->event * 56);
        json_write_object_end(&g->writer);
        field(g, "op", operations[operation]);
        number_field(g, "ts_ms", g->time_ms + 120);
        json_write_object_end(&g->writer);
}

/* --- the stream */

static void write_event(struct generator *g, uint32_t entry, enum operation operation, enum change_group change,
                        struct edits before)
{
        static const char *const objects[2][2] = {{"Contact", "Account"}, {"invoice_contact", "customer"}};
        const struct entry *e = &g->entries[entry];
        char topic[48];

        snprintf(topic, sizeof(topic), "%s%s", topic_starts[e->source],
                 objects[e->source == ERP][is_company(e->entity)]);
        json_writer_init(&g->writer, &g->out);
        json_write_object(&g->writer);
        field(g, "source", source_names[e->source]);
        field(g, "topic", topic);
        if (e->source == ERP)
                write_erp(g, entry, operation, before);
        else
                write_salesforce(g, entry, operation, change);
        json_write_object_end(&g->writer);
        buffer_byte(&g->out, '\n');
}

static enum source choose_source(struct dice *dice)
{
        uint32_t roll = dice_below(dice, 100);

        return roll < 45 ? SFDC_EMEA : roll < 70 ? SFDC_US : ERP;
}

static void create(struct generator *g)
{
        uint32_t entry = g->entry_count++;
        struct entry *e = &g->entries[entry];
        char id[24];

        *e = (struct entry){.source = (uint8_t)choose_source(&g->dice), .alive = true};
        if (g->entity_count > 0 && dice_percent(&g->dice, 25))
                e->entity = dice_below(&g->dice, g->entity_count);
        else
                e->entity = g->entity_count++;
        if (is_company(e->entity))
                g->company_entries[e->source][company_number(e->entity)] = entry + 1;
        write_event(g, entry, CREATE, CHANGE_ALL, e->edits);
        if (g->truth != NULL) {
                record_id(g, entry, id);
                fprintf(g->truth, "%s,%s,%u\n", source_names[e->source], id, e->entity);
        }
}

/* A living record, or -1 where the dice find none. */
static int64_t choose_entry(struct generator *g)
{
        for (int try = 0; try < TRIES_MAX && g->entry_count > 0; try++) {
                uint32_t entry = dice_below(&g->dice, g->entry_count);

                if (g->entries[entry].alive)
                        return entry;
        }
        return -1;
}

static void update(struct generator *g, uint32_t entry)
{
        struct edits *edits = &g->entries[entry].edits;
        enum change_group change = (enum change_group)dice_below(&g->dice, CHANGE_GROUP_COUNT);
        uint8_t *counters[CHANGE_GROUP_COUNT] = {&edits->phone, &edits->email, &edits->address, &edits->title};
        struct edits before = *edits;

        if (*counters[change] < UINT8_MAX)
                (*counters[change])++;
        write_event(g, entry, UPDATE, change, before);
}

static void next_event(struct generator *g)
{
        uint32_t roll = dice_below(&g->dice, 100);
        int64_t entry = roll < 70 ? -1 : choose_entry(g);

        g->time_ms = START_MS + (int64_t)g->event * EVENT_MS;
        if (entry < 0) {
                create(g);
        } else if (roll < 95) {
                update(g, (uint32_t)entry);
        } else {
                g->entries[entry].alive = false;
                write_event(g, (uint32_t)entry, DELETE, CHANGE_ALL, g->entries[entry].edits);
        }
        g->event++;
}

static bool flush(struct generator *g)
{
        size_t length = g->out.length;
        bool written = fwrite(g->out.data, 1, length, g->file) == length;

        buffer_clear(&g->out);
        return written;
}

static bool generate(struct generator *g)
{
        g->dice = dice_from(g->seed, 0, 0);
        g->entries = calloc(g->events + 1, sizeof(*g->entries));
        for (int source = 0; source < SOURCE_COUNT; source++)
                g->company_entries[source] = calloc(g->events / COMPANY_EVERY + 2, sizeof(uint32_t));
        if (g->truth != NULL)
                fputs("source,record_id,cluster\n", g->truth);
        while (g->event < g->events) {
                next_event(g);
                if (g->out.length >= FLUSH_BYTES && !flush(g))
                        return false;
        }
        return flush(g);
}

/* --- the command */

struct arguments {
        struct generator generator;
        const char *output;
        const char *truth;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
        struct arguments *arguments = state->input;
        int64_t number = 0;

        if ((key == 'n' || key == 's') &&
            (!text_to_i64(text_from(argument), &number) || number < 0 || number > 1000000000))
                argp_error(state, "\"%s\" is no number up to 1000000000", argument);
        switch (key) {
        case 'n':
                arguments->generator.events = (uint64_t)number;
                return 0;
        case 's':
                arguments->generator.seed = (uint64_t)number;
                return 0;
        case 'o':
                arguments->output = argument;
                return 0;
        case 't':
                arguments->truth = argument;
                return 0;
        case ARGP_KEY_END:
                if (arguments->output == NULL)
                        argp_error(state, "--output is needed");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

int main(int argc, char **argv)
{
        static const struct argp_option options[] = {
                {"events", 'n', "N", 0, "number of events (100000)", 0},
                {"seed", 's', "SEED", 0, "of the dice (1)", 0},
                {"output", 'o', "FILE", 0, "the replay file to write", 0},
                {"truth", 't', "FILE", 0, "also write source,record_id,cluster of every record", 0},
                {0},
        };
        static const struct argp argp = {options, parse_option,
                                         NULL,    "Writes change events of two Salesforce orgs and an ERP.",
                                         NULL,    NULL,
                                         NULL};
        struct arguments arguments = {.generator = {.seed = 1, .events = 100000}};
        struct generator *g = &arguments.generator;
        bool written;

        argp_parse(&argp, argc, argv, 0, NULL, &arguments);
        g->file = fopen(arguments.output, "w");
        if (arguments.truth != NULL)
                g->truth = fopen(arguments.truth, "w");
        if (g->file == NULL || (arguments.truth != NULL && g->truth == NULL)) {
                perror("bench_generate: cannot open an output");
                return 1;
        }
        written = generate(g) && fclose(g->file) == 0 && (g->truth == NULL || fclose(g->truth) == 0);
        free(g->entries);
        for (int source = 0; source < SOURCE_COUNT; source++)
                free(g->company_entries[source]);
        buffer_free(&g->out);
        if (!written)
                perror("bench_generate: cannot write");
        return written ? 0 : 1;
}
