"""Has anyone changed anything? The log against itself, its values and the tables."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.audit.canonical import NotCanonical, parse
from service.audit.leaf import timestamp
from service.audit.verify import Entry, Fault, Report, check_value, verify_entries
from service.cases.ports import Desk, LogRow, Reading
from service.domain.ledger import Key, Ledger, differences

MOST_FAULTS = 1000


@dataclass
class Verification:
    """The whole answer: of the entries, the kept values and the tables."""

    report: Report
    value_faults: list[Fault] = field(default_factory=list)
    table_faults: list[tuple[str, str, str]] = field(default_factory=list)
    values: int = 0
    facts: int = 0

    @property
    def ok(self) -> bool:
        """Nothing was wrong anywhere."""
        return self.report.ok and not self.value_faults and not self.table_faults

    @property
    def first(self) -> Fault | None:
        """The first bad entry, by its place in the log."""
        placed = [one for one in (*self.report.faults, *self.value_faults) if one.seq is not None]
        return min(placed, key=lambda one: one.seq or 0) if placed else None


async def verify_log(desk: Desk) -> Verification:
    """Verify everything in one moment: entries and tree, committed values, and what the tables say."""
    async with desk.store.reading() as reading:
        rows = [one async for one in reading.log_rows()]
        entries = [Entry(one.seq, one.leaf, one.hash) for one in rows]
        ledger, committed = Ledger(), dict[str, int]()
        report = verify_entries(
            entries,
            nodes=await reading.log_nodes(),
            ledger=ledger,
            on_commitment=lambda seq, one: committed.setdefault(one, seq),  # type: ignore[arg-type]
        )
        result = Verification(report, facts=len(ledger.facts))
        report.faults += [Fault(one.seq, "columns") for one in rows if not _columns_agree(one)]
        report.faults.sort(key=lambda one: (one.seq is None, one.seq or 0))
        await _values(reading, ledger, committed, result)
        stored = [one async for one in reading.stored_facts()]
        found = differences(ledger.facts, stored) + _files(desk, ledger)
        result.table_faults = [(table, row, kind) for (table, row), kind in found[:MOST_FAULTS]]
    return result


def _columns_agree(row: LogRow) -> bool:
    """Whether the columns that pages look entries up by say what the entry itself says."""
    try:
        leaf = json.loads(row.leaf)
        return (leaf["type"], leaf["case"], leaf["actor"]["id"], leaf["at"]) == (
            row.type,
            row.case_id,
            row.actor,
            timestamp(row.at),
        )
    except (ValueError, KeyError, TypeError, OverflowError):
        return True  # the entry itself is at fault, and has been named


def _files(desk: Desk, ledger: Ledger) -> list[tuple[Key, str]]:
    """Enclosures whose bytes are gone or are not those that were handed in."""
    wrong: list[tuple[Key, str]] = []
    for key, facts in ledger.facts.items():
        if key[0] == "enclosure" and not desk.files.holds(facts["sha256"]):
            wrong.append((key, "file"))
    return wrong


async def _values(reading: Reading, ledger: Ledger, committed: dict[str, int], result: Verification) -> None:
    """Every committed value is there and is the one committed to, unless an event says that it was erased."""
    missing = {one: seq for one, seq in committed.items() if one not in ledger.erased}
    async for commitment, field_name, text, salt in reading.value_rows():
        result.values += 1
        if commitment not in committed:
            result.value_faults.append(Fault(None, "value-not-in-log"))
            continue
        if commitment in ledger.erased:
            result.value_faults.append(Fault(committed[commitment], "value-erased-but-kept"))
        missing.pop(commitment, None)
        if not check_value(commitment, field_name, _value(text), salt):
            result.value_faults.append(Fault(committed[commitment], "value-changed"))
    result.value_faults += [Fault(seq, "value-missing") for seq in missing.values()]
    result.value_faults.sort(key=lambda one: (one.seq is None, one.seq or 0))


def _value(text: str) -> object:
    try:
        return parse(text)
    except NotCanonical:
        return object()  # equals nothing that could have been committed to


def verify_exported(lines: Iterable[str]) -> Report:
    """Verify a log file as `granska log show --json` writes it: one entry a line, with the hash kept beside it."""
    entries, unreadable = [], []
    for number, line in enumerate(lines):
        try:
            given = parse(line.rstrip("\n"))
            entry = Entry(given["seq"], given["leaf"], given["hash"])
            if type(entry.seq) is not int or not isinstance(entry.leaf, str) or not isinstance(entry.hash, str):
                raise TypeError
            entries.append(entry)
        except (NotCanonical, KeyError, TypeError):
            unreadable.append(Fault(number, "unreadable"))
            break
    report = verify_entries(entries, ledger=Ledger())
    report.faults += unreadable
    if not entries and not unreadable:
        report.faults.append(Fault(None, "empty"))
    return report
