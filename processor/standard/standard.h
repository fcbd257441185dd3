/* standard.h: one form for each kind of value, and the features that matching compares.
 *
 * Pure: the same record and configuration give the same bytes everywhere. Originals are kept (slot.raw); canonical
 * forms go to slot.value. A value that cannot be right is marked SLOT_INVALID, a placeholder that people type to get
 * past a mandatory field SLOT_FAKE; neither is ever evidence.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "config/policy.h"
#include "record/features.h"
#include "record/record.h"

/* Transliterators, phone tables and caches: one for each thread, costly to open. */
struct standard;

struct standard *standard_new(const struct config *config, struct error *error);
void standard_free(struct standard *standard);

/* Fills value and flags of every slot of @record and derives its features. Texts are in @arena (or borrow from the
 * record). A deleted record gives no features. */
void standard_record(struct standard *standard, struct arena *arena, struct record *record, struct features *features);

/* Why a slot is invalid or fake, as a phrase for people ("check digit does not match"), or NULL. The text is constant.
 */
const char *standard_invalid_reason(struct standard *standard, const struct slot *slot);

/* The canonical form of one value outside a record (commands, tests, conflicts). */
struct text standard_value(struct standard *standard, struct arena *arena, uint16_t attribute, struct text raw,
                           const char *country, uint8_t *flags);

/* --- for those who write into other systems: when values say the same, and how they are written */

/* A form of the canonical @value; values with equal forms differ at most in case, accents and punctuation. */
struct text standard_comparable(struct standard *standard, struct arena *arena, uint16_t attribute, struct text value);

/* The same for an address: its parts from street to country, in the order of the vocabulary, empty where there is none.
 * "12, r. de la Paix" and "12 rue de la Paix" are equal. @country is the one that it is read in, or "". */
#define STANDARD_ADDRESS_PARTS 6
struct text standard_comparable_address(struct standard *standard, struct arena *arena, const char *country,
                                        const struct text parts[STANDARD_ADDRESS_PARTS]);

/* An E.164 number as a target wants it; unchanged where it cannot be formatted. */
struct text standard_format_phone(struct arena *arena, struct text e164, enum phone_format format);

/* True for the address of a function (info@, sales@), of which nobody can say whose it is. */
bool standard_is_role_account(struct standard *standard, struct arena *arena, struct text email);
