/* Columns that map by themselves. */
#include "config/identity.h"
#include "config/identity_table.h"
#include "helper.h"

static struct config *builtin(void)
{
        struct config *config = calloc(1, sizeof(*config));
        assert_non_null(config);
        config_init_builtin(config);
        return config;
}

static void release(struct config *config)
{
        config_free(config);
        free(config);
}

static const struct {
        const char *field;
        enum record_type type;
        const char *attribute; /* NULL: none */
        const char *label;
} cases[] = {
        {"first_name", TYPE_PERSON, "given_name", ""},
        {"First Name", TYPE_PERSON, "given_name", ""},
        {"firstName", TYPE_PERSON, "given_name", ""},
        {"FIRST-NAME", TYPE_COUNT, "given_name", ""},
        {"surname", TYPE_PERSON, "family_name", ""},
        {"dob", TYPE_PERSON, "birth_date", ""},
        {"postcode", TYPE_PERSON, "address.postal_code", ""},
        {"zip_code", TYPE_ORGANIZATION, "address.postal_code", ""},
        {"suburb", TYPE_PERSON, "address.city", ""},
        {"state", TYPE_PERSON, "address.region", ""},
        {"address_1", TYPE_PERSON, "address.street", ""},
        {"address_line_2", TYPE_PERSON, "address.line2", ""},
        {"soc_sec_id", TYPE_PERSON, "national_id", ""},
        {"street_number", TYPE_PERSON, "address.street", ""},
        {"name", TYPE_PERSON, "full_name", ""},
        {"name", TYPE_COUNT, "full_name", ""},
        {"name", TYPE_ORGANIZATION, "name", ""},
        {"customer_name", TYPE_ORGANIZATION, "name", ""},
        {"contact_name", TYPE_PERSON, "full_name", ""},
        {"contact_name", TYPE_ORGANIZATION, NULL, ""},
        {"company", TYPE_PERSON, "employer", ""},
        {"company", TYPE_ORGANIZATION, "name", ""},
        {"company_name", TYPE_ORGANIZATION, "name", ""},
        {"title", TYPE_PERSON, "job_title", ""},
        {"legal_name", TYPE_ORGANIZATION, "legal_name", ""},
        {"VATNumber", TYPE_ORGANIZATION, "vat_id", ""},
        {"email", TYPE_PERSON, "email", ""},
        {"E-Mail", TYPE_PERSON, "email", ""},
        {"email2", TYPE_PERSON, "email", "2"},
        {"email_address_2", TYPE_PERSON, "email", "2"},
        {"phone_2", TYPE_PERSON, "phone", "2"},
        {"work_phone", TYPE_PERSON, "phone", "work"},
        {"PhoneHome", TYPE_PERSON, "phone", "home"},
        {"home_phone_2", TYPE_PERSON, "phone", "home_phone_2"},
        {"mobile", TYPE_PERSON, "phone", "mobile"},
        {"cell_phone", TYPE_PERSON, "phone", "mobile"},
        {"company_phone", TYPE_PERSON, "phone", "work"},
        {"company_phone", TYPE_ORGANIZATION, "phone", ""},
        {"contact_email", TYPE_ORGANIZATION, "email", "contact"},
        {"billing_city", TYPE_ORGANIZATION, "address.city", "billing"},
        {"shipping_city", TYPE_ORGANIZATION, "address.city", "shipping"},
        {"ship_to_zip", TYPE_ORGANIZATION, "address.postal_code", "shipping"},
        {"mailing_street", TYPE_PERSON, "address.street", "mailing"},
        {"address1_city", TYPE_PERSON, "address.city", "1"},
        {"address.city", TYPE_PERSON, "address.city", ""},
        {"phone:mobile", TYPE_PERSON, "phone", "mobile"},
        {"name2", TYPE_ORGANIZATION, NULL, ""},
        {"name_1", TYPE_ORGANIZATION, "name", ""},
        {"maiden_name", TYPE_PERSON, NULL, ""},
        {"fax", TYPE_PERSON, NULL, ""},
        {"zip4", TYPE_PERSON, NULL, ""},
        {"id", TYPE_PERSON, NULL, ""},
        {"customer_id", TYPE_PERSON, NULL, ""},
        {"", TYPE_PERSON, NULL, ""},
        {"___", TYPE_PERSON, NULL, ""},
        {"12345", TYPE_PERSON, NULL, ""},
        {"homehomehomehomehome", TYPE_PERSON, NULL, ""},
        {"prenom", TYPE_PERSON, "given_name", ""},
        {"Prénom", TYPE_PERSON, "given_name", ""},
        {"nom", TYPE_PERSON, "family_name", ""},
        {"nom", TYPE_ORGANIZATION, "name", ""},
        {"date_naissance", TYPE_PERSON, "birth_date", ""},
        {"code_postal", TYPE_PERSON, "address.postal_code", ""},
        {"ville", TYPE_PERSON, "address.city", ""},
        {"raison_sociale", TYPE_ORGANIZATION, "legal_name", ""},
        {"téléphone", TYPE_PERSON, "phone", ""},
        {"Vorname", TYPE_PERSON, "given_name", ""},
        {"Geburtsdatum", TYPE_PERSON, "birth_date", ""},
        {"Straße", TYPE_PERSON, "address.street", ""},
        {"PLZ", TYPE_PERSON, "address.postal_code", ""},
        {"Ort", TYPE_PERSON, "address.city", ""},
        {"Firma", TYPE_ORGANIZATION, "name", ""},
        {"apellidos", TYPE_PERSON, "family_name", ""},
        {"fecha_nacimiento", TYPE_PERSON, "birth_date", ""},
        {"cognome", TYPE_PERSON, "family_name", ""},
        {"indirizzo", TYPE_PERSON, "address.street", ""},
        {"città", TYPE_PERSON, "address.city", ""},
        {"cap", TYPE_PERSON, "address.postal_code", ""},
        {"fname_c1", TYPE_PERSON, "given_name", ""},
        {"fname_c2", TYPE_PERSON, "middle_name", ""},
        {"lname_c2", TYPE_PERSON, "family_name", ""},
        {"by", TYPE_PERSON, "birth_date", ""},
        {"birth_month", TYPE_PERSON, "birth_date", ""},
        {"Geburtsjahr", TYPE_PERSON, "birth_date", ""},
        {"addr_line_1", TYPE_PERSON, "address.street", ""},
        {"address_line_3", TYPE_PERSON, "address.line2", ""},
        {"full_address", TYPE_ORGANIZATION, "address.street", ""},
        {"plz_ort", TYPE_PERSON, "address.city", ""},
        {"NAME_LAST", TYPE_PERSON, "family_name", ""},
        {"PRIMARY_NAME_FULL", TYPE_PERSON, "full_name", ""},
        {"NAME_ORG", TYPE_ORGANIZATION, "name", ""},
        {"affiliation", TYPE_ORGANIZATION, "name", ""},
        {"Anrede", TYPE_PERSON, NULL, ""},
        {"apellido_materno", TYPE_PERSON, "family_name", ""},
        {"E-mail 1 - Value", TYPE_PERSON, "email", "1"},
        {"Telefon geschäftlich", TYPE_PERSON, "phone", "work"},
        {"förnamn", TYPE_PERSON, "given_name", ""},
        {"Imię", TYPE_PERSON, "given_name", ""},
        {"Příjmení", TYPE_PERSON, "family_name", ""},
        {"ФАМИЛИЯ", TYPE_PERSON, "family_name", ""},
        {"Отчество", TYPE_PERSON, "middle_name", ""},
        {"date_of_death", TYPE_PERSON, NULL, ""},
        {"\xC4", TYPE_PERSON, NULL, ""},
};

static void usual_column_names_find_their_attributes(void **state)
{
        (void)state;
        struct config *config = builtin();
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct text label;
                uint16_t attribute =
                        config_identity_attribute(config, text_from(cases[i].field), cases[i].type, &label);
                const char *name = attribute ? config->vocabulary.attributes[attribute].name : "(none)";
                const char *expected = cases[i].attribute ? cases[i].attribute : "(none)";
                if (strcmp(name, expected) != 0 || !text_equal(label, text_from(cases[i].label)))
                        fail_msg("%s is %s:%.*s and should be %s:%s", cases[i].field, name, TEXT_ARG(label), expected,
                                 cases[i].label);
        }
        release(config);
}

static void every_attribute_is_found_by_its_own_name(void **state)
{
        (void)state;
        struct config *config = builtin();
        for (uint32_t i = 1; i < ATTRIBUTE_BUILTIN_COUNT; i++) {
                const struct attribute *attribute = &config->vocabulary.attributes[i];
                enum record_type type = attribute->organization ? TYPE_ORGANIZATION : TYPE_PERSON;
                struct text label;
                if (config_identity_attribute(config, text_from(attribute->name), type, &label) != i ||
                    label.length > 0)
                        fail_msg("%s is not found by its name", attribute->name);
        }
        release(config);
}

static void configured_attributes_are_found_as_well(void **state)
{
        (void)state;
        struct loaded l = load_text("attributes: {loyalty_number: {kind: identifier, multiple: true}}\n");
        assert_clean(&l);
        struct text label;
        assert_int_equal(config_identity_attribute(l.config, TEXT("Loyalty_Number"), TYPE_PERSON, &label),
                         ATTRIBUTE_BUILTIN_COUNT);
        assert_int_equal(config_identity_attribute(l.config, TEXT("loyalty_number:old"), TYPE_PERSON, &label),
                         ATTRIBUTE_BUILTIN_COUNT);
        assert_text(label, "old");
        unload(&l);
}

static void the_table_is_sorted_for_its_search(void **state)
{
        (void)state;
        for (size_t i = 1; i < identity_row_count; i++)
                assert_true(text_compare(identity_rows[i - 1].name, identity_rows[i].name) < 0);
}

static void house_numbers_join_their_street(void **state)
{
        (void)state;
        assert_int_equal(config_identity_join(TEXT("street_number")), IDENTITY_PREFIX);
        assert_int_equal(config_identity_join(TEXT("billing_house_number")), IDENTITY_PREFIX);
        assert_int_equal(config_identity_join(TEXT("Hausnummer")), IDENTITY_SUFFIX);
        assert_int_equal(config_identity_join(TEXT("address_line_3")), IDENTITY_LINE);
        assert_int_equal(config_identity_join(TEXT("lname_c2")), IDENTITY_SUFFIX);
        assert_int_equal(config_identity_join(TEXT("birth_year")), IDENTITY_YEAR);
        assert_int_equal(config_identity_join(TEXT("bm")), IDENTITY_MONTH);
        assert_int_equal(config_identity_join(TEXT("Geburtstag")), IDENTITY_DAY);
        assert_int_equal(config_identity_join(TEXT("date_of_birth")), IDENTITY_WHOLE);
        assert_int_equal(config_identity_join(TEXT("street")), IDENTITY_WHOLE);
        assert_int_equal(config_identity_join(TEXT("unknown thing")), IDENTITY_WHOLE);
}

static enum record_type type_of(const char *names)
{
        struct text items[16];
        uint32_t count = 0;
        struct text rest = text_from(names);
        while (rest.length > 0) {
                int64_t comma = text_find_byte(rest, ',', 0);
                uint32_t length = comma < 0 ? rest.length : (uint32_t)comma;
                items[count++] = text_slice(rest, 0, length);
                rest = comma < 0 ? TEXT_NONE : text_slice(rest, length + 1, rest.length);
        }
        return config_identity_type(items, count);
}

static void the_columns_tell_people_from_companies(void **state)
{
        (void)state;
        assert_int_equal(type_of("given_name,surname,street_number,address_1,suburb,postcode,date_of_birth"),
                         TYPE_PERSON);
        assert_int_equal(type_of("name,email,phone"), TYPE_PERSON);
        assert_int_equal(type_of("company_name,city,phone"), TYPE_ORGANIZATION);
        assert_int_equal(type_of("name,siret,city"), TYPE_ORGANIZATION);
        assert_int_equal(type_of("first_name,last_name,company,vat_number,siren,annual_revenue"), TYPE_PERSON);
        assert_int_equal(type_of("raison_sociale,ville"), TYPE_ORGANIZATION);
        assert_int_equal(type_of("company,job_title,email"), TYPE_PERSON);
        assert_int_equal(type_of("a,b,c"), TYPE_PERSON);
        assert_int_equal(config_identity_type(NULL, 0), TYPE_PERSON);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(usual_column_names_find_their_attributes),
                cmocka_unit_test(every_attribute_is_found_by_its_own_name),
                cmocka_unit_test(configured_attributes_are_found_as_well),
                cmocka_unit_test(the_table_is_sorted_for_its_search),
                cmocka_unit_test(house_numbers_join_their_street),
                cmocka_unit_test(the_columns_tell_people_from_companies),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
