/* Topics of sources, by name and by pattern. */
#include "helper.h"

static const char *source_of(const struct loaded *l, const char *topic)
{
        const struct source_config *source = config_find_topic(l->config, text_from(topic));

        return source ? source->name.data : "none";
}

static void a_pattern_matches_from_the_beginning(void **state)
{
        struct loaded l = load_text("sources:\n"
                                    "  erp: {topics: ['^erp\\.public\\.', 'other']}\n"
                                    "  crm: {topics: ['^crm\\.[a-z_]+$', erp.public.crm]}\n");
        struct topic_rivals rivals;

        (void)state;
        if (l.result < 0)
                print_problems(&l.problems);
        assert_int_equal(l.result, 0);
        assert_memory_equal(source_of(&l, "erp.public.customer"), "erp", 3);
        assert_memory_equal(source_of(&l, "other"), "erp", 3);
        assert_memory_equal(source_of(&l, "crm.contact"), "crm", 3);
        assert_string_equal(source_of(&l, "crm.contact.old"), "none");
        assert_string_equal(source_of(&l, "new.erp.public.customer"), "none");
        assert_string_equal(source_of(&l, "^crm"), "none");
        /* A name counts more than a pattern. */
        assert_memory_equal(source_of(&l, "erp.public.crm"), "crm", 3);
        assert_non_null(config_match_topic(l.config, TEXT("erp.public.crm"), &rivals));
        assert_int_equal(rivals.first.length, 0);
        unload(&l);
}

static void a_topic_of_two_patterns_belongs_to_neither(void **state)
{
        struct loaded l = load_text("sources:\n"
                                    "  erp: {topics: ['^a', '^ab']}\n"
                                    "  crm: {topics: ['^abc']}\n");
        struct topic_rivals rivals;

        (void)state;
        assert_int_equal(l.result, 0);
        assert_memory_equal(source_of(&l, "ab"), "erp", 3);
        assert_null(config_match_topic(l.config, TEXT("abc"), &rivals));
        assert_true(contains(rivals.second, "^abc"));
        unload(&l);
}

static void what_is_neither_name_nor_pattern_is_refused(void **state)
{
        struct loaded l = load_text("sources:\n"
                                    "  erp:\n"
                                    "    topics:\n"
                                    "      - erp.*\n"
                                    "      - '^erp[.'\n"
                                    "      - '^erp(a{1000}){1000}'\n"
                                    "      - '^(a)\\1'\n"
                                    "      - '^(((((((((a+)+)+)+)+)+)+)+)+)+'\n"
                                    "      - '^good'\n"
                                    "  crm:\n"
                                    "    topics: ['^good']\n");

        (void)state;
        assert_int_equal(l.result, ERR_USAGE);
        assert_problem(&l, 4, false, "\"erp.*\" is no name of a topic", "begins with '^'");
        assert_problem(&l, 5, false, "topic pattern \"^erp[.\"", "POSIX");
        assert_problem(&l, 6, false, "a repetition with a count", "");
        assert_problem(&l, 7, false, "a back reference", "");
        assert_problem(&l, 8, false, "more than 8 '+'", "");
        assert_problem(&l, 11, false, "claimed by two sources", "one of them");
        unload(&l);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_pattern_matches_from_the_beginning),
                cmocka_unit_test(a_topic_of_two_patterns_belongs_to_neither),
                cmocka_unit_test(what_is_neither_name_nor_pattern_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
