/* What a record says about a consent, and how much that decides: docs/consent.md. */
#include "golden/internal.h"

/* A denial counts from its last repetition, a grant that rows repeat from the record's beginning, so that a row in the
 * night never outdoes who unsubscribed by day. */
void consent_judge(struct standing *standing, const struct slot *slot)
{
        bool in_passing = record_says_in_passing(standing->record, slot->version);

        standing->denied = text_equal(slot->value, TEXT("denied"));
        standing->said_at_ms =
                standing->denied || !in_passing ? slot->version.time_ms : standing->record->first_time_ms;
        if (text_equal(slot->value, TEXT("unknown")))
                standing->statement = STATEMENT_UNKNOWN;
        else if (text_equal(slot->raw, TEXT(CONSENT_NO_OBJECTION)) && in_passing)
                standing->statement = STATEMENT_DEFAULT;
        else
                standing->statement = STATEMENT_DECISION;
}
