"""What is left to do in a case, from its dossier and the rule set: one glance, and nothing kept beside the log."""

from dataclasses import dataclass, field

from service.domain.basis import Basis, adverse_rule, match_confirmed
from service.domain.case import State
from service.domain.decision import DecisionOutcome
from service.domain.errors import Params
from service.domain.finding import Outcome, Resolution


@dataclass(frozen=True)
class Task:
    """One thing to do: a code for its words, whether it is done, the step that does it, by when (a date)."""

    code: str
    done: bool
    step: str = ""
    params: Params = field(default_factory=dict)
    due: str | None = None
    optional: bool = False

    def overdue(self, today: str) -> bool:
        """Whether it should have been done before today."""
        return not self.done and self.due is not None and self.due < today


def tasks(basis: Basis, *, waiting: bool) -> list[Task]:
    """Everything the routine asks for in this case now, in its order."""
    if basis.case.closed:
        return _after(basis)
    dossier, case = basis.dossier, basis.case
    left = sum(one.open for one in basis.findings)
    found = [
        Task("task.checks", not waiting and bool(basis.findings)),
        Task("task.take", case.owner is not None, "take"),
        Task("task.findings", not left and bool(basis.findings), "findings", {"count": left}),
    ]
    found += [
        Task("task.confirm", False, "confirm-match")
        for one in basis.findings
        if one.resolution is Resolution.OBSTACLE and not match_confirmed(basis, one)
    ]
    if dossier.withdrawn:
        return [*found, Task("task.write_off", False, "decision")]
    found += [
        Task(
            f"task.completion_{'answered' if one.answered_on else 'open'}",
            one.over(basis.today),
            "reminder",
            due=one.due,
        )
        for one in dossier.completions
    ]
    obstacles = any(
        one.resolution is Resolution.OBSTACLE or (one.outcome is Outcome.NOT_MET and one.open) for one in basis.findings
    )
    inquiry = obstacles or dossier.searches or dossier.reopened
    if not dossier.completions and any(
        one.finding.curable and one.outcome is Outcome.NOT_MET and one.open for one in basis.findings
    ):
        found.append(Task("task.completion", False, "completion"))
    if inquiry:
        found.append(Task("task.search", bool(dossier.searches), "search", optional="act" not in _required(basis)))
    unverified = sum(one.verified_by is None for one in dossier.acts.values())
    if dossier.acts:
        found.append(Task("task.verify", not unverified, "verify-act", {"count": unverified}))
    found += [
        Task("task.consultation", one.answered_on is not None, "consultation-answer", due=one.due)
        for one in dossier.consultations
    ]
    if dossier.communications or dossier.assessed or inquiry:
        required = _required(basis)
        criteria = basis.procedure.routine.criteria_of(case.kind)
        needed = [one for one in criteria if one.group in required] or criteria
        done = sum(one.id in dossier.assessed for one in needed)
        found.append(
            Task(
                "task.assess",
                done == len(needed),
                "assess",
                {"done": done, "count": len(needed)},
                optional=not any(one.group in required for one in criteria),
            )
        )
    found += [
        Task(
            f"task.communication_{'answered' if one.answered_on else 'open'}",
            one.over(basis.today),
            "communication-answer",
            due=one.due,
        )
        for one in dossier.communications
    ]
    return found + _decision(basis)


def _required(basis: Basis) -> set[str]:
    """What the clauses that are considered require, where the applicant has been told of any or they are proposed."""
    told = [one.data.clauses for one in basis.dossier.communications]
    told += [basis.dossier.proposal.data.clauses] if basis.dossier.proposal else []
    return {name for names in told for one in names if one in basis.criteria.clauses
            for name in basis.criteria.clauses[one].requires}  # fmt: skip


def _decision(basis: Basis) -> list[Task]:
    proposal = basis.dossier.proposal
    if basis.case.state is not State.PROPOSED or proposal is None:
        return [Task("task.decide", False, "decision", due=basis.case.due_on)]
    found = [Task("task.propose", True, "decision")]
    outcome = DecisionOutcome(proposal.data.outcome)
    if adverse_rule(basis, outcome, proposal.data.clauses) is not None:
        fresh = proposal.seconded_seq is not None and proposal.seconded_seq > basis.dossier.last_material
        found.append(Task("task.second", fresh, "second"))
    return [*found, Task("task.sign", False, "decision", due=basis.case.due_on)]


def _executed(basis: Basis) -> list[Task]:
    """What follows a booking that was executed: its confirmation, and the terms before the key."""
    executed = basis.dossier.executed
    if executed is None:
        return []
    return [
        Task("task.confirmation", bool(executed.letters), "letter"),
        Task("task.terms", executed.accepted is not None, "terms"),
        Task("task.key_access_check", basis.dossier.key_access_screened is not None, "key-access-check"),
        Task("task.key_access", bool(basis.dossier.key_access_given), "key-access"),
    ]


def _after(basis: Basis) -> list[Task]:
    """What follows a decision, until it has gained legal force and its conditions are met."""
    dossier = basis.dossier
    decided = dossier.decision
    if decided is None:
        return _executed(basis)
    found = [
        Task("task.letter", bool(decided.letters), "letter"),
        Task("task.notice", decided.posted is not None, "notice"),
    ]
    if not decided.by_board:
        found.append(Task("task.report", decided.reported is not None, "reported"))
    grant = dossier.grant
    if grant is not None:
        found.append(Task("task.terms", grant.accepted is not None, "terms"))
        found += [
            Task("task.condition", n in grant.reports, "condition", {"number": n + 1}, condition.due)
            for n, condition in enumerate(grant.conditions)
            if condition.due
        ]
    appeal = dossier.appeal
    if appeal is not None and basis.case.state is State.APPEALED:
        found.append(Task("task.appeal_test", appeal.in_time is not None, "appeal-test"))
        found.append(Task("task.appeal_forward", appeal.forwarded is not None, "appeal-forward"))
        found.append(Task("task.appeal_settle", appeal.outcome is not None, "appeal-settle"))
    elif decided.last_day is not None:
        found.append(Task("task.final", decided.final, "final", {"day": decided.last_day}))
    return found
