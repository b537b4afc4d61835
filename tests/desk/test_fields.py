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
    [
        ("18", 1080),
        ("18.30", 1110),
        ("1830", 1110),
        ("9:30", 570),
        (" 08:00 ", 480),
        ("24:00", 1440),
        ("kl. 18", 1080),
        ("kl 18,30", 1110),
    ],
)
def test_reads_a_time_as_people_write_it(text: str, minutes: int) -> None:
    assert fields.check_clock("/here", text) == minutes


@pytest.mark.parametrize("text", ["", "nio", "25:00", "18.60", "24:01", "-1"])
def test_names_the_field_of_what_is_no_time(text: str) -> None:
    assert complaint(fields.check_clock, text) == "input.clock"


@pytest.mark.parametrize(
    ("text", "ore"),
    [("25 000", 2_500_000), ("1 250,50", 125_050), ("300 kr", 30_000), ("0", 0), ("", None), ("1\u00a0000", 100_000), ("12.50", 1250), ("1 500:-", 150_000), ("1500,-", 150_000), ("25.000", 2_500_000), ("SEK 300", 30_000), ("1.250,50 kr", 125_050), ("2 000 kronor", 200_000)],
)  # fmt: skip
def test_reads_an_amount_in_ore(text: str, ore: int | None) -> None:
    assert fields.check_amount("/here", text) == ore


@pytest.mark.parametrize("text", ["mycket", "-5", "1,5", "1,234,00", "9" * 13])
def test_names_the_field_of_what_is_no_amount(text: str) -> None:
    assert complaint(fields.check_amount, text) == "input.amount"


def test_reads_a_whole_number() -> None:
    assert fields.check_number("/here", " 12 ") == 12
    assert fields.check_number("/here", "1 200 st") == 1200
    assert complaint(fields.check_number, "") == "input.missing"
    assert complaint(fields.check_number, "-1") == "input.type_integer"
    assert complaint(fields.check_number, "²") == "input.type_integer"


@pytest.mark.parametrize(
    "text", ["2026-11-22", "20261122", "26-11-22", "2026/11/22", "2026.11.22", "22/11 2026", "22.11.2026", "2026–11–22"]
)
def test_reads_a_day_as_people_write_it(text: str) -> None:
    assert fields.check_day("/here", f" {text} ") == date(2026, 11, 22)


@pytest.mark.parametrize("text", ["", "2026-02-30", "22 november", "2026-11-22T00:00", "11/22", "0000-00-00"])
def test_names_the_field_of_what_is_no_day(text: str) -> None:
    assert complaint(fields.check_day, text) == "input.not_a_date"


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("08:00-12:00, 13:00-22:00", ["08:00-12:00", "13:00-22:00"]),
        ("8–12; 13.00–22", ["08:00-12:00", "13:00-22:00"]),
        ("kl. 8 - 12 och 13-22", ["08:00-12:00", "13:00-22:00"]),
        ("stängt", []), ("Stängt ", []), ("closed", []), ("", []), ("-", []),
        ("hela dagen", ["hela dagen"]),
    ],
)  # fmt: skip
def test_reads_hours_as_people_write_them(text: str, hours: list[str]) -> None:
    assert fields.as_hours(text) == hours


def test_reads_days_with_hours_of_their_own_one_by_one_and_as_a_range() -> None:
    written = "2026-12-24 8-12\n2026-12-25–2026-12-27 stängt\n31/12 2026 10-14\n\n2027-01-01"
    assert fields.as_exceptions(written) == {
        "2026-12-24": ["08:00-12:00"],
        "2026-12-25": [], "2026-12-26": [], "2026-12-27": [], "2027-01-01": [],
        "2026-12-31": ["10:00-14:00"],
    }  # fmt: skip
    assert fields.as_exceptions("2026-12-27–2026-12-25 stängt") == {"2026-12-27-2026-12-25": []}, "named by its reader"


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
