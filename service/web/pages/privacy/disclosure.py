"""A case to hand out or look back on: the bundle, the public copy, and the case as recorded on a certain day."""

from typing import Any

from litestar import Response, get, post

from service.casework.decision import record_page
from service.casework.views import history
from service.casework.views.gate import check_may_see
from service.desk.fields import check_day
from service.desk.ports.desk import Desk
from service.domain.clock import local_day
from service.domain.errors import InvalidInput, Problem
from service.domain.people import User
from service.privacy import disclosure_bundle, erasure_plan
from service.proof import access_log
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import CASE_READERS, RECORD_READERS, may


@get("/cases/{case_id:uuid}/bundle", opt=may(RECORD_READERS))
async def bundle_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """What to leave out, and the button."""
    return await _form(request, desk, user)


async def _form(
    request: AnyRequest, desk: Desk, user: User, error: InvalidInput | None = None, posted: forms.Form | None = None
) -> Response[Any]:
    case = await check_may_see(desk, str(request.path_params["case_id"]), by=user)
    return page_or_complaint(
        request,
        "pages/bundle_form.html",
        error=error,
        case=case,
        classes=erasure_plan.CLASSES,
        purposes=record_page.PURPOSES,
        forced=disclosure_bundle.forced_mask(user),
        posted=posted or forms.Form({}),
    )


@post("/cases/{case_id:uuid}/bundle", opt=may(RECORD_READERS), status_code=200)
async def bundle(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The zip; that it was taken out, and for what, is written down first."""
    case_id = str(request.path_params["case_id"])
    await check_may_see(desk, case_id, by=user)
    form = await forms.read(request)
    asked = frozenset(form.texts("mask")) & frozenset(erasure_plan.CLASSES)
    mask = asked | disclosure_bundle.forced_mask(user)
    if form.text("preset") == "public":
        mask |= frozenset(disclosure_bundle.MASKED_BY_DEFAULT)
    pages, language = request.app.state.pages, render.language(request)

    def front(contents: disclosure_bundle.Contents) -> str:
        text: str = pages.render(language, "pages/bundle.html", {"b": contents})
        return text

    try:
        case, body = await disclosure_bundle.bundle(
            desk, case_id, mask=mask, purpose=form.text("purpose"), by=user, front=front
        )
    except InvalidInput as error:
        return await _form(request, desk, user, error, form)
    await access_log.note(desk, user, access_log.PUBLIC_COPY if mask else access_log.BUNDLE, case_id)
    name = "".join(one if one.isascii() and one.isalnum() else "-" for one in case.diary_number)
    headers = {
        "Content-Disposition": f'attachment; filename="granska-{name}{"-maskerad" if mask else ""}.zip"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="application/zip", headers=headers)


@get("/cases/{case_id:uuid}/history", opt=may(CASE_READERS))
async def history_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The case as recorded on a day, beside the case as now known."""
    case = await check_may_see(desk, str(request.path_params["case_id"]), by=user)
    given = request.query_params.get("day", "").strip()
    error, day = None, local_day(case.received_at)
    if given:
        try:
            day = check_day("/day", given)
        except InvalidInput as wrong:
            error = wrong
    if not 2000 <= day.year <= 2200:
        error, day = InvalidInput([Problem("/day", "input.not_a_date")]), local_day(case.received_at)
    await access_log.note(desk, user, access_log.HISTORY, case.id)
    both = await history.compare(desk, case.id, day, by=user)
    return page_or_complaint(
        request, "pages/history.html", error=error, both=both, posted=forms.Form({"day": [given or day.isoformat()]})
    )


HANDLERS = (bundle_page, bundle, history_page)
