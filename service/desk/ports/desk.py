"""Everything a step has at hand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from service.desk.ports.log import AccessLog, Channel, Keys
from service.desk.ports.store import Reading, Writing
from service.domain.application import Party
from service.domain.check import CheckDescription, CheckInput
from service.domain.finding import CheckResult
from service.domain.letter import Sheet
from service.domain.ruleset import RuleSet
from service.domain.watchlist import Candidate, Comparison, ListEntry, ListHealth, Method, Subject
from service.pipeline.installed import ParamFault
from service.pipeline.registry import Origin
from service.pipeline.runner import Installed


class Store(Protocol):
    """Where everything is kept."""

    def reading(self) -> AbstractAsyncContextManager[Reading]: ...
    def writing(self) -> AbstractAsyncContextManager[Writing]: ...

    async def put_aside(self, version: str, start: int, entries: Sequence[tuple[str, str]]) -> None:
        """Keep entries (id, text) of a version that no event speaks of yet; nobody reads them."""
        ...

    async def scrub(self) -> None:
        """Make what has been erased unreadable in the database's own files too."""
        ...

    async def forget_put_aside(self, version: str) -> None:
        """Throw away what was put aside for a version that never came to be, and leftovers of earlier ones."""
        ...


class Typesetter(Protocol):
    """Sets a letter as an archivable, accessible PDF."""

    def pdf(self, sheet: Sheet) -> bytes: ...


class SessionKeeper(Protocol):
    """Where sign-ins are kept; times are UTC milliseconds."""

    async def get(self, session_id: str, *, now: int) -> bytes | None: ...
    async def set(self, session_id: str, body: bytes, *, now: int, expires_at: int) -> None: ...
    async def delete(self, session_id: str) -> None: ...
    async def clear(self) -> None: ...


class Files(Protocol):
    """Where enclosures' bytes are kept, under their SHA-256 (hex)."""

    def put(self, body: bytes) -> str: ...
    def holds(self, sha256: str) -> bool: ...
    def path(self, sha256: str) -> Path: ...
    def remove(self, sha256: str) -> None: ...


class Words(Protocol):
    """Codes and values into sentences."""

    def say(self, language: str, code: str, params: Mapping[str, str | int]) -> str: ...


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

    def add(self, entry: ListEntry) -> None: ...
    def done(self) -> None: ...
    def drop(self) -> None: ...


class ReadList(Protocol):
    """A list file being read; its date is known once all its entries have come."""

    @property
    def sha256(self) -> str: ...
    @property
    def generated_at(self) -> str: ...
    def __iter__(self) -> Iterator[ListEntry]: ...


class Finder(Protocol):
    """Finds list entries that resemble a name."""

    def knows(self, version: str) -> bool: ...
    def building(self, version: str) -> Building: ...
    def forget(self, version: str) -> None: ...
    def readable(self, party: Party) -> bool: ...
    def search(self, version: str, list_key: str, party: Party, *, name: str) -> tuple[Candidate, ...]: ...
    def found(
        self, version: str, list_key: str, subject: Subject, *, most: int
    ) -> tuple[tuple[Candidate, ListEntry], ...]: ...
    def compare(self, left: Subject, right: Subject) -> Comparison: ...
    def method(self, name: str = ...) -> Method: ...
    def health(self, version: str) -> ListHealth: ...


@dataclass(frozen=True)
class Outside:
    """Time, identity and randomness come in from outside; `now` is UTC milliseconds, `monotonic` seconds."""

    now: Callable[[], int]
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
    outside: Outside
    words: Words
    checks: Checks
    finder: Finder
    files: Files
    typesetter: Typesetter
    parse_rules: Callable[[str], RuleSet]
    read_list: Callable[[str, bytes | Path, str | None], ReadList]
    keyed: Callable[[str], str]
    diary_prefix: str
    software: str
