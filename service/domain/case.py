"""One application on its way to a decision; the table of states."""

from dataclasses import dataclass, replace
from enum import StrEnum

from service.domain.application import Kind
from service.domain.errors import NotAllowed
from service.domain.finding import NEEDS_NOBODY, Finding, Outcome, Resolution


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    SCREENED = "screened"
    IN_REVIEW = "in_review"
    DECIDED = "decided"


#: The pipeline can only move a case to `screened`; every step after that is a named person's.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.SCREENED}),
    State.SCREENED: frozenset({State.IN_REVIEW}),
    State.IN_REVIEW: frozenset({State.SCREENED, State.DECIDED}),
    State.DECIDED: frozenset(),
}


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
    round: int
    version: int
    organisation_id: str

    def moved_to(self, state: State) -> "Case":
        """The same case one step on; a step the table does not have raises."""
        if state not in TRANSITIONS[self.state]:
            raise NotAllowed("case.wrong_state", state=self.state, wanted=state)
        return replace(self, state=state)
