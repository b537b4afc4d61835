"""The steps of the City's routine as its rule set words them: periods, questions, closed lists, letters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.application import Kind
from service.domain.decision import DecisionOutcome

Both = Mapping[str, str]


class Ground(StrEnum):
    """What sort of reason a clause is; democracy grounds demand documented acts, a legal bar a confirmed listing."""

    MERITS = "merits"
    FORMAL = "formal"
    CONDUCT = "conduct"
    DEMOCRACY = "democracy"
    LEGAL_BAR = "legal_bar"


@dataclass(frozen=True)
class Choice:
    """One item of a closed list: an exception from communication or from a search, a reason to pause."""

    id: str
    title: Both


@dataclass(frozen=True)
class Adverse:
    """Outcomes that on these grounds go against the applicant.

    `completion_suffices`: an order to supplement that has run out has told the applicant what will follow.
    """

    outcomes: frozenset[DecisionOutcome]
    grounds: frozenset[Ground]
    completion_suffices: bool


@dataclass(frozen=True)
class Consultee:
    """Someone outside the unit who can be asked; `answers` are the classes an answer is recorded in."""

    id: str
    title: Both
    days: int
    needs_circumstances: bool
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Search:
    """What is looked for in open sources, the same for every case of a kind (KL 2:3).

    In every case of the kinds of `always_for` it is made, or left out for a reason of the closed list.
    """

    id: str
    title: Both
    kinds: frozenset[Kind]
    queries: tuple[str, ...]
    always_for: frozenset[Kind]


@dataclass(frozen=True)
class Grade:
    """What sort of source an act is known by, and whether a decision can rest on it alone."""

    id: str
    title: Both
    carries: bool


@dataclass(frozen=True)
class Criterion:
    """A point that is assessed in writing; points of one group belong together, such as the four special reasons."""

    id: str
    group: str
    kinds: frozenset[Kind]
    title: Both
    question: Both


@dataclass(frozen=True)
class SecondQuestion:
    """What the second person answers, on these grounds."""

    id: str
    grounds: frozenset[Ground]
    text: Both


@dataclass(frozen=True)
class StandingCondition:
    """A condition that every favourable decision of these kinds carries; `due_days` from the decision."""

    id: str
    kinds: frozenset[Kind]
    text: Both
    due_days: int | None


@dataclass(frozen=True)
class Phrase:
    """A text to start reasons from."""

    id: str
    kinds: frozenset[Kind]
    outcome: DecisionOutcome
    clause: str
    title: Both
    text: Both


@dataclass(frozen=True)
class Letter:
    """A letter's heading and text with {places}; `route` is the way of appeal it tells of, or "none"."""

    id: str
    route: str
    title: Both
    body: Both


@dataclass(frozen=True)
class GrantRound:
    """A window in which grants of some types are sought (ansökningsomgång); the frame is in öre."""

    id: str
    title: Both
    types: frozenset[str]
    opens: date
    closes: date
    frame_ore: int
    late_clause: str
    purpose: Both
    priorities: Both


@dataclass(frozen=True)
class Routine:
    """Periods are calendar days unless they say working days.

    Less than `partial_share_percent` of what was asked for is a refusal, whatever it is called. A ceiling counts what
    the same association has been granted under the same point within `ceiling_months`.
    """

    completion_days: int
    communication_days: int
    near_booking_days: int
    near_booking_working_days: int
    appeal_days: int
    notice_board_days: int
    partial_share_percent: int
    ceiling_months: int
    reassessment_days: int
    terms_version: str
    disinterest: Both
    adverse: tuple[Adverse, ...]
    exceptions: Mapping[str, Choice]
    pauses: Mapping[str, Choice]
    search_exceptions: Mapping[str, Choice]
    consultees: Mapping[str, Consultee]
    searches: Mapping[str, Search]
    grades: Mapping[str, Grade]
    criteria: Mapping[str, Criterion]
    second_questions: tuple[SecondQuestion, ...]
    conditions: tuple[StandingCondition, ...]
    phrases: tuple[Phrase, ...]

    def adverse_rule(self, outcome: DecisionOutcome, grounds: frozenset[Ground]) -> Adverse | None:
        """The rule by which this outcome on these grounds goes against the applicant, or None.

        The strictest rule that applies: one that nothing short of communication satisfies.
        """
        found = [one for one in self.adverse if outcome in one.outcomes and grounds & one.grounds]
        return min(found, key=lambda one: one.completion_suffices, default=None)

    def questions_for(self, grounds: frozenset[Ground]) -> tuple[SecondQuestion, ...]:
        """What a second person is asked about a decision on these grounds."""
        return tuple(one for one in self.second_questions if grounds & one.grounds)

    def criteria_of(self, kind: Kind) -> tuple[Criterion, ...]:
        """The points assessed in a case of this kind, in the order of the routine."""
        return tuple(one for one in self.criteria.values() if kind in one.kinds)
