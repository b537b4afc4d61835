"""Who may do what to a case, and when. Rules raise; what they raise says why, in words the person sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.domain.application import Kind
from service.domain.case import STEPS, Case, CaseFinding, State
from service.domain.decision import FAVOURABLE, ON_A_DECISION, DecisionOutcome, Proposal
from service.domain.dossier import Dossier, RecordedAct
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events import EventType
from service.domain.finding import RESOLUTIONS, Outcome, Resolution
from service.domain.people import Role, User
from service.domain.routine import Adverse, Ground
from service.domain.ruleset import Clause, DelegationPoint, RuleSet

#: The kind of enclosure that an officer adds on the applicant's behalf; what comes with a key is theirs too.
FROM_APPLICANT, KEY_PREFIX = "svar", "k-"

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
    case.after(EventType.CASE_TAKEN)
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


def check_step(case: Case, user: User, dossier: Dossier, event: EventType) -> None:
    """This person may take this step in this case now, by the table of steps."""
    check_can_see(case, user)
    who = STEPS[event].who
    if not acts_on(case, user):
        raise NotAllowed("case.not_your_kind")
    if event not in (EventType.CONFLICT_DECLARED, EventType.CASE_ASSIGNED):
        check_unbiased(user, dossier)
    elif event is EventType.CASE_ASSIGNED and dossier.conflict(user.pseudonym):
        # Handing a case on opens nothing; whoever gets it is asked when they open it.
        raise NotAllowed("conflict.locked_out")
    case.after(event)
    if who == "owner" and not (case.owner == user.id and handles(case, user)):
        raise NotAllowed("case.not_yours")
    if who == "handler" and not handles(case, user):
        raise NotAllowed("case.not_your_kind")
    if who == "signer" and not (user.has(Role.DECISION_MAKER) or case.owner == user.id):
        raise NotAllowed("decision.not_yours_to_sign")


@dataclass(frozen=True)
class Basis:
    """What a decision is judged by: the case as it stands and the rules of then and now."""

    case: Case
    dossier: Dossier
    findings: Sequence[CaseFinding]
    criteria: RuleSet
    procedure: RuleSet
    today: str


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


def reaching(
    basis: Basis, user: User, outcome: DecisionOutcome, amount_ore: int | None, clauses: Iterable[str]
) -> list[DelegationPoint]:
    """The points this person holds that carry this very decision."""
    grounds = grounds_of(clauses, basis.criteria)
    at_stake = amount_ore if outcome in FAVOURABLE else None
    return [
        one
        for one in usable_points(basis.case, user, basis.procedure)
        if covers(one, kind=basis.case.kind, outcome=outcome, amount_ore=at_stake) and grounds <= one.grounds
    ]


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
        if basis.dossier.stopped:
            raise NotAllowed("decision.support_stopped")
        check_nothing_open(basis.findings, [one.check for one in basis.criteria.kinds[basis.case.kind].checks])
    problems += _basis_problems(basis, proposal)
    adverse = adverse_rule(basis, proposal.outcome, proposal.clauses)
    if adverse is not None:
        problems += _adverse_problems(basis, proposal, clauses)
        problems += _communication_problems(basis, proposal, adverse)
    if problems:
        raise InvalidInput(problems)


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
    _check_delegation(basis.case, user, proposal, clauses, basis.procedure)
    if adverse_rule(basis, proposal.outcome, proposal.clauses) is not None:
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
        before, now = dossier.grant.data["amount_ore"] or 0, proposal.amount_ore or 0
        wrong = None if outcome in FAVOURABLE and now >= before else "decision.only_by_revocation"
    if wrong:
        raise InvalidInput([Problem("/outcome", wrong)])


def _check_delegation(
    case: Case, user: User, proposal: Proposal, clauses: Sequence[Clause], procedure: RuleSet
) -> None:
    if not proposal.delegation_point:
        raise InvalidInput([Problem("/delegation_point", "decision.point_missing")])
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
            paid = (basis.dossier.given.data["amount_ore"] or 0) if basis.dossier.given else 0
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


def carries(finding: CaseFinding) -> bool:
    """Whether a finding can carry something: it does not hold and nobody found that harmless, or is an obstacle."""
    return finding.resolution is Resolution.OBSTACLE or (
        finding.outcome is Outcome.NOT_MET and finding.resolution is None
    )


def match_confirmed(basis: Basis, finding: CaseFinding) -> bool:
    """Whether a listed name that one person took for the applicant's has been confirmed by another (D6, N3)."""
    if finding.finding.check != "party_names" or finding.resolution is not Resolution.OBSTACLE:
        return True
    by, agrees = basis.dossier.confirmed.get(finding.id, ("", False))
    return agrees and by != basis.dossier.resolved_by.get(finding.id) and basis.dossier.conflict(by) is False


def shut(basis: Basis, outcome: DecisionOutcome) -> bool:
    """Whether an outcome cannot be decided yet, whatever it is based on: the applicant has not been heard (D4)."""
    clauses = [
        one for one in basis.criteria.clauses.values() if outcome in one.outcomes and basis.case.kind in one.kinds
    ]
    rules = [adverse_rule(basis, outcome, [one.id]) for one in clauses]
    if not rules or any(one is None for one in rules) or basis.dossier.exception is not None:
        return False
    heard = any(one.data["outcome"] == outcome and one.over(basis.today) for one in basis.dossier.communications)
    ordered = any(one.answered_on is None and basis.today > one.due for one in basis.dossier.completions)
    return not heard and not (ordered and any(one is not None and one.completion_suffices for one in rules))


def _adverse_problems(basis: Basis, proposal: Proposal, clauses: Sequence[Clause]) -> list[Problem]:
    """An adverse outcome documents its circumstances, and has in the case what its clauses require (D2)."""
    problems = []
    if not proposal.circumstances.strip():
        problems.append(Problem("/circumstances", "decision.circumstances_missing"))
    wanted = dict.fromkeys(name for one in clauses for name in one.requires)
    for name in wanted:
        code = lacking(basis, proposal, name)
        if code:
            place = {"act": "/acts", "finding": "/based_on"}.get(name, "/clauses")
            problems.append(Problem(place, code, {"what": name}))
    if not wanted and not (proposal.based_on or proposal.acts or basis.dossier.assessed or basis.dossier.completions):
        problems.append(Problem("/circumstances", "decision.rests_on_nothing"))
    if any(one.ground is Ground.DEMOCRACY for one in clauses) and not proposal.acts and "act" not in wanted:
        problems.append(Problem("/acts", "decision.acts_missing"))
    answered = [one for one in basis.dossier.communications if one.answered_on]
    if answered and not proposal.response.strip():
        problems.append(Problem("/response", "decision.response_missing"))
    return problems


def lacking(basis: Basis, proposal: Proposal, name: str) -> str | None:
    """What is still missing of something that a clause requires, as a code, or None where it is there."""
    dossier = basis.dossier
    if name == "act":
        return _act_lacking(basis, [dossier.acts[one] for one in proposal.acts if one in dossier.acts])
    if name == "finding":
        return None if proposal.based_on else "requires.finding"
    if name.startswith("consultation:"):
        asked = [one for one in dossier.consultations if one.data["consultee"] == name.partition(":")[2]]
        if not any(one.answered_on and one.data.get("disclosed") for one in asked):
            return "requires.consultation"
        return None
    group = [one.id for one in basis.procedure.routine.criteria_of(basis.case.kind) if one.group == name]
    return "requires.assessment" if any(one not in dossier.assessed for one in group) else None


def verified(dossier: Dossier, act: RecordedAct) -> bool:
    """Whether someone else, with no conflict of interest known since, has read the act's source."""
    by = act.verified_by
    return by is not None and by != act.by and dossier.conflict(by) is False


def _act_lacking(basis: Basis, acts: Sequence[RecordedAct]) -> str | None:
    grades = basis.procedure.routine.grades
    if not acts:
        return "requires.act"
    if all(one.link_only for one in acts):
        return "requires.act_not_link"
    own = [one for one in acts if not one.link_only]
    if not any(one.grade in grades and grades[one.grade].carries for one in own):
        return "requires.act_source"
    if not any(one.grade in grades and grades[one.grade].carries and verified(basis.dossier, one) for one in own):
        return "requires.act_verified"
    return None


def _communication_problems(basis: Basis, proposal: Proposal, adverse: Adverse) -> list[Problem]:
    """Nothing adverse before the applicant has had all of it and their time, or an exception of the list (D4)."""
    dossier, today = basis.dossier, basis.today
    if dossier.exception is not None:
        return []
    if adverse.completion_suffices and _ordered_in_vain(basis, proposal):
        return []
    later = {
        one
        for one, (kind, by) in dossier.enclosures.items()
        if kind != FROM_APPLICANT and not by.startswith(KEY_PREFIX)
    }
    whole = [
        one
        for one in dossier.communications
        if one.data["outcome"] == proposal.outcome
        and set(proposal.clauses) <= set(one.data["clauses"])
        and set(proposal.acts) <= set(one.data["act_ids"])
        and all(dossier.same_finding(relied, one.data["findings"]) for relied in proposal.based_on)
        and later <= set(one.data["enclosures"])
        and all(asked.id in one.data["consultations"] for asked in dossier.consultations if asked.data.get("disclosed"))
    ]
    if not dossier.communications:
        return [Problem("/outcome", "decision.not_communicated")]
    if not whole:
        return [Problem("/outcome", "decision.communicated_less")]
    if not any(one.over(today) for one in whole):
        return [Problem("/outcome", "decision.communication_open", {"day": max(one.due for one in whole)})]
    return []


def _ordered_in_vain(basis: Basis, proposal: Proposal) -> bool:
    """Whether just what this rests on was asked for, with what would follow, and did not come in time."""
    relied = {one.finding.result.code for one in basis.findings if one.id in proposal.based_on}
    return any(
        one.answered_on is None and basis.today > one.due and relied <= set(one.data["missing"])
        for one in basis.dossier.completions
    )
