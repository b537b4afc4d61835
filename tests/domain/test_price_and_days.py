"""What a time costs line by line, and days that are days of the calendar also when the clock is changed."""

from datetime import date

import pytest

from service.desk import free_times
from service.domain.clock import Second
from service.domain.premises import HOUR, Hirer, Span, day_span, days_on, instant, local
from service.domain.premises_rules import OutOfHours
from tests.builders import a_room, a_rule_set, an_estate

MONDAY, SATURDAY, AUTUMN = date(2027, 2, 1), date(2027, 2, 6), date(2026, 10, 25)


def at(day: date, start: int, end: int) -> Span:
    return Span(instant(day, start), instant(day, end))


# --- What it costs ---


@pytest.mark.parametrize(
    ("day", "start", "end", "lines"),
    [
        (MONDAY, 1080, 1320, [("hours", 4)]),
        (MONDAY, 1080, 1335, [("hours", 5), ("surcharge", 1)]),
        (MONDAY, 420, 540, [("hours", 2), ("surcharge", 1)]),
        (MONDAY, 450, 1350, [("hours", 15), ("surcharge", 1)]),
        (SATURDAY, 600, 720, [("hours", 2)]),
    ],
)
def test_the_surcharge_lies_on_the_hours_outside_and_the_lines_add_up(
    day: date, start: int, end: int, lines: list[tuple[str, int]]
) -> None:
    rules = a_rule_set().premises
    price = rules.price(a_room(kind="hall"), at(day, start, end), Hirer.COMPANY)
    assert [(line.code, line.hours) for line in price.lines] == lines
    per_hour = price.lines[0].per_hour_ore
    outside = sum(hours for code, hours in lines if code == "surcharge")
    assert price.ore == per_hour * lines[0][1] + outside * per_hour // 2


def test_a_quarter_past_ten_costs_an_hour_and_its_surcharge_more_and_no_more() -> None:
    rules, room = a_rule_set().premises, a_room(kind="hall")
    by_ten = rules.price(room, at(MONDAY, 840, 1320), Hirer.COMPANY)
    later = rules.price(room, at(MONDAY, 840, 1335), Hirer.COMPANY)
    assert later.ore - by_ten.ore == by_ten.lines[0].per_hour_ore * 3 // 2


def test_weekends_count_only_their_own_hours_where_the_rules_have_it_so() -> None:
    rules = OutOfHours(480, 1320, weekends=True, surcharge_percent=50, executes=False)
    friday_night = Span(instant(date(2027, 2, 5), 1260), instant(SATURDAY, 120))
    assert rules.seconds(friday_night) == 2 * HOUR + 2 * HOUR
    assert rules.seconds(day_span(AUTUMN)) == 25 * HOUR, "a Sunday of 25 hours"


# --- Days of the calendar ---


def test_a_whole_day_is_a_day_on_every_day_of_the_year() -> None:
    room = a_room(hours=(((0, 1440),),) * 7, longest=1440)
    for day in (AUTUMN, date(2026, 3, 29), MONDAY):
        now = days_on(instant(day, 0), -30)
        assert free_times.why_not(an_estate(room), room, day_span(day), free_times.Busy(()), now=now) is None
        longer = Span(day_span(day).start, Second(day_span(day).end + 60))
        assert free_times.why_not(an_estate(room), room, longer, free_times.Busy(()), now=now) == "room.too_long"


def test_days_before_and_ahead_are_days_of_the_calendar() -> None:
    start = instant(date(2026, 10, 28), 600)
    rules = a_rule_set().premises
    weekly = next(days for days, percent in rules.cancellation if percent == 0)
    assert rules.fee(10_000, start, days_on(start, -weekly)) == 0
    room = a_room(ahead_days=10)
    now = instant(date(2026, 10, 20), 600)
    assert free_times.last_day(room, now) == date(2026, 10, 30)
    assert local(days_on(now, 10)).hour == 10
