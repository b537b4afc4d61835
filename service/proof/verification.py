"""Has anyone changed anything? The log against itself, its signatures, its values and the tables."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.audit import merkle
from service.audit.canonical import NotCanonical, parse
from service.audit.checkpoint import Checkpoint
from service.audit.leaf import data_of, timestamp
from service.audit.note import VerifyingKey
from service.audit.verify import CHUNK, MOST_FAULTS, Depth, Fault, LogCheck, Report, check_value, verify_rows
from service.desk.ports.desk import Desk
from service.desk.ports.log import LogRow, ScannedEntry
from service.desk.ports.store import Reading
from service.domain.clock import NEVER
from service.domain.events.log import AccessLogErased, LogKeyRotated
from service.domain.ledger.facts import Key, differences
from service.domain.ledger.ledger import Ledger
from service.proof.access_tree import AccessTree
from service.proof.checkpoints import ACCESS_LOG, MOST_ROTATIONS, first_key, rotations_in, vouched_for
from service.proof.exported import Exported, HashFiles, opened


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
    foreign_keys: Sequence[str] = ()
    access_roots: Mapping[int, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Nothing was wrong anywhere."""
        beside = self.value_faults or self.table_faults or self.wrong_indexes or self.foreign_keys
        read_well = self.reading is None or self.reading.ok
        return self.report.ok and not beside and read_well

    @property
    def first(self) -> Fault | None:
        """The first bad entry, by its place in the log."""
        placed = [one for one in (*self.report.faults, *self.value_faults) if one.seq is not None]
        return min(placed, key=lambda one: one.seq or 0) if placed else None


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
            result.foreign_keys = await _foreign(reading, [*desk.keys.known(), *exported.keys])
    except Exception as error:  # noqa: BLE001 - the database is hostile: whatever it makes us raise is a fault in it
        report.faults = [*result.report.faults, Fault(None, "cannot-be-read", type(error).__name__)]
        result.report = report
    if depth is Depth.MEANING:
        result.reading = await verify_access_log(desk, trusted, exported, result.access_roots)
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
        expected=HashFiles(exported.folder) if exported.folder else None,
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
    own, bad = opened([(f"{kept.size}", kept.note) for kept in await reading.checkpoints()], known)
    theirs, theirs_bad = opened(exported.notes, known)
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
    differing += await _statements(reading, ledger)
    differing += [(("schema", one.name), one.wrong) for one in await reading.schema_faults()]
    result.access_roots = ledger.tables.access_roots
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


async def _statements(reading: Reading, ledger: Ledger) -> list[tuple[Key, str]]:
    """What pages show of signing and sending is what the log says, as far as it has come to say it."""
    told = ledger.tables
    signed = {one.size: timestamp(one.at) for one in await reading.checkpoints()}
    sent = {row.id: row for row in await reading.sent_checkpoints(since=NEVER)}
    last = max(told.signed, default=0)
    found: list[tuple[Key, str]] = []
    for size, at in signed.items():
        if size <= last and told.signed.get(size) != at:
            found.append((("checkpoint", f"{size}"), "differs:at" if size in told.signed else "not-in-log"))
    found += [(("checkpoint", f"{size}"), "row-missing") for size in told.signed if size not in signed]
    for name, one in told.sent.items():
        row = sent.get(name)
        if row is None:
            found.append((("dispatch", name), "row-missing"))
        elif (row.size, row.channel, timestamp(row.at)) != (one.size, one.channel, one.at):
            found.append((("dispatch", name), "differs:at"))
    found += [(("dispatch", name), "not-in-log") for name in sent if name not in told.sent and sent[name].size < last]
    return found


async def _foreign(reading: Reading, lying: Sequence[VerifyingKey]) -> list[str]:
    """The keys that lie among ours, or with what was handed out, and that the log does not name."""
    opened, rotations = await first_key(reading)
    named = {opened, *(rotation.new for rotation in rotations)}
    return sorted({str(key) for key in lying} - named)


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


async def verify_access_log(
    desk: Desk, trusted: tuple[VerifyingKey, ...], exported: Exported, roots: Mapping[int, str]
) -> Report:
    """The access log's tree and signatures; a text whose time was over, as the log says, is gone; its hash counts.

    `roots` are those that the log itself names, by size (hex): by them nothing can be taken out, channel or not.
    """
    report = Report()
    try:
        async with desk.store.reading() as reading:
            known = vouched_for(trusted, rotations_in(await _rotations(reading)))
            forgotten = await reading.entries_of_type(AccessLogErased, limit=1)
        erased = data_of(forgotten[0].leaf) if forgotten else None
        may_lack = erased.up_to if isinstance(erased, AccessLogErased) else 0
        notes = [(f"{one.size}", one.note) for one in await desk.access_log.checkpoints()]
        good, report.faults = opened(notes, known, ending=ACCESS_LOG)
        named = [Checkpoint(ACCESS_LOG, size, bytes.fromhex(root)) for size, root in roots.items() if size]
        theirs, bad = opened(exported.reading, known, ending=ACCESS_LOG)
        report.faults += bad
        await _reading_entries(desk, report, [*good, *theirs, *named], may_lack)
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
