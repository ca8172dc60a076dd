"""Names and telephone numbers of invented people, fitting their country."""

import unicodedata

GERMAN = (
    "Anke Bernd Carsten Dörte Eike Frauke Gerrit Heike Ingo Jutta Katrin Lars Marlene Norbert Olaf Petra"
    " Ralf Silke Torsten Ute Volker Wiebke",
    "Ahlers Behrens Claasen Dreyer Ehlers Fricke Gerdes Hinrichs Jessen Kröger Lorenz Möller Nissen Oltmann"
    " Petersen Reimers Sievers Thomsen Voigt Wulff",
)
FRENCH = (
    "Aurélie Benoît Camille Damien Élodie Fabrice Gaëlle Hugo Inès Julien",
    "Aubry Berthier Cordier Delmas Ferrand Garnier Lacombe Marchand Pelletier Rousselot",
)
ITALIAN = (
    "Alessia Bruno Chiara Davide Elisa Fabio Giulia Luca Marta Paolo",
    "Amadori Bertoni Colombo Fontana Galli Lombardi Moretti Rinaldi Sartori Vitali",
)
SPANISH = (
    "Alba Carlos Elena Gonzalo Irene Javier Lucía Miguel Pilar Sergio",
    "Aguirre Benítez Cabrera Domínguez Echeverría Fuentes Ibarra Medina Salazar Urrutia",
)
SLAVIC = (
    "Agata Bartosz Celina Dominik Ewa Filip Hanna Jakub Lucie Marek",
    "Adamski Bielik Dvorak Gorski Havel Kowalczyk Malik Nowicki Sobota Wolny",
)
NORDIC = (
    "Astrid Bjarne Elin Fredrik Gunnar Helle Ida Jarle Kirsten Mikkel",
    "Aalto Berglund Dahl Engström Fjeld Holm Koskinen Lund Nyberg Sandvik",
)
DUTCH = (
    "Anouk Bas Daan Esther Femke Gijs Joris Lotte Maarten Sanne",
    "Bakker Dekker Hoekstra Jansma Kuipers Mulder Postma Smit Verhoeven Wiersma",
)
ENGLISH = (
    "Alice Brandon Caroline Derek Emily Frank Gillian Howard Isabel Keith Laura Marcus Naomi Oliver Paula Russell"
    " Stephanie Trevor Vanessa Warren",
    "Abbott Barlow Chandler Dawson Ellison Fletcher Grant Hargrove Ingram Kendall Lawton Mercer Norwood Osborne"
    " Prescott Radcliffe Sheridan Tate Underwood Whitaker",
)
OTHERS = {
    "TR": ("Elif Kerem", "Aydın Koçak"),
    "AE": ("Layla Omar", "Haddad Mansour"),
    "JP": ("Haruka Kenji", "Mori Tanabe"),
    "ZA": ("Johan Lerato", "Khumalo Steyn"),
}
BY_COUNTRY = {
    **dict.fromkeys(("DE", "AT", "CH"), GERMAN),
    **dict.fromkeys(("ES", "MX"), SPANISH),
    **dict.fromkeys(("PL", "CZ"), SLAVIC),
    **dict.fromkeys(("SE", "DK", "FI", "NO"), NORDIC),
    **dict.fromkeys(("GB", "US", "CA"), ENGLISH),
    "FR": FRENCH,
    "IT": ITALIAN,
    "NL": DUTCH,
    **OTHERS,
}
JOBS = [
    "Head of quality",
    "Purchasing manager",
    "Laboratory manager",
    "Maintenance planner",
    "Plant engineer",
    "Production manager",
    "Test engineer",
    "Technical director",
]
# Ranges that the regulators keep free for films and examples; other countries have none.
PHONES = {
    "DE": "+49 30 23125 {:03d}",
    "GB": "+44 20 7946 0{:03d}",
    "US": "+1 303 555 01{:02d} ext. {:02d}",
    "CA": "+1 613 555 01{:02d}",
    "FR": "+33 1 99 00 {:02d} {:02d}",
    "SE": "+46 8 465 004 {:02d}",
}


class People:
    """Hands out names, each only once per country, as long as there are any left."""

    def __init__(self, random):
        self.random = random
        self.left = {}

    def name(self, country):
        given, family = (names.split() for names in BY_COUNTRY[country])
        key = id(BY_COUNTRY[country])
        if not self.left.get(key):
            pairs = [f"{first} {last}" for first in given for last in family]
            self.random.shuffle(pairs)
            self.left[key] = pairs
        return self.left[key].pop()

    def phone(self, country):
        """A number from a fictitious range, or False."""
        pattern = PHONES.get(country)
        return pattern.format(self.random.randint(0, 99), self.random.randint(0, 99)) if pattern else False


def slug(text):
    """ASCII letters, digits and dashes of a name, for an e-mail address."""
    plain = text.lower().translate(str.maketrans({"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue", "ø": "o", "ł": "l"}))
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in plain).split())
