"""Lists are imported whole, as versions; a broken file changes nothing, and one that may have lost something waits.

Entries are put aside in batches that nobody reads yet, so that a list of any size is read in the same memory and
nobody else's changes wait for it. One short transaction then makes them a version, with its event.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from service.audit.leaf import milliseconds, timestamp
from service.desk.actors import acting
from service.desk.ports.desk import Building, Desk, PutAside, ReadList
from service.desk.ports.office import ActiveList, ListDifference, StoredListVersion
from service.desk.ports.store import Writing
from service.desk.rulebook import rulebook, today
from service.domain.clock import Instant
from service.domain.errors import ListRefused
from service.domain.events.event import Actor, Event
from service.domain.events.office import ListConfirmed, ListImported
from service.domain.people import Role
from service.domain.ruleset import RuleSet
from service.domain.watchlist import ListDefinition, ListEntry, ListHealth, ListState
from service.pipeline.isolated import call_thread
from service.screening.list_entry_text import text_of_entry
from service.screening.list_gate import Report, before_of, report_on
from service.screening.list_indexes import ensure_index

BATCH = 2000
LIST_OWNERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
#: A day without a time is its midnight in UTC, which in Stockholm comes at one or two o'clock: no file that says today
#: is from the future meanwhile.
NIGHT_MS = 2 * 3_600_000


@dataclass(frozen=True)
class Imported:
    """What an import brought: which version, how many entries, what differs from the version before.

    `state` says whether it is in force or held, `held` why; `same` that the version was there already.
    """

    version: str
    entries: int
    difference: ListDifference
    state: ListState
    held: tuple[str, ...] = ()
    same: bool = False


@dataclass(frozen=True)
class _Read:
    """A file that has been read and put aside."""

    version: str
    sha256: str
    generated: str
    entries: int
    digest: str


async def import_list(
    desk: Desk,
    key: str,
    given: bytes | Path,
    *,
    by: Actor,
    as_of: Instant | None = None,
    generated: str | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Read this file as a version of a list that the rule set in force defines; in force unless it is held.

    `as_of` (UTC milliseconds) is the moment the file was known to be current, from which its age is counted; the
    file's own generation date where nothing later is known. `generated` is that date for files that carry none.
    `told` hears how many entries have been read. A file that is there already makes no new version.
    """
    async with desk.store.reading() as reading:
        await acting(reading, by, *LIST_OWNERS)
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        active = (await reading.active_lists()).get(key)
    definition = procedure.lists.get(key)
    if definition is None:
        raise ListRefused("list.not_defined", key=key, rules=procedure.id)
    file = desk.read_list(definition.format, given, generated)
    version = desk.outside.new_id()
    try:
        entries, digest = await _put_aside(desk, version, iter(file), told)
        sha256 = await call_thread(lambda: file.sha256)
        read = _Read(version, sha256, file.generated_at, entries, digest)
        at = milliseconds(read.generated)
        now = desk.outside.now()
        if at > now + NIGHT_MS:
            raise ListRefused("list.from_the_future", generated=read.generated[:10])
        known_as_of = Instant(min(max(as_of or at, at), now))
        return await _kept(desk, definition, procedure, active, file, read, known_as_of, by)
    except BaseException:
        await desk.store.forget_put_aside(version)
        desk.finder.forget(version)
        raise


async def _kept(
    desk: Desk,
    definition: ListDefinition,
    procedure: RuleSet,
    active: ActiveList | None,
    file: ReadList,
    read: _Read,
    as_of: Instant,
    by: Actor,
) -> Imported:
    """Make what was read a version, unless it is there already."""
    async with desk.store.reading() as reading:
        versions = [version for version in await reading.list_versions() if version.list_key == definition.key]
        there = [version for version in versions if _is_same(version, read, active)]
        difference = await reading.list_difference(read.version, active.version if active else None)
    in_force = [version for version in versions if version.state == ListState.ACTIVE]
    before = before_of(in_force[0], await _health(desk, in_force[0].id)) if in_force else None
    report = report_on(
        definition,
        before,
        desk.finder.health(read.version),
        difference,
        generated=read.generated,
        remarks=file.remarks,
    )
    async with desk.store.writing() as writing:
        await acting(writing, by, *LIST_OWNERS)
        now_active = (await writing.active_lists()).get(definition.key)
        if (now_active and now_active.version) != (active and active.version):
            raise ListRefused("list.changed_meanwhile")
        if there:
            await _confirm(desk, writing, there[0], active, as_of, by)
        else:
            data = _imported(definition.key, procedure, read, difference, report, as_of)
            await writing.list_imported(Event(data, by, desk.outside.now()), report=report.written())
    if there:
        await desk.store.forget_put_aside(read.version)
        desk.finder.forget(read.version)
        state = ListState(there[0].state)
        return Imported(there[0].id, read.entries, ListDifference(0, 0, 0), state, same=True)
    state = ListState.HELD if report.held else ListState.ACTIVE
    return Imported(read.version, read.entries, difference, state, report.held)


def _is_same(version: StoredListVersion, read: _Read, active: ActiveList | None) -> bool:
    """Whether a version in force, or held against it, is of these very bytes and was read as they are read today."""
    if (version.sha256, version.entries_digest) != (read.sha256, read.digest):
        return False
    held_against = json.loads(version.report)["before"] if version.state == ListState.HELD else None
    waits = version.state == ListState.HELD and held_against == (active.version if active else None)
    return version.state == ListState.ACTIVE or waits


async def _health(desk: Desk, version: str) -> ListHealth:
    await ensure_index(desk, version)
    return desk.finder.health(version)


async def _confirm(
    desk: Desk, writing: Writing, version: StoredListVersion, active: ActiveList | None, as_of: Instant, by: Actor
) -> None:
    """What is in force is known to be current as of a later day; nothing where that is not news."""
    if active is None or version.id != active.version or as_of <= active.as_of:
        return
    data = ListConfirmed(list=active.key, version=active.version, as_of=timestamp(as_of))
    await writing.list_confirmed(Event(data, by, desk.outside.now()))


def _imported(
    key: str, procedure: RuleSet, read: _Read, difference: ListDifference, report: Report, as_of: Instant
) -> ListImported:
    return ListImported(
        list=key,
        version=read.version,
        sha256=read.sha256,
        generated=read.generated,
        as_of=timestamp(as_of),
        entries=read.entries,
        entries_digest=read.digest,
        added=difference.added,
        removed=difference.removed,
        changed=difference.changed,
        report=hashlib.sha256(report.written().encode()).hexdigest(),
        held=report.held,
        rules=procedure.ref,
    )


async def _put_aside(
    desk: Desk, version: str, entries: Iterator[ListEntry], told: Callable[[int], None]
) -> tuple[int, str]:
    """Store the entries and build their index; returns how many, and the digest of their texts in order."""
    digest, count = hashlib.sha256(), 0
    building = desk.finder.building(version)
    try:
        while batch := await call_thread(lambda: _next_batch(entries, building)):
            for put_aside in batch:
                digest.update(put_aside.text.encode() + b"\n")
            await desk.store.put_aside(version, count, batch)
            count += len(batch)
            told(count)
    except BaseException:
        building.drop()
        raise
    await call_thread(lambda: building.done(digest.hexdigest()))
    return count, digest.hexdigest()


def _next_batch(entries: Iterator[ListEntry], building: Building) -> list[PutAside]:
    batch = []
    for entry in islice(entries, BATCH):
        building.add(entry)
        batch.append(PutAside(entry.entry_id, text_of_entry(entry)))
    return batch
