"""Step four: a named person decides."""

from dataclasses import dataclass, replace
from datetime import date

from service.bookings import booking_outcome, bookings
from service.casework.decision.proposal import as_proposed, minute_of, standing, tidied
from service.casework.decision.record import decided_event
from service.desk import form
from service.desk.actors import person, still
from service.desk.fields import check_not_later, check_text
from service.desk.ports.desk import Desk
from service.desk.ports.store import Writing
from service.desk.rulebook import rulebook, today
from service.desk.step import Scene, dossier_of
from service.desk.step_form import StepForm
from service.domain import policy
from service.domain.application import Kind
from service.domain.clock import Instant
from service.domain.decision import FAVOURABLE, BoardMinute, DecisionOutcome, Proposal
from service.domain.errors import NotAllowed
from service.domain.events.bookings import ClearanceRevoked
from service.domain.events.decision import DecisionProposed
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Event
from service.domain.people import User
from service.domain.premises import BookingStatus
from service.screening.freshness import check_fresh


async def decide(desk: Desk, case_id: str, proposal: Proposal, *, by: User, seen: int) -> str:
    """Record the decision of a case that needs no second person: outcome, clauses, reasons, and all it rests on.

    Returns the decision's id.
    """
    proposal = replace(tidied(proposal), board_minute=_minute(desk, proposal.board_minute))
    opened = await desk.access_log.last_opened(case_id, by.pseudonym)
    async with desk.store.writing() as writing:
        scene = await _scene(desk, writing, case_id, by, seen)
        if scene.dossier.proposal is not None:
            raise NotAllowed("decision.sign_the_proposal")
        content = as_proposed(writing, scene.case, proposal, "")
        return await _decided(scene, proposal, content, opened)


@dataclass(frozen=True)
class Sign(StepForm):
    """Decide as has been proposed, word for word; returns the decision's id."""

    name = "sign"
    event = CaseDecided
    on_case_page = True

    delegation_point: str = form.code()
    minute_date: date | None = form.day(required=False)
    minute_paragraph: str = form.text(required=False, most=40)

    async def take(self, desk: Desk, case_id: str, *, by: User, seen: int) -> str:
        """Unlike other steps, who may take it depends on what is decided, and is asked together with the rest."""
        minute = _minute(desk, minute_of(self.minute_date, self.minute_paragraph))
        opened = await desk.access_log.last_opened(case_id, by.pseudonym)
        async with desk.store.writing() as writing:
            scene = await _scene(desk, writing, case_id, by, seen)
            proposed = scene.dossier.proposal
            if proposed is None:
                raise NotAllowed("decision.nothing_proposed")
            proposal = await standing(writing, proposed, delegation_point=self.delegation_point, board_minute=minute)
            return await _decided(scene, proposal, proposed.data, opened)


async def _scene(desk: Desk, writing: Writing, case_id: str, by: User, seen: int) -> Scene:
    by = await still(writing, by)
    case = await writing.case(case_id)
    policy.check_can_see(case, by)
    policy.check_version(case, seen)
    dossier = await dossier_of(writing, case_id)
    book = await rulebook(desk, writing)
    return Scene(desk, writing, case, by, dossier, book, CaseDecided, person(by))


async def _decided(scene: Scene, proposal: Proposal, content: DecisionProposed, opened_at: Instant | None) -> str:
    desk, writing, case = scene.desk, scene.writing, scene.case
    policy.check_can_decide(await scene.basis(), scene.by, proposal)
    if proposal.outcome in FAVOURABLE:
        findings = await writing.findings(case.id, case.check_round)
        await check_fresh(writing, case, findings, scene.procedure, desk.outside.now())
    decision_id = desk.outside.new_id()
    changes = await _of_bookings(scene, proposal)
    data = await decided_event(scene, proposal, content, decision_id, opened_at)
    event = Event(data, scene.actor, desk.outside.now(), case=case.id)
    await writing.case_decided(event, case.after(type(event.data)))
    await bookings.settle(scene, "decision", decision_id, changes)
    if proposal.outcome is DecisionOutcome.REVOCATION:
        await _revoke_clearance(scene, content)
    return decision_id


async def _revoke_clearance(scene: Scene, content: DecisionProposed) -> None:
    """What was revoked carries no clearance any more: it goes with the decision it rested on, by the same person."""
    given = await scene.writing.clearances(scene.case.organisation_id)
    if not given or given[0].case != scene.case.id or given[0].revoked_by is not None or content.reasons is None:
        return
    case = await scene.writing.case(scene.case.id)
    data = ClearanceRevoked(clearance=given[0].id, text=content.reasons)
    event = Event(data, scene.actor, scene.desk.outside.now(), case=case.id)
    await scene.writing.clearance_step(event, case.after(ClearanceRevoked))


async def _of_bookings(scene: Scene, proposal: Proposal) -> booking_outcome.Changes:
    """What the decision does to the times of the case."""
    if scene.case.kind is not Kind.PREMISES:
        return {}
    await bookings.release_lapsed(scene.desk, scene.writing)
    times = await bookings.bookings(scene.writing, scene.case.id)
    changes = booking_outcome.changes(times, proposal, scene.dossier, now=bookings.now_of(scene.desk))
    given = [one for one in times if changes.get(one.id, ("", None))[0] is BookingStatus.CONFIRMED]
    await bookings.check_usable(scene, given)
    await bookings.check_same_day(scene, [one.span for one in given])
    return changes


def _minute(desk: Desk, minute: BoardMinute | None) -> BoardMinute | None:
    if minute is None:
        return None
    check_not_later("/minute_date", minute.day, today(desk))
    return BoardMinute(minute.day, check_text("/minute_paragraph", minute.paragraph, most=40))
