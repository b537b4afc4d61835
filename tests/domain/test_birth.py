"""Dates of birth as lists write them."""

import pytest

from service.domain.birth import Birth, read_birth


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("1970-05-17", Birth(1970, 1970, 5, 17)),
        ("1970", Birth(1970, 1970)),
        ("1970-01-01", Birth(1970, 1970)),
        ("1970-05", Birth(1970, 1970, 5, None)),
        ("1968/1972", Birth(1968, 1972)),
        (" 1970 ", Birth(1970, 1970)),
    ],
)  # fmt: skip
def test_reads_what_a_text_says(text: str, birth: Birth) -> None:
    assert read_birth(text) == birth


@pytest.mark.parametrize(
    "text", ["", "okänt", "1972/1968", "1970-13", "1970-02-30", "1799", "2201", "1968/1970/1972", "/1970"]
)
def test_says_nothing_where_the_text_says_none(text: str) -> None:
    assert read_birth(text) is None
