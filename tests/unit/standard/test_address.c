/* Addresses of several countries, in one field and in many. */
#include "helper.h"

static const struct address_case {
        struct address_fields fields;
        const char *expected;
} cases[] = {
#define STREET(text)                                                                                                   \
        {                                                                                                              \
                .street = TEXT_INIT(text)                                                                              \
        }
        {STREET("18 Danver Place, Loughborough, Leicestershire, United Kingdom, LE11 1UU"),
         "house_number=18; street=danver place; city=loughborough; postal_code=LE111UU; region=leicestershire?; "
         "country=gb"},
        {STREET("18 Danver Place, Loughborough, Leicestershire, LE11 1UU, United Kingdom"),
         "house_number=18; street=danver place; city=loughborough; postal_code=LE111UU; region=leicestershire?; "
         "country=gb"},
        {{.street = TEXT_INIT("18 Danver Pl."),
          .city = TEXT_INIT("Loughborough"),
          .postal_code = TEXT_INIT("LE11 1UU"),
          .country = TEXT_INIT("UK")},
         "house_number=18; street=danver place; city=loughborough; postal_code=LE111UU; country=gb"},
        {STREET("6371 E Foothill Dr, Orroville, CA 95915"),
         "house_number=6371; street=e foothill drive; city=orroville; postal_code=95915; region=ca"},
        {STREET("80 Delaware Ave SE Washington DC 40040"),
         "house_number=80; street=delaware avenue se; city=washington; postal_code=40040; region=dc"},
        {STREET("9304 W. 15th St La Blanca, FL 60527"),
         "house_number=9304; street=w 15 street; city=la blanca; postal_code=60527; region=fl"},
        {STREET("123 Main St, Las Vegas"), "house_number=123; street=main street; city=las vegas"},
        {STREET("500 E. 67th Street"), "house_number=500; street=e 67 street"},
        {STREET("125 South Wacker Drive 14th Floor"), "house_number=125; street=s wacker drive; unit=14"},
        {STREET("1450 N City Rd Suite 900"), "house_number=1450; street=n city road; unit=900"},
        {{.street = TEXT_INIT("Suite 900, 1450 N City Rd"),
          .city = TEXT_INIT("Arlington"),
          .postal_code = TEXT_INIT("23208")},
         "house_number=1450; street=n city road; unit=900; city=arlington; postal_code=23208"},
        {{.street = TEXT_INIT("P.O. Box 12987"), .city = TEXT_INIT("Andersonville")},
         "po_box=12987; city=andersonville"},
        {{.street = TEXT_INIT("Chrysler Building, 405 Lexington Avenue"), .city = TEXT_INIT("New York")},
         "house_number=405; street=lexington avenue; locality=chrysler building; city=new york"},
        {STREET("Adventura Aparments 638 Downey St, Salem, OR"),
         "house_number=638; street=downey street; locality=adventura aparments; city=salem; region=or"},
        {STREET("Hardenbergstraße 87, 10623 Berlin"),
         "house_number=87; street=hardenberg street; city=berlin; postal_code=10623"},
        {STREET("Ansbacher Str. 23a\n56422 Düsseldorf"),
         "house_number=23a; street=ansbacher street; city=dusseldorf; postal_code=56422"},
        {STREET("12 bis rue de la Paix, 75002 Paris Cedex 02"),
         "house_number=12bis; street=rue paix; city=paris; postal_code=75002"},
        {{.street = TEXT_INIT("12 bis, Rue de la Paix"),
          .city = TEXT_INIT("PARIS 02"),
          .postal_code = TEXT_INIT("75002")},
         "house_number=12bis; street=rue paix; city=paris; postal_code=75002"},
        {{.street = TEXT_INIT("3 av. du Gal Leclerc"),
          .line2 = TEXT_INIT("BP 123"),
          .city = TEXT_INIT("LYON CEDEX 03")},
         "house_number=3; street=avenue general leclerc; po_box=123; city=lyon"},
        {{.street = TEXT_INIT("3/12 Smith St"), .city = TEXT_INIT("St Kilda"), .region = TEXT_INIT("Victoria")},
         "house_number=12; street=smith street; unit=3; city=saint kilda; region=vic"},
        {STREET("Unit 3, 12 Smith Street, Richmond VIC 3121"),
         "house_number=12; street=smith street; unit=3; city=richmond; postal_code=3121; region=vic"},
        {{.street = TEXT_INIT("4 sparkes close"), .line2 = TEXT_INIT("corinell aglen"), .city = TEXT_INIT("carnegie")},
         "house_number=4; street=sparkes close; locality=corinell aglen; city=carnegie"},
        {STREET("Calle de Alcalá 45, 28014 Madrid, España"),
         "house_number=45; street=calle alcala; city=madrid; postal_code=28014; country=es"},
        {STREET("Via Garibaldi 12/A, 20121 Milano"),
         "house_number=12a; street=via garibaldi; city=milan; postal_code=20121"},
        {STREET("Keizersgracht 123, 1015 CJ Amsterdam"),
         "house_number=123; street=keizers gracht; city=amsterdam; postal_code=1015CJ"},
        {STREET("705 Sheppard Ave, Toronto, ON M1S 1T4, Canada"),
         "house_number=705; street=sheppard avenue; city=toronto; postal_code=M1S1T4; region=on; country=ca"},
        {STREET("St. John's Road 5"), "house_number=5; street=saint johns road"},
        {STREET("ул. Ленина, д. 5"), "house_number=5; street=ulitsa lenina"},
        {STREET("Mullanpara Road, Vythiri, 673576, India"),
         "street=mullanpara road; city=vythiri; postal_code=673576; country=in"},
        {STREET("Chinatown Point, 133 New Bridge Road, 059413 Singapore"),
         "house_number=133; street=new bridge road; locality=chinatown point; postal_code=059413; country=sg"},
        {{.street = TEXT_INIT("Domstr. 1"), .city = TEXT_INIT("Köln")},
         "house_number=1; street=dom street; city=cologne"},
        {STREET("ul. Marszałkowska 10 m. 5, 00-590 Warszawa"),
         "house_number=10; street=ulitsa marszalkowska; unit=5; city=warsaw; postal_code=00590"},
        {STREET("Storgatan 5, 111 22 Stockholm, Sweden"),
         "house_number=5; street=stor gatan; city=stockholm; postal_code=11122; country=se"},
        {STREET("Bahnhofstr. 12, CH-8001 Zürich"),
         "house_number=12; street=bahnhof street; city=zurich; postal_code=8001"},
        {STREET("1000 Brussels, Rue de la Loi 16"), "house_number=16; street=rue loi; city=brussels; postal_code=1000"},
        {STREET("54 rue de la République 75011 PARIS"),
         "house_number=54; street=rue republique; city=paris; postal_code=75011"},
        {STREET("C/ Mayor 5, 3º B, 28013 Madrid"),
         "house_number=5; street=calle mayor; unit=3 b; city=madrid; postal_code=28013"},
        {STREET("Postfach 10 20 30, 20014 Hamburg"), "po_box=102030; city=hamburg; postal_code=20014"},
        {STREET("Postfach 1 23"), "po_box=123"},
        {STREET("PO Box 12 34 High Street"), "house_number=34; street=high street; po_box=12"},
        {STREET("c/o Jones, 12 High Street"), "house_number=12; street=high street; locality=c o jones"},
        {STREET("C/Gran Vía 12"), "house_number=12; street=calle gran via"},
        {STREET("PO Box 1234, Sydney NSW 2001"), "po_box=1234; city=sydney; postal_code=2001; region=nsw"},
        {STREET("1 Place de l'Étoile"), "house_number=1; street=place etoile"},
        {STREET("Highway 61 South"), "street=highway 61 s"},
        {STREET("Fifth Avenue"), "street=5 avenue"},
        {STREET("North Street"), "street=n street"},
        {STREET("42"), "house_number=42"},
        {STREET(",,, ;"), ""},
};

static void what_is_recognised_has_its_part(void **state)
{
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                address_add(begin(fixture, NULL), &cases[i].fields, 0);
                if (strcmp(features_text(fixture), cases[i].expected) != 0)
                        print_error("%.*s\n", TEXT_ARG(cases[i].fields.street));
                assert_string_equal(features_text(fixture), cases[i].expected);
        }
}

static void shown_parts_are_canonical_where_a_country_has_a_form(void **state)
{
        static const struct {
                uint16_t attribute;
                const char *country;
                const char *raw;
                const char *value;
        } values[] = {
                {ATTRIBUTE_ADDRESS_COUNTRY, "", "Germany", "DE"},
                {ATTRIBUTE_ADDRESS_COUNTRY, "", "Deutschland", "DE"},
                {ATTRIBUTE_ADDRESS_COUNTRY, "", "Allemagne", "DE"},
                {ATTRIBUTE_ADDRESS_COUNTRY, "", "CAN", "CA"},
                {ATTRIBUTE_ADDRESS_COUNTRY, "", "uk", "GB"},
                {ATTRIBUTE_ADDRESS_COUNTRY, "", "U.S.A.", "US"},
                {ATTRIBUTE_ADDRESS_COUNTRY, "", "États-Unis", "US"},
                {ATTRIBUTE_ADDRESS_COUNTRY, "", "Россия", "RU"},
                {ATTRIBUTE_ADDRESS_COUNTRY, "", "Narnia", "Narnia"},
                {ATTRIBUTE_ADDRESS_POSTAL_CODE, "GB", "le111uu", "LE11 1UU"},
                {ATTRIBUTE_ADDRESS_POSTAL_CODE, "CA", "m1s1t4", "M1S 1T4"},
                {ATTRIBUTE_ADDRESS_POSTAL_CODE, "FR", "1000", "01000"},
                {ATTRIBUTE_ADDRESS_POSTAL_CODE, "US", "12345-6789", "12345-6789"},
                {ATTRIBUTE_ADDRESS_CITY, "", "  New   York ", "New York"},
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
                struct canonical value = address_standardise(begin(fixture, values[i].country), values[i].attribute,
                                                             text_from(values[i].raw));

                assert_text(value.value, values[i].value);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_recognised_has_its_part),
                cmocka_unit_test(shown_parts_are_canonical_where_a_country_has_a_form),
        };

        return cmocka_run_group_tests(tests, open_standard, close_standard);
}
