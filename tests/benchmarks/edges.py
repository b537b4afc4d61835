"""Invented names at the edges: tails, initials, compounds. What the tests in `tests/matching` ask about has others."""

from itertools import combinations, product

_FAMILIES = "Brinkesten Lindvret Vretmark Wetterlind Zetterqvarn".split()
_GIVEN = (
    "Astrid Bertil Cecilia David Elof Fredrik Greta Harald Ivar Jonatan Klara Lennart Nora Otto Pernilla Ragnar Sigrid "
    "Torsten Ulla Viktor Yngve Åke"
).split()
_HEAVY = (
    "Gryningens Stridsbrigad", "Stormfågelns Väpnade Front", "Nattviolens Brödraskap", "Frostvargen", "Järnstormens Här",
)  # fmt: skip
_TAILS = (
    "{} Hässelby", "{} i Granvik", "{} i likvidation", "{} (publ)", "{} c/o Astrid Brinkesten", "NSB {}", "Föreningen {}",
    "{} 802999-0028", "{} 8029990028", "{} Ungdomssektion Norra", "Vänföreningen för {}", "{} med omnejd ideell förening",
)  # fmt: skip


def tailed() -> list[tuple[str, str]]:
    """A listed name, and the whole of it with something before or after."""
    return [(name, tail.format(name)) for name, tail in product(_HEAVY, _TAILS)]


#: Letters that one name may begin with, depending on who writes it.
_ALIKE = {"C": "CK", "K": "CK"}


def _written(first: str, second: str) -> list[str]:
    one, other = first[0], second[0]
    return [f"{one}.{other}.", f"{one}. {other}.", f"{one}{other}", f"{one} {other}"]


def initials() -> list[tuple[str, str, bool]]:
    """A listed name, an asked one with initials however they are written, and whether they can be one."""
    rows = []
    for number, (first, second) in enumerate(combinations(_GIVEN, 2)):
        family = _FAMILIES[number % len(_FAMILIES)]
        listed = f"{first} {second} {family}"
        rows += [(listed, f"{letters} {family}", True) for letters in _written(first, second)]
        taken = {letter for name in (first, second) for letter in _ALIKE.get(name[0], name[0])}
        third = next(name for name in _GIVEN[number % 7 :] if name[0] not in taken)
        rows += [(listed, f"{letters} {family}", False) for letters in _written(third, second)]
    return rows


def compounds() -> list[tuple[str, str, bool]]:
    """A listed name, and the same over a hyphen, a space, or letters set apart."""
    rows = []
    for first, second in product("Ek Björk Gran Berg Sten".split(), "lundmark kvarnson strömgren vallander".split()):
        listed = f"Torvald {first}{second}"
        rows += [
            (listed, f"Torvald {first}-{second.capitalize()}", True),
            (listed, f"Torvald {first} {second.capitalize()}", True),
            (listed, "T o r v a l d  " + " ".join(first + second), True),
        ]
    return rows


def association_compounds() -> list[tuple[str, str, bool]]:
    """An association's listed name, and the same written apart, together or cut short."""
    rows = []
    for word in "Solrosen Fackeln Duvan Kastanjen Gläntan".split():
        rows += [
            (f"Kulturföreningen {word}", f"Kultur Föreningen {word}", True),
            (f"Ungdomsföreningen {word}", f"Ungdoms förening {word}", True),
            (f"{word} Stridsförbund", f"{word} Stridsförb.", True),
            (f"{word} Stridsförbund", f"{word} Strids Förbund", True),
            (f"{word} A-B-C", f"{word} ABC", True),
            (f"{word} Committee Group", f"{word} Comm Grp", True),
        ]
    return rows
