/* Decisions of stewards: what steward/decision.h reads.
 *
 * The key matters only where there is no value: it names the subject whose decision is withdrawn. A decision itself
 * says what it is about, so a message that was written by hand needs no key.
 */
#include "decode/decoder.h"

#include "steward/decision.h"

static int add(struct decoder *decoder, const struct decision *decision, bool withdrawn)
{
        struct message *message = arena_alloc(decoder->arena, sizeof(*message));
        char *id = arena_alloc(decoder->arena, DECISION_ID_SIZE);
        struct buffer subject BUFFER_CLEANUP = {0};
        struct change *change;

        *message = *decoder->message;
        decision_id(decision, id);
        message->decision = text_from(id);
        decoder->message = message; /* whoever is touched by it learns the decision's id */
        decision_write_subject(decision, &subject);
        change =
                decoder_add_change(decoder, CHANGE_DECIDE, TEXT_NONE, arena_text(decoder->arena, buffer_view(&subject)),
                                   (struct version){.time_ms = decision->at_ms});
        change->decision = decision;
        change->tombstone = withdrawn;
        return 0;
}

int decision_decode(struct decoder *decoder)
{
        struct decision *decision = arena_alloc(decoder->arena, sizeof(*decision));
        bool withdrawn = !decoder->value;
        struct error error = {{0}};
        int r;

        if (withdrawn && !decoder->key)
                return decoder_reject(decoder, "neither a decision nor a key that names one to withdraw");
        r = withdrawn ? decision_read_subject(decoder->key, decision, &error)
                      : decision_read(decoder->value, decision, &error);
        if (r < 0)
                return decoder_reject(decoder, "%s", error.text);
        return add(decoder, decision, withdrawn);
}
