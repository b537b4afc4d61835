"""Who may do what to a case, and when. Rules raise; what they raise says why, in words the person sees."""

from collections.abc import Iterable, Sequence

from service.domain.application import Kind
from service.domain.case import Case, CaseFinding, State
from service.domain.decision import ADVERSE, FAVOURABLE, DecisionOutcome, Proposal
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from service.domain.finding import RESOLUTIONS, Outcome, Resolution
from service.domain.people import Role, User
from service.domain.ruleset import Clause, DelegationPoint, Ground, RuleSet

HANDLING_ROLES: dict[Kind, Role] = {
    Kind.GRANT: Role.ASSOCIATION_OFFICER,
    Kind.PREMISES: Role.PREMISES_OFFICER,
}


def check_can_see(case: Case, user: User) -> None:
    """Only those who work with this kind of case know that it exists."""
    if case.kind not in user.case_kinds:
        raise NotFound("case.not_found")


def check_version(case: Case, seen: int) -> None:
    """Whoever acts has seen the case as it is now."""
    if case.version != seen:
        raise Conflict("case.changed_meanwhile")


def check_can_register(user: User, kind: Kind) -> None:
    """Officers register paper applications of their own kind."""
    if not user.has(HANDLING_ROLES[kind]):
        raise NotAllowed("register.not_your_kind")


def handles(case: Case, user: User) -> bool:
    """Whether this person prepares cases of this kind."""
    return user.has(HANDLING_ROLES[case.kind])


def check_can_take(case: Case, user: User) -> None:
    """An officer of the kind may take a screened case, or take over one in review."""
    check_can_see(case, user)
    if not handles(case, user):
        raise NotAllowed("case.not_your_kind")
    if case.state not in (State.SCREENED, State.IN_REVIEW):
        raise NotAllowed("case.wrong_state", state=case.state, wanted=State.IN_REVIEW)
    if case.owner == user.id:
        raise Conflict("case.already_yours")


def check_is_handling(case: Case, user: User) -> None:
    """Only the officer who has taken the case works on it."""
    check_can_see(case, user)
    if case.state is not State.IN_REVIEW:
        raise NotAllowed("case.wrong_state", state=case.state, wanted=State.IN_REVIEW)
    if case.owner != user.id or not handles(case, user):
        raise NotAllowed("case.not_yours")


def check_can_rescreen(case: Case, user: User) -> None:
    """The checks of an undecided case may be run again by those who work on it."""
    check_can_see(case, user)
    if not (handles(case, user) or user.has(Role.DECISION_MAKER)):
        raise NotAllowed("case.not_your_kind")
    if case.state is State.DECIDED:
        raise NotAllowed("case.already_decided")


def check_can_resolve(case: Case, user: User, finding: CaseFinding, resolution: Resolution, reason: str) -> None:
    """The handling officer settles a finding, in words; a check that could not look is never made an obstacle."""
    check_is_handling(case, user)
    if resolution not in RESOLUTIONS[finding.outcome]:
        raise NotAllowed("finding.resolution_not_possible")
    if not reason.strip():
        raise InvalidInput([Problem("/reason", "input.missing")])


def covers(point: DelegationPoint, *, kind: Kind, outcome: DecisionOutcome, amount_ore: int | None) -> bool:
    """Whether this delegation point reaches so far, grounds aside."""
    under_ceiling = point.ceiling_ore is None or amount_ore is None or amount_ore <= point.ceiling_ore
    return kind in point.kinds and outcome in point.outcomes and under_ceiling


def usable_points(case: Case, user: User, rules: RuleSet) -> list[DelegationPoint]:
    """The delegation points this person could sign this case under, for some outcome."""
    return [
        point for point in rules.delegation.values() if point.id in user.delegation_points and case.kind in point.kinds
    ]


def may_sign(case: Case, user: User) -> bool:
    """Whether this person is in a position to sign: the handling officer, or a decision maker."""
    return case.state is State.IN_REVIEW and (
        user.has(Role.DECISION_MAKER) or (case.owner == user.id and handles(case, user))
    )


def check_can_decide(
    case: Case,
    user: User,
    *,
    findings: Sequence[CaseFinding],
    required: Iterable[str],
    proposal: Proposal,
    criteria: RuleSet,
    procedure: RuleSet,
) -> None:
    """This person may record this decision now, and it has all that the rule sets demand.

    Criteria and clauses are those pinned to the case; delegation is that in force today.
    """
    check_can_see(case, user)
    if not may_sign(case, user):
        raise NotAllowed("decision.not_yours_to_sign")
    clauses = _check_clauses(case, proposal, criteria)
    _check_delegation(case, user, proposal, clauses, procedure)
    if not proposal.reasons.strip():
        raise InvalidInput([Problem("/reasons", "input.missing")])
    _check_amount(case, proposal)
    if proposal.outcome in FAVOURABLE:
        check_nothing_open(findings, required)
    _check_what_it_rests_on(proposal, findings)
    if proposal.outcome in ADVERSE:
        _check_grounds(proposal, clauses)


def check_nothing_open(findings: Sequence[CaseFinding], required: Iterable[str]) -> None:
    """Nothing favourable while a person has something left to look at, or a required check has no answer at all."""
    missing = set(required) - {one.finding.check for one in findings}
    left = sum(one.open for one in findings) + len(missing)
    if left:
        raise NotAllowed("decision.findings_open", count=left)
    if any(one.resolution is Resolution.OBSTACLE for one in findings):
        raise NotAllowed("decision.obstacle_stands")


def _check_clauses(case: Case, proposal: Proposal, criteria: RuleSet) -> list[Clause]:
    clauses = [criteria.clauses[one] for one in proposal.clauses if one in criteria.clauses]
    if not clauses or len(clauses) != len(proposal.clauses):
        raise InvalidInput([Problem("/clauses", "decision.clause_missing")])
    if any(case.kind not in one.kinds or proposal.outcome not in one.outcomes for one in clauses):
        raise InvalidInput([Problem("/clauses", "decision.clause_does_not_carry")])
    return clauses


def _check_delegation(
    case: Case, user: User, proposal: Proposal, clauses: Sequence[Clause], procedure: RuleSet
) -> None:
    point = procedure.delegation.get(proposal.delegation_point)
    if point is None or point.id not in user.delegation_points:
        raise NotAllowed("decision.no_delegation")
    if not covers(point, kind=case.kind, outcome=proposal.outcome, amount_ore=_amount_at_stake(proposal)):
        raise NotAllowed("decision.beyond_delegation", point=point.id)
    if any(one.ground not in point.grounds for one in clauses):
        raise NotAllowed("decision.ground_beyond_delegation", point=point.id)
    if point.board and proposal.board_minute is None:
        raise InvalidInput([Problem("/board_minute", "decision.board_minute_missing")])


def _amount_at_stake(proposal: Proposal) -> int | None:
    return proposal.amount_ore if proposal.outcome in FAVOURABLE else None


def _check_amount(case: Case, proposal: Proposal) -> None:
    asked, granted = case.amount_ore, proposal.amount_ore
    wrong = Problem("/amount", "decision.amount_wrong")
    match proposal.outcome:
        case DecisionOutcome.APPROVAL if granted != asked:
            raise InvalidInput([wrong])
        case DecisionOutcome.PARTIAL_APPROVAL if asked is None and granted is not None:
            raise InvalidInput([wrong])
        case DecisionOutcome.PARTIAL_APPROVAL if asked is not None and not (granted and 0 < granted < asked):
            raise InvalidInput([Problem("/amount", "decision.amount_not_partial")])
        case DecisionOutcome.REFUSAL | DecisionOutcome.DISMISSAL | DecisionOutcome.WRITE_OFF if granted is not None:
            raise InvalidInput([wrong])


def _check_what_it_rests_on(proposal: Proposal, findings: Sequence[CaseFinding]) -> None:
    """Only a finding that does not hold, or that a person found an obstacle in, carries anything; an act is whole."""
    known = {one.id: one for one in findings}
    for one in proposal.based_on:
        if one not in known or (
            known[one].outcome is not Outcome.NOT_MET and (known[one].resolution is not Resolution.OBSTACLE)
        ):
            raise InvalidInput([Problem("/based_on", "decision.finding_carries_nothing")])
    for position, act in enumerate(proposal.acts):
        for name in ("who", "capacity", "what", "when", "source"):
            if not getattr(act, name).strip():
                raise InvalidInput([Problem(f"/acts/{position}/{name}", "input.missing")])


def _check_grounds(proposal: Proposal, clauses: Sequence[Clause]) -> None:
    """An adverse outcome documents its circumstances; on democracy grounds, acts (requirement D2)."""
    if not proposal.circumstances.strip():
        raise InvalidInput([Problem("/circumstances", "decision.circumstances_missing")])
    if any(one.ground is Ground.DEMOCRACY for one in clauses) and not proposal.acts:
        raise InvalidInput([Problem("/acts", "decision.acts_missing")])
