"""The steps of the routine: each a page with one question, and the same address for other systems in JSON."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Redirect

from service.bookings import key_access, move_or_cancel
from service.bookings.availability import clock
from service.casework.decision import appeal, follow_up, reopen
from service.casework.review import assignment, inquiry, precedents
from service.casework.views import case_page, gate
from service.casework.views import step_page as views
from service.casework.views.steps import STEPS, case_now, why_not_now
from service.desk import candidates, letter_sheet
from service.desk.form import read_form, schema_of, with_version
from service.desk.ports.desk import Desk
from service.desk.step_form import StepForm
from service.domain.decision import DecisionOutcome
from service.domain.errors import GranskaError, NotFound
from service.domain.people import User
from service.domain.premises import Alternative, Span, label
from service.proof import access_log
from service.support import withdrawal
from service.web import forms, render
from service.web.api import describe
from service.web.deps import AnyRequest, CaseId, SignedIn, TheDesk
from service.web.forms import Form
from service.web.pages.casework.case import show_case
from service.web.problems import domain_error, page_or_complaint
from service.web.route_permissions import CASE_READERS, DECIDERS, may

PLACE = "/cases/{case_id:uuid}/steps/"


async def _open(request: AnyRequest, desk: Desk, user: User, step: type[StepForm]) -> Response[Any]:
    view = await case_page.case_view(desk, _id(request), by=user)
    await access_log.note(desk, user, access_log.OPENED, _id(request))
    why_not = why_not_now(step, view, case_now(view, user))
    if why_not is not None:
        return await show_case(request, desk, user, error=why_not, at="tasks")
    return await show(request, desk, user, step, view)


async def show(
    request: AnyRequest,
    desk: Desk,
    user: User,
    step: type[StepForm],
    view: case_page.CaseView,
    *,
    error: GranskaError | None = None,
    posted: Form | None = None,
) -> Response[Any]:
    """The page of a step, again with what was written where it could not be taken."""
    shown = await views.step_page(desk, view, step.name, language=render.language(request))
    asked = {name: request.query_params.getall(name) for name in request.query_params}
    suggested = asked or step.suggested(case_now(view, user))
    siblings = await withdrawal.siblings(desk, view.case, view.dossier.withdrawal, step, by=user)
    draft = forms.Form(view.drafts.get(step.event.declared.type, suggested))
    return page_or_complaint(
        request,
        "pages/step.html",
        error=error,
        at="step",
        step=step.name,
        view=view,
        posted=posted or draft,
        languages=letter_sheet.LANGUAGES,
        channels=letter_sheet.CHANNELS,
        results=inquiry.RESULTS,
        most_acts=inquiry.MOST_ACTS,
        addenda=follow_up.ADDENDA,
        appeal_outcomes=appeal.APPEAL_OUTCOMES,
        reopening=reopen.REOPENING,
        candidates_in=candidates.candidates_in,
        candidate_field=candidates.FIELD,
        unsettled=key_access.to_settle(view.dossier),
        reached_us_by=move_or_cancel.REACHED_US_BY,
        side_kinds=follow_up.SIDE_KINDS,
        outcomes=list(DecisionOutcome),
        mask=False,
        siblings=siblings,
        label_of_time=label,
        clock=clock,
        instead=[Alternative(room, Span(start, end)) for room, start, end in getattr(error, "alternatives", ())],
        draft_name=step.event.declared.type,
        **vars(shown),
    )


def _also(form: Form) -> dict[str, int]:
    """The other cases of a proceeding that the step is to be taken in, each with the version that was seen."""
    chosen = form.every("also")
    return {case_id: form.number(f"also-{case_id}") for case_id in chosen}


async def _take(request: AnyRequest, desk: Desk, user: User, step: type[StepForm]) -> Response[Any]:
    form = Form({})
    try:
        form = await forms.read(request)
        version = form.number("version")
        filled = read_form(step, form.answers())
        also = _also(form)
        if also:
            seen = {_id(request): version, **also}
            made: Any = (await withdrawal.take_together(desk, filled, seen, by=user))[0]
        else:
            made = await filled.take(desk, _id(request), by=user, seen=version)
    except NotFound:
        raise
    except GranskaError as error:
        if forms.is_json(request):
            return domain_error(request, error)
        if step.on_case_page or error.code.startswith("conflict."):
            return await show_case(request, desk, user, error=error, posted=form, at="decision")
        view = await case_page.case_view(desk, _id(request), by=user)
        return await show(request, desk, user, step, view, error=error, posted=form)
    request.app.state.worker.wake()
    if forms.is_json(request):
        case = await gate.check_may_see(desk, _id(request), by=user)
        taken = {"case": case.id, "state": case.state.value, "version": case.version, "id": made}
        return Response(taken, status_code=200)
    render.tell(request, f"done.step.{step.name}")
    return Redirect(f"/cases/{_id(request)}", status_code=303)


@dataclass(frozen=True)
class Taken:
    """What a step that was taken answers another system: the case as it stands now, and the id of what was made."""

    case: str
    state: str
    version: int
    id: str | list[str] | None


def _routes_of(step: type[StepForm]) -> list[HTTPRouteHandler]:
    """A step's page, where it has one of its own, and the address where it is taken, for people and for systems."""

    @get(PLACE + step.name, opt=may(DECIDERS), include_in_schema=False)
    async def page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
        """One step's question, with what is needed to answer it."""
        return await _open(request, desk, user, step)

    @post(
        PLACE + step.name,
        opt=may(DECIDERS),
        status_code=303,
        include_in_schema=True,
        operation_id=f"step-{step.name}",
        summary=(step.__doc__ or "").partition("\n")[0],
        operation_class=describe.reads(with_version(schema_of(step))),
        security=[{"session": []}],
        responses=describe.OF_STEPS | {200: ResponseSpec(Taken, generate_examples=False, description="Taken")},
    )
    async def take(request: AnyRequest, desk: TheDesk, user: SignedIn, case_id: CaseId) -> Response[Any]:
        """Take a step, from a form or from JSON (with the form token in the header `x-csrftoken`)."""
        return await _take(request, desk, user, step)

    return [take] if step.on_case_page else [page, take]


@post("/cases/{case_id:uuid}/draft", opt=may(DECIDERS), status_code=204)
async def keep_draft(request: AnyRequest, desk: TheDesk, user: SignedIn) -> None:
    """Keep what is being written, so that nothing is lost; it is working material of the one who writes."""
    form = await forms.read(request)
    await assignment.keep_draft(desk, _id(request), form=form.text("_form"), values=form.written(), by=user)


@get("/cases/{case_id:uuid}/precedents", opt=may(CASE_READERS))
async def precedent_panel(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The nearest earlier decisions, and in what they differ."""
    await gate.check_may_see(desk, _id(request), by=user)
    found = await precedents.nearest(desk, _id(request), by=user)
    part = "HX-Request" in request.headers
    return render.page(request, "components/precedents.html" if part else "pages/precedents.html", found=found)


def _id(request: AnyRequest) -> str:
    return str(request.path_params["case_id"])


HANDLERS = (*chain.from_iterable(map(_routes_of, STEPS.values())), keep_draft, precedent_panel)
