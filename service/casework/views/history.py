"""A case as it was recorded on a certain day, beside what is known of it now."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from service.desk.ports.desk import Desk
from service.desk.ports.log import LogRow
from service.domain import policy
from service.domain.case import STEPS, Case
from service.domain.clock import STOCKHOLM, to_milliseconds
from service.domain.events import STEPS_OF_THE_ROUTINE, EventType
from service.domain.people import User


@dataclass
class Recorded:
    """What the log had said of a case up to some moment; None where it had said nothing yet."""

    entries: int = 0
    state: str | None = None
    owner: str | None = None
    received: str | None = None
    check_round: int = 0
    rules: str | None = None
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    enclosures: list[str] = field(default_factory=list)
    markings: int = 0
    decision: dict[str, Any] | None = None
    decided_by: str | None = None
    erased: int = 0


@dataclass(frozen=True)
class TwoViews:
    """A case then and now, and who is who."""

    case: Case
    day: date
    then: Recorded
    now: Recorded
    names: dict[str, str]


async def compare(desk: Desk, case_id: str, day: date, *, by: User) -> TwoViews:
    """The case as recorded at the end of that day (Stockholm) beside the case as now known."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        entries = await reading.entries_of_case(case_id)
        names = await reading.names()
        people = {one.id: one.name for one in await reading.users()}
    end = to_milliseconds(datetime.combine(day + timedelta(days=1), time(), STOCKHOLM))
    then = recorded([one for one in entries if one.at < end])
    return TwoViews(case, day, then, recorded(entries), names | people)


def recorded(entries: Sequence[LogRow]) -> Recorded:
    """What these entries of one case say, in their order."""
    seen = Recorded()
    for one in entries:
        leaf = json.loads(one.leaf)
        _fold(seen, leaf["type"], leaf["actor"]["id"], leaf["data"])
        seen.entries += 1
    return seen


def _fold(seen: Recorded, type: str, actor: str, data: dict[str, Any]) -> None:
    match type:
        case EventType.CASE_RECEIVED:
            seen.state, seen.received, seen.rules = "received", data["received"], data["rules"]["id"]
        case EventType.CASE_SCREENED:
            seen.state = "screened" if seen.state == "received" else seen.state
            seen.check_round, seen.rules = data["check_round"], data["rules"]["id"]
            seen.findings = {
                one["check"]: {"outcome": one["outcome"], "resolution": one["resolution"]} for one in data["findings"]
            }
        case EventType.CASE_TAKEN:
            seen.state, seen.owner = "in_review", data["owner"]
        case EventType.CASE_RELEASED:
            seen.state, seen.owner = "screened", None
        case EventType.FINDING_RESOLVED:
            seen.findings.setdefault(data["check"], {"outcome": None})["resolution"] = data["resolution"]
        case EventType.ENCLOSURE_ADDED:
            seen.enclosures.append(data["kind"])
        case EventType.SECRECY_MARKED:
            seen.markings += 1
        case EventType.CASE_DECIDED:
            seen.state, seen.decision, seen.decided_by = "decided", data, actor
        case step if step in STEPS_OF_THE_ROUTINE:
            moved = STEPS[EventType(step)].to
            if moved is not None:
                seen.state = moved.value
            if data.get("left") and data.get("outcome") != "annulled":
                seen.state = "appealed"
            if data.get("outcome") == "annulled" or data.get("released"):
                seen.state = "in_review" if data.get("outcome") == "annulled" else "screened"
            seen.owner = data["owner"] if data.get("owner") else None if data.get("released") else seen.owner
        case EventType.VALUE_ERASED:
            seen.erased += len(data["values"])
