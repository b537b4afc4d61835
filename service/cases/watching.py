"""Lists are imported whole, as versions; a broken file changes nothing."""

import hashlib
from dataclasses import dataclass

from service.audit.leaf import milliseconds, timestamp
from service.cases.list_text import digest_of, text_of_entry
from service.cases.ports import Desk
from service.cases.rulebook import rulebook, today
from service.domain.errors import ListRefused
from service.domain.events import Actor, Event, EventType
from service.domain.watchlist import ListEntry, ParsedList


@dataclass(frozen=True)
class Imported:
    """What an import brought."""

    version: str
    entries: int
    added: int
    removed: int
    changed: int


async def import_list(desk: Desk, key: str, body: bytes, *, by: Actor, as_of: int | None = None) -> Imported:
    """Make this file the active version of a list that the rule set in force defines.

    `as_of` (UTC milliseconds) is the moment the file was known to be current, from which its age is counted; the
    file's own generation date where nothing later is known.
    """
    async with desk.store.reading() as reading:
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        active = (await reading.active_lists()).get(key)
        before = {one.entry_id: one for one in await reading.list_entries(active.version)} if active else {}
    definition = procedure.lists.get(key)
    if definition is None:
        raise ListRefused("list.not_defined", key=key, rules=procedure.id)
    parsed: ParsedList = desk.read_list(definition.format, body)
    generated = milliseconds(parsed.generated_at)
    now = desk.outside.now()
    if generated > now:
        raise ListRefused("list.from_the_future")
    after = {one.entry_id: one for one in parsed.entries}
    version = desk.outside.new_id()
    summary = Imported(version, len(after), *_difference(before, after))
    event = Event(
        EventType.LIST_IMPORTED,
        by,
        now,
        {
            "list": key,
            "version": version,
            "sha256": hashlib.sha256(body).hexdigest(),
            "generated": parsed.generated_at,
            "as_of": timestamp(as_of or generated),
            "entries": summary.entries,
            "entries_digest": digest_of(text_of_entry(one) for one in parsed.entries),
            "added": summary.added,
            "removed": summary.removed,
            "changed": summary.changed,
            "rules": {"id": procedure.id, "sha256": procedure.sha256},
        },
    )
    async with desk.store.writing() as writing:
        await writing.list_imported(event, parsed.entries)
    return summary


def _difference(before: dict[str, ListEntry], after: dict[str, ListEntry]) -> tuple[int, int, int]:
    added = sum(one not in before for one in after)
    removed = sum(one not in after for one in before)
    changed = sum(one in before and before[one] != entry for one, entry in after.items())
    return added, removed, changed
