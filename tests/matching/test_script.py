"""Any script into words of comparable letters, by example."""

import pytest

from service.matching.script import ABJAD, HAN, clean, letters_for_digits, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna-Karin O'Brien (AB)", ("anna", "karin", "obrien", "ab")),
        ("A.B.C. Åsen", ("abc", "asen")),
        ("Мария", ("mariya",)),
        ("", ()),
        ("…", ()),
    ],
)
def test_a_text_is_taken_apart_into_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_a_script_without_vowels_says_so_by_its_first_sign() -> None:
    [arabic] = words("محمد")
    [han] = words("王")

    assert arabic.startswith(ABJAD)
    assert han == HAN + "王"


def test_signs_that_nobody_sees_are_dropped_and_cleaning_twice_changes_nothing() -> None:
    cleaned = clean("An\u200bna\u00ad ÉLAN")

    assert cleaned == "anna elan"
    assert clean(cleaned) == cleaned


def test_digits_that_stand_for_letters_are_read_as_them() -> None:
    assert letters_for_digits("4nna") == "anna"
