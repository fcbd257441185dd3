/* The lists that people and companies of the benchmark are made of: common names of public statistics, ranked roughly
 * by frequency, and composed ones. Places are real, streets and companies are not.
 */
#include "world.h"

#define LIST(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}

LIST(latin_middle, "", "e", "er", "el", "en", "i", "a", "o", "an", "ar", "in", "il");

LIST(french_given, "Jean", "Marie", "Philippe", "Nathalie", "Michel", "Isabelle", "Alain", "Sylvie", "Patrick",
     "Catherine", "Nicolas", "Martine", "Christophe", "Christine", "Pierre", "Françoise", "Christian", "Valérie",
     "Éric", "Sandrine", "Frédéric", "Stéphanie", "Laurent", "Véronique", "Stéphane", "Sophie", "David", "Céline",
     "Pascal", "Chantal", "Daniel", "Patricia", "Alexandre", "Anne", "Julien", "Julie", "Marc", "Aurélie", "Thomas",
     "Laurence", "Sébastien", "Émilie", "Olivier", "Caroline", "Jérôme", "Camille", "Guillaume", "Élodie", "Vincent",
     "Claire", "Maxime", "Léa", "Antoine", "Manon", "Hugo", "Chloé", "Jean-Pierre", "Anne-Marie", "Jean-Luc",
     "Mathilde", "Benoît", "Hélène", "Cédric", "Inès", "Yves", "Agnès", "Rémi", "Clémence", "Mohamed", "Fatima", "Loïc",
     "Maëlle");
LIST(french_family, "Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau",
     "Laurent", "Simon", "Michel", "Lefebvre", "Leroy", "Roux", "David", "Bertrand", "Morel", "Fournier", "Girard",
     "Bonnet", "Dupont", "Lambert", "Fontaine", "Rousseau", "Vincent", "Muller", "Lefèvre", "Faure", "André", "Mercier",
     "Blanc", "Guérin", "Boyer", "Garnier", "Chevalier", "François", "Legrand", "Gauthier", "Garcia", "Perrin", "Robin",
     "Clément", "Morin", "Nicolas", "Henry", "Roussel", "Mathieu", "Gautier", "Masson", "Marchand", "Duval", "Denis",
     "Dumont", "Marie", "Lemaire", "Noël", "Meyer", "Dufour", "Meunier", "Brun", "Blanchard", "Giraud", "Joly",
     "Rivière", "Lucas", "Brunet", "Gaillard", "Barbier", "Arnaud", "Martinez", "Gérard", "Roche", "Renard", "Schmitt",
     "Roy", "Leroux", "Colin");
LIST(french_start, "Beau", "Bel", "Mont", "Char", "Cour", "Haute", "Lar", "Mal", "Pont", "Ros", "Sau", "Vau", "Ville",
     "Bois", "Chante", "Clair", "Font", "Gran", "Ker", "Lam", "Mar", "Nan", "Per", "Quen", "Rav", "Sal", "Tour", "Val",
     "Bar", "Cas");
LIST(french_end, "mont", "court", "val", "champ", "ville", "noir", "blanc", "dieu", "sac", "gnac", "reuil", "lieu",
     "cey", "dois", "tier", "net", "lot", "rand", "mer", "pierre", "fort", "ney", "gny", "tot", "beuf", "chet", "dal",
     "gier", "quet", "zac");
LIST(french_streets, "rue %s", "rue du %s", "avenue %s", "boulevard %s", "impasse %s", "place %s", "chemin de %s",
     "allée %s");
LIST(french_cities, "75011 Paris", "69003 Lyon", "13008 Marseille", "31000 Toulouse", "06000 Nice", "44000 Nantes",
     "67000 Strasbourg", "34000 Montpellier", "33000 Bordeaux", "59000 Lille", "35000 Rennes", "51100 Reims",
     "42000 Saint-Étienne", "83000 Toulon", "38000 Grenoble", "21000 Dijon", "49000 Angers", "30000 Nîmes",
     "69100 Villeurbanne", "63000 Clermont-Ferrand", "72000 Le Mans", "29200 Brest", "37000 Tours", "80000 Amiens",
     "87000 Limoges", "74000 Annecy", "66000 Perpignan", "25000 Besançon", "57000 Metz", "45000 Orléans", "76000 Rouen",
     "68100 Mulhouse", "14000 Caen", "54000 Nancy");
LIST(french_trades, "Imprimerie", "Menuiserie", "Boulangerie", "Transports", "Établissements", "Cabinet", "Garage",
     "Société", "Ateliers", "Électricité", "Plomberie", "Conseil", "Assurances", "Logistique", "Papeterie", "Mécanique",
     "Bâtiment", "Laboratoires", "Vins", "Textiles", "Fonderie", "Pharmacie", "Hôtel", "Domaine");
LIST(french_forms, "SARL", "SAS", "SA", "EURL", "SASU", "SNC");
LIST(french_titles, "Directeur général", "Responsable achats", "Comptable", "Directrice marketing", "Chef de projet",
     "Assistant commercial", "Gérant", "Responsable informatique", "Ingénieur", "Technicien");

LIST(american_given, "James", "Mary", "Michael", "Patricia", "Robert", "Jennifer", "John", "Linda", "David",
     "Elizabeth", "William", "Barbara", "Richard", "Susan", "Joseph", "Jessica", "Thomas", "Karen", "Christopher",
     "Sarah", "Charles", "Lisa", "Daniel", "Nancy", "Matthew", "Sandra", "Anthony", "Betty", "Mark", "Ashley", "Donald",
     "Emily", "Steven", "Kimberly", "Andrew", "Margaret", "Paul", "Donna", "Joshua", "Michelle", "Kenneth", "Carol",
     "Kevin", "Amanda", "Brian", "Melissa", "Timothy", "Deborah", "Ronald", "Stephanie", "George", "Rebecca", "Jason",
     "Sharon", "Edward", "Laura", "Jeffrey", "Cynthia", "Ryan", "Dorothy", "Jacob", "Amy", "Nicholas", "Kathleen",
     "Gary", "Angela", "Eric", "Shirley", "Jonathan", "Emma");
LIST(american_family, "Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis", "Rodriguez",
     "Martinez", "Hernandez", "Lopez", "Gonzalez", "Wilson", "Anderson", "Thomas", "Taylor", "Moore", "Jackson",
     "Martin", "Lee", "Perez", "Thompson", "White", "Harris", "Sanchez", "Clark", "Ramirez", "Lewis", "Robinson",
     "Walker", "Young", "Allen", "King", "Wright", "Scott", "Torres", "Nguyen", "Hill", "Flores", "Green", "Adams",
     "Nelson", "Baker", "Hall", "Rivera", "Campbell", "Mitchell", "Carter", "Roberts", "Gomez", "Phillips", "Evans",
     "Turner", "Diaz", "Parker", "Cruz", "Edwards", "Collins", "Reyes", "Stewart", "Morris", "Morales", "Murphy",
     "Cook", "Rogers", "Gutierrez", "Ortiz", "Morgan", "Cooper");
LIST(english_start, "Ash", "Black", "Brad", "Brook", "Burn", "Clay", "Crow", "Dal", "East", "Fair", "Field", "Gar",
     "Hart", "Haw", "Kings", "Lang", "Lock", "Mer", "North", "Oak", "Pem", "Rad", "Red", "Shel", "Stan", "Thorn",
     "Wake", "West", "Whit", "Wood");
LIST(english_end, "bourne", "bridge", "brook", "burn", "bury", "by", "cliff", "combe", "croft", "dale", "den", "don",
     "field", "ford", "gate", "ham", "hurst", "land", "ley", "low", "man", "more", "ridge", "shaw", "son", "stead",
     "ston", "ton", "wick", "worth");
LIST(american_streets, "%s Street", "%s Avenue", "%s Road", "%s Drive", "%s Lane", "N %s Blvd", "%s Court", "W %s St");
LIST(american_cities, "10001 New York", "90012 Los Angeles", "60601 Chicago", "77002 Houston", "85004 Phoenix",
     "19103 Philadelphia", "78205 San Antonio", "92101 San Diego", "75201 Dallas", "95113 San Jose", "78701 Austin",
     "32202 Jacksonville", "43215 Columbus", "28202 Charlotte", "46204 Indianapolis", "94103 San Francisco",
     "98101 Seattle", "80202 Denver", "20001 Washington", "37203 Nashville", "02108 Boston", "89101 Las Vegas",
     "97204 Portland", "40202 Louisville", "21202 Baltimore", "53202 Milwaukee", "87102 Albuquerque", "85701 Tucson",
     "93721 Fresno", "95814 Sacramento");
LIST(american_trades, "Summit", "Pioneer", "Liberty", "Evergreen", "Golden", "Riverside", "Blue Ridge", "Lakeside",
     "Heritage", "Premier", "Coastal", "Sunrise", "Granite", "Cascade", "Frontier", "Keystone", "Patriot", "Redwood",
     "Silver", "Union");
LIST(american_forms, "Inc.", "LLC", "Corp.", "Co.", "LP");
LIST(american_titles, "CEO", "Purchasing Manager", "Accountant", "Marketing Director", "Project Manager",
     "Sales Assistant", "Owner", "IT Manager", "Engineer", "VP Sales");

LIST(british_given, "Oliver", "Amelia", "George", "Olivia", "Harry", "Isla", "Jack", "Emily", "Noah", "Ava", "Charlie",
     "Lily", "David", "Susan", "Paul", "Helen", "Andrew", "Margaret", "Stephen", "Alison", "Ian", "Fiona", "Graham",
     "Gillian", "Keith", "Heather", "Neil", "Tracey", "Simon", "Claire", "Gareth", "Siân", "Callum", "Catriona",
     "Nigel", "Hazel");
LIST(british_family, "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel",
     "Robinson", "Wright", "Thompson", "Evans", "Walker", "White", "Roberts", "Green", "Hall", "Thomas", "Clarke",
     "Jackson", "Wood", "Harris", "Edwards", "Turner", "Martin", "Cooper", "Hill", "Ward", "Hughes", "Moore", "Clark",
     "King", "Harrison", "Lewis", "Baker", "Lee", "Allen", "Morris", "Khan", "Scott", "Watson", "Davis", "Parker",
     "James", "Bennett", "Young", "Phillips", "Richardson", "Mitchell");
LIST(british_streets, "%s Road", "%s Street", "%s Lane", "%s Close", "%s Gardens", "The %s", "%s Terrace");
LIST(british_cities, "SW1A_1AA London", "B1_1BB Birmingham", "M1_1AE Manchester", "LS1_4AP Leeds", "G1_1XQ Glasgow",
     "S1_2HE Sheffield", "L1_8JQ Liverpool", "BS1_5TR Bristol", "EH1_1BB Edinburgh", "CF10_1EP Cardiff",
     "NG1_5DT Nottingham", "NE1_7RU Newcastle upon Tyne", "SO14_7DW Southampton", "PL1_1AE Plymouth", "YO1_7HH York",
     "BN1_1UE Brighton");
LIST(british_forms, "Ltd", "Limited", "PLC", "LLP");

LIST(german_given, "Peter", "Sabine", "Michael", "Susanne", "Thomas", "Petra", "Andreas", "Monika", "Wolfgang",
     "Claudia", "Klaus", "Birgit", "Jürgen", "Andrea", "Günter", "Stefanie", "Stefan", "Karin", "Christian", "Ursula",
     "Uwe", "Heike", "Bernd", "Angelika", "Frank", "Gabriele", "Martin", "Jörg", "Anja", "Matthias", "Kathrin", "Sören",
     "Björn", "Lena", "Tobias", "Anke");
LIST(german_family, "Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz",
     "Hoffmann", "Schäfer", "Koch", "Bauer", "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann",
     "Braun", "Krüger", "Hofmann", "Hartmann", "Lange", "Schmitt", "Werner", "Schmitz", "Krause", "Meier", "Lehmann",
     "Schmid", "Schulze", "Maier", "Köhler", "Herrmann", "König", "Walter", "Mayer", "Huber", "Kaiser", "Fuchs",
     "Peters", "Lang", "Scholz", "Möller", "Weiß");
LIST(german_start, "Acker", "Berg", "Brand", "Dorn", "Eber", "Eichen", "Falken", "Feld", "Grün", "Hagen", "Heim",
     "Hirsch", "Kalten", "Kirch", "Linden", "Luft", "Mühl", "Neu", "Ober", "Reh", "Rosen", "Sand", "Schön", "Stein",
     "Sturm", "Tannen", "Unter", "Wald", "Wein", "Winter");
LIST(german_end, "mann", "bach", "berg", "heim", "burger", "hauer", "meier", "müller", "stein", "feld", "dorf", "hof",
     "huber", "kamp", "lander", "ner", "rieder", "schmidt", "thaler", "wald", "weber", "wein", "beck", "brecht", "haus",
     "horn", "loh", "moser", "ried", "stett");
LIST(german_streets, "%sstraße", "%sweg", "%sgasse", "Am %s", "%splatz", "%sallee");
LIST(german_cities, "10115 Berlin", "20095 Hamburg", "80331 München", "50667 Köln", "60311 Frankfurt",
     "70173 Stuttgart", "40213 Düsseldorf", "04109 Leipzig", "44135 Dortmund", "45127 Essen", "28195 Bremen",
     "01067 Dresden", "30159 Hannover", "90402 Nürnberg", "47051 Duisburg", "53111 Bonn", "48143 Münster",
     "76131 Karlsruhe", "68159 Mannheim");
LIST(german_trades, "Nordwind", "Spedition", "Maschinenbau", "Druckerei", "Autohaus", "Elektro", "Holzbau", "Brauerei",
     "Kanzlei", "Logistik", "Metallbau", "Bäckerei", "Gebäudetechnik", "Feinmechanik", "Verlag");
LIST(german_forms, "GmbH", "AG", "GmbH & Co. KG", "KG", "UG");
LIST(german_titles, "Geschäftsführer", "Einkaufsleiter", "Buchhalterin", "Marketingleiterin", "Projektleiter",
     "Vertrieb", "Inhaber", "IT-Leiter", "Ingenieurin");

LIST(spanish_given, "Antonio", "María Carmen", "José", "Ana", "Manuel", "Laura", "Francisco", "Cristina", "David",
     "Marta", "Juan", "Isabel", "Javier", "Pilar", "Daniel", "Lucía", "José Luis", "Teresa", "Jesús", "Elena", "Carlos",
     "Raquel", "Alejandro", "Rosa", "Miguel", "Beatriz", "Rafael", "Núria", "Pablo", "Inés", "Sergio", "Ángel");
LIST(spanish_family, "García", "Rodríguez", "González", "Fernández", "López", "Martínez", "Sánchez", "Pérez", "Gómez",
     "Martín", "Jiménez", "Hernández", "Ruiz", "Díaz", "Moreno", "Muñoz", "Álvarez", "Romero", "Gutiérrez", "Alonso",
     "Navarro", "Torres", "Domínguez", "Ramos", "Vázquez", "Ramírez", "Gil", "Serrano", "Morales", "Molina", "Blanco",
     "Suárez", "Castro", "Ortega", "Delgado", "Ortiz", "Marín", "Rubio", "Núñez", "Medina", "Iglesias", "Castillo",
     "Santos", "Guerrero", "Lozano");
LIST(spanish_start, "García ", "Rodríguez ", "Martín ", "Pérez ", "Ruiz ", "Gómez ", "Torres ", "Vega ", "Campos ",
     "Soler ", "Prieto ", "Nieto ", "Vidal ", "Pascual ", "Herrera ", "Cano ", "Cruz ", "Reyes ", "Flores ", "Peña ");
LIST(spanish_middle, "", "de ", "de la ", "del ");
LIST(spanish_end, "Montero", "Carrasco", "Calvo", "Hidalgo", "Aguilar", "Benítez", "Duran", "Santiago", "Lorenzo",
     "Arias", "Giménez", "Ferrer", "Caballero", "Mora", "Crespo", "Rojas", "Bravo", "Esteban", "Parra", "Gallego",
     "Sáez", "Moya", "Soto", "Redondo");
LIST(spanish_streets, "Calle %s", "Avenida %s", "Plaza %s", "Paseo de %s", "Camino de %s");
LIST(spanish_cities, "28013 Madrid", "08002 Barcelona", "46002 Valencia", "41001 Sevilla", "50001 Zaragoza",
     "29005 Málaga", "30001 Murcia", "07001 Palma", "48001 Bilbao", "03001 Alicante", "14001 Córdoba",
     "47001 Valladolid", "36201 Vigo", "33201 Gijón", "18001 Granada");
LIST(spanish_trades, "Construcciones", "Talleres", "Transportes", "Bodegas", "Distribuciones", "Gestoría", "Hostelería",
     "Muebles", "Conservas", "Electricidad", "Viajes");
LIST(spanish_forms, "S.L.", "S.A.", "S.L.U.", "S.C.");
LIST(spanish_titles, "Director general", "Jefe de compras", "Contable", "Directora de marketing", "Jefe de proyecto",
     "Comercial", "Gerente", "Ingeniero");

LIST(russian_given, "Александр", "Елена", "Сергей", "Ольга", "Дмитрий", "Наталья", "Андрей", "Татьяна", "Алексей",
     "Ирина", "Максим", "Светлана", "Евгений", "Мария", "Иван", "Анна", "Михаил", "Юлия", "Николай", "Екатерина",
     "Владимир", "Марк");
LIST(russian_family, "Иванов", "Смирнов", "Кузнецов", "Попов", "Васильев", "Петров", "Соколов", "Михайлов", "Новиков",
     "Фёдоров", "Морозов", "Волков", "Алексеев", "Лебедев", "Семёнов", "Егоров", "Павлов", "Козлов", "Степанов",
     "Николаев", "Орлов", "Андреев");
LIST(russian_start, "Бел", "Бор", "Верх", "Гор", "Дубр", "Жур", "Зим", "Кам", "Лес", "Мир", "Остр", "Пуст", "Рощ",
     "Сад", "Тих", "Хол", "Черн", "Ясн", "Вес", "Кравц");
LIST(russian_middle, "", "ал", "ер", "ол", "ин", "ан", "ем", "ил");
LIST(russian_end, "ов", "овский", "инский", "ин", "енко", "ачёв", "авин", "ицын", "аков", "ушкин", "одуб", "олюб",
     "евич", "анов", "етов", "урин");
LIST(russian_streets, "ул. %s", "проспект %s", "переулок %s");
LIST(russian_cities, "101000 Москва", "190000 Санкт-Петербург", "630000 Новосибирск", "620000 Екатеринбург",
     "420000 Казань", "603000 Нижний Новгород", "454000 Челябинск", "443000 Самара");
LIST(russian_trades, "Восток", "Север", "Завод", "Транспорт", "Строй", "Пром", "Торг", "Энерго");
LIST(russian_forms, "ООО", "АО", "ПАО");
LIST(russian_titles, "Директор", "Бухгалтер", "Инженер", "Менеджер", "Начальник отдела");

const char *const mail_providers[] = {"gmail.com", "hotmail.com", "outlook.com", "yahoo.com",  "orange.fr",
                                      "free.fr",   "icloud.com",  "gmx.de",      "wanadoo.fr", "aol.com",
                                      "live.com",  "laposte.net", NULL};

const struct culture_lists culture_lists[CULTURE_COUNT] = {
        [FRENCH] = {"FR", french_given, french_family, french_start, latin_middle, french_end, french_streets,
                    french_cities, french_trades, french_forms, "fr", french_titles},
        [AMERICAN] = {"US", american_given, american_family, english_start, latin_middle, english_end, american_streets,
                      american_cities, american_trades, american_forms, "com", american_titles},
        [BRITISH] = {"GB", british_given, british_family, english_start, latin_middle, english_end, british_streets,
                     british_cities, american_trades, british_forms, "co.uk", american_titles},
        [GERMAN] = {"DE", german_given, german_family, german_start, latin_middle, german_end, german_streets,
                    german_cities, german_trades, german_forms, "de", german_titles},
        [SPANISH] = {"ES", spanish_given, spanish_family, spanish_start, spanish_middle, spanish_end, spanish_streets,
                     spanish_cities, spanish_trades, spanish_forms, "es", spanish_titles},
        [RUSSIAN] = {"RU", russian_given, russian_family, russian_start, russian_middle, russian_end, russian_streets,
                     russian_cities, russian_trades, russian_forms, "ru", russian_titles},
};
