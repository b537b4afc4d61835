"""Rooms: what is known of each, described and closed by those who keep them."""

import re
from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.bookings import room_feed, rooms
from service.bookings.room_document import hours_text
from service.desk.actors import person
from service.desk.fields import as_exceptions, as_hours, as_number
from service.desk.ports.desk import Desk
from service.domain.errors import Conflict, GranskaError, InvalidInput, NotFound, Problem
from service.domain.people import Role, User
from service.domain.premises import ACCESSIBILITY, EQUIPMENT, WEEKDAYS, Room, clock_label, label
from service.proof import access_log
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.forms import Form
from service.web.pages.bookings.calendar import CALENDAR_READERS
from service.web.problems import domain_error, page_or_complaint
from service.web.route_permissions import May, may

KEEPERS = May(roles=frozenset({Role.PREMISES_OFFICER, Role.COORDINATOR}))
_NUMBERS = ("capacity", "before", "after", "longest", "ahead_hours", "ahead_days")


def _id(request: AnyRequest) -> str:
    return str(request.path_params["room_id"])


@get("/rooms", opt=may(CALENDAR_READERS))
async def all_rooms(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Sites and their rooms."""
    estate, rules = await rooms.estate(desk)
    keeper = user.has(*KEEPERS.roles)
    return render.page(request, "pages/rooms.html", estate=estate, rules=rules, keeper=keeper, posted=Form({}))


@get("/rooms/{room_id:str}", opt=may(CALENDAR_READERS))
async def one_room(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A room's facts, closures and shared calendars."""
    return await _show(request, desk, user)


async def _show(
    request: AnyRequest,
    desk: Desk,
    user: User,
    *,
    error: GranskaError | None = None,
    posted: Form | None = None,
    at: str = "",
    secret: str = "",
) -> Response[Any]:
    estate, room, rules, feeds = await rooms.room_view(desk, _id(request))
    keeper = user.has(*KEEPERS.roles)
    in_the_way = await rooms.in_the_way(desk, room.id) if user.has(Role.PREMISES_OFFICER) else []
    if in_the_way:
        await access_log.note(desk, user, access_log.CALENDAR, None)
    base = request.app.state.public_url or str(request.base_url).rstrip("/")
    return page_or_complaint(
        request,
        "pages/room.html",
        error=error,
        at=at,
        estate=estate,
        room=room,
        rules=rules,
        feeds=feeds,
        keeper=keeper,
        in_the_way=in_the_way,
        posted=posted or Form({}),
        hours=[(day, hours_text(room.hours[n])) for n, day in enumerate(WEEKDAYS)],
        hours_text=hours_text,
        closures=[
            one for one in estate.closures if one.room in estate.room_parts(room.id) | set(estate.above(room.id))
        ],
        label_of_time=label,
        clock_label=clock_label,
        feed_address=f"{base}/feeds/{secret}.ics" if secret else "",
    )


@get("/rooms/{room_id:str}/edit", opt=may(KEEPERS))
async def edit_page(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The form that describes a room; the address `new` is for one that is not there yet."""
    name = _id(request)
    if name == "new":
        return await _form(request, desk, Form({}), None)
    _, room, _, _ = await rooms.room_view(desk, name)
    return await _form(request, desk, _as_form(room), room)


def _as_form(room: Room) -> Form:
    values: dict[str, list[str]] = {
        "version": [room.version],
        "name": [room.name],
        "kind": [room.kind],
        "site": [room.site],
        "note": [room.note],
        "open_room": ["yes" if room.open_room else "no"],
        "in_use": ["yes" if room.in_use else "no"],
        "equipment": sorted(room.equipment),
        "accessibility": sorted(room.accessibility),
        "exceptions": [
            "\n".join(f"{day} {hours_text(hours)}".strip() for day, hours in sorted(room.exceptions.items()))
        ],
    }
    values |= {name: [str(getattr(room, name))] for name in _NUMBERS}
    values |= {f"hours_{day}": [hours_text(room.hours[n])] for n, day in enumerate(WEEKDAYS)}
    return Form(values)


async def _form(
    request: AnyRequest,
    desk: Desk,
    posted: Form,
    room: Room | None,
    error: GranskaError | None = None,
    differs: Sequence[str] = (),
) -> Response[Any]:
    estate, rules = await rooms.estate(desk)
    return page_or_complaint(
        request,
        "pages/room_form.html",
        error=error,
        at="room",
        posted=posted,
        room=room,
        differs=differs,
        stands=_as_form(room) if room else Form({}),
        estate=estate,
        rules=rules,
        equipment=EQUIPMENT,
        accessibility=ACCESSIBILITY,
        weekdays=WEEKDAYS,
    )


def _differs(form: Form, room: Room) -> list[str]:
    """The fields that say something else than what is saved now."""
    saved = _as_form(room)
    names = [name for name in saved.names() if name != "version"]
    return [name for name in names if sorted(form.texts(name)) != sorted(saved.texts(name))]


def _document(form: Form) -> dict[str, Any]:
    """The form as the document that is kept; what cannot be read is left for its reader to name."""

    def whole(name: str) -> Any:
        text = as_number(form.text(name))
        return int(text) if re.fullmatch(r"\d{1,6}", text) else None

    return {
        "name": form.text("name"),
        "note": form.text("note"),
        "kind": form.text("kind"),
        "open_room": form.text("open_room") == "yes",
        "in_use": form.text("in_use") != "no",
        "equipment": form.texts("equipment"),
        "accessibility": form.texts("accessibility"),
        "hours": {day: as_hours(form.text(f"hours_{day}")) for day in WEEKDAYS},
        "exceptions": as_exceptions(form.text("exceptions")),
    } | {name: whole(name) for name in _NUMBERS}


@post("/rooms/{room_id:str}/edit", opt=may(KEEPERS), status_code=303)
async def describe(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Describe a room, new or known."""
    form = await forms.read(request)
    name = _id(request)
    room_id = form.text("id").strip() if name == "new" else name
    room = None
    try:
        if name != "new":
            _, room, _, _ = await rooms.room_view(desk, name)
        elif not room_id:
            raise InvalidInput([Problem("/id", "input.missing")])
        elif room_id in (await rooms.estate(desk))[0].rooms:
            raise InvalidInput([Problem("/id", "room.known")])
        parent = room_id.rpartition(".")[0] or None
        site = room.site if room else form.text("site")
        seen = form.text("version")
        await rooms.describe_room(desk, room_id, _document(form), site=site, parent=parent, by=person(user), seen=seen)
    except NotFound:
        raise
    except Conflict as error:
        _, now, _, _ = await rooms.room_view(desk, name)
        # Saved again, it is saved over what is said now.
        return await _form(request, desk, form.but(version=[now.version]), now, error, differs=_differs(form, now))
    except GranskaError as error:
        return await _form(request, desk, form, room, error)
    render.tell(request, "done.room_described")
    return Redirect(f"/rooms/{room_id}", status_code=303)


@post("/sites", opt=may(KEEPERS), status_code=303)
async def describe_site(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Describe a site, new or known."""
    form = await forms.read(request)
    given = {"name": form.text("site_name"), "address": form.text("address")}
    try:
        await rooms.describe_site(desk, form.text("site_id").strip(), given, by=person(user))
    except InvalidInput as error:
        estate, rules = await rooms.estate(desk)
        return page_or_complaint(
            request, "pages/rooms.html", error=error, estate=estate, rules=rules, keeper=True, posted=form
        )
    render.tell(request, "done.site_described")
    return Redirect("/rooms", status_code=303)


@post("/rooms/{room_id:str}/closures", opt=may(KEEPERS), status_code=303)
async def close(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Close a room for a time; bookings that stand in it are named, and stay."""
    form = await forms.read(request)
    try:
        in_the_way = await rooms.close_room(
            desk,
            _id(request),
            first=form.text("first"),
            last=form.text("last"),
            ground=form.text("ground"),
            by=user,
        )
    except NotFound:
        raise
    except GranskaError as error:
        if forms.is_json(request):
            return domain_error(request, error)
        return await _show(request, desk, user, error=error, posted=form, at="closures")
    render.tell(request, "done.room_closed" if not in_the_way else "done.room_closed_bookings", count=len(in_the_way))
    return Redirect(f"/rooms/{_id(request)}", status_code=303)


@post("/rooms/{room_id:str}/closures/{closure_id:uuid}/lift", opt=may(KEEPERS), status_code=303)
async def lift(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The room can be used again."""
    await rooms.lift_closure(desk, str(request.path_params["closure_id"]), by=user)
    render.tell(request, "done.closure_lifted")
    return Redirect(f"/rooms/{_id(request)}", status_code=303)


@post("/rooms/{room_id:str}/feeds", opt=may(KEEPERS), status_code=200)
async def make_feed(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Make a shared calendar's address; it is shown this once."""
    secret = await room_feed.make_feed(desk, _id(request), by=user)
    return await _show(request, desk, user, secret=secret)


@post("/rooms/{room_id:str}/feeds/{feed_id:uuid}/revoke", opt=may(KEEPERS), status_code=303)
async def revoke_feed(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The address leads nowhere any more."""
    await room_feed.revoke_feed(desk, _id(request), str(request.path_params["feed_id"]), by=user)
    render.tell(request, "done.feed_revoked")
    return Redirect(f"/rooms/{_id(request)}", status_code=303)


HANDLERS = (
    all_rooms, one_room, edit_page, describe, describe_site, close, lift, make_feed, revoke_feed
)  # fmt: skip
