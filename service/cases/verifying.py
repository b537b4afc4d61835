"""Has anyone changed anything? The log against itself, its values and the tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.audit.canonical import NotCanonical, parse
from service.audit.verify import Entry, Fault, Report, check_value, verify_entries
from service.cases.ports import Desk, LogRow, Reading
from service.domain.ledger import Ledger, differences

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
        entries = [_entry(one) async for one in reading.log_rows()]
        ledger, committed = Ledger(), dict[str, int]()
        report = verify_entries(
            entries,
            nodes=await reading.log_nodes(),
            ledger=ledger,
            on_commitment=lambda seq, one: committed.setdefault(one, seq),  # type: ignore[arg-type]
        )
        result = Verification(report, facts=len(ledger.facts))
        await _values(reading, ledger, committed, result)
        stored = [one async for one in reading.stored_facts()]
        result.table_faults = [
            (table, row, kind) for (table, row), kind in differences(ledger.facts, stored)[:MOST_FAULTS]
        ]
    return result


def _entry(row: LogRow) -> Entry:
    return Entry(row.seq, row.leaf, row.hash)


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
            entries.append(Entry(given["seq"], given["leaf"], given["hash"]))
        except (NotCanonical, KeyError, TypeError):
            unreadable.append(Fault(number, "unreadable"))
            break
    report = verify_entries(entries, ledger=Ledger())
    report.faults += unreadable
    return report
