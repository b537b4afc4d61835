"""What an outcome against the applicant takes: its clauses, acts that are verified, communication, an answer."""

from collections.abc import Sequence
from datetime import date

from service.domain.basis import Basis, adverse_rule, confirmed_listing, verified
from service.domain.decision import DecisionOutcome, Proposal
from service.domain.dossier.dossier import Asked, Dossier, RecordedAct
from service.domain.enclosure import EnclosureKind
from service.domain.errors import Problem
from service.domain.events.review import CommunicationSent, CompletionAsked
from service.domain.routine import Adverse, Ground
from service.domain.ruleset import Clause

#: The kind of enclosure that an officer adds on the applicant's behalf; what comes with a key is theirs too.
FROM_APPLICANT, KEY_PREFIX = "svar", "k-"


def shut(basis: Basis, outcome: DecisionOutcome) -> bool:
    """Whether an outcome cannot be decided yet, whatever it is based on: the applicant has not been heard (D4)."""
    dossier = basis.dossier
    against = _rules_against(basis, outcome)
    if not against or dossier.exception is not None:
        return False
    if any(letter.data.outcome == outcome and letter.over(basis.today) for letter in dossier.communications):
        return False
    ordered = any(_in_vain(letter, basis.today) for letter in dossier.completions)
    return not (ordered and any(rule.completion_suffices for rule in against))


def _rules_against(basis: Basis, outcome: DecisionOutcome) -> list[Adverse]:
    """The rule by which each clause carries this outcome against the applicant; none if any carries it otherwise."""
    clauses = [clause for clause in basis.criteria.clauses.values() if outcome in clause.outcomes]
    rules = [adverse_rule(basis, outcome, [clause.id]) for clause in clauses if basis.case.kind in clause.kinds]
    against = [rule for rule in rules if rule is not None]
    return against if len(against) == len(rules) else []


def _in_vain(letter: Asked[CompletionAsked], today: date) -> bool:
    """Whether a completion was asked for, and its time went by without an answer."""
    return letter.answered_on is None and today > letter.due


def adverse_problems(basis: Basis, proposal: Proposal, clauses: Sequence[Clause]) -> list[Problem]:
    """An adverse outcome documents its circumstances, and has in the case what its clauses require (D2)."""
    problems = []
    if not proposal.circumstances.strip():
        problems.append(Problem("/circumstances", "decision.circumstances_missing"))
    required = [name for clause in clauses for name in clause.requires]
    wanted = list(dict.fromkeys(required))
    for name in wanted:
        code = lacking(basis, proposal, name)
        if code:
            problems.append(Problem(_PLACES.get(name, "/clauses"), code, {"what": name}))
    if not wanted and not _rests_on_something(basis, proposal):
        problems.append(Problem("/circumstances", "decision.rests_on_nothing"))
    democracy = any(clause.ground is Ground.DEMOCRACY for clause in clauses)
    if democracy and not proposal.acts and "act" not in wanted:
        problems.append(Problem("/acts", "decision.acts_missing"))
    answered = any(letter.answered_on for letter in basis.dossier.communications)
    if answered and not proposal.response.strip():
        problems.append(Problem("/response", "decision.response_missing"))
    return problems


#: Where on the form what a clause requires is pointed out; on the clauses where it has no field of its own.
_PLACES = {"act": "/acts", "finding": "/based_on", "listing": "/based_on"}


def _rests_on_something(basis: Basis, proposal: Proposal) -> bool:
    return bool(proposal.based_on or proposal.acts or basis.dossier.assessed or basis.dossier.completions)


def lacking(basis: Basis, proposal: Proposal, name: str) -> str | None:
    """What is still missing of something that a clause requires, as a code, or None where it is there."""
    dossier = basis.dossier
    if name == "act":
        return _act_lacking(basis, [dossier.acts[act] for act in proposal.acts if act in dossier.acts])
    if name == "listing":
        return _listing_lacking(basis, proposal)
    if name == "finding":
        return None if proposal.based_on else "requires.finding"
    if name.startswith("consultation:"):
        return _consultation_lacking(basis, name.partition(":")[2])
    criteria = basis.procedure.routine.criteria_of(basis.case.kind)
    left = [criterion for criterion in criteria if criterion.group == name and criterion.id not in dossier.assessed]
    return "requires.assessment" if left else None


def _listing_lacking(basis: Basis, proposal: Proposal) -> str | None:
    relied = [finding for finding in basis.findings if finding.id in proposal.based_on]
    return None if any(confirmed_listing(basis, finding) for finding in relied) else "requires.listing"


def _consultation_lacking(basis: Basis, consultee: str) -> str | None:
    asked = [consultation for consultation in basis.dossier.consultations if consultation.data.consultee == consultee]
    answered = any(consultation.answered_on and consultation.disclosed for consultation in asked)
    return None if answered else "requires.consultation"


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


def communication_problems(basis: Basis, proposal: Proposal, adverse: Adverse) -> list[Problem]:
    """Nothing adverse before the applicant has had all of it and their time, or an exception of the list (D4)."""
    dossier = basis.dossier
    if dossier.exception is not None:
        return []
    if adverse.completion_suffices and _ordered_in_vain(basis, proposal):
        return []
    if not dossier.communications:
        return [Problem("/outcome", "decision.not_communicated")]
    whole = [letter for letter in dossier.communications if _tells_all(dossier, proposal, letter.data)]
    if not whole:
        return [Problem("/outcome", "decision.communicated_less")]
    if not any(letter.over(basis.today) for letter in whole):
        day = max(letter.due for letter in whole)
        return [Problem("/outcome", "decision.communication_open", {"day": day.isoformat()})]
    return []


def _tells_all(dossier: Dossier, proposal: Proposal, told: CommunicationSent) -> bool:
    """Whether this letter took up all that the proposal rests on, and all that came into the case since."""
    if told.outcome != proposal.outcome:
        return False
    if not set(proposal.clauses) <= set(told.clauses) or not set(proposal.acts) <= set(told.act_ids):
        return False
    if not all(dossier.same_finding(relied, told.findings) for relied in proposal.based_on):
        return False
    shown = {asked.id for asked in dossier.consultations if asked.disclosed}
    return _added_by_others(dossier) <= set(told.enclosures) and shown <= set(told.consultations)


def _added_by_others(dossier: Dossier) -> set[str]:
    """The enclosures that did not come from the applicant."""
    added = set()
    for enclosure, (kind, by) in dossier.enclosures.items():
        if kind not in (FROM_APPLICANT, EnclosureKind.MINUTES_EXTRACT) and not by.startswith(KEY_PREFIX):
            added.add(enclosure)
    return added


def _ordered_in_vain(basis: Basis, proposal: Proposal) -> bool:
    """Whether just what this rests on was asked for, with what would follow, and did not come in time."""
    relied = {one.finding.result.code for one in basis.findings if one.id in proposal.based_on}
    return any(
        one.answered_on is None and basis.today > one.due and relied <= set(one.data.missing)
        for one in basis.dossier.completions
    )
