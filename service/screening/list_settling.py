"""A person reads how a held version of a list differs, and puts it in force or rejects it."""

import json
from dataclasses import dataclass
from typing import Any

from service.desk.actors import acting
from service.desk.fields import check_text
from service.desk.ports.desk import Desk
from service.desk.ports.office import DifferingEntries, StoredListVersion
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.domain.errors import Conflict, NotFound
from service.domain.events.event import Actor, Event
from service.domain.events.office import ListActivated, ListRejected
from service.domain.watchlist import ListDefinition, ListState
from service.screening.list_import import LIST_OWNERS

#: So many entries of each kind are shown by name; the counts are of all.
MOST_SHOWN = 100


@dataclass(frozen=True)
class VersionShown:
    """A version, what is noticed of it, and the entries that differ from the version it was held against."""

    version: StoredListVersion
    definition: ListDefinition | None
    report: dict[str, Any]
    differing: DifferingEntries
    names: dict[str, str]
    stale: bool


async def version_shown(desk: Desk, version_id: str) -> VersionShown:
    """A version of a list as a person reads it before settling it; raises NotFound."""
    async with desk.store.reading() as reading:
        version = await _version(reading, version_id)
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        report = json.loads(version.report)
        differing = await reading.list_entries_differing(version.id, report["before"], MOST_SHOWN)
        active = (await reading.active_lists()).get(version.list_key)
        names = await reading.names()
    overtaken = version.state == ListState.HELD and (active.version if active else None) != report["before"]
    return VersionShown(version, procedure.lists.get(version.list_key), report, differing, names, overtaken)


async def activate(desk: Desk, version_id: str, reason: str, *, by: Actor) -> None:
    """Put a held version in force, with why it may be used.

    Raises Conflict where another version has come into force since: what was read is then not what would change.
    """
    reason = check_text("/text", reason)
    async with desk.store.writing() as writing:
        await acting(writing, by, *LIST_OWNERS)
        version = await _held(writing, version_id)
        active = (await writing.active_lists()).get(version.list_key)
        if (active.version if active else None) != json.loads(version.report)["before"]:
            raise Conflict("list.overtaken")
        data = ListActivated(
            list=version.list_key,
            version=version.id,
            report=version.report_digest,
            text=writing.keep("list-reason", reason),
        )
        await writing.list_activated(Event(data, by, desk.outside.now()))


async def reject(desk: Desk, version_id: str, reason: str, *, by: Actor) -> None:
    """Do not use a held version, with why; its entries and its index go."""
    reason = check_text("/text", reason)
    async with desk.store.writing() as writing:
        await acting(writing, by, *LIST_OWNERS)
        version = await _held(writing, version_id)
        data = ListRejected(
            list=version.list_key,
            version=version.id,
            report=version.report_digest,
            text=writing.keep("list-reason", reason),
        )
        await writing.list_rejected(Event(data, by, desk.outside.now()))
    desk.finder.forget(version_id)


async def _version(reading: Reading, version_id: str) -> StoredListVersion:
    version = await reading.list_version(version_id)
    if version is None:
        raise NotFound("list.version_unknown")
    return version


async def _held(reading: Reading, version_id: str) -> StoredListVersion:
    version = await _version(reading, version_id)
    if version.state != ListState.HELD:
        raise Conflict("list.not_held")
    return version
