"""What an outsider runs: is every entry what it was when it was written?

Treats what it reads as hostile: whatever is wrong becomes a fault with the entry's number and a kind, never a
traceback.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.audit import merkle
from service.audit.canonical import NotCanonical, parse
from service.audit.commitment import commit
from service.domain.events import TIME, VERSION, commitments_in, fault_of
from service.domain.ledger import Ledger

_FIELDS = {"v", "seq", "type", "at", "actor", "case", "data"}


@dataclass(frozen=True)
class Entry:
    """A log row as it was found: its place, the exact text, and the hash kept beside it (hex)."""

    seq: int
    leaf: str
    hash: str


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written; `seq` is the entry, or None where it is no single entry's."""

    seq: int | None
    kind: str
    detail: str = ""


@dataclass
class Report:
    """What was found: how many entries, the root over them, and every fault in order."""

    size: int = 0
    root: str = merkle.EMPTY_ROOT.hex()
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing was wrong."""
        return not self.faults


def verify_entries(
    entries: Iterable[Entry],
    *,
    nodes: Mapping[tuple[int, int], str] | None = None,
    ledger: Ledger | None = None,
    on_commitment: Callable[[int, str], None] | None = None,
) -> Report:
    """Check order, text, hashes, schemas and the tree; `nodes` is the stored tree, `ledger` is filled on the way."""
    report, frontier = Report(), merkle.Frontier()
    left_nodes = dict(nodes) if nodes is not None else {}
    for expected, entry in enumerate(entries):
        if entry.seq != expected:
            report.faults.append(Fault(expected, "gap", f"{entry.seq}"))
            break
        hashed = merkle.leaf_hash(_bytes(entry.leaf))
        if hashed.hex() != entry.hash:
            report.faults.append(Fault(expected, "changed"))
        document, fault = _read(entry)
        if fault:
            report.faults.append(fault)
        elif document is not None:
            _fold(document, ledger, report)
            for one in commitments_in(document["data"]) if on_commitment else ():
                on_commitment(expected, one)  # type: ignore[misc]
        for level, index, node in frontier.add(hashed):
            if nodes is not None and left_nodes.pop((level, index), None) != node.hex():
                report.faults.append(Fault(expected, "tree-node", f"{level}/{index}"))
    if nodes is not None and left_nodes:
        report.faults.append(Fault(None, "tree-nodes-too-many", f"{len(left_nodes)}"))
    report.size, report.root = frontier.size, frontier.root().hex()
    return report


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")


def _read(entry: Entry) -> tuple[dict[str, Any] | None, Fault | None]:
    """The entry as a document of the log, or what is wrong with it."""
    try:
        document = parse(entry.leaf)
    except NotCanonical:
        return None, Fault(entry.seq, "unreadable")
    if (
        not isinstance(document, dict)
        or document.keys() != _FIELDS
        or type(document["v"]) is not int
        or document["v"] != VERSION
    ):
        return None, Fault(entry.seq, "not-an-entry")
    if type(document["seq"]) is not int or document["seq"] != entry.seq:
        return None, Fault(entry.seq, "moved")
    actor = document["actor"]
    if not isinstance(actor, dict) or actor.keys() != {"kind", "id"} or not isinstance(document["type"], str):
        return None, Fault(entry.seq, "not-an-entry")
    if not TIME(document["at"]) or not isinstance(actor["kind"], str) or not isinstance(actor["id"], str):
        return None, Fault(entry.seq, "not-an-entry")
    wrong = fault_of(document["type"], actor["kind"], actor["id"], document["case"], document["data"])
    return (None, Fault(entry.seq, wrong)) if wrong else (document, None)


def _fold(document: dict[str, Any], ledger: Ledger | None, report: Report) -> None:
    if ledger is None:
        return
    try:
        ledger.add(
            seq=document["seq"],
            type=document["type"],
            at=document["at"],
            actor=document["actor"]["id"],
            case=document["case"],
            data=document["data"],
        )
    except (KeyError, AssertionError, ValueError, TypeError):
        # An entry may be well formed and still speak of something that never came to be.
        report.faults.append(Fault(document["seq"], "does-not-follow"))


def check_value(commitment: str, field_name: str, value: object, salt_hex: str) -> bool:
    """Whether a kept value is the one the log committed to; anything odd is a no."""
    try:
        return commit(field_name, value, bytes.fromhex(salt_hex)) == commitment
    except ValueError:
        return False
