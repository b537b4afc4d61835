"""One reader of times, amounts, dates and numbers for all forms."""

from datetime import date

import pytest

from service.desk import fields
from service.domain.errors import InvalidInput


def complaint(read, *arguments) -> str:
    with pytest.raises(InvalidInput) as refused:
        read("/here", *arguments)
    [problem] = refused.value.problems
    assert problem.pointer == "/here"
    return problem.code


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("18", 1080), ("18.30", 1110), ("1830", 1110), ("9:30", 570), (" 08:00 ", 480), ("24:00", 1440)],
)
def test_reads_a_time_as_people_write_it(text: str, minutes: int) -> None:
    assert fields.check_clock("/here", text) == minutes


@pytest.mark.parametrize("text", ["", "nio", "25:00", "18.60", "24:01", "-1"])
def test_names_the_field_of_what_is_no_time(text: str) -> None:
    assert complaint(fields.check_clock, text) == "input.clock"


@pytest.mark.parametrize(
    ("text", "ore"),
    [("25 000", 2_500_000), ("1 250,50", 125_050), ("300 kr", 30_000), ("0", 0), ("", None), ("1\u00a0000", 100_000), ("12.50", 1250)],
)  # fmt: skip
def test_reads_an_amount_in_ore(text: str, ore: int | None) -> None:
    assert fields.check_amount("/here", text) == ore


@pytest.mark.parametrize("text", ["mycket", "-5", "1,5", "1,234,00", "9" * 13])
def test_names_the_field_of_what_is_no_amount(text: str) -> None:
    assert complaint(fields.check_amount, text) == "input.amount"


def test_reads_a_whole_number() -> None:
    assert fields.check_number("/here", " 12 ") == 12
    assert complaint(fields.check_number, "") == "input.missing"
    assert complaint(fields.check_number, "-1") == "input.type_integer"
    assert complaint(fields.check_number, "²") == "input.type_integer"


def test_reads_a_day_and_no_other_writing_of_it() -> None:
    assert fields.check_day("/here", "2026-11-22") == date(2026, 11, 22)
    for text in ("", "2026-02-30", "22/11 2026", "20261122", "2026-11-22T00:00"):
        assert complaint(fields.check_day, text) == "input.not_a_date"


def test_a_day_that_has_not_come_is_refused() -> None:
    fields.check_not_later("/here", date(2026, 11, 22), date(2026, 11, 22))
    assert complaint(fields.check_not_later, date(2026, 11, 23), date(2026, 11, 22)) == "input.not_now_or_earlier"


def test_a_text_is_kept_tidied_and_one_that_nobody_sees_is_none() -> None:
    assert fields.check_text("/here", " Hej\r\nda\u030a \n") == "Hej\ndå"
    assert complaint(fields.check_text, "\u200b\u2060 ") == "input.missing"
    assert complaint(fields.check_text, "a\x00b") == "input.nul"
    assert complaint(fields.check_text, "a" * 8001) == "input.too_long"
    assert fields.check_text("/here", "  ", required=False) == ""


def test_a_choice_is_one_of_those_there_are() -> None:
    assert fields.one_of("/here", "a", ("a", "b")) == "a"
    assert complaint(fields.one_of, "", ("a",)) == "input.missing"
    assert complaint(fields.one_of, "c", ("a",)) == "input.choice_unknown"
