"""Invented names to fit with and to measure with; no person or association is meant.

What the tests in `tests/matching` ask about has other names than these.
"""

import random

#: What one person may be called: spellings, scripts, initials, names left out.
SAME_PERSON = """
K. Lindvret | Kasper Lindvret
T. Brinkesten | Torvald Brinkesten
R. Sefidkar | Rostam Sefidkar
G Zimurade | Gaspard Zimurade
Kristoffer Almkvarn | Christoffer Almqvarn
Sjöfred Wetterlind | Schöfred Vetterlindh
Jusuf Hadzimuratov | Yusuf Khadzhimuratov
Xaliimo Cabdiraxmaan Guuldoon | Halimo Abdirahman Guldon
Noureddine Belmokhtari | Nur al-Din Bilmuxtari
Abdul Qadir Tamri | Abdelkader Tamri
Habibullah Sefidkar | Habib Ullah Sefid Kar
Çetin Karabürk | Chetin Karaburk
Sergej Tjernovetskij | Sergey Chernovetsky
Åke Öhrnstam | Aake Oehrnstam
Wiktor Zetterqvarn | Viktor Setterkvarn
Mehdi Ghorvani | Mahdi Qorvani
Fatima Zahra Benrachid | Fatma Zohra Ben Rashid
Mohamed Ould Sidaty | Muhammad Wuld Sidati
Jevgenij Sjtjukin | Yevgeny Shchukin
Anna-Karin Lövhed | Annakarin Löfhed
Per-Olof Stjernvik | Per Olov Stiernvik
Carl-Gustaf Hjelmkvist | Karl Gustav Hjälmqvist
ماهر الدوسكي | Maher al-Dosaki
كريم الطمري | Karim al-Tamri
رستم سفيدكار | Rostam Sefidkar
نور الدين بلمختاري | Noureddine Belmokhtari
عبد القادر الطمري | Abdelkader el Tamri
حبيب الله الفاركي | Habibullah al-Varki
فاطمة بن رشيد | Fatima Ben Rachid
Сергей Черновецкий | Sergej Tjernovetskij
Хаджимуратов Юсуф | Yusuf Khadzhimuratov
ضرار بن زبير | Dirar bin Zubayr
لقمان السندي | Luqman al-Sondi
"""

#: Different people, however close.
OTHER_PERSON = """
K.L. | Kasper Lindvret
T. B. | Torvald Brinkesten
M.N. | Meyra Nordvall
R. S. | Rostam Sefidkar
H. Lindvret | Kasper Lindvret
M. Brinkesten | Torvald Brinkesten
B. Sefidkar | Rostam Sefidkar
Khalid Torvani | Khalil Torvani
Erik Brinkesten | Erika Brinkesten
Lena Vretmark | Lina Vretmark
Salim Qarnout | Salma Qarnout
Marie Kvarnsjö | Maria Kvarnsjö
Hamid Sefidkar | Hamza Sefidkar
Johan Vretmark | Johanna Vretmark
Karin Vretmark | Karim Vretmark
Nadia Torvani | Nadja Brask
ماهر الدوسكي | Karim al-Tamri
كريم الطمري | Karim al-Sondi
رستم سفيدكار | Rashid Sefidkar
Сергей Черновецкий | Andrej Tjernovetskij
لقمان السندي | Salman al-Sondi
عبد القادر الطمري | Abdelkader Saleh el Doski
فاطمة بن رشيد | Fatima Ben Omar
ضرار بن زبير | Dirar bin Harun
Mohamed Ali | Mohamed Jarrah Ali Tarfawi
Ahmed Hassan | Hassan Ruwayfi Ahmed Sondi
Omar Ibrahim | Ibrahim Qays Omar Varki
Anna Svensson | Anna Maria Berit Svensson Kvarnsjö
"""

#: One association or company.
SAME_ASSOCIATION = """
Novara Lykta Company | Novara Lykta
Bryggan Shipping Company Ltd | Bryggan Shipping
Vingen Army of the East | Vingen Army of East
Gläntan Industries | Glantan Industries Ltd
"""

#: A word in common is not yet the same.
OTHER_ASSOCIATION = """
Klubb Lykta | Novara Lykta Company
Klubb Lykta | General Lykta Industries
Föreningen Folket | G-Folket
Vakna Folket | G-Folket
Folket i Sverige | Folket Trading Co
Stiftelsen Bryggan | Bryggan Shipping Company Ltd
Sverige Akem | Korvia Akem Shipping Co
Anhängarklubben | Anhängare of the Mountain
Klubben Havet | Ocean Havet Management Company Limited
Svenska Gläntan | Gläntan Industries
Gläntan Barnstiftelse | Gläntan Holding
Morgonstjärnan | Morgonstjärnan Metal Works
Duvan | Duvan Front for the North
Vingen Sverige | Vingen Army of the East
Eken Motorklubb | Eken Petroleum
Radio Humlan | Humlan Bank
Ungdomen | The Ungdomen Movement of Varkia
Lugnet Energi | Novin Energi Company
Bygdens Energi | Mesbar Energi Company
"""

_CHILDREN = "Harun Jibril Lokman Zubair Tarfa Qays Wathiq Ruwayfi Dirar Anbar".split()
_FAMILIES = "Al-Varki Al-Sondi El-Tamri Al-Qorashi".split()
_PLACES = (
    "Granvik Ekby Alby Björkhaga Lövsta Tallhöjden Sörbyn Norrdal Västerlunda Österängen Kråkvik Hagsätra Månsbo "
    "Skärblacka Fågelberga Rönninge Tumlaby Vallåkra Kvarnholm Ålsta Ängsvik Stentorp Hovås Bergshamra Lugnet"
).split()
_WORDS = (
    "Solrosen Fackeln Duvan Kastanjen Gläntan Vinden Sjöstjärnan Eken Regnbågen Humlan "
    "Bron Lyktan Spindeln Måsen Lärkan Trasten Bryggan Oasen Morgonstjärnan Vågen"
).split()
#: Ways to write the name of each kind of association; {p} is its place, {pg} that in the genitive, {w} a word, {n} a number.
_KINDS = {
    "if": ["{pg} IF", "{pg} Idrottsförening", "Idrottsföreningen {p}", "{p} IF", "IF {p}"],
    "ik": ["{pg} IK", "{pg} Idrottsklubb", "IK {p}", "{p} idrottsklubb"],
    "bk": ["{pg} BK", "{pg} Bollklubb", "BK {p}"],
    "ff": ["{pg} FF", "{pg} Fotbollsförening"],
    "sk": ["{pg} SK", "{pg} Sportklubb", "{p} sportklubb"],
    "hembygd": ["{pg} hembygdsförening", "{p} Hembygdsförening", "Hembygdsföreningen i {p}", "{pg} Hembygdsgille"],
    "uf": ["{pg} Ungdomsförening", "{p} UF", "Ungdomsföreningen i {p}"],
    "kf": ["{pg} kulturförening", "Kulturföreningen {p}", "{p} Kulturförening ideell förening"],
    "pf": ["{pg} Pensionärsförening", "Pensionärsföreningen i {p}"],
    "brf": ["Brf {w}", "Bostadsrättsföreningen {w}", "{w} bostadsrättsförening", "BRF {w} i {p}"],
    "samf": ["{w} samfällighetsförening", "{w} Samfällighet", "Samfällighetsföreningen {w}"],
    "ek": ["{w} ek. för.", "{w} ekonomisk förening", "Ekonomiska föreningen {w}"],
    "st": ["Stiftelsen {w}", "{w} stiftelse"],
    "fors": ["{pg} församling", "Församlingen i {p}"],
    "bib": ["{pg} Byalag", "Byalaget {p}"],
    "rk": ["{pg} Ridklubb", "{p} RK", "Ridklubben {p}"],
    "for": ["Föreningen {w}", "{w} ideell förening", "{w}", "Ideella föreningen {w}"],
    "btk": ["{pg} BTK", "{pg} Bordtennisklubb"],
    "scout": ["{pg} scoutkår", "Scoutkåren {p}"],
    "tk": ["{pg} Tennisklubb", "{p} TK"],
    "brf2": ["Brf {w} {n}", "Bostadsrättsföreningen {w} nr {n}"],
}
_OF_PLACES = "if ik bk ff sk hembygd uf kf pf fors bib rk btk scout tk".split()
_OF_WORDS = "brf samf ek for".split()


def _rows(table: str, match: bool) -> list[tuple[str, str, bool]]:
    pairs = (line.split(" | ") for line in table.strip().splitlines())
    return [(left, right, match) for left, right in pairs]


def person_pairs() -> list[tuple[str, str, bool]]:
    """Invented pairs of persons that teach what the labelled data are thin on."""
    found, chance = [], random.Random(3)
    for _ in range(14):
        child, parent = chance.sample(_CHILDREN, 2)
        family = chance.choice(_FAMILIES)
        found.append((f"{child} bin {parent} {family}", f"{parent} bin {child} {family}", False))
        found.append((f"{child} bin {parent} {family}", f"{child} ibn {parent} {family.replace('Al-', 'el ')}", True))
    return found + _rows(SAME_PERSON, True) + _rows(OTHER_PERSON, False)


def association_pairs(seed: int = 7, count: int = 400) -> list[tuple[str, str, bool]]:
    """Invented pairs of associations: other forms, other places, other numbers, typing errors."""
    chance = random.Random(seed)
    found = [_association_pair(chance) for _ in range(count)]
    return found + _rows(SAME_ASSOCIATION, True) + _rows(OTHER_ASSOCIATION, False)


def _named(kind: str, place: str, word: str, number: int, chance: random.Random) -> str:
    genitive = place if place[-1] in "sx" else place + "s"
    return chance.choice(_KINDS[kind]).format(p=place, pg=genitive, w=word, n=number)


def _association_pair(chance: random.Random) -> tuple[str, str, bool]:
    kind, place, word, number = (
        chance.choice(list(_KINDS)),
        chance.choice(_PLACES),
        chance.choice(_WORDS),
        chance.randint(1, 9),
    )
    name = _named(kind, place, word, number, chance)
    if chance.random() < 0.5:
        return name, _written(_named(kind, place, word, number, chance), chance), True
    other_place = chance.choice([one for one in _PLACES if one != place])
    other_word = chance.choice([one for one in _WORDS if one != word])
    how = chance.choice("place kind kind everything number".split())
    if how == "place":
        return name, _named(kind, other_place, other_word, number, chance), False
    if how == "kind":
        alike = _OF_PLACES if kind in _OF_PLACES else ["brf", "samf"] if kind in ("ek", "st", "brf2") else _OF_WORDS
        other = chance.choice([one for one in alike if one != kind])
        return name, _named(other, place, word, number, chance), False
    if how == "number":
        other_number = chance.choice([one for one in range(1, 10) if one != number])
        left, right = (_named("brf2", place, word, one, chance) for one in (number, other_number))
        return left, right, False
    return name, _named(chance.choice(list(_KINDS)), other_place, other_word, number, chance), False


def _written(name: str, chance: random.Random) -> str:
    """The name as someone may have written it down."""
    how = chance.random()
    if how < 0.12:
        return name + ", ideell förening"
    if how < 0.2:
        return name.upper()
    if how < 0.3:
        at = chance.randrange(2, len(name) - 1)
        return name[:at] + name[at + 1 :]
    if how < 0.36:
        return name.translate(str.maketrans("åäö", "aao"))
    return name


_ONSETS = [
    "b",
    "br",
    "d",
    "dr",
    "f",
    "fr",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kr",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "tr",
    "v",
    "z",
    "ch",
    "kh",
    "y",
    "w",
    "th",
]
_VOWELS = ["a", "e", "i", "o", "u", "a", "e", "i", "aa", "ou", "ei", "ie"]
_CODAS = ["", "", "", "n", "r", "l", "s", "m", "d", "k", "t", "nd", "rg", "sk"]


def words(count: int, seed: int) -> list[str]:
    """So many different invented words of two to four syllables."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = chance.choice((2, 2, 3, 3, 4))
        word = "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(syllables))
        found[word + chance.choice(_CODAS)] = None
    return list(found)


def many_names(count: int, seed: int = 5) -> list[str]:
    """Invented names over 60,000 words, some of them very common (Zipf), two to four words each."""
    import numpy as np

    chance = np.random.default_rng(seed)
    given, family = words(20_000, seed), words(40_000, seed + 1)
    odds = [1 / (np.arange(len(one)) + 5.0) for one in (given, family)]
    firsts = chance.choice(len(given), size=(count, 3), p=odds[0] / odds[0].sum())
    lasts = chance.choice(len(family), size=count, p=odds[1] / odds[1].sum())
    middle = chance.choice([0, 1, 2], size=count, p=[0.55, 0.35, 0.1])
    return [" ".join([*(given[one] for one in firsts[i][: 1 + middle[i]]), family[lasts[i]]]) for i in range(count)]
