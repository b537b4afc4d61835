"""What a birth date, a country or a number says beside a name."""

import pytest

from service.matching.identifiers import Verdict, compare_births, compare_sets


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (["1970"], ["1970-05-17"], Verdict.AGREES),
        (["1970-05-17"], ["1970-05-17"], Verdict.AGREES),
        (["1970"], ["1985"], Verdict.DISAGREES),
        ([], ["1970"], Verdict.UNKNOWN),
        (["1970"], [], Verdict.UNKNOWN),
    ],
)
def test_births(ours: list[str], theirs: list[str], verdict: Verdict) -> None:
    assert compare_births(ours, theirs, latest=2016).verdict is verdict


def test_one_number_in_common_is_enough() -> None:
    assert compare_sets("number", ["1", "2"], ["2", "3"]).verdict is Verdict.AGREES
    assert compare_sets("number", ["1"], ["2"]).verdict is Verdict.DISAGREES
    assert compare_sets("number", [], ["2"]).verdict is Verdict.UNKNOWN
