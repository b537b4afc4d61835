"""Did the application come in time?"""

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Example, Params
from service.domain.examples import an_input, premises
from service.domain.finding import CheckResult, Outcome, Trait

#: A day of any year.
MonthDay = Annotated[str, Meta(pattern=r"\A(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")]


class TimelinessParams(Params, frozen=True):
    """A window of the year, both its days included, or a number of days before the event."""

    window_from: MonthDay | None = None
    window_to: MonthDay | None = None
    days_before: Annotated[int, Meta(ge=0, le=365)] | None = None

    def __post_init__(self) -> None:
        """A limit is whole, and there is one."""
        if self.window_from is not None and self.window_to is None:
            raise ValueError("window_to")
        if self.window_from is None and (self.window_to is not None or self.days_before is None):
            raise ValueError("window_from")


class Timeliness:
    """By the last day of the round it belongs to; else within the window of the year, or so many days before the event.

    There is one deadline to a case: that of its round (ansökningsomgång), where it belongs to one.
    """

    description = CheckDescription(
        "timeliness",
        "3",
        frozenset(Kind),
        owner="Granska",
        rests_on="https://lagen.nu/2017:900#P20",
        traits=frozenset({Trait.OF_THE_OCCASION}),
    )
    params = TimelinessParams
    examples = (
        Example(
            an_input(),
            Outcome.MET,
            "timeliness.in_window",
            params={"window_from": "11-01", "window_to": "11-30"},
        ),
        Example(
            an_input(Kind.PREMISES, premises=premises(date="2026-11-20")),
            Outcome.NOT_MET,
            "timeliness.date_passed",
            params={"days_before": 3},
        ),
    )

    def run(self, given: CheckInput, params: TimelinessParams) -> CheckResult:
        """A late application is received all the same; what follows from lateness is for a person to say."""
        if given.deadline is not None:
            return _in_round(given.received_on, given.deadline)
        if params.window_from is not None and params.window_to is not None:
            return _in_window(given, params.window_from, params.window_to)
        if given.application.premises is not None and params.days_before is not None:
            return _before_event(given, params.days_before)
        return CheckResult(Outcome.NOT_APPLICABLE, "timeliness.no_limit")


def _in_round(received: date, last: date) -> CheckResult:
    params = {"date": received.isoformat(), "last": last.isoformat()}
    if received <= last:
        return CheckResult(Outcome.MET, "timeliness.in_round", params)
    return CheckResult(Outcome.NOT_MET, "timeliness.after_round", params)


def _in_window(given: CheckInput, first: str, last: str) -> CheckResult:
    received = given.received_on.strftime("%m-%d")
    over_new_year = first > last
    inside = received >= first or received <= last if over_new_year else first <= received <= last
    params = {"date": given.received_on.isoformat(), "first": first, "last": last}
    if inside:
        return CheckResult(Outcome.MET, "timeliness.in_window", params)
    return CheckResult(Outcome.NOT_MET, "timeliness.outside_window", params)


def _before_event(given: CheckInput, days: int) -> CheckResult:
    asked = given.application.premises
    assert asked is not None
    params: dict[str, str | int] = {"date": asked.date.isoformat(), "days": days}
    if asked.date < given.received_on:
        return CheckResult(Outcome.NOT_MET, "timeliness.date_passed", params)
    if asked.date - timedelta(days=days) < given.received_on:
        return CheckResult(Outcome.NEEDS_INQUIRY, "timeliness.too_near", params)
    return CheckResult(Outcome.MET, "timeliness.in_good_time", params)
