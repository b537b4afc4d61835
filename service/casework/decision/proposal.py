"""The officer proposes (föredragande); a second person reads all of it and answers what the courts have asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.bookings import booking_outcome, bookings
from service.desk.fields import check_day, check_text
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading, Writing
from service.desk.step import Scene, step
from service.domain import policy
from service.domain.application import Kind
from service.domain.basis import Basis, grounds_of
from service.domain.case import Case
from service.domain.decision import BoardMinute, DecisionOutcome, OwnCondition, Proposal
from service.domain.dossier.dossier import Proposed
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.decision import DecisionProposed, ProposalReturned, ProposalSeconded
from service.domain.events.decision import OwnCondition as RecordedCondition
from service.domain.people import User

MOST_CONDITIONS = 20


def tidied(proposal: Proposal) -> Proposal:
    """What was asked to be recorded, with its texts as they will be kept."""
    conditions = tuple(
        OwnCondition(
            check_text(f"/conditions/{n}/text", one.text, most=1000),
            check_day(f"/conditions/{n}/due", one.due).isoformat() if one.due else None,
        )
        for n, one in enumerate(proposal.conditions[:MOST_CONDITIONS])
    )
    return replace(
        proposal,
        clauses=tuple(dict.fromkeys(proposal.clauses)),
        based_on=tuple(dict.fromkeys(proposal.based_on)),
        acts=tuple(dict.fromkeys(proposal.acts)),
        bookings=tuple(dict.fromkeys(proposal.bookings)),
        conditions=conditions,
        reasons=check_text("/reasons", proposal.reasons, required=False),
        circumstances=check_text("/circumstances", proposal.circumstances, required=False),
        response=check_text("/response", proposal.response, required=False),
    )


def as_proposed(writing: Writing, case: Case, proposal: Proposal, id: str) -> DecisionProposed:
    """A proposal as its event holds it, its texts kept beside it."""

    def keep(field: str, text: str) -> str | None:
        return writing.keep(field, {"text": text}, case=case.id) if text else None

    conditions = [
        RecordedCondition(writing.keep("condition", {"text": condition.text}, case=case.id), condition.due)
        for condition in proposal.conditions
    ]
    return DecisionProposed(
        proposal=id,
        outcome=proposal.outcome.value,
        amount_ore=proposal.amount_ore,
        clauses=proposal.clauses,
        based_on=proposal.based_on,
        act_ids=proposal.acts,
        bookings=proposal.bookings,
        reasons=keep("reasons", proposal.reasons),
        circumstances=keep("circumstances", proposal.circumstances),
        response=keep("response", proposal.response),
        own_conditions=tuple(conditions),
    )


def references(data: DecisionProposed) -> list[str]:
    """The kept texts of a proposal."""
    texts = [text for text in (data.reasons, data.circumstances, data.response) if text]
    return texts + [condition.text for condition in data.own_conditions]


async def standing(
    reading: Reading, proposed: Proposed, *, delegation_point: str, board_minute: BoardMinute | None
) -> Proposal:
    """The proposal as it stands, as what is to be decided; raises NotAllowed where its texts have been erased."""
    data = proposed.data
    values = await reading.values(references(data))

    def text(reference: str | None) -> str:
        if reference is None:
            return ""
        if reference not in values:
            raise NotAllowed("decision.proposal_erased")
        return str(values[reference]["text"])

    return Proposal(
        outcome=DecisionOutcome(data.outcome),
        delegation_point=delegation_point,
        clauses=data.clauses,
        reasons=text(data.reasons),
        amount_ore=data.amount_ore,
        circumstances=text(data.circumstances),
        response=text(data.response),
        acts=data.act_ids,
        bookings=data.bookings,
        based_on=data.based_on,
        conditions=tuple(OwnCondition(text(condition.text), condition.due) for condition in data.own_conditions),
        board_minute=board_minute,
    )


async def propose(desk: Desk, case_id: str, proposal: Proposal, *, by: User, seen: int) -> str:
    """Put forward what is to be decided; it must have all that the rules demand. Returns the proposal's id."""
    async with step(desk, case_id, DecisionProposed, by=by, seen=seen) as scene:
        return await put_forward(scene, proposal)


async def put_forward(scene: Scene, proposal: Proposal) -> str:
    """The same, inside a step that has begun."""
    proposal = tidied(proposal)
    policy.check_content(await scene.basis(), proposal)
    if scene.case.kind is Kind.PREMISES:
        times = await bookings.bookings(scene.writing, scene.case.id)
        booking_outcome.changes(times, proposal, scene.dossier, now=bookings.now_of(scene.desk))
    proposal_id = scene.desk.outside.new_id()
    await scene.take(as_proposed(scene.writing, scene.case, proposal, proposal_id))
    return proposal_id


async def give_back(desk: Desk, case_id: str, *, text: str, by: User, seen: int) -> None:
    """Whoever was to sign or second sends the proposal back, with why; a proposer can take their own back."""
    text = check_text("/text", text)
    async with step(desk, case_id, ProposalReturned, by=by, seen=seen) as scene:
        assert scene.dossier.proposal is not None
        await scene.take(ProposalReturned(proposal=scene.dossier.proposal.id, text=scene.keep("resolution", text)))


async def second(desk: Desk, case_id: str, *, answers: Mapping[str, bool], text: str, by: User, seen: int) -> None:
    """A second, unbiased person has read everything and answers each question of the routine with yes.

    One "no" and the proposal cannot be seconded: it goes back, with what is wrong.
    """
    text = check_text("/text", text, required=False)
    async with step(desk, case_id, ProposalSeconded, by=by, seen=seen) as scene:
        proposed = scene.dossier.proposal
        assert proposed is not None
        if proposed.by == scene.by.pseudonym:
            raise NotAllowed("proposal.own_second")
        basis = await scene.basis()
        questions = questions_of(basis, proposed)
        problems = [Problem(f"/answers/{one}", "input.missing") for one in questions if one not in answers]
        problems += [] if text else [Problem("/text", "input.missing")]
        if problems:
            raise InvalidInput(problems)
        if not all(answers[one] for one in questions):
            raise NotAllowed("proposal.second_disagrees")
        await scene.take(
            ProposalSeconded(proposal=proposed.id, questions=tuple(questions), text=scene.keep("resolution", text))
        )


def questions_of(basis: Basis, proposed: Proposed) -> Sequence[str]:
    """Which questions the second person is asked about this proposal."""
    grounds = grounds_of(proposed.data.clauses, basis.criteria)
    return [one.id for one in basis.procedure.routine.questions_for(grounds)]
