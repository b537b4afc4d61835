"""Stops as the dossier of their case has them."""

from datetime import date

from service.domain.dossier.dossier import Dossier
from service.domain.dossier.folding import fold
from service.domain.events import support as events
from service.domain.events.event import Entry, EventData

REF = "0" * 64
CONSIDERED = events.StopConsidered(
    stop="s", ground="missing_report", clause="6.5", until=date(2026, 12, 24), due=date(2026, 12, 7), exception=None,
    text=REF, exception_text=None,
)  # fmt: skip
STOPPED = events.SupportStopped(
    stop="s", ground="missing_report", clause="6.5", scope=("keys",), until=date(2026, 12, 24), finding=None, text=REF
)


def folded(*done: tuple[str, EventData]) -> Dossier:
    return fold(Entry(seq, seq, actor, "c", data) for seq, (actor, data) in enumerate(done))  # type: ignore[arg-type]


def test_a_stop_that_is_considered_waits_and_halts_nothing() -> None:
    dossier = folded(("u-a", CONSIDERED))

    assert [stop.considered_by for stop in dossier.considered_stops] == ["u-a"]
    assert dossier.standing_stops == []


def test_it_can_be_set_once_the_association_has_answered_or_its_time_is_over() -> None:
    [waiting] = folded(("u-a", CONSIDERED)).considered_stops
    answer = events.StopAnswered(stop="s", answer=REF, received=date(2026, 11, 30))
    [answered] = folded(("u-a", CONSIDERED), ("u-a", answer)).considered_stops

    assert not waiting.heard(date(2026, 12, 7))
    assert waiting.heard(date(2026, 12, 8))
    assert answered.heard(date(2026, 11, 30))


def test_support_is_stopped_until_it_is_released_or_its_time_is_over() -> None:
    set_down = (("u-a", CONSIDERED), ("u-b", STOPPED))
    released = events.SupportReleased(stop="s", text=REF)

    assert [(stop.set_by, stop.scope) for stop in folded(*set_down).standing_stops] == [("u-b", frozenset({"keys"}))]
    assert folded(*set_down, ("u-c", released)).standing_stops == []
    assert folded(*set_down, ("system", events.StopEnded(stop="s"))).standing_stops == []
