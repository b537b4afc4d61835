"""The indexes that names are looked for in are what the log says the lists are, and are held against it."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from functools import partial

from service.desk.ports.desk import Building, Desk
from service.desk.ports.office import StoredListVersion
from service.domain.errors import GranskaError, NotFound
from service.domain.watchlist import ListEntry, ListState
from service.pipeline.isolated import call_thread
from service.screening.list_entry_text import text_of_entry

logger = logging.getLogger("granska.lists")
_building = asyncio.Lock()


async def ensure_index(desk: Desk, version: str) -> None:
    """Have a version's index at hand: looked at whole, and of just the entries whose digest the log has.

    One that is not there, as after an upgrade or a move, or is not so is built from the database; raises GranskaError
    where what lies there is not what was imported either.
    """
    if desk.finder.ready(version):
        return
    stored = await _stored(desk, version)
    if await _knows(desk, stored):
        return
    async with _building:  # whoever comes meanwhile waits for this one rather than building another
        if not await _knows(desk, stored):
            await _built(desk, stored)


async def _knows(desk: Desk, stored: StoredListVersion) -> bool:
    return await call_thread(lambda: desk.finder.knows(stored.id, stored.entries_digest))


async def index_holds(desk: Desk, version: str) -> bool:
    """Whether a version's index is, byte by byte, what its entries make; one that is not is built anew."""
    stored = await _stored(desk, version)
    async with _building:
        holds = await _built(desk, stored)
    if not holds:
        logger.error("the index of list version %s was not what its entries make, and has been built anew", version)
    return holds


async def ensure_fresh(desk: Desk, version: str) -> None:
    """The same as `ensure_index`, of one that has been held against an index built afresh, and not touched since."""
    if not desk.finder.afresh(version):
        await index_holds(desk, version)
    await ensure_index(desk, version)


async def wrong_indexes(desk: Desk) -> list[str]:
    """The versions whose index was not what their entries make, or whose entries are not those that were imported."""
    async with desk.store.reading() as reading:
        versions = await reading.list_versions()
    wrong = []
    for version in versions:
        used = version.state in (ListState.ACTIVE, ListState.HELD) or desk.finder.has(version.id)
        if not used or version.state == ListState.REJECTED:
            continue
        try:
            holds = await index_holds(desk, version.id)
        except GranskaError:
            holds = False
        if not holds:
            wrong.append(version.id)
    return wrong


async def check_indexes(desk: Desk) -> None:
    """Raise GranskaError, which names how many, where an index was not what its list's entries make."""
    wrong = await wrong_indexes(desk)
    if wrong:
        raise GranskaError("list.index_wrong", count=len(wrong))


async def _stored(desk: Desk, version: str) -> StoredListVersion:
    async with desk.store.reading() as reading:
        stored = await reading.list_version(version)
    if stored is None:
        raise NotFound("list.version_unknown")
    return stored


async def _built(desk: Desk, stored: StoredListVersion) -> bool:
    """Build the index from the entries in the database; says whether one that lay there was the very same."""
    building, digest = desk.finder.building(stored.id), hashlib.sha256()
    try:
        async with desk.store.reading() as reading:
            async for batch in reading.list_entries(stored.id):
                await call_thread(partial(_add_all, building, digest.update, batch))
        if digest.hexdigest() != stored.entries_digest:
            raise GranskaError("list.entries_changed", version=stored.id)
    except BaseException:
        building.drop()
        raise
    return await call_thread(lambda: building.done(stored.entries_digest))


def _add_all(building: Building, update: Callable[[bytes], None], batch: Sequence[ListEntry]) -> None:
    for entry in batch:
        building.add(entry)
        update(text_of_entry(entry).encode() + b"\n")
