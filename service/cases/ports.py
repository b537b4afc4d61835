"""What the steps need from outside, in their own words."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from service.domain.application import Kind, Party
from service.domain.case import Case, CaseFinding
from service.domain.check import CheckDescription, CheckInput, Incident, OtherCase
from service.domain.enclosure import Enclosure
from service.domain.events import Event
from service.domain.finding import CheckResult
from service.domain.ledger import Key
from service.domain.people import ServiceKey, User
from service.domain.ruleset import RuleSet
from service.domain.watchlist import Candidate, Comparison, ListEntry, ListHealth, Method, Subject


@dataclass(frozen=True)
class CaseDetails:
    """What is kept of a case beside its facts: its texts by commitment, and what the queue searches."""

    org_number: str | None
    org_name: str
    organisation_ref: str
    application_ref: str
    speakers_ref: str | None
    when_label: str
    channel: str
    repeat_key: str
    event_on: str | None


@dataclass(frozen=True)
class StoredFinding:
    """A finding with where its texts are kept, and who settled it."""

    id: str
    case_finding: CaseFinding
    round: int
    position: int
    detail_ref: str
    speaker_ref: str | None
    sources: str
    reason_ref: str | None = None
    resolved_by: str | None = None
    carried_from: str | None = None


@dataclass(frozen=True)
class StoredEnclosure:
    """An enclosure and where its name is kept."""

    enclosure: Enclosure
    name_ref: str


@dataclass(frozen=True)
class SecrecyMarking:
    """A secrecy marking on a case, or on one enclosure of it."""

    id: str
    enclosure_id: str | None
    value_ref: str


@dataclass(frozen=True)
class StoredIncident:
    """An incident as it was recorded."""

    id: str
    org_number: str
    kind: str
    event_date: str
    informed_on: str
    expires_on: str
    value_ref: str
    recorded_by: str
    verified_by: str | None


@dataclass(frozen=True)
class StoredClearance:
    """A pair of a case's party and a list entry that a person has held apart; `pair` is a keyed hash of both."""

    pair: str
    case_id: str
    finding_id: str
    cleared_by: str
    at: int


@dataclass(frozen=True)
class ActiveList:
    """The version of a list that is searched now."""

    key: str
    version: str
    sha256: str
    generated: str
    as_of: int
    entries: int


#: How many cases a page of the queue shows.
PAGE_SIZE = 50


@dataclass(frozen=True)
class QueueQuery:
    """What the queue was asked for; `kinds` is what the asker may see, `nothing` that a filter can match nothing."""

    kinds: tuple[Kind, ...]
    state: str | None = None
    kind: Kind | None = None
    owner: str | None = None
    unowned: bool = False
    attention: bool = False
    organisation: str | None = None
    order: str = "due"
    descending: bool = False
    page: int = 1
    nothing: bool = False


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    case: Case
    org_name: str
    when_label: str
    attention: int
    owner_name: str | None
    outcome: str | None


@dataclass(frozen=True)
class LogRow:
    """One log entry as it is kept, with the columns it is looked up by."""

    seq: int
    leaf: str
    hash: str
    type: str = ""
    case_id: str | None = None
    actor: str = ""
    at: int = 0


class Reading(Protocol):
    """Questions, all answered as of one moment."""

    async def case(self, case_id: str) -> Case: ...
    async def case_by_diary_number(self, number: str) -> Case | None: ...
    async def details(self, case_id: str) -> CaseDetails: ...
    async def findings(self, case_id: str, round: int) -> list[StoredFinding]: ...
    async def settled_before(self, case_id: str, round: int) -> dict[str, StoredFinding]: ...
    async def findings_by_id(self, ids: Sequence[str]) -> dict[str, StoredFinding]: ...
    async def enclosures(self, case_id: str) -> list[StoredEnclosure]: ...
    async def markings(self, case_id: str) -> list[SecrecyMarking]: ...
    async def decision(self, case_id: str) -> dict[str, Any] | None: ...
    async def queue(self, query: QueueQuery) -> tuple[list[QueueRow], int]: ...
    async def search(self, text: str, number: str | None, kinds: Sequence[Kind]) -> list[QueueRow]: ...
    async def values(self, commitments: Sequence[str]) -> dict[str, Any]: ...
    def value_rows(self) -> AsyncIterator[tuple[str, str, str, str]]: ...
    async def rule_sets(self) -> list[tuple[str, str, str]]: ...
    async def active_lists(self) -> dict[str, ActiveList]: ...
    def list_entries(self, version: str) -> AsyncIterator[list[ListEntry]]: ...
    async def list_difference(self, version: str, before: str | None) -> tuple[int, int, int]: ...
    async def clearances(self, pairs: Sequence[str]) -> dict[str, StoredClearance]: ...
    async def list_versions(self) -> list[dict[str, Any]]: ...
    async def incidents(self, org_number: str, today: str) -> list[Incident]: ...
    async def all_incidents(self) -> list[StoredIncident]: ...
    async def other_cases(self, repeat_key: str, case_id: str) -> list[OtherCase]: ...
    async def open_cases_of(self, org_number: str) -> list[Case]: ...
    async def diary_numbers(self, case_ids: Sequence[str]) -> dict[str, str]: ...
    async def is_waiting(self, case_id: str) -> bool: ...
    async def owner_name(self, user_id: str) -> str | None: ...
    async def waiting_jobs(self) -> list[str]: ...
    async def expired_speakers(self, today: str) -> list[tuple[str, list[str]]]: ...
    async def idempotent(self, key: str) -> tuple[str, str] | None: ...
    async def organisation_by_number(self, number: str) -> str | None: ...
    async def next_diary_number(self, year: int) -> int: ...
    async def diary_number_taken(self, number: str) -> bool: ...
    async def user_by_email(self, email: str) -> tuple[User, str] | None: ...
    async def user(self, user_id: str) -> User | None: ...
    async def user_by_pseudonym(self, pseudonym: str) -> User | None: ...
    async def users(self) -> list[User]: ...
    async def names(self) -> dict[str, str]: ...
    async def rights_history(self) -> list[dict[str, Any]]: ...
    async def key(self, digest: str) -> ServiceKey | None: ...
    async def keys(self) -> list[dict[str, Any]]: ...
    async def log_page(self, *, before: int | None, case_id: str | None, limit: int) -> list[LogRow]: ...
    async def log_entry(self, seq: int) -> LogRow | None: ...
    async def log_size(self) -> int: ...
    def log_rows(self) -> AsyncIterator[LogRow]: ...
    async def log_nodes(self) -> dict[tuple[int, int], str]: ...
    def stored_facts(self) -> AsyncIterator[tuple[Key, Mapping[str, Any]]]: ...


class Writing(Reading, Protocol):
    """Changes; each takes the event that tells of it, and both are saved or neither."""

    def keep(self, field: str, value: Any, *, case: str | None = None) -> str:
        """Keep a personal value or free text where it can be erased, with the next change; returns its commitment."""
        ...

    async def log_opened(self, event: Event) -> None: ...
    async def user_created(self, event: Event, *, user: User, password_hash: str, value_ref: str) -> None: ...
    async def password_changed(self, event: Event, *, password_hash: str) -> None: ...
    async def right_granted(self, event: Event) -> None: ...
    async def right_withdrawn(self, event: Event) -> None: ...
    async def key_created(self, event: Event, *, label: str) -> None: ...
    async def ruleset_adopted(self, event: Event, *, body: str) -> None: ...
    async def list_imported(self, event: Event) -> None: ...
    async def case_received(
        self, event: Event, case: Case, details: CaseDetails, *, diary: tuple[int, int | None]
    ) -> None: ...
    async def remember_key(self, key: str, body_sha256: str, case_id: str, at: int) -> None: ...
    async def enclosure_added(self, event: Event, case: Case, stored: StoredEnclosure) -> None: ...
    async def rescreen_asked(self, event: Event, case: Case) -> None: ...
    async def case_screened(self, event: Event, case: Case, findings: Sequence[StoredFinding]) -> None: ...
    async def case_moved(self, event: Event, case: Case) -> None: ...
    async def finding_resolved(self, event: Event, case: Case, finding: StoredFinding, *, attention: int) -> None: ...
    async def clearance_withdrawn(self, event: Event, case: Case) -> None: ...
    async def secrecy_marked(self, event: Event, case: Case, marking: SecrecyMarking) -> None: ...
    async def match_asked(self, event: Event) -> None: ...
    async def case_decided(self, event: Event, case: Case) -> None: ...
    async def incident_recorded(self, event: Event, incident: StoredIncident) -> None: ...
    async def incident_verified(self, event: Event) -> None: ...
    async def record_unmasked(self, event: Event) -> None: ...
    async def values_erased(self, event: Event) -> None: ...


class Store(Protocol):
    """Where everything is kept."""

    def reading(self) -> AbstractAsyncContextManager[Reading]: ...
    def writing(self) -> AbstractAsyncContextManager[Writing]: ...

    async def put_aside(self, version: str, start: int, entries: Sequence[tuple[str, str]]) -> None:
        """Keep entries (id, text) of a version that no event speaks of yet; nobody reads them."""
        ...

    async def forget_put_aside(self, version: str) -> None:
        """Throw away what was put aside for a version that never came to be, and leftovers of earlier ones."""
        ...


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


class Words(Protocol):
    """Codes and values into sentences."""

    def say(self, language: str, code: str, params: Mapping[str, str | int]) -> str: ...


class Checks(Protocol):
    """The checks that are installed."""

    def installed(self) -> frozenset[str]: ...
    async def describe(self, key: str) -> CheckDescription | None: ...
    async def run(self, key: str, given: CheckInput) -> CheckResult: ...


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
    def search(self, version: str, list_key: str, party: Party) -> tuple[Candidate, ...]: ...
    def found(
        self, version: str, list_key: str, subject: Subject, *, most: int
    ) -> tuple[tuple[Candidate, ListEntry], ...]: ...
    def compare(self, left: Subject, right: Subject) -> Comparison: ...
    def method(self) -> Method: ...
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
    sessions: SessionKeeper
    outside: Outside
    words: Words
    checks: Checks
    finder: Finder
    files: Files
    parse_rules: Callable[[str], RuleSet]
    read_list: Callable[[str, bytes | Path, str | None], ReadList]
    keyed: Callable[[str], str]
    diary_prefix: str
    software: str
