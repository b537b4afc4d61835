"""Forms, places and abbreviations of associations."""

from pathlib import Path

import pytest

from service.domain.watchlist import Schema, Subject
from service.matching.finder import Finder
from tests.matching.comparing import FINDER, an_organisation, groups


def test_an_association_of_another_place_or_sport_or_number_is_another_association() -> None:
    assert groups("Rosendals IK")
    assert groups("Rosendals Idrottsklubb")
    assert groups("IK Rosendal")
    assert groups("Brf Lyktan 3")
    assert groups("Navets kulturförening, Ekby")
    assert groups("Kulturfören. Navet, Ekby")
    assert groups("Askbygdens ungdomsfören.")
    for other in ("Rosendals BK", "Rosendals IF", "Björkbygdens Ungdomsförening", "Brf Lyktan 4", "Lyktans IK"):
        assert groups(other) == (), other


@pytest.mark.parametrize("name", ["AIK", "Föreningen 88", "Röda Korset", "The Group", "Brf 12"])
def test_a_name_of_nothing_but_forms_is_found_by_itself_and_asks_for_an_identifier(tmp_path: Path, name: str) -> None:
    finder = Finder(tmp_path)
    finder.build("v1", [an_organisation(name), an_organisation("Solglimt")])

    [found] = finder.find("v1", "demo", Subject(name, Schema.ORGANISATION))

    assert found.needs_identifier


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Somaliska Kulturföreningen, SKF", "Somaliska Kulturföreningen", True),
        ("Kurdiska Föreningen (KF)", "Kurdiska Föreningen", True),
        ("Föreningen Vi Unga", "Vi Unga", True),
        ("Nordisk Ungdom", "Nordiska Ungdomen", True),
        ("4:e scoutkåren Ekby", "Fjärde Scoutkåren Ekby", True),
        ("Brf Solrosen 01", "Brf Solrosen 1", True),
        ("Stift. Norrskenet", "Stiftelsen Norrskenet", True),
        ("Fackeln ideell förening", "Föreningen Fackeln", True),
        ("Björken ek. för.", "Björken ekonomisk förening", True),
        ("Hässelby Ungdomsförening", "Vällingby Ungdomsförening", False),
        ("ek.", "IK", False),
    ],
)
def test_forms_acronyms_and_abbreviations_are_understood(one: str, other: str, same: bool) -> None:
    left, right = (Subject(name, Schema.ORGANISATION) for name in (one, other))

    assert (FINDER.compare(left, right).state != "no_candidate") is same
    assert FINDER.compare(left, right).state == FINDER.compare(right, left).state
