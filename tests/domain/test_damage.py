"""A damaged name is mended where that is certain, and otherwise said to be damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.damage import Damage, mended


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("Ã…ke Ã–hrnstam", "Åke Öhrnstam"),
        ("BjÃ¶rn GranlÃ¶f", "Björn Granlöf"),
        ("Ã\u0089lodie", "Élodie"),
        ("Ð¢Ð°Ñ€ÐºÐ²Ð¸Ð½", "Тарквин"),
    ],
)
def test_utf8_read_as_another_encoding_is_read_back(damaged: str, whole: str) -> None:
    assert mended(damaged) == (whole, Damage.REPAIRED)


@pytest.mark.parametrize("text", ["Bj\ufffdrn Granl\ufffdf", "Bj?rn Granl?f", "?ke? Bj??rn", "Ã¶ \ufffd"])
def test_a_sign_that_was_lost_is_lost(text: str) -> None:
    assert mended(text) == (text, Damage.LEFT)


@pytest.mark.parametrize(
    "text", ["Åke Öhrnstam", "Tarquin Vossberg?", "Vem är jag?", "SÃO Paulo Klubb", "Björn", "N°5", "Тарквин", "محمد"]
)
def test_a_whole_name_is_left_as_it_is(text: str) -> None:
    assert mended(text) == (text, Damage.NONE)


@given(
    st.text(alphabet=st.characters(min_codepoint=0xC0, max_codepoint=0x24F, categories=["L"]), min_size=1, max_size=20)
)
def test_what_was_misread_as_latin_is_mended_or_said(name: str) -> None:
    misread = name.encode().decode("latin-1")
    text, damage = mended(misread)

    assert damage is not Damage.NONE
    assert text == name or damage is Damage.LEFT
