"""Erasing: what would go is shown first, and goes only when someone has said on what ground."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, InvalidInput, Problem
from service.privacy import erasure
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import ADMINISTRATORS, may

MOST_SHOWN = 200


@get("/erase", opt=may(ADMINISTRATORS))
async def erase_page(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """What the retention table says is over, and the form for single cases."""
    return _page(request, await erasure.plan_due(desk), chosen=None)


def _page(
    request: AnyRequest,
    due: erasure.Plan,
    *,
    chosen: erasure.Plan | None,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
) -> Response[Any]:
    return page_or_complaint(
        request,
        "pages/erase.html",
        error=error,
        at="cases",
        due=due,
        chosen=chosen,
        most=MOST_SHOWN,
        classes=erasure.CLASSES,
        grounds=erasure.GROUNDS,
        posted=posted or forms.Form({}),
    )


async def _plan(desk: Desk, form: forms.Form) -> erasure.Plan:
    if form.text("what") == "due":
        return await erasure.plan_due(desk)
    numbers = [one.strip() for one in form.text("cases").replace(",", "\n").splitlines() if one.strip()]
    if not numbers:
        raise InvalidInput([Problem("/cases", "input.missing")])
    return await erasure.plan_cases(desk, numbers, [one for one in erasure.CLASSES if one in form.texts("classes")])


@post("/erase/plan", opt=may(ADMINISTRATORS), status_code=200)
async def plan(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """A dry run: what would go, and nothing goes."""
    form = await forms.read(request)
    due = await erasure.plan_due(desk)
    try:
        chosen = await _plan(desk, form)
    except GranskaError as error:
        return _page(request, due, chosen=None, error=error, posted=form)
    return _page(request, due, chosen=chosen, posted=form)


@post("/erase", opt=may(ADMINISTRATORS), status_code=303)
async def erase(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Erase what was shown; the plan is made anew, so that nothing goes that has changed since."""
    form = await forms.read(request)
    due = await erasure.plan_due(desk)
    chosen: erasure.Plan | None = None
    try:
        chosen = await _plan(desk, form)
        if chosen.digest != form.text("shown"):
            raise InvalidInput([Problem("/cases", "erase.changed_meanwhile")])
        count = await erasure.erase(desk, chosen, ground=form.text("ground"), document=form.text("document"), by=user)
    except GranskaError as error:
        return _page(request, due, chosen=chosen, error=error, posted=form)
    render.tell(request, "done.erased", count=count)
    return Redirect("/erase", status_code=303)


HANDLERS = (erase_page, plan, erase)
