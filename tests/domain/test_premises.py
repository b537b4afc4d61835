"""Instants, opening hours and series are right across the days of 23 and 25 hours (Europe/Stockholm)."""

from datetime import UTC, date, datetime

import pytest

from service.bookings.scheduling import series
from service.desk import free_times
from service.domain.premises import DAY, HOUR, Span, day_span, instant, label
from service.domain.premises_rules import FreeDays
from tests.builders import a_room, an_estate

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_days_of_23_24_and_25_hours() -> None:
    assert day_span(SPRING).seconds == 23 * HOUR
    assert day_span(AUTUMN).seconds == 25 * HOUR
    assert day_span(date(2026, 6, 1)).seconds == DAY


def test_a_time_that_comes_twice_begins_at_the_first_and_ends_at_the_last() -> None:
    assert instant(AUTUMN, 150) == utc("2026-10-25T00:30")
    assert instant(AUTUMN, 150, last=True) == utc("2026-10-25T01:30")
    assert series.span_of(AUTUMN, 60, 180).seconds == 3 * HOUR


def test_a_time_that_the_clock_never_shows_is_refused() -> None:
    with pytest.raises(ValueError, match="never shows"):
        instant(SPRING, 150)
    assert instant(SPRING, 180) == utc("2026-03-29T01:00")


def test_midnight_at_the_end_of_a_day_is_written_as_24() -> None:
    assert label(Span(instant(AUTUMN, 22 * 60), instant(AUTUMN, 1440))) == "2026-10-25 22:00–24:00"


def test_every_tuesday_stays_at_six_by_the_clock() -> None:
    found = series.occurrences(
        "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261117", date(2026, 10, 6), 18 * 60, 20 * 60, free_days=(), most=120
    )
    assert [one.day.isoformat() for one in found] == [
        "2026-10-06", "2026-10-13", "2026-10-20", "2026-10-27", "2026-11-03", "2026-11-10", "2026-11-17",
    ]  # fmt: skip
    assert found[2].span.start == utc("2026-10-20T16:00")
    assert found[3].span.start == utc("2026-10-27T17:00"), "an hour later by the sun, the same by the clock"
    assert all(one.span.seconds == 2 * HOUR for one in found)


def test_school_holidays_and_hours_that_are_not_there_are_kept_with_their_reason() -> None:
    holiday = FreeDays({"sv": "Höstlov"}, date(2026, 10, 26), date(2026, 11, 1))
    found = series.occurrences("FREQ=WEEKLY;COUNT=3", date(2026, 10, 20), 1080, 1200, free_days=[holiday], most=120)
    assert [one.reason for one in found] == [None, "series.free_day", None]
    found = series.occurrences("FREQ=DAILY;COUNT=2", date(2026, 3, 28), 150, 170, free_days=(), most=9)
    assert [one.reason for one in found] == [None, "series.no_such_time"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=WEEKLY", "series.no_end"),
        ("FREQ=SECONDLY;COUNT=5", "series.rule_unknown"),
        ("FREQ=WEEKLY;BYSECOND=1;COUNT=5", "series.rule_unknown"),
        ("FREQ=WEEKLY;COUNT=105", "series.too_many"),
        ("FREQ=WEEKLY;COUNT=999999", "series.too_many"),
        ("FREQ=DAILY;BYMONTHDAY=32;COUNT=5", "series.rule_unknown"),
        ("FREQ=WEEKLY;COUNT=5;UNTIL=20270101", "series.rule_unknown"),
        ("FREQ=WEEKLY;UNTIL=20200101", "series.empty"),
        ("FREQ=WEEKLY;COUNT=x", "series.rule_unknown"),
        ("FREQ=WEEKLY;INTERVAL=0;COUNT=3", "series.rule_unknown"),
        ("FREQ=WEEKLY;COUNT=1;COUNT=2", "series.rule_unknown"),
        ("FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1;COUNT=5", "series.empty"),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", "series.rule_unknown"),
        ("nonsense", "series.rule_unknown"),
        ("", "series.rule_unknown"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(rule: str, code: str) -> None:
    with pytest.raises(series.BadRule) as wrong:
        series.occurrences(rule, date(2026, 10, 6), 1080, 1200, free_days=(), most=104)
    assert wrong.value.code == code


def test_a_room_is_open_through_midnight_where_its_hours_meet() -> None:
    room = a_room(hours=(((0, 1440),),) * 7)
    assert len(free_times.open_spans(room, AUTUMN, 2)) == 1
    span = Span(instant(AUTUMN, 23 * 60), instant(AUTUMN, 25 * 60))
    now = span.start - DAY
    assert free_times.why_not(an_estate(room), room, span, free_times.Busy(()), now=now) is None


def test_an_exception_is_stronger_than_the_week() -> None:
    room = a_room(exceptions={"2026-12-24": ((480, 720),), "2026-12-25": ()})
    estate, now = an_estate(room), instant(date(2026, 12, 1), 0)

    def why(day: int, start: int, end: int) -> str | None:
        at = date(2026, 12, day)
        return free_times.why_not(
            estate, room, Span(instant(at, start), instant(at, end)), free_times.Busy(()), now=now
        )

    assert why(24, 540, 660) is None
    assert why(24, 900, 960) == "room.outside_hours"
    assert why(25, 540, 660) == "room.outside_hours"
    assert why(26, 900, 960) is None
