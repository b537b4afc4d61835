"""The steps of the routine: each a page with one question, and the same address for other systems in JSON."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.bookings.availability import clock
from service.casework.decision import appeal, follow_up, reopen
from service.casework.letters import compose
from service.casework.review import assignment, findings, inquiry, precedents
from service.casework.views import case_page, gate
from service.casework.views import step_page as views
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome
from service.domain.errors import GranskaError, NotAllowed, NotFound
from service.domain.people import User
from service.domain.premises import Alternative, Span, label
from service.proof import access_log
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.forms import Form
from service.web.pages.casework.case import show_case
from service.web.pages.casework.step_forms import ON_THE_CASE_PAGE, WAYS, open_steps
from service.web.problems import domain_error, page_or_complaint
from service.web.route_permissions import CASE_READERS, DECIDERS, may


@get("/cases/{case_id:uuid}/steps/{step:str}", opt=may(DECIDERS))
async def step_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """One step's question, with what is needed to answer it."""
    case_id, name = _place(request)
    await gate.check_may_see(desk, case_id, by=user)
    await access_log.note(desk, user, access_log.OPENED, case_id)
    return await show(request, desk, user, name)


async def show(
    request: AnyRequest,
    desk: Desk,
    user: User,
    name: str,
    *,
    error: GranskaError | None = None,
    posted: Form | None = None,
) -> Response[Any]:
    """The page of a step, again with what was written where it could not be taken."""
    case_id, _ = _place(request)
    view = await case_page.case_view(desk, case_id, by=user)
    if error is None and name not in open_steps(view, user):
        return await show_case(request, desk, user, error=NotAllowed("step.not_now"), at="tasks")
    shown = await views.step_page(desk, view, name, language=render.language(request))
    asked = {one: request.query_params.getall(one) for one in request.query_params}
    if name == "move" and not asked:
        asked = views.only_time(view)
    draft = forms.Form(view.drafts.get(WAYS[name].event.declared.type, asked))
    return page_or_complaint(
        request,
        "pages/step.html",
        error=error,
        at="step",
        step=name,
        view=view,
        posted=posted or draft,
        languages=compose.LANGUAGES,
        channels=compose.CHANNELS,
        results=inquiry.RESULTS,
        addenda=follow_up.ADDENDA,
        appeal_outcomes=appeal.APPEAL_OUTCOMES,
        reopening=reopen.REOPENING,
        side_kinds=follow_up.SIDE_KINDS,
        outcomes=list(DecisionOutcome),
        mask=False,
        label=label,
        clock=clock,
        instead=[Alternative(room, Span(start, end)) for room, start, end in getattr(error, "alternatives", ())],
        draft_name=WAYS[name].event.declared.type,
        **vars(shown),
    )


@post("/cases/{case_id:uuid}/steps/{step:str}", opt=may(DECIDERS), status_code=303)
async def take_step(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Take a step, from a form or from JSON (with the form token in the header `x-csrftoken`)."""
    case_id, name = _place(request)
    try:
        form = await forms.read(request)
        result = await WAYS[name].take(desk, case_id, form, user, form.number("version"))
        if name == "conflict" and form.text("take") == "yes":
            case = await gate.check_may_see(desk, case_id, by=user)
            await findings.take(desk, case_id, by=user, seen=case.version)
    except NotFound:
        raise
    except GranskaError as error:
        if forms.is_json(request):
            return domain_error(request, error)
        if name in ON_THE_CASE_PAGE or error.code.startswith("conflict."):
            return await show_case(request, desk, user, error=error, posted=form, at="decision")
        return await show(request, desk, user, name, error=error, posted=form)
    request.app.state.worker.wake()
    if forms.is_json(request):
        async with desk.store.reading() as read:
            case = await read.case(case_id)
        made = result if isinstance(result, (str, list)) else None
        return Response(
            {"case": case_id, "state": case.state.value, "version": case.version, "id": made}, status_code=200
        )
    render.tell(request, f"done.step.{name}")
    return Redirect(f"/cases/{case_id}", status_code=303)


@post("/cases/{case_id:uuid}/draft", opt=may(DECIDERS), status_code=204)
async def keep_draft(request: AnyRequest, desk: TheDesk, user: SignedIn) -> None:
    """Keep what is being written, so that nothing is lost; it is working material of the one who writes."""
    case_id = str(request.path_params["case_id"])
    form = await forms.read(request)
    await assignment.keep_draft(desk, case_id, form=form.text("_form"), values=form.written(), by=user)


@get("/cases/{case_id:uuid}/precedents", opt=may(CASE_READERS))
async def precedent_panel(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The nearest earlier decisions, and in what they differ."""
    case_id = str(request.path_params["case_id"])
    await gate.check_may_see(desk, case_id, by=user)
    found = await precedents.nearest(desk, case_id, by=user)
    part = "HX-Request" in request.headers
    return render.page(request, "components/precedents.html" if part else "pages/precedents.html", found=found)


def _place(request: AnyRequest) -> tuple[str, str]:
    name = str(request.path_params["step"])
    if name not in WAYS:
        raise NotFound("http.404")
    return str(request.path_params["case_id"]), name


HANDLERS = (step_page, take_step, keep_draft, precedent_panel)
