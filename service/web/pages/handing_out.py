"""A case to hand out or look back on: the bundle, the public copy, and the case as recorded on a certain day."""

from datetime import date
from typing import Any

from litestar import Response, get, post

from service.cases import bundling, erasing, history, looking
from service.cases.reading import check_may_see
from service.cases.rulebook import today
from service.domain.errors import InvalidInput, Problem
from service.domain.people import Role, User
from service.web import forms, render
from service.web.access import CASE_READERS, RECORD_READERS, may
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint

#: What an auditor never takes out: a review needs the decision and its proof, not the people in it.
AUDITORS_MASK = frozenset(one for one in erasing.CLASSES if one not in ("application", "decision"))


@get("/cases/{case_id:uuid}/bundle", opt=may(RECORD_READERS))
async def bundle_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """What to leave out, and the button."""
    case = await check_may_see(desk, str(request.path_params["case_id"]), by=user)
    return render.page(
        request,
        "pages/bundle_form.html",
        case=case,
        classes=erasing.CLASSES,
        masked=bundling.MASKED_BY_DEFAULT,
        forced=_forced(user),
    )


def _forced(user: User) -> frozenset[str]:
    return AUDITORS_MASK if user.roles <= {Role.AUDITOR} else frozenset()


@post("/cases/{case_id:uuid}/bundle", opt=may(RECORD_READERS), status_code=200)
async def bundle(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[bytes]:
    """The zip; that it was taken out is written down first."""
    case_id = str(request.path_params["case_id"])
    await check_may_see(desk, case_id, by=user)
    form = await forms.read(request)
    mask = frozenset(one for one in erasing.CLASSES if one in form.texts("mask")) | _forced(user)
    await looking.note(desk, user, looking.PUBLIC_COPY if mask else looking.BUNDLE, case_id)
    pages, language = request.app.state.pages, render.language(request)
    case, body = await bundling.bundle(
        desk, case_id, mask=mask, by=user, front=lambda one: pages.render(language, "pages/bundle.html", {"b": one})
    )
    name = "".join(one if one.isascii() and one.isalnum() else "-" for one in case.diary_number)
    headers = {"Content-Disposition": f'attachment; filename="granska-{name}.zip"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/zip", headers=headers)


@get("/cases/{case_id:uuid}/history", opt=may(CASE_READERS))
async def history_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The case as recorded on a day, beside the case as now known."""
    case = await check_may_see(desk, str(request.path_params["case_id"]), by=user)
    given = request.query_params.get("day", "").strip()
    error, day = None, today(desk)
    if given:
        try:
            day = date.fromisoformat(given)
        except ValueError:
            error = InvalidInput([Problem("/day", "input.not_a_date")])
    await looking.note(desk, user, looking.HISTORY, case.id)
    both = await history.compare(desk, case.id, day, by=user)
    return page_or_complaint(
        request, "pages/history.html", error=error, both=both, posted=forms.Form({"day": [given or day.isoformat()]})
    )


HANDLERS = (bundle_page, bundle, history_page)
