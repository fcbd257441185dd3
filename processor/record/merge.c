/* How a change merges into a record, so that any order of delivery ends in the same record.
 *
 * Slots are a last-writer-wins map by version. Deletions and complete rows are watermarks: a slot below one of them is
 * dropped when the watermark comes later, and not accepted when the slot comes later. Equal versions are the same event
 * again, or two events that the source did not order; then arrival decides, which in one partition is the source's
 * order.
 */
#include "record/change.h"
#include "record/record.h"

#include <string.h>

static bool raise_version(struct version *mark, bool *ever, struct version version)
{
        if (*ever && version_compare(version, *mark) <= 0)
                return false;
        *mark = version;
        *ever = true;
        return true;
}

/* Keeps the slots for which keep() holds; true if one was dropped. */
static bool drop_slots(struct record *record, struct version below, bool or_equal)
{
        uint32_t kept = 0;
        bool dropped;

        for (uint32_t i = 0; i < record->slot_count; i++) {
                int order = version_compare(record->slots[i].version, below);

                if (order > 0 || (order == 0 && !or_equal))
                        record->slots[kept++] = record->slots[i];
        }
        dropped = kept != record->slot_count;
        record->slot_count = kept;
        return dropped;
}

static int compare_slot(const struct slot *slot, uint16_t attribute, struct text label)
{
        if (slot->attribute != attribute)
                return slot->attribute < attribute ? -1 : 1;
        return text_compare(slot->label, label);
}

/* Index of the slot, or of where it belongs. */
static uint32_t find_slot(const struct record *record, uint16_t attribute, struct text label, bool *found)
{
        uint32_t low = 0, high = record->slot_count;

        *found = false;
        while (low < high) {
                uint32_t middle = low + (high - low) / 2;
                int order = compare_slot(&record->slots[middle], attribute, label);

                if (order == 0) {
                        *found = true;
                        return middle;
                }
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

const struct slot *record_find(const struct record *record, uint16_t attribute, struct text label)
{
        bool found;
        uint32_t at = find_slot(record, attribute, label, &found);

        return found ? &record->slots[at] : NULL;
}

const struct slot *record_first(const struct record *record, uint16_t attribute)
{
        for (uint32_t i = 0; i < record->slot_count; i++) {
                if (record->slots[i].attribute == attribute && (record->slots[i].flags & SLOT_SET))
                        return &record->slots[i];
        }
        return NULL;
}

/* Makes room for @more slots: once for each event, since a new record takes all of an event's values. */
static void reserve_slots(struct arena *arena, struct record *record, uint32_t more)
{
        uint32_t wanted = record->slot_count + more;
        struct slot *slots;

        if (wanted <= record->slot_capacity)
                return;
        slots = arena_alloc(arena, wanted * sizeof(*slots));
        if (record->slot_count > 0)
                memcpy(slots, record->slots, record->slot_count * sizeof(*slots));
        record->slots = slots;
        record->slot_capacity = wanted;
}

static struct slot *insert_slot(struct arena *arena, struct record *record, uint32_t at)
{
        reserve_slots(arena, record, 1);
        memmove(record->slots + at + 1, record->slots + at, (record->slot_count - at) * sizeof(*record->slots));
        record->slot_count++;
        return &record->slots[at];
}

/* Sets or unsets one slot at @version. True if the record changed. */
static bool merge_value(struct arena *arena, struct record *record, const struct change_value *value,
                        struct version version)
{
        uint8_t flags = value->set ? SLOT_SET : 0;
        struct text raw = value->set ? value->value : TEXT_NONE;
        struct slot *slot;
        uint32_t at;
        bool found;

        at = find_slot(record, value->attribute, value->label, &found);
        if (found) {
                slot = &record->slots[at];
                if (version_compare(version, slot->version) < 0)
                        return false;
                if (version_compare(version, slot->version) == 0 && (slot->flags & SLOT_SET) == flags &&
                    text_equal(slot->raw, raw))
                        return false;
        } else {
                if (record->slot_count >= RECORD_SLOTS_MAX)
                        return false;
                slot = insert_slot(arena, record, at);
                slot->attribute = value->attribute;
                slot->label = arena_text(arena, value->label);
        }
        slot->flags = flags;
        slot->raw = arena_text(arena, raw);
        slot->value = slot->raw;
        slot->version = version;
        return true;
}

static bool merge_first_time(struct record *record, int64_t time_ms)
{
        if (time_ms == TIME_UNKNOWN_MS)
                return false;
        if (record->first_time_ms != TIME_UNKNOWN_MS && record->first_time_ms <= time_ms)
                return false;
        record->first_time_ms = time_ms;
        return true;
}

static bool merge_upsert(struct arena *arena, struct record *record, const struct change *change)
{
        struct version version = change->version;
        bool changed = merge_first_time(record, version.time_ms);

        changed |= raise_version(&record->updated, &record->ever_updated, version);
        if (change->complete)
                changed |= raise_version(&record->refreshed, &record->ever_refreshed, version);
        if (record->ever_deleted && version_compare(version, record->deleted) < 0) {
                if (change->complete)
                        changed |= raise_version(&record->complete, &record->ever_complete, version);
                return changed;
        }
        if (!record->alive) {
                record->alive = true;
                record->ghost_key_count = 0;
                record->merged_into = TEXT_NONE;
                changed = true;
        }
        if (record->declared_type != change->type) {
                record->declared_type = change->type;
                changed = true;
        }
        if (change->complete) {
                /* What the row does not name is unset by it: slots of the row's own version are among what it names,
                 * or of an earlier event of the same version, which this one replaces. */
                if (!record->ever_complete || version_compare(version, record->complete) >= 0) {
                        changed |= raise_version(&record->complete, &record->ever_complete, version);
                        reserve_slots(arena, record, change->value_count);
                        for (uint32_t i = 0; i < change->value_count; i++)
                                changed |= merge_value(arena, record, &change->values[i], version);
                        changed |= drop_slots(record, version, false);
                        return changed;
                }
        }
        if (record->ever_complete && version_compare(version, record->complete) < 0)
                return changed;
        reserve_slots(arena, record, change->value_count);
        for (uint32_t i = 0; i < change->value_count; i++)
                changed |= merge_value(arena, record, &change->values[i], version);
        return changed;
}

static bool merge_delete(struct arena *arena, struct record *record, struct version version,
                         const struct change *change)
{
        bool changed = raise_version(&record->deleted, &record->ever_deleted, version);

        changed |= drop_slots(record, version, true);
        if (record->alive && version_compare(version, record->updated) >= 0) {
                record->alive = false;
                changed = true;
        }
        if (!record->alive && record->slot_count > 0) {
                record->slot_count = 0;
                changed = true;
        }
        for (uint32_t i = 0; change && !record->alive && i < change->value_count; i++) {
                const struct change_value *value = &change->values[i];

                if (value->attribute != ATTRIBUTE_MERGED_INTO || !value->set ||
                    text_equal(record->merged_into, value->value))
                        continue;
                record->merged_into = arena_text(arena, value->value);
                changed = true;
        }
        return changed;
}

int record_merge(struct arena *arena, struct record *record, const struct change *change)
{
        if (!record->ever_updated && !record->ever_deleted && !record->ever_stale) {
                record->first_time_ms = TIME_UNKNOWN_MS;
                record->declared_type = change->type;
        }
        switch (change->op) {
        case CHANGE_UPSERT:
        case CHANGE_UNDELETE:
                return merge_upsert(arena, record, change);
        case CHANGE_DELETE:
                if (!change->tombstone) {
                        bool changed = merge_first_time(record, change->version.time_ms);

                        return merge_delete(arena, record, change->version, change) || changed;
                }
                return record->alive && merge_delete(arena, record, record->updated, NULL);
        case CHANGE_TRUNCATE:
                return raise_version(&record->deleted, &record->ever_deleted, change->version);
        case CHANGE_GAP:
        case CHANGE_OVERFLOW:
                return raise_version(&record->stale, &record->ever_stale, change->version);
        case CHANGE_DECIDE:
                break;
        }
        return 0;
}

int record_merge_table(struct record *record, const struct record *table)
{
        bool changed = false;

        if (table->ever_deleted && (!record->ever_deleted || version_compare(table->deleted, record->deleted) > 0))
                changed |= merge_delete(NULL, record, table->deleted, NULL);
        if (table->ever_stale)
                changed |= raise_version(&record->stale, &record->ever_stale, table->stale);
        return changed;
}

bool record_is_table(const struct record *record)
{
        return record->key.record_id.length == 0;
}

/* A deletion settles a gap before it as well: nothing is left to be fetched. */
bool record_is_stale(const struct record *record)
{
        return record->ever_stale &&
               (!record->ever_refreshed || version_compare(record->stale, record->refreshed) > 0) &&
               (!record->ever_deleted || version_compare(record->stale, record->deleted) > 0);
}

bool record_says_in_passing(const struct record *record, struct version version)
{
        return version.time_ms == record->first_time_ms ||
               (record->ever_complete && version_compare(version, record->complete) == 0);
}

void record_split_reference(struct text value, struct text own_source, struct text *source, struct text *record_id)
{
        int64_t separator = text_find_byte(value, 0x1f, 0);

        *source = separator < 0 ? own_source : text_slice(value, 0, (uint32_t)separator);
        *record_id = separator < 0 ? value : text_slice(value, (uint32_t)separator + 1, value.length);
}

enum record_type record_effective_type(const struct record *record)
{
        const struct slot *slot;

        if (record->declared_type != TYPE_ORGANIZATION)
                return record->declared_type;
        slot = record_first(record, ATTRIBUTE_PERSON_ACCOUNT);
        if (slot && (text_equal_ascii_case(slot->raw, TEXT("true")) || text_equal(slot->raw, TEXT("1"))))
                return TYPE_PERSON;
        return record_first(record, ATTRIBUTE_FAMILY_NAME) ? TYPE_PERSON : TYPE_ORGANIZATION;
}
