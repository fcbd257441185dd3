/* Personal names: who is given and who is family, in the scripts and customs that contact lists hold. */
#include "helper.h"

struct name_case {
        const char *raw;
        const char *expected;
};

static void check(struct fixture *fixture, uint8_t kind, const struct name_case *cases, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                names_add(begin(fixture, NULL), kind, text_from(cases[i].raw));
                if (strcmp(features_text(fixture), cases[i].expected) != 0)
                        print_error("%s\n", cases[i].raw);
                assert_string_equal(features_text(fixture), cases[i].expected);
        }
}

#define CHECK(kind, ...)                                                                                               \
        do {                                                                                                           \
                static const struct name_case cases[] = {__VA_ARGS__};                                                 \
                check(*state, kind, cases, sizeof(cases) / sizeof(cases[0]));                                          \
        } while (0)

static void full_names_have_roles_where_the_writer_made_them_clear(void **state)
{
        CHECK(FEATURE_NAME_ANY, {"Marc Durand", "name=durand; name=marc"},
              {"DURAND, Marc", "given_name=marc; family_name=durand"},
              {"Durand, Marc", "given_name=marc; family_name=durand"},
              {"Marc DURAND", "given_name=marc; family_name=durand"},
              {"DURAND Marc", "given_name=marc; family_name=durand"}, {"MARC DURAND", "name=durand; name=marc"},
              {"M. Durand", "name=durand; name=m."},
              {"Jean-Pierre DUPONT-MARTIN",
               "given_name=jean; given_name=pierre; family_name=dupont; family_name=martin"},
              {"Salenger, Kristin A", "given_name=a.; given_name=kristin; family_name=salenger"},
              {"Smith, Jr., John", "given_name=john; family_name=smith; name_suffix=jr"},
              {"John Smith, Jr.", "name=john; name=smith; name_suffix=jr"},
              {"John Smith, PhD", "name=john; name=smith"});
}

static void titles_and_letters_are_no_names(void **state)
{
        CHECK(FEATURE_NAME_ANY, {"Mr. John Smith", "name=john; name=smith"},
              {"Dr. med. Anna Weber", "name=anna; name=med; name=weber"},
              {"Prof. Dr. Hans Müller", "name=hans; name=muller"}, {"Mme Claire Petit", "name=claire; name=petit"},
              {"Dr Smith", "name=smith"}, {"Sra. Carmen García", "name=carmen; name=garcia"},
              {"Sig. Mario Rossi", "name=mario; name=rossi"}, {"Don Smith", "name=don; name=smith"},
              {"Sir John Rous", "name=john; name=rous"}, {"John Smith Ph.D.", "name=john; name=smith"},
              {"Robert Smith III", "name=robert; name=smith; name_suffix=3"},
              {"Thomas Clifford, 1st Baron Clifford of Chudleigh",
               "name=chudleigh?; name=clifford; name=clifford?; name=of?~; name=thomas; name_suffix=1"});
}

static void family_names_keep_their_parts(void **state)
{
        CHECK(FEATURE_FAMILY, {"O'Hare", "family_name=ohare"}, {"O’Hare", "family_name=ohare"},
              {"O Hare", "family_name=ohare"}, {"Mc Donald", "family_name=mcdonald"},
              {"van der Berg", "family_name=berg; family_name=der~; family_name=van~"},
              {"D'esquire", "family_name=desquire"}, {"Al-Rashid", "family_name=al~; family_name=rashid"},
              {"Smith Sr", "family_name=smith; name_suffix=sr"},
              {"Dobbins Senior", "family_name=dobbins; name_suffix=sr"}, {"Senior", "family_name=senior"},
              {"Dupont née Martin", "family_name=dupont; family_name=martin"},
              {"Müller geb. Schmidt", "family_name=muller; family_name=schmidt"},
              {"Le Pen", "family_name=le~; family_name=pen"},
              {"García Márquez", "family_name=garcia; family_name=marquez"}, {"Ørsted", "family_name=orsted"},
              {"Łukasiewicz", "family_name=lukasiewicz"},
              {"de la Cruz", "family_name=cruz; family_name=de~; family_name=la~"});
        CHECK(FEATURE_NAME_ANY, {"Иванов Иван Иванович", "middle_name=ivanovich; name=ivan; name=ivanov"},
              {"Ольга Сергеевна Кузнецова", "middle_name=sergeyevna; name=kuznetsova; name=olga"});
        CHECK(FEATURE_GIVEN, {"Morris II", "given_name=morris; name_suffix=2"},
              {"Maria Luis", "given_name=luis; given_name=maria"},
              {"J.R.R.", "given_name=j.; given_name=r.; given_name=r."},
              {"Robert \"Bob\"", "given_name=bob; given_name=robert"}, {"Ben", "given_name=ben"});
}

static void other_scripts_become_latin(void **state)
{
        CHECK(FEATURE_NAME_ANY, {"Марк Смит", "name=mark; name=smit"}, {"М. Смит", "name=m.; name=smit"},
              {"Чайковский, Пётр Ильич", "given_name=petr; middle_name=ilich; family_name=chaykovskiy"},
              {"Γιώργος Παπαδόπουλος", "name=giorgos; name=papadopoulos"}, {"محمد علي", "name=ali; name=mohammed"},
              {"خالد الراشد", "name=al~; name=khalid; name=rashid"}, {"יוסף כהן", "name=cohen; name=yosef"},
              {"דוד כהן", "name=cohen; name=david"}, {"刘杰", "given_name=jie; family_name=liu"},
              {"王小明", "given_name=xiaoming; family_name=wang"}, {"欧阳娜娜", "given_name=nana; family_name=ouyang"},
              {"김민수", "given_name=minsu; family_name=gim"}, {"FranÃ§ois MÃ¼ller", "name=francois; name=muller"},
              {"Nguyễn Văn Đức", "name=duc; name=nguyen; name=van~"}, {"İbrahim Çelik", "name=celik; name=ibrahim"},
              {"\x01 \t", ""}, {"", ""}, {"😀", ""}, {"---", ""});
}

static const char *sound(struct fixture *fixture, const char *raw)
{
        struct text folded = fold_words(fixture->standard->folder, &fixture->arena, text_from(raw));

        return arena_text(&fixture->arena, phonetic_code(&fixture->arena, folded)).data;
}

static void what_is_written_apart_or_in_one_meets(void **state)
{
        CHECK(FEATURE_NAME_ANY, {"Wang Xiao Ming", "name=wang; name=xiaoming"},
              {"Kim Min-soo", "name=kim; name=minsoo"}, {"Xiao-Ming Wang", "name=wang; name=xiaoming"},
              {"Lee Mary Ann", "name=ann; name=lee; name=mary"}, {"Abd al-Rahman Khan", "name=abdulrahman; name=khan"},
              {"Abdul Khan", "name=abdul; name=khan"}, {"JP Lefevre", "name=j.; name=lefevre; name=p."},
              {"LI Wei", "given_name=wei; family_name=li"}, {"AL Smith", "name=al; name=smith"});
        CHECK(FEATURE_GIVEN, {"JP", "given_name=j.; given_name=p."}, {"Min-soo", "given_name=minsoo"},
              {"ED", "given_name=ed"}, {"Anne-Marie", "given_name=anne; given_name=marie"});
        CHECK(FEATURE_FAMILY, {"JP", "family_name=jp"});
}

static const char *alias_of(struct fixture *fixture, uint8_t kind, const char *raw, const char *token)
{
        static char alias[256];

        names_add(begin(fixture, NULL), kind, text_from(raw));
        alias[0] = '\0';
        for (size_t i = 0; i < fixture->list.count; i++)
                if (text_equal(fixture->list.items[i].text, text_from(token)))
                        snprintf(alias, sizeof(alias), "%.*s", TEXT_ARG(fixture->list.items[i].alias));
        return alias;
}

static void a_family_name_knows_its_particles(void **state)
{
        assert_string_equal(alias_of(*state, FEATURE_FAMILY, "de Luca", "luca"), "deluca");
        assert_string_equal(alias_of(*state, FEATURE_FAMILY, "van der Berg", "berg"), "derberg vanderberg");
        assert_string_equal(alias_of(*state, FEATURE_NAME_ANY, "Gérard de La Tour", "tour"), "latour delatour");
        assert_string_equal(alias_of(*state, FEATURE_NAME_ANY, "이영희", "yeonghui"), "younghee");
}

static void spellings_of_one_name_sound_alike(void **state)
{
        static const char *const pairs[][2] = {
                {"Marc", "Mark"},
                {"Smith", "Smyth"},
                {"Schmidt", "Schmitt"},
                {"Meyer", "Maier"},
                {"Stephane", "Stefan"},
                {"Марк", "Marc"},
                {"Смит", "Smith"},
                {"Mohamed", "محمد"},
                {"Muhammad", "Mehmet"},
                {"Catherine", "Katharina"},
                {"Jeffrey", "Jeffery"},
                {"Philip", "Filip"},
                {"Dzhon", "John"},
                {"Иванов", "Ivanov"},
                {"Ivanova", "Ivanov"},
                {"Smirnoff", "Smirnov"},
                {"Yuri", "Jurij"},
                {"Iouri", "Yuriy"},
                {"Wright", "Right"},
                {"Knight", "Night"},
                {"Brown", "Braun"},
                {"Pfeiffer", "Pfeifer"},
                {"Petersen", "Pedersen"},
                {"Weber", "Veber"},
                {"Tchaikovsky", "Чайковский"},
                {"Shevchenko", "Шевченко"},
                {"Sarah", "Sara"},
                {"Khalid", "Khaled"},
                {"Müller", "Mueller"},
                {"Anne", "Anna"},
                {"Isaac", "Isak"},
                {"Jean", "Jeanne"},
        };
        static const char *const others[][2] = {{"Marc", "Mario"},
                                                {"Smith", "Stein"},
                                                {"Anna", "Paul"},
                                                {"Durand", "Dupont"}};

        for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
                assert_string_equal(sound(*state, pairs[i][0]), sound(*state, pairs[i][1]));
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                assert_string_not_equal(sound(*state, others[i][0]), sound(*state, others[i][1]));
}

/* True if the roots of @a and @b share one. */
static bool share_root(struct fixture *fixture, const char *a, const char *b)
{
        struct text roots_a = TEXT_NONE, roots_b = TEXT_NONE;
        const struct lexicon *lexicon = fixture->standard->lexicon;

        lexicon_find(lexicon, LEXICON_GIVEN_NAME, text_from(a), &roots_a);
        lexicon_find(lexicon, LEXICON_GIVEN_NAME, text_from(b), &roots_b);
        for (struct text root = fold_next_word(&roots_a); root.length > 0; root = fold_next_word(&roots_a)) {
                struct text rest = roots_b;

                for (struct text other = fold_next_word(&rest); other.length > 0; other = fold_next_word(&rest))
                        if (text_equal(root, other))
                                return true;
        }
        return false;
}

static void nicknames_share_a_root_with_their_name(void **state)
{
        static const char *const pairs[][2] = {
                {"bob", "robert"},     {"bill", "william"},    {"sasha", "aleksandr"}, {"sasha", "alexandra"},
                {"pepe", "jose"},      {"paco", "francisco"},  {"sepp", "josef"},      {"uschi", "ursula"},
                {"beppe", "giuseppe"}, {"manu", "emmanuel"},   {"jurgen", "juergen"},  {"kathy", "catherine"},
                {"vova", "vladimir"},  {"katya", "ekaterina"}, {"peggy", "margaret"},  {"mohamed", "muhammad"},
                {"dima", "dmitri"},    {"marc", "mark"},       {"steven", "stephen"},  {"lola", "dolores"},
                {"hans", "johannes"},  {"gunter", "guenther"}, {"ted", "edward"},      {"ted", "theodore"},
                {"lisa", "elizabeth"},
        };
        static const char *const others[][2] = {{"john", "james"},
                                                {"anna", "maria"},
                                                {"jean", "jacques"},
                                                {"peter", "paul"}};

        for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
                if (!share_root(*state, pairs[i][0], pairs[i][1]))
                        fail_msg("%s and %s share no root", pairs[i][0], pairs[i][1]);
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                assert_false(share_root(*state, others[i][0], others[i][1]));
}

static void shown_names_are_tidied_and_otherwise_kept(void **state)
{
        struct fixture *fixture = *state;
        struct canonical canonical = names_standardise(begin(fixture, NULL), TEXT("  Marc \t DURAND\n"));

        assert_text(canonical.value, "Marc DURAND");
        canonical = names_standardise(begin(fixture, NULL), TEXT("Ame\xcc\x81lie"));
        assert_text(canonical.value, "Amélie");
        assert_int_equal(names_standardise(begin(fixture, NULL), TEXT("N/A")).flags, SLOT_FAKE);
        assert_int_equal(names_standardise(begin(fixture, NULL), TEXT("unknown")).flags, SLOT_FAKE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(full_names_have_roles_where_the_writer_made_them_clear),
                cmocka_unit_test(titles_and_letters_are_no_names),
                cmocka_unit_test(family_names_keep_their_parts),
                cmocka_unit_test(other_scripts_become_latin),
                cmocka_unit_test(what_is_written_apart_or_in_one_meets),
                cmocka_unit_test(a_family_name_knows_its_particles),
                cmocka_unit_test(spellings_of_one_name_sound_alike),
                cmocka_unit_test(nicknames_share_a_root_with_their_name),
                cmocka_unit_test(shown_names_are_tidied_and_otherwise_kept),
        };

        return cmocka_run_group_tests(tests, open_standard, close_standard);
}
