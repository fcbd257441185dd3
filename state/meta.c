/* Small named values: identity and counters of this module, and whatever the engine and the service keep.
 *
 * Numbers are written as decimal text, so that `durand inspect meta` shows them and no byte order matters.
 */
#include "state/internal.h"

#include <inttypes.h>
#include <stdio.h>

#define META_NAME_MAX 511 /* LMDB's longest key */

bool store_get_meta(struct store_txn *txn, struct text name, struct text *value)
{
        struct store_key key;

        *value = TEXT_NONE;
        if (name.length == 0 || name.length > META_NAME_MAX)
                return false;
        return table_get(txn, STORE_META, key_name(&key, name), value);
}

/* False, and the transaction fails, for a name that no caller may write. */
static bool check_name(struct store_txn *txn, struct text name)
{
        if (name.length > 0 && name.length <= META_NAME_MAX && !text_starts_with(name, TEXT(META_OWN)))
                return true;
        txn_fail_request(txn, "\"%.*s\" is no name for a value in the table meta", TEXT_ARG(name));
        return false;
}

void store_put_meta(struct store_txn *txn, struct text name, struct text value)
{
        struct store_key key;

        if (check_name(txn, name))
                table_put(txn, STORE_META, key_name(&key, name), value);
}

void store_delete_meta(struct store_txn *txn, struct text name)
{
        struct store_key key;

        if (check_name(txn, name))
                table_delete(txn, STORE_META, key_name(&key, name));
}

bool meta_get_number(struct store_txn *txn, struct text name, uint64_t *number)
{
        struct text value;
        int64_t parsed;

        if (!store_get_meta(txn, name, &value))
                return false;
        if (!text_to_i64(value, &parsed) || parsed < 0 || parsed > UINT32_MAX) {
                txn_fail_damaged(txn, STORE_META, "a counter is no number");
                return false;
        }
        *number = (uint64_t)parsed;
        return true;
}

void meta_put_number(struct store_txn *txn, struct text name, uint64_t number)
{
        struct store_key key;
        char digits[24];
        int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);

        table_put(txn, STORE_META, key_name(&key, name), (struct text){.data = digits, .length = (uint32_t)length});
}
