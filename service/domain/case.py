"""One application on its way to a decision that stands; the table of states and steps."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from service.domain.application import Kind
from service.domain.clock import Instant
from service.domain.errors import NotAllowed
from service.domain.events import bookings, decision, decision_record, intake, review, support
from service.domain.events.event import EventClass
from service.domain.finding import NEEDS_NOBODY, Finding, Outcome, Resolution


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    SCREENED = "screened"
    IN_REVIEW = "in_review"
    PROPOSED = "proposed"
    DECIDED = "decided"
    EXECUTED = "executed"
    APPEALED = "appealed"
    FINAL = "final"


#: Where nothing more is to be decided on the application, unless the case is opened again.
CLOSED = frozenset({State.DECIDED, State.EXECUTED, State.APPEALED, State.FINAL})
_OPEN = frozenset(State) - CLOSED
_BEFORE_PROPOSAL = frozenset({State.IN_REVIEW})
_PREPARED = frozenset({State.IN_REVIEW, State.PROPOSED})


@dataclass(frozen=True)
class Step:
    """Where a step can be taken, where it leads (None: nowhere else), and who takes it."""

    at: frozenset[State]
    to: State | None
    who: str


#: The state machine: the pipeline can only move a case to `screened`; every step after that is a named person's.
#: `who` is the owner of the case, any handler of its kind, a colleague (a handler or a decision maker; where a second
#: person is needed, not the one who did the first part), the signer (a decision maker, or the owner), or the service.
STEPS: dict[EventClass, Step] = {
    intake.CaseScreened: Step(_OPEN, None, "service"),
    review.ConflictDeclared: Step(frozenset(State), None, "colleague"),
    intake.CaseTaken: Step(frozenset({State.SCREENED, State.IN_REVIEW}), State.IN_REVIEW, "handler"),
    review.CaseAssigned: Step(frozenset({State.SCREENED, State.IN_REVIEW}), State.IN_REVIEW, "handler"),
    intake.CaseReleased: Step(_BEFORE_PROPOSAL, State.SCREENED, "owner"),
    intake.CaseLeft: Step(_BEFORE_PROPOSAL, State.SCREENED, "administrator"),
    intake.CaseRescreenAsked: Step(_OPEN, None, "handler"),
    intake.FindingResolved: Step(_BEFORE_PROPOSAL, None, "owner"),
    review.FindingConfirmed: Step(_PREPARED, None, "colleague"),
    review.CasePaused: Step(_BEFORE_PROPOSAL, None, "owner"),
    review.CaseResumed: Step(_BEFORE_PROPOSAL, None, "owner"),
    review.NoteWritten: Step(frozenset(State), None, "colleague"),
    review.ApplicationWithdrawn: Step(_OPEN, None, "handler"),
    review.CompletionAsked: Step(_BEFORE_PROPOSAL, None, "owner"),
    review.CompletionReminded: Step(_BEFORE_PROPOSAL, None, "handler"),
    review.CompletionAnswered: Step(_PREPARED, None, "handler"),
    review.SearchRecorded: Step(_BEFORE_PROPOSAL, None, "owner"),
    review.ActVerified: Step(_PREPARED, None, "colleague"),
    review.ConsultationAsked: Step(_BEFORE_PROPOSAL, None, "owner"),
    review.ConsultationAnswered: Step(_PREPARED, None, "handler"),
    review.AssessmentWritten: Step(_BEFORE_PROPOSAL, None, "owner"),
    review.CommunicationSent: Step(_BEFORE_PROPOSAL, None, "owner"),
    review.CommunicationAnswered: Step(_PREPARED, None, "handler"),
    review.CommunicationExcepted: Step(_BEFORE_PROPOSAL, None, "owner"),
    decision.DecisionProposed: Step(_BEFORE_PROPOSAL, State.PROPOSED, "owner"),
    decision.ProposalReturned: Step(frozenset({State.PROPOSED}), State.IN_REVIEW, "colleague"),
    decision.ProposalSeconded: Step(frozenset({State.PROPOSED}), None, "colleague"),
    decision.BoardPackaged: Step(frozenset({State.PROPOSED}), None, "handler"),
    decision_record.CaseDecided: Step(_PREPARED, State.DECIDED, "signer"),
    decision.LetterSent: Step(CLOSED, None, "handler"),
    decision.DecisionPosted: Step(CLOSED, None, "handler"),
    decision.PostingCorrected: Step(CLOSED, None, "handler"),
    decision.DecisionReported: Step(CLOSED, None, "handler"),
    decision.DecisionAddedTo: Step(CLOSED, None, "handler"),
    decision.TermsAccepted: Step(CLOSED, None, "handler"),
    decision.ConditionReported: Step(CLOSED, None, "handler"),
    decision.PaymentReleased: Step(CLOSED, None, "handler"),
    support.StopConsidered: Step(frozenset(State), None, "handler"),
    support.StopAnswered: Step(frozenset(State), None, "handler"),
    support.SupportStopped: Step(frozenset(State), None, "colleague"),
    support.SupportReleased: Step(frozenset(State), None, "signer"),
    support.StopEnded: Step(frozenset(State), None, "service"),
    support.AssociationJoined: Step(frozenset(State), None, "handler"),
    support.AssociationSeparated: Step(frozenset(State), None, "handler"),
    support.ReassessmentProposed: Step(frozenset(State), None, "handler"),
    support.ReassessmentSettled: Step(frozenset(State), None, "handler"),
    decision.AppealReceived: Step(CLOSED, State.APPEALED, "handler"),
    decision.AppealTested: Step(frozenset({State.APPEALED}), None, "handler"),
    decision.AppealForwarded: Step(frozenset({State.APPEALED}), None, "handler"),
    decision.AppealSettled: Step(frozenset({State.APPEALED}), State.DECIDED, "handler"),
    decision.DecisionFinal: Step(frozenset({State.DECIDED}), State.FINAL, "handler"),
    decision.CaseReopened: Step(frozenset({State.DECIDED, State.EXECUTED, State.FINAL}), State.IN_REVIEW, "handler"),
    # A booking that the rule set has executed rather than decided (ren verkställighet, KL 13:2).
    bookings.BookingExecuted: Step(frozenset({State.SCREENED, State.IN_REVIEW}), State.EXECUTED, "handler"),
    bookings.BookingMoved: Step(frozenset(State) - {State.PROPOSED, State.APPEALED}, None, "handler"),
    bookings.BookingCancelled: Step(frozenset(State) - {State.PROPOSED}, None, "handler"),
    bookings.BookingRestored: Step(frozenset(State) - {State.PROPOSED}, None, "handler"),
    decision.ApplicantTold: Step(frozenset(State), None, "handler"),
    decision.LetterDispatched: Step(frozenset(State), None, "handler"),
    bookings.ClearanceGiven: Step(CLOSED, None, "handler"),
    bookings.ClearanceRevoked: Step(frozenset(State), None, "handler"),
    bookings.KeyAccessScreened: Step(CLOSED, None, "handler"),
    bookings.KeyAccessSettled: Step(CLOSED, None, "handler"),
    bookings.KeyAccessGiven: Step(CLOSED, None, "handler"),
    decision.SideDecided: Step(frozenset(State), None, "signer"),
}
#: Whose move it is where a case stands: nothing waits for nobody.
OWNERS: dict[State, str] = {
    State.RECEIVED: "service",
    State.SCREENED: "handler",
    State.IN_REVIEW: "owner",
    State.PROPOSED: "signer",
    State.DECIDED: "handler",
    State.EXECUTED: "handler",
    State.APPEALED: "handler",
    State.FINAL: "handler",
}


def picture() -> str:
    """The state machine as a Mermaid diagram, for the documents."""
    lines = ["stateDiagram-v2", "  [*] --> received: case:received (key, handler)"]
    moves: dict[tuple[State, State], list[str]] = {(State.RECEIVED, State.SCREENED): ["case:screened (service)"]}
    for event, step in STEPS.items():
        for state in sorted(step.at) if step.to is not None else ():
            assert step.to is not None
            moves.setdefault((state, step.to), []).append(f"{event.declared.type} ({step.who})")
    moves.setdefault((State.APPEALED, State.IN_REVIEW), []).append("appeal:settled, annulled (handler)")
    order = list(State)
    for (before, after), names in sorted(
        moves.items(), key=lambda one: (order.index(one[0][0]), order.index(one[0][1]))
    ):
        if before is not after:
            lines += [f"  {before} --> {after}: {name}" for name in names]
    return "\n".join(lines)


@dataclass(frozen=True)
class CaseFinding:
    """A finding in a case, with what a person made of it."""

    id: str
    finding: Finding
    resolution: Resolution | None = None

    @property
    def outcome(self) -> Outcome:
        """What the check said."""
        return self.finding.result.outcome

    @property
    def open(self) -> bool:
        """Whether a person still has to look."""
        return self.outcome not in NEEDS_NOBODY and self.resolution is None


@dataclass(frozen=True)
class Case:
    """The facts that the queue shows and the rules ask about; texts and names are kept apart."""

    id: str
    diary_number: str
    kind: Kind
    type: str
    state: State
    owner: str | None
    received_at: Instant
    registered_at: Instant
    due_on: date
    amount_ore: int | None
    rules_id: str
    rules_sha256: str
    check_round: int
    version: int
    organisation_id: str
    withdrawn: bool = False

    @property
    def closed(self) -> bool:
        """Whether it has been decided, and has not been opened again."""
        return self.state in CLOSED

    def after(self, event: EventClass) -> "Case":
        """The same case after this step; where the table does not have it, that raises."""
        step = STEPS[event]
        if self.state not in step.at:
            raise NotAllowed("case.wrong_state", state=self.state, wanted=event.declared.type)
        if event is intake.CaseScreened:
            return replace(self, state=State.SCREENED) if self.state is State.RECEIVED else self
        withdrawn = _withdrawn_after(self, event)
        return replace(self, state=step.to or self.state, withdrawn=withdrawn)


def _withdrawn_after(case: Case, event: EventClass) -> bool:
    """Whether the applicant has withdrawn the application in this turn of the case."""
    if event is review.ApplicationWithdrawn:
        return True
    return case.withdrawn and event is not decision.CaseReopened
