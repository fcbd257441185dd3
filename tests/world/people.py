"""The people and companies that a world is about: who they really are, whatever its systems say.

Names are skewed as in a real country: a few thousand family names, of which the most frequent belongs to one person in some four
hundred, and several hundred given names. The frequent ones are French; the long tail is composed. Two of three people live in a
household whose members share address, telephone and mostly the family name; four of five work for a company and have its
switchboard or its mail domain; companies share names and differ by their SIREN. So namesakes, spouses, fathers and sons, colleagues
and branches are all there. Everything follows from the dice.
"""
import bisect
import itertools
import random
import unicodedata

GIVEN = """Jean Marie Philippe Nathalie Michel Isabelle Alain Sylvie Patrick Catherine Nicolas Martine Christophe Christine Pierre
Françoise Christian Valérie Éric Sandrine Frédéric Stéphanie Laurent Véronique Stéphane Sophie David Céline Pascal Chantal Daniel
Patricia Alexandre Anne Julien Julie Marc Aurélie Thomas Laurence Sébastien Émilie Olivier Caroline Jérôme Camille Guillaume Élodie
Vincent Claire Maxime Léa Antoine Manon Hugo Chloé Mathilde Benoît Hélène Cédric Inès Yves Agnès Rémi Clémence Mohamed Fatima Loïc
Maëlle Bernard Monique Jacques Nicole Gérard Brigitte André Annie Claude Jacqueline Bruno Corinne Didier Florence Thierry Dominique
Serge Béatrice Gilles Karine Hervé Delphine Denis Virginie Franck Laetitia Fabrice Magali Ludovic Mélanie Arnaud Marion Mathieu Pauline
Romain Charlotte Florian Sarah Kévin Laura Quentin Justine Clément Anaïs Lucas Emma Théo Alice Louis Jade Arthur Louise Nathan Zoé Paul
Lina Gabriel Rose Raphaël Anna Jules Mila Adam Eva Victor Juliette Martin Agathe Simon Jeanne Samuel Lucie Tristan Margaux Bastien Noémie
Valentin Amélie Damien Audrey Yann Gwenaëlle Mickaël Fanny Grégory Sabrina Xavier Ophélie Emmanuel Muriel Régis Carole Roland Odile
Fernand Solange Marcel Simone René Yvette Robert Denise Roger Lucienne Georges Suzanne Raymond Ginette Maurice Paulette Albert Colette
Joseph Josette Lucien Huguette Henri Geneviève Charles Thérèse Guy Michèle Joël Joëlle Francis Francine Lionel Lydie Ahmed Khadija Karim
Samira Rachid Nadia Mehdi Leïla Youssef Yasmine Omar Aïcha Ibrahim Mariam Mamadou Aminata Ousmane Fatou Minh Linh Wei Mei Paulo Maria
Carlos Ana Antonio Carmen José Rosa Luis Elena Giovanni Giulia Marco Chiara Luca Francesca Andrei Irina Dmitri Natalia Piotr Agnieszka
Hans Ingrid Klaus Petra Lars Astrid Sven Freya Édouard Apolline Gaspard Capucine Augustin Victoire Léon Joséphine Oscar Romane Achille
Constance Basile Héloïse Félix Sidonie Ulysse Philippine Côme Domitille Aubin Bérénice Cyprien Garance Ernest Hortense Anatole Octavie
Casimir Philomène Léopold Eugénie Gustave Clotilde Barnabé Blanche Ambroise Ondine Lazare Violette Alban Iris Corentin Maïwenn Erwan
Nolwenn Goulven Rozenn Tanguy Soizic Gaël Enora Ronan Morgane Malo Louann Titouan Lilou""".split()
FAMILY = """Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand Morel
Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier
François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont
Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard
Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoit Rey
Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy Guillot Hubert Berger Carpentier Sanchez Dupuis Moulin Louis Deschamps
Huet Vasseur Perez Boucher Fleury Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard
Maillard Baron Bertin Bailly Hervé Schneider Fernandez Collet Léger Bouvier Julien Prévost Millet Perrot Daniel Cousin Germain Breton
Besson Langlois Rémy Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal Weber Mallet Hamon Boulanger Jacob Monnier Michaud Rodriguez
Guichard Gillet Étienne Grondin Poulain Tessier Chevallier Collin Chauvin Bouchet Gay Lemaître Bénard Maréchal Humbert Reynaud Antoine
Hoarau Perret Barthélemy Cordier Pichon Lejeune Gilbert Lamy Delaunay Pasquier Carlier Laporte Nguyen Diallo Traoré Benali Haddad""".split()
TAIL = [("Beau Bel Mont Char Cour Haute Lar Mal Pont Ros Sau Vau Ville Bois Chante Clair Font Gran Ker Lam Mar Nan Per Quen Rav Sal Tour "
         "Val Bar Cas Dor Esc Fal Gou Hur Jau Lou Mir Nau Orb").split(), " e el en i a o an ar in ou au".split(" "),
        ("mont court val champ ville noir blanc dieu sac gnac reuil lieu cey dois tier net lot rand mer pierre fort ney gny tot beuf "
         "chet dal gier quet zac").split()]
STREET = "rue avenue boulevard impasse place chemin allée".split()
STREETS = """de la République|Victor Hugo|Jean Jaurès|des Lilas|du Moulin|de l'Église|Pasteur|des Écoles|de la Gare|Gambetta|du Stade
|des Acacias|de Verdun|du Château|Voltaire|des Tilleuls|de la Paix|Jules Ferry|du Lavoir|Molière|de la Fontaine|Émile Zola|des Vignes
|du Pont|Carnot|des Peupliers|de la Poste|Diderot|des Roses|du Marché|Lamartine|de la Liberté|des Cerisiers|Foch|du Port|Balzac
|des Jardins|de la Forêt|Rabelais|du Canal|des Chênes|Berlioz|de Bretagne|Racine|des Platanes|du Parc|Ampère|de la Vallée|Descartes
|des Sources""".replace("\n", "").split("|")
CITIES = """75011 Paris|75015 Paris|75018 Paris|69003 Lyon|69007 Lyon|13008 Marseille|13001 Marseille|31000 Toulouse|06000 Nice|44000 Nantes
|67000 Strasbourg|34000 Montpellier|33000 Bordeaux|59000 Lille|35000 Rennes|51100 Reims|42000 Saint-Étienne|83000 Toulon|38000 Grenoble
|21000 Dijon|49000 Angers|30000 Nîmes|69100 Villeurbanne|63000 Clermont-Ferrand|72000 Le Mans|29200 Brest|37000 Tours|80000 Amiens
|87000 Limoges|74000 Annecy|66000 Perpignan|25000 Besançon|57000 Metz|45000 Orléans|76000 Rouen|68100 Mulhouse|14000 Caen|54000 Nancy
|17000 La Rochelle|64000 Pau|73000 Chambéry|22000 Saint-Brieuc|56000 Vannes|41000 Blois|12000 Rodez|71000 Mâcon|89000 Auxerre|10000 Troyes
""".replace("\n", "").split("|")
JOBS = """Directeur général|Responsable achats|Comptable|Directrice marketing|Chef de projet|Assistant commercial|Gérant
|Responsable informatique|Ingénieur|Technicien|Juriste|Responsable logistique|Secrétaire|Acheteur|Contrôleur de gestion
|Responsable qualité""".replace("\n", "").split("|")
TRADES = """Imprimerie Menuiserie Boulangerie Transports Établissements Cabinet Garage Ateliers Électricité Plomberie Conseil Assurances
Logistique Papeterie Mécanique Laboratoires Textiles Fonderie Pharmacie Charpente Maçonnerie Informatique Emballages Peinture""".split()
FORMS = "SARL SAS SA EURL SNC".split()
PROVIDERS = "courrier.example boite.example postal.example lettre.example".split()


class Skewed:
    """Draws from a list whose items become rarer along it: the item of rank r has the weight (r + shift) ^ -power."""

    def __init__(self, items, shift, power):
        self.items = items
        self.sums = list(itertools.accumulate((rank + shift) ** -power for rank in range(len(items))))

    def draw(self, dice):
        return self.items[bisect.bisect(self.sums, dice.random() * self.sums[-1])]


def family_names():
    tail = ["".join(parts) for parts in itertools.product(*TAIL)]
    random.Random(1).shuffle(tail)
    return FAMILY + tail[:6000 - len(FAMILY)]


GIVEN_NAMES, FAMILY_NAMES = Skewed(GIVEN, 12, 0.9), Skewed(family_names(), 60, 0.8)


def plain(text):
    """Lower case without accents, blanks and punctuation, as in a mail address."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if c.isascii() and c.isalnum())


def with_check_digit(digits):
    """Luhn (ISO/IEC 7812-1, annex B)."""
    total = sum(sum(divmod(int(digit) * (2 - index % 2), 10)) for index, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def vat_of(siren):
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


class Population:
    """The truth: people and companies by number, as dictionaries."""

    def __init__(self, dice, people, companies):
        self.dice = dice
        self.phones = 0
        self.mails = set()
        self.companies = [self.make_company(number) for number in range(companies)]
        self.employers = Skewed(list(range(companies)), 4, 0.7) if companies else None
        self.people = []
        while len(self.people) < people:
            self.move_in(people)

    def new_phone(self, mobile):
        self.phones += 1
        number = (self.phones * 7919) % 10 ** 7  # numbers that differ in more than their last digits
        return f"+33{6 if mobile else 1 + self.phones % 5}{40 + self.phones % 17}{number:07d}"[:12]

    def address(self):
        code, city = self.dice.choice(CITIES).split(" ", 1)
        return {"street": f"{self.dice.randrange(1, 150)} {self.dice.choice(STREET)} {self.dice.choice(STREETS)}", "code": code,
                "city": city}

    def make_company(self, number):
        name = f"{self.dice.choice(TRADES)} {FAMILY_NAMES.draw(self.dice)}"
        siren = with_check_digit(f"{30000000 + number * 10007 % 60000000:08d}")
        return {"name": name, "form": self.dice.choice(FORMS), "siren": siren, "vat": vat_of(siren), "phone": self.new_phone(False),
                "domain": f"{plain(name)}{number if self.dice.random() < 0.3 else ''}.example", "staff": self.dice.randrange(2, 900),
                "open": True, **self.address()}

    def move_in(self, limit):
        """One household."""
        home = {"family": FAMILY_NAMES.draw(self.dice), "phone": self.new_phone(False), **self.address()}
        size = 1 if self.dice.random() < 0.35 else self.dice.choice([2, 2, 2, 3])
        for member in range(min(size, limit - len(self.people))):
            given = GIVEN_NAMES.draw(self.dice)
            family = home["family"] if member == 0 or self.dice.random() < 0.8 else FAMILY_NAMES.draw(self.dice)
            person = {"given": given, "family": family, "phone": home["phone"] if self.dice.random() < 0.15 else self.new_phone(True),
                      "job": self.dice.choice(JOBS), "street": home["street"], "code": home["code"], "city": home["city"],
                      "born": f"{self.dice.randrange(1950, 2004)}-{self.dice.randrange(1, 13):02d}-{self.dice.randrange(1, 29):02d}",
                      "company": self.employers.draw(self.dice) if self.employers and self.dice.random() < 0.8 else None}
            self.name_mail(person)
            self.people.append(person)

    def name_mail(self, person):
        """A private address and one at work; namesakes at one domain are numbered."""
        company = person["company"]
        person["private"] = self.free_mail(person, self.dice.choice(PROVIDERS))
        person["email"] = person["private"] if company is None else self.free_mail(person, self.companies[company]["domain"])

    def free_mail(self, person, domain):
        base, number = f"{plain(person['given'])}.{plain(person['family'])}", 1
        mail = f"{base}@{domain}"
        while mail in self.mails:
            number += 1
            mail = f"{base}{number}@{domain}"
        self.mails.add(mail)
        return mail
