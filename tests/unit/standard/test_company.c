/* Company names: the core, its canonical words, and the legal form apart. */
#include "helper.h"

static const struct company_case {
        const char *raw;
        const char *whole;
        const char *form; /* the first one */
} cases[] = {
        {"Durand S.A.S.", "durand", "sas"},
        {"SARL Durand", "durand", "sarl"},
        {"Société Générale S.A.", "society generale", "sa"},
        {"Müller GmbH & Co. KG", "muller", "gmbh co kg"},
        {"Mueller GmbH", "mueller", "gmbh"},
        {"Bäckerei Schmidt e.K.", "backerei schmidt", "ek"},
        {"ACME Inc.", "acme", "inc"},
        {"Acme, Incorporated", "acme", "inc"},
        {"Acme Co., Ltd.", "acme", "ltd"},
        {"Acme Pty Ltd", "acme", "ltd"},
        {"Tata Pvt. Ltd.", "tata", "ltd"},
        {"Ferrari S.p.A.", "ferrari", "spa"},
        {"Rossi S.r.l.", "rossi", "srl"},
        {"Cemex S.A.B. de C.V.", "cemex", "sa de cv"},
        {"Telefónica, S.A.", "telefonica", "sa"},
        {"Philips N.V.", "philips", "nv"},
        {"Jansen B.V.", "jansen", "bv"},
        {"Volvo AB", "volvo", "ab"},
        {"AB Volvo", "volvo", "ab"},
        {"Maersk A/S", "maersk", "as"},
        {"Nokia Oyj", "nokia", "oyj"},
        {"Skoda Auto a.s.", "skoda auto", "as"},
        {"Firma s.r.o.", "firma", "sro"},
        {"Budimex Sp. z o.o.", "budimex", "sp zoo"},
        {"MOL Nyrt.", "mol", "zrt"},
        {"Pliva d.o.o.", "pliva", "doo"},
        {"ООО «Ромашка»", "romashka", "ooo"},
        {"株式会社トヨタ", "toyota", "kk"},
        {"华为技术有限公司", "hua wei ji shu", "you xian gong si"},
        {"Universität zu Köln", "university cologne", ""},
        {"Univ. of Cologne", "university cologne", ""},
        {"Technische Universität München", "technical university munich", ""},
        {"Московский государственный университет", "moscow state university", ""},
        {"Siemens AG, Niederlassung München", "siemens niederlassung munich", "ag"},
        {"Deutsche Bank AG Filiale Köln", "german bank filiale cologne", "ag"},
        {"AS Roma", "rome", "as"},
        {"Toyota K.K.", "toyota", "kk"},
        {"PT Astra International Tbk", "astra international", "pt"},
        {"Petronas Sdn Bhd", "petronas", "ltd"},
        {"Koc Holding Anonim Sirketi", "koc holding", "as tr"},
        {"Vale Ltda.", "vale", "ltda"},
        {"Galp Lda", "galp", "lda"},
        {"Emirates FZE", "emirates", "fze"},
        {"Guinness plc", "guinness", "plc"},
        {"I.B.M. Corp.", "ibm", "corp"},
        {"AT&T", "att", ""},
        {"H & M", "hm", ""},
        {"Johnson & Johnson", "johnson johnson", ""},
        {"Univ. of Oxford", "university oxford", ""},
        {"Universität Heidelberg", "university heidelberg", ""},
        {"Université de Paris", "university paris", ""},
        {"The Salvation Army", "salvation army", ""},
        {"Hull House Assn. Parkway", "hull house association parkway", ""},
        {"Int'l Trading", "international trading", ""},
        {"Acme Ltd (formerly Ajax)", "acme", "ltd"},
        {"Acme dba Ajax", "acme", ""},
        {"Limited", "limited", ""},
        {"SA", "sa", ""},
        {"The", "the", ""},
};

static void a_company_is_its_core_and_its_form(void **state)
{
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const char *whole = "", *form = "";

                company_add(begin(fixture, NULL), text_from(cases[i].raw), 0);
                for (size_t k = 0; k < fixture->list.count; k++) {
                        const struct feature *f = &fixture->list.items[k];

                        if (f->kind == FEATURE_ORG_WHOLE)
                                whole = arena_text(&fixture->arena, f->text).data;
                        else if (f->kind == FEATURE_ORG_FORM && !form[0])
                                form = arena_text(&fixture->arena, f->text).data;
                }
                if (strcmp(whole, cases[i].whole) != 0 || strcmp(form, cases[i].form) != 0)
                        print_error("%s\n", cases[i].raw);
                assert_string_equal(whole, cases[i].whole);
                assert_string_equal(form, cases[i].form);
        }
}

static void another_name_of_the_company_is_doubtful_and_no_part_of_the_whole(void **state)
{
        struct fixture *fixture = *state;

        company_add(begin(fixture, NULL), TEXT("Acme Ltd (formerly Ajax Trading)"), 0);
        assert_string_equal(features_text(fixture),
                            "name_token=acme; name_token=ajax?; name_token=trading?; legal_form=ltd; name=acme");
}

static void the_legal_name_repeats_no_token(void **state)
{
        struct fixture *fixture = *state;
        struct work *work = begin(fixture, NULL);

        company_add(work, TEXT("Acme Foods"), 0);
        company_add(work, TEXT("Acme International Foods Ltd"), 1);
        assert_string_equal(features_text(fixture),
                            "name_token=acme; name_token=foods; name_token=international; legal_form=ltd; "
                            "name=acme foods; name=acme international foods");
}

/* Short names are written out; what says little is doubtful and a particle ("?~"). */
static void short_names_and_surroundings(void **state)
{
        static const struct {
                const char *raw, *expected;
        } names[] = {
                {"UCLA", "name_token=university; name_token=california; name_token=los; name_token=angeles; "
                         "name=university california los angeles"},
                {"TU München",
                 "name_token=technical; name_token=university; name_token=munich; name=technical university munich"},
                {"TU", "name_token=tu; name=tu"},
                {"Haus mit Herz", "name_token=haus; name_token=mit; name_token=herz; name=haus mit herz"},
                {"Veltron France", "name_token=veltron; name_token=france?; name=veltron france"},
                {"France Veltron", "name_token=france; name_token=veltron; name=france veltron"},
                {"Veltron UK Ltd", "name_token=veltron; name_token=uk?; legal_form=ltd; name=veltron uk"},
                {"Purdue University, Indiana", "name_token=purdue; name_token=university; name_token=indiana?~; "
                                               "name=purdue university; name=purdue university"},
                {"Veltron, 500 Main St, IL 60601",
                 "name_token=veltron; name_token=500?~; name_token=main?~; name_token=saint?~; name_token=il?~; "
                 "name_token=60601?~; name=veltron"},
                {"Dept of Law, York University",
                 "name_token=department?~; name_token=of?~; name_token=law?~; name_token=york; name_token=university; "
                 "name=york university; name=york university"},
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                company_add(begin(fixture, NULL), text_from(names[i].raw), 0);
                if (strcmp(features_text(fixture), names[i].expected) != 0)
                        print_error("%s\n", names[i].raw);
                assert_string_equal(features_text(fixture), names[i].expected);
        }
}

/* Departments before and places behind do not change whose they are. */
static void an_affiliation_is_its_institution(void **state)
{
        static const struct {
                const char *raw;
                const char *institution; /* NULL: none is singled out */
        } affiliations[] = {
                {"Department of Computer Science, University of Crete, Heraklion, Greece", " University of Crete"},
                {"Univ. of Crete, Heraklion", "Univ. of Crete"},
                {"Institute of Computer Science, Universität Leipzig, Germany", " Universität Leipzig"},
                {"Dept. of Mathematics, INRIA, Le Chesnay", " INRIA"},
                {"Max-Planck-Institut, Berlin", "Max-Planck-Institut"},
                {"MIT Laboratory for Computer Science, Cambridge, MA", "MIT"},
                {"Georgia Tech Research Institute", "Georgia Tech"},
                {"MIT", NULL},
                {"University of Crete", NULL},
                {"Shaw, Stewart and Edwards", NULL},
                {",,,,,,,,,,,,", NULL},
                {"", NULL},
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(affiliations) / sizeof(affiliations[0]); i++) {
                struct text institution = TEXT_NONE;
                bool found =
                        company_find_institution(begin(fixture, NULL), text_from(affiliations[i].raw), &institution);

                assert_int_equal(found, affiliations[i].institution != NULL);
                if (found)
                        assert_true(text_equal(institution, text_from(affiliations[i].institution)));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_company_is_its_core_and_its_form),
                cmocka_unit_test(short_names_and_surroundings),
                cmocka_unit_test(an_affiliation_is_its_institution),
                cmocka_unit_test(another_name_of_the_company_is_doubtful_and_no_part_of_the_whole),
                cmocka_unit_test(the_legal_name_repeats_no_token),
        };

        return cmocka_run_group_tests(tests, open_standard, close_standard);
}
