/* From messages to sentences.
 *
 * A change says in `before` and `after` what became different (docs/topics.md); the table below maps what a person
 * cares about to a word and a sentence. Most changes of the first days only say that a further system knows somebody:
 * of those a few a day are told and the others counted.
 */
#include "demo/story.h"

#include "base/clock.h"

#define JOINED_SHOWN_MAX 2 /* a day */

struct story {
        struct screen *screen;
        struct watch *watch;
        const struct feed *feed;
        struct arena arena;
        unsigned joined; /* lines of this kind in this round */
        int64_t joined_ms;
};

static struct text name_of(struct story *story, struct text entity_id)
{
        const struct watch_entry *entity = watch_entity(story->watch, entity_id);

        return watch_name(&story->arena, entity ? entity->last : NULL);
}

static int64_t time_of(const struct story *story, const struct json_node *change)
{
        int64_t offset = 0;

        json_to_i64(json_path(change, "cause/offset"), &offset);
        return feed_time_of(story->feed, json_scalar_text(json_path(change, "cause/topic")), offset);
}

/* ---- changes -------------------------------------------------------------------------------------------------------
 */

static bool holds_member(const struct json_node *members, const struct json_node *member)
{
        for (const struct json_node *other = members ? members->child : NULL; other; other = other->next) {
                if (text_equal(json_scalar_text(json_get(other, "source")),
                               json_scalar_text(json_get(member, "source"))) &&
                    text_equal(json_scalar_text(json_get(other, "record_id")),
                               json_scalar_text(json_get(member, "record_id"))))
                        return true;
        }
        return false;
}

/* "erp 50001, sfdc-us 0035f…": the members of @after that @before lacks. */
static struct text list_new_members(struct story *story, const struct json_node *before, const struct json_node *after)
{
        struct text list = TEXT_NONE;

        for (const struct json_node *member = after ? after->child : NULL; member; member = member->next) {
                if (!holds_member(before, member))
                        list = arena_printf(&story->arena, "%.*s%s%.*s %.*s", TEXT_ARG(list),
                                            list.length > 0 ? ", " : "",
                                            TEXT_ARG(json_scalar_text(json_get(member, "source"))),
                                            TEXT_ARG(json_scalar_text(json_get(member, "record_id"))));
        }
        return list;
}

static void tell_joined(struct story *story, const struct json_node *change, struct text name)
{
        const struct json_node *before = json_path(change, "before/members"),
                               *after = json_path(change, "after/members");
        struct text list = list_new_members(story, before, after);
        uint32_t known = before ? before->count : 0;

        if (!after || list.length == 0 || after->count < 2 || after->count <= known)
                return;
        if (story->joined++ >= JOINED_SHOWN_MAX) {
                story->joined_ms = time_of(story, change);
                return;
        }
        screen_event(story->screen, time_of(story, change), STYLE_GOOD, "same",
                     arena_printf(&story->arena, known ? "%.*s is also %.*s" : "%.*s is all of %.*s", TEXT_ARG(name),
                                  TEXT_ARG(list)));
}

/* A record is gone and its entity lives on. */
static void tell_shrunk(struct story *story, const struct json_node *change, struct text name)
{
        const struct json_node *before = json_path(change, "before/members"),
                               *after = json_path(change, "after/members");

        if (before && after && after->count < before->count)
                screen_event(story->screen, time_of(story, change), STYLE_NOTE, "record gone",
                             arena_printf(&story->arena, "%.*s loses %.*s and keeps the id", TEXT_ARG(name),
                                          TEXT_ARG(list_new_members(story, after, before))));
}

static void tell_updated(struct story *story, const struct json_node *change, struct text name)
{
        int64_t time_ms = time_of(story, change);
        struct text consent = json_scalar_text(json_path(change, "after/consent/email/value"));

        if (text_equal(consent, TEXT("denied")))
                screen_event(story->screen, time_ms, STYLE_ALARM, "unsubscribed",
                             arena_printf(&story->arena, "%.*s: one record says no, it holds for all of them",
                                          TEXT_ARG(name)));
        if (text_equal(json_scalar_text(json_path(change, "after/attributes/status")), TEXT("closed")))
                screen_event(story->screen, time_ms, STYLE_NOTE, "closed",
                             arena_printf(&story->arena, "%.*s is out of business", TEXT_ARG(name)));
        tell_shrunk(story, change, name);
        tell_joined(story, change, name);
}

static void tell_created(struct story *story, const struct watch_news *news, struct text name)
{
        const struct watch_entry *entity = watch_entity(story->watch, news->key);

        if (entity && entity->ends > 0)
                screen_event(story->screen, time_of(story, news->value), STYLE_GOOD, "back",
                             arena_printf(&story->arena, "%.*s, under the old id", TEXT_ARG(name)));
        else
                tell_joined(story, news->value, name);
}

static void tell_change(struct story *story, const struct watch_news *news)
{
        const struct json_node *change = news->value;
        struct text kind = json_scalar_text(json_get(change, "kind"));
        const struct json_node *from = json_get(change, "from"), *into = json_get(change, "into");
        struct text name = name_of(story, news->key);
        int64_t time_ms = time_of(story, change);

        if (text_equal(kind, TEXT("merged")) && from)
                screen_event(story->screen, time_ms, STYLE_GOOD, "merged",
                             arena_printf(&story->arena, "%.*s: two entities are one; %.*s stays, %.*s leads to it",
                                          TEXT_ARG(name), TEXT_ARG(news->key),
                                          TEXT_ARG(json_scalar_text(from->child))));
        else if (text_equal(kind, TEXT("split")) && from)
                screen_event(story->screen, time_ms, STYLE_NOTE, "split",
                             arena_printf(&story->arena, "%.*s is no longer taken for %.*s", TEXT_ARG(name),
                                          TEXT_ARG(name_of(story, json_scalar_text(from->child)))));
        else if (text_equal(kind, TEXT("deleted")))
                screen_event(story->screen, time_ms, STYLE_NOTE, "deleted",
                             watch_name(&story->arena, json_get(change, "before")));
        else if (text_equal(kind, TEXT("created")))
                tell_created(story, news, name);
        else if (!into)
                tell_updated(story, change, name);
}

/* ---- the other topics ----------------------------------------------------------------------------------------------
 */

/* "a, b": the names of a conflict's entities. */
static struct text conflict_names(struct story *story, const struct json_node *conflict)
{
        const struct json_node *entities = json_get(conflict, "entities");
        struct text list = TEXT_NONE;

        for (const struct json_node *id = entities ? entities->child : NULL; id; id = id->next) {
                struct text name = name_of(story, json_scalar_text(id));

                list = arena_printf(&story->arena, "%.*s%s%.*s", TEXT_ARG(list), list.length > 0 ? " and " : "",
                                    TEXT_ARG(name));
        }
        return list;
}

static struct text spaced(struct story *story, struct text t)
{
        char *copy = arena_alloc(&story->arena, t.length + 1);

        for (uint32_t i = 0; i < t.length; i++)
                copy[i] = t.data[i] == '_' ? ' ' : t.data[i];
        return (struct text){.data = copy, .length = t.length};
}

static void tell_conflict(struct story *story, const struct watch_news *news)
{
        const struct json_node *conflict = news->value ? news->value : news->before;
        struct text kind = spaced(story, json_scalar_text(json_get(conflict, "kind")));

        if (news->value && news->before) /* the same question with other evidence */
                return;
        screen_event(story->screen, feed_now_ms(story->feed), news->value ? STYLE_ALARM : STYLE_GOOD,
                     news->value ? "conflict" : "settled",
                     arena_printf(&story->arena, "%.*s: %.*s", TEXT_ARG(kind),
                                  TEXT_ARG(conflict_names(story, conflict))));
}

static void tell_command(struct story *story, const struct watch_news *news)
{
        if (!news->value)
                return;
        screen_event(story->screen, feed_now_ms(story->feed), STYLE_NOTE, "command",
                     arena_printf(&story->arena, "%.*s: %.*s %.*s, %.*s", TEXT_ARG(news->name),
                                  TEXT_ARG(json_scalar_text(json_get(news->value, "op"))), TEXT_ARG(news->key),
                                  TEXT_ARG(json_scalar_text(json_get(news->value, "reason")))));
}

/* Who leaves a feed is news; who comes in is not, at the pace of a demo. */
static void tell_feed(struct story *story, const struct watch_news *news)
{
        struct text mail = json_scalar_text(json_get(news->before, "mail"));

        if (news->value || mail.length == 0)
                return;
        screen_event(story->screen, feed_now_ms(story->feed), STYLE_NOTE, "withdrawn",
                     arena_printf(&story->arena, "%.*s: %.*s", TEXT_ARG(news->name), TEXT_ARG(mail)));
}

static void tell_deadletter(struct story *story, const struct watch_news *news)
{
        screen_event(story->screen, feed_now_ms(story->feed), STYLE_ALARM, "dead letter", news->reason);
}

void story_tell(struct screen *screen, struct watch *watch, const struct feed *feed)
{
        static void (*const tell[])(struct story * story, const struct watch_news *news) = {
                [WATCH_CHANGES] = tell_change, [WATCH_CONFLICTS] = tell_conflict,    [WATCH_SYNC] = tell_command,
                [WATCH_FEED] = tell_feed,      [WATCH_DEADLETTER] = tell_deadletter,
        };
        /* People first: of all that is joined only some is told. Conflicts and commands speak of what the changes did.
         */
        static const struct {
                enum watch_topic topic;
                struct text key_prefix;
        } order[] = {
                {WATCH_CHANGES, TEXT_INIT("p-")}, {WATCH_CHANGES, TEXT_INIT("o-")}, {WATCH_CONFLICTS, TEXT_INIT("")},
                {WATCH_SYNC, TEXT_INIT("")},      {WATCH_FEED, TEXT_INIT("")},      {WATCH_DEADLETTER, TEXT_INIT("")},
        };
        struct story story = {.screen = screen, .watch = watch, .feed = feed};

        for (size_t step = 0; step < sizeof(order) / sizeof(order[0]); step++) {
                for (size_t i = 0; i < watch->news_count; i++) {
                        const struct watch_news *news = &watch->news[i];

                        if (news->topic == order[step].topic && text_starts_with(news->key, order[step].key_prefix))
                                tell[news->topic](&story, news);
                }
        }
        if (story.joined > JOINED_SHOWN_MAX)
                screen_event(screen, story.joined_ms, STYLE_FAINT, "",
                             arena_printf(&story.arena, "and %u more were recognised",
                                          story.joined - JOINED_SHOWN_MAX));
        watch->news_count = 0;
        arena_free(&story.arena);
}
