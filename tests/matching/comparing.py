"""What the tests of the craft compare with."""

import tempfile
from pathlib import Path

from service.domain.application import Party, PartyKind
from service.domain.watchlist import Candidate, ListEntry, ListName, Schema, Subject
from service.matching.finder import Finder

FOLDER = tempfile.TemporaryDirectory()
FINDER = Finder(Path(FOLDER.name))


def groups(name: str, number: str | None = None) -> tuple[Candidate, ...]:
    return FINDER.search("v1", "demo", Party(PartyKind.ORGANISATION, name, number))


def people(name: str, *births: str) -> tuple[Candidate, ...]:
    return FINDER.find("v1", "demo", Subject(name, Schema.PERSON, births))


def a_person(name: str, *aliases: str, weak: tuple[str, ...] = (), births: tuple[str, ...] = ()) -> ListEntry:
    names = (ListName(name), *(ListName(one) for one in aliases), *(ListName(one, weak=True) for one in weak))
    return ListEntry(f"P-{name}", Schema.PERSON, names, births)


def an_organisation(name: str, *aliases: str, number: str = "") -> ListEntry:
    names = (ListName(name), *(ListName(one) for one in aliases))
    return ListEntry(f"O-{name}", Schema.ORGANISATION, names, org_numbers=(number,) if number else ())


ENTRIES = [
    a_person("Tarquin Vossberg", births=("1971",)),
    a_person("Xaliimo Cismaan Kvarsame Jeeldoon"),
    a_person("GULDENHJELM, Isidor Caspian", weak=("Räven",)),
    a_person("Mohamed Ali Hassan", births=("1980-04-21",)),
    a_person("Göran Sjöqvarn"),
    a_person("Erik Nattlöpare"),
    a_person("Зебулон Кракатит"),
    a_person("Yunis Quorvandi Al-Duri", births=("1960~",)),
    a_person("رستم زرينبوش"),
    a_person("Salman bin Idris al-Zorqi"),
    an_organisation("Rosendals IK"),
    an_organisation("Askbygdens Ungdomsförening"),
    an_organisation("Järnvargarnas Stridsförbund", "Järnvargarna", number="802999-0044"),
    an_organisation("Bostadsrättsföreningen Lyktan nr 3"),
    an_organisation("Kulturföreningen Navet i Ekby"),
]
FINDER.build("v1", ENTRIES)
