/* Reading a configuration that is right: what the options become. */
#include "helper.h"

static const struct field_mapping *find_field(const struct entity_mapping *entity, const char *name)
{
        for (uint32_t i = 0; entity && i < entity->field_count; i++) {
                if (text_equal(entity->fields[i].field, text_from(name)))
                        return &entity->fields[i];
        }
        return NULL;
}

static void a_file_with_every_section_is_read_as_it_says(void **state)
{
        (void)state;
        setenv("DURAND_TEST_PASSWORD", "s3cret", 1);
        struct loaded l =
                load_text("instance: eu-1\n"
                          "state: /tmp/state\n"
                          "service: {heartbeat: 250ms, checkpoint: 1m, batch_messages: 500, batch_wait: 1s500ms,\n"
                          "          tombstone_retention: 7d, map_size: 64GiB, threads: 3, ghost_secret: abc}\n"
                          "kafka:\n"
                          "  bootstrap.servers: [a:9092, b:9092]\n"
                          "  sasl.password: {env: DURAND_TEST_PASSWORD}\n"
                          "topics: {prefix: mdm., partitions: 12, replication: 3}\n"
                          "attributes:\n"
                          "  loyalty_number: identifier\n"
                          "  segment: {kind: code, types: [organization], multiple: yes}\n"
                          "sources:\n"
                          "  crm:\n"
                          "    dialect: row\n"
                          "    topics: crm.people\n"
                          "    country: fr\n"
                          "    trust: 70\n"
                          "    refresh: on\n"
                          "    entities:\n"
                          "      people: {type: person, key: [tenant, id], version: changed_at, fields: {\n"
                          "        mail: email, gsm: 'phone:mobile', card: loyalty_number,\n"
                          "        sex: {attribute: gender, values: {H: m, F: f}},\n"
                          "        stop: {attribute: consent.email, opt_out: true},\n"
                          "        boss: {attribute: same_as, source: erp, label: erp}}}\n"
                          "  erp: {topics: [erp.t], mapping: identity}\n"
                          "matching: {population: {person: 100000}, match: 1.5 bits, review: -3.25, cap: 80,\n"
                          "           max_cluster_records: 40, country: DE}\n"
                          "log: {level: debug, json: true}\n");
        assert_clean(&l);
        const struct config *c = l.config;
        assert_text(c->instance, "eu-1");
        assert_int_equal(c->heartbeat_ms, 250);
        assert_int_equal(c->checkpoint_ms, 60000);
        assert_int_equal(c->batch_wait_ms, 1500);
        assert_int_equal(c->tombstone_retention_ms, 7LL * 86400000);
        assert_int_equal(c->map_bytes, 64LL << 30);
        assert_int_equal(c->threads, 3);
        assert_text(c->ghost_secret, "abc");
        assert_int_equal(c->kafka_count, 2);
        assert_text(c->kafka[0].value, "a:9092,b:9092");
        assert_false(c->kafka[0].secret);
        assert_text(c->kafka[1].value, "s3cret");
        assert_true(c->kafka[1].secret);
        assert_text(c->topic_prefix, "mdm.");
        assert_int_equal(c->population[TYPE_PERSON], 100000);
        assert_int_equal(c->population[TYPE_ORGANIZATION], 0);
        assert_int_equal(c->zones[TYPE_PERSON].match_mbit, 1500);
        assert_int_equal(c->zones[TYPE_ORGANIZATION].review_mbit, -3250);
        assert_int_equal(c->cluster_records_max, 40);
        assert_string_equal(c->default_country, "DE");
        assert_true(c->log_json);
        assert_false(c->accept_any_source);

        uint16_t loyalty = vocabulary_find(&c->vocabulary, TEXT("loyalty_number"));
        assert_int_equal(loyalty, ATTRIBUTE_BUILTIN_COUNT);
        assert_true(c->vocabulary.attributes[loyalty].person && c->vocabulary.attributes[loyalty].organization);
        assert_false(c->vocabulary.attributes[loyalty + 1].person);

        const struct source_config *crm = config_find_topic(c, TEXT("crm.people"));
        assert_ptr_equal(crm, config_find_source(c, TEXT("crm")));
        assert_string_equal(crm->country, "FR");
        assert_int_equal(crm->default_trust, 70);
        assert_true(crm->refresh);
        assert_false(crm->identity);
        assert_null(config_find_source(c, TEXT("nobody")));
        assert_null(config_find_topic(c, TEXT("nothing")));

        const struct entity_mapping *people = source_find_entity(crm, TEXT("PEOPLE"));
        assert_non_null(people);
        assert_int_equal(people->key_field_count, 2);
        assert_text(people->version_field, "changed_at");
        assert_text(find_field(people, "gsm")->label, "mobile");
        assert_int_equal(find_field(people, "card")->attribute, loyalty);
        assert_int_equal(find_field(people, "sex")->transform, TRANSFORM_VALUES);
        assert_text(find_field(people, "sex")->values[1].to, "f");
        assert_int_equal(find_field(people, "stop")->transform, TRANSFORM_OPT_OUT);
        assert_text(find_field(people, "boss")->reference_source, "erp");
        unload(&l);
}

/* The mapping as docs and design show it, with the dots that an author leaves for "and so on". */
static void the_short_form_of_a_mapping_is_enough(void **state)
{
        (void)state;
        struct loaded l = load_text(
                "    sources:\n"
                "      sfdc-emea:\n"
                "        dialect: salesforce-cdc\n"
                "        topics: [sfdc.emea.Contact, sfdc.emea.Account]\n"
                "        mapping: salesforce-standard        # built-in preset: Contact, Lead, Account and "
                "their standard fields\n"
                "        trust: {default: 60, email: 80}\n"
                "      erp:\n"
                "        dialect: debezium\n"
                "        topics: [erp.public.customer, erp.public.invoice_contact]\n"
                "        tables:\n"
                "          customer: {type: organization, key: customer_no, fields: {name1: legal_name, siret: "
                "siret, ...}}\n");
        assert_clean(&l);
        const struct source_config *sfdc = config_find_source(l.config, TEXT("sfdc-emea"));
        assert_int_equal(sfdc->dialect, DIALECT_SALESFORCE_CDC);
        assert_int_equal(source_trust(sfdc, ATTRIBUTE_EMAIL), 80);
        assert_int_equal(source_trust(sfdc, ATTRIBUTE_PHONE), 60);
        assert_non_null(source_find_entity(sfdc, TEXT("Contact")));
        const struct entity_mapping *customer =
                source_find_entity(config_find_source(l.config, TEXT("erp")), TEXT("customer"));
        assert_int_equal(customer->type, TYPE_ORGANIZATION);
        assert_text(customer->key_fields[0], "customer_no");
        assert_int_equal(customer->field_count, 2);
        assert_true(customer->identity);
        unload(&l);
}

static void the_example_of_the_documentation_is_clean(void **state)
{
        (void)state;
        struct config *config = calloc(1, sizeof(*config));
        struct loaded l = {.config = config};
        l.result = config_load("docs/examples/durand.yaml", config, &l.problems);
        assert_clean(&l);
        assert_int_equal(config->source_count, 3);
        const struct entity_mapping *contact = source_find_entity(&config->sources[0], TEXT("Contact"));
        assert_int_equal(contact->type, TYPE_PERSON);
        assert_text(find_field(contact, "Private_Email__c")->label, "private");
        assert_non_null(find_field(contact, "MailingAddress.City"));
        /* Trust in "address" is trust in each of its parts. */
        assert_int_equal(source_trust(&config->sources[2], ATTRIBUTE_ADDRESS_CITY), 85);
        unload(&l);
}

/* An export of an org's events, without a configuration: an unsubscribe must not be lost for want of a mapping. */
static void an_unnamed_salesforce_org_is_understood_by_the_preset(void **state)
{
        (void)state;
        struct config *config = calloc(1, sizeof(*config));
        config_init_builtin(config);
        config->any_dialect = DIALECT_SALESFORCE_CDC;
        const struct source_config *any = config_find_source(config, TEXT("whatever"));
        const struct entity_mapping *contact = source_find_entity(any, TEXT("Contact"));
        const struct field_mapping *field = find_field(contact, "HasOptedOutOfEmail");
        assert_non_null(field);
        assert_int_equal(ATTRIBUTE_CONSENT_EMAIL, field->attribute);
        assert_int_equal(TRANSFORM_OPT_OUT, field->transform);
        assert_int_equal(0, config->source_count);
        assert_int_equal(DIALECT_SALESFORCE_CDC, any->dialect);
        config_free(config);
        free(config);
}

static void without_sources_any_source_is_accepted_and_maps_by_itself(void **state)
{
        (void)state;
        struct config *config = calloc(1, sizeof(*config));
        config_init_builtin(config);
        assert_true(config->accept_any_source);
        const struct source_config *any = config_find_source(config, TEXT("whatever"));
        assert_true(any->identity);
        assert_int_equal(any->dialect, DIALECT_ROW);
        config->any_dialect = DIALECT_DEBEZIUM;
        assert_int_equal(config_find_source(config, TEXT("whatever"))->dialect, DIALECT_DEBEZIUM);
        assert_int_equal(config->checkpoint_ms, 5000);
        assert_int_equal(config->map_bytes, 1LL << 40);
        config_free(config);
        free(config);

        struct loaded l = load_text("matching: {match: 3}\n");
        assert_clean(&l);
        assert_true(l.config->accept_any_source);
        unload(&l);
}

static void a_country_called_no_is_norway_and_not_a_boolean(void **state)
{
        (void)state;
        struct loaded l = load_text("matching: {country: no}\n");
        assert_clean(&l);
        assert_string_equal(l.config->default_country, "NO");
        unload(&l);
}

static void the_authors_fields_come_over_those_of_the_preset(void **state)
{
        (void)state;
        struct loaded l =
                load_text("sources:\n"
                          "  crm:\n"
                          "    dialect: salesforce-cdc\n"
                          "    topics: [t]\n"
                          "    mapping: [salesforce-standard]\n"
                          "    entities:\n"
                          "      Contact: {fields: {Work_Mail__c: email, Email: 'email:old', HomePhone: ignore}}\n"
                          "      Donor__c: {type: person, fields: {Mail__c: email}}\n");
        assert_clean(&l);
        const struct entity_mapping *contact = source_find_entity(&l.config->sources[0], TEXT("Contact"));
        assert_text(find_field(contact, "Email")->label, "old");
        assert_text(find_field(contact, "Work_Mail__c")->label, "");
        assert_null(find_field(contact, "HomePhone"));
        assert_non_null(find_field(contact, "LastName"));
        assert_int_equal(source_find_entity(&l.config->sources[0], TEXT("Donor__c"))->field_count, 1);
        unload(&l);
}

static void anchors_and_merge_keys_save_repetition(void **state)
{
        (void)state;
        struct loaded l = load_text(
                "sources:\n"
                "  a: &org {dialect: salesforce-cdc, topics: [a], mapping: salesforce-standard, country: FR}\n"
                "  b:\n"
                "    <<: *org\n"
                "    topics: [b]\n"
                "    country: US\n");
        assert_clean(&l);
        assert_int_equal(l.config->sources[1].dialect, DIALECT_SALESFORCE_CDC);
        assert_string_equal(l.config->sources[1].country, "US");
        assert_text(l.config->sources[1].topics[0], "b");
        unload(&l);
}

static void secrets_come_from_the_environment_or_a_file(void **state)
{
        (void)state;
        char path[] = "/tmp/durand-test-secret-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        FILE *file = fdopen(fd, "w");
        fputs("from a file\n", file);
        fclose(file);
        char yaml[256];
        snprintf(yaml, sizeof(yaml), "service: {ghost_secret: {file: %s}}\nkafka: {ssl.key.location: /etc/key.pem}\n",
                 path);
        struct loaded l = load_text(yaml);
        remove(path);
        assert_clean(&l);
        assert_text(l.config->ghost_secret, "from a file");
        assert_true(l.config->kafka[0].secret);
        unload(&l);
}

static void epoch_of(const char *yaml, char out[33])
{
        struct loaded l = load_text(yaml);
        assert_clean(&l);
        memcpy(out, l.config->epoch, 33);
        unload(&l);
}

static void the_epoch_changes_with_what_decides_results_and_with_nothing_else(void **state)
{
        (void)state;
        char base[33];
        char other[33];
        epoch_of("sources: {a: {topics: [x], trust: {default: 50, email: 60}}, b: {topics: [y]}}\n", base);
        assert_int_equal(strlen(base), 32);
        /* Order, comments, topics and operation are no difference; nor is a default that is written out. */
        epoch_of("log: {json: yes}\nkafka: {client.id: z}\nservice: {threads: 2}\nmatching: {match: 2 bits}\n"
                 "sources: {b: {topics: [y2]}, a: {dialect: row, topics: [x], trust: {email: 60}}}\n",
                 other);
        assert_string_equal(base, other);
        epoch_of("sources: {a: {topics: [x], trust: {default: 50, email: 61}}, b: {topics: [y]}}\n", other);
        assert_string_not_equal(base, other);
        epoch_of("sources: {a: {topics: [x], trust: {email: 60}}, b: {topics: [y]}}\nmatching: {cap: 51}\n", other);
        assert_string_not_equal(base, other);

        struct loaded l = load_text("{}");
        memcpy(base, l.config->epoch, 33);
        config_compute_epoch(l.config, TEXT("0123"));
        assert_string_not_equal(base, l.config->epoch);
        unload(&l);
}

static void every_preset_is_read_without_a_complaint(void **state)
{
        (void)state;
        struct loaded l =
                load_text("sources: {a: {topics: [t], dialect: salesforce-cdc, mapping: salesforce-standard}}\n");
        assert_clean(&l);
        const struct source_config *source = &l.config->sources[0];
        const struct entity_mapping *contact = source_find_entity(source, TEXT("Contact"));
        const struct entity_mapping *lead = source_find_entity(source, TEXT("Lead"));
        const struct entity_mapping *account = source_find_entity(source, TEXT("Account"));
        assert_int_equal(contact->type, TYPE_PERSON);
        assert_int_equal(lead->type, TYPE_PERSON);
        assert_int_equal(account->type, TYPE_ORGANIZATION);
        /* Both spellings of a compound part fill one slot. */
        const struct field_mapping *nested = find_field(contact, "MailingAddress.City");
        const struct field_mapping *flat = find_field(contact, "MailingCity");
        assert_int_equal(nested->attribute, ATTRIBUTE_ADDRESS_CITY);
        assert_int_equal(flat->attribute, nested->attribute);
        assert_true(text_equal(flat->label, nested->label));
        assert_int_equal(find_field(contact, "HasOptedOutOfEmail")->transform, TRANSFORM_OPT_OUT);
        assert_int_equal(find_field(lead, "ConvertedContactId")->attribute, ATTRIBUTE_SAME_AS);
        assert_int_equal(find_field(lead, "Company")->attribute, ATTRIBUTE_EMPLOYER);
        assert_int_equal(find_field(account, "IsPersonAccount")->attribute, ATTRIBUTE_PERSON_ACCOUNT);
        assert_int_equal(find_field(account, "Name.LastName")->attribute, ATTRIBUTE_FAMILY_NAME);
        assert_int_equal(find_field(account, "PersonMailingCity")->attribute, ATTRIBUTE_ADDRESS_CITY);
        assert_null(find_field(contact, "Fax"));
        unload(&l);
}

static void the_committed_reference_is_what_the_program_says(void **state)
{
        (void)state;
        struct buffer out = {0};
        config_write_reference(&out);
        buffer_byte(&out, 0);
        char *committed = read_whole_file("docs/configuration.md");
        if (strcmp(committed, out.data) != 0)
                fail_msg("docs/configuration.md is stale: run durand check --reference > docs/configuration.md");
        free(committed);
        buffer_free(&out);
}

/* Sources without duplicates: for both types or one of them, each with a bit of its own; part of the epoch. */
static void a_source_may_be_unique(void **state)
{
        struct loaded l = load_text("sources:\n"
                                    "  a: {topics: [x], unique: true}\n"
                                    "  b: {topics: [y], unique: person}\n"
                                    "  c: {topics: [z], unique: [organization]}\n"
                                    "  d: {topics: [w], unique: false}\n");
        char base[33], other[33];
        (void)state;
        assert_clean(&l);
        uint64_t a = config_unique_bit(l.config, TYPE_PERSON, TEXT("a"));
        uint64_t b = config_unique_bit(l.config, TYPE_PERSON, TEXT("b"));
        assert_true(a && b && a != b);
        assert_true(l.config->unique[TYPE_PERSON] == (a | b));
        assert_true(config_unique_bit(l.config, TYPE_ORGANIZATION, TEXT("a")));
        assert_true(config_unique_bit(l.config, TYPE_ORGANIZATION, TEXT("c")));
        assert_false(config_unique_bit(l.config, TYPE_ORGANIZATION, TEXT("b")));
        assert_false(config_unique_bit(l.config, TYPE_PERSON, TEXT("c")));
        assert_false(config_unique_bit(l.config, TYPE_PERSON, TEXT("d")));
        assert_false(config_unique_bit(l.config, TYPE_PERSON, TEXT("nobody")));
        unload(&l);
        epoch_of("sources: {a: {topics: [x], unique: false}}\n", base);
        epoch_of("sources: {a: {topics: [x]}}\n", other);
        assert_string_equal(base, other);
        epoch_of("sources: {a: {topics: [x], unique: person}}\n", other);
        assert_string_not_equal(base, other);
}

static void unique_names_types_and_nothing_else(void **state)
{
        struct loaded l = load_text("sources:\n"
                                    "  a:\n"
                                    "    topics: [x]\n"
                                    "    unique: sometimes\n"
                                    "  b:\n"
                                    "    topics: [y]\n"
                                    "    unique: [person,\n"
                                    "             table]\n");
        (void)state;
        assert_problem(&l, 4, false, "\"sometimes\" is no entity type", "true, false");
        assert_problem(&l, 8, false, "\"table\" is no entity type", "true, false");
        unload(&l);
}

static void rules_and_attributes_left_out_are_read(void **state)
{
        struct loaded l =
                load_text("attributes: {card: text}\n"
                          "matching:\n"
                          "  ignore: {person: [job_title, address]}\n"
                          "  weight: {person: {email: 0.5}, organization: {name: 4}}\n"
                          "  rules:\n"
                          "    site: {type: organization, then: same,\n"
                          "           when: {same: [vat_id, address.postal_code, address.city]}}\n"
                          "    card: {type: person, when: {same: card, different: [birth_date]}, then: review}\n");
        const struct rule_set *rules = &l.config->rules;
        uint16_t card = vocabulary_find(&l.config->vocabulary, TEXT("card"));
        char base[33], other[33];

        (void)state;
        assert_clean(&l);
        assert_int_equal(rules->count, 2);
        assert_text(rules->items[0].name, "site");
        assert_int_equal(rules->items[0].then, RULE_SAME);
        assert_int_equal(rules->items[0].same_count, 2);
        assert_int_equal(rules->items[0].same[1].attribute_count, 2); /* both of one address */
        assert_text(rules->items[1].same[0].own, "card");
        assert_int_equal(rules->items[1].different[0].attributes[0], ATTRIBUTE_BIRTH_DATE);
        assert_int_equal(rules->zones[TYPE_PERSON].match_mbit, l.config->zones[TYPE_PERSON].match_mbit);
        assert_true(l.config->seen_by_rules[TYPE_PERSON][card]);
        assert_false(l.config->seen_by_rules[TYPE_ORGANIZATION][card]);
        assert_int_equal(l.config->more_weight[TYPE_PERSON][ATTRIBUTE_EMAIL], -500);
        assert_int_equal(l.config->more_weight[TYPE_ORGANIZATION][ATTRIBUTE_NAME], 3000);
        assert_int_equal(l.config->more_weight[TYPE_ORGANIZATION][ATTRIBUTE_EMAIL], 0);
        assert_true(l.config->ignored[TYPE_PERSON][ATTRIBUTE_JOB_TITLE]);
        assert_true(l.config->ignored[TYPE_PERSON][ATTRIBUTE_ADDRESS_COUNTRY]);
        assert_false(l.config->ignored[TYPE_ORGANIZATION][ATTRIBUTE_ADDRESS_COUNTRY]);
        unload(&l);

        epoch_of("matching: {rules: {a: {type: person, when: {same: email}, then: same}}}\n", base);
        epoch_of("matching: {rules: {a: {type: person, when: {same: email}, then: review}}}\n", other);
        assert_string_not_equal(base, other);
        epoch_of("matching: {rules: {a: {type: person, when: {same: phone}, then: same}}}\n", other);
        assert_string_not_equal(base, other);
        epoch_of("matching: {weight: {person: {email: 0.5}}}\n", base);
        epoch_of("matching: {weight: {person: {email: 0.6}}}\n", other);
        assert_string_not_equal(base, other);
        epoch_of("matching: {ignore: {person: [email]}}\n", base);
        epoch_of("matching: {ignore: {organization: [email]}}\n", other);
        assert_string_not_equal(base, other);
}

static void rules_that_could_only_disappoint_are_refused(void **state)
{
        struct loaded l = load_text("matching:\n"
                                    "  ignore: {person: [phone, telefone]}\n"
                                    "  rules:\n"
                                    "    a: {type: person, when: {different: [birth_date]}, then: same}\n"
                                    "    b: {type: person, when: {same: [email]}, then: never}\n"
                                    "    c: {type: person, when: {same: [emial]}, then: same}\n"
                                    "    d: {type: person, when: {same: [email]}}\n"
                                    "    e: {when: {same: [email]}, then: same}\n"
                                    "    f: {type: person, when: {same: [phone]}, then: same}\n"
                                    "    g: {type: person, when: {same: [employer_ref]}, then: same}\n"
                                    "    h: {type: person, when: {same: [email]}, then: merge}\n"
                                    "  weight: {person: {email: 5, phone: much,\n"
                                    "           owner: 1}}\n");

        (void)state;
        assert_problem(&l, 2, false, "unknown attribute \"telefone\"", "");
        assert_problem(&l, 4, false, "rule a has nothing that must be the same", "when.same");
        assert_problem(&l, 5, false, "rule b keeps apart without a difference", "when.different");
        assert_problem(&l, 6, false, "unknown attribute \"emial\"", "email");
        assert_problem(&l, 7, false, "rule d has no verdict", "then: same");
        assert_problem(&l, 8, false, "rule e has no type", "type: person");
        assert_problem(&l, 9, false, "phone is left out of matching", "one of the two");
        assert_problem(&l, 10, false, "rules cannot see employer_ref", "");
        assert_problem(&l, 11, false, "merge", "");
        assert_problem(&l, 12, false, "\"5\" is no weight", "from 0 to 4");
        assert_problem(&l, 12, false, "\"much\" is no weight", "from 0 to 4");
        assert_problem(&l, 13, false, "does not weigh owner", "rule");
        unload(&l);
}

/* A type may have thresholds of its own, one or both; what it leaves out is as for all. */
static void thresholds_may_be_of_one_type(void **state)
{
        struct loaded l =
                load_text("matching: {match: 3, review: 1, person: {match: 6 bits}, organization: {review: -5}}\n");
        char base[33], other[33];

        (void)state;
        assert_clean(&l);
        assert_int_equal(l.config->zones[TYPE_PERSON].match_mbit, 6000);
        assert_int_equal(l.config->zones[TYPE_PERSON].review_mbit, 1000);
        assert_int_equal(l.config->zones[TYPE_ORGANIZATION].match_mbit, 3000);
        assert_int_equal(l.config->zones[TYPE_ORGANIZATION].review_mbit, -5000);
        unload(&l);
        l = load_text("matching:\n"
                      "  match: 3\n"
                      "  review: 1\n"
                      "  person: {match: 0}\n"
                      "  organization:\n"
                      "    review: 4\n");
        assert_problem(&l, 4, false, "matching.person.review (1 bits) is above matching.person.match (0 bits)",
                       "lower");
        assert_problem(&l, 6, false, "matching.organization.review (4 bits)", "lower");
        unload(&l);
        epoch_of("matching: {match: 3, person: {match: 3}}\n", base);
        epoch_of("matching: {match: 3}\n", other);
        assert_string_equal(base, other);
        epoch_of("matching: {match: 3, person: {match: 4}}\n", other);
        assert_string_not_equal(base, other);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_file_with_every_section_is_read_as_it_says),
                cmocka_unit_test(the_short_form_of_a_mapping_is_enough),
                cmocka_unit_test(an_unnamed_salesforce_org_is_understood_by_the_preset),
                cmocka_unit_test(the_example_of_the_documentation_is_clean),
                cmocka_unit_test(without_sources_any_source_is_accepted_and_maps_by_itself),
                cmocka_unit_test(a_country_called_no_is_norway_and_not_a_boolean),
                cmocka_unit_test(the_authors_fields_come_over_those_of_the_preset),
                cmocka_unit_test(anchors_and_merge_keys_save_repetition),
                cmocka_unit_test(secrets_come_from_the_environment_or_a_file),
                cmocka_unit_test(the_epoch_changes_with_what_decides_results_and_with_nothing_else),
                cmocka_unit_test(every_preset_is_read_without_a_complaint),
                cmocka_unit_test(the_committed_reference_is_what_the_program_says),
                cmocka_unit_test(a_source_may_be_unique),
                cmocka_unit_test(unique_names_types_and_nothing_else),
                cmocka_unit_test(rules_and_attributes_left_out_are_read),
                cmocka_unit_test(rules_that_could_only_disappoint_are_refused),
                cmocka_unit_test(thresholds_may_be_of_one_type),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
