"""One enclosure of a case, and whether the checks still run: what is asked for by itself, and nothing beside it."""

from dataclasses import dataclass
from pathlib import Path

from service.casework.views.gate import check_open_to
from service.desk.ports.desk import Desk
from service.domain.enclosure import Scanned
from service.domain.errors import NotAllowed, NotFound
from service.domain.people import User

#: What a file is called whose name has been erased.
NAMELESS = "bilaga"


@dataclass(frozen=True)
class EnclosureFile:
    """Where an enclosure's bytes lie, and the name to save them under."""

    path: Path
    name: str


async def enclosure_file(desk: Desk, case_id: str, enclosure_id: str, *, by: User) -> EnclosureFile:
    """The file of an enclosure; raises NotFound for one that is not of this case, or whose bytes are not there."""
    async with desk.store.reading() as reading:
        await check_open_to(reading, await reading.case(case_id), by=by)
        stored = await reading.enclosure(case_id, enclosure_id)
    if stored is None or by.only_reviews:
        raise NotFound("enclosure.not_found")
    if stored.scanned is Scanned.HARMFUL:
        raise NotAllowed("enclosure.harmful")
    if not desk.files.holds(stored.sha256):
        raise NotFound("enclosure.changed")
    return EnclosureFile(desk.files.path(stored.sha256), stored.name or NAMELESS)


async def checks_wait(desk: Desk, case_id: str, *, by: User) -> bool:
    """Whether the checks of a case still wait or run."""
    async with desk.store.reading() as reading:
        await check_open_to(reading, await reading.case(case_id), by=by)
        return await reading.is_waiting(case_id)
