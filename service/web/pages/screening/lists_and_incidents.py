"""The coordinator's pages: lists and their age, incidents, and the rule sets in force."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.casework.review import incidents
from service.desk.rulebook import book_now, today
from service.domain.errors import GranskaError
from service.screening.list_health import lists_shown
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import COORDINATORS, LIST_READERS, SIGNED_IN, may


@get("/lists", opt=may(LIST_READERS))
async def lists(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """Each list of the rule set in force: definition, active version and age; and every import."""
    shown = await lists_shown(desk)
    return render.page(request, "pages/lists.html", rules=shown.procedure, **vars(shown))


@get("/incidents", opt=may(LIST_READERS))
async def incident_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Incidents in the City's own dealings with associations, by organisation number."""
    return await _incidents(request, desk, user)


async def _incidents(
    request: AnyRequest,
    desk: TheDesk,
    user: SignedIn,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
) -> Response[Any]:
    shown = await incidents.shown(desk)
    return page_or_complaint(
        request,
        "pages/incidents.html",
        error=error,
        at="incident",
        **vars(shown),
        kinds=incidents.KINDS,
        today=today(desk),
        posted=posted or forms.Form({}),
    )


@post("/incidents", opt=may(COORDINATORS), status_code=303)
async def record_incident(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Record an incident; a second person verifies it before it is used."""
    form = await forms.read(request)
    names = incidents.NewIncident.__dataclass_fields__
    try:
        await incidents.record(desk, incidents.NewIncident(**{one: form.text(one).strip() for one in names}), by=user)
    except GranskaError as error:
        return await _incidents(request, desk, user, error, form)
    render.tell(request, "done.incident_recorded")
    return Redirect("/incidents", status_code=303)


@post("/incidents/{incident_id:uuid}/verify", opt=may(COORDINATORS), status_code=303)
async def verify_incident(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A second person has seen the source."""
    try:
        await incidents.verify(desk, str(request.path_params["incident_id"]), by=user)
    except GranskaError as error:
        return await _incidents(request, desk, user, error)
    request.app.state.worker.wake()
    render.tell(request, "done.incident_verified")
    return Redirect("/incidents", status_code=303)


@get("/rules", opt=may(SIGNED_IN))
async def rules(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The adopted rule sets, and what the one in force says."""
    book = await book_now(desk)
    return render.page(request, "pages/rules.html", sets=book.sets, current=book.procedure(today(desk)))


HANDLERS = (lists, incident_page, record_incident, verify_incident, rules)
