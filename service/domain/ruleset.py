"""One version of the City's routine: numbers, dates, limits, and what it cites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from service.domain.application import Kind
from service.domain.check import Param
from service.domain.decision import DecisionOutcome
from service.domain.errors import NotFound
from service.domain.events.fields import RuleSetRef
from service.domain.letter import Sender
from service.domain.people import Role
from service.domain.premises import Hirer
from service.domain.premises_rules import PremisesRules
from service.domain.routine import GrantRound, Ground, Letter, Routine
from service.domain.stops import StopGround
from service.domain.watchlist import ListDefinition


@dataclass(frozen=True)
class RequiredCheck:
    """A check that the set names for a kind of application, with its parameters, and whom there is a basis for."""

    check: str
    clause: str
    params: Mapping[str, Param] = field(default_factory=dict)
    hirers: frozenset[Hirer] = frozenset(Hirer)
    #: The provision that lets speakers be compared; without one the check is told of none.
    speakers_basis: str = ""


@dataclass(frozen=True)
class Clause:
    """A numbered rule a decision can rest on.

    `requires` is what an adverse decision on it must have in the case: "act", "finding", "listing" (which two persons
    confirmed), a group of criteria, or "consultation:" and whom. `frame` marks what a part may be cut for without that
    being a refusal: that means do not suffice, or that a time cannot be had.
    """

    id: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    ground: Ground
    kinds: frozenset[Kind]
    outcomes: frozenset[DecisionOutcome]
    requires: tuple[str, ...] = ()
    frame: bool = False


@dataclass(frozen=True)
class DelegationPoint:
    """Who may sign what (delegationspunkt), up to a ceiling in öre; `board` is the nämnd itself.

    `beyond_frame` says that a grant may go beyond the frame of its round under this point.
    """

    id: str
    title: Mapping[str, str]
    kinds: frozenset[Kind]
    outcomes: frozenset[DecisionOutcome]
    grounds: frozenset[Ground]
    ceiling_ore: int | None = None
    board: bool = False
    beyond_frame: bool = False


@dataclass(frozen=True)
class DeclarationText:
    """The statements an applicant attests, in the version that was in force."""

    version: str
    statements: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Retention:
    """How long a class of documents is kept: for ever, or so many whole years after the decision (gallringsfrist).

    `decision` is the City's decision on erasure (gallringsbeslut), by its diary number; `on_request` says that it lets
    the class go earlier, when the person asks for it and the decision in the case has legal force.
    """

    document_class: str
    ground: str
    years: int | None
    decision: str | None = None
    on_request: bool = False

    @property
    def code(self) -> str:
        """As a record says it."""
        return "preserve" if self.years is None else f"years-{self.years}"


@dataclass(frozen=True)
class IncidentKind:
    """A kind of incident (händelse) in the City's own dealings: for how long it may be used, whether it has a room."""

    id: str
    months: int
    room: bool


@dataclass(frozen=True)
class KindRules:
    """What the set asks of one kind of application."""

    answer_days: int
    checks: tuple[RequiredCheck, ...]
    #: How long ago at most an application can have come in when it is registered, in days.
    received_within_days: int

    @property
    def speakers_compared(self) -> bool:
        """Whether some check has a basis for comparing speakers."""
        return any(required.speakers_basis for required in self.checks)


@dataclass(frozen=True)
class RuleSet:
    """One adopted version; `sha256` is of the exact bytes that were adopted."""

    id: str
    sha256: str
    title: str
    adopted_by: str
    adopted_on: date
    diary_number: str
    #: How whoever gets a letter reaches the City.
    sender: Sender
    valid_from: date
    takes_pending_cases: bool
    declaration: DeclarationText
    clauses: Mapping[str, Clause]
    kinds: Mapping[Kind, KindRules]
    delegation: Mapping[str, DelegationPoint]
    lists: Mapping[str, ListDefinition]
    premises: PremisesRules
    retention: Mapping[str, Retention]
    incident_kinds: Mapping[str, IncidentKind]
    routine: Routine
    grant_rounds: Mapping[str, GrantRound]
    letters: Mapping[str, Letter]
    appeal: Mapping[str, Mapping[str, str]]
    stops: Mapping[str, StopGround]
    #: Who signs in with a code beside the password.
    second_factor: frozenset[Role]

    def bars(self, ground: StopGround) -> bool:
        """Whether it is a bar in law: nothing is awaited, and it stands for as long as the listing."""
        return self.clauses[ground.clause].ground is Ground.LEGAL_BAR

    @property
    def ref(self) -> RuleSetRef:
        """The rule set as an event names it."""
        return RuleSetRef(self.id, self.sha256)


def in_force(sets: Sequence[RuleSet], on: date) -> RuleSet:
    """The set that was in force that day."""
    valid = [one for one in sets if one.valid_from <= on]
    if not valid:
        raise NotFound("rules.none_in_force", date=on.isoformat())
    return max(valid, key=lambda one: one.valid_from)


def criteria_for(sets: Sequence[RuleSet], received_on: date, today: date) -> RuleSet:
    """The set whose criteria, checks and declaration judge a case (requirement D8; KL 2:4).

    That of the day of receipt, unless a later set in force says in its own transitional rule that it takes pending
    cases.
    """
    judged_by = in_force(sets, received_on)
    for later in sorted(sets, key=lambda one: one.valid_from):
        if judged_by.valid_from < later.valid_from <= today and later.takes_pending_cases:
            judged_by = later
    return judged_by
