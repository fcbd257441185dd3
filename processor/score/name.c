/* A person's name, compared as a whole.
 *
 * Sources split names as they like: "Anna Maria" is a given name or a given and a middle name, "Wang Wei" a family and
 * a given name in either order, "Sanchez Mendoza" one family name or two. So the tokens of both sides are paired first,
 * best pairs first, and only then the pairs decide the levels of three facts: given name, further given names, family
 * name.
 *
 *   1. Tokens of fitting roles are paired (given with given or middle, family with family, an unknown role with any).
 *   2. Where a given and a family name are left on both sides and each fits the other side's opposite, the two fields
 * were swapped. A single crossing ("Martin Durand", "Paul Martin") is no agreement.
 *   3. Tokens that are one word on one side and two on the other are joined ("ja red", "jared"; "o hare", "ohare").
 *
 * What makes two tokens fit, best first: equal; nicknames of one name; one typo; alike in sound or two typos; an
 * initial. Two given names that are both known, and differ in more than their spelling (Karsten, Carsten), are two
 * people even if one letter apart (Karsten, Kirsten; Michel, Michele); only a typo makes an unknown one.
 *
 * Pairing is greedy by (fit, roles) with ties by the texts, which does not depend on which side is called a.
 */
#include "score/compare.h"
#include "score/evidence.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX 10 /* of one side; further ones are left out */
#define JOINED_MAX 160
#define SPELLING_MAX 48
#define SOUND_LEAST_PERMILLE 650 /* likeness below which equal sounds are chance: codes are short */

enum role {
        ROLE_GIVEN,
        ROLE_MIDDLE,
        ROLE_FAMILY,
        ROLE_ANY
};

enum fit {
        FIT_NONE,
        FIT_INITIAL,
        FIT_SOUND,
        FIT_NEAR,
        FIT_NICKNAME,
        FIT_EXACT
};

struct name_token {
        const struct feature *feature;
        enum role role;
        bool paired;
};

struct name_side {
        struct name_token tokens[TOKENS_MAX];
        uint32_t count;
};

struct name_pair {
        uint8_t a;
        uint8_t b;
        uint8_t fit;
        uint8_t roles; /* 2 same role, 1 fitting, 0 swapped */
        uint8_t fact;  /* enum role that it counts for: GIVEN or FAMILY; ANY: undecided */
};

struct name_match {
        const struct comparison *c;
        struct name_side side[2];
        struct name_pair pairs[TOKENS_MAX];
        uint32_t pair_count;
};

static void collect_tokens(const struct score_side *side, struct name_side *out)
{
        static const struct {
                enum feature_kind kind;
                enum role role;
        } kinds[] = {
                {FEATURE_GIVEN, ROLE_GIVEN},
                {FEATURE_MIDDLE, ROLE_MIDDLE},
                {FEATURE_FAMILY, ROLE_FAMILY},
                {FEATURE_NAME_ANY, ROLE_ANY},
        };
        out->count = 0;
        for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
                uint32_t at = 0;
                const struct feature *feature;
                while ((feature = side_next(side, kinds[i].kind, &at)) && out->count < TOKENS_MAX)
                        if (feature->text.length && !(feature->flags & FEATURE_PARTICLE))
                                out->tokens[out->count++] =
                                        (struct name_token){.feature = feature, .role = kinds[i].role};
        }
}

/* True if the letter @initial begins @token or one of the names that it is short for. */
static bool initial_fits(const struct feature *initial, const struct feature *token)
{
        if (token->text.data[0] == initial->text.data[0])
                return true;
        uint32_t from = 0;
        for (struct text root = next_word(token->alias, &from); root.length; root = next_word(token->alias, &from))
                if (root.data[0] == initial->text.data[0])
                        return true;
        return false;
}

/* True if the two tokens stand for one name: they share a root, or one is the other's root. */
static bool shares_root(const struct feature *a, const struct feature *b)
{
        if (has_word(a->alias, b->text) || has_word(b->alias, a->text))
                return true;
        uint32_t from = 0;
        if (b->alias.length)
                for (struct text root = next_word(a->alias, &from); root.length; root = next_word(a->alias, &from))
                        if (has_word(b->alias, root))
                                return true;
        return false;
}

static bool is_known(const struct comparison *c, struct text name)
{
        bool listed;
        model_rarity_mbit(c->model, FREQUENCY_GIVEN, name, &listed);
        return listed;
}

static bool is_known_given(const struct comparison *c, const struct feature *feature)
{
        return feature->alias.length || is_known(c, feature->text);
}

/* The letters of @t as far as spelling does not change them: one for doubled letters, k for c and q, i for y, j and ie,
 * s for z, v for w, f for ph; without h behind a letter. */
static uint32_t plain_spelling(struct text t, char out[SPELLING_MAX])
{
        uint32_t n = 0;
        for (uint32_t i = 0; i < t.length && n < SPELLING_MAX; i++) {
                char c = t.data[i];
                char before = n ? out[n - 1] : '\0';
                if (c == 'h' && i > 0) {
                        if (before == 'p')
                                out[n - 1] = 'f';
                        continue;
                }
                c = c == 'c' || c == 'q' ? 'k' : c == 'y' || c == 'j' ? 'i' : c == 'z' ? 's' : c == 'w' ? 'v' : c;
                if (c == before || (c == 'e' && before == 'i' && i + 1 == t.length))
                        continue;
                out[n++] = c;
        }
        return n;
}

/* True if two names are two spellings of one: Sarah and Sara, Katrin and Catrin. */
static bool same_spelling(struct text a, struct text b)
{
        char plain_a[SPELLING_MAX];
        char plain_b[SPELLING_MAX];
        uint32_t length = plain_spelling(a, plain_a);
        return length == plain_spelling(b, plain_b) && memcmp(plain_a, plain_b, length) == 0;
}

/* Number of typos that still make a name of @length letters the same: none in the shortest. */
static uint32_t typos_allowed(uint32_t length)
{
        return length >= 8 ? 2 : length >= 4 ? 1 : 0;
}

static enum fit fit_tokens(const struct comparison *c, const struct feature *a, const struct feature *b, bool given)
{
        if (text_equal(a->text, b->text))
                return (a->flags & FEATURE_INITIAL) ? FIT_INITIAL : FIT_EXACT;
        if (!a->text.length || !b->text.length)
                return FIT_NONE;
        if ((a->flags | b->flags) & FEATURE_INITIAL) {
                bool both = a->flags & b->flags & FEATURE_INITIAL;
                bool fits = a->flags & FEATURE_INITIAL ? initial_fits(a, b) : initial_fits(b, a);
                return fits && !both ? FIT_INITIAL : FIT_NONE;
        }
        if ((a->alias.length || b->alias.length) && shares_root(a, b))
                return FIT_NICKNAME;
        if (given && is_known_given(c, a) && is_known_given(c, b))
                return same_spelling(a->text, b->text) ? FIT_NEAR : FIT_NONE;
        uint32_t shorter = a->text.length < b->text.length ? a->text.length : b->text.length;
        uint32_t longer = a->text.length + b->text.length - shorter;
        bool sounds = a->sound.length >= 2 && text_equal(a->sound, b->sound) &&
                      jaro_winkler_permille(a->text, b->text) >= SOUND_LEAST_PERMILLE;
        uint32_t typos = longer - shorter <= 2 ? edit_distance(a->text, b->text, 2) : 3;
        if (typos <= typos_allowed(shorter))
                return FIT_NEAR;
        if (sounds)
                return FIT_SOUND;
        if (given && shorter >= 3 && longer > shorter &&
            (text_starts_with(a->text, b->text) || text_starts_with(b->text, a->text)))
                return FIT_SOUND;
        if (shorter >= 6 && a->text.data[0] == b->text.data[0] && jaro_winkler_permille(a->text, b->text) >= 920)
                return FIT_SOUND;
        return shorter >= 5 && typos == 2 ? FIT_SOUND : FIT_NONE;
}

/* How two roles go together: 2 the same, 1 fitting, 0 opposite. */
static uint8_t fit_roles(enum role a, enum role b)
{
        if (a == b)
                return 2;
        if (a == ROLE_ANY || b == ROLE_ANY || (a != ROLE_FAMILY && b != ROLE_FAMILY))
                return 1;
        return 0;
}

static uint8_t fact_of(enum role a, enum role b)
{
        if (a == ROLE_FAMILY || b == ROLE_FAMILY)
                return ROLE_FAMILY;
        return a == ROLE_ANY && b == ROLE_ANY ? ROLE_ANY : ROLE_GIVEN;
}

static int order_pairs(const struct name_match *match, const struct name_pair *x, const struct name_pair *y)
{
        if (x->fit != y->fit)
                return x->fit > y->fit ? -1 : 1;
        if (x->roles != y->roles)
                return x->roles > y->roles ? -1 : 1;
        struct text xa = match->side[0].tokens[x->a].feature->text;
        struct text xb = match->side[1].tokens[x->b].feature->text;
        struct text ya = match->side[0].tokens[y->a].feature->text;
        struct text yb = match->side[1].tokens[y->b].feature->text;
        bool x_straight = text_compare(xa, xb) <= 0;
        bool y_straight = text_compare(ya, yb) <= 0;
        int order = text_compare(x_straight ? xa : xb, y_straight ? ya : yb);
        return order ? order : text_compare(x_straight ? xb : xa, y_straight ? yb : ya);
}

static void take_pair(struct name_match *match, const struct name_pair *pair)
{
        match->side[0].tokens[pair->a].paired = true;
        match->side[1].tokens[pair->b].paired = true;
        match->pairs[match->pair_count++] = *pair;
}

/* Takes the best of the possible pairs until none is left. */
static void take_best(struct name_match *match, struct name_pair *possible, uint32_t count)
{
        for (;;) {
                const struct name_pair *best = NULL;
                for (uint32_t i = 0; i < count; i++) {
                        const struct name_pair *pair = &possible[i];
                        if (match->side[0].tokens[pair->a].paired || match->side[1].tokens[pair->b].paired)
                                continue;
                        if (!best || order_pairs(match, pair, best) < 0)
                                best = pair;
                }
                if (!best)
                        return;
                take_pair(match, best);
        }
}

/* An initial stands for a token of its own role: the R of "John R." is no Robert. */
static bool initial_in_place(const struct name_token *a, const struct name_token *b)
{
        return a->role == b->role || a->role == ROLE_ANY || b->role == ROLE_ANY;
}

static void pair_tokens(struct name_match *match)
{
        struct name_pair possible[TOKENS_MAX * TOKENS_MAX];
        uint32_t count = 0;
        for (uint32_t i = 0; i < match->side[0].count; i++) {
                for (uint32_t j = 0; j < match->side[1].count; j++) {
                        const struct name_token *a = &match->side[0].tokens[i];
                        const struct name_token *b = &match->side[1].tokens[j];
                        uint8_t roles = fit_roles(a->role, b->role);
                        if (!roles)
                                continue;
                        enum role fact = fact_of(a->role, b->role);
                        enum fit fit = fit_tokens(match->c, a->feature, b->feature, fact != ROLE_FAMILY);
                        if (fit == FIT_NONE || (fit == FIT_INITIAL && !initial_in_place(a, b)))
                                continue;
                        possible[count++] = (struct name_pair){(uint8_t)i, (uint8_t)j, fit, roles, fact};
                }
        }
        take_best(match, possible, count);
}

static bool is_given_role(enum role role)
{
        return role == ROLE_GIVEN || role == ROLE_MIDDLE;
}

static uint32_t count_roles(const struct name_side *side, bool given, bool unpaired_only)
{
        uint32_t count = 0;
        for (uint32_t i = 0; i < side->count; i++) {
                const struct name_token *token = &side->tokens[i];
                bool fits = given ? is_given_role(token->role) : token->role == ROLE_FAMILY;
                if (fits && !(unpaired_only && token->paired))
                        count++;
        }
        return count;
}

/* The best unpaired pair of @given_side's given and the other side's family tokens, or false. */
static bool find_crossing(const struct name_match *match, uint32_t given_side, struct name_pair *best)
{
        bool found = false;
        for (uint32_t i = 0; i < match->side[0].count; i++) {
                for (uint32_t j = 0; j < match->side[1].count; j++) {
                        const struct name_token *a = &match->side[0].tokens[i];
                        const struct name_token *b = &match->side[1].tokens[j];
                        const struct name_token *given = given_side == 0 ? a : b;
                        const struct name_token *family = given_side == 0 ? b : a;
                        if (a->paired || b->paired || !is_given_role(given->role) || family->role != ROLE_FAMILY)
                                continue;
                        enum fit fit = fit_tokens(match->c, a->feature, b->feature, false);
                        if (fit < FIT_SOUND)
                                continue;
                        struct name_pair pair = {(uint8_t)i, (uint8_t)j, fit, 0, ROLE_ANY};
                        if (!found || order_pairs(match, &pair, best) < 0)
                                *best = pair;
                        found = true;
                }
        }
        return found;
}

/* Pairs a swapped given and family name. Both must cross, or one where the sides have nothing else to cross. */
static bool pair_swapped(struct name_match *match)
{
        struct name_pair first;
        struct name_pair second;
        if (count_roles(&match->side[0], false, false) != count_roles(&match->side[0], false, true) ||
            count_roles(&match->side[1], false, false) != count_roles(&match->side[1], false, true))
                return false; /* a family name is paired: the fields are in order */
        bool crosses = find_crossing(match, 0, &first);
        bool back = find_crossing(match, 1, &second);
        if (!crosses && !back)
                return false;
        if (crosses != back) {
                /* "Durand" as a given name alone against "Durand" as a family name alone */
                uint32_t most =
                        match->side[0].count > match->side[1].count ? match->side[0].count : match->side[1].count;
                if (most > 1)
                        return false;
        }
        /* The better one first, whichever side is called a: what follows goes by the order of the pairs. */
        bool turned = crosses && back && order_pairs(match, &second, &first) < 0;
        if (turned)
                take_pair(match, &second);
        if (crosses)
                take_pair(match, &first);
        if (back && !turned)
                take_pair(match, &second);
        return true;
}

/* The tokens of one fact on one side written together. Empty when there are none, or too many. */
static struct text join_tokens(const struct name_side *side, bool given, char out[JOINED_MAX])
{
        uint32_t length = 0;
        for (uint32_t i = 0; i < side->count; i++) {
                const struct name_token *token = &side->tokens[i];
                if (given ? !is_given_role(token->role) : token->role != ROLE_FAMILY)
                        continue;
                if (length + token->feature->text.length > JOINED_MAX)
                        return TEXT_NONE;
                memcpy(out + length, token->feature->text.data, token->feature->text.length);
                length += token->feature->text.length;
        }
        return (struct text){.data = out, .length = length};
}

/* How far the tokens of a fact are from being the same word once joined, where at least one side wrote two; 2: too far.
 */
static uint32_t join_distance(const struct name_match *match, bool given)
{
        char room_a[JOINED_MAX];
        char room_b[JOINED_MAX];
        if (count_roles(&match->side[0], given, false) < 2 && count_roles(&match->side[1], given, false) < 2)
                return 2;
        struct text a = join_tokens(&match->side[0], given, room_a);
        struct text b = join_tokens(&match->side[1], given, room_b);
        return a.length >= 4 && b.length >= 4 ? edit_distance(a, b, 1) : 2;
}

/* Gives pairs of unknown role a fact. A name that is only a given name is one; then the first other is the family name.
 */
static void decide_facts(struct name_match *match)
{
        bool has_family = false;
        for (uint32_t i = 0; i < match->pair_count; i++)
                has_family |= match->pairs[i].fact == ROLE_FAMILY;
        for (uint32_t round = 0; round < 2; round++) {
                for (uint32_t i = 0; i < match->pair_count; i++) {
                        struct name_pair *pair = &match->pairs[i];
                        if (pair->fact != ROLE_ANY)
                                continue;
                        struct text a = match->side[0].tokens[pair->a].feature->text;
                        struct text b = match->side[1].tokens[pair->b].feature->text;
                        bool given_a, given_b, family_a, family_b;
                        model_rarity_mbit(match->c->model, FREQUENCY_GIVEN, a, &given_a);
                        model_rarity_mbit(match->c->model, FREQUENCY_GIVEN, b, &given_b);
                        model_rarity_mbit(match->c->model, FREQUENCY_FAMILY, a, &family_a);
                        model_rarity_mbit(match->c->model, FREQUENCY_FAMILY, b, &family_b);
                        bool given = given_a || given_b;
                        bool family = family_a || family_b;
                        if (round == 0 && given == family)
                                continue; /* the lists do not tell: by what is missing, once the others are decided */
                        pair->fact = round == 0 ? (given ? ROLE_GIVEN : ROLE_FAMILY)
                                                : (has_family ? ROLE_GIVEN : ROLE_FAMILY);
                        has_family |= pair->fact == ROLE_FAMILY;
                }
        }
}

/* The best pair that counts for @fact, and how many there are. */
static const struct name_pair *best_pair(const struct name_match *match, enum role fact, const struct name_pair *but,
                                         uint32_t *count)
{
        const struct name_pair *best = NULL;
        *count = 0;
        for (uint32_t i = 0; i < match->pair_count; i++) {
                const struct name_pair *pair = &match->pairs[i];
                if (pair->fact != fact || pair == but)
                        continue;
                (*count)++;
                if (!best || order_pairs(match, pair, best) < 0)
                        best = pair;
        }
        return best;
}

/* Unpaired tokens of one side that could stand for @fact; initials do not contradict. */
static uint32_t count_left(const struct name_side *side, bool given, const struct feature **example)
{
        uint32_t count = 0;
        for (uint32_t i = 0; i < side->count; i++) {
                const struct name_token *token = &side->tokens[i];
                bool fits =
                        token->role == ROLE_ANY || (given ? is_given_role(token->role) : token->role == ROLE_FAMILY);
                if (!fits || token->paired)
                        continue;
                if (count++ == 0)
                        *example = token->feature;
        }
        return count;
}

static struct text pair_text(const struct name_match *match, const struct name_pair *pair, uint32_t side)
{
        return match->side[side].tokens[side == 0 ? pair->a : pair->b].feature->text;
}

static void judge_given(const struct name_match *match)
{
        static const uint8_t given_level[] = {
                [FIT_INITIAL] = GIVEN_INITIAL,   [FIT_SOUND] = GIVEN_SOUND, [FIT_NEAR] = GIVEN_NEAR,
                [FIT_NICKNAME] = GIVEN_NICKNAME, [FIT_EXACT] = GIVEN_EXACT,
        };
        static const uint8_t middle_level[] = {
                [FIT_INITIAL] = MIDDLE_INITIAL, [FIT_SOUND] = MIDDLE_NEAR,  [FIT_NEAR] = MIDDLE_NEAR,
                [FIT_NICKNAME] = MIDDLE_NEAR,   [FIT_EXACT] = MIDDLE_EXACT,
        };
        const struct comparison *c = match->c;
        const struct feature *left_a = NULL;
        const struct feature *left_b = NULL;
        uint32_t count;
        uint32_t left = count_left(&match->side[0], true, &left_a);
        uint32_t right = count_left(&match->side[1], true, &left_b);
        const struct name_pair *best = best_pair(match, ROLE_GIVEN, NULL, &count);
        if (!best) {
                if (!left || !right)
                        return;
                uint32_t joined = join_distance(match, true);
                bool known = is_known_given(c, left_a) && is_known_given(c, left_b);
                evidence_set(c, MODEL_GIVEN,
                             joined == 0   ? GIVEN_NICKNAME
                             : joined == 1 ? GIVEN_NEAR
                             : known       ? GIVEN_ANOTHER
                                           : GIVEN_DIFFERS,
                             left_a->text, left_b->text);
                return;
        }
        evidence_set_value(c, MODEL_GIVEN, given_level[best->fit], FREQUENCY_GIVEN, pair_text(match, best, 0),
                           pair_text(match, best, 1));
        const struct name_pair *second = best_pair(match, ROLE_GIVEN, best, &count);
        if (second)
                evidence_set(c, MODEL_MIDDLE, middle_level[second->fit], pair_text(match, second, 0),
                             pair_text(match, second, 1));
        else if (left && right)
                evidence_set(c, MODEL_MIDDLE, MIDDLE_DIFFERS, left_a->text, left_b->text);
}

static void judge_family(const struct name_match *match)
{
        static const uint8_t level[] = {
                [FIT_INITIAL] = FAMILY_INITIAL, [FIT_SOUND] = FAMILY_SOUND, [FIT_NEAR] = FAMILY_NEAR,
                [FIT_NICKNAME] = FAMILY_NEAR,   [FIT_EXACT] = FAMILY_EXACT,
        };
        const struct comparison *c = match->c;
        const struct feature *left_a = NULL;
        const struct feature *left_b = NULL;
        uint32_t count;
        uint32_t left = count_left(&match->side[0], false, &left_a);
        uint32_t right = count_left(&match->side[1], false, &left_b);
        const struct name_pair *best = best_pair(match, ROLE_FAMILY, NULL, &count);
        if (!best) {
                if (!left || !right)
                        return;
                if (join_distance(match, false) <= 1)
                        evidence_set_value(c, MODEL_FAMILY, FAMILY_NEAR, FREQUENCY_FAMILY, left_a->text, left_b->text);
                else
                        evidence_set(c, MODEL_FAMILY, FAMILY_DIFFERS, left_a->text, left_b->text);
                return;
        }
        uint32_t reached = level[best->fit];
        bool leftover = count_roles(&match->side[0], false, true) || count_roles(&match->side[1], false, true);
        if (leftover && reached < FAMILY_PART)
                reached = FAMILY_PART;
        evidence_set_value(c, MODEL_FAMILY, reached, FREQUENCY_FAMILY, pair_text(match, best, 0),
                           pair_text(match, best, 1));
}

static void judge_suffix(const struct comparison *c)
{
        const struct feature *a = side_first(&c->pair->a, FEATURE_NAME_SUFFIX);
        const struct feature *b = side_first(&c->pair->b, FEATURE_NAME_SUFFIX);
        if (!a && !b)
                return;
        uint32_t level = !a || !b ? SUFFIX_ONE_SIDED : text_equal(a->text, b->text) ? SUFFIX_SAME : SUFFIX_DIFFERS;
        evidence_set(c, MODEL_NAME_SUFFIX, level, a ? a->text : TEXT_NONE, b ? b->text : TEXT_NONE);
}

/* True if an e-mail address of @email_side spells a given name that @name_side has in full. */
static bool email_spells(const struct name_side *name_side, const struct score_side *email_side,
                         struct text *token_text)
{
        uint32_t at = 0;
        const struct feature *email;
        while ((email = side_next(email_side, FEATURE_EMAIL, &at))) {
                for (uint32_t i = 0; i < name_side->count; i++) {
                        const struct name_token *token = &name_side->tokens[i];
                        if (token->role == ROLE_FAMILY || token->feature->text.length < 3 ||
                            !has_word(email->alias, token->feature->text))
                                continue;
                        *token_text = token->feature->text;
                        return true;
                }
        }
        return false;
}

/* Where the given name is missing or an initial on one side, that side's own e-mail address may spell it. Not where
 * both have that address: then it is one fact, and the e-mail's level has it already. */
static void judge_name_in_email(const struct name_match *match)
{
        const struct comparison *c = match->c;
        uint32_t given = c->evidence->of[MODEL_GIVEN].level;
        struct text spelled;
        if (given != LEVEL_MISSING && given != GIVEN_INITIAL)
                return;
        const struct feature *email_a = side_first(&c->pair->a, FEATURE_EMAIL);
        const struct feature *email_b = side_first(&c->pair->b, FEATURE_EMAIL);
        if (email_a && email_b)
                return;
        if (email_b && email_spells(&match->side[0], &c->pair->b, &spelled))
                evidence_set(c, MODEL_NAME_IN_EMAIL, NAME_IN_EMAIL_CONFIRMS, spelled, email_b->text);
        else if (email_a && email_spells(&match->side[1], &c->pair->a, &spelled))
                evidence_set(c, MODEL_NAME_IN_EMAIL, NAME_IN_EMAIL_CONFIRMS, email_a->text, spelled);
}

void compare_person_name(const struct comparison *c)
{
        struct name_match match;
        match.c = c;
        match.pair_count = 0;
        collect_tokens(&c->pair->a, &match.side[0]);
        collect_tokens(&c->pair->b, &match.side[1]);
        judge_suffix(c);
        if (match.side[0].count && match.side[1].count) {
                pair_tokens(&match);
                if (pair_swapped(&match))
                        evidence_set(c, MODEL_NAME_ORDER, ORDER_SWAPPED, TEXT_NONE, TEXT_NONE);
                decide_facts(&match);
                judge_given(&match);
                judge_family(&match);
        }
        judge_name_in_email(&match);
}
