"""A case as it was recorded on a certain day, beside what is known of it now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from service.desk.ports.desk import Desk
from service.desk.ports.log import LogRow
from service.desk.step import entries
from service.domain import policy
from service.domain.case import STEPS, Case, State
from service.domain.clock import STOCKHOLM, to_milliseconds
from service.domain.events.decision import AppealSettled, CaseReopened
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Entry, RoutineStep
from service.domain.events.folds import Folds
from service.domain.events.intake import (
    CaseReceived,
    CaseReleased,
    CaseScreened,
    CaseTaken,
    EnclosureAdded,
    FindingResolved,
    SecrecyMarked,
)
from service.domain.events.log import ValueErased
from service.domain.events.review import CaseAssigned, ConflictDeclared
from service.domain.people import User


@dataclass(frozen=True)
class Answer:
    """What a check had said, and how it had been settled."""

    outcome: str | None
    resolution: str | None


@dataclass
class Recorded:
    """What the log had said of a case up to some moment; None where it had said nothing yet."""

    entries: int = 0
    state: str | None = None
    owner: str | None = None
    received: str | None = None
    check_round: int = 0
    rules: str | None = None
    findings: dict[str, Answer] = field(default_factory=dict)
    enclosures: list[str] = field(default_factory=list)
    markings: int = 0
    decision: CaseDecided | None = None
    decided_by: str | None = None
    erased: int = 0


FOLDS = Folds[Recorded]()


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


def recorded(rows: Sequence[LogRow]) -> Recorded:
    """What these entries of one case say, in their order."""
    seen = Recorded()
    for entry in entries(rows):
        FOLDS.follow(seen, entry)
        if isinstance(entry.data, RoutineStep):
            _step(seen, entry.data)
        seen.entries += 1
    return seen


@FOLDS.of(CaseReceived)
def _received(seen: Recorded, data: CaseReceived, _: Entry) -> None:
    seen.state, seen.received, seen.rules = State.RECEIVED, data.received, data.rules.id


@FOLDS.of(CaseScreened)
def _screened(seen: Recorded, data: CaseScreened, _: Entry) -> None:
    seen.state = State.SCREENED if seen.state == State.RECEIVED else seen.state
    seen.check_round, seen.rules = data.check_round, data.rules.id
    seen.findings = {answer.check: Answer(answer.outcome, answer.resolution) for answer in data.findings}


@FOLDS.of(CaseTaken)
def _taken(seen: Recorded, data: CaseTaken, _: Entry) -> None:
    seen.state, seen.owner = State.IN_REVIEW, data.owner


@FOLDS.of(CaseReleased)
def _released(seen: Recorded, _: CaseReleased, __: Entry) -> None:
    seen.state, seen.owner = State.SCREENED, None


@FOLDS.of(FindingResolved)
def _resolved(seen: Recorded, data: FindingResolved, _: Entry) -> None:
    before = seen.findings.get(data.check)
    seen.findings[data.check] = Answer(before.outcome if before else None, data.resolution)


@FOLDS.of(EnclosureAdded)
def _enclosed(seen: Recorded, data: EnclosureAdded, _: Entry) -> None:
    seen.enclosures.append(data.kind)


@FOLDS.of(SecrecyMarked)
def _marked(seen: Recorded, _: SecrecyMarked, __: Entry) -> None:
    seen.markings += 1


@FOLDS.of(CaseDecided)
def _decided(seen: Recorded, data: CaseDecided, entry: Entry) -> None:
    seen.state, seen.decision, seen.decided_by = State.DECIDED, data, entry.actor


@FOLDS.of(ValueErased)
def _erased(seen: Recorded, data: ValueErased, _: Entry) -> None:
    seen.erased += len(data.values)


def _step(seen: Recorded, data: RoutineStep) -> None:
    """A step of the routine: where the table of steps puts the case, and whose it is."""
    moved = STEPS[type(data)].to
    if moved is not None:
        seen.state = moved
    match data:
        case AppealSettled(outcome="annulled", owner=owner):
            seen.state, seen.owner = State.IN_REVIEW, owner
        case AppealSettled(left=left) if left:
            seen.state = State.APPEALED
        case ConflictDeclared(released=True):
            seen.state, seen.owner = State.SCREENED, None
        case CaseAssigned(owner=owner) | CaseReopened(owner=owner):
            seen.owner = owner
