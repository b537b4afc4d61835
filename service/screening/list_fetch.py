"""Lists that have an address are fetched from there, and go through the same gate as a file that is handed in."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin

import msgspec

from service.audit.leaf import timestamp
from service.desk.ports.desk import Desk, FetchedList, Seen
from service.desk.rulebook import rulebook, today
from service.domain.clock import Instant
from service.domain.errors import GranskaError, ListRefused
from service.domain.events.event import SYSTEM_ACTOR, Event
from service.domain.events.office import ListConfirmed
from service.domain.watchlist import ListDefinition, ListState
from service.screening.list_import import Imported, import_list

OFAC = "ofac-csv"
#: What lies beside an OFAC list's main file at the same address.
_COMPANIONS = {"sdn.csv": ("alt.csv", "sdn_comments.csv"), "cons_prim.csv": ("cons_alt.csv", "cons_comments.csv")}


class FetchMark(msgspec.Struct, frozen=True):
    """What was seen at a list's address last, and which version it became."""

    seen: Seen
    version: str


#: By list. It is technical: losing it costs one fetch.
Marks = dict[str, FetchMark]


@dataclass(frozen=True)
class Fetched:
    """What came of fetching a list: a version, "unchanged", or the error that it was refused with."""

    key: str
    imported: Imported | None = None
    error: GranskaError | None = None


def read_marks(written: str) -> Marks:
    """The marks that were kept; none where they cannot be read."""
    try:
        return msgspec.json.decode(written, type=Marks)
    except msgspec.MsgspecError:
        return {}


def written_marks(marks: Mapping[str, FetchMark]) -> str:
    """The marks as they are kept."""
    return msgspec.json.encode(marks).decode()


async def fetch_lists(desk: Desk, marks: Mapping[str, FetchMark]) -> tuple[list[Fetched], Marks]:
    """Fetch every list of the rule set in force that has an address; one that fails keeps nobody from the next."""
    async with desk.store.reading() as reading:
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
    results, seen = [], dict(marks)
    for definition in procedure.lists.values():
        if not definition.address:
            continue
        try:
            fetched, mark = await _fetch(desk, definition, seen.get(definition.key))
        except GranskaError as error:
            results.append(Fetched(definition.key, error=error))
            continue
        results.append(fetched)
        if mark:
            seen[definition.key] = mark
    return results, seen


async def _fetch(desk: Desk, definition: ListDefinition, mark: FetchMark | None) -> tuple[Fetched, FetchMark | None]:
    with tempfile.TemporaryDirectory(prefix="granska-list-") as folder:
        target = Path(folder) / (definition.address.rpartition("/")[2].partition("?")[0] or "list")
        began = desk.outside.now()
        answer = await desk.fetch_list(definition.address, target, mark.seen if mark else Seen())
        if answer is None:
            assert mark is not None
            await _confirm(desk, definition.key, mark.version, began)
            return Fetched(definition.key), mark
        if await _was_rejected(desk, definition.key, answer.sha256):
            return Fetched(definition.key), FetchMark(answer.seen, "")
        await _fetch_companions(desk, definition, target)
        imported = await import_list(
            desk, definition.key, target, by=SYSTEM_ACTOR, as_of=began, generated=_modified(definition, answer)
        )
    return Fetched(definition.key, imported), FetchMark(answer.seen, imported.version)


async def _fetch_companions(desk: Desk, definition: ListDefinition, main: Path) -> None:
    if definition.format != OFAC:
        return
    for name in _COMPANIONS.get(main.name.casefold(), ()):
        await desk.fetch_list(urljoin(definition.address, name), main.with_name(name), Seen())


def _modified(definition: ListDefinition, answer: FetchedList) -> str | None:
    """OFAC's files say no date: the day their publisher put them there."""
    if definition.format != OFAC or not answer.seen.modified:
        return None
    try:
        return parsedate_to_datetime(answer.seen.modified).isoformat()
    except ValueError as error:
        raise ListRefused("list.no_date") from error


async def _was_rejected(desk: Desk, key: str, sha256: str) -> bool:
    """Whether a person has said no to these very bytes: they are not asked again every night."""
    async with desk.store.reading() as reading:
        versions = await reading.list_versions()
    rejected = [version for version in versions if version.state == ListState.REJECTED and version.list_key == key]
    return any(version.sha256 == sha256 for version in rejected)


async def _confirm(desk: Desk, key: str, version: str, as_of: Instant) -> None:
    """What is in force is still what its publisher gives out; a version that waits or was rejected gets no younger."""
    async with desk.store.writing() as writing:
        active = (await writing.active_lists()).get(key)
        if active is None or active.version != version or as_of <= active.as_of:
            return
        data = ListConfirmed(list=key, version=version, as_of=timestamp(as_of))
        await writing.list_confirmed(Event(data, SYSTEM_ACTOR, desk.outside.now()))
