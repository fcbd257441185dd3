/* Domains and local parts that say little.
 *
 * Mail providers: the large free ones of each country (Wikipedia, "Comparison of webmail providers"; national portals
 * and access providers). Role accounts: RFC 2142, https://www.rfc-editor.org/rfc/rfc2142, and what companies publish
 * besides. Large providers, of which a slip of the keyboard makes another domain: those that the suggestions of
 * mailcheck (https://github.com/mailcheck/mailcheck, "default domains") and national access providers have in common
 * with the first table, without names that are a letter away from other words (live, mac, orange, free). Reserved
 * domains: RFC 2606. Second-level suffixes: the pattern of https://publicsuffix.org, whose full list changes too often
 * to be part of F.
 */
#include "standard/parts.h"

static const struct lexicon_row shared_domains[] = {
        {"google", "gmail.com googlemail.com google.com"},
        {"microsoft",
         "outlook.com hotmail.com live.com msn.com hotmail.fr hotmail.de hotmail.it hotmail.es hotmail.co.uk "
         "live.fr live.de live.it live.nl live.co.uk outlook.fr outlook.de outlook.es outlook.it passport.com "
         "hotmail.be windowslive.com live.com.au hotmail.com.au outlook.com.au"},
        {"yahoo",
         "yahoo.com yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.in yahoo.ca "
         "yahoo.com.au yahoo.com.br ymail.com rocketmail.com myyahoo.com aol.com aol.fr aol.de aim.com verizon.net"},
        {"apple", "icloud.com me.com mac.com"},
        {"proton",
         "protonmail.com proton.me pm.me protonmail.ch tutanota.com tuta.io fastmail.com fastmail.fm hushmail.com "
         "zoho.com mail.com email.com usa.com inbox.com hey.com"},
        {"france", "orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr club-internet.fr "
                   "aliceadsl.fr cegetel.net voila.fr caramail.com 9online.fr noos.fr dbmail.com"},
        {"germany", "gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de arcor.de 1und1.de online.de "
                    "mailbox.org posteo.de email.de vodafone.de alice.de kabelmail.de unitybox.de"},
        {"italy",
         "libero.it virgilio.it alice.it tin.it tiscali.it fastwebnet.it inwind.it pec.it aruba.it iol.it email.it"},
        {"spain", "telefonica.net terra.es ono.com movistar.es"},
        {"benelux",
         "ziggo.nl kpnmail.nl hetnet.nl planet.nl xs4all.nl casema.nl home.nl skynet.be telenet.be proximus.be "
         "scarlet.be pandora.be"},
        {"austria-switzerland", "aon.at chello.at bluewin.ch sunrise.ch hispeed.ch"},
        {"britain", "btinternet.com btopenworld.com virginmedia.com ntlworld.com blueyonder.co.uk sky.com talktalk.net "
                    "tiscali.co.uk o2.co.uk plus.com"},
        {"america",
         "comcast.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com netzero.net "
         "optonline.net rogers.com shaw.ca sympatico.ca videotron.ca telus.net bell.net frontier.com "
         "windstream.net centurylink.net roadrunner.com rr.com"},
        {"australia",
         "bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au ozemail.com.au westnet.com.au "
         "xtra.co.nz dodo.com.au internode.on.net"},
        {"russia", "mail.ru yandex.ru yandex.com ya.ru rambler.ru bk.ru list.ru inbox.ru ukr.net i.ua meta.ua tut.by"},
        {"asia",
         "qq.com 163.com 126.com sina.com sohu.com foxmail.com yeah.net naver.com daum.net hanmail.net rediffmail.com "
         "docomo.ne.jp ezweb.ne.jp softbank.ne.jp"},
        {"poland-czechia",
         "wp.pl onet.pl o2.pl interia.pl op.pl poczta.fm seznam.cz centrum.cz email.cz volny.cz azet.sk"},
        {"brazil", "uol.com.br bol.com.br terra.com.br ig.com.br globo.com"},
        {"nordic", "online.no telia.com comhem.se tele2.se mail.dk tdcadsl.dk kolumbus.fi"},
        {"disposable", "mailinator.com yopmail.com guerrillamail.com trashmail.com 10minutemail.com tempmail.com "
                       "sharklasers.com jetable.org"},
        {"networks",
         "facebook.com linkedin.com twitter.com x.com instagram.com youtube.com tiktok.com pinterest.com xing.com "
         "viadeo.com wikipedia.org github.com github.io medium.com yelp.com tripadvisor.com bing.com goo.gl "
         "bit.ly linktr.ee"},
        {"site-builders",
         "wordpress.com blogspot.com wixsite.com wix.com weebly.com squarespace.com jimdo.com jimdofree.com "
         "sites.google.com over-blog.com tumblr.com webs.com business.site myshopify.com e-monsite.com "
         "pagesperso-orange.fr"},
        {NULL, NULL},
};

static const struct lexicon_row role_accounts[] = {
        {"info", "information infos kontakt contact contacts contacto contatto contato hello hallo bonjour hola"},
        {"sales",
         "vente ventes verkauf vertrieb ventas vendite commercial commerciale comercial orders order bestellung "
         "commande commandes pedidos quotes"},
        {"support",
         "help helpdesk service services kundenservice customerservice customercare care client clients sav hotline "
         "soporte assistenza feedback"},
        {"admin",
         "administrator administration webmaster hostmaster postmaster root abuse security noc it edv sysadmin"},
        {"office",
         "buero buro bureau secretariat sekretariat segreteria reception accueil empfang mail email post poste "
         "zentrale direction"},
        {"accounting",
         "accounts accountspayable ap ar billing invoice invoices facturation compta comptabilite "
         "buchhaltung rechnung rechnungen facturas administracion amministrazione finance payments invoicing"},
        {"hr", "jobs job career careers karriere rh recrutement recruitment personal bewerbung empleo hiring"},
        {"marketing", "press presse prensa media news newsletter pr communication events promo"},
        {"legal", "privacy datenschutz dpo gdpr rgpd compliance"},
        {"noreply",
         "no-reply donotreply do-not-reply ne-pas-repondre nepasrepondre mailer-daemon bounce notifications"},
        {"team",
         "group all staff everyone equipe enquiries enquiry inquiry inquiries general shop store boutique booking "
         "bookings reservations reservation achats purchasing einkauf compras procurement logistics"},
        {NULL, NULL},
};

static const struct lexicon_row fake_mails[] = {
        {"test", "tests testing test1 tester asdf qwerty qwertz azerty abc xyz foo bar dummy"},
        {"none", "noemail no-email nomail no-mail pasdemail pasemail keinemail keine sansmail sinemail null nil na n.a "
                 "nothing"},
        {"unknown",
         "inconnu unbekannt desconocido sconosciuto anonymous nobody noone someone example user x xx xxx xxxx aa aaa "
         "a fake spam"},
        {NULL, NULL},
};

static const struct lexicon_row fake_domains[] = {
        {"example.com", "example.org example.net example"},
        {"test.com", "test.fr test.de test.test test test.org test.net"},
        {"none.com",
         "none noemail.com nomail.com noemail nomail no.com nowhere.com invalid none.none na.na na.com null.com "
         "localhost unknown.com xxx.com xx.xx xxx.xx xxx.xxx a.com a.a aa.aa aaa.com abc.com asdf.com fake.com"},
        {NULL, NULL},
};

static const struct lexicon_row second_levels[] = {
        {"co", "com org net edu ac gov gob gouv gv ne or go asso mil nom ltd plc me sch nhs id web tm nic on police"},
        {NULL, NULL},
};

const struct lexicon_table email_tables[] = {
        {LEXICON_SHARED_DOMAIN, false, shared_domains}, {LEXICON_ROLE_ACCOUNT, true, role_accounts},
        {LEXICON_FAKE_MAIL, true, fake_mails},          {LEXICON_FAKE_DOMAIN, true, fake_domains},
        {LEXICON_SECOND_LEVEL, true, second_levels},    {LEXICON_END, false, NULL},
};

const char *const email_large_providers[] = {
        "gmail.com",   "googlemail.com", "hotmail.com",     "hotmail.fr",
        "hotmail.de",  "hotmail.it",     "hotmail.es",      "hotmail.co.uk",
        "outlook.com", "outlook.fr",     "outlook.de",      "yahoo.com",
        "yahoo.fr",    "yahoo.de",       "yahoo.it",        "yahoo.es",
        "yahoo.co.uk", "yahoo.com.br",   "icloud.com",      "protonmail.com",
        "wanadoo.fr",  "laposte.net",    "t-online.de",     "freenet.de",
        "comcast.net", "sbcglobal.net",  "btinternet.com",  "bellsouth.net",
        "verizon.net", "bigpond.com",    "optusnet.com.au", NULL,
};
