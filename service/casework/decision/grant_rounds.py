"""Rounds of grants (ansökningsomgångar): all applications of one beside each other, against its frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.casework.decision.proposal import put_forward
from service.desk.actors import person, still
from service.desk.ports.desk import Desk
from service.desk.ports.queue import QueueRow
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.desk.step import Scene, dossier_of, entries
from service.domain import policy
from service.domain.application import Kind
from service.domain.clock import local_day, midnight
from service.domain.decision import FAVOURABLE, DecisionOutcome, Proposal
from service.domain.errors import GranskaError, NotFound
from service.domain.events.decision import DecisionProposed, ProposalReturned
from service.domain.events.decision_record import CaseDecided
from service.domain.people import User
from service.domain.routine import GrantRound
from service.domain.ruleset import Clause, RuleSet

#: How many applications of a round its page shows.
MOST_SHOWN = 1000


@dataclass(frozen=True)
class Line:
    """One application of a round; amounts in öre."""

    row: QueueRow
    late: bool
    proposed_ore: int | None
    proposed_outcome: str | None
    decided_ore: int | None


@dataclass(frozen=True)
class RoundView:
    """A round with its applications; sums in öre."""

    grant_round: GrantRound
    lines: list[Line]
    rules: RuleSet
    late_rule: Clause | None
    more: bool

    @property
    def asked(self) -> int:
        """All that is sought."""
        return sum(one.row.case.amount_ore or 0 for one in self.lines)

    @property
    def proposed(self) -> int:
        """All that is proposed or decided."""
        return sum(one.proposed_ore if one.proposed_ore is not None else one.decided_ore or 0 for one in self.lines)

    @property
    def left(self) -> int:
        """What is left of the frame; less than nothing where it has been overdrawn."""
        return self.grant_round.frame_ore - self.proposed


async def rounds(desk: Desk) -> tuple[list[GrantRound], date]:
    """The rounds of every adopted rule set, newest first, and today."""
    async with desk.store.reading() as reading:
        book = await rulebook(desk, reading)
    known = {one.id: one for rules in book.sets for one in rules.grant_rounds.values()}
    return sorted(known.values(), key=lambda one: one.opens, reverse=True), today(desk)


async def view(desk: Desk, grant_round_id: str, *, by: User) -> RoundView:
    """A round's applications side by side; raises NotFound for one that is not there."""
    async with desk.store.reading() as reading:
        return await _view(desk, reading, grant_round_id, by)


async def _view(desk: Desk, reading: Reading, grant_round_id: str, by: User) -> RoundView:
    book = await rulebook(desk, reading)
    owner = next((rules for rules in reversed(book.sets) if grant_round_id in rules.grant_rounds), None)
    if owner is None or Kind.GRANT not in by.case_kinds:
        raise NotFound("grant_round.not_found")
    grant_round = owner.grant_rounds[grant_round_id]
    start, end = midnight(grant_round.opens), midnight(book.last_late_day(grant_round))
    received = await reading.received_between(sorted(grant_round.types), start, end, limit=MOST_SHOWN + 1)
    rows = [row for row in received if not row.case.withdrawn]
    shown = rows[:MOST_SHOWN]
    proposed, decided = await _proposed_and_decided(reading, [row.case.id for row in shown])
    lines = []
    for row in shown:
        proposal = proposed.get(row.case.id)
        lines.append(
            Line(
                row=row,
                late=local_day(row.case.received_at) > grant_round.closes,
                proposed_ore=proposal.amount_ore if proposal else None,
                proposed_outcome=proposal.outcome if proposal else None,
                decided_ore=decided.get(row.case.id),
            )
        )
    late_clause = owner.clauses.get(grant_round.late_clause)
    return RoundView(grant_round, lines, owner, late_clause, len(received) > MOST_SHOWN)


async def _proposed_and_decided(
    reading: Reading, ids: Sequence[str]
) -> tuple[dict[str, DecisionProposed], dict[str, int | None]]:
    """The proposal that stands in each case, and the amount (öre) that each decision in force grants."""
    proposed: dict[str, DecisionProposed] = {}
    decided: dict[str, int | None] = {}
    for entry in entries(await reading.entries_of_cases(ids, DecisionProposed, ProposalReturned, CaseDecided)):
        case_id = entry.case or ""
        match entry.data:
            case DecisionProposed() as proposal:
                proposed[case_id] = proposal
            case ProposalReturned():
                proposed.pop(case_id, None)
            case CaseDecided() as record:
                proposed.pop(case_id, None)
                decided[case_id] = _in_force(record, decided.get(case_id))
    return proposed, decided


def _in_force(record: CaseDecided, before: int | None) -> int | None:
    """What has been given after a decision, in öre, if before it this much had been."""
    outcome, amount = DecisionOutcome(record.outcome), record.amount_ore or 0
    if outcome in FAVOURABLE:
        return amount
    if outcome is DecisionOutcome.RECOVERY:
        return max(0, (before or 0) - amount)
    return before if outcome is DecisionOutcome.WRITE_OFF else 0


@dataclass(frozen=True)
class Wish:
    """What is proposed for one application of a round: an amount in öre and why."""

    amount_ore: int | None
    reason: str
    seen: int
    search_left_out: str = ""


async def propose_all(
    desk: Desk, grant_round_id: str, wishes: Mapping[str, Wish], *, by: User
) -> tuple[list[str], dict[str, GranskaError]]:
    """Put forward a proposal for each of these cases, each with its own reason and its own event.

    Full amounts are approvals, lower ones partial approvals by the round's budget clause. One that cannot be proposed
    does not stop the others; each decision is still made by itself. Returns the proposed cases, and what stood in the
    way of the others.
    """
    async with desk.store.reading() as reading:
        known = {one.row.case.id for one in (await _view(desk, reading, grant_round_id, by)).lines}
    done: list[str] = []
    failed: dict[str, GranskaError] = {}
    for case_id, wish in wishes.items():
        try:
            if case_id not in known:
                raise NotFound("case.not_found")
            await _propose_one(desk, case_id, wish, by)
            done.append(case_id)
        except GranskaError as error:
            failed[case_id] = error
    return done, failed


async def _propose_one(desk: Desk, case_id: str, wish: Wish, by: User) -> None:
    async with desk.store.writing() as writing:
        user = await still(writing, by)
        case = await writing.case(case_id)
        policy.check_can_see(case, user)
        policy.check_version(case, wish.seen)
        dossier = await dossier_of(writing, case_id)
        policy.check_step(case, user, dossier, DecisionProposed)
        scene = Scene(desk, writing, case, user, dossier, await rulebook(desk, writing), DecisionProposed, person(user))
        full = wish.amount_ore is not None and wish.amount_ore == case.amount_ore
        outcome = DecisionOutcome.APPROVAL if full else DecisionOutcome.PARTIAL_APPROVAL
        phrase = next(
            (
                one
                for one in scene.procedure.routine.phrases
                if one.outcome is outcome and case.kind in one.kinds and one.clause in scene.criteria.clauses
            ),
            None,
        )
        proposal = Proposal(
            outcome=outcome,
            delegation_point="",
            clauses=(phrase.clause,) if phrase else (),
            reasons=wish.reason or (phrase.text["sv"] if phrase and full else ""),
            amount_ore=wish.amount_ore,
            search_left_out=wish.search_left_out,
        )
        await put_forward(scene, proposal)
