"""What a named person decided, and why."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DecisionOutcome(StrEnum):
    """The ways a case can end: five on an application, and two on a decision that has been made."""

    APPROVAL = "approval"  # bifall
    PARTIAL_APPROVAL = "partial_approval"  # delvis bifall
    REFUSAL = "refusal"  # avslag: on the merits
    DISMISSAL = "dismissal"  # avvisning: without examining the merits
    WRITE_OFF = "write_off"  # avskrivning: for example when withdrawn
    REVOCATION = "revocation"  # återkallelse av ett gynnande beslut
    RECOVERY = "recovery"  # återkrav av utbetalt bidrag


FAVOURABLE = frozenset({DecisionOutcome.APPROVAL, DecisionOutcome.PARTIAL_APPROVAL})
#: What can only be decided about a decision that has been made.
ON_A_DECISION = frozenset({DecisionOutcome.REVOCATION, DecisionOutcome.RECOVERY})


@dataclass(frozen=True)
class Act:
    """One documented act: who did what, in what capacity, when, and how it is known. Never an opinion."""

    who: str
    capacity: str
    what: str
    when: str
    source: str


@dataclass(frozen=True)
class BoardMinute:
    """The nämnd's own decision, where it could not be delegated (KL 6:38): date and paragraph."""

    day: date
    paragraph: str


@dataclass(frozen=True)
class OwnCondition:
    """A condition of this decision alone; `due` is a date or nothing."""

    text: str
    due: date | None = None


@dataclass(frozen=True)
class Proposal:
    """What a person asks to have recorded as the decision of a case.

    `acts` and `based_on` are ids of acts and findings of the case; `response` meets what the applicant has said.
    `bookings` are the times that it concerns, where not all of the case's. `search_left_out` is the item of the closed
    list by which open sources were not searched; `beyond_frame` says why more is given than is left of the frame.
    """

    outcome: DecisionOutcome
    delegation_point: str
    clauses: tuple[str, ...]
    reasons: str
    amount_ore: int | None = None
    circumstances: str = ""
    response: str = ""
    acts: tuple[str, ...] = ()
    based_on: tuple[str, ...] = ()
    bookings: tuple[str, ...] = ()
    conditions: tuple[OwnCondition, ...] = ()
    board_minute: BoardMinute | None = None
    search_left_out: str = ""
    beyond_frame: str = ""
