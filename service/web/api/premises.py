"""For the City's e-service: what is free, a hold while someone fills in, and the hirer's own cancellation."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, QueryParameter

from service.bookings import availability, bookings, move_or_cancel
from service.desk import form
from service.desk.fields import check_number
from service.desk.form import schema_of
from service.desk.missed_times import MissedNow
from service.desk.rulebook import today
from service.domain.errors import InvalidInput, Problem, SlotTaken, WrongMediaType
from service.domain.events.event import Actor, ActorKind
from service.domain.premises import Booking, Room, day_of
from service.web import forms, quotas
from service.web.api import describe
from service.web.deps import AnyRequest, CaseId, TheDesk, TheKey
from service.web.problems import slot_taken
from service.web.route_permissions import INTAKE_KEY, may

_SLUG = {"minLength": 1, "maxLength": 200}


@dataclass(frozen=True)
class FreeRoom:
    """A room, and by local day what is free in it, as [from, to]."""

    id: str
    name: str
    site: str
    capacity: int
    free: dict[str, list[list[str]]]


@dataclass(frozen=True)
class FreeTimes:
    """What is free, room by room."""

    rooms: list[FreeRoom]


@dataclass(frozen=True)
class HoldForm(bookings.TimeForm):
    """A time to hold: the room, the local day, and from when to when (HH:MM)."""

    room: str = form.code()


@dataclass(frozen=True)
class Held:
    """A hold, and the UTC epoch second until which it stands."""

    id: str
    until: int | None


@dataclass(frozen=True)
class Elsewhere:
    """A time that could be had instead; UTC epoch seconds."""

    room: str
    starts: int
    ends: int


@dataclass(frozen=True)
class BookedTime:
    """A time as the e-service reads it; instants are UTC epoch seconds, money is öre."""

    id: str
    room: str
    starts: int
    ends: int
    status: str
    reason: str | None
    price_ore: int | None
    fee_ore: int | None
    alternatives: list[Elsewhere]


@dataclass(frozen=True)
class Times:
    """The times of an application."""

    bookings: list[BookedTime]


@dataclass(frozen=True)
class Cancelled:
    """A time that has been cancelled, and what it costs in öre."""

    id: str
    fee_ore: int


_NO_ROOM = {404: describe.problem("No such room")}


@get(
    "/api/v1/availability",
    opt=may(INTAKE_KEY),
    include_in_schema=True,
    operation_id="availability",
    responses=describe.COMMON | _NO_ROOM,
)
async def free(
    desk: TheDesk,
    text: Annotated[
        str,
        QueryParameter(name="from", description="The first day; today if left out", schema_extra={"format": "date"}),
    ] = "",
    count: Annotated[
        str,
        QueryParameter(
            name="days",
            description="How many days; 7 if left out",
            schema_extra={"type": "integer", "minimum": 1, "maximum": availability.MOST_DAYS},
        ),
    ] = "7",
    site: Annotated[str, QueryParameter(description="Only this site", schema_extra=_SLUG)] = "",
    room: Annotated[str, QueryParameter(description="Only this room", schema_extra=_SLUG)] = "",
) -> FreeTimes:
    """Free times by room and local day."""
    try:
        first = day_of(text) if text else today(desk)
    except ValueError as error:
        raise InvalidInput([Problem("/from", "input.not_a_date")]) from error
    if not 1 <= check_number("/days", count) <= availability.MOST_DAYS:
        raise InvalidInput([Problem("/days", "input.out_of_range", {"min": 1, "max": availability.MOST_DAYS})])
    grid = await availability.grid(
        desk,
        site=site or None,
        room=room or None,
        first=first,
        days=int(count),
        late=False,
    )
    return FreeTimes([_free_in(room, grid) for room in grid.rooms])


def _free_in(room: Room, grid: availability.Grid) -> FreeRoom:
    by_day = {}
    for day, cell in zip(grid.days, grid.cells[room.id], strict=True):
        by_day[day.isoformat()] = [
            [availability.clock(span.start), availability.clock(span.end, end=True)] for span in cell.free
        ]
    return FreeRoom(room.id, room.name, room.site, room.capacity, by_day)


@post(
    "/api/v1/holds",
    opt=may(INTAKE_KEY),
    status_code=201,
    include_in_schema=True,
    operation_id="hold",
    operation_class=describe.reads(schema_of(HoldForm)),
    responses=describe.COMMON
    | _NO_ROOM
    | {409: describe.problem("The time cannot be had; `alternatives` has what is free instead (UTC epoch seconds)")},
)
async def hold(request: AnyRequest, desk: TheDesk, key: TheKey) -> Response[Held]:
    """Hold a time while someone fills in; an application takes it over by `premises.hold`."""
    quotas.take(request, desk, key, "holds", quotas.HOLDS)
    if request.content_type[0] != "application/json":
        raise WrongMediaType("input.json_only")
    posted = await forms.read(request)
    by = Actor(ActorKind.KEY, key.pseudonym)
    try:
        made = await bookings.hold(
            desk,
            posted.text("room"),
            day=posted.text("date"),
            start=posted.text("from"),
            end=posted.text("to"),
            by=by,
        )
    except SlotTaken as error:
        return slot_taken(request, error)
    return Response(Held(made.booking, made.hold_until), status_code=201)


@delete(
    "/api/v1/holds/{booking_id:uuid}",
    opt=may(INTAKE_KEY),
    status_code=204,
    include_in_schema=True,
    operation_id="giveUpHold",
    responses=describe.COMMON | {404: describe.problem("No such hold of yours")},
)
async def give_up(desk: TheDesk, key: TheKey, booking_id: FromPath[UUID]) -> None:
    """The hold was not needed."""
    await bookings.give_up_hold(desk, str(booking_id), by=Actor(ActorKind.KEY, key.pseudonym))


@get(
    "/api/v1/applications/{case_id:uuid}/bookings",
    opt=may(INTAKE_KEY),
    include_in_schema=True,
    operation_id="bookings",
    responses=describe.COMMON | {404: describe.problem("No such case")},
)
async def times(desk: TheDesk, key: TheKey, case_id: CaseId) -> Times:
    """The times of an application: had or not, why, and what could be had instead."""
    by = Actor(ActorKind.KEY, key.pseudonym)
    found, missed = await bookings.for_applicant(desk, str(case_id), by=by)
    return Times([described(time, missed.get(time.id)) for time in found])


def described(time: Booking, missed: MissedNow | None) -> BookedTime:
    """A time as the e-service reads it; of one that could not be had, why not now and what could be instead."""
    instead = missed.alternatives if missed else time.alternatives
    return BookedTime(
        id=time.id,
        room=time.room,
        starts=time.span.start,
        ends=time.span.end,
        status=time.status.value,
        reason=missed.why if missed else time.reason,
        price_ore=time.price_ore,
        fee_ore=time.fee_ore,
        alternatives=[Elsewhere(other.room, other.span.start, other.span.end) for other in instead],
    )


@post(
    "/api/v1/applications/{case_id:uuid}/bookings/{booking_id:uuid}/cancel",
    opt=may(INTAKE_KEY),
    status_code=201,
    include_in_schema=True,
    operation_id="cancelBooking",
    responses=describe.COMMON
    | {
        403: describe.problem("The time has begun, or has been cancelled"),
        404: describe.problem("No such case or time"),
        409: describe.problem("The booking is being decided just now"),
    },
)
async def cancel(desk: TheDesk, key: TheKey, case_id: CaseId, booking_id: FromPath[UUID]) -> Cancelled:
    """The hirer cancels one time; says what it costs in öre."""
    by = Actor(ActorKind.KEY, key.pseudonym)
    fee = await move_or_cancel.cancel_by_hirer(desk, str(case_id), str(booking_id), by=by)
    return Cancelled(str(booking_id), fee)


HANDLERS = (free, hold, give_up, times, cancel)
