"""Lists are imported whole, as versions; a broken file changes nothing.

Entries are put aside in batches that nobody reads yet, so that a list of any size is read in the same memory and
nobody else's changes wait for it. One short transaction then makes them the list's version, with its event.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from service.audit.leaf import milliseconds, timestamp
from service.desk.actors import acting
from service.desk.ports.desk import Desk, PutAside
from service.desk.ports.office import ListDifference
from service.desk.rulebook import rulebook, today
from service.domain.clock import Instant
from service.domain.errors import ListRefused
from service.domain.events.event import Actor, Event
from service.domain.events.office import ListImported
from service.domain.people import Role
from service.domain.watchlist import ListEntry
from service.screening.list_entry_text import text_of_entry

BATCH = 2000
LIST_OWNERS = (Role.COORDINATOR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Imported:
    """What an import brought: how many entries, and what differs from the version before."""

    version: str
    entries: int
    difference: ListDifference


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
    """Make this file the active version of a list that the rule set in force defines.

    `as_of` (UTC milliseconds) is the moment the file was known to be current, from which its age is counted; the
    file's own generation date where nothing later is known. `generated` is that date for files that carry none.
    `told` hears how many entries have been read.
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
        at = milliseconds(file.generated_at)
        if at > desk.outside.now():
            raise ListRefused("list.from_the_future")
        async with desk.store.reading() as reading:
            difference = await reading.list_difference(version, active.version if active else None)
        async with desk.store.writing() as writing:
            await acting(writing, by, *LIST_OWNERS)
            now_active = (await writing.active_lists()).get(key)
            if (now_active and now_active.version) != (active and active.version):
                raise ListRefused("list.changed_meanwhile")
            data = ListImported(
                list=key,
                version=version,
                sha256=file.sha256,
                generated=file.generated_at,
                as_of=timestamp(max(as_of or at, at)),
                entries=entries,
                entries_digest=digest,
                added=difference.added,
                removed=difference.removed,
                changed=difference.changed,
                rules=procedure.ref,
            )
            await writing.list_imported(Event(data, by, desk.outside.now()))
    except BaseException:
        await desk.store.forget_put_aside(version)
        desk.finder.forget(version)
        raise
    return Imported(version, entries, difference)


async def _put_aside(
    desk: Desk, version: str, entries: Iterator[ListEntry], told: Callable[[int], None]
) -> tuple[int, str]:
    """Store the entries and build their index; returns how many, and the digest of their texts in order."""
    digest, count = hashlib.sha256(), 0
    building = desk.finder.building(version)
    try:
        while batch := list(islice(entries, BATCH)):
            texts = []
            for one in batch:
                building.add(one)
                text = text_of_entry(one)
                digest.update(text.encode() + b"\n")
                texts.append(PutAside(one.entry_id, text))
            await desk.store.put_aside(version, count, texts)
            count += len(batch)
            told(count)
    except BaseException:
        building.drop()
        raise
    building.done()
    return count, digest.hexdigest()
