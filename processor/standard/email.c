/* Mail addresses and websites.
 *
 * The value that people see is the address in lower case, taken out of "Name <address>" or mailto:. The feature is what
 * the mail provider makes of it: Gmail ignores dots and knows googlemail.com as gmail.com
 * (https://support.google.com/mail/answer/7436150), and behind a plus sign stands a tag nearly everywhere (RFC 5233).
 * A domain that is one slip away from a large provider's is no company's, and its address is marked as uncertain: it is
 * kept as it was typed, but near to the one that was meant.
 *
 * Syntax is that of RFC 5321, section 4.1.2, without quoted local parts and address literals, which nobody has; letters
 * beyond ASCII are let through (RFC 6531).
 */
#include "standard/parts.h"

#include <ctype.h>
#include <string.h>

#define SCHEME_MAX 9   /* "https" and what people type instead */
#define LOCAL_MAX 64   /* RFC 5321, section 4.5.3.1.1 */
#define DOMAIN_MAX 253 /* RFC 1035 */

/* The address in @raw without what people and programs put around it. */
static struct text extract_address(struct text raw)
{
        int64_t open = text_find_byte(raw, '<', 0), close;
        uint32_t end = 0;

        if (open >= 0) {
                close = text_find_byte(raw, '>', (uint32_t)open);
                raw = text_slice(raw, (uint32_t)open + 1, close > open ? (uint32_t)(close - open - 1) : raw.length);
        }
        raw = text_trim(raw);
        if (raw.length > 7 && text_equal_ascii_case(text_slice(raw, 0, 7), TEXT("mailto:")))
                raw = text_slice(raw, 7, raw.length);
        /* of several addresses the first */
        while (end < raw.length && raw.data[end] != ';' && raw.data[end] != ',' && raw.data[end] != ' ' &&
               raw.data[end] != '\t' && raw.data[end] != '\n')
                end++;
        raw.length = end;
        while (raw.length > 0 && (raw.data[raw.length - 1] == '.' || raw.data[raw.length - 1] == '>'))
                raw.length--;
        return raw;
}

static struct text lower_ascii(struct arena *arena, struct text t)
{
        struct text copy = arena_text(arena, t);
        char *data = (char *)(uintptr_t)copy.data;

        for (uint32_t i = 0; i < copy.length; i++)
                if (ascii_is_upper(data[i]))
                        data[i] = (char)(data[i] | 0x20);
        return copy;
}

static bool is_valid_local(struct text local)
{
        if (local.length == 0 || local.length > LOCAL_MAX || local.data[0] == '.' ||
            local.data[local.length - 1] == '.')
                return false;
        for (uint32_t i = 0; i < local.length; i++) {
                char c = local.data[i];

                if (c == '.' && local.data[i - 1] == '.')
                        return false;
                if (!ascii_is_word(c) && (unsigned char)c < 0x80 && !memchr(".!#$%&'*+-/=?^_`{|}~", c, 20))
                        return false;
        }
        return true;
}

/* At least two labels of letters, digits and hyphens, the last one without digits. */
static bool is_valid_domain(struct text domain)
{
        uint32_t label = 0, labels = 0;
        bool digits = false;

        if (domain.length == 0 || domain.length > DOMAIN_MAX)
                return false;
        for (uint32_t i = 0; i <= domain.length; i++) {
                char c = i < domain.length ? domain.data[i] : '.';

                if (c == '.') {
                        if (i == label || i - label > 63 || domain.data[label] == '-' || domain.data[i - 1] == '-')
                                return false;
                        labels++;
                        if (i == domain.length)
                                return labels >= 2 && i - label >= 2 &&
                                       (!digits || text_starts_with(text_slice(domain, label, 4), TEXT("xn--")));
                        label = i + 1;
                        digits = false;
                        continue;
                }
                if (!ascii_is_word(c) && c != '-' && (unsigned char)c < 0x80)
                        return false;
                digits |= ascii_is_digit(c);
        }
        return false;
}

static bool is_one_letter(struct text t)
{
        for (uint32_t i = 1; i < t.length; i++)
                if (t.data[i] != t.data[0])
                        return false;
        return t.length > 0;
}

/* Addresses that stand for nobody: a local part such as "test" or "noemail" at a domain such as test.com, at its own
 * name (abc@abc.fr), or a reserved domain. */
static bool is_fake(const struct lexicon *lexicon, struct text local, struct text domain)
{
        int64_t dot = text_find_byte(domain, '.', 0);
        struct text label = text_slice(domain, 0, dot < 0 ? domain.length : (uint32_t)dot);
        bool fake_local = lexicon_find(lexicon, LEXICON_FAKE_MAIL, local, NULL) || is_one_letter(local);
        bool fake_domain = lexicon_find(lexicon, LEXICON_FAKE_DOMAIN, domain, NULL);
        struct text fake;

        if (fake_local && (fake_domain || text_equal(local, label)))
                return true;
        if (fake_domain && text_starts_with(domain, TEXT("example")))
                return true;
        return lexicon_find(lexicon, LEXICON_FAKE_MAIL, local, &fake) && text_equal(fake, TEXT("none")) &&
               local.length > 4;
}

static bool split_address(struct text address, struct text *local, struct text *domain)
{
        int64_t at = text_find_byte(address, '@', 0);

        if (at < 0)
                return false;
        *local = text_slice(address, 0, (uint32_t)at);
        *domain = text_slice(address, (uint32_t)at + 1, address.length);
        return true;
}

struct canonical email_standardise(struct work *work, struct text raw)
{
        struct text address = lower_ascii(work->arena, extract_address(raw)), local, domain;
        struct canonical result = {.value = address};

        if (!split_address(address, &local, &domain)) {
                result.value = text_trim(fold_display(work->arena, raw));
                result.flags = misc_is_placeholder(work, raw) ? SLOT_FAKE : SLOT_INVALID;
        } else if (is_fake(work->standard->lexicon, local, domain)) {
                result.flags = SLOT_FAKE;
        } else if (!is_valid_local(local) || !is_valid_domain(domain)) {
                result.flags = SLOT_INVALID;
        }
        return result;
}

/* What the provider makes of the local part. */
static struct text deliverable_local(struct arena *arena, struct text local, bool dots_matter)
{
        char *out = arena_alloc(arena, local.length + 1);
        uint32_t n = 0;

        for (uint32_t i = 0; i < local.length; i++) {
                if (local.data[i] == '+' && i > 0)
                        break;
                if (local.data[i] != '.' || dots_matter)
                        out[n++] = local.data[i];
        }
        return (struct text){.data = out, .length = n};
}

/* Runs of letters, two or more, that may be names. */
static struct text name_tokens(struct work *work, struct text local)
{
        struct text folded = fold_text(work->standard->folder, work->arena, local), words[8];
        uint32_t start = 0;
        size_t count = 0;

        for (uint32_t i = 0; i <= folded.length && count < 8; i++) {
                if (i < folded.length && ascii_is_lower(folded.data[i]))
                        continue;
                if (i - start >= 2)
                        words[count++] = text_slice(folded, start, i - start);
                start = i + 1;
        }
        return fold_join(work->arena, words, count);
}

static bool is_role(const struct lexicon *lexicon, struct text local)
{
        uint32_t letters = 0;

        if (lexicon_find(lexicon, LEXICON_ROLE_ACCOUNT, local, NULL))
                return true;
        /* sales.paris, info2, contact-fr: the first word decides */
        while (letters < local.length && ascii_is_lower(local.data[letters]))
                letters++;
        return letters >= 4 && letters < local.length &&
               lexicon_find(lexicon, LEXICON_ROLE_ACCOUNT, text_slice(local, 0, letters), NULL);
}

/* True if @a and @b differ by one slip of the keyboard behind the first letter: another letter, one more or less, or
 * two neighbours swapped. */
static bool is_one_slip(struct text a, struct text b)
{
        struct text shorter = a.length < b.length ? a : b, longer = a.length < b.length ? b : a;
        uint32_t front = 0, back = 0;

        while (front < shorter.length && shorter.data[front] == longer.data[front])
                front++;
        while (back < shorter.length - front &&
               shorter.data[shorter.length - 1 - back] == longer.data[longer.length - 1 - back])
                back++;
        if (front == 0 || longer.length == front + back)
                return false;
        if (longer.length == front + back + 1)
                return true;
        return shorter.length == longer.length && longer.length == front + back + 2 &&
               shorter.data[front] == longer.data[front + 1] && shorter.data[front + 1] == longer.data[front];
}

/* The large provider that @domain is a slip away from (gmial.com, gmail.con), or empty. A first letter is hardly ever
 * wrong, and fmail.com and email.com are others. */
static struct text mistyped_provider(const struct lexicon *lexicon, struct text domain)
{
        if (lexicon_find(lexicon, LEXICON_SHARED_DOMAIN, domain, NULL))
                return TEXT_NONE;
        for (const char *const *provider = email_large_providers; *provider; provider++)
                if (is_one_slip(domain, text_from(*provider)))
                        return text_from(*provider);
        return TEXT_NONE;
}

void email_add(struct work *work, struct text canonical)
{
        const struct lexicon *lexicon = work->standard->lexicon;
        struct feature feature = {.kind = FEATURE_EMAIL};
        struct text local, domain, plain, meant;
        bool gmail;

        if (!split_address(canonical, &local, &domain))
                return;
        gmail = text_equal(domain, TEXT("gmail.com")) || text_equal(domain, TEXT("googlemail.com"));
        if (gmail)
                domain = TEXT("gmail.com");
        meant = mistyped_provider(lexicon, domain);
        gmail |= text_equal(meant, TEXT("gmail.com"));
        if (meant.length > 0)
                feature.flags = FEATURE_UNCERTAIN;
        plain = deliverable_local(work->arena, local, true);
        feature.sub = is_role(lexicon, plain) ? 1 : 0;
        if (feature.sub == 0)
                feature.alias = name_tokens(work, plain);
        feature.text = arena_printf(work->arena, "%.*s@%.*s", TEXT_ARG(deliverable_local(work->arena, local, !gmail)),
                                    TEXT_ARG(domain));
        feature_add(work, feature);
        domain = email_registrable_domain(lexicon, domain);
        if (meant.length == 0 && !lexicon_find(lexicon, LEXICON_SHARED_DOMAIN, domain, NULL))
                feature_add_text(work, FEATURE_DOMAIN, domain);
}

struct text email_registrable_domain(const struct lexicon *lexicon, struct text host)
{
        uint32_t starts[3] = {0}, labels = 0;

        for (uint32_t i = host.length; i > 0 && labels < 3; i--)
                if (i == 1 || host.data[i - 2] == '.')
                        starts[labels++] = i - 1;
        if (labels < 3)
                return host;
        if (host.length - starts[0] == 2 &&
            lexicon_find(lexicon, LEXICON_SECOND_LEVEL, text_slice(host, starts[1], starts[0] - 1 - starts[1]), NULL))
                return text_slice(host, starts[2], host.length);
        return text_slice(host, starts[1], host.length);
}

/* Bytes of the scheme and the "://" behind it, 0 where there is none (RFC 3986, 3.1: letters, digits, '+', '-', '.').
 * What stands behind a slash is no scheme. */
static uint32_t scheme_length(struct text url)
{
        uint32_t length = 0;

        while (length < url.length && length < SCHEME_MAX &&
               (isalnum((unsigned char)url.data[length]) || memchr("+-.", url.data[length], 3)))
                length++;
        return length > 0 && length + 3 <= url.length && memcmp(url.data + length, "://", 3) == 0 ? length + 3 : 0;
}

/* The host of a web address in lower case, without scheme, user, port and "www."; *@path gets what follows. */
static struct text split_url(struct arena *arena, struct text url, struct text *path)
{
        struct text host;
        int64_t at;
        uint32_t end = 0;

        url = text_slice(url, scheme_length(url), url.length);
        while (end < url.length && url.data[end] != '/' && url.data[end] != '?' && url.data[end] != '#')
                end++;
        host = lower_ascii(arena, text_slice(url, 0, end));
        *path = text_slice(url, end, url.length);
        while (path->length > 0 && path->data[path->length - 1] == '/')
                path->length--;
        at = text_find_byte(host, '@', 0);
        if (at >= 0)
                host = text_slice(host, (uint32_t)at + 1, host.length);
        at = text_find_byte(host, ':', 0);
        if (at >= 0)
                host.length = (uint32_t)at;
        while (text_starts_with(host, TEXT("www.")))
                host = text_slice(host, 4, host.length);
        return host;
}

struct canonical url_standardise(struct work *work, struct text raw)
{
        struct text path, shown = fold_display(work->arena, raw);
        struct text host = split_url(work->arena, shown, &path);

        if (misc_is_placeholder(work, raw))
                return (struct canonical){.value = shown, .flags = SLOT_FAKE};
        if (!is_valid_domain(host))
                return (struct canonical){.value = shown, .flags = SLOT_INVALID};
        return (struct canonical){.value = arena_printf(work->arena, "%.*s%.*s", TEXT_ARG(host), TEXT_ARG(path))};
}

void url_add(struct work *work, struct text canonical)
{
        const struct lexicon *lexicon = work->standard->lexicon;
        struct text path;
        struct text domain = email_registrable_domain(lexicon, split_url(work->arena, canonical, &path));

        if (!lexicon_find(lexicon, LEXICON_SHARED_DOMAIN, domain, NULL))
                feature_add_text(work, FEATURE_DOMAIN, domain);
}
