/* Edit distance on code points.
 *
 * Nearly every call asks "at most one or two?", so equal beginnings and ends are cut off first: what remains of a pair
 * at distance one is empty, one code point, or a swapped pair, and the table is rarely filled in.
 */
#include "score/compare.h"

#include <string.h>

uint32_t compare_points(struct text t, uint32_t points[COMPARE_POINTS_MAX])
{
        uint32_t count = 0;
        uint32_t i = 0;
        while (i < t.length && count < COMPARE_POINTS_MAX) {
                uint8_t lead = (uint8_t)t.data[i];
                uint32_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
                uint32_t point = more == 3 ? lead & 7 : more == 2 ? lead & 15 : more == 1 ? lead & 31 : lead;
                if (more > t.length - i - 1)
                        more = t.length - i - 1;
                for (uint32_t j = 1; j <= more; j++)
                        point = point << 6 | ((uint8_t)t.data[i + j] & 63);
                points[count++] = point;
                i += more + 1;
        }
        return count;
}

static uint32_t min3(uint32_t a, uint32_t b, uint32_t c)
{
        uint32_t least = a < b ? a : b;
        return least < c ? least : c;
}

/* The table over three rows, only the cells within @most of the diagonal; @n and @m at least 1 and no further than
 * @most apart. Ends as soon as two whole rows exceed @most. */
static uint32_t fill_table(const uint32_t *a, uint32_t n, const uint32_t *b, uint32_t m, uint32_t most)
{
        uint32_t rows[3][COMPARE_POINTS_MAX + 2] = {{0}};
        uint32_t *before = rows[0];
        uint32_t *last = rows[1];
        uint32_t *row = rows[2];
        uint32_t far = most + 1;
        uint32_t least_before = 0;
        for (uint32_t j = 0; j <= m + 1; j++) {
                before[j] = far;
                last[j] = j <= most ? j : far;
        }
        for (uint32_t i = 1; i <= n; i++) {
                uint32_t from = i > most ? i - most : 1;
                uint32_t to = i + most < m ? i + most : m;
                uint32_t least = far;
                row[from - 1] = from == 1 && i <= most ? i : far;
                for (uint32_t j = from; j <= to; j++) {
                        uint32_t cell = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < cell)
                                cell = before[j - 2] + 1;
                        row[j] = cell < far ? cell : far;
                        least = row[j] < least ? row[j] : least;
                }
                row[to + 1] = far; /* the next row looks one cell beyond */
                if (least == far && least_before == far)
                        return far; /* a swapped pair looks two rows back */
                least_before = least;
                uint32_t *oldest = before;
                before = last;
                last = row;
                row = oldest;
        }
        return last[m];
}

/* Letters that occur, as a set of 64: an edit changes at most two of its members. */
static uint64_t letters_of(struct text t)
{
        uint64_t set = 0;
        for (uint32_t i = 0; i < t.length; i++)
                set |= UINT64_C(1) << (t.data[i] & 63);
        return set;
}

static bool is_ascii(struct text t)
{
        uint8_t all = 0;
        for (uint32_t i = 0; i < t.length; i++)
                all |= (uint8_t)t.data[i];
        return all < 0x80;
}

/* Cuts equal beginnings and ends off; for ASCII, where bytes are code points. */
static void cut_common(struct text *a, struct text *b)
{
        while (a->length && b->length && a->data[0] == b->data[0]) {
                *a = (struct text){.data = a->data + 1, .length = a->length - 1};
                *b = (struct text){.data = b->data + 1, .length = b->length - 1};
        }
        while (a->length && b->length && a->data[a->length - 1] == b->data[b->length - 1]) {
                a->length--;
                b->length--;
        }
}

uint32_t edit_distance(struct text a, struct text b, uint32_t most)
{
        if (is_ascii(a) && is_ascii(b)) {
                uint32_t apart = a.length > b.length ? a.length - b.length : b.length - a.length;
                if (a.length > COMPARE_POINTS_MAX || b.length > COMPARE_POINTS_MAX) {
                        a = text_slice(a, 0, COMPARE_POINTS_MAX);
                        b = text_slice(b, 0, COMPARE_POINTS_MAX);
                } else if (apart > most) {
                        return most + 1;
                }
                if ((uint32_t)__builtin_popcountll(letters_of(a) ^ letters_of(b)) > 2 * most)
                        return most + 1;
                cut_common(&a, &b);
                uint32_t longer = a.length > b.length ? a.length : b.length;
                if (longer <= 1)
                        return longer > most ? most + 1 : longer;
                if (most == 1) /* all that is left at distance one is a swapped pair */
                        return a.length == 2 && b.length == 2 && a.data[0] == b.data[1] && a.data[1] == b.data[0] ? 1
                                                                                                                  : 2;
        }
        uint32_t from[COMPARE_POINTS_MAX];
        uint32_t to[COMPARE_POINTS_MAX];
        uint32_t n = compare_points(a, from);
        uint32_t m = compare_points(b, to);
        if ((n > m ? n - m : m - n) > most)
                return most + 1;
        uint32_t distance = n == 0 ? m : m == 0 ? n : fill_table(from, n, to, m, most);
        return distance > most ? most + 1 : distance;
}
