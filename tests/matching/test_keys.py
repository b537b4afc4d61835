"""How a word sounds, by example."""

import pytest

from service.matching.keys import base_key, fold_keys, skeleton, sound_class


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("mohammed", "muhammad"),
        ("qvist", "kvist"),
        ("hjalmar", "jalmar"),
        ("shahin", "sjahin"),
    ],
)
def test_usual_spellings_of_one_name_share_their_consonants(left: str, right: str) -> None:
    assert skeleton(base_key(left)) == skeleton(base_key(right))


def test_the_base_key_comes_first_and_other_readings_after() -> None:
    assert fold_keys("quist") == ("kvist", "guist")
    assert fold_keys("kristina") == ("kristina",)


def test_sounds_that_are_taken_for_each_other_are_of_one_class() -> None:
    assert sound_class("k") == "k"
    assert skeleton(base_key("muhammad")) == "mhmd"
