/* Small closed lists: months, genders, yes and no, and what people type to get past a mandatory field. */
#include "standard/parts.h"

/* English, French, German, Spanish, Italian, Dutch and Portuguese month names (CLDR). */
static const struct lexicon_row months[] = {
        {"1", "jan january janvier janv januar jänner enero ene gennaio gen januari janeiro"},
        {"2", "feb february février fév févr fevr februar feber febrero febbraio februari fevereiro fev"},
        {"3", "mar march mars märz maerz mrz marzo maart mrt março"},
        {"4", "apr april avril avr abril abr aprile"},
        {"5", "may mai mayo maggio mag mei maio"},
        {"6", "jun june juin juni junio giugno giu junho"},
        {"7", "jul july juillet juil juli julio luglio lug julho"},
        {"8", "aug august août aou aout agosto ago augustus"},
        {"9", "sep sept september septembre septiembre settembre set setembro"},
        {"10", "oct october octobre okt oktober octubre ottobre ott outubro out"},
        {"11", "nov november novembre noviembre novembro"},
        {"12", "dec december décembre déc dez dezember diciembre dic dicembre dezembro"},
        {NULL, NULL},
};

static const struct lexicon_row genders[] = {
        {"m", "male man mann männlich maennlich homme masculin masculino maschio uomo hombre varon h mr herr monsieur"},
        {"f", "female woman w frau weiblich femme féminin femenino femmina donna mujer mrs ms miss mme madame mlle"},
        {"x", "d divers diverse other nonbinary non-binary autre otro altro mx"},
        {NULL, NULL},
};

static const struct lexicon_row consents[] = {
        {"granted", "true yes y 1 on oui ja si sí да opt-in opt_in optin in given accepted subscribed allowed allow "
                    "grant active " CONSENT_NO_OBJECTION},
        {"denied",
         "false no n 0 off non nein нет opt-out opt_out optout out refused rejected withdrawn revoked unsubscribed "
         "declined disallowed deny denied blocked bounced"},
        {"unknown", "pending not_set notset unset undefined not_asked seen notseen unconfirmed"},
        {NULL, NULL},
};

static const struct lexicon_row booleans[] = {
        {"true", "yes y 1 on t oui ja si sí да vrai wahr vero x"},
        {"false", "no n 0 off f non nein нет faux falsch falso"},
        {NULL, NULL},
};

static const struct lexicon_row fake_words[] = {
        {"none", "n/a n.a. na. nil null - -- --- . .. ... ? ?? ??? / * # nothing no_name noname no_data nodata"},
        {"unknown",
         "unknow unkown inconnu inconnue unbekannt desconocido desconocida sconosciuto onbekend неизвестно anonymous "
         "anonyme not_known not_available not_provided not_applicable non_renseigné non_communiqué "
         "keine_angabe k.a. k.a sin_datos unspecified undefined [unknown] <unknown> (unknown)"},
        {"test", "test_test testtest tester_test dummy asdf asdfasdf asdfgh qwerty qwertz azerty foo foobar foo_bar "
                 "lorem_ipsum "
                 "to_be_defined tbd tbc xx xxx xxxx xxxxx aaa zzz do_not_use ne_pas_utiliser [not_provided]"},
        {NULL, NULL},
};

const struct lexicon_table misc_tables[] = {
        {LEXICON_MONTH, false, months},    {LEXICON_GENDER, true, genders},       {LEXICON_CONSENT, true, consents},
        {LEXICON_BOOLEAN, true, booleans}, {LEXICON_FAKE_WORD, true, fake_words}, {LEXICON_END, false, NULL},
};
