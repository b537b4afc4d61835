"""Invented names to fit with and to measure with; no person or association is meant."""

import random


def person_pairs() -> list[tuple[str, str, bool]]:
    """Invented pairs of persons that teach what the labelled data are thin on."""
    out = []
    P = lambda a, b: out.append((a, b, True))
    N = lambda a, b: out.append((a, b, False))
    # child-of turned round
    names = ["Harun", "Jibril", "Lokman", "Zubair", "Tarfa", "Qays", "Wathiq", "Ruwayfi", "Dirar", "Anbar"]
    fam = ["Al-Varki", "Al-Sondi", "El-Tamri", "Al-Qorashi"]
    r = random.Random(3)
    for _ in range(14):
        a, b = r.sample(names, 2)
        f = r.choice(fam)
        N(f"{a} bin {b} {f}", f"{b} bin {a} {f}")
        P(f"{a} bin {b} {f}", f"{a} ibn {b} {f.replace('Al-', 'el ')}")
    # initials only
    for a, b in (
        ("K.L.", "Kasper Lindvret"),
        ("T. B.", "Torvald Brinkesten"),
        ("M.N.", "Meyra Nordvall"),
        ("R. S.", "Rostam Sefidkar"),
    ):
        N(a, b)
    for a, b in (
        ("K. Lindvret", "Kasper Lindvret"),
        ("T. Brinkesten", "Torvald Brinkesten"),
        ("R. Sefidkar", "Rostam Sefidkar"),
        ("G Zimurade", "Gaspard Zimurade"),
    ):
        P(a, b)
    for a, b in (
        ("H. Lindvret", "Kasper Lindvret"),
        ("M. Brinkesten", "Torvald Brinkesten"),
        ("B. Sefidkar", "Rostam Sefidkar"),
    ):
        N(a, b)
    # different known names
    for a, b in (
        ("Khalid Torvani", "Khalil Torvani"),
        ("Erik Brinkesten", "Erika Brinkesten"),
        ("Lena Vretmark", "Lina Vretmark"),
        ("Salim Qarnout", "Salma Qarnout"),
        ("Marie Kvarnsjö", "Maria Kvarnsjö"),
        ("Hamid Sefidkar", "Hamza Sefidkar"),
        ("Johan Vretmark", "Johanna Vretmark"),
        ("Karin Vretmark", "Karim Vretmark"),
        ("Nadia Torvani", "Nadja Brask"),
    ):
        N(a, b)
    # spelling
    for a, b in (
        ("Kristoffer Almkvarn", "Christoffer Almqvarn"),
        ("Sjöfred Wetterlind", "Schöfred Vetterlindh"),
        ("Jusuf Hadzimuratov", "Yusuf Khadzhimuratov"),
        ("Xaliimo Cabdiraxmaan Guuldoon", "Halimo Abdirahman Guldon"),
        ("Noureddine Belmokhtari", "Nur al-Din Bilmuxtari"),
        ("Abdul Qadir Tamri", "Abdelkader Tamri"),
        ("Habibullah Sefidkar", "Habib Ullah Sefid Kar"),
        ("Çetin Karabürk", "Chetin Karaburk"),
        ("Sergej Tjernovetskij", "Sergey Chernovetsky"),
        ("Åke Öhrnstam", "Aake Oehrnstam"),
        ("Wiktor Zetterqvarn", "Viktor Setterkvarn"),
        ("Mehdi Ghorvani", "Mahdi Qorvani"),
        ("Fatima Zahra Benrachid", "Fatma Zohra Ben Rashid"),
        ("Mohamed Ould Sidaty", "Muhammad Wuld Sidati"),
        ("Jevgenij Sjtjukin", "Yevgeny Shchukin"),
        ("Anna-Karin Lövhed", "Annakarin Löfhed"),
        ("Per-Olof Stjernvik", "Per Olov Stiernvik"),
        ("Carl-Gustaf Hjelmkvist", "Karl Gustav Hjälmqvist"),
    ):
        P(a, b)
    # scripts
    for a, b in (
        ("ماهر الدوسكي", "Maher al-Dosaki"),
        ("كريم الطمري", "Karim al-Tamri"),
        ("رستم سفيدكار", "Rostam Sefidkar"),
        ("نور الدين بلمختاري", "Noureddine Belmokhtari"),
        ("عبد القادر الطمري", "Abdelkader el Tamri"),
        ("حبيب الله الفاركي", "Habibullah al-Varki"),
        ("فاطمة بن رشيد", "Fatima Ben Rachid"),
        ("Сергей Черновецкий", "Sergej Tjernovetskij"),
        ("Хаджимуратов Юсуф", "Yusuf Khadzhimuratov"),
        ("ضرار بن زبير", "Dirar bin Zubayr"),
        ("لقمان السندي", "Luqman al-Sondi"),
    ):
        P(a, b)
    for a, b in (
        ("ماهر الدوسكي", "Karim al-Tamri"),
        ("كريم الطمري", "Karim al-Sondi"),
        ("رستم سفيدكار", "Rashid Sefidkar"),
        ("Сергей Черновецкий", "Andrej Tjernovetskij"),
        ("لقمان السندي", "Salman al-Sondi"),
        ("عبد القادر الطمري", "Abdelkader Saleh el Doski"),
        ("فاطمة بن رشيد", "Fatima Ben Omar"),
        ("ضرار بن زبير", "Dirar bin Harun"),
    ):
        N(a, b)
    # common names among longer ones
    for a, b in (
        ("Mohamed Ali", "Mohamed Jarrah Ali Tarfawi"),
        ("Ahmed Hassan", "Hassan Ruwayfi Ahmed Sondi"),
        ("Omar Ibrahim", "Ibrahim Qays Omar Varki"),
        ("Anna Svensson", "Anna Maria Berit Svensson Kvarnsjö"),
    ):
        N(a, b)
    return out


def association_pairs(seed: int = 7, n: int = 400) -> list[tuple[str, str, bool]]:
    """Invented pairs of associations: other forms, other places, other numbers, typing errors."""
    r = random.Random(seed)
    places = [
        "Granvik",
        "Ekby",
        "Alby",
        "Björkhaga",
        "Lövsta",
        "Tallhöjden",
        "Sörbyn",
        "Norrdal",
        "Västerlunda",
        "Österängen",
        "Kråkvik",
        "Hagsätra",
        "Månsbo",
        "Skärblacka",
        "Fågelberga",
        "Rönninge",
        "Tumlaby",
        "Vallåkra",
        "Kvarnholm",
        "Ålsta",
        "Ängsvik",
        "Stentorp",
        "Hovås",
        "Bergshamra",
        "Lugnet",
    ]
    # activity: list of interchangeable spellings with {p} {pg}
    acts = {
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
    w = [
        "Solrosen",
        "Fackeln",
        "Duvan",
        "Kastanjen",
        "Gläntan",
        "Vinden",
        "Sjöstjärnan",
        "Eken",
        "Regnbågen",
        "Humlan",
        "Bron",
        "Lyktan",
        "Spindeln",
        "Måsen",
        "Lärkan",
        "Trasten",
        "Bryggan",
        "Oasen",
        "Morgonstjärnan",
        "Vågen",
    ]
    gen = lambda p: p if p[-1] in "sx" else p + "s"

    def fill(t, p, ww, n):
        return t.format(p=p, pg=gen(p), w=ww, n=n)

    out = []
    A = list(acts)
    for _ in range(n):
        a = r.choice(A)
        p = r.choice(places)
        ww = r.choice(w)
        k = r.randint(1, 9)
        x = fill(r.choice(acts[a]), p, ww, k)
        if r.random() < 0.5:
            y = fill(r.choice(acts[a]), p, ww, k)
            m = r.random()
            if m < 0.12:
                y = y + ", ideell förening"
            elif m < 0.2:
                y = y.upper()
            elif m < 0.3:
                i = r.randrange(2, len(y) - 1)
                y = y[:i] + y[i + 1 :]
            elif m < 0.36:
                y = y.replace("ö", "o").replace("å", "a").replace("ä", "a")
            elif m < 0.42:
                y = y + ", " + "".join(q[0] for q in y.split()).upper()
            out.append((x, y, True))
        else:
            kind = r.choice("paawn")
            if kind == "p":
                p2 = r.choice([q for q in places if q != p])
                w2 = r.choice([q for q in w if q != ww])
                y = fill(r.choice(acts[a]), p2, w2, k)
            elif kind == "a":
                pl = [
                    "if",
                    "ik",
                    "bk",
                    "ff",
                    "sk",
                    "hembygd",
                    "uf",
                    "kf",
                    "pf",
                    "fors",
                    "bib",
                    "rk",
                    "btk",
                    "scout",
                    "tk",
                ]
                wl = ["brf", "samf", "ek", "for"]
                L = pl if a in pl else wl
                if a in ("ek", "for", "st", "brf2"):
                    L = ["brf", "samf"]
                a2 = r.choice([q for q in L if q != a])
                y = fill(r.choice(acts[a2]), p, ww, k)
                if "BRF" in y and " i " in y:
                    y = "Brf " + ww
            elif kind == "n":
                x = fill(r.choice(acts["brf2"]), p, ww, k)
                y = fill(r.choice(acts["brf2"]), p, ww, r.choice([q for q in range(1, 10) if q != k]))
            else:
                p2 = r.choice([q for q in places if q != p])
                a2 = r.choice(A)
                w2 = r.choice([q for q in w if q != ww])
                y = fill(r.choice(acts[a2]), p2, w2, k)
            out.append((x, y, False))
    for a, b in (
        ("Klubb Lykta", "Novara Lykta Company"),
        ("Klubb Lykta", "General Lykta Industries"),
        ("Föreningen Folket", "G-Folket"),
        ("Vakna Folket", "G-Folket"),
        ("Folket i Sverige", "Folket Trading Co"),
        ("Stiftelsen Bryggan", "Bryggan Shipping Company Ltd"),
        ("Sverige Akem", "Korvia Akem Shipping Co"),
        ("Anhängarklubben", "Anhängare of the Mountain"),
        ("Klubben Havet", "Ocean Havet Management Company Limited"),
        ("Svenska Gläntan", "Gläntan Industries"),
        ("Gläntan Barnstiftelse", "Gläntan Holding"),
        ("Morgonstjärnan", "Morgonstjärnan Metal Works"),
        ("Duvan", "Duvan Front for the North"),
        ("Vingen Sverige", "Vingen Army of the East"),
        ("Eken Motorklubb", "Eken Petroleum"),
        ("Radio Humlan", "Humlan Bank"),
        ("Ungdomen", "The Ungdomen Movement of Varkia"),
        ("Lugnet Energi", "Novin Energi Company"),
        ("Bygdens Energi", "Mesbar Energi Company"),
    ):
        out.append((a, b, False))
    for a, b in (
        ("Novara Lykta Company", "Novara Lykta"),
        ("Bryggan Shipping Company Ltd", "Bryggan Shipping"),
        ("Vingen Army of the East", "Vingen Army of East"),
        ("Gläntan Industries", "Glantan Industries Ltd"),
    ):
        out.append((a, b, True))
    return out


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
