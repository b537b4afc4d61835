"""What is kept of the log and the access log, and the ways out of the house."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from service.audit.note import SigningKey, VerifyingKey
from service.domain.clock import NEVER, Instant
from service.domain.events.event import Event, EventClass
from service.domain.events.intake import MatchAsked
from service.domain.events.log import (
    AccessLogErased,
    CaseHandedOut,
    ErasureProposed,
    ErasureSettled,
    LogKeyRotated,
    LogOpened,
    RecordUnmasked,
    SampleDrawn,
    SubjectAccessExported,
    ValueErased,
)
from service.domain.ledger.facts import StoredFact


@dataclass(frozen=True)
class LogRow:
    """One log entry as it is kept, with the columns it is looked up by."""

    seq: int
    leaf: str
    hash: str
    type: str = ""
    case_id: str | None = None
    actor: str = ""
    at: Instant = NEVER


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
class KeptValue:
    """A value the log committed to, as it is kept: with its salt, and the case it belongs to."""

    commitment: str
    field: str
    value: Any
    salt: str
    case_id: str | None


@dataclass(frozen=True)
class KeptCheckpoint:
    """A signed note over the first `size` entries of a log; `at` is when it was signed (UTC milliseconds)."""

    size: int
    note: str
    at: Instant


@dataclass(frozen=True)
class SentCheckpoint:
    """What became of a channel's last checkpoint: `error` is None where it came through; `at` is UTC milliseconds."""

    channel: str
    size: int
    at: Instant
    error: str | None


@dataclass(frozen=True)
class LogHead:
    """How many entries the log has, and the root of the tree over them (RFC 6962)."""

    size: int
    root: bytes


@dataclass(frozen=True)
class DueEntries:
    """How many entries of the access log are to lose their texts, and the number of the first after them."""

    count: int
    up_to: int


class ScannedEntry(NamedTuple):
    """An entry as the database holds it, which may be anything: texts are bytes (UTF-8), `at` milliseconds.

    The columns after the hash are None where they were not asked for.
    """

    seq: Any
    leaf: Any
    hash: Any
    type: Any = None
    case_id: Any = None
    actor: Any = None
    at: Any = None


class ScannedAccess(NamedTuple):
    """An entry of the access log as the database holds it, which may be anything; `leaf` None where it was erased."""

    seq: Any
    leaf: Any
    hash: Any
    case_id: Any
    actor: Any
    at: Any


class StoredNode(NamedTuple):
    """A node of a tree as it is stored: its place, counted as nodes become complete, and its hash (hex)."""

    place: Any
    hash: Any


class StoredValue(NamedTuple):
    """A kept value as it is stored: what it was committed to as, in canonical JSON, and its case where it has one."""

    commitment: str
    field: str
    text: str
    salt: str
    case_id: str | None


class AccessLog(Protocol):
    """Who looked at what: a log of its own; times are UTC milliseconds."""

    async def note(self, *, actor: str, role: str, action: str, case: str | None, at: str, at_ms: Instant) -> int:
        """Write down that someone, in this role, did this with this case; returns the entry's number."""
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

    async def last_checkpoint(self) -> KeptCheckpoint | None:
        """The newest checkpoint; None where there is none."""
        ...


class Channel(Protocol):
    """A way out of the database administrator's reach; `send` raises OSError or ValueError where it fails."""

    @property
    def name(self) -> str:
        """What the channel is called in the log of what was sent."""
        ...

    async def send(self, size: int, note: str, first: int, hashes: Sequence[str]) -> None:
        """Send a checkpoint of so many entries (a signed note), and the hashes (hex) of the entries from `first` on."""
        ...

    async def send_access_log(self, size: int, note: str) -> None:
        """Send a checkpoint of the access log, of so many entries."""
        ...


class Keys(Protocol):
    """Where the log's keys lie."""

    def signing(self) -> SigningKey | None:
        """The key that signs now; None where it is not here. Raises GranskaError for one damaged or open to others."""
        ...

    def known(self) -> tuple[VerifyingKey, ...]:
        """Every public key that this installation has had."""
        ...

    def make(self, name: str) -> SigningKey:
        """A fresh key of this name, not kept anywhere yet."""
        ...

    def prepare(self, key: SigningKey) -> None:
        """Keep this key as the next to sign, and its public half beside all earlier ones."""
        ...

    def promote(self, current: str) -> None:
        """Sign with the prepared key from now on, if that is the public key the log names; nothing otherwise."""
        ...


class LogReading(Protocol):
    """Questions about the log and what it committed to."""

    async def values(self, commitments: Sequence[str]) -> dict[str, Any]:
        """What these commitments stand for; one that has been erased is left out."""
        ...

    def value_rows(self) -> AsyncIterator[StoredValue]:
        """Every kept value as it is stored, in constant memory."""
        ...

    async def log_page(self, *, before: int | None, case_id: str | None, limit: int) -> list[LogRow]:
        """Entries before this number (None: from the newest), newest first, at most so many."""
        ...

    async def log_entry(self, seq: int) -> LogRow | None:
        """The entry of this number, or None."""
        ...

    async def log_size(self) -> int:
        """How many entries there are."""
        ...

    def log_rows(self) -> AsyncIterator[LogRow]:
        """Every entry in order, in constant memory."""
        ...

    async def file_damage(self) -> str | None:
        """Where the database's own structure contradicts itself; None where it holds, or cannot be asked."""
        ...

    def log_scan(self, *, columns: bool) -> AsyncIterator[list[ScannedEntry]]:
        """Every entry as it is stored, a batch at a time; the columns beside the leaf only if asked for."""
        ...

    async def hashes_joined(self, start: int, count: int) -> str | None:
        """The hashes (hex) of so many entries from this one on, as one text; None where there are none."""
        ...

    async def nodes_joined(self, start: int, count: int) -> str | None:
        """The hashes (hex) of so many nodes from this place on, as one text; None where there are none."""
        ...

    async def node_count(self) -> int:
        """How many nodes are stored."""
        ...

    async def log_head(self) -> LogHead:
        """The log's size and root now."""
        ...

    async def log_root(self, size: int) -> bytes:
        """The root over the first so many entries."""
        ...

    async def log_paths(self, seqs: Sequence[int], size: int) -> list[list[bytes]]:
        """For each of these entries, its path to the root over the first so many."""
        ...

    async def log_consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of one size goes on from that of another."""
        ...

    async def log_hashes(self, start: int, stop: int) -> list[str]:
        """The hashes (hex) of the entries from one number to before another."""
        ...

    async def checkpoints(self) -> list[KeptCheckpoint]:
        """Every checkpoint, oldest first."""
        ...

    async def last_checkpoint(self) -> KeptCheckpoint | None:
        """The newest checkpoint; None where there is none."""
        ...

    async def checkpoint_after(self, size: int) -> KeptCheckpoint | None:
        """The first checkpoint of more than this size, or None."""
        ...

    async def dispatched(self, channel: str) -> int:
        """How far a channel has had the checkpoints: the size of the last one, 0 for none."""
        ...

    async def dispatches(self, limit: int) -> list[SentCheckpoint]:
        """For each channel, what became of the last it was sent, at most so many."""
        ...

    async def entries_of_type(self, event: EventClass, *, limit: int) -> list[LogRow]:
        """Entries of this kind, newest first, at most so many."""
        ...

    async def entries_of_case(self, case_id: str) -> list[LogRow]:
        """A case's entries, oldest first."""
        ...

    async def entries_of_cases(self, case_ids: Sequence[str], *events: EventClass) -> list[LogRow]:
        """What happened of these kinds in these cases, oldest first."""
        ...

    async def entries_between(self, event: EventClass, since: Instant, until: Instant) -> list[LogRow]:
        """What happened of this kind from one instant (UTC milliseconds) to before another, oldest first."""
        ...

    async def kept_values(self, commitments: Sequence[str]) -> dict[str, KeptValue]:
        """By commitment, these values with their salts; one that has been erased is left out."""
        ...

    async def values_of_cases(self, case_ids: Sequence[str]) -> list[KeptValue]:
        """Every value that is kept of these cases."""
        ...

    async def erased_files(self) -> list[str]:
        """The digests of files whose every enclosure has been erased."""
        ...

    def stored_facts(self) -> AsyncIterator[StoredFact]:
        """What every table says, in the log's own terms, in constant memory."""
        ...


class LogWriting(Protocol):
    """Changes of the log itself, and entries that change nothing else."""

    def keep(self, field: str, value: Any, *, case: str | None = None) -> str:
        """Keep a personal value or free text where it can be erased, with the next change; returns its commitment."""
        ...

    async def log_opened(self, event: Event[LogOpened]) -> None:
        """The log's first entry: its name and its first key."""
        ...

    async def key_rotated(self, event: Event[LogKeyRotated]) -> None:
        """The log is signed by another key from here on."""
        ...

    async def checkpoint_signed(self, size: int, note: str, at: Instant) -> None:
        """Keep a signed note of so many entries; a statement about the log, so without an event. `at` is UTC ms."""
        ...

    async def checkpoint_sent(self, size: int, channel: str, at: Instant, error: str | None) -> None:
        """Keep that a checkpoint of so many entries went out through a channel, or why it did not (`error`)."""
        ...

    async def case_handed_out(self, event: Event[CaseHandedOut]) -> None:
        """A case was handed out, with what was masked in it."""
        ...

    async def access_log_erased(self, event: Event[AccessLogErased]) -> None:
        """Entries of the access log are to go, their time being over."""
        ...

    async def sample_drawn(self, event: Event[SampleDrawn]) -> None:
        """A sample of cases was drawn for review."""
        ...

    async def subject_access_exported(self, event: Event[SubjectAccessExported]) -> None:
        """What is kept of a person was handed to them (GDPR art. 15)."""
        ...

    async def match_asked(self, event: Event[MatchAsked]) -> None:
        """Another system asked a list for names."""
        ...

    async def record_unmasked(self, event: Event[RecordUnmasked]) -> None:
        """Someone read what is masked in a record, for a purpose."""
        ...

    async def erasure_proposed(self, event: Event[ErasureProposed]) -> None:
        """What is to be erased has been put forward."""
        ...

    async def erasure_settled(self, event: Event[ErasureSettled]) -> None:
        """A proposal to erase waits no longer."""
        ...

    async def values_erased(self, event: Event[ValueErased]) -> None:
        """Take away the values behind these commitments, and what a case's row repeats of them."""
        ...
