"""Erasing: what would go is shown and put forward by one administrator, and carried out by another."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, InvalidInput, NotFound, Problem
from service.privacy import erasure, erasure_plan
from service.privacy.erasure_plan import Plan
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import ADMINISTRATORS, may

MOST_SHOWN = 200
PROPOSAL = "/erase/{proposal_id:uuid}"


@get("/erase", opt=may(ADMINISTRATORS))
async def erase_page(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """What waits to be carried out, what the retention table says is over, and the form for single cases."""
    return await _page(request, desk)


async def _page(
    request: AnyRequest,
    desk: Desk,
    *,
    chosen: Plan | None = None,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
) -> Response[Any]:
    return page_or_complaint(
        request,
        "pages/erase.html",
        error=error,
        at="cases",
        waiting=await erasure.waiting(desk),
        due=await erasure_plan.plan_due(desk),
        chosen=chosen,
        most=MOST_SHOWN,
        classes=[one for one in erasure_plan.CLASSES if one != "incidents"],  # they belong to no case
        grounds=erasure_plan.GROUNDS,
        posted=posted or forms.Form({}),
    )


async def _plan(desk: Desk, form: forms.Form) -> Plan:
    if form.text("what") == "due":
        return await erasure_plan.plan_due(desk)
    numbers = [one.strip() for one in form.text("cases").replace(",", "\n").splitlines() if one.strip()]
    if not numbers:
        raise InvalidInput([Problem("/cases", "input.missing")])
    classes = [one for one in erasure_plan.CLASSES if one in form.texts("classes")]
    return await erasure_plan.plan_cases(desk, numbers, classes, form.text("ground"))


@post("/erase/plan", opt=may(ADMINISTRATORS), status_code=200)
async def plan(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """A dry run: what would go, and nothing goes."""
    form = await forms.read(request)
    try:
        chosen = await _plan(desk, form)
    except GranskaError as error:
        return await _page(request, desk, error=error, posted=form)
    return await _page(request, desk, chosen=chosen, posted=form)


@post("/erase", opt=may(ADMINISTRATORS), status_code=303)
async def propose(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Put forward what was shown; the plan is made anew, so that nothing is that has changed since."""
    form = await forms.read(request)
    chosen: Plan | None = None
    try:
        chosen = await _plan(desk, form)
        if chosen.digest != form.text("shown"):
            raise InvalidInput([Problem("/cases", "erase.changed_meanwhile")])
        ground = erasure_plan.RETENTION if form.text("what") == "due" else form.text("ground")
        await erasure.propose(desk, chosen, ground=ground, document=form.text("document"), by=user)
    except GranskaError as error:
        return await _page(request, desk, chosen=chosen, error=error, posted=form)
    render.tell(request, "done.erasure_proposed")
    return Redirect("/erase", status_code=303)


@get(PROPOSAL, opt=may(ADMINISTRATORS))
async def proposal_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """What a proposal would take, case by case, for whoever is to carry it out."""
    try:
        proposal, found = await erasure.plan_of(desk, _id(request))
    except NotFound:
        raise
    except GranskaError as error:
        return await _page(request, desk, error=error)
    return render.page(
        request,
        "pages/erasure_proposal.html",
        proposal=proposal,
        plan=found,
        most=MOST_SHOWN,
        own=proposal.by == user.pseudonym,
    )


@post(f"{PROPOSAL}/carry-out", opt=may(ADMINISTRATORS), status_code=303)
async def carry_out(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Erase what another administrator has put forward."""
    try:
        count = await erasure.carry_out(desk, _id(request), by=user)
    except NotFound:
        raise
    except GranskaError as error:
        return await _page(request, desk, error=error)
    render.tell(request, "done.erased", count=count)
    return Redirect("/erase", status_code=303)


@post(f"{PROPOSAL}/take-back", opt=may(ADMINISTRATORS), status_code=303)
async def take_back(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Nothing of it is to be erased."""
    await erasure.take_back(desk, _id(request), by=user)
    render.tell(request, "done.erasure_taken_back")
    return Redirect("/erase", status_code=303)


def _id(request: AnyRequest) -> str:
    return str(request.path_params["proposal_id"])


HANDLERS = (erase_page, plan, propose, proposal_page, carry_out, take_back)
