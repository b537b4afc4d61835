"""The coordinator's pages of incidents, and the rule sets in force."""

from collections.abc import Callable, Coroutine
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.casework.review import incidents
from service.desk.fields import check_day
from service.desk.form import read_form
from service.desk.ports.desk import Desk
from service.desk.rulebook import book_now, today
from service.domain.errors import GranskaError, NotFound
from service.domain.people import User
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import INCIDENT_READERS, INCIDENT_RECORDERS, SIGNED_IN, may


@get("/incidents", opt=may(INCIDENT_READERS))
async def incident_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Incidents in the City's own dealings with associations, by organisation number."""
    return await _incidents(request, desk, user)


async def _incidents(
    request: AnyRequest,
    desk: Desk,
    user: User,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
) -> Response[Any]:
    shown = await incidents.shown(desk, by=user)
    return page_or_complaint(
        request,
        "pages/incidents.html",
        error=error,
        at="incident",
        **vars(shown),
        recorder=user.has(*incidents.RECORDERS),
        today=today(desk),
        posted=posted or forms.Form({}),
    )


@get("/incidents/{incident_id:uuid}", opt=may(INCIDENT_RECORDERS))
async def one_incident(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """An incident, to be corrected, disputed or withdrawn."""
    return await _one(request, desk, user)


async def _one(
    request: AnyRequest, desk: Desk, user: User, error: GranskaError | None = None, posted: forms.Form | None = None
) -> Response[Any]:
    shown = await incidents.one_shown(desk, _id(request), by=user)
    as_it_stands = forms.Form({name: [value] for name, value in shown.said.items()})
    return page_or_complaint(
        request,
        "pages/incident.html",
        error=error,
        at="incident",
        incident=shown.incident,
        kinds=shown.kinds,
        rooms=shown.rooms,
        posted=posted or as_it_stands,
    )


Act = Callable[[forms.Form], Coroutine[Any, Any, None]]


async def _act(request: AnyRequest, desk: Desk, user: User, act: Act, done: str) -> Response[Any]:
    """Do it with what was filled in; the checks of open cases follow."""
    form = await forms.read(request)
    try:
        await act(form)
    except NotFound:
        raise
    except GranskaError as error:
        again = _one if "incident_id" in request.path_params and not done.endswith("verified") else _incidents
        return await again(request, desk, user, error, form)
    request.app.state.worker.wake()
    render.tell(request, done)
    return Redirect("/incidents", status_code=303)


def _id(request: AnyRequest) -> str:
    return str(request.path_params["incident_id"])


@post("/incidents", opt=may(INCIDENT_RECORDERS), status_code=303)
async def record_incident(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Record an incident; a second person verifies it before it is used."""

    async def act(form: forms.Form) -> None:
        await incidents.record(desk, read_form(incidents.NewIncident, form.answers()), by=user)

    return await _act(request, desk, user, act, "done.incident_recorded")


@post("/incidents/{incident_id:uuid}/verify", opt=may(INCIDENT_RECORDERS), status_code=303)
async def verify_incident(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A second person has seen the document, and that it tells of something done."""

    async def act(form: forms.Form) -> None:
        saw, is_act = form.text("saw") == "yes", form.text("is_act") == "yes"
        await incidents.verify(desk, _id(request), saw=saw, is_act=is_act, by=user)

    return await _act(request, desk, user, act, "done.incident_verified")


@post("/incidents/{incident_id:uuid}/correct", opt=may(INCIDENT_RECORDERS), status_code=303)
async def correct_incident(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """What was written was wrong; what is said now is verified anew."""

    async def act(form: forms.Form) -> None:
        new = read_form(incidents.NewIncident, form.answers())
        await incidents.correct(desk, _id(request), new, form.text("text"), by=user)

    return await _act(request, desk, user, act, "done.incident_corrected")


@post("/incidents/{incident_id:uuid}/dispute", opt=may(INCIDENT_RECORDERS), status_code=303)
async def dispute_incident(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The association says that it is not so."""

    async def act(form: forms.Form) -> None:
        received = check_day("/received", form.text("received"))
        await incidents.dispute(desk, _id(request), form.text("dispute_text"), received, by=user)

    return await _act(request, desk, user, act, "done.incident_disputed")


@post("/incidents/{incident_id:uuid}/withdraw", opt=may(INCIDENT_RECORDERS), status_code=303)
async def withdraw_incident(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """It should not have been written down."""

    async def act(form: forms.Form) -> None:
        await incidents.withdraw(desk, _id(request), form.text("withdraw_text"), by=user)

    return await _act(request, desk, user, act, "done.incident_withdrawn")


@get("/rules", opt=may(SIGNED_IN))
async def rules(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The adopted rule sets, and what the one in force says."""
    book = await book_now(desk)
    return render.page(request, "pages/rules.html", sets=book.sets, current=book.procedure(today(desk)))


HANDLERS = (
    incident_page,
    one_incident,
    record_incident,
    verify_incident,
    correct_incident,
    dispute_incident,
    withdraw_incident,
    rules,
)
