#!/usr/bin/env python3
"""Writes the sample of the demo: events.ndjson (change events of two Salesforce orgs and an ERP, in replay's envelope
form) and truth.csv (which records are the same person or company once everything has been read).

The stories are written by hand (README.md tells them); around them stands a background of ordinary customers made from
short lists. Same output on every machine: random.Random(seed).random() is the only source of chance.

Nobody and nothing in here is real: mail domains end in .example, phone numbers come from the ranges that regulators
keep for fiction, company identifiers are made up and only have correct check digits.

    python3 generate.py [DIRECTORY]
"""
import base64
import csv
import json
import os
import random
import sys
import uuid
from datetime import datetime, timedelta, timezone

from background import add_background
from identifiers import salesforce_id, siren, siret, vat_fr, vat_gb

START = datetime(2025, 1, 6, 6, 0, tzinfo=timezone.utc)

# A Connect struct holds every field of the object; what an event does not say is null.
PADDED = {
    "Contact": ["Salutation", "FirstName", "LastName", "Name", "Email", "Phone", "MobilePhone", "Title", "AccountId",
                "MailingAddress", "MailingStreet", "MailingCity", "MailingState", "MailingPostalCode",
                "MailingCountry", "HasOptedOutOfEmail", "OwnerId", "CreatedDate", "LastModifiedDate"],
    "Account": ["Name", "Phone", "Website", "BillingAddress", "BillingStreet", "BillingCity", "BillingState",
                "BillingPostalCode", "BillingCountry", "VAT_Number__c", "OwnerId", "CreatedDate", "LastModifiedDate"],
    "Lead": ["Salutation", "FirstName", "LastName", "Name", "Company", "Email", "Phone", "Title", "Status",
             "IsConverted", "ConvertedContactId", "ConvertedAccountId", "Address", "Street", "City", "State",
             "PostalCode", "Country", "HasOptedOutOfEmail", "OwnerId", "CreatedDate", "LastModifiedDate"],
}
ADDRESS_PARTS = ("Street", "City", "State", "PostalCode", "Country")
NAME_PARTS = ("Salutation", "FirstName", "LastName")
TOAST = "__debezium_unavailable_value"


def at(day, clock="09:00"):
    """Milliseconds of a time on the sample's n-th day."""
    hour, minute = clock.split(":")
    moment = START.replace(hour=int(hour), minute=int(minute)) + timedelta(days=day - 1)
    return int(moment.timestamp() * 1000)


def iso(time_ms):
    return datetime.fromtimestamp(time_ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def dotted(entity, field):
    """The name that changedFields gives a part of a compound field: Name.LastName, MailingAddress.City."""
    if field in NAME_PARTS and entity != "Account":
        return "Name." + field
    for prefix in ("Mailing", "Billing", ""):
        part = field[len(prefix):]
        if field.startswith(prefix) and part in ADDRESS_PARTS and (prefix or entity == "Lead"):
            return prefix + "Address." + part
    return field


class Sample:
    """All events with their times, and what each record turns out to be."""

    def __init__(self):
        self.events = []
        self.truth = {}
        self.serial = 0

    def add(self, time_ms, source, topic, key, make):
        """make(position) gives the value once the order of all events is known."""
        self.events.append((time_ms, len(self.events), source, topic, key, make))

    def same(self, source, record_id, cluster):
        self.truth[(source, str(record_id))] = cluster

    def gone(self, source, record_id):
        self.truth.pop((source, str(record_id)), None)

    def number(self):
        self.serial += 1
        return self.serial


class Salesforce:
    """One org. `style` is how its events reach Kafka: "cometd" (compound fields, absent means unchanged) or "connect"
    (Confluent's connector: flat names, padded with nulls)."""

    def __init__(self, sample, source, topic, pod, style):
        self.sample = sample
        self.source = source
        self.topic = topic
        self.pod = pod
        self.style = style

    def id(self, entity):
        prefix = {"Account": "001", "Contact": "003", "Lead": "00Q"}[entity]
        return salesforce_id(prefix, self.pod, self.sample.number())

    def create(self, time_ms, entity, cluster, transaction=None, **fields):
        record_id = self.id(entity)
        fields = {**fields, "CreatedDate": iso(time_ms), "LastModifiedDate": iso(time_ms)}
        self.event(time_ms, entity, [record_id], "CREATE", fields, [], transaction)
        self.sample.same(self.source, record_id, cluster)
        return record_id

    def update(self, time_ms, entity, record_ids, transaction=None, **fields):
        if isinstance(record_ids, str):
            record_ids = [record_ids]
        fields = {**fields, "LastModifiedDate": iso(time_ms)}
        self.event(time_ms, entity, record_ids, "UPDATE", fields, sorted(fields), transaction)

    def delete(self, time_ms, entity, record_id, transaction=None):
        self.event(time_ms, entity, [record_id], "DELETE", {}, [], transaction)
        self.sample.gone(self.source, record_id)

    def undelete(self, time_ms, entity, record_id, cluster, **fields):
        self.event(time_ms, entity, [record_id], "UNDELETE", {**fields, "LastModifiedDate": iso(time_ms)}, [], None)
        self.sample.same(self.source, record_id, cluster)

    def gap(self, time_ms, entity, record_id, kind):
        self.event(time_ms, entity, [record_id], kind, {}, [], None)

    def event(self, time_ms, entity, record_ids, change_type, fields, changed, transaction):
        step, name = (1, None) if transaction is None else transaction
        changed = [dotted(entity, field) for field in changed]

        def make(position):
            header = {
                "entityName": entity, "recordIds": record_ids, "changeType": change_type,
                "changeOrigin": "com/salesforce/api/soap/60.0;client=SfdcInternalAPI/" if step == 1 else "",
                "transactionKey": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.source}/{name or position}")),
                "sequenceNumber": step, "commitTimestamp": time_ms,
                "commitUser": salesforce_id("005", self.pod, 7),
                "commitNumber": 11_000_000_000_000 + time_ms - at(1, "00:00"), "changedFields": changed,
            }
            return self.cometd(header, entity, fields, position) if self.style == "cometd" else \
                self.connect(header, entity, fields, position)

        self.sample.add(time_ms, self.source, f"{self.topic}.{entity}", record_ids[0], make)

    def cometd(self, header, entity, fields, position):
        payload = {"ChangeEventHeader": header}
        for field, value in fields.items():
            outer, _, inner = dotted(entity, field).partition(".")
            if inner:
                payload.setdefault(outer, {})[inner] = value
            else:
                payload[field] = value
        schema = base64.urlsafe_b64encode(entity.encode().ljust(16, b"-")).decode().rstrip("=")
        return {"schema": schema, "payload": payload, "event": {"replayId": 1000 + position}}

    def connect(self, header, entity, fields, position):
        value = {"ReplayId": str(70_000 + position), "ChangeEventHeader": header}
        value.update({field: None for field in PADDED[entity]})
        value.update(fields)
        value["_ObjectType"] = entity + "ChangeEvent"
        value["_EventType"] = salesforce_id("0Ya", self.pod, 3)[:15]
        return value


class Erp:
    """Two tables of a PostgreSQL database as Debezium's connector publishes them."""

    COLUMNS = {
        "customer": ["customer_no", "name1", "name2", "street", "zip", "city", "country", "siren", "siret", "vat_no",
                     "phone", "email", "website", "status", "revenue", "last_invoice_at", "notes"],
        "invoice_contact": ["contact_no", "customer_no", "first_name", "last_name", "email", "phone", "street", "zip",
                            "city", "country", "sf_contact_id", "notes"],
    }
    KEY = {"customer": "customer_no", "invoice_contact": "contact_no"}

    def __init__(self, sample):
        self.sample = sample
        self.rows = {}
        self.last = {"customer": 10_000, "invoice_contact": 50_000}

    def insert(self, time_ms, table, cluster, snapshot=False, **columns):
        self.last[table] += 1
        key = self.last[table]
        row = {column: columns.get(column) for column in self.COLUMNS[table]}
        row[self.KEY[table]] = key
        self.rows[key] = row
        self.sample.same("erp", key, cluster)
        self.event(time_ms, table, key, "r" if snapshot else "c", None, dict(row))
        return key

    def update(self, time_ms, table, key, **columns):
        self.rows[key].update(columns)
        after = dict(self.rows[key])
        if after["notes"]:
            after["notes"] = TOAST  # a large column that did not change is not in the log
        self.event(time_ms, table, key, "u", None, after)

    def delete(self, time_ms, table, key):
        before = {column: None for column in self.COLUMNS[table]}  # REPLICA IDENTITY DEFAULT: the key is all there is
        before[self.KEY[table]] = key
        self.event(time_ms, table, key, "d", before, None)
        self.sample.add(time_ms, "erp", f"erp.public.{table}", {self.KEY[table]: key}, lambda position: None)
        self.sample.gone("erp", key)

    def event(self, time_ms, table, key, op, before, after):
        def make(position):
            source = {"version": "2.7.0.Final", "connector": "postgresql", "name": "erp", "ts_ms": time_ms,
                      "snapshot": "true" if op == "r" else "false", "db": "erp", "schema": "public", "table": table,
                      "txId": 5000 + position, "lsn": 33_000_000 + 56 * position, "xmin": None}
            return {"before": before, "after": after, "source": source, "op": op, "ts_ms": time_ms + 120,
                    "transaction": None}

        self.sample.add(time_ms, "erp", f"erp.public.{table}", {self.KEY[table]: key}, make)


def mailing(street, city, postal_code, country):
    return {"MailingStreet": street, "MailingCity": city, "MailingPostalCode": postal_code,
            "MailingCountry": country}


def billing(street, city, postal_code, country):
    return {"BillingStreet": street, "BillingCity": city, "BillingPostalCode": postal_code,
            "BillingCountry": country}


# --- the stories, in the order of README.md


def marc_durand(sample, emea, us, erp):
    """One man in three systems. He unsubscribes in one of them. His employer is known by three identifiers."""
    number = siren(16_204_117)
    street, city, zip_code = "12 rue des Imprimeurs", "Lyon", "69002"
    company = "organization/imprimerie-lumiere"
    account = emea.create(at(2, "08:10"), "Account", company, Name="Imprimerie Lumière", SIREN__c=number,
                          Phone="+33 4 65 71 20 00", Website="https://lumiere.example",
                          **billing(street, city, zip_code, "France"))
    us_account = us.create(at(3, "15:00"), "Account", company, Name="Imprimerie Lumiere SAS",
                           VAT_Number__c=vat_fr(number), Website="www.lumiere.example",
                           **billing(street, city, zip_code, "France"))
    customer = erp.insert(at(1, "06:01"), "customer", company, snapshot=True, name1="IMPRIMERIE LUMIERE", name2="SAS",
                          siret=siret(number, 1), street="12, R. DES IMPRIMEURS", zip=zip_code, city="LYON",
                          country="FR", status="A", revenue="184200.00", last_invoice_at="2024-12-19T00:00:00Z",
                          notes="Papier 90 g, livraison le mardi")
    person = "person/marc-durand"
    marc = emea.create(at(2, "08:20"), "Contact", person, Salutation="M.", FirstName="Marc", LastName="Durand",
                       Email="marc.durand@lumiere.example", Phone="+33 4 65 71 20 14", Title="Directeur des achats",
                       AccountId=account, HasOptedOutOfEmail=False, **mailing(street, city, zip_code, "France"))
    us.create(at(3, "15:05"), "Contact", person, FirstName="M.", LastName="Durand", Email="Marc.Durand@lumiere.example",
              Title="Purchasing", AccountId=us_account, HasOptedOutOfEmail=False)
    erp.insert(at(1, "06:02"), "invoice_contact", person, snapshot=True, customer_no=customer, first_name="Marc",
               last_name="DURAND", email="marc.durand@lumiere.example", phone="04 65 71 20 14",
               street="12, R. DES IMPRIMEURS", zip=zip_code, city="LYON", country="FR")
    emea.update(at(40, "10:12"), "Contact", marc, HasOptedOutOfEmail=True)
    return account


def mark_smith(sample, emea, us, erp):
    """The same name in two scripts, and one telephone."""
    company = "organization/northbridge-instruments"
    place = ("4 Marlow Wharf", "London", "SE1 9ZX")
    account = emea.create(at(2, "08:40"), "Account", company, Name="Northbridge Instruments Ltd",
                          VAT_Number__c=vat_gb(1_620_455), Phone="+44 20 7946 0900",
                          Website="https://northbridge.example", **billing(*place, "United Kingdom"))
    us_account = us.create(at(3, "15:20"), "Account", company, Name="Northbridge Instruments",
                           Phone="+44 20 7946 0900", Website="northbridge.example", **billing(*place, "UK"))
    customer = erp.insert(at(1, "06:03"), "customer", company, snapshot=True, name1="NORTHBRIDGE INSTRUMENTS LTD",
                          vat_no=vat_gb(1_620_455), street="4 MARLOW WHARF", zip="SE1 9ZX", city="LONDON",
                          country="GB", status="A", revenue="67010.50", last_invoice_at="2024-11-28T00:00:00Z")
    person = "person/mark-smith"
    emea.create(at(2, "08:45"), "Contact", person, FirstName="Марк", LastName="Смит", Phone="+44 20 7946 0958",
                Email="mark.smith@northbridge.example", Title="Metrology engineer", AccountId=account)
    us.create(at(3, "15:25"), "Contact", person, FirstName="Mark", LastName="Smith", Phone="+44 (0)20 7946 0958",
              Email="mark.smith@northbridge.example", AccountId=us_account, **mailing(*place, "UK"))
    erp.insert(at(1, "06:04"), "invoice_contact", person, snapshot=True, customer_no=customer, first_name="М.",
               last_name="Смит", phone="020 7946 0958", country="GB", email="mark.smith@northbridge.example")


def spouses(sample, emea, us, erp):
    """One street, one telephone, one mailbox, one family name: two people."""
    home = ("14 rue des Glycines", "Grenoble", "38000", "France")
    shared = {"Phone": "+33 4 65 71 33 08", "Email": "famille.lefevre@lesglycines.example", "LastName": "Lefèvre"}
    emea.create(at(4, "09:00"), "Contact", "person/anne-lefevre", FirstName="Anne", **shared, **mailing(*home))
    emea.create(at(4, "09:02"), "Contact", "person/paul-lefevre", FirstName="Paul", **shared, **mailing(*home))
    erp.insert(at(1, "06:05"), "invoice_contact", "person/paul-lefevre", snapshot=True, first_name="Paul",
               last_name="LEFEVRE", phone="0465713308", email="famille.lefevre@lesglycines.example",
               street="14 RUE DES GLYCINES", zip="38000", city="GRENOBLE", country="FR")


def colleagues(sample, emea, us, erp):
    """Five people behind one switchboard, two of them with nearly one name. The office moves: one event, five records."""
    number = siren(16_318_220)
    old = ("3 place du Moulin", "Dijon", "21000", "France")
    account = emea.create(at(4, "10:00"), "Account", "organization/atelier-mercier", Name="Atelier Mercier",
                          SIREN__c=number, Phone="+33 3 53 01 12 00", Website="https://mercier.example",
                          **billing(*old))
    staff = [("Julie", "Martin", "julie.martin@mercier.example"), ("Julien", "Martin", "julien.martin@mercier.example"),
             ("Odile", "Perrin", "accueil@mercier.example"), ("Hugo", "Blanchard", "accueil@mercier.example"),
             ("Samira", "Benali", "samira.benali@mercier.example")]
    ids = [emea.create(at(4, f"10:{5 + i:02}"), "Contact", f"person/{first}-{last}".lower(), FirstName=first,
                       LastName=last, Email=email, Phone="+33 3 53 01 12 00", AccountId=account, **mailing(*old))
           for i, (first, last, email) in enumerate(staff)]
    emea.update(at(33, "09:30"), "Contact", ids,
                **mailing("27 boulevard de la Tannerie", "Dijon", "21000", "France"))


def nine_zeros(sample, emea, us, erp):
    """Three salespeople got past a mandatory field with 000 000 000. Their accounts have nothing in common."""
    for i, (name, typed, city, zip_code) in enumerate([
            ("Boulangerie Petit", "000000000", "Tours", "37000"),
            ("Garage Moreau", "000 000 000", "Le Mans", "72000"),
            ("Pharmacie du Port", "000.000.000", "La Rochelle", "17000")]):
        emea.create(at(5, f"11:{i:02}"), "Account", f"organization/{name.lower().replace(' ', '-')}", Name=name,
                    SIREN__c=typed, **billing(f"{i + 2} rue du Marché", city, zip_code, "France"))


def establishments(sample, emea, us, erp):
    """One company, two establishments: one SIREN, two SIRETs. Linked, and never duplicates."""
    number = siren(16_077_903)
    emea.create(at(5, "14:00"), "Account", "organization/maison-valmont-lyon", Name="Maison Valmont Lyon",
                SIRET__c=siret(number, 1), Phone="+33 4 65 71 40 10",
                **billing("8 quai des Étoffes", "Lyon", "69001", "France"))
    emea.create(at(5, "14:05"), "Account", "organization/maison-valmont-nantes", Name="Maison Valmont Nantes",
                SIRET__c=siret(number, 2), Phone="+33 2 61 91 40 10",
                **billing("31 allée des Tisserands", "Nantes", "44000", "France"))
    erp.insert(at(1, "06:06"), "customer", "organization/maison-valmont-lyon", snapshot=True,
               name1="MAISON VALMONT", siret=siret(number, 1), street="8 QUAI DES ETOFFES", zip="69001", city="LYON",
               country="FR", status="A", revenue="22950.00", last_invoice_at="2024-10-02T00:00:00Z")


def contradiction(sample, emea, us, erp):
    """Near names in one street, valid SIRENs that differ: two companies, and somebody should look."""
    place = ("40 route de l'Écluse", "Lille", "59000", "France")
    emea.create(at(6, "09:00"), "Account", "organization/transports-girard", Name="Transports Girard",
                SIREN__c=siren(16_511_338), Phone="+33 3 53 01 55 10", Website="https://girard.example",
                **billing(*place))
    erp.insert(at(1, "06:07"), "customer", "organization/transport-girard-sarl", snapshot=True,
               name1="TRANSPORT GIRARD", name2="SARL", siren=siren(16_940_072), phone="03 53 01 55 10",
               street="40 RTE DE L ECLUSE", zip="59000", city="LILLE", country="FR", status="A",
               website="girard.example", revenue="9120.00", last_invoice_at="2024-09-13T00:00:00Z")


def closed_company(sample, emea, us, erp):
    """The ERP learns that a customer has closed. Sales still works on the account."""
    number = siren(16_733_459)
    company = "organization/scierie-beaumont"
    emea.create(at(6, "10:00"), "Account", company, Name="Scierie Beaumont", SIREN__c=number,
                **billing("Lieu-dit la Haute Futaie", "Épinal", "88000", "France"))
    customer = erp.insert(at(1, "06:08"), "customer", company, snapshot=True, name1="SCIERIE BEAUMONT SARL",
                          siren=number, street="LA HAUTE FUTAIE", zip="88000", city="EPINAL", country="FR",
                          status="A", revenue="51000.00", last_invoice_at="2024-06-27T00:00:00Z",
                          notes="Paiement à 60 jours")
    erp.update(at(36, "07:00"), "customer", customer, status="X")


def merge_by_correction(sample, emea, us, erp):
    """Two contacts become one person when a mistyped address is corrected."""
    contact = emea.create(at(7, "09:15"), "Contact", "person/sophie-bernard", FirstName="Sophie", LastName="Bernard",
                          Email="accueil.compta@cabinet-morel.example", Title="Comptable")
    us.create(at(7, "16:00"), "Contact", "person/sophie-bernard", FirstName="Sophie", LastName="Bernard",
              Email="sophie.bernard@juniperbooks.example", Phone="+1 212 555 0142",
              MailingStreet="190 Juniper Street", MailingCity="New York", MailingState="NY",
              MailingPostalCode="10002", MailingCountry="USA")
    emea.update(at(37, "11:40"), "Contact", contact, Email="sophie.bernard@juniperbooks.example")


def deletion(sample, emea, us, erp):
    """A colleague merges two contacts in Salesforce. The older one is deleted; the entity keeps its id."""
    person = "person/thomas-keller"
    common = {"LastName": "Keller", "Email": "thomas.keller@kellerholz.example", "Phone": "+49 30 23125 417"}
    older = emea.create(at(7, "10:00"), "Contact", person, FirstName="Thomas", **common,
                        **mailing("Lindenstraße 9", "Berlin", "10969", "Germany"))
    younger = emea.create(at(20, "10:00"), "Contact", person, FirstName="Thomas", Title="Einkaufsleiter", **common)
    emea.update(at(38, "13:20"), "Contact", younger, transaction=(1, "keller"),
                **mailing("Lindenstraße 9", "Berlin", "10969", "Germany"))
    emea.delete(at(38, "13:20"), "Contact", older, transaction=(2, "keller"))


def split_by_correction(sample, emea, us, erp, account):
    """"C. Dubois" had Claire's address by mistake. With her own she is Camille, and the two part."""
    emea.create(at(8, "09:00"), "Contact", "person/claire-dubois", FirstName="Claire", LastName="Dubois",
                Email="claire.dubois@lumiere.example", Phone="+33 4 65 71 20 31", AccountId=account)
    camille = us.create(at(8, "15:00"), "Contact", "person/camille-dubois", FirstName="C.", LastName="Dubois",
                        Email="claire.dubois@lumiere.example")
    us.update(at(39, "17:45"), "Contact", camille, FirstName="Camille", Email="camille.dubois@dubois-interiors.example",
              Phone="+1 646 555 0177")


def gaps_and_undelete(sample, emea, us, erp):
    """What Salesforce says when it cannot say what changed, and a record that comes back from the bin."""
    nadia = emea.create(at(9, "09:00"), "Contact", "person/nadia-haddad", FirstName="Nadia", LastName="Haddad",
                        Email="nadia.haddad@haddad-conseil.example", Phone="+33 2 61 91 77 02")
    emea.gap(at(34, "03:00"), "Contact", nadia, "GAP_UPDATE")
    us.gap(at(34, "03:05"), "Lead", "000000000000000AAA", "GAP_OVERFLOW")
    fields = {"FirstName": "Ingrid", "LastName": "Solberg", "Email": "ingrid@solberg-design.example",
              "Phone": "+46 8 465 004 33"}
    ingrid = emea.create(at(9, "10:00"), "Contact", "person/ingrid-solberg", **fields)
    emea.delete(at(30, "16:30"), "Contact", ingrid)
    emea.undelete(at(31, "08:05"), "Contact", ingrid, "person/ingrid-solberg", **fields)


def lead_conversion(sample, emea, us, erp):
    """A lead becomes a contact and an account in one transaction; the lead says which."""
    person = "person/priya-raman"
    common = {"FirstName": "Priya", "LastName": "Raman", "Email": "priya.raman@cedarpeak.example"}
    lead = us.create(at(10, "15:00"), "Lead", person, Company="Cedar Peak Analytics", Status="Open",
                     Phone="+1 415 555 0168", **common)
    when = at(32, "18:00")
    account = us.create(when, "Account", "organization/cedar-peak-analytics", transaction=(1, "raman"),
                        Name="Cedar Peak Analytics", Phone="+1 415 555 0168")
    contact = us.create(when, "Contact", person, transaction=(2, "raman"), AccountId=account,
                        Phone="+1 415 555 0168", **common)
    us.update(when, "Lead", lead, transaction=(3, "raman"), Status="Closed - Converted", IsConverted=True,
              ConvertedContactId=contact, ConvertedAccountId=account)


def erp_knows_the_contact(sample, emea, us, erp):
    """The ERP row carries the Salesforce id of its contact: an assertion, whatever became of his name."""
    person = "person/tomasz-zielinski"
    contact = emea.create(at(1, "09:30"), "Contact", person, FirstName="Tomasz", LastName="Zieliński",
                          Email="tomasz.zielinski@brzozowa.example")
    erp.insert(at(11, "07:30"), "invoice_contact", person, first_name="Tomasz", last_name="ZIELINSKY",
               sf_contact_id=contact, country="PL", city="KRAKOW", zip="30-002", street="UL. BRZOZOWA 5")
    former = erp.insert(at(1, "06:09"), "invoice_contact", "person/olga-winter", snapshot=True, first_name="Olga",
                        last_name="WINTER", email="olga.winter@wintergarten.example", country="DE")
    erp.delete(at(35, "07:45"), "invoice_contact", former)


def broken_events(sample, emea, us, erp):
    """A connector was stopped in the middle of a message, and somebody tested in production: two dead letters."""
    sample.add(at(12, "12:00"), "sfdc-emea", "sfdc.emea.Contact", None,
               lambda position: b'{"schema":"Q29udGFjdC0tLS0tLS0tLQ","payload":{"ChangeEventHeader":{"entityName":"Con')
    sample.add(at(12, "12:05"), "erp", "erp.public.customer", {"customer_no": 1},
               lambda position: {"before": None, "after": {"customer_no": 1, "name1": "TEST PLEASE IGNORE"},
                                 "source": {"name": "erp", "table": "customer", "ts_ms": at(12, "12:05")}, "op": "x"})


def write_events(sample, path):
    with open(path, "w", encoding="utf-8") as out:
        for position, (time_ms, _, source, topic, key, make) in enumerate(sorted(sample.events, key=lambda e: e[:2])):
            value = make(position)
            event = {"source": source, "topic": topic, "key": key, "timestamp_ms": time_ms + 350}
            if isinstance(value, bytes):
                event["value_base64"] = base64.b64encode(value).decode()
            else:
                event["value"] = value
            out.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_truth(sample, path):
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["source", "record_id", "cluster"])
        for (source, record_id), cluster in sorted(sample.truth.items()):
            writer.writerow([source, record_id, cluster])


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    sample = Sample()
    systems = (Salesforce(sample, "sfdc-emea", "sfdc.emea", "AZ0", "cometd"),
               Salesforce(sample, "sfdc-us", "sfdc.us", "5f0", "connect"), Erp(sample))
    account = marc_durand(sample, *systems)
    for story in (mark_smith, spouses, colleagues, nine_zeros, establishments, contradiction, closed_company,
                  merge_by_correction, deletion, gaps_and_undelete, lead_conversion, erp_knows_the_contact,
                  broken_events):
        story(sample, *systems)
    split_by_correction(sample, *systems, account)
    add_background(sample, *systems, at, random.Random(20250106))
    write_events(sample, os.path.join(directory, "events.ndjson"))
    write_truth(sample, os.path.join(directory, "truth.csv"))


if __name__ == "__main__":
    main()
