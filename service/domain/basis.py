"""What a decision rests on, and which of it can carry something against the applicant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from service.domain.case import Case, CaseFinding
from service.domain.decision import DecisionOutcome
from service.domain.dossier.dossier import Dossier, RecordedAct
from service.domain.finding import Outcome, Resolution
from service.domain.routine import Adverse, Ground
from service.domain.ruleset import RuleSet


@dataclass(frozen=True)
class Basis:
    """What a decision is judged by: the case as it stands and the rules of then and now."""

    case: Case
    dossier: Dossier
    findings: Sequence[CaseFinding]
    criteria: RuleSet
    procedure: RuleSet
    today: date


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


def verified(dossier: Dossier, act: RecordedAct) -> bool:
    """Whether someone else, with no conflict of interest known since, has read the act's source."""
    by = act.verified_by
    return by is not None and by != act.by and dossier.conflict(by) is False
