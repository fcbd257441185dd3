"""The systems of a world: what their records say, and the events by which they tell.

Each is a table of fields for people and one for companies. A system writes down what it hears in its own way: in capitals, with an
initial, with a typing error, without what nobody asked for.
"""
CONTACT = {"given": "FirstName", "family": "LastName", "email": "Email", "phone": "Phone", "job": "Title", "born": "Birthdate",
           "street": "MailingStreet", "code": "MailingPostalCode", "city": "MailingCity", "employer": "AccountId",
           "opt_out": "HasOptedOutOfEmail"}
ACCOUNT = {"name": "Name", "phone": "Phone", "siren": "SIREN__c", "vat": "VAT__c", "street": "BillingStreet", "code": "BillingPostalCode",
           "city": "BillingCity", "staff": "NumberOfEmployees"}
ERP_CONTACT = {"given": "first_name", "family": "last_name", "email": "email", "phone": "phone", "job": "position", "born": "born",
               "street": "street", "code": "zip", "city": "city", "employer": "customer_no", "opt_out": "no_mail"}
ERP_CUSTOMER = {"name": "name1", "phone": "phone", "siren": "siren", "vat": "vat_no", "street": "street", "code": "zip", "city": "city",
                "staff": "staff"}
REGISTER = {"name": "denomination", "siren": "siren", "street": "street", "code": "zip", "city": "city", "staff": "staff", "status": "status"}
FIELDS = {("sfdc-emea", "Contact"): CONTACT, ("sfdc-us", "Contact"): CONTACT, ("erp", "contact"): ERP_CONTACT,
          ("sfdc-emea", "Account"): ACCOUNT, ("sfdc-us", "Account"): ACCOUNT, ("erp", "customer"): ERP_CUSTOMER,
          ("register", "company"): REGISTER}
TARGETS = ["erp", "sfdc-emea", "sfdc-us"]
PERSON_TABLE = {"sfdc-emea": "Contact", "sfdc-us": "Contact", "erp": "contact"}
COMPANY_TABLE = {"sfdc-emea": "Account", "sfdc-us": "Account", "erp": "customer"}
PREFIX = {"Contact": "003", "Account": "001"}
KEY_FIELD = {"contact": "no", "customer": "no", "company": "siren"}


def is_person(key):
    return key[1] in ("Contact", "contact")


class Keys:
    """A set whose members can be drawn by a die in constant time, in an order that the history alone decides."""

    def __init__(self):
        self.items, self.place = [], {}

    def add(self, item):
        if item not in self.place:
            self.place[item] = len(self.items)
            self.items.append(item)

    def remove(self, item):
        hole, last = self.place.pop(item), self.items.pop()
        if last != item:
            self.items[hole], self.place[last] = last, hole

    def __len__(self):
        return len(self.items)


def slip(dice, text):
    """Two neighbouring letters change places."""
    at = dice.randrange(1, len(text) - 1) if len(text) > 4 else 0
    return text[:at] + text[at + 1] + text[at] + text[at + 2:] if at else text


def write_person(dice, person, fields):
    """A person as a colleague types them in."""
    says = {name: person.get(name) for name in fields}
    if dice.random() < 0.25:
        says["email"] = person["private"]
    for name, missing in (("email", 0.1), ("phone", 0.35), ("job", 0.4), ("born", 0.6), ("street", 0.35)):
        if dice.random() < missing:
            says[name] = None
    if says["street"] is None:
        says["code"] = says["city"] = None
    if dice.random() < 0.25:
        says["family"] = says["family"].upper()
    if dice.random() < 0.03:
        says["given"] = says["given"][0] + "."
    elif dice.random() < 0.03:
        says["given"] = slip(dice, says["given"])
    if dice.random() < 0.03:
        says["family"] = slip(dice, says["family"])
    says["opt_out"] = False
    return {fields[name]: value for name, value in says.items()}


def write_company(dice, company, fields):
    """A company as a salesperson types it in; some get past a mandatory SIREN with zeros."""
    says = {name: company.get(name) for name in fields}
    if dice.random() < 0.6:
        says["name"] += " " + company["form"]
    for name, missing in (("siren", 0.35), ("vat", 0.5), ("phone", 0.3), ("street", 0.2)):
        if dice.random() < missing:
            says[name] = None
    if dice.random() < 0.03:
        says["siren"] = "000000000"
    if says["street"] is None:
        says["code"] = says["city"] = None
    says["staff"] = None
    return {fields[name]: value for name, value in says.items()}


def register_row(company):
    return {"siren": company["siren"], "denomination": f"{company['name']} {company['form']}", "street": company["street"],
            "zip": company["code"], "city": company["city"], "staff": company["staff"],
            "status": "active" if company["open"] else "closed"}


def salesforce(key, kind, record, changed, number, now):
    source, table, identifier = key
    header = {"entityName": table, "recordIds": [identifier], "changeType": kind, "changeOrigin": "", "transactionKey": f"t-{number}",
              "sequenceNumber": 1, "commitTimestamp": now, "commitNumber": 1000 + number, "commitUser": "005000000000001AAA",
              "changedFields": sorted(changed) if kind == "UPDATE" else []}
    names = () if kind in ("DELETE", "GAP_UPDATE") else changed if kind == "UPDATE" else record
    return {"source": source, "topic": f"{source}.{table}", "key": identifier, "timestamp_ms": now,
            "value": {"schema": "s", "payload": {"ChangeEventHeader": header, **{name: record[name] for name in names}}}}


def debezium(key, kind, record, _changed, number, now):
    source, table, identifier = key
    op = {"CREATE": "c", "UNDELETE": "c", "UPDATE": "u", "DELETE": "d"}[kind]
    return {"source": source, "topic": f"{source}.public.{table}", "key": {"no": identifier}, "timestamp_ms": now,
            "value": {"before": {"no": identifier} if op == "d" else None, "after": None if op == "d" else {"no": identifier, **record},
                      "op": op, "ts_ms": now,
                      "source": {"connector": "postgresql", "name": "erp", "ts_ms": now, "db": "erp", "schema": "public", "table": table,
                                 "lsn": number * 8}}}


def row(key, _kind, record, _changed, _number, now):
    return {"source": key[0], "topic": "register.company", "key": {"siren": key[2]}, "timestamp_ms": now, "value": {**record, "at": now}}


DIALECT = {"sfdc-emea": salesforce, "sfdc-us": salesforce, "erp": debezium, "register": row}


class Delivered:
    """What the program has been told of each record's opt-out, in whatever order: the newest word holds."""

    def __init__(self):
        self.alive, self.opt_out = {}, {}

    def take(self, key, number, alive, opt_out):
        """@opt_out is None where the event does not speak of it."""
        if alive is not None and self.alive.get(key, (0, False))[0] < number:
            self.alive[key] = (number, alive)
        if opt_out is not None and self.opt_out.get(key, (0, False))[0] < number:
            self.opt_out[key] = (number, opt_out)

    def denies(self, key):
        return self.alive.get(key, (0, False))[1] and self.opt_out.get(key, (0, False))[1]
