"""What has turned up about support and waits for somebody to look, and what a sweep would put forward now."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import msgspec

from service.audit.leaf import data_of
from service.desk.ports.desk import Desk
from service.desk.ports.jobs import JobState
from service.desk.ports.store import Reading
from service.domain.case import Case
from service.domain.clock import Instant
from service.domain.events.support import ReassessmentProposed, ReassessmentSettled, SupportSwept
from service.domain.people import User

#: The worker's job that makes dry runs, and what it remembers when somebody has asked for one.
DRY_RUN, ASKED = "dry-run", "asked"
#: How many of the newest proposals are looked through for those that nobody has settled.
MOST = 10_000


@dataclass(frozen=True)
class DryRun:
    """What a sweep would have put forward at an instant (UTC milliseconds), in which cases."""

    at: Instant
    cases: int
    names: int
    unknown: int
    would: tuple[str, ...]

    def written(self) -> str:
        """As the job keeps it."""
        return msgspec.json.encode(asdict(self)).decode()


@dataclass(frozen=True)
class Waiting:
    """A proposal that nobody has settled: in which case, of whom, what it concerns, whose it is, by when."""

    case: Case
    applicant: str
    hirer: str | None
    support: tuple[str, ...]
    owner: str
    due: date


@dataclass(frozen=True)
class Reassessments:
    """What waits, the last sweep as it was written down (and when), and the dry run that was asked for last."""

    waiting: list[Waiting]
    swept: SupportSwept | None
    swept_at: Instant | None
    sweeping: JobState | None
    asked: bool
    dry_run: DryRun | None
    would: list[Case]


async def reassessments(desk: Desk, *, by: User) -> Reassessments:
    """What this person may see of it: the kinds of case that they work with."""
    async with desk.store.reading() as reading:
        waiting = await _waiting(reading, by)
        last = await reading.entries_of_type(SupportSwept, limit=1)
        states = await desk.jobs.states()
        mark = states[DRY_RUN].mark if DRY_RUN in states else ""
        dry = _read(mark)
        files = await reading.cases_by_id(dry.would if dry else ())
    swept = data_of(last[0].leaf) if last else None
    assert swept is None or isinstance(swept, SupportSwept)
    return Reassessments(
        waiting=waiting,
        swept=swept,
        swept_at=last[0].at if last else None,
        sweeping=states.get("sweep"),
        asked=mark == ASKED,
        dry_run=dry,
        would=[file.case for file in files.values() if file.case.kind in by.case_kinds],
    )


async def ask_dry_run(desk: Desk) -> None:
    """Have the worker say what a sweep would put forward now."""
    state = (await desk.jobs.states()).get(DRY_RUN, JobState(DRY_RUN))
    await desk.jobs.save(replace(state, mark=ASKED))


def _read(mark: str) -> DryRun | None:
    try:
        return msgspec.json.decode(mark, type=DryRun)
    except msgspec.MsgspecError:
        return None


async def _waiting(reading: Reading, by: User) -> list[Waiting]:
    settled: set[str] = set()
    for row in await reading.entries_of_type(ReassessmentSettled, limit=MOST):
        data = data_of(row.leaf)
        assert isinstance(data, ReassessmentSettled)
        settled.add(data.proposal)
    left: list[tuple[str, ReassessmentProposed]] = []
    for row in await reading.entries_of_type(ReassessmentProposed, limit=MOST):
        data = data_of(row.leaf)
        assert isinstance(data, ReassessmentProposed)
        if data.proposal not in settled:
            left.append((row.case_id or "", data))
    files = await reading.cases_by_id([case_id for case_id, _ in left])
    names = {user.id: user.name for user in await reading.users()}
    waiting = []
    for case_id, data in left:
        file = files[case_id]
        if file.case.kind in by.case_kinds:
            kinds = _kinds(data)
            owner = names.get(data.owner or "", "")
            applicant, hirer = file.details.org_name, file.details.hirer
            waiting.append(Waiting(file.case, applicant, hirer, kinds, owner, data.due))
    return sorted(waiting, key=lambda proposal: (proposal.due, proposal.case.diary_number))


def _kinds(data: ReassessmentProposed) -> tuple[str, ...]:
    parts: Sequence[str] = [part.kind for part in data.support]
    return tuple(dict.fromkeys(parts))
