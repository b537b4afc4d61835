"""What is kept of lists, incidents, distinctions and rule sets, in the words of the steps."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from service.domain.check import Incident
from service.domain.clock import Instant
from service.domain.events.event import Event
from service.domain.events.fields import ListRef
from service.domain.events.office import (
    IncidentCorrected,
    IncidentDisputed,
    IncidentRecorded,
    IncidentVerified,
    IncidentWithdrawn,
    KeyCreated,
    KeyExpirySet,
    KeyRevoked,
    ListActivated,
    ListConfirmed,
    ListImported,
    ListRejected,
    PasswordChanged,
    RecoveryUsed,
    ResetMade,
    ResetSettled,
    RightDeclined,
    RightGranted,
    RightProposed,
    RightWithdrawn,
    RuleSetAdopted,
    RuleSetDrafted,
    RuleSetImpactSeen,
    SecondFactorSet,
    UserClosed,
    UserCreated,
)
from service.domain.people import ServiceKey, User
from service.domain.watchlist import ListEntry


@dataclass(frozen=True)
class StoredIncident:
    """An incident as it was recorded; `disputed` is what the association says against it, where it has."""

    id: str
    org_number: str
    kind: str
    room: str | None
    event_date: date
    informed_on: date
    expires_on: date
    value_ref: str
    recorded_by: str
    verified_by: str | None
    disputed: str | None
    withdrawn_by: str | None


@dataclass(frozen=True)
class StoredDistinction:
    """A pair of a case's party and a list entry that a person has held apart; `pair` is a keyed hash of both."""

    pair: str
    case_id: str
    finding_id: str
    held_apart_by: str
    at: Instant


@dataclass(frozen=True)
class ActiveList:
    """The version of a list that is searched now."""

    key: str
    version: str
    sha256: str
    generated: str
    as_of: int
    entries: int
    entries_digest: str

    @property
    def ref(self) -> ListRef:
        """The version as an event names it."""
        return ListRef(self.key, self.version, self.sha256)


@dataclass(frozen=True)
class StoredListVersion:
    """One import of a list, in force or not.

    `sha256` is the file's, `generated` the day it says it was made, `as_of` the instant from which its age is counted
    (RFC 3339); `imported_at` is UTC milliseconds, `imported_by` a pseudonym. `report` is the JSON of what was noticed
    in the file and how it differs from the version before; `state` a `ListState`.
    """

    id: str
    list_key: str
    sha256: str
    generated: str
    as_of: str
    imported_at: Instant
    imported_by: str
    entries: int
    added: int
    removed: int
    changed: int
    entries_digest: str
    report: str
    state: str

    @property
    def report_digest(self) -> str:
        """SHA-256 (hex) of the report, as the events say it."""
        return hashlib.sha256(self.report.encode()).hexdigest()


class ChangedEntry(NamedTuple):
    """An entry as it was in the version before, and as it is."""

    before: ListEntry
    after: ListEntry


@dataclass(frozen=True)
class DifferingEntries:
    """Some of the entries that are new, gone or changed in a version of a list."""

    added: list[ListEntry]
    removed: list[ListEntry]
    changed: list[ChangedEntry]


@dataclass(frozen=True)
class ListDifference:
    """How many entries are new, gone and changed in a version of a list since another."""

    added: int
    removed: int
    changed: int


@dataclass(frozen=True)
class StoredRuleSet:
    """An adopted rule set: its text as it was adopted, and the SHA-256 (hex) of that."""

    id: str
    sha256: str
    body: str


@dataclass(frozen=True)
class StoredGrant:
    """A right that someone has held since `from_at`, until `to_at` (UTC milliseconds; None: it still holds)."""

    id: str
    user_id: str
    pseudonym: str
    name: str
    right: str
    from_at: Instant
    to_at: Instant | None


@dataclass(frozen=True)
class Credentials:
    """A user, and what they are held against: password's hash, secret of the second factor, recovery codes' digests."""

    user: User
    password_hash: str
    factor: str = ""
    recovery: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A rule set on its way to being adopted; `report` is the impact as it was shown."""

    id: str
    ruleset: str
    sha256: str
    body: str
    valid_from: str
    drafted_by: str
    drafted_at: Instant
    impact: str | None
    report: str | None
    seen_by: str | None
    adopted_by: str | None


class OfficeReading(Protocol):
    """Questions about users, keys, rule sets, lists and incidents."""

    async def rule_sets(self) -> list[StoredRuleSet]:
        """Every adopted rule set, by the day from which it holds."""
        ...

    async def active_lists(self) -> dict[str, ActiveList]:
        """By its key, the version of each list that is in force."""
        ...

    def list_entries(self, version: str) -> AsyncIterator[list[ListEntry]]:
        """The entries of a version in order, a batch at a time."""
        ...

    async def list_difference(self, version: str, before: str | None) -> ListDifference:
        """What is new, gone and changed in a version since another; None: since nothing."""
        ...

    async def list_entries_differing(self, version: str, before: str | None, most: int) -> DifferingEntries:
        """The entries themselves, at most so many of each kind, in the list's order."""
        ...

    async def distinctions(self, pairs: Sequence[str]) -> dict[str, StoredDistinction]:
        """By pair, what a person has held apart of these; a pair that nobody has is left out."""
        ...

    async def list_versions(self) -> list[StoredListVersion]:
        """Every version of every list, newest first."""
        ...

    async def incidents(self, org_number: str, today: date) -> list[Incident]:
        """The verified incidents of an organisation number that have not run out on this day (ISO 8601).

        Oldest first.
        """
        ...

    async def all_incidents(self) -> list[StoredIncident]:
        """Every incident, verified or not, newest first."""
        ...

    async def incident(self, incident_id: str) -> StoredIncident | None:
        """An incident, or None."""
        ...

    async def incidents_by_id(self, incident_ids: Sequence[str]) -> list[StoredIncident]:
        """These incidents, in no order; one that is not there is left out."""
        ...

    async def owner_name(self, user_id: str) -> str | None:
        """A user's name by their id; None for one that is not there."""
        ...

    async def user_by_email(self, email: str) -> Credentials | None:
        """The user of an address with what their password is held against, or None."""
        ...

    async def user(self, user_id: str) -> User | None:
        """A user with the rights of this moment, or None."""
        ...

    async def user_by_pseudonym(self, pseudonym: str) -> User | None:
        """The same by what the log calls them."""
        ...

    async def users(self) -> list[User]:
        """Every user with the rights of this moment, by name."""
        ...

    async def names(self) -> dict[str, str]:
        """What the log calls each user and key, and their name or label."""
        ...

    async def first_decisions(self, within: int) -> dict[str, int]:
        """By granting of a delegation point, how many decisions its holder made within so many milliseconds of it."""
        ...

    async def rights_history(self) -> list[StoredGrant]:
        """Every granting of a right, newest first."""
        ...

    async def key(self, digest: str) -> ServiceKey | None:
        """The key of another system by its digest (SHA-256, hex), or None."""
        ...

    async def keys(self) -> list[ServiceKey]:
        """Every key of other systems."""
        ...

    async def draft(self, draft_id: str) -> Draft | None:
        """A draft of a rule set, or None."""
        ...

    async def drafts(self) -> list[Draft]:
        """Every draft of a rule set, newest first."""
        ...

    async def list_version(self, version: str) -> StoredListVersion | None:
        """A version of a list, in force or not; None where there is none."""
        ...


class OfficeWriting(Protocol):
    """Changes of users, keys, rule sets, lists and incidents."""

    async def user_created(self, event: Event[UserCreated], *, user: User, password_hash: str, value_ref: str) -> None:
        """A new user with a password's hash; `value_ref` commits to the name and address in the log."""
        ...

    async def password_changed(self, event: Event[PasswordChanged], *, password_hash: str) -> None:
        """A password's new hash; every sign-in from before is over."""
        ...

    async def second_factor_set(self, event: Event[SecondFactorSet], *, factor: str, recovery: str) -> None:
        """A second factor's secret (base32), and the digests of the recovery codes with spaces between."""
        ...

    async def recovery_used(self, event: Event[RecoveryUsed], *, recovery: str) -> None:
        """The digests of the recovery codes that are left, with spaces between."""
        ...

    async def factor_step_used(self, user_id: str, step: int) -> bool:
        """Whether the code of this time step had not been used, nor a later one; it has been from now on."""
        ...

    async def user_closed(self, event: Event[UserClosed]) -> None:
        """An account that is not used any more; its sign-ins are over."""
        ...

    async def reset_made(self, event: Event[ResetMade]) -> None:
        """A link for a new password."""
        ...

    async def reset_settled(self, event: Event[ResetSettled]) -> None:
        """A link for a new password is confirmed, or taken back."""
        ...

    async def right_proposed(self, event: Event[RightProposed]) -> None:
        """A right that takes two has been put forward."""
        ...

    async def right_declined(self, event: Event[RightDeclined]) -> None:
        """A right that was put forward is not given."""
        ...

    async def right_granted(self, event: Event[RightGranted]) -> None:
        """A right that a user has from now on."""
        ...

    async def right_withdrawn(self, event: Event[RightWithdrawn]) -> None:
        """A right that a user no longer has."""
        ...

    async def key_created(self, event: Event[KeyCreated], *, label: str) -> None:
        """A key of another system, known by its digest; `label` is what the administrator calls it."""
        ...

    async def key_expiry_set(self, event: Event[KeyExpirySet]) -> None:
        """The last day on which a key holds."""
        ...

    async def key_revoked(self, event: Event[KeyRevoked]) -> None:
        """A key that does not hold any more."""
        ...

    async def ruleset_drafted(self, event: Event[RuleSetDrafted], *, body: str) -> None:
        """A draft of a rule set; `body` is its TOML text."""
        ...

    async def impact_seen(self, event: Event[RuleSetImpactSeen], *, report: str) -> None:
        """What a draft would have changed, as a person has seen it before adopting; `report` is the JSON of it."""
        ...

    async def ruleset_adopted(self, event: Event[RuleSetAdopted], *, body: str) -> None:
        """A rule set, in force from the day it names; `body` is its TOML text."""
        ...

    async def list_imported(self, event: Event[ListImported], *, report: str) -> None:
        """A list's new version, in force in place of the one before it, or held; `report` is JSON of what differs."""
        ...

    async def list_confirmed(self, event: Event[ListConfirmed]) -> None:
        """The version in force is still current."""
        ...

    async def list_activated(self, event: Event[ListActivated]) -> None:
        """A held version, in force from now on in place of the one before it."""
        ...

    async def list_rejected(self, event: Event[ListRejected]) -> None:
        """A held version that is not used; its entries go."""
        ...

    async def incident_recorded(self, event: Event[IncidentRecorded], *, org_number: str) -> None:
        """An incident that nobody has verified yet."""
        ...

    async def incident_corrected(self, event: Event[IncidentCorrected]) -> None:
        """What is said of an incident now, which nobody has verified yet."""
        ...

    async def incident_disputed(self, event: Event[IncidentDisputed]) -> None:
        """The association disputes an incident."""
        ...

    async def incident_withdrawn(self, event: Event[IncidentWithdrawn]) -> None:
        """An incident is not used any more."""
        ...

    async def incident_verified(self, event: Event[IncidentVerified]) -> None:
        """An incident is verified by whoever the event names."""
        ...
