"""What a decision rests on, and which of it can carry something against the applicant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from service.domain.case import Case, CaseFinding
from service.domain.decision import FAVOURABLE, DecisionOutcome
from service.domain.dossier.dossier import Dossier, RecordedAct
from service.domain.finding import Outcome, Resolution
from service.domain.routine import Adverse, Ground, Search
from service.domain.ruleset import RuleSet


@dataclass(frozen=True)
class Frame:
    """The frame of a round of grants, and what is left of it by the decisions of its other cases, in öre.

    Less than nothing is left where it has been overdrawn.
    """

    grant_round: str
    frame_ore: int
    left_ore: int


@dataclass(frozen=True)
class Basis:
    """What a decision is judged by: the case as it stands and the rules of then and now.

    `held` are the times of the case that can be given, by their ids, and `lapsed` those of them whose hold ran out
    meanwhile. `given_before` is what the same association has been granted in other cases within the rule set's months,
    in öre by delegation point: a ceiling counts all of it. `frame` is that of the round that the case belongs to.
    `stopped`: a stop of support stands in some case of the association, this one or another. `season_terms`: the
    association has accepted the terms for the season of the times of this case, in whatever case.
    """

    case: Case
    dossier: Dossier
    findings: Sequence[CaseFinding]
    criteria: RuleSet
    procedure: RuleSet
    today: date
    held: frozenset[str] = frozenset()
    given_before: Mapping[str, int] = field(default_factory=dict)
    lapsed: frozenset[str] = frozenset()
    frame: Frame | None = None
    stopped: bool = False
    season_terms: bool = False


class Judged(Protocol):
    """What is asked to be decided, as a person writes it and as its event has it."""

    @property
    def outcome(self) -> str:
        """The outcome, by its code."""
        ...

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that it rests on."""
        ...

    @property
    def amount_ore(self) -> int | None:
        """What is given, in öre; None where no money is."""
        ...

    @property
    def bookings(self) -> tuple[str, ...]:
        """The times that it concerns, where not all of the case's."""
        ...


def grounds_of(clauses: Iterable[str], criteria: RuleSet) -> frozenset[Ground]:
    """The grounds that these clauses stand for."""
    return frozenset(criteria.clauses[one].ground for one in clauses if one in criteria.clauses)


def adverse_rule(basis: Basis, outcome: DecisionOutcome, clauses: Iterable[str]) -> Adverse | None:
    """The rule by which this goes against the applicant, or None.

    Writing off is what the applicant asked for where they have withdrawn, and leaves all as it was where a decided case
    was taken up again; otherwise it goes against them as a dismissal does.
    """
    if outcome is DecisionOutcome.WRITE_OFF:
        if basis.dossier.withdrawn or basis.dossier.turn:
            return None
        outcome = DecisionOutcome.DISMISSAL
    return basis.procedure.routine.adverse_rule(outcome, grounds_of(clauses, basis.criteria))


def adverse_to(basis: Basis, proposal: Judged) -> Adverse | None:
    """The rule by which just this proposal goes against the applicant, or None.

    Giving a part is a refusal of the rest. It is one in disguise where less than the rule set's share is given, or
    where it rests on anything but the clauses that the rule set marks as the frame's (RF 1:9, FL 25 and 33 §§).
    """
    outcome = DecisionOutcome(proposal.outcome)
    rule = adverse_rule(basis, outcome, proposal.clauses)
    if rule is None and outcome is DecisionOutcome.PARTIAL_APPROVAL and refuses_in_disguise(basis, proposal):
        return _AS_A_REFUSAL
    return rule


_AS_A_REFUSAL = Adverse(frozenset({DecisionOutcome.PARTIAL_APPROVAL}), frozenset(Ground), completion_suffices=False)


def refuses_in_disguise(basis: Basis, proposal: Judged) -> bool:
    """Whether what is called approval in part is in truth a refusal: too small a share, or not for the frame's sake."""
    return not _for_the_frame(basis, proposal) or _below_the_share(basis, proposal)


def _for_the_frame(basis: Basis, proposal: Judged) -> bool:
    known = basis.criteria.clauses
    cited = [known[name] for name in proposal.clauses if name in known and basis.case.kind in known[name].kinds]
    cutting = [clause for clause in cited if DecisionOutcome.APPROVAL not in clause.outcomes]
    return any(clause.frame for clause in cited) and all(clause.frame for clause in cutting)


def _below_the_share(basis: Basis, proposal: Judged) -> bool:
    share = basis.procedure.routine.partial_share_percent
    if basis.case.amount_ore is not None:
        return (proposal.amount_ore or 0) * 100 < basis.case.amount_ore * share
    # What is given where nothing is chosen is what still takes its room: a hold that was let run out is a time refused.
    given = basis.held & set(proposal.bookings) if proposal.bookings else basis.held - basis.lapsed
    return len(given) * 100 < len(basis.held) * share


def beyond_frame(basis: Basis, proposal: Judged) -> bool:
    """Whether more would be given than is left of the round's frame."""
    gives = DecisionOutcome(proposal.outcome) in FAVOURABLE
    return gives and goes_beyond(basis.frame, proposal.amount_ore)


def goes_beyond(frame: Frame | None, amount_ore: int | None) -> bool:
    """Whether this amount is more than is left of the frame; never where there is no round, or no amount."""
    return frame is not None and amount_ore is not None and amount_ore > frame.left_ore


def searches_left(basis: Basis) -> list[Search]:
    """The searches that every case of the kind has and that have not been made in this one."""
    made = {search.data.template for search in basis.dossier.searches}
    known = basis.procedure.routine.searches.values()
    return [search for search in known if basis.case.kind in search.always_for and search.id not in made]


def carries(finding: CaseFinding) -> bool:
    """Whether a finding can carry something: it does not hold and nobody found that harmless, or is an obstacle."""
    return finding.resolution is Resolution.OBSTACLE or (
        finding.outcome is Outcome.NOT_MET and finding.resolution is None
    )


def match_confirmed(basis: Basis, finding: CaseFinding) -> bool:
    """Whether a listed name that one person took for the applicant's has been confirmed by another (D6, N3)."""
    if not finding.finding.names_listed_party or finding.resolution is not Resolution.OBSTACLE:
        return True
    by, agrees = basis.dossier.confirmed.get(finding.id, ("", False))
    return agrees and by != basis.dossier.resolved_by.get(finding.id) and basis.dossier.conflict(by) is False


def confirmed_listing(basis: Basis, finding: CaseFinding) -> bool:
    """Whether a finding is a listing of the applicant that two persons have confirmed: a bar in law (2025:327)."""
    obstacle = finding.finding.names_listed_party and finding.resolution is Resolution.OBSTACLE
    return obstacle and match_confirmed(basis, finding)


def verified(dossier: Dossier, act: RecordedAct) -> bool:
    """Whether someone else, with no conflict of interest known since, has read the act's source."""
    by = act.verified_by
    return by is not None and by != act.by and dossier.conflict(by) is False
