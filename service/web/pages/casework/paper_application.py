"""An officer registers an application that came on paper."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.bookings import availability
from service.bookings.rooms import all_rooms
from service.casework.intake import receive
from service.desk.actors import person
from service.desk.rulebook import book_now, today
from service.domain import policy
from service.domain.application import Kind
from service.domain.errors import InvalidInput, NotAllowed, NotFound
from service.domain.organisation import looks_personal
from service.domain.people import User
from service.domain.premises import Hirer
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import OFFICERS, may

GRANT_TYPES = ("verksamhetsbidrag", "aktivitetsbidrag", "lovaktivitet")
PREMISES_TYPES = ("booking", "open_room")


def _kind(request: AnyRequest, user: User) -> Kind:
    try:
        kind = Kind(request.path_params["kind"])
    except ValueError as error:
        raise NotFound("http.404") from error
    policy.check_can_register(user, kind)
    return kind


@get("/register", opt=may(OFFICERS))
async def choose(user: SignedIn) -> Redirect:
    """To the form of the officer's own kind."""
    for kind, role in policy.HANDLING_ROLES.items():
        if user.has(role):
            return Redirect(f"/register/{kind}", status_code=303)
    raise NotAllowed("access.role")


@get("/register/{kind:str}", opt=may(OFFICERS))
async def form_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The form; what the phone page already knows is filled in."""
    known = {name: request.query_params.getall(name) for name in request.query_params}
    number = request.query_params.get("org_number", "")
    if looks_personal(number):
        del known["org_number"]
    elif name := await availability.association_of(desk, number):
        known |= {"org_name": [name], "organiser": [name]}
    return await _form(request, desk, _kind(request, user), forms.Form(known))


async def _form(
    request: AnyRequest, desk: TheDesk, kind: Kind, posted: forms.Form, error: InvalidInput | None = None
) -> Response[Any]:
    rules = (await book_now(desk)).procedure(today(desk))
    estate = await all_rooms(desk)
    return page_or_complaint(
        request,
        "pages/register.html",
        error=error,
        kind=kind,
        rules=rules,
        estate=estate,
        hirers=list(Hirer),
        posted=posted,
        types=GRANT_TYPES if kind is Kind.GRANT else PREMISES_TYPES,
        today=today(desk),
    )


@post("/register/{kind:str}", opt=may(OFFICERS), status_code=303)
async def register(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Receive what was on the paper."""
    kind = _kind(request, user)
    form = await forms.read(request)
    try:
        document = forms.application(form, kind, today=today(desk))
        received = await receive.receive(desk, document, by=person(user), channel="paper")
    except InvalidInput as error:
        return await _form(request, desk, kind, form, error)
    request.app.state.worker.wake()
    render.tell(request, "done.registered", diary_number=received.diary_number)
    return Redirect(f"/cases/{received.case_id}", status_code=303)


HANDLERS = (choose, form_page, register)
