/* Jaro–Winkler (Winkler, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record
 * Linkage", 1990), in thousandths and with integers.
 *
 * The search for common characters takes the first free one, which is not symmetric when the sides are exchanged; so
 * the sides are put in order first (shorter, then smaller).
 */
#include "score/compare.h"

#include <string.h>

static uint32_t count_common(const uint32_t *a, uint32_t n, const uint32_t *b, uint32_t m, uint32_t *transposed)
{
        bool taken[COMPARE_POINTS_MAX] = {false};
        uint32_t matched[COMPARE_POINTS_MAX];
        uint32_t window = m / 2 > 0 ? m / 2 - 1 : 0;
        uint32_t common = 0;
        for (uint32_t i = 0; i < n; i++) {
                uint32_t from = i > window ? i - window : 0;
                uint32_t to = i + window + 1 < m ? i + window + 1 : m;
                for (uint32_t j = from; j < to; j++) {
                        if (taken[j] || a[i] != b[j])
                                continue;
                        taken[j] = true;
                        matched[common++] = a[i];
                        break;
                }
        }
        uint32_t out_of_order = 0;
        uint32_t at = 0;
        for (uint32_t j = 0; j < m; j++)
                if (taken[j] && b[j] != matched[at++])
                        out_of_order++;
        *transposed = out_of_order / 2;
        return common;
}

uint32_t jaro_winkler_permille(struct text a, struct text b)
{
        uint32_t from[COMPARE_POINTS_MAX];
        uint32_t to[COMPARE_POINTS_MAX];
        if (a.length > b.length || (a.length == b.length && text_compare(a, b) > 0)) {
                struct text swapped = a;
                a = b;
                b = swapped;
        }
        uint32_t n = compare_points(a, from);
        uint32_t m = compare_points(b, to);
        if (n == 0 || m == 0)
                return n == m ? 1000 : 0;
        uint32_t transposed;
        uint32_t common =
                n <= m ? count_common(from, n, to, m, &transposed) : count_common(to, m, from, n, &transposed);
        if (common == 0)
                return 0;
        uint32_t jaro = (1000 * common / n + 1000 * common / m + 1000 * (common - transposed) / common) / 3;
        uint32_t prefix = 0;
        while (prefix < 4 && prefix < n && prefix < m && from[prefix] == to[prefix])
                prefix++;
        return jaro + prefix * (1000 - jaro) / 10;
}
