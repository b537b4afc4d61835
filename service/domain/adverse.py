"""What an outcome against the applicant takes: its clauses, acts that are verified, communication, an answer."""

from collections.abc import Sequence

from service.domain.basis import Basis, adverse_rule, verified
from service.domain.decision import DecisionOutcome, Proposal
from service.domain.dossier.dossier import RecordedAct
from service.domain.errors import Problem
from service.domain.routine import Adverse, Ground
from service.domain.ruleset import Clause

#: The kind of enclosure that an officer adds on the applicant's behalf; what comes with a key is theirs too.
FROM_APPLICANT, KEY_PREFIX = "svar", "k-"


def shut(basis: Basis, outcome: DecisionOutcome) -> bool:
    """Whether an outcome cannot be decided yet, whatever it is based on: the applicant has not been heard (D4)."""
    clauses = [
        one for one in basis.criteria.clauses.values() if outcome in one.outcomes and basis.case.kind in one.kinds
    ]
    rules = [adverse_rule(basis, outcome, [one.id]) for one in clauses]
    if not rules or any(one is None for one in rules) or basis.dossier.exception is not None:
        return False
    heard = any(one.data.outcome == outcome and one.over(basis.today) for one in basis.dossier.communications)
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
        asked = [one for one in dossier.consultations if one.data.consultee == name.partition(":")[2]]
        if not any(one.answered_on and one.disclosed for one in asked):
            return "requires.consultation"
        return None
    group = [one.id for one in basis.procedure.routine.criteria_of(basis.case.kind) if one.group == name]
    return "requires.assessment" if any(one not in dossier.assessed for one in group) else None


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
        if one.data.outcome == proposal.outcome
        and set(proposal.clauses) <= set(one.data.clauses)
        and set(proposal.acts) <= set(one.data.act_ids)
        and all(dossier.same_finding(relied, one.data.findings) for relied in proposal.based_on)
        and later <= set(one.data.enclosures)
        and all(asked.id in one.data.consultations for asked in dossier.consultations if asked.disclosed)
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
        one.answered_on is None and basis.today > one.due and relied <= set(one.data.missing)
        for one in basis.dossier.completions
    )
