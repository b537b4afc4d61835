"""Who may do what to a case, and when. Rules raise; what they raise says why, in words the person sees."""

from collections.abc import Iterable, Sequence

from service.domain.adverse import adverse_problems, communication_problems
from service.domain.application import Kind
from service.domain.basis import (
    Basis,
    adverse_to,
    beyond_frame,
    carries,
    goes_beyond,
    grounds_of,
    match_confirmed,
    searches_left,
)
from service.domain.case import STEPS, Case, CaseFinding, State
from service.domain.decision import FAVOURABLE, ON_A_DECISION, BoardMinute, DecisionOutcome, Proposal
from service.domain.dossier.dossier import Dossier
from service.domain.enclosure import EnclosureKind
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.event import EventClass
from service.domain.events.intake import CaseTaken
from service.domain.events.review import CaseAssigned, ConflictDeclared
from service.domain.finding import RESOLUTIONS, Resolution
from service.domain.people import Role, User
from service.domain.ruleset import Clause, DelegationPoint, RuleSet

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
    case.after(CaseTaken)
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
    if case.closed:
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
    return case.state in (State.IN_REVIEW, State.PROPOSED) and (
        user.has(Role.DECISION_MAKER) or (case.owner == user.id and handles(case, user))
    )


def acts_on(case: Case, user: User) -> bool:
    """Whether this person could act on the case, and so declares beforehand whether something stands in the way."""
    return handles(case, user) or user.has(Role.DECISION_MAKER)


def check_unbiased(user: User, dossier: Dossier) -> None:
    """This person has declared that there is no conflict of interest (jäv: KL 6:28-30, 7:4; requirement D5)."""
    match dossier.conflict(user.pseudonym):
        case None:
            raise NotAllowed("conflict.declare_first")
        case True:
            raise NotAllowed("conflict.locked_out")


def check_step(case: Case, user: User, dossier: Dossier, event: EventClass) -> None:
    """This person may take this step in this case now, by the table of steps."""
    check_can_see(case, user)
    who = STEPS[event].who
    if not acts_on(case, user):
        raise NotAllowed("case.not_your_kind")
    if event not in (ConflictDeclared, CaseAssigned):
        check_unbiased(user, dossier)
    elif event is CaseAssigned and dossier.conflict(user.pseudonym):
        # Handing a case on opens nothing; whoever gets it is asked when they open it.
        raise NotAllowed("conflict.locked_out")
    case.after(event)
    if who == "owner" and not (case.owner == user.id and handles(case, user)):
        raise NotAllowed("case.not_yours")
    if who == "handler" and not handles(case, user):
        raise NotAllowed("case.not_your_kind")
    if who == "signer" and not (user.has(Role.DECISION_MAKER) or case.owner == user.id):
        raise NotAllowed("decision.not_yours_to_sign")


def reaching(
    basis: Basis, user: User, outcome: DecisionOutcome, amount_ore: int | None, clauses: Iterable[str]
) -> list[DelegationPoint]:
    """The points this person holds that carry this very decision."""
    grounds = grounds_of(clauses, basis.criteria)
    at_stake = amount_ore if outcome in FAVOURABLE else None
    points = []
    for point in usable_points(basis.case, user, basis.procedure):
        together = _together(basis, point, at_stake)
        carries_it = covers(point, kind=basis.case.kind, outcome=outcome, amount_ore=together)
        within = point.beyond_frame or not goes_beyond(basis.frame, at_stake)
        if carries_it and within and grounds <= point.grounds:
            points.append(point)
    return points


def _together(basis: Basis, point: DelegationPoint, amount_ore: int | None) -> int | None:
    """An amount with what the same association has got under this point before: what is split is one."""
    return None if amount_ore is None else amount_ore + basis.given_before.get(point.id, 0)


def check_content(basis: Basis, proposal: Proposal) -> None:
    """What would be decided has all that the rule sets demand of it, whoever signs; says every lack at once."""
    if basis.dossier.withdrawn and proposal.outcome is not DecisionOutcome.WRITE_OFF:
        raise NotAllowed("decision.withdrawn")
    clauses = _check_clauses(basis, proposal)
    problems = [] if proposal.reasons.strip() else [Problem("/reasons", "input.missing")]
    if any(
        proposal.reasons.strip() in one.text.values() and one.outcome is not proposal.outcome
        for one in basis.procedure.routine.phrases
    ):
        problems.append(Problem("/reasons", "decision.reasons_of_another"))
    problems += _amount_problems(basis, proposal)
    if proposal.outcome in FAVOURABLE:
        if basis.stopped:
            raise NotAllowed("decision.support_stopped")
        check_nothing_open(basis.findings, [one.check for one in basis.criteria.kinds[basis.case.kind].checks])
    problems += _basis_problems(basis, proposal)
    problems += _left_out_problems(basis, proposal)
    adverse = adverse_to(basis, proposal)
    if adverse is not None:
        against = adverse_problems(basis, proposal, clauses) + communication_problems(basis, proposal, adverse)
        if against and proposal.outcome is DecisionOutcome.PARTIAL_APPROVAL:
            share = basis.procedure.routine.partial_share_percent
            against.insert(0, Problem("/outcome", "decision.part_is_adverse", {"share": share}))
        problems += against
    if problems:
        raise InvalidInput(problems)


def _left_out_problems(basis: Basis, proposal: Proposal) -> list[Problem]:
    """What every case of the kind has is in this one, or there is a reason; so too for what goes beyond the frame."""
    problems = []
    on_the_merits = proposal.outcome in FAVOURABLE or proposal.outcome is DecisionOutcome.REFUSAL
    known = basis.procedure.routine.search_exceptions
    if on_the_merits and searches_left(basis) and proposal.search_left_out not in known:
        problems.append(Problem("/search_left_out", "decision.search_left_out"))
    if beyond_frame(basis, proposal) and not proposal.beyond_frame.strip():
        left = max(0, basis.frame.left_ore) // 100 if basis.frame else 0  # öre to whole kronor, for the sentence
        problems.append(Problem("/beyond_frame", "decision.beyond_frame", {"left": left}))
    return problems


def check_can_decide(basis: Basis, user: User, proposal: Proposal) -> None:
    """This person may record this decision now.

    Criteria and clauses are those pinned to the case; delegation and routine those in force today. What goes against
    the applicant has been proposed by one and seconded by another, and is signed by someone who did not propose it.
    """
    check_can_see(basis.case, user)
    if not may_sign(basis.case, user):
        raise NotAllowed("decision.not_yours_to_sign")
    check_unbiased(user, basis.dossier)
    check_content(basis, proposal)
    clauses = _check_clauses(basis, proposal)
    _check_delegation(basis, user, proposal, clauses)
    if adverse_to(basis, proposal) is not None:
        check_seconded(basis, user)


def check_seconded(basis: Basis, user: User) -> None:
    """Four eyes (requirement D6): what stands has been seen by a second person, all of it, and is not self-signed."""
    standing = basis.dossier.proposal
    if standing is None:
        raise NotAllowed("decision.needs_proposal")
    if standing.by == user.pseudonym:
        raise NotAllowed("decision.own_proposal")
    if standing.seconded_by is None or standing.seconded_by == standing.by or standing.seconded_seq is None:
        raise NotAllowed("decision.needs_second")
    if any(basis.dossier.conflict(one) is not False for one in (standing.by, standing.seconded_by)):
        raise NotAllowed("decision.conflict_since")
    if standing.seconded_seq < basis.dossier.last_material:
        raise NotAllowed("decision.second_outdated")


def check_nothing_open(findings: Sequence[CaseFinding], required: Iterable[str]) -> None:
    """Nothing favourable while a person has something left to look at, or a required check has no answer at all."""
    missing = set(required) - {one.finding.check for one in findings}
    left = sum(one.open for one in findings) + len(missing)
    if left:
        raise NotAllowed("decision.findings_open", count=left)
    if any(one.resolution is Resolution.OBSTACLE for one in findings):
        raise NotAllowed("decision.obstacle_stands")


def _check_clauses(basis: Basis, proposal: Proposal) -> list[Clause]:
    case, criteria = basis.case, basis.criteria
    clauses = [criteria.clauses[one] for one in proposal.clauses if one in criteria.clauses]
    if not clauses or len(clauses) != len(proposal.clauses):
        raise InvalidInput([Problem("/clauses", "decision.clause_missing")])
    if any(case.kind not in one.kinds or proposal.outcome not in one.outcomes for one in clauses):
        raise InvalidInput([Problem("/clauses", "decision.clause_does_not_carry")])
    _check_turn(basis, proposal)
    return clauses


def _check_turn(basis: Basis, proposal: Proposal) -> None:
    """What can be decided on a case that has been decided before: nothing that was given is taken by another name."""
    dossier, outcome = basis.dossier, proposal.outcome
    wrong = None
    if outcome in ON_A_DECISION:
        has = dossier.grant if outcome is DecisionOutcome.REVOCATION else dossier.given
        wrong = None if dossier.turn == "revocation" and has else "decision.nothing_to_revoke"
    elif dossier.turn == "revocation" and outcome is not DecisionOutcome.WRITE_OFF:
        wrong = "decision.only_on_decision"
    elif dossier.grant is not None and outcome is not DecisionOutcome.WRITE_OFF:
        before, now = dossier.grant.amount_ore or 0, proposal.amount_ore or 0
        wrong = None if outcome in FAVOURABLE and now >= before else "decision.only_by_revocation"
    if wrong:
        raise InvalidInput([Problem("/outcome", wrong)])


def _check_delegation(basis: Basis, user: User, proposal: Proposal, clauses: Sequence[Clause]) -> None:
    if not proposal.delegation_point:
        raise InvalidInput([Problem("/delegation_point", "decision.point_missing")])
    point = basis.procedure.delegation.get(proposal.delegation_point)
    if point is None or point.id not in user.delegation_points:
        raise NotAllowed("decision.no_delegation")
    kind, at_stake = basis.case.kind, _amount_at_stake(proposal)
    if not covers(point, kind=kind, outcome=proposal.outcome, amount_ore=at_stake):
        raise NotAllowed("decision.beyond_delegation", point=point.id)
    if not covers(point, kind=kind, outcome=proposal.outcome, amount_ore=_together(basis, point, at_stake)):
        before = basis.given_before[point.id] // 100  # öre to whole kronor, for the sentence
        months = basis.procedure.routine.ceiling_months
        raise NotAllowed("decision.beyond_ceiling_together", point=point.id, before=before, months=months)
    if beyond_frame(basis, proposal) and not point.beyond_frame:
        raise NotAllowed("decision.beyond_frame_point", point=point.id)
    if any(one.ground not in point.grounds for one in clauses):
        raise NotAllowed("decision.ground_beyond_delegation", point=point.id)
    if point.board:
        _check_minute(basis.dossier, user, proposal.board_minute)


def _check_minute(dossier: Dossier, user: User, minute: BoardMinute | None) -> None:
    """The board's own decision: not before its package, with its extract enclosed by another than who records it.

    Where it goes against the applicant a second person reads after the extract came, as after all that is new (D6).
    """
    if minute is None:
        raise InvalidInput([Problem("/board_minute", "decision.board_minute_missing")])
    packaged = dossier.proposal.packaged_on if dossier.proposal else None
    if packaged is None:
        raise InvalidInput([Problem("/minute_date", "decision.not_packaged")])
    if minute.day < packaged:
        when = {"day": packaged.isoformat()}
        raise InvalidInput([Problem("/minute_date", "decision.minute_before_package", when)])
    if not dossier.enclosed_by_another(EnclosureKind.MINUTES_EXTRACT, user.pseudonym):
        raise InvalidInput([Problem("/board_minute", "decision.extract_missing")])


def _amount_at_stake(proposal: Proposal) -> int | None:
    return proposal.amount_ore if proposal.outcome in FAVOURABLE else None


def _amount_problems(basis: Basis, proposal: Proposal) -> list[Problem]:
    asked, granted = basis.case.amount_ore, proposal.amount_ore
    wrong = [Problem("/amount", "decision.amount_wrong")]
    match proposal.outcome:
        case DecisionOutcome.APPROVAL if granted != asked:
            return wrong
        case DecisionOutcome.PARTIAL_APPROVAL if asked is None and granted is not None:
            return wrong
        case DecisionOutcome.PARTIAL_APPROVAL if asked is not None and not (granted and 0 < granted < asked):
            return [Problem("/amount", "decision.amount_not_partial")]
        case DecisionOutcome.RECOVERY:
            paid = (basis.dossier.given.amount_ore or 0) if basis.dossier.given else 0
            left = paid - basis.dossier.recovered_ore
            return [] if granted and 0 < granted <= left else [Problem("/amount", "decision.amount_not_paid")]
        case (
            DecisionOutcome.REFUSAL | DecisionOutcome.DISMISSAL | DecisionOutcome.WRITE_OFF | DecisionOutcome.REVOCATION
        ) if granted is not None:
            return wrong
    return []


def _basis_problems(basis: Basis, proposal: Proposal) -> list[Problem]:
    """Only a finding that does not hold, or that a person found an obstacle in, carries anything."""
    known = {one.id: one for one in basis.findings}
    problems = []
    for one in proposal.based_on:
        if one not in known or not carries(known[one]):
            problems.append(Problem("/based_on", "decision.finding_carries_nothing"))
        elif not match_confirmed(basis, known[one]):
            problems.append(Problem("/based_on", "decision.match_not_confirmed"))
    if any(one not in basis.dossier.acts for one in proposal.acts):
        problems.append(Problem("/acts", "decision.act_unknown"))
    return problems
