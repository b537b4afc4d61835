"""Did the application come in time?"""

from datetime import timedelta

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput
from service.domain.finding import CheckResult, Outcome


class Timeliness:
    """Parameters: `window_from` and `window_to` (MM-DD, both included), or `days_before` the event."""

    description = CheckDescription("timeliness", "1", frozenset(Kind))

    def run(self, given: CheckInput) -> CheckResult:
        """A late application is received all the same; what follows from lateness is for a person to say."""
        window = given.params.get("window_from"), given.params.get("window_to")
        if all(isinstance(one, str) for one in window):
            return _in_window(given, str(window[0]), str(window[1]))
        if given.application.premises is not None and "days_before" in given.params:
            return _before_event(given, int(given.params["days_before"]))  # type: ignore[arg-type]
        return CheckResult(Outcome.NOT_APPLICABLE, "timeliness.no_limit")


def _in_window(given: CheckInput, first: str, last: str) -> CheckResult:
    received = given.received_on.strftime("%m-%d")
    inside = first <= received <= last if first <= last else received >= first or received <= last
    params = {"date": given.received_on.isoformat(), "first": first, "last": last}
    if inside:
        return CheckResult(Outcome.MET, "timeliness.in_window", params)
    return CheckResult(Outcome.NOT_MET, "timeliness.outside_window", params)


def _before_event(given: CheckInput, days: int) -> CheckResult:
    premises = given.application.premises
    assert premises is not None
    params: dict[str, str | int] = {"date": premises.date.isoformat(), "days": days}
    if premises.date < given.received_on:
        return CheckResult(Outcome.NOT_MET, "timeliness.date_passed", params)
    if premises.date - timedelta(days=days) < given.received_on:
        return CheckResult(Outcome.NEEDS_INQUIRY, "timeliness.too_near", params)
    return CheckResult(Outcome.MET, "timeliness.in_good_time", params)
