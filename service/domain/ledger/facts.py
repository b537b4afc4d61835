"""One class for each table whose rows decide something: a fact by its id, from the log or as the table has it.

A fact that a table cannot vouch for holds `MISMATCH` in place of what it should say. Instants are UTC milliseconds
where nothing else is said, of bookings UTC epoch seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from service.domain.clock import Instant
from service.domain.events.bookings import BookingAlternative
from service.domain.events.fields import ApplicationPart, ListRef
from service.domain.events.intake import CheckRun

#: Shown in place of a value where a column beside it says something else than what was committed to.
MISMATCH = "says-something-else"

#: (table, id)
Key = tuple[str, str]


@dataclass(slots=True)
class Fact:
    """What a row must say."""


class StoredFact(NamedTuple):
    """What a row of a table says."""

    key: Key
    fact: Fact


@dataclass(slots=True)
class UserFact(Fact):
    """An account."""

    pseudonym: str
    value: str
    credential: str
    password_at: Instant
    temporary: bool
    closed_at: Instant | None
    factor: str | None
    recovery: str | None


@dataclass(slots=True)
class RightFact(Fact):
    """A right, from when to when it was held."""

    user: str
    right: str
    since: Instant
    until: Instant | None


@dataclass(slots=True)
class KeyFact(Fact):
    """A key of another system."""

    pseudonym: str
    value: str
    right: str
    digest: str
    expires: str | None
    revoked_at: Instant | None


@dataclass(slots=True)
class DraftFact(Fact):
    """A draft of a rule set."""

    ruleset: str
    sha256: str
    valid_from: str
    drafted_by: str
    impact: str | None
    seen_by: str | None
    adopted_by: str | None


@dataclass(slots=True)
class RuleSetFact(Fact):
    """A rule set that is adopted."""

    sha256: str
    valid_from: str


@dataclass(slots=True)
class ListFact(Fact):
    """A version of a list."""

    list: str
    sha256: str
    generated: str
    as_of: str
    entries: int
    entries_digest: str
    state: str
    added: int
    removed: int
    changed: int
    report: str
    imported_at: Instant
    imported_by: str


@dataclass(slots=True)
class IncidentFact(Fact):
    """An incident."""

    kind: str
    room: str | None
    event_date: str
    informed_on: str
    expires_on: str
    value: str
    recorded_by: str
    verified_by: str | None
    disputed: str | None
    withdrawn_by: str | None


@dataclass(slots=True)
class CaseFact(Fact):
    """A case; `received` is written as the log writes instants."""

    diary_number: str
    kind: str
    type: str
    organisation: str
    organisation_value: str
    lookup: str
    amount_ore: int | None
    hirer: str | None
    received: str
    registered: int
    due: str
    channel: str
    rules: str
    rules_sha256: str
    application: tuple[ApplicationPart, ...] | str
    speakers: str | None
    state: str
    owner: str | None
    check_round: int
    attention: int
    withdrawn: bool
    version: int


@dataclass(slots=True)
class FindingFact(Fact):
    """A finding."""

    case: str
    check_round: int
    position: int
    check: str
    check_version: str
    outcome: str
    code: str
    traits: tuple[str, ...] | str
    lists: tuple[ListRef, ...] | str
    run: CheckRun
    detail: str
    speaker_detail: str | None
    resolution: str | None
    reason: str | None
    resolved_by: str | None


@dataclass(slots=True)
class DistinctionFact(Fact):
    """A pair that is held apart."""

    case: str
    finding: str
    held_apart_by: str
    at: Instant


@dataclass(slots=True)
class EnclosureFact(Fact):
    """An enclosure."""

    case: str
    kind: str
    media_type: str
    size: int
    sha256: str
    name: str
    added_at: Instant
    speaks_from: str | None
    speaks_to: str | None
    condition: str
    scanned: str


@dataclass(slots=True)
class SecrecyFact(Fact):
    """A secrecy marking."""

    case: str
    enclosure: str | None
    value: str


@dataclass(slots=True)
class DecisionFact(Fact):
    """A decision."""

    case: str
    outcome: str
    amount_ore: int | None
    delegation_point: str
    decided_by: str
    seq: int


@dataclass(slots=True)
class SiteFact(Fact):
    """A house."""

    sha256: str


@dataclass(slots=True)
class RoomFact(Fact):
    """A room."""

    site: str
    parent: str | None
    sha256: str


@dataclass(slots=True)
class ClosureFact(Fact):
    """A time when a room is closed."""

    room: str
    starts: int
    ends: int
    ground: str
    lifted: bool


@dataclass(slots=True)
class FeedFact(Fact):
    """A calendar feed."""

    room: str
    digest: str
    revoked: bool


@dataclass(slots=True)
class BookingFact(Fact):
    """A booking; `made_at` is UTC milliseconds."""

    case: str | None
    room: str
    position: int
    starts: int
    ends: int
    taken_from: int
    taken_to: int
    status: str
    hold_until: int | None
    why: str | None
    alternatives: tuple[BookingAlternative, ...] | str
    tariff: str | None
    price_ore: int | None
    fee_ore: int | None
    made_by: str
    made_at: Instant


@dataclass(slots=True)
class PartFact(Fact):
    """A room that lies within another, or is it."""

    room: str
    part: str


@dataclass(slots=True)
class SlotFact(Fact):
    """What a standing booking takes of a room."""

    booking: str
    room: str
    taken_from: int
    taken_to: int


@dataclass(slots=True)
class ClearanceFact(Fact):
    """A clearance."""

    organisation: str
    case: str
    until: str
    data: str
    declaration: str
    rules: str
    lists: tuple[ListRef, ...] | str
    given_by: str
    given_at: Instant
    revoked_by: str | None


@dataclass(slots=True)
class AllocationFact(Fact):
    """A season's allocation."""

    season: str
    sha256: str
    made_by: str
    made_at: Instant


def differences(logged: dict[Key, Fact], stored: Iterable[StoredFact]) -> list[tuple[Key, str]]:
    """Where the tables say something else than the log: rows missing, rows too many, fields that differ."""
    found: list[tuple[Key, str]] = []
    seen: set[Key] = set()
    for key, row in stored:
        seen.add(key)
        fact = logged.get(key)
        if fact is None:
            found.append((key, "not-in-log"))
        elif fact != row:
            found += [(key, f"differs:{name}") for name in _differing(fact, row)]
    found += [(key, "row-missing") for key in logged if key not in seen]
    return found


def _differing(fact: Any, row: Any) -> list[str]:
    return [one.name for one in fields(fact) if getattr(fact, one.name) != getattr(row, one.name)]
