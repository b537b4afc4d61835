"""What a named person decided, and why."""

from dataclasses import dataclass
from enum import StrEnum


class DecisionOutcome(StrEnum):
    """The five ways a case can end."""

    APPROVAL = "approval"  # bifall
    PARTIAL_APPROVAL = "partial_approval"  # delvis bifall
    REFUSAL = "refusal"  # avslag: on the merits
    DISMISSAL = "dismissal"  # avvisning: without examining the merits
    WRITE_OFF = "write_off"  # avskrivning: for example when withdrawn


FAVOURABLE = frozenset({DecisionOutcome.APPROVAL, DecisionOutcome.PARTIAL_APPROVAL})
ADVERSE = frozenset({DecisionOutcome.REFUSAL, DecisionOutcome.DISMISSAL})


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

    date: str
    paragraph: str


@dataclass(frozen=True)
class Proposal:
    """What a person asks to have recorded as the decision of a case."""

    outcome: DecisionOutcome
    delegation_point: str
    clauses: tuple[str, ...]
    reasons: str
    amount_ore: int | None = None
    circumstances: str = ""
    acts: tuple[Act, ...] = ()
    based_on: tuple[str, ...] = ()
    board_minute: BoardMinute | None = None
