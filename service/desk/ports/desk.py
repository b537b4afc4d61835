"""Everything a step has at hand."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from service.desk.ports.access_log import AccessLog
from service.desk.ports.jobs import Jobs
from service.desk.ports.log import Channel, Keys
from service.desk.ports.store import Reading, Writing
from service.domain.application import Party
from service.domain.check import CheckDescription, CheckInput
from service.domain.clock import Instant
from service.domain.enclosure import Scanned
from service.domain.finding import CheckResult
from service.domain.letter import Sheet, TypesetLetter
from service.domain.ruleset import RuleSet
from service.domain.watchlist import (
    Candidate,
    Comparison,
    FoundEntry,
    ListEntry,
    ListHealth,
    ListRemark,
    Method,
    Subject,
)
from service.pipeline.installed import ParamFault
from service.pipeline.registry import Origin
from service.pipeline.runner import Installed


class PutAside(NamedTuple):
    """A list entry and its text as it is kept."""

    entry_id: str
    text: str


class Seen(NamedTuple):
    """What a server says by which an answer is known again: its ETag and the day it was changed (RFC 9110)."""

    etag: str = ""
    modified: str = ""


class FetchedList(NamedTuple):
    """A list file that has been fetched: the SHA-256 (hex) of its bytes, and by what it is known again."""

    sha256: str
    seen: Seen


class Store(Protocol):
    """Where everything is kept."""

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        """A reading of one moment: all that is asked within it agrees."""
        ...

    def writing(self) -> AbstractAsyncContextManager[Writing]:
        """A change in one transaction: kept whole at the end, or not at all where anything is raised."""
        ...

    async def put_aside(self, version: str, start: int, entries: Sequence[PutAside]) -> None:
        """Keep entries of a version that no event speaks of yet; nobody reads them."""
        ...

    async def scrub(self) -> None:
        """Make what has been erased unreadable in the database's own files too."""
        ...

    async def forget_put_aside(self, version: str) -> None:
        """Throw away what was put aside for a version that never came to be, and leftovers of earlier ones."""
        ...


class Typesetter(Protocol):
    """Sets a letter as an archivable, accessible PDF."""

    def typeset(self, sheet: Sheet) -> TypesetLetter:
        """The letter, whatever signs it has."""
        ...


@dataclass(frozen=True)
class SignIn:
    """A sign-in as its owner sees it: `key` names it and cannot take it over; `here` is the one asked from."""

    key: str
    began_at: Instant
    seen_at: Instant
    here: bool


class SessionKeeper(Protocol):
    """Where sign-ins are kept; times are UTC milliseconds."""

    async def get(self, session_id: str, *, now: Instant) -> bytes | None:
        """What is kept of a sign-in; None where there is none that still holds."""
        ...

    async def set(
        self, session_id: str, body: bytes, *, now: Instant, expires_at: Instant, account: str, began: Instant
    ) -> None:
        """Keep this of a sign-in until then, in place of what was there; `account` is empty before someone signs in."""
        ...

    async def of_account(self, account: str, *, now: Instant, here: str) -> list[SignIn]:
        """A user's sign-ins that still hold, the one seen last first; `here` is the session id of whoever asks."""
        ...

    async def end(self, account: str, *, but: str = "", only: str = "") -> int:
        """End a user's sign-ins, all or `only` one, but not the one with the session id `but`; returns how many."""
        ...

    async def delete(self, session_id: str) -> None:
        """End one sign-in; nothing where there is none."""
        ...

    async def clear(self) -> None:
        """End every sign-in."""
        ...


class Files(Protocol):
    """Where enclosures' bytes are kept, under their SHA-256 (hex)."""

    def put(self, body: bytes) -> str:
        """Keep these bytes safely on disk; returns their digest. The same bytes are kept once."""
        ...

    def holds(self, sha256: str) -> bool:
        """Whether these very bytes are there, unchanged."""
        ...

    def path(self, sha256: str) -> Path:
        """Where these bytes are, or would be."""
        ...

    def kept_before(self, at: Instant) -> list[str]:
        """The digests of the files that were put there before this (UTC milliseconds)."""
        ...

    def remove(self, sha256: str) -> None:
        """Erase these bytes so that the disk does not keep them; nothing where they are not there."""
        ...


class Words(Protocol):
    """Codes and values into sentences."""

    def say(self, language: str, code: str, params: Mapping[str, str | int]) -> str:
        """The sentence of a code in this language; the code itself where there are no words for it."""
        ...


class Checks(Protocol):
    """The checks that are installed."""

    def installed(self) -> frozenset[str]:
        """The names that a rule set may use."""
        ...

    def origin(self, key: str) -> Origin:
        """The distribution a check comes from, its version and digest; of one that is gone, a digest of nothing."""
        ...

    async def describe(self, key: str) -> CheckDescription | None:
        """What a check declares of itself; None where it is not installed."""
        ...

    async def param_faults(self, key: str, params: Mapping[str, Any]) -> list[ParamFault]:
        """What is wrong with the parameters that a rule set gives a check; empty where nothing is."""
        ...

    async def run(self, key: str, given: CheckInput, params: Mapping[str, Any]) -> CheckResult:
        """A check's answer; raises what it raises."""
        ...

    def without_threads(self) -> Installed:
        """The same checks, called where the caller stands."""
        ...


class Building(Protocol):
    """An index being built from a list's entries, one by one."""

    def add(self, entry: ListEntry) -> None:
        """Take the next entry with all its names."""
        ...

    def done(self, entries_digest: str) -> bool:
        """Write what is left and put the index where it is found by its version; the digest is of the kept entries.

        Where one lies there, says whether it was the very same.
        """
        ...

    def drop(self) -> None:
        """Throw away what has been written so far."""
        ...


class NamesAsked(Protocol):
    """A version of a list to be asked about many names at once, here or in another process."""

    def __call__(self, parties: Sequence[Party]) -> bytes:
        """One number for each party: 0 nothing resembles it, 1 something may, 2 its name cannot be compared."""
        ...


class ReadList(Protocol):
    """A list file being read; its date is known once all its entries have come."""

    @property
    def sha256(self) -> str:
        """The digest (hex) of the file's bytes."""
        ...

    @property
    def remarks(self) -> tuple[ListRemark, ...]:
        """What was noticed in the file, known once all its entries have come."""
        ...

    @property
    def generated_at(self) -> str:
        """When the list, or its supplier, says it was made, ISO 8601; raises ListRefused where neither does."""
        ...

    def __iter__(self) -> Iterator[ListEntry]:
        """The entries in the file's order; raises ListRefused where it cannot be read."""
        ...


class Finder(Protocol):
    """Finds list entries that resemble a name."""

    def knows(self, version: str, entries_digest: str) -> bool:
        """Whether this version has an index that can be searched now, built of the entries of this digest."""
        ...

    def ready(self, version: str) -> bool:
        """Whether its index is open and nobody has touched it since it was looked at whole."""
        ...

    def afresh(self, version: str) -> bool:
        """Whether its index has been built, or held against one built afresh, here, and nobody has touched it since."""
        ...

    def has(self, version: str) -> bool:
        """Whether there is an index of this version, right or wrong."""
        ...

    def building(self, version: str) -> Building:
        """Begin an index of this version; nobody finds it until it is done."""
        ...

    def forget(self, version: str) -> None:
        """Throw away the index of a version that never came to be."""
        ...

    def let_go_of_names(self) -> None:
        """Forget every name and word that comparing has left in memory; no answer changes."""
        ...

    def readable(self, party: Party) -> bool:
        """Whether a party's name can be compared at all; of one that cannot, nobody may say it resembles nobody."""
        ...

    def read_as(self, party: Party) -> str:
        """A party's name as it was compared, where the given one was damaged and could be mended; empty otherwise."""
        ...

    def search(self, version: str, list_key: str, party: Party, *, name: str) -> tuple[Candidate, ...]:
        """The entries that resemble a party, best first, by the method of this name; empty where none does.

        Raises LookupError for a version that was never built.
        """
        ...

    def found(self, version: str, list_key: str, subject: Subject, *, most: int) -> tuple[FoundEntry, ...]:
        """The entries that resemble a subject, best first and at most so many, each beside what the list says of it."""
        ...

    def compare(self, left: Subject, right: Subject) -> Comparison:
        """Two subjects side by side, without a list."""
        ...

    def method(self, name: str = ...) -> Method:
        """By which numbers is compared, for the record; the newest where no name is given."""
        ...

    def asking(self, version: str, list_key: str, *, near: bool = False) -> NamesAsked:
        """A question about many names that can be sent to another process; see `service.matching.sweep`."""
        ...

    def health(self, version: str) -> ListHealth:
        """What can be told of a version without looking anyone up."""
        ...


@dataclass(frozen=True)
class Outside:
    """Time, identity and randomness come in from outside; `now` is UTC milliseconds, `monotonic` seconds."""

    now: Callable[[], Instant]
    monotonic: Callable[[], float]
    new_id: Callable[[], str]
    random: Callable[[int], bytes]


@dataclass(frozen=True)
class Desk:
    """Everything a step has at hand; put together once, in `app`."""

    store: Store
    access_log: AccessLog
    keys: Keys
    outbox: tuple[Channel, ...]
    sessions: SessionKeeper
    jobs: Jobs
    outside: Outside
    words: Words
    checks: Checks
    finder: Finder
    files: Files
    scan: Callable[[bytes], Awaitable[Scanned]]
    typesetter: Typesetter
    parse_rules: Callable[[str], RuleSet]
    read_list: Callable[[str, bytes | Path, str | None], ReadList]
    fetch_list: Callable[[str, Path, Seen], Awaitable[FetchedList | None]]
    keyed: Callable[[str], str]
    diary_prefix: str
    software: str
