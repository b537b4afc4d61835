"""A case as a step finds it: the case, the person with today's rights, and all that has been done before."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from service.audit.leaf import data_of
from service.desk.actors import person, still
from service.desk.ports.desk import Desk
from service.desk.ports.log import LogRow
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import Rulebook, rulebook, today
from service.desk.stops import stopped
from service.domain import policy
from service.domain.application import Kind
from service.domain.basis import Basis, Frame
from service.domain.case import Case
from service.domain.clock import local_day, midnight, months_before
from service.domain.dossier.dossier import Dossier
from service.domain.dossier.folding import fold
from service.domain.events.bookings import (
    BookingCancelled,
    BookingMoved,
    BookingRestored,
    ClearanceGiven,
    ClearanceRevoked,
    KeyAccessSettled,
)
from service.domain.events.decision import DecisionProposed
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Actor, Entry, Event, EventClass, RoutineStep
from service.domain.events.folds import Data
from service.domain.events.review import ConflictDeclared
from service.domain.events.support import AssociationJoined, AssociationSeparated, ReassessmentSettled
from service.domain.people import User
from service.domain.premises import lapsed, to_be_had
from service.domain.ruleset import RuleSet
from service.domain.stops import StopScope


def entries(rows: Iterable[LogRow]) -> list[Entry]:
    """Log rows as the dossier reads them."""
    return [Entry(row.seq, row.at, row.actor, row.case_id, data_of(row.leaf)) for row in rows]


async def dossier_of(reading: Reading, case_id: str) -> Dossier:
    """What has been done in this case."""
    return fold(entries(await reading.entries_of_case(case_id)))


async def basis_of(desk: Desk, reading: Reading, case: Case, dossier: Dossier, book: Rulebook) -> Basis:
    """What a decision in this case would be judged by now."""
    findings = [stored.case_finding for stored in await reading.findings(case.id, case.check_round)]
    times = (await reading.bookings_of([case.id])).get(case.id, []) if case.kind is Kind.PREMISES else []
    procedure = book.procedure(today(desk))
    return Basis(
        case,
        dossier,
        findings,
        book.of(case),
        procedure,
        today(desk),
        to_be_had(times),
        await given_before(desk, reading, case, procedure),
        lapsed(times),
        await frame_of(reading, case, book),
        await stopped(reading, case.organisation_id, *halting_decisions(case.kind)),
    )


def halting_decisions(kind: Kind) -> tuple[StopScope, ...]:
    """What halts a favourable decision: of a room, also a stop of bookings."""
    return (StopScope.DECISIONS, StopScope.BOOKINGS) if kind is Kind.PREMISES else (StopScope.DECISIONS,)


async def frame_of(reading: Reading, case: Case, book: Rulebook) -> Frame | None:
    """The frame of the round that a grant belongs to, and what the decisions of its other cases have left of it."""
    grant_round = book.grant_round_of(case.type, local_day(case.received_at)) if case.kind is Kind.GRANT else None
    if grant_round is None:
        return None
    start, end = midnight(grant_round.opens), midnight(book.last_late_day(grant_round))
    given = await reading.granted_between(sorted(grant_round.types), start, end, but=case.id)
    return Frame(grant_round.id, grant_round.frame_ore, grant_round.frame_ore - given)


async def given_before(desk: Desk, reading: Reading, case: Case, procedure: RuleSet) -> dict[str, int]:
    """What the association of a grant has been granted in other cases within the rule set's months, by point (öre)."""
    if case.kind is not Kind.GRANT:
        return {}
    since = midnight(months_before(today(desk), procedure.routine.ceiling_months))
    return await reading.given_since(case.organisation_id, since, but=case.id)


@dataclass
class Scene:
    """A step being taken, inside its transaction."""

    desk: Desk
    writing: Writing
    case: Case
    by: User
    dossier: Dossier
    book: Rulebook
    event: EventClass
    actor: Actor

    @property
    def today(self) -> date:
        """The date in Stockholm now."""
        return today(self.desk)

    @property
    def procedure(self) -> RuleSet:
        """The routine in force at this step."""
        return self.book.procedure(self.today)

    @property
    def criteria(self) -> RuleSet:
        """The rules the case is judged by."""
        return self.book.of(self.case)

    def keep(self, field: str, text: str) -> str:
        """Keep a text of this step where it can be erased."""
        return self.writing.keep(field, {"text": text}, case=self.case.id)

    def keep_any(self, field: str, text: str) -> str | None:
        """The same, for a text that may be left out."""
        return self.keep(field, text) if text else None

    async def basis(self) -> Basis:
        """What a decision would be judged by now."""
        return await basis_of(self.desk, self.writing, self.case, self.dossier, self.book)

    async def take(self, data: RoutineStep, *, screen: bool = False, **changed: Any) -> None:
        """Save the event and the case after it; `changed` are the case's own facts that the step sets."""
        after = replace(self.case.after(self.event), **changed)
        self.case = await self.writing.step_taken(self._happened(data), after, screen=screen)
        form = CaseDecided if self.event is DecisionProposed else self.event
        await self.writing.draft_dropped(self.case.id, self.by.id, form.declared.type)

    async def take_booking(self, data: BookingCancelled | BookingRestored, *, screen: bool = False) -> None:
        """The same, where the step changes the case's bookings too."""
        after = self.case.after(self.event)
        self.case = await self.writing.booking_step(self._happened(data), after, screen=screen)

    async def take_move(self, data: BookingMoved, *, when: str, event_on: date) -> None:
        """The same, where a time is moved: what the queue shows of when, and by when it is answered, go with it."""
        after = self.case.after(self.event)
        after = replace(after, due_on=data.due or after.due_on)
        screen = not self.case.closed
        event = self._happened(data)
        self.case = await self.writing.booking_moved(event, after, when=when, event_on=event_on, screen=screen)

    async def take_settled(self, data: KeyAccessSettled | ReassessmentSettled) -> None:
        """The same, where names are held apart from listed ones."""
        self.case = await self.writing.names_settled(self._happened(data), self.case.after(self.event))

    async def take_moved(self, data: AssociationJoined | AssociationSeparated) -> None:
        """The same, where cases are of another association from now on."""
        self.case = await self.writing.associations_moved(self._happened(data), self.case.after(self.event))

    async def take_clearance(self, data: ClearanceGiven | ClearanceRevoked) -> None:
        """The same, where a standing clearance is given or withdrawn."""
        self.case = await self.writing.clearance_step(self._happened(data), self.case.after(self.event))

    def _happened(self, data: Data) -> Event[Data]:
        return Event(data, self.actor, self.desk.outside.now(), case=self.case.id)


@asynccontextmanager
async def step(desk: Desk, case_id: str, event: EventClass, *, by: User, seen: int) -> AsyncIterator[Scene]:
    """Take a step of the routine: this person may, the case is where it can be done, and nobody was in between."""
    async with desk.store.writing() as writing:
        yield await scene_in(desk, writing, case_id, event, by=by, seen=seen)


async def scene_in(desk: Desk, writing: Writing, case_id: str, event: EventClass, *, by: User, seen: int) -> Scene:
    """The same within a transaction that is open already, as where a step is taken in several cases at once."""
    by = await still(writing, by)
    case = await writing.case(case_id)
    policy.check_can_see(case, by)
    if event is not ConflictDeclared:
        policy.check_version(case, seen)  # a declaration is about the person, whatever has happened in the case
    dossier = await dossier_of(writing, case_id)
    policy.check_step(case, by, dossier, event)
    return Scene(desk, writing, case, by, dossier, await rulebook(desk, writing), event, person(by))
