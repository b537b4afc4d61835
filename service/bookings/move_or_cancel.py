"""A booking is moved or cancelled as its hirer has asked: an officer writes it down, or the e-service hands it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.bookings.availability import clock
from service.bookings.booking_outcome import Settled, settled_times
from service.bookings.bookings import (
    bookings,
    check_same_day,
    check_usable,
    now_of,
    release_lapsed,
    settled,
    span_of,
)
from service.bookings.clearance import application_of
from service.bookings.hirer_told import tell_of_times
from service.bookings.rooms import room_in
from service.desk import form, free_times, letter_sheet
from service.desk.actors import check_came_by
from service.desk.case_when import due_before, lookup_digest, when_of
from service.desk.fields import check_not_later
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.desk.step import Scene, entries
from service.desk.step_form import CaseNow, StepForm, unless
from service.desk.stops import stopped
from service.domain.application import Kind, Premises
from service.domain.case import State
from service.domain.clock import Second, local_day, second_of
from service.domain.decision import DecisionOutcome
from service.domain.dossier.dossier import Dossier
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem, SlotTaken
from service.domain.events.bookings import BookingAsked, BookingCancelled, BookingMoved, BookingRestored, BookingSettled
from service.domain.events.event import Actor, Event
from service.domain.letter import ApplicantNews
from service.domain.premises import (
    ENDED,
    Booking,
    BookingStatus,
    Estate,
    Hirer,
    Room,
    Span,
    day_span,
    days_on,
    label,
    local,
)
from service.domain.premises_rules import PremisesRules, Price
from service.domain.stops import StopScope

#: Of each time, how it stands now and what it costs the hirer, in öre.
Changes = dict[str, tuple[BookingStatus, int | None]]
#: How a hirer's word can reach the City, beside the e-service, where the hirer is the one who cancels.
REACHED_US_BY = ("phone", "mail", "post", "visit")
E_SERVICE = "e_service"


@dataclass(frozen=True)
class Move(StepForm):
    """Move a booking to another time or room, as the hirer has asked; what it was stands in the log.

    A confirmed one stays within the class of room that was let: another class is a new application.
    """

    name = "move"
    event = BookingMoved
    of_premises = True

    booking: str = form.code()
    room: str = form.code()
    day: date = form.day(sent_as="date")
    start: int = form.clock(sent_as="from")
    end: int = form.clock(sent_as="to")
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.room and case.room.live, "step.no_times")

    @classmethod
    def suggested(cls, case: CaseNow) -> dict[str, list[str]]:
        """The one time of the case that takes its room, as it is; nothing where there are several."""
        taking = [time for time in case.room.bookings if time.takes] if case.room else []
        if len(taking) != 1:
            return {}
        [booking] = taking
        span = booking.span
        return {
            "booking": [booking.id],
            "room": [booking.room],
            "date": [local(span.start).date().isoformat()],
            "from": [clock(span.start)],
            "to": [clock(span.end, end=True)],
        }

    async def work(self, scene: Scene) -> None:
        span = span_of(self.day, self.start, self.end)
        await release_lapsed(scene.desk, scene.writing)
        found = await bookings(scene.writing, scene.case.id)
        before = _of_case(found, self.booking)
        confirmed = before.status is BookingStatus.CONFIRMED
        now = now_of(scene.desk)
        _check_can_be_moved(scene, before, now)
        estate = await scene.writing.estate()
        to = self._room(estate, before)
        application = await application_of(scene.writing, scene.case)
        assert application.premises is not None
        _check_large_enough(to, application.premises.expected_number)
        if confirmed:
            await _check_may_move(scene, application.premises, to, span)
        busy = free_times.Busy(await scene.writing.busy(estate.rooms, [free_times.window([span])], but=[before.id]))
        why = free_times.why_not(estate, to, span, busy, now=now, late=True)
        if why is not None:
            instead = free_times.alternatives(estate, to, span, busy, free_times.Wanted(), now=now, late=True)
            raise SlotTaken(why, [(other.room, other.span.start, other.span.end) for other in instead])
        details = await scene.writing.details(scene.case.id)
        price = scene.procedure.premises.price(to, span, Hirer(details.hirer or Hirer.ASSOCIATION))
        if confirmed:
            await _check_within_decision(scene, before, span, price)
        taken = to.taken(span)
        status = before.status if before.takes else BookingStatus.HELD
        others = [time.span for time in found if time.id != before.id and time.status not in ENDED]
        when, event_on = when_of([span, *others])
        await scene.take_move(
            BookingMoved(
                booking=before.id,
                room=to.id,
                starts=span.start,
                ends=span.end,
                taken_from=taken.start,
                taken_to=taken.end,
                status=status.value,
                hold_until=None if confirmed else _held_to(scene, before, span, now),
                tariff=price.tariff,
                price_ore=price.ore,
                text=scene.keep("applicant", self.text),
                due=_due(scene, event_on),
                lookup=lookup_digest(details.repeat_key, event_on.isoformat(), when),
            ),
            when=when,
            event_on=event_on,
        )

    def _room(self, estate: Estate, before: Booking) -> Room:
        """The room it is moved to; what was let stays within its class."""
        if self.room not in estate.rooms:
            raise InvalidInput([Problem("/room", "input.choice_unknown" if self.room else "input.missing")])
        to = room_in(estate, self.room)
        if before.status is BookingStatus.CONFIRMED and to.kind != estate.rooms[before.room].kind:
            raise InvalidInput([Problem("/room", "booking.other_kind")])
        return to


def _check_can_be_moved(scene: Scene, before: Booking, now: Second) -> None:
    """It has neither ended nor begun, and in a closed case it is one that was let."""
    if before.status in ENDED:
        raise NotAllowed("booking.ended")
    confirmed = before.status is BookingStatus.CONFIRMED
    if confirmed and before.span.start <= now:
        raise NotAllowed("booking.begun")
    if scene.case.closed and not confirmed:
        raise NotAllowed("booking.not_confirmed")


def _check_large_enough(room: Room, expected: int | None) -> None:
    if expected is not None and room.capacity < expected:
        raise InvalidInput(
            [Problem("/room", "booking.room_too_small", {"wanted": expected, "capacity": room.capacity})]
        )


async def _check_may_move(scene: Scene, premises: Premises, to: Room, span: Span) -> None:
    """A confirmed time is moved by someone who could have given it, and to where it would have been given likewise."""
    if await stopped(scene.writing, scene.case.organisation_id, StopScope.BOOKINGS):
        raise NotAllowed("decision.support_stopped")
    points = scene.procedure.delegation
    held = [points[one] for one in scene.by.delegation_points if one in points]
    if not any(Kind.PREMISES in one.kinds and DecisionOutcome.APPROVAL in one.outcomes for one in held):
        raise NotAllowed("decision.no_delegation")
    if scene.case.state is State.EXECUTED:
        use, persons = premises.use or "", premises.expected_number
        public = premises.open_to_public
        code = scene.procedure.premises.executed(premises.hirer, [to], use, persons, public=public, spans=[span])
        if code:
            raise NotAllowed(code)
    await check_same_day(scene, [span])


async def _check_within_decision(scene: Scene, before: Booking, span: Span, price: Price) -> None:
    """What was let may be moved, not made longer or dearer than was decided: that is a new decision."""
    decided = await _as_decided(scene, before)
    if span.minutes_by_the_clock > decided.span.minutes_by_the_clock:
        raise NotAllowed("booking.longer_than_decided", time=label(decided.span))
    if price.ore > decided.price_ore:
        raise NotAllowed("booking.dearer_than_decided", time=label(decided.span))


async def _as_decided(scene: Scene, booking: Booking) -> Settled:
    """The time as it was when it was let, wherever it has been moved since."""
    grant = scene.dossier.grant
    rows = await scene.writing.entries_of_cases([scene.case.id], BookingAsked, BookingMoved, BookingSettled)
    return settled_times(entries(rows), grant.id if grant else "")[booking.id]


def _held_to(scene: Scene, before: Booking, span: Span, now: Second) -> Second:
    """Until when a moved time is held: as long as the application's times are; one that was not held, from now on."""
    days = scene.procedure.premises.application_hold_days
    since = second_of(scene.case.received_at) if before.takes else now
    return min(span.start, max(days_on(since, days), before.hold_until or now))


def _due(scene: Scene, event_on: date) -> date | None:
    """When an answer is due with the times as they are now; None where it has been given."""
    if scene.case.closed:
        return None
    received = local_day(scene.case.received_at)
    usual = received + timedelta(days=scene.criteria.kinds[Kind.PREMISES].answer_days)
    return due_before(event_on, received, max(usual, scene.case.due_on))


def _of_case(found: Sequence[Booking], booking: str) -> Booking:
    for one in found:
        if one.id == booking:
            return one
    raise NotFound("booking.not_found")


#: Of each confirmed time that was moved: where it was, and when it was moved from there (epoch seconds).
Moves = Mapping[str, Sequence[tuple[Second, Second]]]


async def moves_of(reading: Reading, case_id: str) -> Moves:
    """The moves of a case's confirmed times, as the log has them."""
    at: dict[str, Second] = {}
    found: dict[str, list[tuple[Second, Second]]] = {}
    for row in entries(await reading.entries_of_cases([case_id], BookingAsked, BookingMoved)):
        match row.data:
            case BookingMoved() as moved:
                if moved.status == BookingStatus.CONFIRMED and moved.booking in at:
                    found.setdefault(moved.booking, []).append((at[moved.booking], second_of(row.at)))
                at[moved.booking] = moved.starts
            case BookingAsked() as asked:
                at |= {booking.booking: booking.starts for booking in asked.bookings}
    return found


def fee_of(booking: Booking, rules: PremisesRules, now: Second, moves: Moves) -> int:
    """What the hirer pays who cancels this booking at this moment, in öre.

    A time that was moved away so late that cancelling it would have cost costs no less afterwards.
    """
    if booking.status is not BookingStatus.CONFIRMED:
        return 0
    price = booking.price_ore or 0
    return max(rules.fee(price, start, at) for start, at in [(booking.span.start, now), *moves.get(booking.id, ())])


@dataclass(frozen=True)
class Cancel(StepForm):
    """The hirer cancels these times; what it costs follows from the tariff. The City cannot cancel by this way.

    Since only the City's word says that the hirer did, the hirer is told at once, with what to do if it is not so.
    While the case is taken up for revocation no officer can: then the decision says what becomes of the times.
    """

    name = "cancel"
    event = BookingCancelled
    of_premises = True

    chosen: tuple[str, ...] = form.several(required=True, sent_as="bookings")
    received: date = form.day()
    how: str = form.choice(REACHED_US_BY)
    text: str = form.text()
    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.room and case.room.live and case.dossier.turn is None, "step.no_times")

    async def work(self, scene: Scene) -> None:
        if scene.dossier.turn is not None:
            raise NotAllowed("booking.taken_up")
        check_not_later("/received", self.received, scene.today)
        if self.received < local_day(scene.case.received_at):
            raise InvalidInput([Problem("/received", "input.not_before_application")])
        found = await bookings(scene.writing, scene.case.id)
        # It counts from when the hirer said so, not from when somebody came to write it down.
        said = now_of(scene.desk) if self.received == scene.today else day_span(self.received).start
        moves = await moves_of(scene.writing, scene.case.id)
        changes = _called_off(found, self.chosen, scene.procedure.premises, now_of(scene.desk), said, moves)
        cancelled = settled("hirer", None, changes)
        await scene.take_booking(
            BookingCancelled(
                bookings=cancelled.bookings,
                received=self.received,
                how=self.how,
                text=scene.keep("applicant", self.text),
            ),
            screen=not scene.case.closed,
        )
        how = scene.desk.words.say(self.language, f"letter.called_off.{self.how}", {"day": self.received.isoformat()})
        fee = sum(cost or 0 for _, cost in changes.values())
        costs = {"amount": letter_sheet.kronor(fee, self.language)}
        price = scene.desk.words.say(self.language, "letter.call_off_fee", costs) if fee else ""
        scene.case = await tell_of_times(
            scene.desk,
            scene.writing,
            scene.case,
            ApplicantNews.CALLED_OFF,
            [time for time in found if time.id in changes],
            said=how,
            price=price,
            language=self.language,
            by=scene.actor,
        )


@dataclass(frozen=True)
class Restore(StepForm):
    """The hirer says that it never called these times off: they stand again as they were let, where the room is free.

    What someone else has got since is not taken from them.
    """

    name = "restore"
    event = BookingRestored
    of_premises = True

    chosen: tuple[str, ...] = form.several(required=True, sent_as="bookings")
    received: date = form.day()
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(restorable(case.dossier), "step.no_times")

    async def work(self, scene: Scene) -> None:
        check_not_later("/received", self.received, scene.today)
        found = await bookings(scene.writing, scene.case.id)
        times = [_of_case(found, one) for one in self.chosen]
        if any(time.id not in restorable(scene.dossier) for time in times):
            raise NotAllowed("booking.not_called_off")
        if any(time.span.start <= now_of(scene.desk) for time in times):
            raise NotAllowed("booking.begun")
        if await stopped(scene.writing, scene.case.organisation_id, StopScope.BOOKINGS):
            raise NotAllowed("decision.support_stopped")
        await release_lapsed(scene.desk, scene.writing)
        await check_usable(scene, times)
        again = settled("hirer", None, {time.id: (BookingStatus.CONFIRMED, None) for time in times})
        await scene.take_booking(
            BookingRestored(
                bookings=again.bookings,
                received=self.received,
                text=scene.keep("applicant", self.text),
            )
        )


def restorable(dossier: Dossier) -> set[str]:
    """The times that were let, and called off since by the City's word that the hirer had said so."""
    return dossier.called_off if dossier.grant else set()


async def cancel_by_hirer(desk: Desk, case_id: str, booking_id: str, *, by: Actor) -> int:
    """The hirer cancels one time through the e-service; returns what it costs in öre."""
    async with desk.store.writing() as writing:
        case = await writing.case(case_id)
        await check_came_by(writing, case_id, by)
        rules = (await rulebook(desk, writing)).procedure(today(desk)).premises
        found, now = await bookings(writing, case_id), now_of(desk)
        changes = _called_off(found, [booking_id], rules, now, now, await moves_of(writing, case_id))
        if case.state is State.PROPOSED:
            raise Conflict("booking.being_decided")
        text = writing.keep("applicant", {"text": desk.words.say("sv", "booking.by_e_service", {})}, case=case_id)
        cancelled = settled("hirer", None, changes).bookings
        data = BookingCancelled(bookings=cancelled, received=today(desk), how=E_SERVICE, text=text)
        event = Event(data, by, desk.outside.now(), case=case_id)
        await writing.booking_step(event, case.after(type(event.data)))
        return sum(fee or 0 for _, fee in changes.values())


def _called_off(
    found: Sequence[Booking], wanted: Sequence[str], rules: PremisesRules, now: Second, said: Second, moves: Moves
) -> Changes:
    if not wanted:
        raise InvalidInput([Problem("/bookings", "input.missing")])
    changes: Changes = {}
    for one in wanted:
        booking = _of_case(found, one)
        if booking.status in ENDED:
            raise NotAllowed("booking.ended")
        if booking.status is BookingStatus.CONFIRMED and booking.span.start <= now:
            raise NotAllowed("booking.begun")
        changes[booking.id] = (BookingStatus.CANCELLED, fee_of(booking, rules, said, moves))
    return changes
