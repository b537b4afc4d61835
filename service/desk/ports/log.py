"""What is kept of the log, and the ways out of the house."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from service.audit.note import SigningKey, VerifyingKey
from service.domain.clock import Instant
from service.domain.events.event import Event, EventClass
from service.domain.events.intake import MatchAsked
from service.domain.events.log import (
    AccessLogErased,
    CaseHandedOut,
    ErasureProposed,
    ErasureSettled,
    LogHeads,
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
    type: str
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
class SentRow:
    """A checkpoint that came through: by which way, and when (UTC milliseconds)."""

    id: str
    size: int
    channel: str
    at: Instant


@dataclass(frozen=True)
class SchemaFault:
    """A table, an index or a guard that is not as the migrations make it, and what is wrong with it."""

    name: str
    wrong: str


@dataclass(frozen=True)
class LogHead:
    """How many entries the log has, and the root of the tree over them (RFC 6962)."""

    size: int
    root: bytes


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

    async def schema_faults(self) -> list[SchemaFault]:
        """What of the schema, its guards among it, is not as the migrations make it."""
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

    async def sent_checkpoints(self, *, since: Instant) -> list[SentRow]:
        """Every checkpoint that came through from then on, oldest first."""
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

    async def named_files(self, digests: Sequence[str]) -> set[str]:
        """Those of these digests that an enclosure names."""
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

    async def heads_noted(self, event: Event[LogHeads]) -> None:
        """How far the access log had come, and what was signed and sent since."""
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
