"""Names and identifiers weighed together."""

from service.domain.watchlist import Candidate, Schema, Subject
from tests.matching.comparing import FINDER, groups, people


def codes(candidate: Candidate) -> list[str]:
    return [one.code for one in candidate.evidence]


def test_a_common_name_alone_asks_for_the_birth_year_and_accuses_nobody() -> None:
    [candidate] = people("Mohamed Ali Hassan")

    assert candidate.needs_identifier
    assert codes(candidate)[-2:] == ["namesakes", "settle_birth"]


def test_the_birth_date_settles_a_common_name_by_degrees() -> None:
    assert not people("Mohamed Ali Hassan", "1980-04-21")[0].needs_identifier
    assert not people("Mohamed Ali Hassan", "1980")[0].needs_identifier
    assert people("Mohamed Ali Hassan", "1981")[0].needs_identifier, "one year apart says nothing either way"
    assert people("Mohamed Ali Hassan", "1990") == ()
    weights = [people("Mohamed Ali Hassan", one)[0].score for one in ("1980-04-21", "1980-04", "1980", "1981")]
    assert weights == sorted(weights, reverse=True)


def test_about_a_year_gives_two_years_of_tolerance() -> None:
    assert codes(people("Yunis Quorvandi Al-Duri", "1962")[0])[0] == "birth_range"
    assert codes(people("Yunis Quorvandi Al-Duri", "1963")[0])[0] == "birth_one_year"


def test_no_name_alone_is_certain() -> None:
    assert people("Tarquin Vossberg")[0].score <= 980
    assert people("Tarquin Vossberg", "1971")[0].score > 980


def test_a_weak_alias_never_raises_a_candidate_alone() -> None:
    [candidate] = people("Räven")

    assert candidate.needs_identifier
    assert "weak_alias" in codes(candidate)


def test_an_equal_organisation_number_outranks_the_name_and_another_weighs_against() -> None:
    [same] = groups("Föreningen Solglimt", "8029990044")
    assert not same.needs_identifier
    assert codes(same)[0] == "number_same"

    [other] = groups("Järnvargarnas Stridsförbund", "802999-0051")
    assert other.needs_identifier
    assert codes(other)[0] == "number_other"


def test_a_contradiction_costs_more_than_an_omission() -> None:
    whole, left_out, contradicted = (
        FINDER.compare(Subject(one, Schema.PERSON), Subject("Isidor Caspian Guldenhjelm", Schema.PERSON)).weight
        for one in ("Isidor Caspian Guldenhjelm", "Isidor Guldenhjelm", "Isidor Balthazar Guldenhjelm")
    )

    assert whole > left_out > contradicted
