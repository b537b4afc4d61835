"""A form's fields are declared once: read from what was typed, all faults at once, and described to other systems."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pytest

from service.desk import form
from service.domain.errors import InvalidInput


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Part:
    name: str = form.text()
    size: int = form.number()


@dataclass(frozen=True)
class Everything:
    text: str = form.text()
    note: str = form.text(required=False, most=10)
    day: date = form.day()
    until: date | None = form.day(required=False)
    at: int = form.clock(sent_as="from")
    colour: Colour = form.member(Colour)
    kind: str = form.choice(("a", "b"))
    ore: int | None = form.amount(sent_as="amount")
    sure: bool = form.yes_no()
    chosen: tuple[str, ...] = form.several(required=True)
    texts: tuple[str, ...] = form.in_order()
    answers: dict[str, bool] = form.by_prefix("answer_")
    parts: tuple[Part, ...] = form.numbered(Part, "part", 2)


FILLED = {
    "text": ["Hej"], "note": [""], "day": ["2026-11-22"], "until": [""], "from": ["18.30"], "colour": ["red"],
    "kind": ["b"], "amount": ["12,50"], "sure": ["yes"], "chosen": ["x", "", "x", "y"], "texts": ["", "två"],
    "answer_one": ["yes"], "answer_two": ["no"], "part_1_name": ["Andra"], "part_1_size": ["3"],
}  # fmt: skip


def test_reads_each_field_by_its_own_declaration() -> None:
    read = form.read_form(Everything, FILLED)

    assert read == Everything(
        text="Hej", note="", day=date(2026, 11, 22), until=None, at=1110, colour=Colour.RED, kind="b", ore=1250,
        sure=True, chosen=("x", "y"), texts=("", "två"), answers={"one": True, "two": False}, parts=(Part("Andra", 3),),
    )  # fmt: skip


def test_says_all_that_is_wrong_at_once_where_it_was_typed() -> None:
    with pytest.raises(InvalidInput) as refused:
        form.read_form(Everything, {"note": ["a" * 11], "from": ["sex"], "part_1_size": ["x"], "colour": ["green"]})

    assert {(problem.pointer, problem.code) for problem in refused.value.problems} == {
        ("/text", "input.missing"),
        ("/note", "input.too_long"),
        ("/day", "input.not_a_date"),
        ("/from", "input.clock"),
        ("/colour", "input.choice_unknown"),
        ("/kind", "input.missing"),
        ("/sure", "input.missing"),
        ("/chosen", "input.missing"),
        ("/parts/1/name", "input.missing"),
        ("/parts/1/size", "input.type_integer"),
    }


def test_describes_itself_by_the_names_that_are_sent() -> None:
    schema = form.schema_of(Everything)

    assert schema["required"] == ["text", "day", "from", "colour", "kind", "sure", "chosen"]
    assert schema["properties"]["colour"] == {"enum": ["red", "blue"]}
    assert schema["properties"]["part_0_name"]["minLength"] == 1
    assert "answer_" not in schema["properties"]
    assert form.with_version(schema)["required"][-1] == "version"
    assert form.with_file(schema, {"type": "string"})["properties"]["file"] == {"type": "string"}


def test_a_blank_part_in_between_is_left_out() -> None:
    parts = form.read_form(Everything, FILLED | {"part_0_name": ["  "]}).parts

    assert parts == (Part("Andra", 3),)


def test_an_answer_that_is_neither_yes_nor_no_is_not_taken_for_no() -> None:
    with pytest.raises(InvalidInput) as refused:
        form.read_form(Everything, FILLED | {"answer_one": ["ja"]})

    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [
        ("/answers/one", "input.choice_unknown")
    ]


@pytest.mark.parametrize("position", ["2", "17"])
def test_more_parts_than_there_is_room_for_are_not_thrown_away(position: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        form.read_form(Everything, FILLED | {f"part_{position}_name": ["Tredje"]})

    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [("/parts", "input.too_many")]
