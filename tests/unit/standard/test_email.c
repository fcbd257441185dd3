/* Mail addresses and websites. */
#include "helper.h"

static const struct email_case {
        const char *raw;
        const char *value;
        uint8_t flags;
        const char *features;
} cases[] = {
        {"Marc.Durand@Acme.FR", "marc.durand@acme.fr", 0, "email=marc.durand@acme.fr; domain=acme.fr"},
        {" <marc@acme.fr> ", "marc@acme.fr", 0, "email=marc@acme.fr; domain=acme.fr"},
        {"\"Jay Jones\" <jjones@fmail.com>", "jjones@fmail.com", 0, "email=jjones@fmail.com; domain=fmail.com"},
        {"mailto:a.b@acme.fr", "a.b@acme.fr", 0, "email=a.b@acme.fr; domain=acme.fr"},
        {"marc.durand+news@gmail.com", "marc.durand+news@gmail.com", 0, "email=marcdurand@gmail.com"},
        {"MarcDurand@googlemail.com", "marcdurand@googlemail.com", 0, "email=marcdurand@gmail.com"},
        {"marc.durand@gmial.com", "marc.durand@gmial.com", 0, "email=marcdurand@gmial.com?"},
        {"marc@gmail.con", "marc@gmail.con", 0, "email=marc@gmail.con?"},
        {"marc@hotmal.fr", "marc@hotmal.fr", 0, "email=marc@hotmal.fr?"},
        {"marc@yahhoo.co.uk", "marc@yahhoo.co.uk", 0, "email=marc@yahhoo.co.uk?"},
        {"marc@gomez.com", "marc@gomez.com", 0, "email=marc@gomez.com; domain=gomez.com"},
        {"marc@outlock.com", "marc@outlock.com", 0, "email=marc@outlock.com?"},
        {"marc@umail.com", "marc@umail.com", 0, "email=marc@umail.com; domain=umail.com"},
        {"marc+crm@acme.fr", "marc+crm@acme.fr", 0, "email=marc@acme.fr; domain=acme.fr"},
        {"a@b.fr; c@d.fr", "a@b.fr", 0, "email=a@b.fr; domain=b.fr"},
        {"jo@shop.example.co.uk", "jo@shop.example.co.uk", 0, "email=jo@shop.example.co.uk; domain=example.co.uk"},
        {"info@acme.fr", "info@acme.fr", 0, "email=info@acme.fr; domain=acme.fr"},
        {"test@test.com", "test@test.com", SLOT_FAKE, ""},
        {"noemail@acme.fr", "noemail@acme.fr", SLOT_FAKE, ""},
        {"none@none", "none@none", SLOT_FAKE, ""},
        {"xxx@xxx.fr", "xxx@xxx.fr", SLOT_FAKE, ""},
        {"john@example.com", "john@example.com", SLOT_FAKE, ""},
        {"n/a", "n/a", SLOT_FAKE, ""},
        {"john", "john", SLOT_INVALID, ""},
        {"john@acme", "john@acme", SLOT_INVALID, ""},
        {"john..doe@acme.fr", "john..doe@acme.fr", SLOT_INVALID, ""},
        {"@acme.fr", "@acme.fr", SLOT_INVALID, ""},
        {"john@-acme.fr", "john@-acme.fr", SLOT_INVALID, ""},
        {"josé@exämple.de", "josé@exämple.de", 0, "email=josé@exämple.de; domain=exämple.de"},
};

static void an_address_is_one_however_it_is_written(void **state)
{
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct work *work = begin(fixture, NULL);
                struct canonical email = email_standardise(work, text_from(cases[i].raw));

                assert_text(email.value, cases[i].value);
                if (email.flags != cases[i].flags)
                        print_error("%s\n", cases[i].raw);
                assert_int_equal(email.flags, cases[i].flags);
                if (email.flags == 0)
                        email_add(work, email.value);
                assert_string_equal(features_text(fixture), cases[i].features);
        }
}

static void role_accounts_are_marked_and_others_give_their_names(void **state)
{
        struct fixture *fixture = *state;

        email_add(begin(fixture, NULL), TEXT("sales.paris@acme.fr"));
        assert_int_equal(fixture->list.items[0].sub, 1);
        email_add(begin(fixture, NULL), TEXT("marc.durand75@gmail.com"));
        assert_int_equal(fixture->list.items[0].sub, 0);
        assert_text(fixture->list.items[0].alias, "marc durand");
}

static void a_website_gives_its_registrable_domain(void **state)
{
        static const struct {
                const char *raw;
                const char *value;
                const char *domain;
        } sites[] = {
                {"https://www.Acme.fr/", "acme.fr", "acme.fr"},
                {"http://shop.acme.co.uk:8080/a?b=c", "shop.acme.co.uk/a?b=c", "acme.co.uk"},
                {"acme.de", "acme.de", "acme.de"},
                {"www.facebook.com/acme", "facebook.com/acme", ""},
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
                struct work *work = begin(fixture, NULL);
                struct canonical url = url_standardise(work, text_from(sites[i].raw));

                assert_text(url.value, sites[i].value);
                assert_int_equal(url.flags, 0);
                url_add(work, url.value);
                assert_int_equal(fixture->list.count, sites[i].domain[0] ? 1 : 0);
                if (fixture->list.count > 0)
                        assert_text(fixture->list.items[0].text, sites[i].domain);
        }
        assert_int_equal(url_standardise(begin(fixture, NULL), TEXT("no site")).flags, SLOT_INVALID);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_address_is_one_however_it_is_written),
                cmocka_unit_test(role_accounts_are_marked_and_others_give_their_names),
                cmocka_unit_test(a_website_gives_its_registrable_domain),
        };

        return cmocka_run_group_tests(tests, open_standard, close_standard);
}
