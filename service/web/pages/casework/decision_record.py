"""A decision record as a readable sheet; personal values stay masked until a purpose has been given and logged."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.casework.decision import record_page
from service.casework.views.gate import check_may_see
from service.domain.errors import InvalidInput
from service.proof import access_log
from service.web import forms
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import RECORD_READERS, may

UNMASKED = "unmasked"
UNMASKED_MS = 15 * 60 * 1000


@get("/records/{case_id:uuid}", opt=may(RECORD_READERS))
async def record(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The sheet."""
    case_id = str(request.path_params["case_id"])
    await check_may_see(desk, case_id, by=user)
    await access_log.note(desk, user, access_log.RECORD, case_id)
    return await _sheet(request, desk, user)


async def _sheet(
    request: AnyRequest,
    desk: TheDesk,
    user: SignedIn,
    error: InvalidInput | None = None,
    posted: forms.Form | None = None,
) -> Response[Any]:
    case_id = str(request.path_params["case_id"])
    found = await record_page.read_record(desk, case_id, by=user)
    until = request.session.get(UNMASKED, {}).get(case_id, 0)
    return page_or_complaint(
        request,
        "pages/record.html",
        error=error,
        record=found,
        masked=until <= desk.outside.now(),
        until=until,
        posted=posted or forms.Form({}),
        purposes=record_page.PURPOSES,
    )


@post("/records/{case_id:uuid}/unmask", opt=may(RECORD_READERS), status_code=303)
async def unmask(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Show the personal values for a quarter of an hour; who, why and when stands in the log."""
    case_id = str(request.path_params["case_id"])
    form = await forms.read(request)
    try:
        await record_page.unmask(desk, case_id, purpose=form.text("purpose"), note=form.text("note"), by=user)
    except InvalidInput as error:
        return await _sheet(request, desk, user, error, form)
    unmasked = dict(request.session.get(UNMASKED, {}))
    request.session[UNMASKED] = unmasked | {case_id: desk.outside.now() + UNMASKED_MS}
    return Redirect(f"/records/{case_id}", status_code=303)


HANDLERS = (record, unmask)
