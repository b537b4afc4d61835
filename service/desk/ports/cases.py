"""What is kept of cases, in the words of the steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from service.desk.ports.log import LogRow
from service.desk.ports.queue import QueuePage, QueueQuery, QueueRow
from service.domain.application import Kind
from service.domain.case import Case, CaseFinding
from service.domain.check import OtherCase
from service.domain.clock import Instant
from service.domain.enclosure import Enclosure
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Event, RoutineStep
from service.domain.events.fields import ApplicationPart
from service.domain.events.intake import (
    CaseLeft,
    CaseReceived,
    CaseReleased,
    CaseRescreenAsked,
    CaseScreened,
    CaseTaken,
    DistinctionWithdrawn,
    EnclosureAdded,
    FindingResolved,
    SecrecyMarked,
)


@dataclass(frozen=True)
class CaseDetails:
    """What is kept of a case beside its facts: its texts by commitment, and what the queue searches.

    Each of the application's parts is kept by itself, so that it can be shown, masked or erased by itself.
    """

    org_number: str | None
    org_name: str
    organisation_ref: str
    application_parts: tuple[ApplicationPart, ...]
    speakers_ref: str | None
    when_label: str
    channel: str
    repeat_key: str
    event_on: date | None
    hirer: str | None = None


@dataclass(frozen=True)
class StoredFinding:
    """A finding with where its texts are kept, and who settled it."""

    id: str
    case_finding: CaseFinding
    check_round: int
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
class FormDraftRow:
    """What a person has begun to write in a form; `body` is JSON, `at` UTC milliseconds."""

    account_id: str
    case_id: str
    form: str
    body: str
    at: Instant


@dataclass(frozen=True)
class StoredDecision:
    """Where a case's last decision is in the log (`seq`), and what pages need of it; `amount_ore` is in öre."""

    id: str
    case_id: str
    outcome: str
    amount_ore: int | None
    delegation_point: str
    decided_by: str
    seq: int


@dataclass(frozen=True)
class EarlierDecision:
    """A decision in another case, with what makes that case like or unlike; amounts in öre."""

    id: str
    case_id: str
    outcome: str
    amount_ore: int | None
    seq: int
    diary_number: str
    type: str
    asked_ore: int | None
    check_round: int


@dataclass(frozen=True)
class ExpiredSpeakers:
    """A case whose event is over, and the commitments of what it still keeps about speakers."""

    case_id: str
    commitments: tuple[str, ...]


@dataclass(frozen=True)
class ReceivedBefore:
    """What a sender's key already made: the SHA-256 (hex) of the application's body, and its case."""

    body_sha256: str
    case_id: str


@dataclass(frozen=True)
class EndedCase:
    """A case in which nothing more is decided, and when that was (UTC milliseconds)."""

    case_id: str
    at: Instant


@dataclass(frozen=True)
class DiaryPlace:
    """A case's place in our own series; `running` is None where another system gave the number."""

    year: int
    running: int | None


class CaseFile(NamedTuple):
    """A case with what is known of it beside its state."""

    case: Case
    details: CaseDetails


class CaseReading(Protocol):
    """Questions about cases."""

    async def case(self, case_id: str) -> Case:
        """A case; raises NotFound for one that is not there."""
        ...

    async def case_with_details(self, case_id: str) -> CaseFile:
        """The case and what is known of it, in one question; raises NotFound for one that is not there."""
        ...

    async def case_by_diary_number(self, number: str) -> Case | None:
        """The case with this diary number, or None."""
        ...

    async def details(self, case_id: str) -> CaseDetails:
        """What is kept of a case beside its facts; raises NotFound for one that is not there."""
        ...

    async def findings(self, case_id: str, check_round: int) -> list[StoredFinding]:
        """The findings of one check round of a case, in the rule set's order; empty before it has been run."""
        ...

    async def settled_before(self, case_id: str, check_round: int) -> dict[str, StoredFinding]:
        """By check, the last finding before this check round that a person settled."""
        ...

    async def findings_by_id(self, ids: Sequence[str]) -> dict[str, StoredFinding]:
        """The findings of these ids, those that there are."""
        ...

    async def enclosures(self, case_id: str) -> list[StoredEnclosure]:
        """A case's enclosures without their names, oldest first."""
        ...

    async def enclosure(self, case_id: str, enclosure_id: str) -> Enclosure | None:
        """One enclosure of a case with its name, empty where that has been erased; None where it is not of the case."""
        ...

    async def enclosures_of(self, case_ids: Sequence[str]) -> dict[str, list[StoredEnclosure]]:
        """Each case's enclosures without their names; a case without any is left out."""
        ...

    async def markings(self, case_id: str) -> list[SecrecyMarking]:
        """A case's secrecy markings, in no order."""
        ...

    async def decision(self, case_id: str) -> StoredDecision | None:
        """A case's last decision; None where there is none."""
        ...

    async def queue(self, query: QueueQuery) -> QueuePage:
        """One page of the queue; never a case of a kind that was not asked for."""
        ...

    async def search(
        self, name: str, numbers: Sequence[str], org_number: str | None, kinds: Sequence[Kind]
    ) -> list[QueueRow]:
        """Cases by part of an association's name, by one of these diary numbers or an organisation's, newest first.

        One page of them is returned. A private person is not found by name.
        """
        ...

    async def other_cases(self, repeat_key: str, case_id: str) -> list[OtherCase]:
        """Other cases for the same thing by the same association that stand, oldest first, at most twenty."""
        ...

    async def open_cases_of(self, org_number: str) -> list[Case]:
        """An association's cases, by its number as it is kept, in which something is still to be decided."""
        ...

    async def cases_in_hands_of(self, user_id: str) -> list[Case]:
        """The open cases that a user owns, in no order."""
        ...

    async def diary_numbers(self, case_ids: Sequence[str]) -> dict[str, str]:
        """The diary numbers of these cases, by id."""
        ...

    async def is_waiting(self, case_id: str) -> bool:
        """Whether a case's checks wait or run."""
        ...

    async def waiting_jobs(self) -> list[str]:
        """The cases whose checks wait, the longest first, at most two hundred."""
        ...

    async def expired_speakers(self, today: date) -> list[ExpiredSpeakers]:
        """Cases that still keep speakers and have no time that stands on this day or later, in order of their ids."""
        ...

    async def idempotent(self, key: str) -> ReceivedBefore | None:
        """What came with this key before; None for a key that is new."""
        ...

    async def organisation_by_number(self, number: str) -> str | None:
        """The organisation that first came with this number, or None."""
        ...

    async def next_diary_number(self, year: int) -> int:
        """The next free number of a year."""
        ...

    async def diary_number_taken(self, number: str) -> bool:
        """Whether a case has this diary number."""
        ...

    async def received_between(
        self, types: Sequence[str], since: Instant, until: Instant, *, limit: int
    ) -> list[QueueRow]:
        """Cases of these types received from one instant to before another (UTC ms), oldest first, at most so many."""
        ...

    async def given_since(self, organisation: str, since: Instant, *, but: str) -> dict[str, int]:
        """What an association has been granted since then in other cases than this one, in öre by delegation point.

        Of each case the last decision that gave something counts.
        """
        ...

    async def granted_between(self, types: Sequence[str], start: Instant, end: Instant, *, but: str) -> int:
        """What the decisions in force grant in the cases of these types that were received in this time, in öre.

        What has been recovered is taken off; `but` is a case to leave out.
        """
        ...

    async def decided_lately(self, kind: Kind, *, but: str, limit: int) -> list[EarlierDecision]:
        """The last decisions in other cases of a kind, newest first, at most so many."""
        ...

    async def findings_of(self, check_rounds: Mapping[str, int]) -> dict[str, list[StoredFinding]]:
        """By case, the findings of the check round that is named for each."""
        ...

    async def form_drafts(self, case_id: str) -> list[FormDraftRow]:
        """What anyone has begun to write in the forms of a case, oldest first."""
        ...

    async def screenings(self, case_ids: Sequence[str]) -> dict[str, LogRow]:
        """By case, the entry of its last check round; a case that has not been checked is left out."""
        ...

    async def case_ids(self, *, after: str, limit: int) -> list[str]:
        """The ids of cases after this one (empty: from the first), in order, at most so many."""
        ...

    async def case_count(self) -> int:
        """How many cases there are."""
        ...

    async def cases_by_id(self, case_ids: Sequence[str]) -> dict[str, CaseFile]:
        """The cases of these ids with what is kept of them, those that there are."""
        ...

    async def cases_over_before(self, at: Instant, *, after: str, limit: int) -> list[EndedCase]:
        """Ended cases without a running appeal, last decided or executed before this instant (UTC milliseconds).

        In order of their ids, from the first after this one, at most so many.
        """
        ...

    async def cases_of_number(self, number: str) -> list[str]:
        """The ids of all cases of an organisation number, in order."""
        ...

    async def cases_naming(self, text: str) -> list[str]:
        """The ids of the cases that name someone exactly so, in a field for names; reads every such value there is."""
        ...


class CaseWriting(Protocol):
    """Changes of cases."""

    async def case_received(
        self, event: Event[CaseReceived], case: Case, details: CaseDetails, *, diary: DiaryPlace
    ) -> None:
        """A new case with the name and number its association gave, and the asking for its checks."""
        ...

    async def remember_key(self, key: str, body_sha256: str, case_id: str, at: Instant) -> None:
        """Remember that this idempotency key made this case of this body (SHA-256, hex), at this time (UTC ms)."""
        ...

    async def enclosure_added(self, event: Event[EnclosureAdded], case: Case, stored: StoredEnclosure) -> None:
        """An enclosure of a case, whose bytes are kept already; the checks are asked again."""
        ...

    async def rescreen_asked(self, event: Event[CaseRescreenAsked], case: Case) -> None:
        """The checks of a case are to be asked again."""
        ...

    async def case_screened(self, event: Event[CaseScreened], case: Case, findings: Sequence[StoredFinding]) -> None:
        """What the checks found in a round; nothing of the case waits for them any more."""
        ...

    async def case_moved(self, event: Event[CaseTaken | CaseReleased | CaseLeft], case: Case) -> None:
        """A case taken or put back; raises Conflict where someone changed it meanwhile."""
        ...

    async def step_taken(self, event: Event[RoutineStep], case: Case, *, screen: bool = False) -> Case:
        """A step of the routine; returns the case as it is after it. `screen` has the checks asked again.

        Raises Conflict where someone changed the case meanwhile, as every change of one does.
        """
        ...

    async def draft_kept(self, draft: FormDraftRow) -> None:
        """Keep what a person has typed into a form, in place of what was there; working material, no event."""
        ...

    async def draft_dropped(self, case_id: str, account_id: str, form: str) -> None:
        """Forget what a person had typed into a form of a case; nothing where there is no such draft."""
        ...

    async def finding_resolved(
        self, event: Event[FindingResolved], case: Case, finding: StoredFinding, *, attention: int
    ) -> None:
        """What a person says of a finding, with the pairs that were held apart; `attention` findings are left open."""
        ...

    async def distinction_withdrawn(self, event: Event[DistinctionWithdrawn], case: Case) -> None:
        """A pair is no longer held apart; the checks are asked again."""
        ...

    async def secrecy_marked(self, event: Event[SecrecyMarked], case: Case, marking: SecrecyMarking) -> None:
        """A marking of secrecy on an enclosure or a value, as what to look at before anything is handed out."""
        ...

    async def case_decided(self, event: Event[CaseDecided], case: Case) -> None:
        """The decision; the case's drafts and what waited for its checks are gone with it."""
        ...
