from dataclasses import replace
from datetime import date

import pytest

from checks.timeliness import Timeliness, TimelinessParams
from service.domain.finding import Outcome
from tests.builders import a_check_input, a_premises_document


@pytest.mark.parametrize(
    ("received", "first", "last", "expected"),
    [
        (date(2026, 1, 1), "01-01", "01-31", Outcome.MET),
        (date(2026, 1, 31), "01-01", "01-31", Outcome.MET),
        (date(2026, 2, 1), "01-01", "01-31", Outcome.NOT_MET),
        (date(2026, 12, 30), "12-01", "01-31", Outcome.MET),
        (date(2026, 3, 1), "12-01", "01-31", Outcome.NOT_MET),
    ],
)
def test_the_window_includes_both_its_days_and_may_pass_new_year(
    received: date, first: str, last: str, expected: Outcome
) -> None:
    given = a_check_input(received_on=received)

    assert Timeliness().run(given, TimelinessParams(window_from=first, window_to=last)).outcome is expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-11-21", Outcome.NOT_MET), ("2026-11-24", Outcome.NEEDS_INQUIRY), ("2026-11-25", Outcome.MET)],
)
def test_a_day_that_has_passed_or_is_near_is_seen(day: str, expected: Outcome) -> None:
    given = a_check_input(a_premises_document(date=day))

    assert Timeliness().run(given, TimelinessParams(days_before=3)).outcome is expected


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (date(2026, 12, 15), (Outcome.MET, "timeliness.in_round")),
        (date(2026, 12, 16), (Outcome.NOT_MET, "timeliness.after_round")),
    ],
)
def test_the_round_it_belongs_to_is_the_only_deadline(received: date, expected: tuple[Outcome, str]) -> None:
    given = replace(a_check_input(received_on=received), deadline=date(2026, 12, 15))
    all_year = TimelinessParams(window_from="01-01", window_to="12-31")

    result = Timeliness().run(given, all_year)

    assert (result.outcome, result.code) == expected


def test_does_not_apply_where_the_rules_set_no_limit_for_the_kind() -> None:
    assert Timeliness().run(a_check_input(), TimelinessParams(days_before=3)).outcome is Outcome.NOT_APPLICABLE
