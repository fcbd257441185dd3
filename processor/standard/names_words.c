/* The words around personal names: titles, ranks, generations, particles.
 *
 * Honorifics and academic titles after the customs of each language (Wikipedia, "English honorifics", "Academic ranks",
 * "Nobiliary particle", "Suffix (name)"). "M." is not among them: it is an initial more often than it is "Monsieur".
 */
#include "standard/parts.h"

static const struct lexicon_row titles[] = {
        {"mr", "mister"},
        {"mrs", "missus mistress"},
        {"ms", "miss"},
        {"mx", ""},
        {"dr", "doctor doktor doc docteur dott dottore dottoressa dottssa dra doutor"},
        {"prof", "professor professeur profesor professore univprof"},
        {"herr", "hr herrn"},
        {"frau", "fraulein frl"},
        {"monsieur", "mons"},
        {"madame", "mme mmes"},
        {"mademoiselle", "mlle"},
        {"signor", "sig signore"},
        {"signora", "sigra signorina"},
        {"senor", "sres"},
        {"senora", "sra srta senorita"},
        {"senhor", "senhora"},
        {"dipl", "diplom"},
        {"avv", "avvocato"},
        {"rev", "reverend revd"},
        {"sheikh", "shaikh cheikh"},
        {"gospodin", "gn"},
        {"gospozha", "gzha"},
        {"dhr", "mevr mevrouw mw"},
        {NULL, NULL},
};

/* Titles that are names as well (Don Smith, Mary Major): only before two other names. */
static const struct lexicon_row rare_titles[] = {
        {"messieurs", "mm"},
        {"maitre", "me"},
        {"don", "dona donna"},
        {"ing", "ingenieur dipling engr engineer"},
        {"mag", "magister"},
        {"lic", ""},
        {"arq", ""},
        {"sir", ""},
        {"dame", ""},
        {"lady", ""},
        {"lord", ""},
        {"father", ""},
        {"rabbi", ""},
        {"imam", ""},
        {"hon", "honourable honorable rt"},
        {"capt", "captain capitaine hauptmann"},
        {"col", "colonel oberst"},
        {"lt", "lieutenant leutnant"},
        {"maj", "major"},
        {"gen", "general"},
        {"sgt", "sergeant"},
        {"adm", "admiral"},
        {"pres", "president"},
        {"pan", "pani"},
        {"fru", ""},
        {NULL, NULL},
};

static const struct lexicon_row postnominals[] = {
        {"phd", "dphil"},  {"md", "mdphd"}, {"esq", "esquire"}, {"mba", ""},
        {"msc", "bsc"},    {"cpa", ""},     {"cfa", ""},        {"dds", "dmd"},
        {"jd", "llm llb"}, {"rn", ""},      {"pe", "peng"},     {"obe", "mbe cbe kbe"},
        {"kc", "qc"},      {"frs", "frcs"}, {"bart", "bt"},     {"deceased", "decd"},
        {NULL, NULL},
};

static const struct lexicon_row generations[] = {
        {"jr", "jr junior jnr fils filho neto"},
        {"sr", "sr senior snr"},
        {"2", "ii 2nd"},
        {"3", "iii 3rd"},
        {"4", "iv 4th"},
        {"5", "5th"},
        {"6", "6th"},
        {"7", "7th"},
        {"8", "8th"},
        {"9", "9th"},
        {"10", "10th"},
        {"1", "1st"},
        {NULL, NULL},
};

static const struct lexicon_row particles[] = {
        {"de", "du des d di da do dos das del della delle degli dei dello dal dalla"},
        {"la", "le les lo los las el"},
        {"von", "vom zu zum zur"},
        {"van", "vander vanden der den ten ter te"},
        {"af", "av"},
        {"al", "as ar ad ash bin ben ibn bint abu abou"},
        {"y", "und och and et of the"},
        {"ap", "ferch"},
        {NULL, NULL},
};

/* What stands before or after a name that the person bore or bears besides. */
static const struct lexicon_row birth_names[] = {
        {"nee",
         "geb geborene geboren born formerly epouse ep veuve vve verw gesch divorcee aka alias dit dite genannt fka"},
        {NULL, NULL},
};

static const struct lexicon_row nobility[] = {
        {"baronet", "baronets baron baroness earl duke duchess marquess marquis marchioness viscount viscountess count "
                    "countess lord prince princess comte comtesse vicomte duc duchesse graf grafin freiherr freifrau "
                    "furst herzog knight"},
        {NULL, NULL},
};

/* Han surnames of two characters; the frequent ones of the Hundred Family Surnames and its modern counts.
 * https://en.wikipedia.org/wiki/Chinese_compound_surname */
static const struct lexicon_row compound_surnames[] = {
        {"ou yang", ""},   {"si ma", ""},    {"shang guan", ""}, {"zhu ge", ""},   {"si tu", ""},    {"dong fang", ""},
        {"xia hou", ""},   {"huang fu", ""}, {"wei chi", ""},    {"gong sun", ""}, {"mu rong", ""},  {"ling hu", ""},
        {"chang sun", ""}, {"yu wen", ""},   {"duan mu", ""},    {"dong guo", ""}, {"nan gong", ""}, {NULL, NULL},
};

/* Korean surnames: the Revised Romanization that ICU writes, and the spelling that their bearers use.
 * https://en.wikipedia.org/wiki/List_of_Korean_surnames */
static const struct lexicon_row family_names[] = {
        {"kim", "gim"},
        {"lee", "i yi rhee ri li"},
        {"park", "bak pak"},
        {"choi", "choe"},
        {"jung", "jeong chung"},
        {"kang", "gang"},
        {"cho", "jo"},
        {"yoon", "yun"},
        {"jang", "chang"},
        {"lim", "im rim"},
        {"shin", "sin"},
        {"kwon", "gwon"},
        {"hwang", ""},
        {"ahn", "an"},
        {"ryu", "yu yoo"},
        {"koh", "go ko"},
        {"moon", "mun"},
        {"bae", "pae"},
        {"baek", "paik"},
        {"noh", "no roh"},
        {"oh", "o"},
        {"seo", "suh"},
        {"woo", "u wu"},
        {"shim", "sim"},
        {NULL, NULL},
};

const struct lexicon_table names_tables[] = {
        {LEXICON_TITLE, true, titles},
        {LEXICON_RARE_TITLE, true, rare_titles},
        {LEXICON_POSTNOMINAL, true, postnominals},
        {LEXICON_GENERATION, false, generations},
        {LEXICON_PARTICLE, true, particles},
        {LEXICON_BIRTH_NAME, true, birth_names},
        {LEXICON_NOBILITY, true, nobility},
        {LEXICON_COMPOUND_SURNAME, true, compound_surnames},
        {LEXICON_FAMILY_NAME, true, family_names},
        {LEXICON_END, false, NULL},
};
