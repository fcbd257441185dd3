/* Reading a configuration that is wrong: every mistake, where it is and what to do about it. */
#include "helper.h"

static void a_file_with_many_mistakes_names_them_all_with_their_lines(void **state)
{
        (void)state;
        unsetenv("DURAND_TEST_MISSING");
        struct loaded l = load_text("instanze: durand\n"                                       /* 1 */
                                    "sources:\n"                                               /* 2 */
                                    "  sfdc-emea:\n"                                           /* 3 */
                                    "    dialect: salesforce-cdd\n"                            /* 4 */
                                    "    topics: [sfdc.emea.Contact]\n"                        /* 5 */
                                    "    mapping: salesforce-standart\n"                       /* 6 */
                                    "    trust: {default: 60, emial: 80, phone: 180}\n"        /* 7 */
                                    "  erp:\n"                                                 /* 8 */
                                    "    dialect: debezium\n"                                  /* 9 */
                                    "    topics: [erp.public.customer, sfdc.emea.Contact]\n"   /* 10 */
                                    "    tables:\n"                                            /* 11 */
                                    "      customer:\n"                                        /* 12 */
                                    "        key: customer_no\n"                               /* 13 */
                                    "        fields:\n"                                        /* 14 */
                                    "          name1: legal_name\n"                            /* 15 */
                                    "          name2: legal_name\n"                            /* 16 */
                                    "          no: sirte\n"                                    /* 17 */
                                    "          tel: telephone\n"                               /* 18 */
                                    "          email: mail_addr\n"                             /* 19 */
                                    "          crm: {attribute: same_as, source: sfdc-eema}\n" /* 20 */
                                    "          stop: {attribute: phone, opt_out: true}\n"      /* 21 */
                                    "  erp: {}\n"                                              /* 22 */
                                    "matching:\n"                                              /* 23 */
                                    "  match: 1.5 bits\n"                                      /* 24 */
                                    "  review: 3\n"                                            /* 25 */
                                    "  cap: 1000000\n"                                         /* 26 */
                                    "service: {checkpoint: 5, heartbeat: 1ms}\n"               /* 27 */
                                    "kafka:\n"                                                 /* 28 */
                                    "  sasl.password: {env: DURAND_TEST_MISSING}\n"            /* 29 */
                                    "  ssl.ca.pem: {file: /nonexistent/ca.pem}\n"              /* 30 */
                                    "  transactional.id: mine\n"                               /* 31 */
                                    "log: {level: verbose, json: maybe}\n"                     /* 32 */
                                    "match: 3\n");                                             /* 33 */
        assert_int_equal(l.result, ERR_USAGE);
        assert_problem(&l, 1, false, "unknown key \"instanze\"", "\"instance\"");
        assert_problem(&l, 4, false, "salesforce-cdd", "\"salesforce-cdc\"");
        assert_problem(&l, 6, false, "unknown mapping", "\"salesforce-standard\"");
        assert_problem(&l, 7, false, "unknown attribute \"emial\"", "\"email\"");
        assert_problem(&l, 7, false, "180 is out of range", "0 to 100");
        assert_problem(&l, 10, false, "claimed by two sources: sfdc-emea in line 5, and erp", "one of them");
        assert_problem(&l, 12, false, "entity customer has no type", "type: person");
        assert_problem(&l, 16, false, "name1 and name2 both fill legal_name", "drop one");
        assert_problem(&l, 17, false, "unknown attribute \"sirte\"", "\"siret\"");
        assert_problem(&l, 18, false, "unknown attribute \"telephone\"", "\"phone\"");
        assert_problem(&l, 19, false, "unknown attribute \"mail_addr\"", "`mail_addr: email`");
        assert_problem(&l, 20, false, "no source \"sfdc-eema\"", "\"sfdc-emea\"");
        assert_problem(&l, 21, false, "opt_out and opt_in are for consents", "consent.phone");
        assert_problem(&l, 22, false, "\"erp\" is written twice in sources: line 8", "keep one");
        assert_problem(&l, 22, true, "source erp has no topics", "topics");
        assert_problem(&l, 25, false, "matching.review (3 bits) is above matching.match (1.5 bits)", "lower");
        assert_problem(&l, 26, false, "1000000 is out of range", "2 to 10000");
        assert_problem(&l, 27, false, "\"5\" is not of type duration", "5s");
        assert_problem(&l, 27, false, "1ms is out of range", "100ms to 1m");
        assert_problem(&l, 29, false, "DURAND_TEST_MISSING is not set", "export");
        assert_problem(&l, 30, false, "/nonexistent/ca.pem", "create the file");
        assert_problem(&l, 31, false, "transactional.id is set by Durand", "remove");
        assert_problem(&l, 32, false, "unknown word \"verbose\"", "choose one of error, warn, info, debug");
        assert_problem(&l, 32, false, "\"maybe\" is not of type boolean", "true or false");
        assert_problem(&l, 33, false, "unknown key \"match\"", "\"matching.match\"");
        assert_int_equal(l.problems.count, 25);
        for (size_t i = 1; i < l.problems.count; i++)
                assert_true(l.problems.items[i - 1].line <= l.problems.items[i].line);
        unload(&l);
}

static void several_clusters_are_refused_with_the_reason(void **state)
{
        (void)state;
        assert_only_error("sources:\n  erp:\n    topics: [a]\n    kafka: {bootstrap.servers: b:9092}\n", 4,
                          "cannot span two", "MirrorMaker 2");
        assert_only_error("sources:\n  erp:\n    topics: [a]\n    cluster: b\n", 4, "cannot span two", "mirror");
        assert_only_error("kafka:\n  - bootstrap.servers: a:9092\n  - bootstrap.servers: b:9092\n", 2,
                          "kafka is a list", "mirror");
        assert_only_error("clusters: {a: {}, b: {}}\n", 1, "cannot span two", "under `kafka`");
}

static void a_syntax_error_does_not_hide_the_mistakes_before_it(void **state)
{
        (void)state;
        struct loaded l = load_text("instanze: a\n"
                                    "sources:\n"
                                    "  erp:\n"
                                    "    topics: [a\n"
                                    "log: {}\n");
        assert_problem(&l, 1, false, "unknown key", "instance");
        assert_problem(&l, 5, false, "not YAML", "brackets");
        assert_int_equal(l.problems.count, 2);
        unload(&l);
}

static void tabs_are_named_as_such(void **state)
{
        (void)state;
        assert_only_error("sources:\n\terp: 1\n", 2, "not YAML", "no tabs");
}

static void shapes_that_do_not_fit_are_named(void **state)
{
        (void)state;
        assert_only_error("[a, b]\n", 1, "the file must be a map", "name: value");
        assert_only_error("sources: [a]\n", 1, "sources must be a map", "");
        assert_only_error("instance: [a]\n", 1, "must be one value, not a list", "{env: NAME}");
        assert_only_error("instance: a b\n", 1, "cannot be part of a transactional id", "letters");
        assert_only_error("topics: {prefix: 'a/b'}\n", 1, "cannot be part of a topic's name", "letters");
        assert_only_error("attributes: {email: text}\n", 1, "is built in", "another name");
        assert_only_error("attributes: {Foo: text}\n", 1, "no name for an attribute", "lower-case");
        assert_only_error("attributes: {foo: txt}\n", 1, "unknown word \"txt\"", "\"text\"");
        assert_only_error("matching: {country: France}\n", 1, "no country code", "FR");
        assert_only_error("matching.match: 3\n", 1, "unknown key \"matching.match\"", "");
        assert_only_error("matching: {model: /nonexistent.json}\n", 1, "cannot read", "durand train");
        assert_only_error("kafka: {security: {protocol: ssl}}\n", 1, "must be one value", "security.protocol");
        assert_only_error("instance: &a b\nstate: *c\n", 2, "no value carries the anchor &c", "&name");
        assert_only_error("instance: a\n---\ninstance: b\n", 2, "second document", "---");
        assert_only_error("sources: {s: {topics: [t], dialect: salesforce-cdc}}\n", 1, "maps nothing",
                          "salesforce-standard");
        assert_only_error("sources: {s: {topics: [t], entities: {e: {type: person}}}}\n", 1, "maps no fields",
                          "fields");
        assert_only_error("sources: {s: {topics: [t, t]}}\n", 1, "listed twice", "");
        assert_only_error("sources: {s: {topics: [t], entities: {e: {type: person, fields: {a: 'email:'}}}}}\n"
                          "sources: {}\n",
                          2, "written twice", "");
        assert_only_error("sources: {s: {topics: [t], entities: {e: {type: person, fields: {a: 'gender:x'}}}}}\n", 1,
                          "takes no label", "remove the label");
        assert_only_error("sources: {s: {topics: [t], tables: {e: {type: person, fields: {a: }}}}}\n", 1,
                          "names no attribute", "ignore");
}

static void survivorship_that_could_only_disappoint_is_refused(void **state)
{
        (void)state;
        assert_only_error("survivorship: {person: {job_titel: newest}}\n", 1, "unknown attribute", "\"job_title\"");
        assert_only_error("survivorship: {person: {job_title: newst}}\n", 1, "unknown word \"newst\"", "newest");
        assert_only_error("survivorship: {person: {job_title: sum}}\n", 1, "cannot survive by sum", "numbers");
        assert_only_error("survivorship: {person: {consent: newest}}\n", 1, "cannot survive by newest",
                          "newest_explicit");
        assert_only_error("survivorship: {person: {siren: newest}}\n", 1, "no golden person has siren", "");
        assert_only_error("survivorship: {person: {address.city: newest}}\n", 1, "taken whole", "`address`");
        assert_only_error("survivorship: {person: {job_title: {rule: newest, half_life: 5d}}}\n", 1, "about trust",
                          "choose trust");
        assert_only_error("survivorship: {person: {given_name: {with: given_name}}}\n", 1, "with itself", "");
        assert_only_error("survivorship: {person: {given_name: {with: email}}}\n", 1, "a single value", "");
        assert_only_error("survivorship:\n  person:\n    given_name: {with: job_title}\n"
                          "    family_name: {with: given_name}\n",
                          4, "goes with another", "the one that leads");
        assert_only_error("attributes: {turnover: {kind: number}}\n"
                          "survivorship: {organization: {turnover: sum}}\n"
                          "sources: {s: {topics: [t], entities: {e: {type: organization, fields: {t: turnover}}}}}\n"
                          "sync: {s: {entities: {e: {write: {turnover: fill}}}}}\n",
                          4, "summed up again", "another rule");
}

static void queues_name_what_there_is(void **state)
{
        (void)state;
        assert_only_error("conflicts: {ignore: [orphan_referense]}\n", 1, "no kind of conflict",
                          "\"orphan_reference\"");
        assert_only_error("conflicts: {queues: {a b: {}}}\n", 1, "no name for a queue", "letters");
        assert_only_error("conflicts: {queues: {a: {sources: [erp]}}}\n", 1, "no source \"erp\"", "");
        assert_only_error("conflicts: {queues: {a: {rules: [vat]}}}\n", 1, "no rule \"vat\"", "matching.rules");
        assert_only_error("conflicts: {queues: {a: {types: [people]}}}\n", 1, "no entity type", "person");
}

static void doubts_are_warnings_and_stop_nothing(void **state)
{
        (void)state;
        struct loaded l = load_text("kafka: {sasl.password: hunter2}\n"
                                    "sources:\n"
                                    "  a: {}\n"
                                    "  b: {topics: [t], entities: {e: {type: organization, fields: {x: gender}}}}\n");
        assert_int_equal(l.result, 0);
        assert_problem(&l, 1, true, "plain text", "{env: NAME}");
        assert_problem(&l, 3, true, "no topics", "topics");
        assert_problem(&l, 4, true, "gender is no attribute of a golden organization", "");
        assert_int_equal(l.problems.count, 3);
        for (size_t i = 0; i < l.problems.count; i++)
                assert_false(contains(l.problems.items[i].message, "hunter2"));
        unload(&l);
}

static void aliases_that_multiply_are_stopped(void **state)
{
        (void)state;
        struct buffer yaml = {0};
        buffer_string(&yaml, "a: &a [x, x, x, x, x, x, x, x, x, x]\n");
        for (int name = 'b'; name < 'j'; name++) {
                buffer_printf(&yaml, "%c: &%c [", name, name);
                for (int i = 0; i < 10; i++)
                        buffer_printf(&yaml, "%s*%c", i ? ", " : "", name - 1);
                buffer_string(&yaml, "]\n");
        }
        buffer_byte(&yaml, 0);
        struct loaded l = load_text(yaml.data);
        assert_int_equal(l.result, ERR_USAGE);
        assert_problem(&l, 6, false, "200000 values", "aliases");
        unload(&l);
        buffer_free(&yaml);
}

static void depth_length_and_size_have_bounds(void **state)
{
        (void)state;
        struct buffer yaml = {0};
        for (int i = 0; i < 100000; i++)
                buffer_byte(&yaml, '[');
        buffer_byte(&yaml, 0);
        struct loaded l = load_text(yaml.data);
        assert_problem(&l, 1, false, "more than 32 levels", "nest less");
        unload(&l);

        buffer_clear(&yaml);
        for (int i = 0; i < 5000; i++)
                buffer_printf(&yaml, "k%d: 1\n", i);
        buffer_byte(&yaml, 0);
        l = load_text(yaml.data);
        assert_problem(&l, 4097, false, "more than 4096 entries", "");
        assert_true(l.problems.count <= 1002);
        unload(&l);

        buffer_clear(&yaml);
        for (int i = 0; i < (1 << 20) / 8 + 1; i++)
                buffer_string(&yaml, "# blank\n");
        buffer_byte(&yaml, 0);
        l = load_text(yaml.data);
        assert_problem(&l, 1, false, "larger than 1 MiB", "");
        unload(&l);
        buffer_free(&yaml);
}

static void names_from_the_file_cannot_steer_a_terminal(void **state)
{
        (void)state;
        struct loaded l = load_text("\"\\e[31mred\": 1\n");
        assert_problem(&l, 1, false, "unknown key \"?[31mred\"", "");
        unload(&l);
}

static void a_missing_file_is_a_problem_like_any_other(void **state)
{
        (void)state;
        struct loaded l = {.config = calloc(1, sizeof(struct config))};
        l.result = config_load("/nonexistent/durand.yaml", l.config, &l.problems);
        assert_int_equal(l.result, ERR_USAGE);
        assert_problem(&l, 1, false, "cannot open the file", "check the path");
        unload(&l);
}

static void a_problem_is_written_for_people_and_for_programs(void **state)
{
        (void)state;
        struct config_problem problem = {.file = TEXT("a.yaml"),
                                         .line = 3,
                                         .column = 7,
                                         .message = TEXT("bad \"x\""),
                                         .remedy = TEXT("mend it")};
        struct buffer out = {0};
        config_problem_write(&problem, false, &out);
        assert_text(buffer_view(&out), "a.yaml:3:7: error: bad \"x\"\n    mend it\n");
        buffer_clear(&out);
        config_problem_write_json(&problem, &out);
        assert_text(buffer_view(&out), "{\"file\":\"a.yaml\",\"line\":3,\"column\":7,\"severity\":\"error\","
                                       "\"message\":\"bad \\\"x\\\"\",\"remedy\":\"mend it\"}\n");
        buffer_free(&out);
}

/* Whatever a damaged file says: an answer, no crash, and the same answer again. */
static void random_damage_never_crashes(void **state)
{
        (void)state;
        char *good = read_whole_file("docs/examples/durand.yaml");
        size_t length = strlen(good);
        static const char pieces[] = "{}[]:,&*!|>'\"%@`#-?~\n\t \\<=.0aZ\xC3\xA9\x01\xFF";
        uint64_t random = 20240229;
        for (int round = 0; round < 400; round++) {
                char *bad = malloc(length + 1);
                memcpy(bad, good, length + 1);
                for (int change = 0; change < 1 + round % 6; change++) {
                        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
                        size_t at = (size_t)(random >> 33) % length;
                        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
                        size_t piece = (size_t)(random >> 33) % (sizeof(pieces) - 1);
                        if (piece % 5 == 4 && at + 40 < length)
                                memmove(bad + at, bad + at + 17, 20); /* a part moves elsewhere */
                        else
                                bad[at] = pieces[piece];
                }
                struct loaded first = load_text(bad);
                struct loaded second = load_text(bad);
                assert_int_equal(first.result, second.result);
                assert_int_equal(first.problems.count, second.problems.count);
                assert_string_equal(first.config->epoch, second.config->epoch);
                assert_true(first.result == 0 || first.problems.count > 0);
                unload(&first);
                unload(&second);
                free(bad);
        }
        free(good);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_file_with_many_mistakes_names_them_all_with_their_lines),
                cmocka_unit_test(several_clusters_are_refused_with_the_reason),
                cmocka_unit_test(a_syntax_error_does_not_hide_the_mistakes_before_it),
                cmocka_unit_test(tabs_are_named_as_such),
                cmocka_unit_test(shapes_that_do_not_fit_are_named),
                cmocka_unit_test(survivorship_that_could_only_disappoint_is_refused),
                cmocka_unit_test(queues_name_what_there_is),
                cmocka_unit_test(doubts_are_warnings_and_stop_nothing),
                cmocka_unit_test(aliases_that_multiply_are_stopped),
                cmocka_unit_test(depth_length_and_size_have_bounds),
                cmocka_unit_test(names_from_the_file_cannot_steer_a_terminal),
                cmocka_unit_test(a_missing_file_is_a_problem_like_any_other),
                cmocka_unit_test(a_problem_is_written_for_people_and_for_programs),
                cmocka_unit_test(random_damage_never_crashes),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
