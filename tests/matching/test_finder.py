"""Names side by side: what is a candidate, what needs an identifier, what is neither. All names are invented."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.application import Party, PartyKind
from service.domain.watchlist import Candidate, ListEntry, ListName, Schema
from service.matching import normalise
from service.matching.compare import compare
from service.matching.finder import MOST_VERSIONS, THRESHOLD, Finder, find
from service.matching.index import NameIndex


def a_person(
    name: str, *aliases: str, weak: tuple[str, ...] = (), years: tuple[int, ...] = (), span: int = 0
) -> ListEntry:
    names = (ListName(name), *(ListName(one) for one in aliases), *(ListName(one, weak=True) for one in weak))
    return ListEntry(f"P-{name}", Schema.PERSON, names, years, span)


def an_organisation(name: str, *aliases: str, number: str = "") -> ListEntry:
    names = (ListName(name), *(ListName(one) for one in aliases))
    return ListEntry(f"O-{name}", Schema.ORGANISATION, names, org_numbers=(number,) if number else ())


PEOPLE = NameIndex(
    [
        a_person("Tarquin Vossberg", years=(1971,)),
        a_person("Xaliimo Cismaan Warsame Guuleed"),
        a_person("GULDENHJELM, Isidor Caspian", weak=("Räven",)),
        a_person("Mohamed Ali Hassan", years=(1980,)),
        a_person("Göran Sjöquist"),
        a_person("Erik Nattlöpare"),
        a_person("Зебулон Кракатит"),
        a_person("Yunis Quorvandi Al-Duri", years=(1960,), span=2),
    ],
    Schema.PERSON,
)
GROUPS = NameIndex(
    [
        an_organisation("Rosendals IK"),
        an_organisation("Askbygdens Ungdomsförening"),
        an_organisation("Järnvargarnas Stridsförbund", "Järnvargarna", number="802999-0044"),
    ],
    Schema.ORGANISATION,
)


def people(name: str, year: int | None = None) -> tuple[Candidate, ...]:
    return find(PEOPLE, "demo", Party(PartyKind.REPRESENTATIVE, name, birth_year=year), Schema.PERSON)


def groups(name: str, number: str | None = None) -> tuple[Candidate, ...]:
    return find(GROUPS, "demo", Party(PartyKind.ORGANISATION, name, number), Schema.ORGANISATION)


@pytest.mark.parametrize(
    "name",
    [
        "Tarquin Vossberg", "VOSSBERG Tarquin", "Vossberg, Tarquin", "Tarkvin Wosberg", "tarquin  vossberg",
        "Caspian Isidor Guldenhjelm", "Goran Sjoquist", "Göran Sjökvist", "Zebulon Krakatit",
    ],
)  # fmt: skip
def test_flags_a_listed_person_in_other_spellings_orders_and_scripts(name: str) -> None:
    assert people(name), name
    assert not people(name)[0].needs_identifier


@pytest.mark.parametrize(
    "name",
    ["Tarquin Blomkvist", "Anna Andersson", "Erika Nattlöpare Strand", "Isidor Holm", "Mohamed Warsame", "Ali", "X Æ"],
)
def test_leaves_other_people_alone(name: str) -> None:
    assert not [one for one in people(name) if not one.needs_identifier]


def test_a_common_name_alone_asks_for_the_birth_year_and_accuses_nobody() -> None:
    [candidate] = people("Mohamed Ali Hassan")

    assert candidate.needs_identifier
    assert "common_name" in {one.code for one in candidate.evidence}


def test_the_birth_year_settles_a_common_name() -> None:
    assert not people("Mohamed Ali Hassan", 1980)[0].needs_identifier
    assert people("Mohamed Ali Hassan", 1981)[0].needs_identifier
    assert people("Mohamed Ali Hassan", 1990) == ()


def test_a_list_that_says_about_gives_two_years_of_tolerance() -> None:
    assert "birth_year_same" in {one.code for one in people("Yunis Quorvandi Al-Duri", 1962)[0].evidence}


def test_a_weak_alias_never_raises_a_candidate_alone() -> None:
    assert all(one.needs_identifier for one in people("Räven"))


def test_an_association_of_another_place_or_sport_is_another_association() -> None:
    assert groups("Rosendals IK")
    assert groups("Rosendals Idrottsklubb")
    assert groups("Rosendals BK") == ()
    assert groups("Björkbygdens Ungdomsförening") == ()


def test_an_equal_organisation_number_outranks_the_name_and_another_weighs_against() -> None:
    [same] = groups("Föreningen Solglimt", "8029990044")
    assert same.score == 1000
    assert same.evidence[0].code == "org_number_same"

    [other] = groups("Järnvargarnas Stridsförbund", "802999-0051")
    assert other.needs_identifier
    assert other.evidence[0].code == "org_number_differs"


def test_the_evidence_shows_both_spellings() -> None:
    [candidate] = people("Tarquin Wossberg")

    assert ("token_variant", "wossberg", "vossberg") in {(one.code, one.left, one.right) for one in candidate.evidence}


@given(st.text(max_size=80))
def test_no_text_makes_it_fall_and_the_same_text_gives_the_same_answer(name: str) -> None:
    assert people(name) == people(name)
    assert groups(name) == groups(name)


@given(st.permutations(["Isidor", "Caspian", "Guldenhjelm"]), st.booleans())
def test_order_and_case_make_no_difference(parts: list[str], upper: bool) -> None:
    name = " ".join(parts)

    assert [one.score for one in people(name.upper() if upper else name)] == [
        one.score for one in people("Isidor Caspian Guldenhjelm")
    ]


def test_no_short_name_is_contained_in_a_longer_one() -> None:
    """What subset scorers do: "Ali Hassan" is not "Mohamed Ali Hassan Warsame"."""
    index = NameIndex([a_person("Mohamed Ali Hassan Warsame Quorvandi Vossberg")], Schema.PERSON)

    found = find(index, "demo", Party(PartyKind.REPRESENTATIVE, "Ali Hassan"), Schema.PERSON)

    assert all(one.needs_identifier for one in found)


def test_the_index_loses_no_pair_that_the_full_comparison_calls_alike_and_is_faster() -> None:
    families = [
        f"{a}{b}{c}"
        for a in ("Voss", "Kvar", "Zir", "Mirk", "Guld")
        for b in ("en", "an", "ot")
        for c in ("berg", "hjelm", "vetz", "dal", "rabel", "stråle")
    ]
    givens = [
        "Tarquin",
        "Isidor",
        "Caspian",
        "Zebulon",
        "Dragoslav",
        "Halima",
        "Yunis",
        "Ottilia",
        "Ragnvald",
        "Sunniva",
    ]
    index = NameIndex([a_person(f"{one} {two}") for one in givens for two in families], Schema.PERSON)
    asked = [normalise.person(f"{one} {two}") for one in givens[:5] for two in families[::9]]

    began = time.perf_counter()
    by_index = [
        {one.name.text for one in index.candidates(name) if compare(name, one.name, index.weight).score >= THRESHOLD}
        for name in asked
    ]
    indexed, began = time.perf_counter() - began, time.perf_counter()
    by_scan = [
        {one.name.text for one in index.names if compare(name, one.name, index.weight).score >= THRESHOLD}
        for name in asked
    ]
    scanned = time.perf_counter() - began

    assert by_index == by_scan
    assert indexed < scanned


def test_a_version_that_was_put_aside_is_never_answered_from_nothing() -> None:
    finder, party = Finder(), Party(PartyKind.REPRESENTATIVE, "Tarquin Vossberg")
    entries = [a_person("Tarquin Vossberg")]
    for number in range(MOST_VERSIONS + 1):
        assert finder.search(f"v{number}", "demo", entries, party)
    assert not finder.knows("v0")

    with pytest.raises(LookupError):
        finder.search("v0", "demo", [], party)
    assert finder.search("v0", "demo", entries, party)
