"""Has anyone changed anything? The log against itself, its signatures, its values and the tables."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.audit import merkle
from service.audit.canonical import NotCanonical, parse
from service.audit.checkpoint import Checkpoint, read_checkpoint, unsigned
from service.audit.leaf import data_of, timestamp
from service.audit.note import BadKey, BadNote, VerifyingKey, open_note, read_verifying_key
from service.audit.verify import CHUNK, MOST_FAULTS, Depth, Fault, LogCheck, Report, check_value, verify_rows
from service.desk.ports.desk import Desk
from service.desk.ports.log import LogRow, ScannedEntry
from service.desk.ports.store import Reading
from service.domain.errors import GranskaError
from service.domain.events.log import AccessLogErased, LogKeyRotated
from service.domain.ledger.facts import Key, differences
from service.domain.ledger.ledger import Ledger
from service.proof.access_tree import AccessTree
from service.proof.checkpoints import ACCESS_LOG, MOST_ROTATIONS, rotations_in, vouched_for

CHECKPOINT, HASHES, PUBLIC_KEY, ACCESS_LOG_FILE = ".checkpoint", ".hashes", ".vkey", "access-log-"


@dataclass
class Verification:
    """The whole answer: of the entries, the kept values, the tables and the access log.

    `wrong_indexes` are the list versions whose search index was not what their entries make, where that was asked.
    """

    report: Report
    value_faults: list[Fault] = field(default_factory=list)
    table_faults: list[tuple[str, str, str]] = field(default_factory=list)
    reading: Report | None = None
    values: int = 0
    facts: int = 0
    exported: int = 0
    unvouched: tuple[int, ...] = ()
    wrong_indexes: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Nothing was wrong anywhere."""
        beside = self.value_faults or self.table_faults or self.wrong_indexes
        read_well = self.reading is None or self.reading.ok
        return self.report.ok and not beside and read_well

    @property
    def first(self) -> Fault | None:
        """The first bad entry, by its place in the log."""
        placed = [one for one in (*self.report.faults, *self.value_faults) if one.seq is not None]
        return min(placed, key=lambda one: one.seq or 0) if placed else None


@dataclass(frozen=True)
class Exported:
    """What was sent out before: checkpoints, the hashes of the entries between them, and the log's public key."""

    notes: tuple[tuple[str, str], ...] = ()
    keys: tuple[VerifyingKey, ...] = ()
    folder: Path | None = None
    reading: tuple[tuple[str, str], ...] = ()


def read_exported(folder: Path) -> Exported:
    """A folder of exported checkpoints; whatever else lies there is left alone."""
    found = [one for one in sorted(folder.glob(f"*{CHECKPOINT}")) if one.is_file()]
    texts = [(one.name, one.read_text("utf-8", errors="replace")) for one in found]
    notes = tuple(one for one in texts if not one[0].startswith(ACCESS_LOG_FILE))
    reading = tuple(one for one in texts if one[0].startswith(ACCESS_LOG_FILE))
    if not notes:
        raise GranskaError("verify.no_checkpoints", path=folder.name)
    keys = []
    for one in sorted(folder.glob(f"*{PUBLIC_KEY}")):
        try:
            keys.append(read_verifying_key(one.read_text("utf-8", errors="replace").strip()))
        except BadKey as error:
            raise GranskaError("verify.bad_key", path=one.name) from error
    return Exported(notes, tuple(keys), folder, reading)


async def verify_log(
    desk: Desk,
    *,
    depth: Depth = Depth.MEANING,
    exported: Exported | None = None,
    keys: Sequence[VerifyingKey] = (),
) -> Verification:
    """Verify everything in one moment: entries, tree and signatures, and with Depth.MEANING values and tables too.

    The keys that are believed: those given, else those that lie with the exported checkpoints, else those in our own
    key folder; and those that one of them vouches for.
    """
    exported = exported or Exported()
    trusted = tuple(keys) or exported.keys or desk.keys.known()
    report, result = Report(), Verification(Report(), exported=len(exported.notes))
    try:
        async with desk.store.reading() as reading:
            await _entries(desk, reading, result, depth, exported, trusted)
    except Exception as error:  # noqa: BLE001 - the database is hostile: whatever it makes us raise is a fault in it
        report.faults = [*result.report.faults, Fault(None, "cannot-be-read", type(error).__name__)]
        result.report = report
    if depth is Depth.MEANING:
        result.reading = await verify_access_log(desk, trusted, exported)
    return result


def unreadable(error: Exception) -> Verification:
    """The answer for a database that could not even be opened."""
    return Verification(Report(faults=[Fault(None, "cannot-be-read", type(error).__name__)]))


async def _entries(
    desk: Desk,
    reading: Reading,
    result: Verification,
    depth: Depth,
    exported: Exported,
    trusted: tuple[VerifyingKey, ...],
) -> None:
    full = depth is Depth.MEANING
    ledger, committed = Ledger(), dict[str, tuple[int, str | None]]()
    checkpoints, unreadable = await _checkpoints(reading, result, exported, trusted)
    check = LogCheck(
        depth=depth,
        checkpoints=checkpoints,
        expected=_HashFiles(exported.folder) if exported.folder else None,
        ledger=ledger if full else None,
        on_commitment=(lambda seq, one, case: _first(committed, one, (seq, case))) if full else None,
    )
    result.report = check.report
    for fault in unreadable:
        check.fault(fault)
    async for batch in reading.log_scan(columns=full):
        await _batch(reading, check, batch)
        if full:
            _check_columns(check, batch)
    left = await reading.node_count() - merkle.nodes_before(check.report.size)
    if left > 0:
        check.fault(Fault(None, "tree-nodes-too-many", f"{left}"))
    if check.done().size == 0:
        check.fault(Fault(None, "empty"))
    if full:
        await _tables(desk, reading, check, ledger, committed, result)


async def _checkpoints(
    reading: Reading, result: Verification, exported: Exported, trusted: tuple[VerifyingKey, ...]
) -> tuple[list[Checkpoint], list[Fault]]:
    """The checkpoints, our own and those that were handed out, that a key vouches for; and what of them is no such."""
    rotations = await _rotations(reading)
    known = vouched_for(trusted, rotations_in(rotations))
    result.unvouched = tuple(row.seq for row in rotations if not _vouched(row))
    own, bad = _opened([(f"{kept.size}", kept.note) for kept in await reading.checkpoints()], known)
    theirs, theirs_bad = _opened(exported.notes, known)
    return [*own, *theirs], [*bad, *theirs_bad]


def _vouched(row: LogRow) -> bool:
    """Whether the old key has signed the new one in this entry."""
    return any(rotation.signature for rotation in rotations_in([row]))


def _check_columns(check: LogCheck, batch: Sequence[ScannedEntry]) -> None:
    """What the log's table says of an entry, beside the entry itself, is what the entry says."""
    for row in batch:
        if not _columns_agree(row):
            check.fault(Fault(_place(row.seq), "columns"))


async def _tables(
    desk: Desk,
    reading: Reading,
    check: LogCheck,
    ledger: Ledger,
    committed: dict[str, tuple[int, str | None]],
    result: Verification,
) -> None:
    """Compare what the log makes of the tables with the tables, and what is kept with what was committed to."""
    damage = await reading.file_damage()
    if damage:
        check.fault(Fault(None, "file-damaged", damage))
    facts = ledger.facts()
    result.facts = len(facts)
    await _values(reading, ledger, committed, result)
    stored = [fact async for fact in reading.stored_facts()]
    derived, twice = ledger.taken()
    differing = differences(facts | derived, stored) + twice + _files(desk, ledger)
    result.table_faults = [(table, row, kind) for (table, row), kind in differing[:MOST_FAULTS]]


async def _batch(reading: Reading, check: LogCheck, batch: Sequence[ScannedEntry]) -> None:
    """A batch at one go where all is well, and row by row where it is not, so as to say what is wrong."""
    start = check.report.size
    first, last = merkle.nodes_before(start), merkle.nodes_before(start + len(batch))
    nodes = await reading.nodes_joined(first, last - first)
    if len(batch) == CHUNK and batch[0].seq == start and batch[-1].seq == start + CHUNK - 1:
        hashes = await reading.hashes_joined(start, CHUNK)
        if check.chunk([row.leaf for row in batch], hashes, nodes):
            return
    computed = check.add([row[:3] for row in batch])
    width = 2 * merkle.HASH_BYTES
    text = (nodes or "").encode("utf-8", errors="replace")
    check.nodes(computed, [text[at : at + width] for at in range(0, len(text), width)])


def _first(committed: dict[str, tuple[int, str | None]], commitment: str, place: tuple[int, str | None]) -> None:
    committed.setdefault(commitment, place)


async def _rotations(reading: Reading) -> list[LogRow]:
    return (await reading.entries_of_type(LogKeyRotated, limit=MOST_ROTATIONS))[::-1]


def _opened(
    notes: Sequence[tuple[str, str]], known: tuple[VerifyingKey, ...], *, ending: str = ""
) -> tuple[list[Checkpoint], list[Fault]]:
    """What each note says, and a fault for each that no known key has signed."""
    good: list[Checkpoint] = []
    bad: list[Fault] = []
    for name, note in notes:
        try:
            found = read_checkpoint(note, known) if not ending else _of_access_log(note, known)
            if not name.endswith(CHECKPOINT) and str(found.size) != name:
                raise BadNote("kept under another size")
            good.append(found)
        except BadNote as why:
            bad.append(Fault(None, "checkpoint", f"{name}: {why}"))
    return good, bad


def _of_access_log(note: str, known: tuple[VerifyingKey, ...]) -> Checkpoint:
    """The access log is signed by the log's key, under a name of its own."""
    text, signers = open_note(note, known)
    found = unsigned(text)
    if found.origin not in {one.name + ACCESS_LOG for one in signers}:
        raise BadNote("signed by someone else than the log it speaks of")
    return found


class _HashFiles:
    """The hashes that were exported with the checkpoints, read one file at a time."""

    def __init__(self, folder: Path) -> None:
        self._files = [
            (int(one.stem.split("-")[0]), one)
            for one in sorted(folder.glob(f"*{HASHES}"))
            if re.fullmatch(r"[0-9]{12}-[0-9]{12}", one.stem) and one.is_file()
        ]
        self._start, self._hashes = 0, list[str]()

    def __call__(self, seq: int) -> bytes | None:
        while self._files and seq >= self._files[0][0]:
            self._start, path = self._files.pop(0)
            self._hashes = path.read_text("ascii", errors="replace").split()
        at = seq - self._start
        try:
            return bytes.fromhex(self._hashes[at]) if 0 <= at < len(self._hashes) else None
        except ValueError:
            return b""


def _place(seq: Any) -> int | None:
    return seq if isinstance(seq, int) else None


def _columns_agree(row: ScannedEntry) -> bool:
    """Whether the columns that pages look entries up by say what the entry itself says."""
    try:
        leaf = json.loads(row.leaf)
        case = None if leaf["case"] is None else leaf["case"].encode()
        told = (leaf["type"].encode(), case, leaf["actor"]["id"].encode(), leaf["at"])
        return told == (row.type, row.case_id, row.actor, timestamp(row.at))
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError, OSError):
        return not isinstance(row.at, int)  # where the entry itself is at fault it has been named


def _files(desk: Desk, ledger: Ledger) -> list[tuple[Key, str]]:
    """Enclosures whose bytes are gone or are not those that were handed in, unless an event says they were erased."""
    enclosures, erased = ledger.tables.enclosure, ledger.tables.erased_enclosures
    in_use = {enclosure.sha256 for id, enclosure in enclosures.items() if id not in erased}
    faults: list[tuple[Key, str]] = []
    for id, enclosure in enclosures.items():
        if enclosure.sha256 not in in_use:
            if desk.files.path(enclosure.sha256).exists():
                faults.append((("enclosure", id), "file-erased-but-kept"))
        elif not desk.files.holds(enclosure.sha256):
            faults.append((("enclosure", id), "file"))
    return faults


async def _values(
    reading: Reading, ledger: Ledger, committed: dict[str, tuple[int, str | None]], result: Verification
) -> None:
    """Every committed value is there and is the one committed to, unless an event says that it was erased."""
    missing = {one: seq for one, (seq, _) in committed.items() if one not in ledger.tables.erased}
    async for kept in reading.value_rows():
        result.values += 1
        commitment = kept.commitment
        if commitment not in committed:
            result.value_faults.append(Fault(None, "value-not-in-log"))
            continue
        if commitment in ledger.tables.erased:
            result.value_faults.append(Fault(committed[commitment][0], "value-erased-but-kept"))
        if kept.case_id != committed[commitment][1]:
            result.value_faults.append(Fault(committed[commitment][0], "value-elsewhere"))
        missing.pop(commitment, None)
        if not check_value(commitment, kept.field, _value(kept.text), kept.salt):
            result.value_faults.append(Fault(committed[commitment][0], "value-changed"))
    result.value_faults += [Fault(seq, "value-missing") for seq in missing.values()]
    result.value_faults.sort(key=lambda one: (one.seq is None, one.seq or 0))


def _value(text: str) -> object:
    try:
        return parse(text)
    except NotCanonical:
        return object()  # equals nothing that could have been committed to


async def verify_access_log(desk: Desk, trusted: tuple[VerifyingKey, ...], exported: Exported) -> Report:
    """The access log's tree and signatures; a text whose time was over, as the log says, is gone; its hash counts."""
    report = Report()
    try:
        async with desk.store.reading() as reading:
            known = vouched_for(trusted, rotations_in(await _rotations(reading)))
            forgotten = await reading.entries_of_type(AccessLogErased, limit=1)
        erased = data_of(forgotten[0].leaf) if forgotten else None
        may_lack = erased.up_to if isinstance(erased, AccessLogErased) else 0
        notes = [(f"{one.size}", one.note) for one in await desk.access_log.checkpoints()]
        good, report.faults = _opened(notes, known, ending=ACCESS_LOG)
        theirs, bad = _opened(exported.reading, known, ending=ACCESS_LOG)
        report.faults += bad
        await _reading_entries(desk, report, [*good, *theirs], may_lack)
    except Exception as error:  # noqa: BLE001 - hostile, as above
        report.faults.append(Fault(None, "cannot-be-read", type(error).__name__))
    return report


async def _reading_entries(desk: Desk, report: Report, good: Sequence[Checkpoint], may_lack: int) -> None:
    # The two trees are compared by a digest of each, so that a long log is read in constant memory.
    tree = AccessTree(report, good)
    async for batch in desk.access_log.scan():
        for row in batch:
            if not tree.add(row, may_lack):
                return
    stored_nodes = hashlib.sha256()
    async for nodes in desk.access_log.scan_nodes():
        for _, node_hash in nodes:
            stored_nodes.update(f"{node_hash}\n".encode("utf-8", "replace"))
    tree.done(stored_nodes.digest())


def verify_exported(lines: Iterable[str]) -> Report:
    """Verify a log file as `granska log show --json` writes it: one entry a line, with the hash kept beside it."""
    rows, unreadable = [], []
    for number, line in enumerate(lines):
        try:
            given: Mapping[str, Any] = parse(line.rstrip("\n"))
            seq, leaf, hashed = given["seq"], given["leaf"], given["hash"]
            if type(seq) is not int or not isinstance(leaf, str) or not isinstance(hashed, str):
                raise TypeError
            rows.append((seq, leaf.encode("utf-8", "surrogatepass"), hashed.encode("utf-8", "replace")))
        except (NotCanonical, KeyError, TypeError):
            unreadable.append(Fault(number, "unreadable"))
            break
    report = verify_rows(rows, ledger=Ledger())
    report.faults += unreadable
    if not rows and not unreadable:
        report.faults.append(Fault(None, "empty"))
    return report
