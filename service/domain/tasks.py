"""What is left to do in a case, from its dossier and the rule set: one glance, and nothing kept beside the log."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.domain.basis import Basis, adverse_to, match_confirmed, searches_left
from service.domain.case import CaseFinding, State
from service.domain.clock import local_day
from service.domain.decision import DecisionOutcome
from service.domain.dossier.dossier import Asked
from service.domain.errors import Params
from service.domain.finding import Outcome, Resolution


@dataclass(frozen=True)
class Task:
    """One thing to do: a code for its words, whether it is done, the step that does it, by when (a date)."""

    code: str
    done: bool
    step: str = ""
    params: Params = field(default_factory=dict)
    due: date | None = None
    optional: bool = False

    def overdue(self, today: date) -> bool:
        """Whether it should have been done before today."""
        return not self.done and self.due is not None and self.due < today


def tasks(basis: Basis, *, waiting: bool) -> list[Task]:
    """Everything the routine asks for in this case now, in its order."""
    if basis.case.closed:
        return [*_turned_up(basis), *_stops(basis), *_after(basis)]
    first = [*_turned_up(basis), *_stops(basis), *_times(basis), *_findings(basis, waiting=waiting)]
    if basis.dossier.withdrawn:
        return [*first, Task("task.write_off", False, "decision")]
    return [
        *first,
        *_completions(basis),
        *_inquiry(basis),
        *_assessment(basis),
        *_communications(basis),
        *_decision(basis),
    ]


def _turned_up(basis: Basis) -> list[Task]:
    """What has turned up about support that was given, for somebody to look at."""
    left = basis.dossier.open_reassessments
    again = [Task("task.take_up", False, "reopen")] if basis.dossier.to_take_up else []
    return again + [
        Task("task.reassessment", False, "reassessment", due=proposed.proposed.data.due) for proposed in left
    ]


def _stops(basis: Basis) -> list[Task]:
    """The stops that are put forward: the association answers, and then a second person takes a position."""
    left = []
    for stop in basis.dossier.considered_stops:
        if stop.heard(basis.today):
            left.append(Task("task.set_stop", False, "set-stop"))
        else:
            left.append(Task("task.stop_answer", False, "stop-answer", due=stop.due))
    return left


def _findings(basis: Basis, *, waiting: bool) -> list[Task]:
    """The checks, who takes the case, and what the checks leave for a person."""
    checked = bool(basis.findings)
    left = sum(finding.open for finding in basis.findings)
    unconfirmed = [finding for finding in basis.findings if not match_confirmed(basis, finding)]
    return [
        Task("task.checks", checked and not waiting),
        Task("task.take", basis.case.owner is not None, "take"),
        Task("task.findings", checked and not left, "findings", {"count": left}),
        *(Task("task.confirm", False, "confirm-match") for _ in unconfirmed),
    ]


def _completions(basis: Basis) -> list[Task]:
    """What the applicant has been asked to add, or should be."""
    asked = basis.dossier.completions
    if asked:
        return [
            _letter("task.completion_answered", "task.completion_open", "reminder", letter, basis) for letter in asked
        ]
    curable = any(finding.finding.curable and _not_met(finding) for finding in basis.findings)
    return [Task("task.completion", False, "completion")] if curable else []


def _inquiry(basis: Basis) -> list[Task]:
    """Open sources, who has verified the acts found there, and what others have been asked."""
    dossier = basis.dossier
    inquiry: list[Task] = []
    left = searches_left(basis)
    if left or _looked_into(basis):
        optional = "act" not in _required(basis) and not left
        inquiry.append(Task("task.search", bool(dossier.searches), "search", optional=optional))
    if dossier.acts:
        unverified = sum(act.verified_by is None for act in dossier.acts.values())
        inquiry.append(Task("task.verify", not unverified, "verify-act", {"count": unverified}))
    for asked in dossier.consultations:
        answered = asked.answered_on is not None
        inquiry.append(Task("task.consultation", answered, "consultation-answer", due=asked.due))
    return inquiry


def _assessment(basis: Basis) -> list[Task]:
    """The routine's criteria: those that the clauses at hand require, or all of them."""
    dossier = basis.dossier
    if not (dossier.communications or dossier.assessed or _looked_into(basis)):
        return []
    required = _required(basis)
    criteria = basis.procedure.routine.criteria_of(basis.case.kind)
    demanded = [criterion for criterion in criteria if criterion.group in required]
    needed = demanded or criteria
    done = sum(criterion.id in dossier.assessed for criterion in needed)
    count: Params = {"done": done, "count": len(needed)}
    return [Task("task.assess", done == len(needed), "assess", count, optional=not demanded)]


def _communications(basis: Basis) -> list[Task]:
    """What the applicant has been told, and whether their time to answer is over."""
    return [
        _letter("task.communication_answered", "task.communication_open", "communication-answer", letter, basis)
        for letter in basis.dossier.communications
    ]


def _letter(answered: str, waiting: str, step: str, letter: Asked[Any], basis: Basis) -> Task:
    """A letter that asked for an answer: done when it has come, or its time is over."""
    return Task(answered if letter.answered_on else waiting, letter.over(basis.today), step, due=letter.due)


def _looked_into(basis: Basis) -> bool:
    """Whether something in the case has to be, or has been, looked into."""
    if basis.dossier.searches or basis.dossier.reopened:
        return True
    return any(finding.resolution is Resolution.OBSTACLE or _not_met(finding) for finding in basis.findings)


def _not_met(finding: CaseFinding) -> bool:
    return finding.outcome is Outcome.NOT_MET and finding.open


def _required(basis: Basis) -> set[str]:
    """What the clauses that are considered require, where the applicant has been told of any or they are proposed."""
    considered = [name for letter in basis.dossier.communications for name in letter.data.clauses]
    if basis.dossier.proposal:
        considered += basis.dossier.proposal.data.clauses
    required: set[str] = set()
    for name in considered:
        if name in basis.criteria.clauses:
            required |= set(basis.criteria.clauses[name].requires)
    return required


def _decision(basis: Basis) -> list[Task]:
    proposal = basis.dossier.proposal
    if basis.case.state is not State.PROPOSED or proposal is None:
        return [Task("task.decide", False, "decision", due=basis.case.due_on)]
    found = [Task("task.propose", True, "decision")]
    if adverse_to(basis, proposal.data) is not None:
        fresh = proposal.seconded_seq is not None and proposal.seconded_seq > basis.dossier.last_material
        found.append(Task("task.second", fresh, "second"))
    return [*found, Task("task.sign", False, "decision", due=basis.case.due_on)]


def _times(basis: Basis) -> list[Task]:
    """What has happened to times: the hirer is to be told, and is to be offered something else or a decision."""
    dossier = basis.dossier
    times = [Task("task.closed_over", False, "move") for _ in dossier.closed_over]
    if dossier.lapsed_untold:
        times.append(Task("task.tell_lapsed", False, "lapsed", {"count": len(dossier.lapsed_untold)}))
    for letter in dossier.unsent:
        times.append(Task(f"task.send.{letter.why}", False, "dispatch", due=local_day(letter.at)))
    return times


def _executed(basis: Basis) -> list[Task]:
    """What follows a booking that was executed: its confirmation, and the terms before the key."""
    executed = basis.dossier.executed
    if executed is None:
        return []
    return [
        Task("task.confirmation", bool(executed.letters), "letter"),
        Task("task.terms", executed.accepted is not None or basis.season_terms, "terms"),
        Task("task.key_access_check", basis.dossier.key_access_screened is not None, "key-access-check"),
        Task("task.key_access", bool(basis.dossier.key_access_given), "key-access"),
    ]


def _after(basis: Basis) -> list[Task]:
    """What follows a decision, until it has gained legal force and its conditions are met."""
    dossier = basis.dossier
    decided = dossier.decision
    if decided is None:
        return [*_times(basis), *_executed(basis)]
    found = [
        *_times(basis),
        Task("task.letter", bool(decided.letters), "letter"),
        Task("task.notice", decided.posted is not None, "notice"),
    ]
    if not decided.by_board:
        found.append(Task("task.report", decided.reported is not None, "reported"))
    grant = dossier.grant
    if grant is not None:
        found.append(Task("task.terms", grant.accepted is not None or basis.season_terms, "terms"))
        if grant.amount_ore:
            found.append(Task("task.payment", not dossier.left_to_pay_ore, "payment"))
        found += [
            Task("task.condition", n in grant.reports, "condition", {"number": n + 1}, condition.due)
            for n, condition in enumerate(grant.conditions)
            if condition.due
        ]
    if decided.outcome is DecisionOutcome.REVOCATION and dossier.released and not dossier.recovered_ore:
        found.append(Task("task.recovery", False, "reopen"))
    appeal = dossier.appeal
    if appeal is not None and basis.case.state is State.APPEALED:
        found.append(Task("task.appeal_test", appeal.in_time is not None, "appeal-test"))
        found.append(Task("task.appeal_forward", appeal.forwarded is not None, "appeal-forward"))
        found.append(Task("task.appeal_settle", appeal.outcome is not None, "appeal-settle"))
    elif decided.last_day is not None:
        found.append(Task("task.final", decided.final, "final", {"day": decided.last_day.isoformat()}))
    return found
