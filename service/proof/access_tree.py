"""The access log's tree as its entries make it, for comparison with what is stored and what has been signed."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from service.audit import merkle
from service.audit.checkpoint import Checkpoint
from service.audit.leaf import timestamp
from service.audit.verify import Fault, Report
from service.desk.ports.access_log import ScannedAccess
from service.domain.clock import CLOCK_TOLERANCE_MS


class AccessTree:
    """The access log's tree as its entries make it, one after the other; what is wrong goes into the report."""

    def __init__(self, report: Report, good: Sequence[Checkpoint]) -> None:
        self._report = report
        self._frontier, self._nodes = merkle.Frontier(), hashlib.sha256()
        self._roots: dict[int, set[bytes]] = {}
        self._latest = 0
        for checkpoint in good:
            self._roots.setdefault(checkpoint.size, set()).add(checkpoint.root)

    def add(self, row: ScannedAccess, may_lack: int) -> bool:
        """Take the next entry; False where one is missing before it, and nothing after it can be compared."""
        seq, leaf, stored, case_id, actor, at = row
        if seq != self._frontier.size:
            self._fault(self._frontier.size, "gap")
            return False
        kept = _hash_in(stored)
        if leaf is None:
            if seq >= may_lack:
                self._fault(seq, "value-missing")
        elif merkle.leaf_hash(str(leaf).encode("utf-8", "replace")) != kept:
            self._fault(seq, "changed")
        elif not _columns_agree(str(leaf), case_id, actor, at):
            self._fault(seq, "columns")
        if isinstance(at, int):
            if self._latest - at > CLOCK_TOLERANCE_MS:
                self._fault(seq, "time-backwards")
            self._latest = max(self._latest, at)
        for _, _, node in self._frontier.add(kept):
            self._nodes.update(f"{node.hex()}\n".encode())
        self._pass_checkpoints(seq)
        return True

    def _pass_checkpoints(self, seq: int) -> None:
        roots = self._roots.get(self._frontier.size)
        if roots is not None:
            self._report.signed = self._frontier.size
            if roots != {self._frontier.root()}:
                self._fault(seq, "rewritten")

    def done(self, stored_nodes: bytes) -> None:
        """Compare the nodes with those that are stored, and the size with what has been signed."""
        size = self._frontier.size
        if self._nodes.digest() != stored_nodes:
            self._fault(None, "tree-node")
        self._report.size, self._report.root = size, self._frontier.root().hex()
        if any(signed > size for signed in self._roots):
            self._fault(size, "truncated")

    def _fault(self, seq: int | None, kind: str) -> None:
        self._report.faults.append(Fault(seq, kind))


def _hash_in(stored: object) -> bytes:
    """A hash as it is stored; none at all where what is stored is no hash."""
    try:
        return bytes.fromhex(stored)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return b""


def _columns_agree(leaf: str, case_id: Any, actor: Any, at: Any) -> bool:
    try:
        told = json.loads(leaf)
        return (told["case"], told["actor"], told["at"]) == (case_id, actor, timestamp(at))
    except (ValueError, KeyError, TypeError, OverflowError):
        return False
