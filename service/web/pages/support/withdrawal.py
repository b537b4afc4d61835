"""All support of an association is taken up to be withdrawn, in one proceeding."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.desk.fields import check_text
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, NotFound
from service.domain.people import User
from service.support.withdrawal import candidates, take_up
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import OFFICERS, may


@get("/cases/{case_id:uuid}/withdrawal", opt=may(OFFICERS))
async def withdrawal_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """What the association has, to be chosen from."""
    return await _show(request, desk, user)


async def _show(
    request: AnyRequest,
    desk: Desk,
    user: User,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
) -> Response[Any]:
    case_id = str(request.path_params["case_id"])
    return page_or_complaint(
        request,
        "pages/withdrawal.html",
        error=error,
        at="withdrawal",
        case_id=case_id,
        candidates=await candidates(desk, case_id, by=user),
        posted=posted or forms.Form({}),
    )


@post("/cases/{case_id:uuid}/withdrawal", opt=may(OFFICERS), status_code=303)
async def take_up_support(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Take the chosen cases up again, all of them or none."""
    case_id = str(request.path_params["case_id"])
    form = await forms.read(request)
    try:
        chosen = {member: form.number(f"version-{member}") for member in form.every("cases")}
        await take_up(desk, case_id, chosen, check_text("/text", form.text("text")), by=user)
    except NotFound:
        raise
    except GranskaError as error:
        return await _show(request, desk, user, error, form)
    request.app.state.worker.wake()
    render.tell(request, "done.withdrawal")
    return Redirect(f"/cases/{case_id}", status_code=303)


HANDLERS = (withdrawal_page, take_up_support)
