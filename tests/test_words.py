"""Codes and values into sentences."""

import re
from pathlib import Path

import pytest

from service.words import LANGUAGES, Catalogue
from tests.builders import ROOT

WORDS = Catalogue(
    {
        "sv": {"a.code": "Saknas: %(what)s", "term.what.stadgar": "stadgar", "a.count": ("En sak", "%(count)s saker")},
        "en": {"a.code": "Missing: %(what)s"},
    }
)


def test_a_value_that_is_a_code_is_put_into_words_too() -> None:
    assert WORDS.say("sv", "a.code", {"what": "stadgar"}) == "Saknas: stadgar"
    assert WORDS.say("sv", "a.code", {"what": "<b>"}) == "Saknas: <b>"


def test_a_number_of_things_has_a_form_for_one_and_for_several() -> None:
    assert WORDS.say("sv", "a.count", {"count": 1}) == "En sak"
    assert WORDS.say("sv", "a.count", {"count": 0}) == "0 saker"


def test_a_gap_is_seen_and_breaks_nothing() -> None:
    assert WORDS.text("en", "a.count") == "a.count"
    assert WORDS.say("sv", "a.code", {}) == "a.code"
    assert not WORDS.knows("en", "a.count")


def test_a_check_adds_to_its_own_codes_alone(tmp_path: Path) -> None:
    file = tmp_path / "sv.po"
    file.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "mine.found"\nmsgstr "Hittad"\n\nmsgid "a.code"\nmsgstr "Kapad"\n',
        "utf-8",
    )

    words = WORDS.with_checks(lambda language: {"mine": file} if language == "sv" else {})

    assert words.text("sv", "mine.found") == "Hittad"
    assert words.text("sv", "a.code") == "Saknas: %(what)s"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_a_place_that_is_never_filled_in(language: str) -> None:
    catalogue = Catalogue.load(ROOT / "templates" / "words")
    texts = [form for code in catalogue.codes(language) for form in catalogue.forms(language, code)]

    assert [text for text in texts if re.search(r"\{[a-z_]+\}", text)] == []
