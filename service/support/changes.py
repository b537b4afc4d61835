"""What has changed since support was compared last, and which associations that can touch."""

from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from service.audit.leaf import data_of
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.domain.clock import local_time
from service.domain.events.event import EventClass
from service.domain.events.intake import CaseReceived, DistinctionWithdrawn
from service.domain.events.office import (
    IncidentCorrected,
    IncidentDisputed,
    IncidentRecorded,
    IncidentVerified,
    IncidentWithdrawn,
)
from service.domain.events.support import AssociationJoined, AssociationSeparated
from service.support.sweep import Change

#: The hour of the night, in Stockholm, from which everything is compared again.
NIGHT_HOUR = 2
_INCIDENTS: tuple[EventClass, ...] = (
    IncidentRecorded, IncidentCorrected, IncidentDisputed, IncidentVerified, IncidentWithdrawn,
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """As of what support was compared last: the log's size, each list's version, rules and model, the last night."""

    size: int
    lists: dict[str, str] = field(default_factory=dict)
    rules: str = ""
    model: str = ""
    night: str = ""

    def written(self) -> str:
        """As the job keeps it."""
        return msgspec.json.encode(asdict(self)).decode()


def read_mark(written: str) -> Mark | None:
    """The mark that was kept; None where there is none that can be read, and everything is to be compared."""
    try:
        return msgspec.json.decode(written, type=Mark)
    except msgspec.MsgspecError:
        return None


async def what_changed(desk: Desk, before: Mark | None) -> tuple[Change | None, Mark]:
    """What is to be compared now, None where nothing has changed, and the mark to keep once it has been."""
    async with desk.store.reading() as reading:
        now = await _mark_now(desk, reading, before)
        if before is None:
            return Change(("first",)), now
        whole = tuple(_whole_causes(before, now))
        if whole:
            return Change(whole), now
        lists = {key: before.lists[key] for key, version in now.lists.items() if before.lists[key] != version}
        incidents = await _of_incidents(reading, before.size)
        applications = await _of_applications(reading, before.size) | await _of_joined(reading, before.size)
    causes = [
        *(["lists"] if lists else []),
        *(["incidents"] if incidents else []),
        *(["applications"] if applications else []),
    ]
    if not causes:
        return None, now
    return Change(tuple(causes), whole=False, lists=lists, organisations=incidents | applications), now


async def _mark_now(desk: Desk, reading: Reading, before: Mark | None) -> Mark:
    procedure = (await rulebook(desk, reading)).procedure(today(desk))
    method = desk.finder.method()
    active = await reading.active_lists()
    return Mark(
        size=await reading.log_size(),
        lists={key: active[key].version for key in sorted(active) if key in procedure.lists},
        rules=procedure.sha256,
        model=f"{method.model}/{method.population}/{method.analysis}",
        night=_night(desk, before),
    )


def _night(desk: Desk, before: Mark | None) -> str:
    """The last night that has come; before its hour it is still the one before."""
    if local_time(desk.outside.now()).hour >= NIGHT_HOUR:
        return today(desk).isoformat()
    return before.night if before else ""


def _whole_causes(before: Mark, now: Mark) -> list[str]:
    """What makes it needful to compare everything."""
    causes = []
    if now.rules != before.rules:
        causes.append("rules")
    if now.model != before.model:
        causes.append("model")
    if set(now.lists) != set(before.lists):
        causes.append("lists")
    if now.night != before.night:
        causes.append("night")
    return causes


async def _of_incidents(reading: Reading, size: int) -> frozenset[str]:
    """The associations of whose incidents something has been said."""
    rows = await reading.entries_since(size - 1, *_INCIDENTS)
    said: list[Any] = [data_of(row.leaf) for row in rows]
    incidents = await reading.incidents_by_id(sorted({data.incident for data in said}))
    case_ids: list[str] = []
    for number in sorted({incident.org_number for incident in incidents}):
        case_ids += await reading.cases_of_number(number)
    files = await reading.cases_by_id(case_ids)
    return frozenset(file.case.organisation_id for file in files.values())


async def _of_applications(reading: Reading, size: int) -> frozenset[str]:
    """The associations that have applied: with another board, another number, another declaration it may be."""
    organisations = set()
    for row in await reading.entries_since(size - 1, CaseReceived):
        data = data_of(row.leaf)
        assert isinstance(data, CaseReceived)
        organisations.add(data.organisation)
    return frozenset(organisations)


async def _of_joined(reading: Reading, size: int) -> frozenset[str]:
    """Those that have been found to be one, or not to be, and those whose names are held apart no more."""
    organisations: set[str] = set()
    for row in await reading.entries_since(size - 1, AssociationJoined, AssociationSeparated, DistinctionWithdrawn):
        organisations.add((await reading.case(row.case_id or "")).organisation_id)
        data = data_of(row.leaf)
        if isinstance(data, AssociationJoined | AssociationSeparated):
            organisations.add(data.joined)
    return frozenset(organisations)
