"""Working days and last days."""

from datetime import date

import pytest

from service.rules.calendar import is_working_day, last_day, working_days_after


@pytest.mark.parametrize(
    ("posted", "last"),
    [
        ("2026-03-13", "2026-04-07"),  # Good Friday: the Tuesday after Easter
        ("2026-03-16", "2026-04-07"),  # Easter Monday
        ("2026-05-29", "2026-06-22"),  # Midsummer Eve, a Friday: the Monday
        ("2026-05-16", "2026-06-08"),  # the National Day, a Saturday
        ("2026-12-03", "2026-12-28"),  # Christmas Eve, a Thursday: the Monday after Boxing Day's weekend
        ("2026-12-10", "2027-01-04"),  # New Year's Eve, a Thursday; New Year's Day; a weekend
        ("2026-12-16", "2027-01-07"),  # Epiphany, a Wednesday
        ("2026-11-14", "2026-12-07"),  # 5 December is a Saturday
        ("2026-11-02", "2026-11-23"),  # an ordinary Monday
    ],
)
def test_the_last_day_of_appeal_is_three_weeks_from_posting_and_never_a_holiday(posted: str, last: str) -> None:
    found = last_day(date.fromisoformat(posted), 21)

    assert found.isoformat() == last
    assert is_working_day(found)


def test_three_working_days_before_a_near_booking_are_counted_without_holidays() -> None:
    assert working_days_after(date(2026, 12, 22), 3) == date(2026, 12, 29)
    assert working_days_after(date(2026, 4, 2), 3) == date(2026, 4, 9)
