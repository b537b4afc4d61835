"""On the phone: is it free, may they have it, what does it cost, what is missing; and the booking itself."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.response import Redirect

from service.bookings import availability, bookings, rooms
from service.casework.intake import phone_booking
from service.desk.actors import person
from service.desk.fields import as_clock
from service.desk.free_times import Wanted
from service.desk.ports.desk import Desk
from service.desk.rulebook import today
from service.domain.errors import GranskaError, InvalidInput, Problem, SlotTaken
from service.domain.organisation import looks_personal
from service.domain.people import Role, User
from service.domain.premises import Hirer, label
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.forms import Form
from service.web.problems import domain_error, page_or_complaint, slot_taken
from service.web.route_permissions import May, may

#: What the caller is asked, in the page's address: never who they are.
ASKED = ("room", "date", "from", "to", "number", "hirer", "use", "persons", "public")
BOOKERS = May(roles=frozenset({Role.PREMISES_OFFICER}))


def _call(form: Form) -> availability.Call:
    try:
        hirer = Hirer(form.text("hirer") or Hirer.ASSOCIATION)
    except ValueError as error:
        raise InvalidInput([Problem("/hirer", "input.choice_unknown")]) from error
    persons = form.number("persons") if form.text("persons").strip() else None
    return availability.Call(
        room=form.text("room"),
        day=form.text("date").strip(),
        start=as_clock(form.text("from")),
        end=as_clock(form.text("to")),
        number=form.text("number").strip(),
        hirer=hirer,
        use=form.text("use"),
        persons=persons,
        public={"yes": True, "no": False}.get(form.text("public")),
        wanted=Wanted(persons or 0),
    )


@get("/book", opt=may(BOOKERS))
async def book_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The form, and under it what is known of the time and of who calls."""
    form = Form({name: request.query_params.getall(name) for name in request.query_params})
    return await _show(request, desk, user, form)


async def _show(
    request: AnyRequest,
    desk: Desk,
    user: User,
    form: Form,
    *,
    error: GranskaError | None = None,
    named: Mapping[str, str] | None = None,
) -> Response[Any]:
    """A number that may be a person's is refused, and neither looked up nor repeated."""
    look = None
    if looks_personal(form.text("number")):
        form = form.but(number=[])
        error = error or InvalidInput([Problem("/number", "search.not_persons")])
    elif any(form.text(name) for name in ASKED):
        try:
            if not form.text("room"):
                raise InvalidInput([Problem("/room", "input.missing")])
            look = await availability.look(desk, _call(form))
        except GranskaError as wrong:
            error = error or wrong
    mine = await bookings.held_by(desk, by=person(user))
    # Whoever asks again for what they hold already is told so, not that somebody else has it.
    asked = (look.room.id, look.span) if look else None
    held = next((one for one in mine if form.text("hold") == one.id or (one.room, one.span) == asked), None)
    if held is not None:
        form = form.but(hold=[held.id])
    estate, rules = await rooms.estate(desk)
    return page_or_complaint(
        request,
        "pages/book.html",
        error=error,
        at="book",
        look=look,
        held=held,
        mine=mine,
        named=named or {},
        posted=form,
        estate=estate,
        rules=rules,
        hirers=list(Hirer),
        label_of_time=label,
        clock=availability.clock,
        today=today(desk),
    )


@post("/book/look", opt=may(BOOKERS), status_code=303)
async def look_at(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """To the page of this time and this association; a number that may be a person's never gets into an address."""
    form = await forms.read(request)
    if looks_personal(form.text("number")):
        return await _show(request, desk, user, form)
    said, named = form.text("number").strip(), dict[str, str]()
    if said and not re.search(r"\d", said):
        named = await availability.associations_named(desk, said, by=user)
        if len(named) != 1:
            problem = Problem("/number", "book.several_named" if named else "book.nobody_named")
            return await _show(request, desk, user, form.but(number=[]), error=InvalidInput([problem]), named=named)
        form = form.but(number=list(named))
    query = {name: form.text(name).strip() for name in (*ASKED, "hold") if form.text(name).strip()}
    return Redirect(f"/book?{urlencode(query)}", status_code=303)


@post("/book", opt=may(BOOKERS), status_code=303)
async def book(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Take the booking down; carry it out where that is mere execution, or go on with it as a case."""
    form = await forms.read(request)
    try:
        if form.text("disinterest") != "yes":
            raise InvalidInput([Problem("/disinterest", "book.disinterest")])
        call = _call(form)
        look = await availability.look(desk, call)
        mine = await bookings.held_by(desk, by=person(user))
        held = next((one for one in mine if one.id == form.text("hold")), None)
        if look.why_not is not None and held is None:
            others = [(one.room, one.span.start, one.span.end) for one in look.alternatives]
            raise SlotTaken(look.why_not, others)
        booked = await phone_booking.book(
            desk, call, purpose=form.text("purpose"), hold=held.id if held else None, by=user
        )
    except GranskaError as error:
        if forms.is_json(request):
            return slot_taken(request, error) if isinstance(error, SlotTaken) else domain_error(request, error)
        return await _show(request, desk, user, form, error=error)
    request.app.state.worker.wake()
    if forms.is_json(request):
        answer = {"case": booked.case_id, "diary_number": booked.diary_number, "executed": booked.error is None}
        if booked.error:
            answer["why_not"] = booked.error.code
        return Response(answer, status_code=201)
    if booked.error is None:
        render.tell(request, "done.booked", diary_number=booked.diary_number)
    else:
        why = render.words(request).say(render.language(request), booked.error.code, booked.error.params)
        render.tell(request, "done.booked_not_executed", diary_number=booked.diary_number, why=why)
    return Redirect(f"/cases/{booked.case_id}", status_code=303)


@post("/holds", opt=may(BOOKERS), status_code=303)
async def hold(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Hold a time while the caller makes up their mind; 409 with alternatives where it is taken."""
    form = await forms.read(request)
    try:
        if looks_personal(form.text("number")):
            raise InvalidInput([Problem("/number", "search.not_persons")])
        made = await bookings.hold(
            desk,
            form.text("room"),
            day=form.text("date").strip(),
            start=as_clock(form.text("from")),
            end=as_clock(form.text("to")),
            by=person(user),
        )
    except GranskaError as error:
        if forms.is_json(request):
            return slot_taken(request, error) if isinstance(error, SlotTaken) else domain_error(request, error)
        return await _show(request, desk, user, form, error=error)
    if forms.is_json(request):
        return Response({"id": made.booking, "until": made.hold_until}, status_code=201)
    query = {name: form.text(name) for name in ASKED if form.text(name)} | {"hold": made.booking}
    return Redirect(f"/book?{urlencode(query)}", status_code=303)


@post("/holds/{booking_id:uuid}/give-up", opt=may(BOOKERS), status_code=303)
async def give_up(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The hold was not needed."""
    await bookings.give_up_hold(desk, str(request.path_params["booking_id"]), by=person(user))
    render.tell(request, "done.hold_given_up")
    return Redirect("/calendar", status_code=303)


HANDLERS = (book_page, look_at, book, hold, give_up)
