"""What has been done in a case so far, folded from its events: the routine's steps need no other memory than the log.

Only codes, dates, ids and references to kept texts; whoever shows a text fetches it by its reference.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Literal, TypeVar

from service.domain.clock import Instant
from service.domain.decision import FAVOURABLE, DecisionOutcome
from service.domain.events.bookings import KeyAccessGiven, KeyAccessScreened
from service.domain.events.decision import (
    ConditionReported,
    DecisionAddedTo,
    DecisionProposed,
    LetterSent,
    PaymentReleased,
    ProposalReturned,
    SideDecided,
    TermsAccepted,
)
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import EventData
from service.domain.events.fields import Condition
from service.domain.events.review import (
    ApplicationWithdrawn,
    CasePaused,
    CommunicationExcepted,
    CommunicationSent,
    CompletionAsked,
    ConsultationAsked,
    NoteWritten,
    SearchRecorded,
)
from service.domain.events.support import AssociationJoined, ReassessmentProposed, ReassessmentSettled
from service.domain.letter import ApplicantNews
from service.domain.people import is_person
from service.domain.stops import Stop

Data = TypeVar("Data", bound=EventData)


@dataclass(frozen=True)
class Done(Generic[Data]):
    """Something that was done: what its event says, who, when (UTC milliseconds), and its number in the log."""

    data: Data
    actor: str
    at: Instant
    seq: int


@dataclass
class Asked(Generic[Data]):
    """A request to someone outside, by when, and what came of it."""

    id: str
    at: Instant
    by: str
    due: date
    seq: int
    data: Data
    answer: str | None = None
    answered_on: date | None = None
    answered_seq: int | None = None
    reminded: int = 0

    def over(self, today: date) -> bool:
        """Whether it has been answered or its time is up."""
        return self.answered_on is not None or today > self.due


@dataclass
class Consulted(Asked[ConsultationAsked]):
    """A request to someone outside the unit; whether the applicant may see the answer, and the written opinion."""

    disclosed: bool = False
    enclosure: str | None = None


@dataclass
class RecordedAct:
    """A documented act in the case."""

    id: str
    ref: str
    grade: str
    link_only: bool
    by: str
    seq: int
    verified_by: str | None = None


@dataclass
class Assessed:
    """A criterion, assessed in writing."""

    criterion: str
    result: str
    ref: str
    by: str
    at: Instant
    seq: int


@dataclass
class Proposed:
    """A proposal as it stands: who proposes what, and who has seconded it."""

    id: str
    by: str
    at: Instant
    seq: int
    data: DecisionProposed
    seconded_by: str | None = None
    seconded_seq: int | None = None
    second_ref: str | None = None
    packaged: str | None = None
    packaged_on: date | None = None


@dataclass
class Decided:
    """A decision of the case, or a booking that was executed, and what happened to it since; amounts are in öre.

    `record` is the decision record; an execution has none, but what was given all the same: terms, access and
    revocation go by it.
    """

    id: str
    seq: int
    at: Instant
    by: str
    outcome: DecisionOutcome
    amount_ore: int | None
    bookings: tuple[str, ...]
    conditions: tuple[Condition, ...]
    terms: str | None
    record: CaseDecided | None
    letters: list[LetterSent] = field(default_factory=list)
    posted: date | None = None
    adjusted: date | None = None
    last_day: date | None = None
    reported: date | None = None
    accepted: TermsAccepted | None = None
    reports: dict[int, ConditionReported] = field(default_factory=dict)
    added: list[Done[DecisionAddedTo]] = field(default_factory=list)
    final: bool = False
    annulled: bool = False
    turn: str | None = None

    @property
    def by_board(self) -> bool:
        """Whether the board itself decided."""
        return self.record is not None and self.record.people.board


@dataclass
class ToldApplicant:
    """A letter on times that something has happened to, and the day it was sent, if it has been."""

    id: str
    why: ApplicantNews
    at: Instant
    seq: int
    sent: date | None = None


@dataclass
class Reassessment:
    """Something that has turned up about support that was given, and what an officer made of it."""

    proposed: Done[ReassessmentProposed]
    settled: Done[ReassessmentSettled] | None = None

    @property
    def id(self) -> str:
        """The proposal."""
        return self.proposed.data.proposal


@dataclass
class Appeal:
    """An appeal against a decision."""

    id: str
    decision: str
    received: date
    ref: str
    in_time: bool | None = None
    tested_ref: str | None = None
    forwarded: date | None = None
    outcome: str | None = None


@dataclass
class Dossier:
    """Everything that the steps of the routine have left behind.

    Reopening a case begins a new turn: what was asked, assessed and proposed before it is history, acts remain.
    `to_take_up`: somebody has found that the case is to be taken up again, and it has not been.
    `withdrawal` is the proceeding in which this turn was taken up with other decisions of the association.
    `key_access_apart` are the pairs of name and list entry that were held apart since the lists were asked last.
    `let`, `called_off`, `closed_over` and `lapsed_untold` are times: those that have been let, those that were called
    off for the hirer since, those that stand where the room has been closed since, and those lost with a hold that ran
    out of which the hirer has not been told.
    """

    declared: dict[str, tuple[bool, int]] = field(default_factory=dict)
    completions: list[Asked[CompletionAsked]] = field(default_factory=list)
    searches: list[Done[SearchRecorded]] = field(default_factory=list)
    acts: dict[str, RecordedAct] = field(default_factory=dict)
    confirmed: dict[str, tuple[str, bool]] = field(default_factory=dict)
    consultations: list[Consulted] = field(default_factory=list)
    assessed: dict[str, Assessed] = field(default_factory=dict)
    communications: list[Asked[CommunicationSent]] = field(default_factory=list)
    exception: Done[CommunicationExcepted] | None = None
    proposal: Proposed | None = None
    returned: Done[ProposalReturned] | None = None
    decisions: list[Decided] = field(default_factory=list)
    executed: Decided | None = None
    key_access_screened: Done[KeyAccessScreened] | None = None
    key_access_apart: set[str] = field(default_factory=set)
    key_access_given: dict[str, Done[KeyAccessGiven]] = field(default_factory=dict)
    appeals: list[Appeal] = field(default_factory=list)
    side: list[Done[SideDecided]] = field(default_factory=list)
    notes: list[Done[NoteWritten]] = field(default_factory=list)
    withdrawn: Done[ApplicationWithdrawn] | None = None
    paused: Done[CasePaused] | None = None
    stops: dict[str, Stop] = field(default_factory=dict)
    reassessments: dict[str, Reassessment] = field(default_factory=dict)
    joined: dict[str, Done[AssociationJoined]] = field(default_factory=dict)
    released: list[Done[PaymentReleased]] = field(default_factory=list)
    to_take_up: bool = False
    reopened: Literal["case", "court"] | None = None
    turn: str | None = None
    withdrawal: str | None = None
    carried: dict[str, str] = field(default_factory=dict)
    enclosures: dict[str, tuple[str, str]] = field(default_factory=dict)
    told: dict[str, ToldApplicant] = field(default_factory=dict)
    let: set[str] = field(default_factory=set)
    called_off: set[str] = field(default_factory=set)
    closed_over: set[str] = field(default_factory=set)
    lapsed_untold: set[str] = field(default_factory=set)
    resolved_by: dict[str, str] = field(default_factory=dict)
    last_material: int = -1

    @property
    def standing_stops(self) -> list[Stop]:
        """The stops that were set in this case and stand, oldest first."""
        return [stop for stop in self.stops.values() if stop.standing]

    @property
    def open_reassessments(self) -> list[Reassessment]:
        """What has turned up about support that was given and that nobody has looked at, oldest first."""
        return [proposed for proposed in self.reassessments.values() if proposed.settled is None]

    @property
    def considered_stops(self) -> list[Stop]:
        """The stops that are put forward in this case and wait for a second person, oldest first."""
        return [stop for stop in self.stops.values() if stop.waiting]

    def conflict(self, pseudonym: str) -> bool | None:
        """What this person has declared: yes, no, or nothing yet (None)."""
        known = self.declared.get(pseudonym)
        return None if known is None else known[0]

    def enclosed_by_another(self, kind: str, pseudonym: str) -> bool:
        """Whether a document of this kind is in the case, put there by a colleague who is not this person."""
        return any(enclosed == kind and is_person(by) and by != pseudonym for enclosed, by in self.enclosures.values())

    def is_by_another(self, enclosure: str, pseudonym: str) -> bool:
        """Whether this document was put in the case by a colleague who is not this person, or came with a key."""
        _, by = self.enclosures.get(enclosure, ("", pseudonym))
        return by != pseudonym

    @property
    def decision(self) -> Decided | None:
        """The decision that was made last; what is in force may be an earlier one."""
        return self.decisions[-1] if self.decisions else None

    @property
    def grant(self) -> Decided | None:
        """The favourable decision in force, if any: neither annulled, revoked nor replaced.

        That a case on it was written off leaves it standing.
        """
        in_force: Decided | None = self.executed
        for decided in self.decisions:
            if decided.annulled or decided.outcome is DecisionOutcome.RECOVERY:
                continue
            if decided.outcome in FAVOURABLE:
                in_force = decided
            elif decided.outcome is DecisionOutcome.REVOCATION and decided.bookings:
                continue  # some times were taken back, the others stand
            elif decided.outcome is not DecisionOutcome.WRITE_OFF or decided.turn is None:
                in_force = None
        return in_force

    @property
    def given(self) -> Decided | None:
        """The last favourable decision that no court has annulled, revoked or not: what can be recovered."""
        lasting = (one for one in reversed(self.decisions) if one.outcome in FAVOURABLE and not one.annulled)
        return next(lasting, self.executed)

    @property
    def left_to_pay_ore(self) -> int:
        """What of the grant in force has not been handed over to be paid, less what was recovered of that."""
        granted = self.grant.amount_ore or 0 if self.grant else 0
        released = sum(payment.data.amount_ore for payment in self.released)
        return max(0, granted - (released - self.recovered_ore))

    @property
    def recovered_ore(self) -> int:
        """What has been recovered of it."""
        return sum(
            decided.amount_ore or 0
            for decided in self.decisions
            if decided.outcome is DecisionOutcome.RECOVERY and not decided.annulled
        )

    @property
    def appeal(self) -> Appeal | None:
        """The appeal that is to be seen to first: the oldest that has not ended, or else the last."""
        return next(iter(self.open_appeals), self.appeals[-1] if self.appeals else None)

    @property
    def open_appeals(self) -> list[Appeal]:
        """The appeals that have not ended, oldest first."""
        return [one for one in self.appeals if one.outcome is None]

    @property
    def unsent(self) -> list[ToldApplicant]:
        """The letters on times that nobody has sent yet, oldest first."""
        return [letter for letter in self.told.values() if letter.sent is None]

    def same_finding(self, finding: str, among: Collection[str]) -> bool:
        """Whether this finding, or the one whose very answer it carries on, is among these."""
        while finding not in among:
            if finding not in self.carried:
                return False
            finding = self.carried[finding]
        return True
