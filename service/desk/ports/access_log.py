"""What is kept of who looked at what."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from service.desk.ports.log import KeptCheckpoint, LogHead, StoredNode
from service.domain.clock import Instant


@dataclass(frozen=True)
class AccessRow:
    """One entry of the access log; `leaf` is None where its time is over."""

    seq: int
    leaf: str | None
    hash: str
    case_id: str | None
    actor: str
    at: Instant


@dataclass(frozen=True)
class DueEntries:
    """How many entries of the access log are to lose their texts, and the number of the first after them."""

    count: int
    up_to: int


class ScannedAccess(NamedTuple):
    """An entry of the access log as the database holds it, which may be anything; `leaf` None where it was erased."""

    seq: Any
    leaf: Any
    hash: Any
    case_id: Any
    actor: Any
    at: Any


class AccessLog(Protocol):
    """Who looked at what: a log of its own; times are UTC milliseconds."""

    async def note(
        self, *, actor: str, role: str, action: str, case: str | None, at: str, at_ms: Instant, step: str = ""
    ) -> int:
        """Write down that someone, in this role, did this with this case; returns the entry's number.

        `step` is what was asked for where someone was refused it.
        """
        ...

    async def page(self, *, before: int | None, case: str | None, limit: int) -> list[AccessRow]:
        """Entries before this number (None: from the newest), newest first, at most so many."""
        ...

    async def of_case(self, case: str) -> list[AccessRow]:
        """Everyone who opened a case, oldest first."""
        ...

    async def last_opened(self, case: str, actor: str) -> Instant | None:
        """When this person last opened this case; None if never."""
        ...

    async def last_of(self, actor: str) -> Instant | None:
        """When this person, key or the service itself last did anything; None if never."""
        ...

    async def size(self) -> int:
        """How many entries there have been."""
        ...

    async def due_before(self, at_ms: Instant) -> DueEntries:
        """The entries older than this that still have their text; none is a count of 0."""
        ...

    async def forget_before(self, at_ms: Instant) -> None:
        """Take the texts of entries older than this away; their hashes stay."""
        ...

    def scan_nodes(self) -> AsyncIterator[list[StoredNode]]:
        """The stored tree, in the order in which its nodes became complete, a batch at a time."""
        ...

    async def checkpoint(self, sign: Callable[[int, bytes], str], at_ms: Instant) -> int:
        """Sign the tree as it is, unless it has been; returns its size."""
        ...

    def scan(self) -> AsyncIterator[list[ScannedAccess]]:
        """Every entry as it is stored, a batch at a time."""
        ...

    async def checkpoints(self) -> list[KeptCheckpoint]:
        """Every checkpoint, oldest first."""
        ...

    async def head(self) -> LogHead:
        """How many entries it has, and the root of their tree."""
        ...

    async def last_checkpoint(self) -> KeptCheckpoint | None:
        """The newest checkpoint; None where there is none."""
        ...
