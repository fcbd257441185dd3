/* The picture at the end: the systems, Marc Durand with the lineage of each of his attributes, and what a steward would
 * look at. Everything comes from what the service has published. */
#include "demo/story.h"

#include "base/clock.h"

#define WIDE_COLUMNS 120 /* from here on the lineage shows record ids as well */
#define RECORDS_SHOWN_MAX 3

struct picture {
        struct screen *screen;
        const struct watch *watch;
        const struct feed *feed;
        const struct config *config;
        struct arena arena;
};

static void heading(struct picture *picture, const char *text)
{
        screen_line(picture->screen, STYLE_PLAIN, "%s", "");
        screen_line(picture->screen, STYLE_STRONG, "%s", text);
}

/* "address street" for "address.street", "employer" for "employer_ref". */
static struct text words(struct picture *picture, struct text t)
{
        char *copy = arena_alloc(&picture->arena, t.length + 1);

        if (text_ends_with(t, TEXT("_ref")))
                t.length -= 4;
        for (uint32_t i = 0; i < t.length; i++)
                copy[i] = t.data[i] == '_' || t.data[i] == '.' ? ' ' : t.data[i];
        return (struct text){.data = copy, .length = t.length};
}

static struct text member_text(struct picture *picture, const struct json_node *member)
{
        return arena_printf(&picture->arena, "%.*s %.*s", TEXT_ARG(json_scalar_text(json_get(member, "source"))),
                            TEXT_ARG(json_scalar_text(json_get(member, "record_id"))));
}

/* ---- systems -------------------------------------------------------------------------------------------------------
 */

struct system_counts {
        size_t events;
        size_t records[TYPE_COUNT];
        size_t shared; /* entities that another system knows as well */
};

static size_t count_members(const struct json_node *golden, struct text source)
{
        const struct json_node *members = json_get(golden, "members");
        size_t count = 0;

        for (const struct json_node *member = members ? members->child : NULL; member; member = member->next)
                count += text_equal(json_scalar_text(json_get(member, "source")), source);
        return count;
}

static struct system_counts count_system(const struct picture *picture, struct text source)
{
        struct system_counts counts = {0};
        int64_t sources;

        for (size_t i = 0; i < picture->feed->count; i++)
                counts.events += text_equal(picture->feed->events[i].source, source);
        for (size_t i = 0; i < picture->watch->count; i++) {
                const struct watch_entry *entry = &picture->watch->entries[i];
                size_t members = entry->topic == WATCH_GOLDEN ? count_members(entry->json, source) : 0;

                counts.records[text_ends_with(entry->name, TEXT("person")) ? TYPE_PERSON : TYPE_ORGANIZATION] +=
                        members;
                if (members > 0 && json_to_i64(json_path(entry->json, "quality/sources"), &sources) && sources > 1)
                        counts.shared++;
        }
        return counts;
}

static void show_systems(struct picture *picture)
{
        size_t records = 0;

        heading(picture, "Three systems, and who is in them");
        screen_line(picture->screen, STYLE_FAINT, "  %-12s %8s %10s %11s %24s", "", "events", "people", "companies",
                    "also in another system");
        for (uint32_t i = 0; i < picture->config->source_count; i++) {
                struct text name = picture->config->sources[i].name;
                struct system_counts counts = count_system(picture, name);

                records += counts.records[TYPE_PERSON] + counts.records[TYPE_ORGANIZATION];
                screen_line(picture->screen, STYLE_PLAIN, "  %-12.*s %8zu %10zu %11zu %24zu", TEXT_ARG(name),
                            counts.events, counts.records[TYPE_PERSON], counts.records[TYPE_ORGANIZATION],
                            counts.shared);
        }
        screen_line(picture->screen, STYLE_GOOD, "  %zu records are %zu people and %zu companies", records,
                    watch_count(picture->watch, WATCH_GOLDEN, TYPE_PERSON),
                    watch_count(picture->watch, WATCH_GOLDEN, TYPE_ORGANIZATION));
}

/* ---- one golden record ---------------------------------------------------------------------------------------------
 */

static const struct json_node *find_marc(const struct watch *watch)
{
        const struct json_node *found = NULL;

        for (size_t i = 0; i < watch->count; i++) {
                const struct json_node *golden = watch->entries[i].json;

                if (watch->entries[i].topic == WATCH_GOLDEN &&
                    text_equal(json_scalar_text(json_path(golden, "attributes/given_name")), TEXT("Marc")) &&
                    text_equal(json_scalar_text(json_path(golden, "attributes/family_name")), TEXT("Durand")))
                        found = golden;
        }
        return found;
}

/* A name, a value, and where it comes from. */
static void show_value(struct picture *picture, struct text name, struct text value, const struct json_node *lineage)
{
        BUFFER_CLEANUP struct buffer cut = {0};
        bool wide = picture->screen->width >= WIDE_COLUMNS;
        uint32_t room = wide ? 42 : 28, columns = screen_columns(value);
        struct text from = wide ? member_text(picture, lineage) : json_scalar_text(json_get(lineage, "source"));
        char day[SCREEN_DAY_SIZE];
        int64_t time_ms = TIME_UNKNOWN_MS;

        screen_cut(&cut, value, room);
        time_parse_iso(json_scalar_text(json_get(lineage, "time")), &time_ms);
        screen_day(time_ms, true, day);
        screen_line(picture->screen, STYLE_PLAIN, "  %-19.*s %.*s%*s %-*.*s %11s  %.*s", TEXT_ARG(words(picture, name)),
                    TEXT_ARG(buffer_view(&cut)), columns < room ? (int)(room - columns) : 0, "", wide ? 28 : 9,
                    TEXT_ARG(from), day, TEXT_ARG(words(picture, json_scalar_text(json_get(lineage, "rule")))));
}

/* "12 rue des Imprimeurs, Lyon, …" of an object. */
static struct text joined_text(struct picture *picture, const struct json_node *value)
{
        struct text list = TEXT_NONE;

        if (value->kind != JSON_OBJECT)
                return json_scalar_text(value);
        for (const struct json_node *part = value->child; part; part = part->next)
                list = arena_printf(&picture->arena, "%.*s%s%.*s", TEXT_ARG(list), list.length > 0 ? ", " : "",
                                    TEXT_ARG(json_scalar_text(part)));
        return list;
}

static void show_attributes(struct picture *picture, const struct json_node *golden)
{
        const struct json_node *attributes = json_get(golden, "attributes"), *lineage = json_get(golden, "lineage");

        for (const struct json_node *value = attributes ? attributes->child : NULL; value; value = value->next) {
                const struct json_node *from = json_get_text(lineage, value->name);
                const struct watch_entry *referred = watch_entity(picture->watch, json_scalar_text(value));

                if (value->kind == JSON_ARRAY) {
                        from = from ? from->child : NULL;
                        for (const struct json_node *item = value->child; item; item = item->next) {
                                show_value(picture, value->name, joined_text(picture, item), from);
                                from = from ? from->next : NULL;
                        }
                } else {
                        show_value(picture, value->name,
                                   referred ? watch_name(&picture->arena, referred->last) : json_scalar_text(value),
                                   from);
                }
        }
}

static void show_marc(struct picture *picture)
{
        const struct json_node *golden = find_marc(picture->watch);
        const struct json_node *members = json_get(golden, "members"), *consent = json_get(golden, "consent");
        struct text list = TEXT_NONE;

        if (!golden)
                return;
        for (const struct json_node *member = members->child; member; member = member->next)
                list = arena_printf(&picture->arena, "%.*s%s%.*s", TEXT_ARG(list), list.length > 0 ? ", " : "",
                                    TEXT_ARG(member_text(picture, member)));
        heading(picture, "Marc Durand, once for all, and where each value is from");
        screen_line(picture->screen, STYLE_FAINT, "  %.*s: %.*s",
                    TEXT_ARG(json_scalar_text(json_get(golden, "entity_id"))), TEXT_ARG(list));
        show_attributes(picture, golden);
        for (const struct json_node *value = consent ? consent->child : NULL; value; value = value->next)
                show_value(picture, arena_printf(&picture->arena, "consent.%.*s", TEXT_ARG(value->name)),
                           json_scalar_text(json_get(value, "value")), value);
}

/* ---- conflicts -----------------------------------------------------------------------------------------------------
 */

static struct text name_in_record(struct picture *picture, const struct json_node *record)
{
        const struct json_node *values = json_get(record, "values");
        struct text given = json_scalar_text(json_get(values, "given_name"));
        struct text family = json_scalar_text(json_get(values, "family_name"));

        if (family.length == 0)
                family = json_scalar_text(json_get(values, "name"));
        return arena_printf(&picture->arena, "%.*s%s%.*s", TEXT_ARG(given), given.length > 0 ? " " : "",
                            TEXT_ARG(family));
}

/* A number with one digit behind the point. */
static struct text rounded(struct text number)
{
        int64_t point = text_find_byte(number, '.', 0);

        return text_slice(number, 0, point < 0 ? number.length : (uint32_t)point + 2);
}

/* What speaks for (or against) the two being one: "phone: exact (+11.2); …". */
static struct text evidence_text(struct picture *picture, const struct json_node *conflict, bool against)
{
        const struct json_node *evidence = json_get(conflict, "evidence");
        struct text list = TEXT_NONE;

        for (const struct json_node *item = evidence ? evidence->child : NULL; item; item = item->next) {
                struct text weight = json_scalar_text(json_get(item, "weight_bits"));

                if (weight.length == 0 || (weight.data[0] == '-') != against)
                        continue;
                list = arena_printf(&picture->arena, "%.*s%s%.*s: %.*s (%s%.*s)", TEXT_ARG(list),
                                    list.length > 0 ? "; " : "",
                                    TEXT_ARG(json_scalar_text(json_get(item, "attribute"))),
                                    TEXT_ARG(json_scalar_text(json_get(item, "level"))), against ? "" : "+",
                                    TEXT_ARG(rounded(weight)));
        }
        return list;
}

static void show_reasons(struct picture *picture, const struct json_node *conflict)
{
        const struct json_node *evidence = json_get(conflict, "evidence");
        struct text contradiction = json_scalar_text(json_get(conflict, "contradiction"));

        if (contradiction.length > 0)
                screen_line(picture->screen, STYLE_PLAIN, "      exclude   %.*s", TEXT_ARG(contradiction));
        for (int against = 0; against < 2; against++) {
                struct text list = evidence_text(picture, conflict, against);

                if (list.length > 0)
                        screen_wrapped(picture->screen, STYLE_PLAIN, 16,
                                       arena_printf(&picture->arena, "      %s   %.*s", against ? "against" : "for    ",
                                                    TEXT_ARG(list)));
        }
        for (const struct json_node *item = evidence ? evidence->child : NULL; item; item = item->next) {
                struct text reason = json_scalar_text(json_get(item, "reason"));

                const struct json_node *values = json_get(item, "values");

                if (reason.length > 0)
                        screen_line(picture->screen, STYLE_PLAIN, "      %.*s   %.*s: %.*s",
                                    TEXT_ARG(json_scalar_text(json_get(item, "attribute"))),
                                    TEXT_ARG(json_scalar_text(values ? values->child : NULL)), TEXT_ARG(reason));
        }
        screen_line(picture->screen, STYLE_FAINT, "      %.*s",
                    TEXT_ARG(json_scalar_text(json_get(conflict, "suggestion"))));
}

/* What a steward would type: the likeliest of the choices. */
static void show_choice(struct picture *picture, const struct json_node *conflict)
{
        const struct json_node *choices = json_get(conflict, "choices");
        const struct json_node *choice = choices ? choices->child : NULL;
        const struct json_node *records = json_get(choice, "records");
        struct text command = arena_printf(&picture->arena, "durand decide %.*s",
                                           TEXT_ARG(json_scalar_text(json_get(choice, "decision"))));

        if (!choice)
                return;
        for (const struct json_node *record = records ? records->child : NULL; record; record = record->next)
                command = arena_printf(&picture->arena, "%.*s %.*s", TEXT_ARG(command),
                                       TEXT_ARG(json_scalar_text(record)));
        screen_line(picture->screen, STYLE_FAINT, "      %.*s", TEXT_ARG(command));
}

static void show_conflict(struct picture *picture, const struct json_node *conflict)
{
        const struct json_node *records = json_get(conflict, "records");
        struct text probability = json_scalar_text(json_get(conflict, "probability"));
        unsigned shown = 0;

        screen_line(picture->screen, STYLE_NOTE, "  %.*s%s%.*s%s",
                    TEXT_ARG(words(picture, json_scalar_text(json_get(conflict, "kind")))),
                    probability.length > 0 ? " (probability " : "", TEXT_ARG(probability),
                    probability.length > 0 ? ")" : "");
        for (const struct json_node *record = records ? records->child : NULL; record && shown < RECORDS_SHOWN_MAX;
             record = record->next, shown++)
                screen_line(picture->screen, STYLE_PLAIN, "      %.*s, %.*s", TEXT_ARG(name_in_record(picture, record)),
                            TEXT_ARG(member_text(picture, record)));
        show_reasons(picture, conflict);
        show_choice(picture, conflict);
}

/* How many conflicts of @kind are open, and the first of them. */
static size_t count_kind(const struct picture *picture, struct text kind, const struct json_node **first)
{
        size_t count = 0;

        for (size_t i = 0; i < picture->watch->count; i++) {
                const struct watch_entry *entry = &picture->watch->entries[i];

                if (entry->topic != WATCH_CONFLICTS ||
                    !text_equal(json_scalar_text(json_get(entry->json, "kind")), kind))
                        continue;
                if (count++ == 0)
                        *first = entry->json;
        }
        return count;
}

static void show_conflicts(struct picture *picture)
{
        const struct json_node *examples[CONFLICT_KIND_COUNT] = {NULL};
        struct text summary = TEXT_NONE;

        for (int i = 0; i < CONFLICT_KIND_COUNT; i++) {
                struct text kind = text_from(conflict_kind_name((enum conflict_kind)i));
                size_t count = count_kind(picture, kind, &examples[i]);

                if (count > 0)
                        summary = arena_printf(&picture->arena, "%.*s%s%zu %.*s", TEXT_ARG(summary),
                                               summary.length > 0 ? ", " : "", count, TEXT_ARG(words(picture, kind)));
        }
        heading(picture, "For a data steward");
        screen_line(picture->screen, STYLE_PLAIN, "  %zu open: %.*s. One of each, weights in bits:",
                    watch_count(picture->watch, WATCH_CONFLICTS, TYPE_PERSON), TEXT_ARG(summary));
        for (int i = 0; i < CONFLICT_KIND_COUNT; i++) {
                if (examples[i])
                        show_conflict(picture, examples[i]);
        }
}

void picture_show(struct screen *screen, const struct watch *watch, const struct feed *feed,
                  const struct config *config)
{
        struct picture picture = {.screen = screen, .watch = watch, .feed = feed, .config = config};

        show_systems(&picture);
        show_marc(&picture);
        show_conflicts(&picture);
        arena_free(&picture.arena);
}
