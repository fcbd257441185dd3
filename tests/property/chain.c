/* A consumer that knows nothing but the topics: it keeps the last value of each key, and it builds the golden records
 * once more from the topic `changes` alone, by RFC 7396. */
#include "chain.h"

#include "document.h"

#include <stdio.h>
#include <string.h>

struct entity_story {
        struct text id;
        struct document *golden;       /* NULL: does not exist */
        char digest[HASH128_HEX_SIZE]; /* after its last change; empty: none */
        struct text topic;
        struct text value; /* last value on its golden topic; empty: none */
};

struct stories {
        struct arena arena;
        struct entity_story *items;
        size_t count, capacity;
        char *message;
        size_t size;
};

static struct entity_story *story_of(struct stories *stories, struct text id)
{
        struct entity_story *story;

        for (size_t i = 0; i < stories->count; i++) {
                if (text_equal(stories->items[i].id, id))
                        return &stories->items[i];
        }
        story = ARENA_PUSH(&stories->arena, stories->items, stories->count, stories->capacity);
        *story = (struct entity_story){.id = id};
        return story;
}

static bool fail(struct stories *stories, const struct emission *emission, const char *what)
{
        snprintf(stories->message, stories->size, "%.*s of %.*s (batch from event %zu): %s\n  %.*s",
                 TEXT_ARG(emission->name), TEXT_ARG(emission->key), emission->event, what, TEXT_ARG(emission->value));
        return false;
}

static bool says(const struct document *document, struct text text)
{
        struct document *other = document_parse(text);
        bool same = other && document_equal(document, other);

        document_free(other);
        return same;
}

/* @before must lead back to what was, and @after on to what the golden topic has just said. */
static bool follow_patches(struct stories *stories, const struct emission *emission, struct entity_story *story,
                           const struct document *change)
{
        struct document *before = document_member(change, "before"), *after = document_member(change, "after");
        struct document *next = after ? document_patch(story->golden, after) : NULL;
        struct document *back = before ? document_patch(next, before) : NULL;
        bool goes_back = story->golden ? back && document_equal(back, story->golden) : !before;
        bool goes_on = next ? story->value.length > 0 && says(next, story->value) : story->value.length == 0;

        document_free(back);
        document_free(story->golden);
        story->golden = next;
        if (!goes_back)
                return fail(stories, emission, "`before` does not lead back");
        return goes_on ? true : fail(stories, emission, "`after` does not lead to the golden record");
}

static bool follow_change(struct stories *stories, const struct emission *emission)
{
        struct entity_story *story = story_of(stories, emission->key);
        struct document *change = document_parse(emission->value);
        char digest[HASH128_HEX_SIZE] = "";
        bool ok;

        if (!change)
                return fail(stories, emission, "not JSON");
        if (strcmp(story->digest, document_text(change, "digest_before")) != 0)
                ok = fail(stories, emission, "digest_before is not the digest_after of the change before");
        else
                ok = follow_patches(stories, emission, story, change);
        if (story->value.length > 0)
                hash128_to_hex(digest_entry(story->topic, story->id, story->value), digest);
        if (ok && strcmp(digest, document_text(change, "digest_after")) != 0)
                ok = fail(stories, emission, "digest_after is not the digest of the golden record");
        snprintf(story->digest, sizeof(story->digest), "%s", document_text(change, "digest_after"));
        document_free(change);
        return ok;
}

static bool follow(struct stories *stories, const struct emissions *log, struct output_set *last)
{
        for (size_t i = 0; i < log->count; i++) {
                const struct emission *emission = &log->items[i];

                if (emission->topic == OUTPUT_CHANGES) {
                        if (!follow_change(stories, emission))
                                return false;
                        continue;
                }
                if (emission->topic == OUTPUT_GOLDEN) {
                        struct entity_story *story = story_of(stories, emission->key);

                        story->topic = emission->name;
                        story->value = emission->value;
                }
                output_set_put(last, emission->name, emission->key, emission->value);
        }
        return true;
}

bool chain_holds(const struct emissions *log, struct output_set *expected, char *message, size_t size)
{
        struct stories stories = {.message = message, .size = size};
        struct output_set last = {0};
        bool ok = follow(&stories, log, &last);

        if (ok && output_set_differ(expected, &last, message, size))
                ok = false;
        for (size_t i = 0; i < stories.count; i++) {
                struct entity_story *story = &stories.items[i];

                if (ok && (story->golden ? story->value.length == 0 || !says(story->golden, story->value)
                                         : story->value.length > 0)) {
                        snprintf(message, size, "the changes of %.*s do not lead to its golden record",
                                 TEXT_ARG(story->id));
                        ok = false;
                }
                document_free(story->golden);
        }
        output_set_free(&last);
        arena_free(&stories.arena);
        return ok;
}
