/* How common the words of company names are, where nobody trained a model.
 *
 * The words that name what a company does, where, and how it is organised, in the languages of our users: they say
 * little about which company it is. All others are taken as rare, longer ones as rarer. Singular and plural are both
 * listed; legal forms are no tokens at all (FEATURE_ORG_FORM).
 */
#include "model/weights.h"

const struct model_word_list model_org_lists[] = {
        {FREQUENCY_ORG_TOKEN, 2000,
         "of the and for in at de du des la le les et der die das und fur von zu el los las y del di e dei delle da do "
         "dos "
         "a an to on by with s l d"},
        {FREQUENCY_ORG_TOKEN, 3300,
         "company compagnie group groupe gruppe grupo gruppo holding holdings international internationale services "
         "service "
         "servicios servizi school schools center centre centers centres zentrum centro university universite "
         "universitat "
         "universidad universita college association associates associations societe sociedad societa gesellschaft "
         "foundation institute institut instituto istituto solutions systems system systemes technologies technology "
         "tech "
         "management consulting consultants trading industries industrie industry global worldwide national"},
        {FREQUENCY_ORG_TOKEN, 4700,
         "academy agency agence alliance american america europe european france francaise deutschland deutsche german "
         "germany italia italiana espana espanola uk usa us united states british england china india asia pacific "
         "north "
         "south east west northern southern eastern western central new city community communications communication "
         "construction constructions corporate council commercial credit club church christian care child children "
         "childrens "
         "daycare day learning early education educational head start preschool kindergarten nursery elementary high "
         "public "
         "catholic charities bank banque banca banco insurance assurance assurances versicherung finance financial "
         "financiere "
         "capital invest investment investments partners partner participations patrimoine immobilier immobiliere immo "
         "immobilien real estate properties property development engineering ingenierie energy energie electric "
         "electrical "
         "electricite electronics electronic food foods restaurant hotel hotels travel tours transport transports "
         "logistics "
         "logistique auto autos automobile automobiles automotive garage motors cars car medical medicine health "
         "healthcare "
         "hospital clinic clinique pharmacy pharmacie pharma pharmaceuticals dental laboratory laboratories "
         "laboratoire "
         "laboratoires labs lab research design designs studio studios media marketing advertising digital data "
         "software "
         "informatique information it network networks telecom telecommunications internet web online security "
         "securite "
         "training formation conseil conseils cabinet bureau office offices etudes audit accounting legal law avocats "
         "maison house home homes haus family families youth women men social society fund trust union federation "
         "league "
         "department ministry state federal government municipal county town village district regional region board "
         "commission chamber commerce import export exports imports products produits production productions "
         "manufacturing "
         "mfg materials materiaux plastics chemical chemicals chimie steel metal metals wood bois textile textiles "
         "agriculture agricole agri farm farms green eco environmental environnement water eau gas oil petroleum power "
         "supply supplies equipment equipements tools machines maschinenbau technik handel vertrieb verwaltung bau "
         "stores "
         "store shop boutique market markets supermarket retail wholesale distribution distributors diffusion sport "
         "sports "
         "fitness beauty art arts music film books press publishing edition editions library museum theatre science "
         "sciences "
         "polytechnic technical vocational institute language languages program programs project projects "
         "developmental "
         "first saint st san santa saint general best quality express plus pro one world euro inter multi mega super "
         "brothers sons fils freres bros enterprise enterprises entreprise entreprises empresa impresa unternehmen "
         "firma "
         "business affaires office administration conseil organisation organization cooperative coop mutual mutuelle "
         "park parc place plaza street avenue road hill lake river valley beach island "},
        {FREQUENCY_ORG_TOKEN, 7000,
         "paris london berlin madrid roma rome milano milan lyon marseille toulouse bordeaux nantes lille strasbourg "
         "hamburg munich munchen koln cologne frankfurt stuttgart dusseldorf wien vienna zurich geneva geneve brussels "
         "bruxelles amsterdam rotterdam barcelona valencia sevilla lisboa lisbon porto dublin manchester birmingham "
         "liverpool leeds glasgow edinburgh york boston chicago houston dallas austin miami atlanta seattle denver "
         "phoenix "
         "detroit philadelphia washington california texas florida virginia ohio michigan illinois georgia carolina "
         "arizona "
         "oregon colorado maryland jersey angeles francisco diego vegas toronto montreal vancouver sydney melbourne "
         "brisbane "
         "perth australia canada japan tokyo korea seoul singapore hong kong shanghai beijing delhi mumbai dubai "
         "russia moscow "
         "poland turkey brazil mexico africa switzerland suisse schweiz austria osterreich belgium belgique "
         "netherlands spain "
         "italy sweden norway denmark finland ireland scotland wales 1 2 3 4 5 6 7 8 9 i ii iii iv "},
};

const uint32_t model_org_list_count = sizeof(model_org_lists) / sizeof(*model_org_lists);
