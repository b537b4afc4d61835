"""One application on its way to a decision that stands; the table of states and steps."""

from dataclasses import dataclass, replace
from enum import StrEnum

from service.domain.application import Kind
from service.domain.errors import NotAllowed
from service.domain.events import EventType as E
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
STEPS: dict[E, Step] = {
    E.CASE_SCREENED: Step(_OPEN, None, "service"),
    E.CONFLICT_DECLARED: Step(frozenset(State), None, "colleague"),
    E.CASE_TAKEN: Step(frozenset({State.SCREENED, State.IN_REVIEW}), State.IN_REVIEW, "handler"),
    E.CASE_ASSIGNED: Step(frozenset({State.SCREENED, State.IN_REVIEW}), State.IN_REVIEW, "handler"),
    E.CASE_RELEASED: Step(_BEFORE_PROPOSAL, State.SCREENED, "owner"),
    E.CASE_RESCREEN_ASKED: Step(_OPEN, None, "handler"),
    E.FINDING_RESOLVED: Step(_BEFORE_PROPOSAL, None, "owner"),
    E.FINDING_CONFIRMED: Step(_PREPARED, None, "colleague"),
    E.CASE_PAUSED: Step(_BEFORE_PROPOSAL, None, "owner"),
    E.CASE_RESUMED: Step(_BEFORE_PROPOSAL, None, "owner"),
    E.NOTE_WRITTEN: Step(frozenset(State), None, "colleague"),
    E.APPLICATION_WITHDRAWN: Step(_OPEN, None, "handler"),
    E.COMPLETION_ASKED: Step(_BEFORE_PROPOSAL, None, "owner"),
    E.COMPLETION_REMINDED: Step(_BEFORE_PROPOSAL, None, "handler"),
    E.COMPLETION_ANSWERED: Step(_PREPARED, None, "handler"),
    E.SEARCH_RECORDED: Step(_BEFORE_PROPOSAL, None, "owner"),
    E.ACT_VERIFIED: Step(_PREPARED, None, "colleague"),
    E.CONSULTATION_ASKED: Step(_BEFORE_PROPOSAL, None, "owner"),
    E.CONSULTATION_ANSWERED: Step(_PREPARED, None, "handler"),
    E.ASSESSMENT_WRITTEN: Step(_BEFORE_PROPOSAL, None, "owner"),
    E.COMMUNICATION_SENT: Step(_BEFORE_PROPOSAL, None, "owner"),
    E.COMMUNICATION_ANSWERED: Step(_PREPARED, None, "handler"),
    E.COMMUNICATION_EXCEPTED: Step(_BEFORE_PROPOSAL, None, "owner"),
    E.DECISION_PROPOSED: Step(_BEFORE_PROPOSAL, State.PROPOSED, "owner"),
    E.PROPOSAL_RETURNED: Step(frozenset({State.PROPOSED}), State.IN_REVIEW, "colleague"),
    E.PROPOSAL_SECONDED: Step(frozenset({State.PROPOSED}), None, "colleague"),
    E.BOARD_PACKAGED: Step(frozenset({State.PROPOSED}), None, "handler"),
    E.CASE_DECIDED: Step(_PREPARED, State.DECIDED, "signer"),
    E.LETTER_SENT: Step(CLOSED, None, "handler"),
    E.DECISION_POSTED: Step(CLOSED, None, "handler"),
    E.DECISION_REPORTED: Step(CLOSED, None, "handler"),
    E.DECISION_ADDED_TO: Step(CLOSED, None, "handler"),
    E.TERMS_ACCEPTED: Step(CLOSED, None, "handler"),
    E.CONDITION_REPORTED: Step(CLOSED, None, "handler"),
    E.SUPPORT_STOPPED: Step(frozenset(State), None, "handler"),
    E.SUPPORT_RELEASED: Step(frozenset(State), None, "signer"),
    E.APPEAL_RECEIVED: Step(CLOSED, State.APPEALED, "handler"),
    E.APPEAL_TESTED: Step(frozenset({State.APPEALED}), None, "handler"),
    E.APPEAL_FORWARDED: Step(frozenset({State.APPEALED}), None, "handler"),
    E.APPEAL_SETTLED: Step(frozenset({State.APPEALED}), State.DECIDED, "handler"),
    E.DECISION_FINAL: Step(frozenset({State.DECIDED}), State.FINAL, "handler"),
    E.CASE_REOPENED: Step(frozenset({State.DECIDED, State.EXECUTED, State.FINAL}), State.IN_REVIEW, "handler"),
    # A booking that the rule set has executed rather than decided (ren verkställighet, KL 13:2).
    E.BOOKING_EXECUTED: Step(frozenset({State.SCREENED, State.IN_REVIEW}), State.EXECUTED, "handler"),
    E.BOOKING_MOVED: Step(frozenset(State) - {State.PROPOSED, State.APPEALED}, None, "handler"),
    E.BOOKING_CANCELLED: Step(frozenset(State) - {State.PROPOSED}, None, "handler"),
    E.CLEARANCE_GIVEN: Step(CLOSED, None, "handler"),
    E.CLEARANCE_REVOKED: Step(frozenset(State), None, "handler"),
    E.KEY_ACCESS_SCREENED: Step(CLOSED, None, "handler"),
    E.KEY_ACCESS_GIVEN: Step(CLOSED, None, "handler"),
    E.SIDE_DECISION: Step(frozenset(State), None, "signer"),
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
            moves.setdefault((state, step.to), []).append(f"{event.value} ({step.who})")
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
    received_at: int
    registered_at: int
    due_on: str
    amount_ore: int | None
    rules_id: str
    rules_sha256: str
    check_round: int
    version: int
    organisation_id: str

    @property
    def closed(self) -> bool:
        """Whether it has been decided, and has not been opened again."""
        return self.state in CLOSED

    def after(self, event: E) -> "Case":
        """The same case after this step; where the table does not have it, that raises."""
        step = STEPS[event]
        if self.state not in step.at:
            raise NotAllowed("case.wrong_state", state=self.state, wanted=event)
        if event is E.CASE_SCREENED:
            return replace(self, state=State.SCREENED) if self.state is State.RECEIVED else self
        return self if step.to is None else replace(self, state=step.to)
