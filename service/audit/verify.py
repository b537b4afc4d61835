"""What an outsider runs: is every entry what it was when it was written?

Treats what it reads as hostile: whatever is wrong becomes a fault with the entry's number and a kind, never a
traceback. Entries come in order and are not kept, so a log of any size is verified in the same memory.
"""

import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import msgspec

from service.audit import merkle
from service.audit.canonical import NotCanonical, parse
from service.audit.checkpoint import Checkpoint
from service.audit.commitment import commit
from service.audit.leaf import FORMAT, milliseconds
from service.domain.clock import CLOCK_TOLERANCE_MS
from service.domain.events.catalogue import CATALOGUE, commitments_in
from service.domain.events.event import Entry, EventData
from service.domain.ledger.ledger import Ledger

_FIELDS = {"v", "seq", "type", "type_version", "at", "actor", "case", "data"}


def _no_floats(text: str) -> float:
    raise TypeError(text)


#: Decodes what we write; a number with a point is none of ours.
_decode = msgspec.json.Decoder(float_hook=_no_floats).decode
_encode = msgspec.json.Encoder(order="sorted").encode
MOST_FAULTS = 1000
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")

#: A row of the log as it was found: its number, the exact bytes, and the hash kept beside them (hex).
Row = tuple[Any, Any, Any]


#: So many leaves are taken at once where nothing is wrong with them; a power of two.
CHUNK = 4096


def _completion_order() -> list[int]:
    """For the nodes of a chunk listed level by level, where each stands in the order of their completion."""
    starts, count = [0], CHUNK // 2
    while count:
        starts.append(starts[-1] + count)
        count //= 2
    places: list[tuple[int, int]] = []
    for level, start in enumerate(starts[:-1], 1):
        places += [
            (merkle.completion_order(level, index), start + index) for index in range(starts[level] - starts[level - 1])
        ]
    return [flat for _, flat in sorted(places)]


_ORDER = _completion_order()


class Depth(IntEnum):
    """How much is asked of each entry; each asks what the one before does, and more."""

    HASHES = 0  # its hash, its place and the tree
    CANONICAL = 1  # that it is the canonical text of its value
    MEANING = 2  # its schema, who may do it, and that it follows from what came before


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written; `seq` is the entry, or None where it is no single entry's."""

    seq: int | None
    kind: str
    detail: str = ""


@dataclass
class Report:
    """What was found: how many entries, the root over them, every fault in order, and how far it was signed."""

    size: int = 0
    root: str = merkle.EMPTY_ROOT.hex()
    faults: list[Fault] = field(default_factory=list)
    signed: int = 0

    @property
    def ok(self) -> bool:
        """Nothing was wrong."""
        return not self.faults

    @property
    def unsigned(self) -> int:
        """How many entries at the end are not under a checkpoint yet."""
        return max(0, self.size - self.signed)


class LogCheck:
    """Takes the log's rows in order and says what is wrong with them."""

    def __init__(
        self,
        *,
        depth: Depth = Depth.MEANING,
        checkpoints: Sequence[Checkpoint] = (),
        expected: Callable[[int], bytes | None] | None = None,
        ledger: Ledger | None = None,
        on_commitment: Callable[[int, str, str | None], None] | None = None,
    ) -> None:
        self._depth, self._ledger, self._on_commitment = depth, ledger, on_commitment
        self._due = sorted({(one.size, one.root) for one in checkpoints if one.size}, reverse=True)
        self._expected = expected
        self._good_size = 0
        self._latest = 0
        self._stack: list[bytes] = []
        self._compared = 0
        self.report = Report()
        self.stopped = False

    def chunk(self, leaves: Sequence[Any], hashes: str | None, nodes: str | None) -> bool:
        """Take a whole chunk of CHUNK leaves, at an even place, whose hashes and nodes were read as one text each.

        Says whether all of it was as it should be; where it was not, nothing has been taken, and `add` says why.
        """
        whole = len(leaves) == CHUNK and self.report.size % CHUNK == 0
        if self.stopped or not whole or hashes is None or nodes is None:
            return False
        levels = _levels(leaves)
        if levels is None or b"".join(levels[0]).hex() != hashes:
            return False
        stack, above = self._with(levels[-1][0])
        inner = [node for level in levels[1:] for node in level]
        if b"".join([*map(inner.__getitem__, _ORDER), *above]).hex() != nodes:
            return False
        self._take(leaves, levels)
        self._stack = stack
        self._compared = merkle.nodes_before(self.report.size)
        return True

    def _take(self, leaves: Sequence[Any], levels: list[list[bytes]]) -> None:
        """Compare and read a chunk's entries, and pass the checkpoints that lie within it."""
        base = self.report.size
        if self._expected is not None:
            for offset, node in enumerate(levels[0]):
                self._compare(base + offset, node)
        if self._depth:
            for offset, leaf in enumerate(leaves):
                self._read(base + offset, leaf)
        while self._due and self._due[-1][0] <= base + CHUNK:
            inside = self._due[-1][0] - base
            parts = [levels[level][index] for level, index in merkle.subtrees((0, inside))]
            self.report.size = base + inside
            self._pass_checkpoints(merkle.root_of_subtrees([*self._stack, *parts]))
        self.report.size = base + CHUNK

    def _with(self, top: bytes) -> tuple[list[bytes], list[bytes]]:
        """The frontier after this chunk, whose root is `top`, and the nodes above it that it completes, upwards."""
        stack, above, node, index = list(self._stack), list[bytes](), top, self.report.size // CHUNK
        while index & 1:
            node = hashlib.sha256(b"\x01" + stack.pop() + node).digest()
            above.append(node)
            index >>= 1
        return [*stack, node], above

    def add(self, rows: Iterable[Row]) -> list[bytes]:
        """Look at these rows; returns the hashes (hex) of the nodes that became complete, in that order."""
        report, stack, completed = self.report, self._stack, list[bytes]()
        sha256, hexlify, size = hashlib.sha256, binascii.hexlify, report.size
        due = self._due[-1][0] if self._due else -1
        for seq, leaf, stored in rows:
            if seq != size or self.stopped:
                self._fault(size, "gap", "" if self.stopped else _shown(seq))
                self.stopped = True
                break
            if type(leaf) is not bytes:
                self._fault(size, "unreadable")
                leaf = b""
            node = sha256(b"\x00" + leaf).digest()
            if hexlify(node) != stored:
                self._fault(size, "changed")
            if self._expected is not None:
                self._compare(size, node)
            if self._depth:
                self._read(size, leaf)
            index = size
            while index & 1:
                node = sha256(b"\x01" + stack.pop() + node).digest()
                completed.append(hexlify(node))
                index >>= 1
            stack.append(node)
            size += 1
            if size == due:
                report.size = size
                due = self._pass_checkpoints(merkle.root_of_subtrees(stack))
        report.size = size
        return completed

    def done(self) -> Report:
        """The report, once all rows have been given; a checkpoint beyond the end means that something is gone."""
        report = self.report
        report.root = merkle.root_of_subtrees(self._stack).hex()
        for size, _ in reversed(self._due):
            self._fault(report.size, "truncated", f"{report.size} < {size}")
        report.faults.sort(key=lambda one: (one.seq is None, one.seq or 0))
        return report

    def nodes(self, computed: Sequence[bytes], stored: Sequence[Any]) -> None:
        """Compare the stored tree with the one that follows from the entries."""
        for offset, one in enumerate(computed):
            if offset >= len(stored) or one != stored[offset]:
                self._fault(merkle.completed_by(self._compared + offset), "tree-node")
                break
        self._compared += len(computed)

    def fault(self, fault: Fault) -> None:
        """Add what was found elsewhere."""
        if len(self.report.faults) < MOST_FAULTS:
            self.report.faults.append(fault)

    def _fault(self, seq: int | None, kind: str, detail: str = "") -> None:
        self.fault(Fault(seq, kind, detail))

    def _pass_checkpoints(self, root_here: bytes) -> int:
        """Compare the root here with every checkpoint of this size; returns the next size that has one."""
        size = self.report.size
        good = True
        while self._due and self._due[-1][0] == size:
            good = self._due.pop()[1] == root_here and good
        if not good and self._good_size >= 0:
            # The first entry that differs is one of these; the exported hashes say which, where there are any.
            if not any(one.kind == "rewritten" or self._names(one) for one in self.report.faults):
                self._fault(self._good_size, "rewritten", f"{self._good_size}-{size - 1}")
            self._good_size = -1
        elif good and self._good_size >= 0:
            self._good_size = size
        self.report.signed = size
        return self._due[-1][0] if self._due else -1

    def _names(self, fault: Fault) -> bool:
        """Whether a fault is already the very entry that a checkpoint here does not agree with."""
        return fault.kind == "changed" and fault.seq is not None and fault.seq >= self._good_size

    def _compare(self, seq: int, leaf_hash: bytes) -> None:
        known = self._expected(seq) if self._expected else None
        if known is not None and known != leaf_hash:
            self._fault(seq, "rewritten")

    def _read(self, seq: int, leaf: bytes) -> None:
        document = _parsed(leaf)
        if document is None:
            self._fault(seq, "unreadable")
            return
        if self._depth < Depth.MEANING:
            return
        wrong = _wrong(document, seq)
        if wrong:
            self._fault(seq, wrong)
            return
        try:
            written = CATALOGUE.read(document["type"], document["type_version"], document["data"])
        except msgspec.ValidationError:
            self._fault(seq, "schema")
            return
        self._fold(document, written)
        if self._on_commitment:
            for commitment in commitments_in(written):
                self._on_commitment(seq, commitment, document["case"])

    def _fold(self, document: Mapping[str, Any], written: EventData) -> None:
        if self._ledger is None:
            return
        self._time(document)
        try:
            at, data = milliseconds(document["at"]), CATALOGUE.current(written)
            entry = Entry(document["seq"], at, document["actor"]["id"], document["case"], data)
            for breach in self._ledger.broken_by(entry):
                self._fault(entry.seq, f"order-{breach}")
            self._ledger.add(entry)
        except (KeyError, ValueError, OverflowError):
            # An entry may be well formed and still speak of something that never came to be.
            self._fault(document["seq"], "does-not-follow")

    def _time(self, document: Mapping[str, Any]) -> None:
        """Each entry was written after those before it, but for what clocks of several machines differ."""
        try:
            at = milliseconds(document["at"])
        except ValueError:
            return  # a day that there is not has been named
        if self._latest - at > CLOCK_TOLERANCE_MS:
            self._fault(document["seq"], "time-backwards")
        self._latest = max(self._latest, at)


def _parsed(leaf: bytes) -> Any:
    """The value of a canonical text, or None.

    ASCII without escapes is decoded and encoded again by the fast encoder, which refuses floats and gives the same
    bytes as ours for all else that a leaf may hold; what it cannot vouch for is read the slow way, which decides.
    """
    if leaf.isascii() and b"\\" not in leaf:
        try:
            value = _decode(leaf)
            if _encode(value) == leaf:
                return value
        except (msgspec.DecodeError, TypeError, RecursionError, OverflowError):
            pass
    try:
        return parse(leaf.decode("utf-8"))
    except (NotCanonical, UnicodeDecodeError, RecursionError):
        return None


def _shown(value: object) -> str:
    return str(value)[:40] if isinstance(value, (int, str)) else type(value).__name__


def verify_rows(rows: Iterable[Row], **options: Any) -> Report:
    """Check rows that are at hand."""
    check = LogCheck(**options)
    check.add(rows)
    return check.done()


def _wrong(document: Any, seq: int) -> str | None:
    """What is wrong with this document as entry `seq` of the log, or None."""
    if (
        not isinstance(document, dict)
        or document.keys() != _FIELDS
        or type(document["v"]) is not int
        or document["v"] != FORMAT
    ):
        return "not-an-entry"
    if type(document["seq"]) is not int or document["seq"] != seq:
        return "moved"
    actor = document["actor"]
    if not isinstance(actor, dict) or actor.keys() != {"kind", "id"} or not isinstance(document["type"], str):
        return "not-an-entry"
    if not isinstance(document["at"], str) or TIME.fullmatch(document["at"]) is None:
        return "not-an-entry"
    if not isinstance(actor["kind"], str) or not isinstance(actor["id"], str):
        return "not-an-entry"
    return CATALOGUE.fault_of(document["type"], document["type_version"], actor["kind"], actor["id"], document["case"])


def check_value(commitment: str, field_name: str, value: object, salt_hex: str) -> bool:
    """Whether a kept value is the one the log committed to; anything odd is a no."""
    try:
        salt = bytes.fromhex(salt_hex)
        return salt.hex() == salt_hex and commit(field_name, value, salt) == commitment
    except (ValueError, TypeError):
        return False


def _levels(leaves: Sequence[Any]) -> list[list[bytes]] | None:
    """The levels of the tree over a whole chunk, from the leaves upwards; None where something is no leaf."""
    sha256 = hashlib.sha256
    try:
        level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    except TypeError:
        return None
    levels = [level]
    while len(level) > 1:
        nodes = iter(level)
        level = [sha256(b"\x01" + node + next(nodes)).digest() for node in nodes]
        levels.append(level)
    return levels
