"""Names against a list: what is a candidate, what needs an identifier, what is neither. All names are invented."""

import time

import pytest

from service.domain.watchlist import Schema, Subject
from tests.matching.comparing import FINDER, people


@pytest.mark.parametrize(
    "name",
    [
        "Tarquin Vossberg", "VOSSBERG Tarquin", "Vossberg, Tarquin", "Tarkvin Wosberg", "tarquin  vossberg",
        "TarquinVossberg", "Tarquin Voss Berg", "Caspian Isidor Guldenhjelm", "Goran Sjoqvarn", "Göran Schökvarn",
        "Zebulon Krakatit", "Rostam Zarrinbush", "Halimo Osman Kvarsame Jeldon", "Isidor Guldenhjelm",
    ],
)  # fmt: skip
def test_flags_a_listed_person_in_other_spellings_orders_and_scripts(name: str) -> None:
    assert people(name), name


@pytest.mark.parametrize(
    "name",
    [
        "Tarquin Blomkvist", "Anna Andersson", "Erika Nattlöpare", "Isidor Holm", "Mohamed Varsame", "X Æ", "A. B.",
        "Idris bin Salman al-Zorqi", "Göran Sjöberg", "Rashid Zarrinbush",
    ],
)  # fmt: skip
def test_leaves_other_people_alone(name: str) -> None:
    assert people(name) == ()


@pytest.mark.parametrize(
    "name", ["abcdefghijk" * 90, "cabd" * 250, "عبدال" * 200, "𰀀𰀁𰀂 𰀅𰀆", "ab " * 300, "1970/" * 150]
)
def test_a_long_or_rare_name_takes_no_more_than_a_moment(name: str) -> None:
    for schema in Schema:
        began = time.perf_counter()
        FINDER.find("v1", "demo", Subject(name, schema))
        FINDER.compare(Subject(name, schema), Subject(name[::-1], schema))
        assert time.perf_counter() - began < 1.0


def test_the_record_can_say_by_what_numbers_was_compared() -> None:
    method = FINDER.method()

    assert method.model == "2026-1"
    assert 0 < method.base_rate < 1
    assert sum(pairs for _, _, pairs, _ in method.bands["person"]) > 300
    with pytest.raises(LookupError):
        FINDER.method("1999-1")
