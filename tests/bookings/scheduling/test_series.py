"""Recurring times (RFC 5545), by example."""

from datetime import date

import pytest

from service.bookings.scheduling import series
from service.bookings.scheduling.series import BadRule
from service.domain.premises_rules import FreeDays

MONDAY = date(2027, 3, 1)


def days(rule: str, *, most: int = 60, free: tuple[FreeDays, ...] = ()) -> list[date]:
    return [time.day for time in series.occurrences(rule, MONDAY, 600, 720, free_days=free, most=most)]


def test_every_week_until_a_day_the_day_included() -> None:
    assert days("FREQ=WEEKLY;UNTIL=20270315") == [MONDAY, date(2027, 3, 8), date(2027, 3, 15)]
    assert days("FREQ=WEEKLY;INTERVAL=2;COUNT=2") == [MONDAY, date(2027, 3, 15)]


def test_the_second_tuesday_of_a_month() -> None:
    assert days("RRULE:freq=monthly;byday=2TU;count=2") == [date(2027, 3, 9), date(2027, 4, 13)]


def test_a_day_that_is_left_out_is_kept_with_its_reason() -> None:
    holiday = FreeDays({"sv": "Lov"}, date(2027, 3, 8), date(2027, 3, 12))

    times = series.occurrences("FREQ=WEEKLY;COUNT=2", MONDAY, 600, 720, free_days=[holiday], most=10)

    assert [time.reason for time in times] == [None, "series.free_day"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=WEEKLY", "series.no_end"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20270315", "series.rule_unknown"),
        ("FREQ=WEEKLY;BYDAY=2TU;COUNT=2", "series.numbered_day"),
        ("FREQ=HOURLY;COUNT=2", "series.rule_unknown"),
        ("FREQ=WEEKLY;FREQ=DAILY;COUNT=2", "series.rule_unknown"),
        ("COUNT=2", "series.rule_unknown"),
        ("FREQ=WEEKLY;COUNT=61", "series.too_many"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20270330", "series.empty"),
        ("hej", "series.rule_unknown"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(rule: str, code: str) -> None:
    with pytest.raises(BadRule) as refused:
        days(rule)

    assert refused.value.code == code


def test_as_many_as_may_be_are_taken() -> None:
    assert len(days("FREQ=WEEKLY;COUNT=60")) == 60
