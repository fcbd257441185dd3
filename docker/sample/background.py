"""The ordinary customers around the stories: companies of eight countries and the people who work there.

The figures are those of an uncleaned base: of the ERP's active, invoiced accounts about 12 % turn out to be closed, 8 %
match nothing, 6 % are there twice.
"""
import unicodedata

from identifiers import siren, siret, vat_be, vat_de, vat_fr, vat_gb, vat_it

# Country: how it is written in Salesforce, cities with postal codes, streets, legal form, phone numbers (from ranges kept
# for fiction; none where there is no such range), the org that looks after it.
COUNTRIES = {
    "FR": ("France", [("Bordeaux", "33000"), ("Rennes", "35000"), ("Strasbourg", "67000"), ("Toulouse", "31000")],
           ["rue des Tilleuls", "avenue du Stade", "chemin des Vignes", "rue de l'Horloge"], "SAS",
           "+33 5 36 49 {:02} {:02}", "emea"),
    "DE": ("Germany", [("Hamburg", "20095"), ("Köln", "50667"), ("Leipzig", "04109"), ("Stuttgart", "70173")],
           ["Gartenstraße", "Mühlenweg", "Ahornallee", "Am Kirschberg"], "GmbH", "+49 40 66969 {1:03}", "emea"),
    "GB": ("United Kingdom", [("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("Norwich", "NR1 3JH")],
           ["Orchard Lane", "Mill Road", "Station Approach"], "Ltd", "+44 161 496 0{1:03}", "emea"),
    "BE": ("Belgium", [("Gent", "9000"), ("Namur", "5000")], ["Kerkstraat", "rue du Pont"], "SRL", None, "emea"),
    "IT": ("Italy", [("Bologna", "40121"), ("Torino", "10121")], ["via dei Mulini", "viale Aurora"], "Srl", None, "emea"),
    "ES": ("Spain", [("Valencia", "46001"), ("Zaragoza", "50001")], ["calle del Olmo", "avenida Norte"], "SL", None,
           "emea"),
    "SE": ("Sweden", [("Malmö", "211 20"), ("Uppsala", "753 10")], ["Björkgatan", "Ängsvägen"], "AB",
           "+46 31 390 06 {1:02}", "emea"),
    "US": ("USA", [("Portland", "97205"), ("Austin", "78701"), ("Columbus", "43215"), ("Denver", "80202")],
           ["Maple Avenue", "Harbor Street", "Sycamore Drive"], "Inc", "+1 503 555 01{1:02}", "us"),
}
COMPANIES = {
    "FR": ["Cèdre Bleu Conseil", "Verrerie d'Aubrac", "Laiterie Montclair", "Optique Valrose", "Menuiserie Cordier",
           "Fonderie Roussel", "Textile Garance", "Cave Saint-Aubin", "Hydro Garonne", "Mobilier Lescure"],
    "DE": ["Birkenfels Maschinenbau", "Nordlicht Optik", "Kranich Logistik", "Eichhorn Feinkost", "Tannhof Möbel",
           "Silberbach Druck", "Wieland Messtechnik", "Hagedorn Pumpen"],
    "GB": ["Ashdown Fabrics", "Kestrel Marine", "Pennine Tools", "Oakhurst Foods", "Tamar Bearings", "Larkfield Press"],
    "BE": ["Meuse Emballage", "Scheldt Cargo", "Brouwerij Zilverberg"],
    "IT": ["Ceramiche Bellavista", "Officine Moretta", "Tessuti Lanaro"],
    "ES": ["Aceites Sierralta", "Muebles Ondarra", "Talleres Ribera Alta"],
    "SE": ["Granskog Papper", "Sjöstrand Verktyg"],
    "US": ["Blue Heron Packaging", "Granite Falls Supply", "Redwood Dental Products", "Prairie Wind Controls",
           "Copper Canyon Foods", "Lakeshore Fasteners", "Summit Ridge Outfitters", "Old Mill Textiles"],
}
GIVEN = {
    "FR": ["Élodie", "Baptiste", "Manon", "Quentin", "Aurélie", "Maxime", "Inès", "Lucas", "Noémie", "Rémi"],
    "DE": ["Katrin", "Jürgen", "Heike", "Stefan", "Ulrike", "Matthias", "Birgit", "Dieter"],
    "GB": ["Fiona", "Graham", "Imogen", "Callum", "Harriet", "Nigel"],
    "BE": ["Lotte", "Wout", "Maëlle"], "IT": ["Chiara", "Lorenzo", "Giulia"], "ES": ["Lucía", "Álvaro", "Marta"],
    "SE": ["Åsa", "Björn"], "US": ["Megan", "Tyler", "Denise", "Carlos", "Brianna", "Wesley", "Joyce", "Derek"],
}
FAMILY = {
    "FR": ["Fournier", "Chevallier", "Guérin", "Barbier", "Lacombe", "Renaud", "Delmas", "Pichon", "Vasseur", "Tessier",
           "Maréchal"],
    "DE": ["Brandt", "Krüger", "Lindner", "Vogel", "Hoffmann", "Seidel", "Engel", "Böhm", "Ziegler"],
    "GB": ["Whitaker", "Pemberton", "Hargreaves", "Sinclair", "Radcliffe", "Thornton", "Bexley"],
    "BE": ["Peeters", "Lambrecht", "Claes", "Wauters"], "IT": ["Ferrari", "Galli", "Rinaldi", "Fontana"],
    "ES": ["Navarro", "Iglesias", "Cortés", "Vidal"], "SE": ["Lindqvist", "Åkesson", "Nyström"],
    "US": ["Hendricks", "Alvarez", "Kowalski", "Ramsey", "Whitfield", "Nguyen", "Pruitt", "Delgado", "Stokes"],
}
TITLES = ["Buyer", "Plant manager", "Accountant", "Head of sales", "Quality engineer", None]
WALK_IN = ["CLIENT COMPTOIR", "VENTES DIVERSES", "CLIENT WEB", "PARTICULIERS"]


def folded(text):
    """Without accents, as the ERP writes."""
    parts = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in parts if not unicodedata.combining(c))


class Chance:
    """The few draws that are needed, from random() alone, whose sequence Python keeps from version to version."""

    def __init__(self, generator):
        self.generator = generator

    def below(self, limit):
        return int(self.generator.random() * limit)

    def of(self, items):
        return items[self.below(len(items))]

    def happens(self, percent):
        return self.below(100) < percent


def add_background(sample, emea, us, erp, at, generator):
    chance = Chance(generator)
    serial = 0
    companies = []
    for country, names in COMPANIES.items():
        for name in names:
            serial += 1
            companies.append(add_company(sample, emea, us, erp, at, chance, country, name, serial))
    for i, name in enumerate(WALK_IN):
        erp.insert(at(1, f"07:{i:02}"), "customer", f"organization/walk-in-{i + 1}", snapshot=True, name1=name,
                   country="FR", siren="000000000" if i % 2 == 0 else None, status="A", revenue="310.00",
                   last_invoice_at="2024-12-30T00:00:00Z")
    people = add_people(sample, emea, us, erp, at, chance, companies)
    add_leads(sample, emea, us, at, chance)
    add_daily_changes(emea, us, erp, at, chance, companies, people)


def identifiers(country, serial):
    """Columns of the ERP for a company: what its country gives it."""
    if country == "FR":
        number = siren(16_800_000 + 137 * serial)
        return {"siren": number, "siret": siret(number, 1), "vat_no": vat_fr(number)}
    make = {"DE": vat_de, "GB": vat_gb, "BE": vat_be, "IT": vat_it}.get(country)
    base = {"DE": 98_100_000, "GB": 1_630_000, "BE": 9_910_000, "IT": 9_910_000}.get(country, 0)
    return {"vat_no": make(base + 137 * serial)} if make else {}


def add_company(sample, emea, us, erp, at, chance, country, name, serial):
    country_name, cities, streets, form, phones, home = COUNTRIES[country]
    city, zip_code = chance.of(cities)
    street = chance.of(streets)
    number = chance.below(90) + 2
    written = f"{street} {number}" if country in ("DE", "BE", "IT", "ES", "SE") else f"{number} {street}"
    phone = phones.format(serial, serial + 10) if phones else None
    domain = "".join(c for c in folded(name).lower() if c.isalnum()) + ".example"
    ids = identifiers(country, serial)
    cluster = "organization/" + domain.split(".", 1)[0]
    company = {"country": country, "country_name": country_name, "city": city, "zip": zip_code, "street": written,
               "phone": phone, "domain": domain, "accounts": {}, "customer": None, "cluster": cluster}

    row = {"name1": folded(name).upper(), "name2": form, "street": folded(written).upper(), "zip": zip_code,
           "city": folded(city).upper(), "country": country, "phone": phone, "status": "A",
           "revenue": f"{chance.below(90_000) + 800}.00",
           "last_invoice_at": f"2024-{chance.below(12) + 1:02}-{chance.below(28) + 1:02}T00:00:00Z", **ids}
    if serial % 12 != 0:
        company["customer"] = erp.insert(at(1, f"06:{15 + serial % 45:02}"), "customer", cluster, snapshot=True, **row)
    if serial % 14 == 5:  # entered twice
        again = {**row, "name1": folded(name).upper() + " " + form.upper(), "name2": None, "siret": None,
                 "siren": None, "phone": None, "revenue": "0.00"}
        erp.insert(at(14 + serial % 5, "08:15"), "customer", cluster, **again)

    orgs = [emea if home == "emea" else us]
    if serial % 6 == 1:
        orgs.append(us if home == "emea" else emea)
    for i, org in enumerate(orgs):
        account = {"Name": name if i else f"{name} {form}", "Website": f"https://www.{domain}", "Phone": phone,
                   "BillingStreet": written, "BillingCity": city, "BillingPostalCode": zip_code,
                   "BillingCountry": country_name}
        if org is emea and "siren" in ids:
            account["SIREN__c"] = ids["siren"]
        elif "vat_no" in ids:
            account["VAT_Number__c"] = ids["vat_no"]
        account = {field: value for field, value in account.items() if value is not None}
        time_ms = at(2 + serial % 9, f"{11 + i}:{serial % 60:02}")
        company["accounts"][org.source] = (org, org.create(time_ms, "Account", cluster, **account))
    return company


def add_people(sample, emea, us, erp, at, chance, companies):
    """One to three contacts a company; four in ten are invoice contacts of the ERP too, some are in both orgs."""
    people = []
    used = {}
    for index, company in enumerate(companies):
        country = company["country"]
        for nth in range(1 + index % 3):
            turn = used.get(country, 0)
            used[country] = turn + 1
            given = GIVEN[country][turn % len(GIVEN[country])]
            family = FAMILY[country][turn % len(FAMILY[country])]
            people.append(add_person(sample, emea, us, erp, at, chance, company, given, family, len(people)))
    return people


def add_person(sample, emea, us, erp, at, chance, company, given, family, index):
    local = folded(f"{given}.{family}").lower()
    cluster = "person/" + local.replace(".", "-")
    email = f"{local}@{company['domain']}"
    orgs = list(company["accounts"].values())
    person = {"records": []}
    for org, account in orgs if index % 4 == 0 else orgs[:1]:
        fields = {"FirstName": given, "LastName": family, "Email": email, "AccountId": account,
                  "Title": chance.of(TITLES), "Phone": company["phone"] if chance.happens(40) else None,
                  "HasOptedOutOfEmail": True if chance.happens(10) else None}
        if chance.happens(50):
            fields.update(MailingStreet=company["street"], MailingCity=company["city"],
                          MailingPostalCode=company["zip"], MailingCountry=company["country_name"])
        fields = {field: value for field, value in fields.items() if value is not None}
        time_ms = at(11 + index % 13, f"{8 + chance.below(9):02}:{chance.below(60):02}")
        person["records"].append((org, org.create(time_ms, "Contact", cluster, **fields)))
    if company["customer"] and index % 5 in (0, 2):
        erp.insert(at(1, f"07:{10 + index % 50:02}"), "invoice_contact", cluster, snapshot=True,
                   customer_no=company["customer"], first_name=folded(given), last_name=folded(family).upper(),
                   email=email.upper() if chance.happens(30) else email, phone=company["phone"],
                   street=folded(company["street"]).upper(), zip=company["zip"],
                   city=folded(company["city"]).upper(), country=company["country"])
    return person


def add_leads(sample, emea, us, at, chance):
    """Enquiries from fairs and forms. Nobody knows them yet."""
    names = [("Tamsin", "Oakley", "GB"), ("Yannick", "Roche", "FR"), ("Dorothea", "Falk", "DE"), ("Ramón", "Sáez", "ES"),
             ("Beatrice", "Colombo", "IT"), ("Shawn", "Tillman", "US"), ("Alicia", "Moreno", "US"),
             ("Gregory", "Haines", "US"), ("Solène", "Marchal", "FR"), ("Henrik", "Dahl", "SE"), ("Petra", "Kuhn", "DE"),
             ("Monica", "Estrada", "US")]
    for i, (given, family, country) in enumerate(names):
        org = us if country == "US" else emea
        org.create(at(13 + i, "16:30"), "Lead", f"person/{folded(given)}-{folded(family)}".lower(), FirstName=given,
                   LastName=family, Company=f"{family} & Co", Status="Open", Country=COUNTRIES[country][0],
                   Email=f"{folded(given)}.{folded(family)}@{folded(family)}.example".lower())


def add_daily_changes(emea, us, erp, at, chance, companies, people):
    """What a month brings: new titles, opt-outs, invoices, and every eighth customer closed."""
    invoiced = [company for company in companies if company["customer"]]
    for i, company in enumerate(invoiced):
        if i % 8 == 3:
            erp.update(at(25 + i % 7, "07:20"), "customer", company["customer"], status="X")
        elif i % 3 == 0:
            erp.update(at(26 + i % 9, "07:40"), "customer", company["customer"],
                       last_invoice_at=f"2025-01-{31 - i % 9:02}T00:00:00Z",
                       revenue=f"{chance.below(90_000) + 5_000}.00")
    for i, person in enumerate(people):
        org, record_id = person["records"][0]
        if i % 6 == 1:
            org.update(at(26 + i % 12, f"{9 + i % 8:02}:25"), "Contact", record_id, Title=chance.of(TITLES[:-1]))
        elif i % 17 == 3:
            org.update(at(28 + i % 10, f"{9 + i % 8:02}:50"), "Contact", record_id, HasOptedOutOfEmail=True)
