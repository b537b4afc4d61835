"""A coordinator edits the texts of letters."""

from dataclasses import replace
from datetime import date

import pytest

from service.casework.letters import edit_texts
from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput


async def test_a_letters_text_is_edited_without_touching_the_rest_and_wrong_places_are_named(desk: Desk) -> None:
    texts = {"sv": "Hej.\n\n## Varför\n\n{reasons}", "en": "Hello.\n\n## Why\n\n{reasons}"}
    sheet = await edit_texts.preview(desk, "decision", texts, language="sv")
    assert [one.kind for one in sheet.blocks] == ["paragraph", "heading", "paragraph"]

    with pytest.raises(InvalidInput) as caught:
        await edit_texts.preview(desk, "decision", {"sv": "Hej {namn}.", "en": "  "}, language="sv")
    assert [(one.pointer, one.code) for one in caught.value.problems] == [
        ("/sv", "letter.unknown_place"), ("/en", "input.missing"),
    ]  # fmt: skip
    new = {"id": "x-2027", "valid_from": date(2027, 3, 1), "diary_number": "HV 2026/99"}
    text = await edit_texts.changed(desk, "decision", texts, **new)
    rules, before = desk.parse_rules(text), (await edit_texts.newest(desk))[0]
    assert rules.letters["decision"].body["sv"].strip() == texts["sv"]
    assert (rules.adopted_on, rules.diary_number) == (date(2026, 11, 22), "HV 2026/99"), "adopted anew"
    kept = ("id", "sha256", "valid_from", "letters", "adopted_on", "diary_number")
    assert replace(rules, **{name: getattr(before, name) for name in kept}) == before
