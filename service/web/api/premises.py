"""For the City's e-service: what is free, a hold while someone fills in, and the hirer's own cancellation."""

import re
from typing import Any

from litestar import Response, delete, get, post

from service.bookings import availability, bookings, move_or_cancel
from service.desk.rulebook import today
from service.domain.errors import InvalidInput, Problem, SlotTaken, WrongMediaType
from service.domain.events.event import Actor, ActorKind
from service.domain.premises import Booking, day_of
from service.web import forms
from service.web.deps import AnyRequest, TheDesk, TheKey
from service.web.problems import slot_taken
from service.web.route_permissions import INTAKE_KEY, may


@get("/api/v1/availability", opt=may(INTAKE_KEY))
async def free(request: AnyRequest, desk: TheDesk) -> dict[str, Any]:
    """Free times by room and local day: `from` (today if left out), `days` (7), `site` or `room` (all)."""
    text, count = request.query_params.get("from", ""), request.query_params.get("days", "7")
    try:
        first = day_of(text) if text else today(desk)
    except ValueError as error:
        raise InvalidInput([Problem("/from", "input.not_a_date")]) from error
    if not re.fullmatch(r"[0-9]{1,2}", count) or not 1 <= int(count) <= availability.MOST_DAYS:
        raise InvalidInput([Problem("/days", "input.out_of_range", {"min": 1, "max": availability.MOST_DAYS})])
    grid = await availability.grid(
        desk,
        site=request.query_params.get("site") or None,
        room=request.query_params.get("room") or None,
        first=first,
        days=int(count),
    )
    return {
        "rooms": [
            {
                "id": room.id,
                "name": room.name,
                "site": room.site,
                "capacity": room.capacity,
                "free": {
                    day.isoformat(): [
                        [availability.clock(one.start), availability.clock(one.end, end=True)] for one in cell.free
                    ]
                    for day, cell in zip(grid.days, grid.cells[room.id], strict=True)
                },
            }
            for room in grid.rooms
        ]
    }


@post("/api/v1/holds", opt=may(INTAKE_KEY), status_code=201)
async def hold(request: AnyRequest, desk: TheDesk, key: TheKey) -> Response[Any]:
    """Hold a time (`room`, `date`, `from`, `to`); 409 with alternatives where it cannot be had."""
    if request.content_type[0] != "application/json":
        raise WrongMediaType("input.json_only")
    form = await forms.read(request)
    by = Actor(ActorKind.KEY, key.pseudonym)
    try:
        made = await bookings.hold(
            desk, form.text("room"), day=form.text("date"), start=form.text("from"), end=form.text("to"), by=by
        )
    except SlotTaken as error:
        return slot_taken(request, error)
    return Response({"id": made.booking, "until": made.hold_until}, status_code=201)


@delete("/api/v1/holds/{booking_id:uuid}", opt=may(INTAKE_KEY), status_code=204)
async def give_up(request: AnyRequest, desk: TheDesk, key: TheKey) -> None:
    """The hold was not needed."""
    by = Actor(ActorKind.KEY, key.pseudonym)
    await bookings.give_up_hold(desk, str(request.path_params["booking_id"]), by=by)


@get("/api/v1/applications/{case_id:uuid}/bookings", opt=may(INTAKE_KEY))
async def times(request: AnyRequest, desk: TheDesk, key: TheKey) -> dict[str, Any]:
    """The times of an application that came through the e-service: had or not, why, and what could be had instead."""
    by = Actor(ActorKind.KEY, key.pseudonym)
    found = await bookings.for_applicant(desk, str(request.path_params["case_id"]), by=by)
    return {"bookings": [described(one) for one in found]}


def described(one: Booking) -> dict[str, Any]:
    """A time as the e-service reads it; instants are UTC epoch seconds."""
    return {
        "id": one.id,
        "room": one.room,
        "starts": one.span.start,
        "ends": one.span.end,
        "status": one.status.value,
        "reason": one.reason,
        "price_ore": one.price_ore,
        "fee_ore": one.fee_ore,
        "alternatives": [
            {"room": other.room, "starts": other.span.start, "ends": other.span.end} for other in one.alternatives
        ],
    }


@post("/api/v1/applications/{case_id:uuid}/bookings/{booking_id:uuid}/cancel", opt=may(INTAKE_KEY), status_code=201)
async def cancel(request: AnyRequest, desk: TheDesk, key: TheKey) -> Response[Any]:
    """The hirer cancels one time; says what it costs."""
    case_id = str(request.path_params["case_id"])
    fee = await move_or_cancel.cancel_by_hirer(
        desk, case_id, str(request.path_params["booking_id"]), by=Actor(ActorKind.KEY, key.pseudonym)
    )
    return Response({"id": case_id, "fee_ore": fee}, status_code=201)


HANDLERS = (free, hold, give_up, times, cancel)
