#!/usr/bin/env python3
"""companies.py: names of companies and institutions that are made up, as several lists would write them.

    companies.py SEED ENTITIES FOLDER      writes FOLDER/rows.ndjson and FOLDER/truth.csv, for tests/bench/quality

Nothing but names: the hardest case of matching. Each entity is written one to four times, by other people: with
another legal form or none, abbreviated, reordered, with a city, a country or a department beside it, a former name,
as an acronym, with typing errors, and institutions in another language. Entities are made from one pool of words, so
that many share a family name, a trade or a place and are not the same. The same seed gives the same files.
"""
import csv
import json
import pathlib
import random
import sys

FAMILIES = """Martin Bernard Petit Durand Leroy Moreau Fournier Girard Lambert Rousseau Keller Wagner Becker Schulz Hoffmann
Krüger Lehmann Böhm Schäfer Zimmermann Rossi Bianchi Ferrari Romano Colombo Ricci García López Martínez Sánchez Navarro Ortega
Jansen Visser Bakker Mulder Andersen Nilsson Lindqvist Virtanen Kowalski Nowak Horváth Novák Popescu Smith Taylor Harrison
Whitfield Pemberton Callahan Donovan Hutchinson Mackenzie Okafor Banerjee Nakamura Silva Pereira""".split()
BRANDS_A = """Ver Nor Alti Cal Zen Hel Pro Lum Quan Tri Ast Bio Cor Del Elex Fin Gra Hyd Inno Kor Lex Mav Neo Omni Pax Qui Rad Sol
Tera Uni Val Wex Xan Yar Zyn""".split()
BRANDS_B = """tron dex lia vance mont ventis phera nova rix tec dyne gen lytics via mark stone plex dora sys quest cello thos
ridge wave port""".split()
PLACES = """Lyon Nantes Grenoble Lille Rennes Bordeaux Bremen Leipzig Dresden Kassel Ulm Rostock Torino Parma Bergamo Verona
Sevilla Bilbao Murcia Vigo Utrecht Leiden Aarhus Uppsala Tampere Gdansk Brno Leeds Bristol Norwich Exeter Dundee Austin Denver
Portland Tucson Omaha Boise Albany Halifax Perth Hobart Dunedin Durban""".split()
COUNTRIES = ["France", "Germany", "Italy", "Spain", "UK", "USA", "Deutschland", "Australia"]
TRADES = [  # one trade in words that mean the same to a reader, and its short forms
    (["Construction"], ["Constr."]), (["Engineering"], ["Eng.", "Engrg"]), (["Manufacturing"], ["Mfg", "Mfg."]),
    (["Transport"], ["Transp."]), (["Logistics"], ["Log."]), (["Electronics"], ["Elec."]), (["Consulting"], ["Consult."]),
    (["Industries"], ["Ind.", "Inds"]), (["Technologies"], ["Tech", "Tech."]), (["International"], ["Intl", "Int'l"]),
    (["Services"], ["Svcs", "Serv."]), (["Systems"], ["Sys."]), (["Foods"], []), (["Textiles"], []), (["Pharma"], []),
    (["Maschinenbau"], ["Masch.bau"]), (["Bäckerei"], []), (["Immobilien"], ["Immob."]), (["Plomberie"], []),
    (["Menuiserie"], []), (["Charpente"], []), (["Trasporti"], []), (["Costruzioni"], ["Costr."]), (["Viajes"], []),
    (["Laboratories"], ["Labs", "Lab."]), (["Insurance"], ["Ins."]), (["Properties"], ["Props"]), (["Marketing"], ["Mktg"]),
    (["Management"], ["Mgmt", "Mgt"]), (["Distribution"], ["Distr.", "Distrib."]),
]
FORMS = [["GmbH", "G.m.b.H.", "Gesellschaft mit beschränkter Haftung"], ["AG", "Aktiengesellschaft"], ["SARL", "S.A.R.L."],
         ["SAS", "S.A.S."], ["SA", "S.A."], ["S.r.l.", "SRL"], ["S.p.A.", "SPA"], ["S.L.", "SL"], ["Ltd", "Limited", "Ltd."],
         ["Inc.", "Inc", "Incorporated"], ["LLC", "L.L.C."], ["Corp.", "Corporation"], ["B.V.", "BV"], ["AB", "Aktiebolag"],
         ["Pty Ltd", "Proprietary Limited"], ["plc", "PLC"], ["Sp. z o.o.", "Spółka z o.o."], ["s.r.o.", "spol. s r.o."]]
UNIVERSITY = [("University of {}", "Univ. of {}"), ("Universität {}", "Univ. {}"), ("Université de {}", "Univ. de {}"),
              ("Universidad de {}", "Univ. de {}"), ("Università di {}", "Univ. di {}"), ("{} University", "{} Univ.")]
TECHNICAL = [("Technical University of {}", "TU {}"), ("Technische Universität {}", "TU {}"), ("{} University of Technology", "")]
FACULTIES = ["Physics", "Chemistry", "Law", "Medicine", "Computer Science", "History", "Mathematics"]
HEADS = [("Institute of {1}, {0}", "Inst. of {1}, {0}"), ("{0} Institute of {1}", "{0} Inst. of {1}")]
BODIES = [("Federation of {0} {1} Associations", True), ("National Council for {1} {0}", True),
          ("{0} Chamber of Commerce and Industry", True), ("European Society of {1} {0}", True)]


def slip(rng, name):
    """One typing error inside a word."""
    places = [i for i in range(1, len(name) - 1) if name[i - 1].isalpha() and name[i].isalpha() and name[i + 1].isalpha()]
    if not places:
        return name
    i = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        return name[:i] + name[i + 1] + name[i] + name[i + 2:]
    if kind == 1:
        return name[:i] + name[i + 1:]
    if kind == 2:
        return name[:i] + name[i] + name[i:]
    return name[:i] + rng.choice("aeionrst") + name[i + 1:]


class Company:
    """A family firm or a brand, with a trade or two and a legal form."""

    def __init__(self, rng):
        trades = rng.sample(TRADES, rng.choice([0, 1, 1, 1, 2]))
        kind = rng.randrange(4)
        if kind == 0:
            self.core = [rng.choice(FAMILIES)]
            trades = trades or [rng.choice(TRADES)]
        elif kind == 1:
            self.core = [rng.choice(FAMILIES), "&", rng.choice(FAMILIES + ["Sons", "Fils", "Söhne", "Partners"])]
        elif kind == 2:
            self.core = [rng.choice(BRANDS_A) + rng.choice(BRANDS_B)]
        else:
            self.core = [rng.choice(BRANDS_A) + rng.choice(BRANDS_B), rng.choice(FAMILIES)]
        self.trades = trades
        self.form = rng.choice(FORMS)
        self.city = rng.choice(PLACES)
        self.identity = frozenset(self.core + [trade[0][0] for trade in self.trades])

    def write(self, rng):
        words = list(self.core)
        if "&" in words and rng.random() < 0.4:
            words[words.index("&")] = rng.choice(["and", "et", "und", "+"])
        trades = [rng.choice(short) if short and rng.random() < 0.3 else full[0] for full, short in self.trades]
        if rng.random() < 0.1:
            trades.reverse()
        name = " ".join(trades + words if rng.random() < 0.08 else words + trades)
        if rng.random() < 0.15:
            name = slip(rng, name)
        form = rng.choice(self.form)
        beside = rng.random()
        if beside < 0.55:
            name = f"{name} {form}"
        elif beside < 0.6:
            name = f"{form} {name}"
        aside = rng.random()
        if aside < 0.06:
            name = f"{name}, {self.city}"
        elif aside < 0.09:
            name = f"{name} - {self.city}"
        elif aside < 0.12:
            name = f"{name} ({rng.choice(COUNTRIES)})"
        elif aside < 0.15:
            name = f"{name} (formerly {rng.choice(BRANDS_A)}{rng.choice(BRANDS_B)})"
        elif aside < 0.17:
            name = f"The {name}"
        return name.upper() if rng.random() < 0.15 else name.lower() if rng.random() < 0.05 else name


class University:
    """A university, in its own and in other languages, with faculties and places beside it."""

    def __init__(self, rng):
        self.city = rng.choice(PLACES)
        self.patterns = TECHNICAL if rng.random() < 0.3 else UNIVERSITY
        self.identity = (self.city, self.patterns is TECHNICAL)

    def write(self, rng):
        full, short = rng.choice(self.patterns)
        name = (short if short and rng.random() < 0.35 else full).format(self.city)
        if rng.random() < 0.1:
            name = slip(rng, name)
        beside = rng.random()
        faculty = rng.choice(FACULTIES)
        if beside < 0.15:
            name = f"Department of {faculty}, {name}"
        elif beside < 0.25:
            name = f"{name}, Dept. of {faculty}"
        elif beside < 0.35:
            name = f"{name}, {rng.choice(COUNTRIES)}"
        return name


class Body:
    """An association or institute with a long name, of which people use the initials."""

    def __init__(self, rng):
        self.institute = rng.random() < 0.4
        self.city, self.subject = rng.choice(PLACES), rng.choice(FACULTIES)
        self.pattern = rng.choice(HEADS)[0] if self.institute else rng.choice(BODIES)[0]
        self.identity = ("institute" if self.institute else self.pattern, self.city, self.subject if "{1}" in self.pattern else "")

    def write(self, rng):
        name = self.pattern.format(self.city, self.subject)
        chance = rng.random()
        if chance < 0.1 and not self.institute:
            letters = "".join(w[0] for w in name.replace(",", "").split() if w[0].isupper())
            return letters if len(letters) > 3 else name
        if chance < 0.35:
            for long, short in (("Institute", "Inst."), ("National", "Natl."), ("Association", "Assoc."), ("Federation", "Fed.")):
                name = name.replace(long, short)
        if chance > 0.9:
            name = slip(rng, name)
        return name


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    rng = random.Random(int(sys.argv[1]))
    folder = pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    seen, number, entities = set(), 0, 0
    with open(folder / "rows.ndjson", "w") as rows, open(folder / "truth.csv", "w", newline="") as truth:
        out = csv.writer(truth, lineterminator="\n")
        out.writerow(["source", "record_id", "cluster"])
        for _ in range(int(sys.argv[2]) * 20):
            entity = rng.choices([Company, University, Body], [80, 8, 12])[0](rng)
            if entities == int(sys.argv[2]):
                break
            if entity.identity in seen:
                continue
            seen.add(entity.identity)
            entities += 1
            for name in {entity.write(rng): 0 for _ in range(rng.choice([1, 1, 2, 2, 3, 4]))}:
                number += 1
                rows.write(json.dumps({"type": "organization", "source": "list", "key": str(number), "value": {"name": name}},
                                      ensure_ascii=False) + "\n")
                out.writerow(["list", number, f"{entities}"])


main()
