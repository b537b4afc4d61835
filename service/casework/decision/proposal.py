"""The officer proposes (föredragande); a second person reads all of it and answers what the courts have asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from service.bookings import booking_outcome, bookings
from service.desk import form
from service.desk.fields import check_day, check_text
from service.desk.ports.store import Reading, Writing
from service.desk.step import Scene
from service.desk.step_form import CaseNow, StepForm, unless
from service.domain import policy
from service.domain.application import Kind
from service.domain.basis import Basis, grounds_of
from service.domain.case import Case
from service.domain.decision import BoardMinute, DecisionOutcome, OwnCondition, Proposal
from service.domain.dossier.dossier import Proposed
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.decision import DecisionProposed, ProposalReturned, ProposalSeconded
from service.domain.events.decision import OwnCondition as RecordedCondition

MOST_CONDITIONS = 20


def tidied(proposal: Proposal) -> Proposal:
    """What was asked to be recorded, with its texts as they will be kept."""
    return replace(
        proposal,
        clauses=tuple(dict.fromkeys(proposal.clauses)),
        based_on=tuple(dict.fromkeys(proposal.based_on)),
        acts=tuple(dict.fromkeys(proposal.acts)),
        bookings=tuple(dict.fromkeys(proposal.bookings)),
        conditions=tuple(_tidied_conditions(proposal.conditions)),
        reasons=check_text("/reasons", proposal.reasons, required=False),
        circumstances=check_text("/circumstances", proposal.circumstances, required=False),
        response=check_text("/response", proposal.response, required=False),
        beyond_frame=check_text("/beyond_frame", proposal.beyond_frame, required=False),
    )


def _tidied_conditions(conditions: Sequence[OwnCondition]) -> Iterator[OwnCondition]:
    """The conditions in their order, those with neither text nor day left out; a day alone lacks its text."""
    if len(conditions) > MOST_CONDITIONS:
        raise InvalidInput([Problem("/conditions", "input.too_many", {"max": MOST_CONDITIONS})])
    for n, condition in enumerate(conditions):
        if condition.text.strip() or condition.due:
            text = check_text(f"/conditions/{n}/text", condition.text, most=1000)
            yield OwnCondition(text, condition.due)


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
        search_left_out=proposal.search_left_out or None,
        beyond_frame=keep("reasons", proposal.beyond_frame),
        own_conditions=tuple(conditions),
    )


def references(data: DecisionProposed) -> list[str]:
    """The kept texts of a proposal."""
    texts = (data.reasons, data.circumstances, data.response, data.beyond_frame)
    return [text for text in texts if text] + [condition.text for condition in data.own_conditions]


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
        search_left_out=data.search_left_out or "",
        beyond_frame=text(data.beyond_frame),
    )


@dataclass(frozen=True)
class ProposalForm:
    """What a person asks to have recorded as the decision of a case, as the case page asks for it."""

    outcome: DecisionOutcome = form.member(DecisionOutcome)
    delegation_point: str = form.code()
    clauses: tuple[str, ...] = form.several()
    reasons: str = form.text(required=False)
    amount: int | None = form.amount()
    circumstances: str = form.text(required=False)
    response: str = form.text(required=False)
    search_left_out: str = form.code()
    beyond_frame: str = form.text(required=False)
    acts: tuple[str, ...] = form.several()
    based_on: tuple[str, ...] = form.several()
    bookings: tuple[str, ...] = form.several()
    conditions: tuple[str, ...] = form.in_order(sent_as="condition")
    condition_days: tuple[str, ...] = form.in_order(sent_as="condition_due")
    minute_date: date | None = form.day(required=False)
    minute_paragraph: str = form.text(required=False, most=40)

    @property
    def proposal(self) -> Proposal:
        """The same as the rules read it."""
        conditions = []
        for n, (text, due) in enumerate(zip_longest(self.conditions, self.condition_days, fillvalue="")):
            day = check_day(f"/conditions/{n}/due", due) if due.strip() else None
            conditions.append(OwnCondition(text, day))
        return Proposal(
            outcome=self.outcome,
            delegation_point=self.delegation_point,
            clauses=self.clauses,
            reasons=self.reasons,
            amount_ore=self.amount,
            circumstances=self.circumstances,
            response=self.response,
            acts=self.acts,
            based_on=self.based_on,
            bookings=self.bookings,
            conditions=tuple(conditions),
            board_minute=minute_of(self.minute_date, self.minute_paragraph),
            search_left_out=self.search_left_out,
            beyond_frame=self.beyond_frame,
        )


def minute_of(day: date | None, paragraph: str) -> BoardMinute | None:
    """The board's own decision by day and paragraph; None where neither is given, and one is not enough."""
    if not day and not paragraph:
        return None
    if not day or not paragraph:
        missing = "/minute_paragraph" if day else "/minute_date"
        raise InvalidInput([Problem(missing, "input.missing")])
    return BoardMinute(day, paragraph)


@dataclass(frozen=True)
class Propose(ProposalForm, StepForm):
    """Put forward what is to be decided; it must have all that the rules demand. Returns the proposal's id."""

    name = "propose"
    event = DecisionProposed
    on_case_page = True

    async def work(self, scene: Scene) -> str:
        return await put_forward(scene, self.proposal)


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


@dataclass(frozen=True)
class GiveBack(StepForm):
    """Whoever was to sign or second sends the proposal back, with why; a proposer can take their own back."""

    name = "give-back"
    event = ProposalReturned

    text: str = form.text()

    async def work(self, scene: Scene) -> None:
        assert scene.dossier.proposal is not None
        await scene.take(ProposalReturned(proposal=scene.dossier.proposal.id, text=scene.keep("resolution", self.text)))


@dataclass(frozen=True)
class Second(StepForm):
    """A second, unbiased person has read everything and answers each question of the routine with yes.

    One "no" and the proposal cannot be seconded: it goes back, with what is wrong.
    """

    name = "second"
    event = ProposalSeconded

    answers: dict[str, bool] = form.by_prefix("answer_")
    text: str = form.text(required=False)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.proposal and case.dossier.proposal.by != case.by.pseudonym, "proposal.own_second")

    async def work(self, scene: Scene) -> None:
        proposed = scene.dossier.proposal
        assert proposed is not None
        if proposed.by == scene.by.pseudonym:
            raise NotAllowed("proposal.own_second")
        basis = await scene.basis()
        questions = questions_of(basis, proposed)
        problems = [Problem(f"/answers/{one}", "input.missing") for one in questions if one not in self.answers]
        problems += [] if self.text else [Problem("/text", "input.missing")]
        if problems:
            raise InvalidInput(problems)
        if not all(self.answers[one] for one in questions):
            raise NotAllowed("proposal.second_disagrees")
        await scene.take(
            ProposalSeconded(proposal=proposed.id, questions=tuple(questions), text=scene.keep("resolution", self.text))
        )


def questions_of(basis: Basis, proposed: Proposed) -> Sequence[str]:
    """Which questions the second person is asked about this proposal."""
    grounds = grounds_of(proposed.data.clauses, basis.criteria)
    return [one.id for one in basis.procedure.routine.questions_for(grounds)]
