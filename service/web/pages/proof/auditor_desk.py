"""The auditor's desk: who read what, past checks run again, and a sample that nobody chose."""

import re
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.domain.errors import GranskaError, InvalidInput, NotFound, Problem
from service.proof import access_log, audit_sample, log_page
from service.proof.checkpoints import send_checkpoints, sign_log
from service.screening import replay
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import AUDITORS, may

PER_PAGE = 50
MOST_FROM_PAGE = 200


@get("/log/access", opt=may(AUDITORS))
async def access_log_page(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The access log, newest first."""
    before = request.query_params.get("before", "")
    last = int(before) if re.fullmatch(r"\d{1,15}", before) else None
    number = request.query_params.get("case", "").strip()
    shown = await log_page.access_page(desk, diary_number=number, before=last, limit=PER_PAGE)
    return render.page(request, "pages/access_log.html", number=number, nothing=shown.unknown, **vars(shown))


@post("/log/checkpoint", opt=may(AUDITORS), status_code=303)
async def checkpoint(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """Sign the log as it stands, and send the signature out."""
    try:
        signed = await sign_log(desk)
    except GranskaError as error:
        render.tell(request, error.code, **error.params)
        return Redirect("/log", status_code=303)
    sent = await send_checkpoints(desk)
    if sent.failed:
        render.tell(request, "checkpoint.not_sent", channels=", ".join(sent.failed))
    else:
        render.tell(request, "done.signed", size=signed.size)
    return Redirect("/log", status_code=303)


@get("/replay", opt=may(AUDITORS))
async def replay_page(request: AnyRequest) -> Response[Any]:
    """What running again means, and the forms."""
    return _page(request)


def _page(
    request: AnyRequest,
    *,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
    found: list[replay.Replay] | None = None,
    sample: audit_sample.Sample | None = None,
) -> Response[Any]:
    return page_or_complaint(
        request, "pages/replay.html", error=error, posted=posted or forms.Form({}), found=found, sample=sample
    )


@post("/replay", opt=may(AUDITORS), status_code=200)
async def run_again(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Run one case's checks again, or those of a drawn sample."""
    form = await forms.read(request)
    try:
        if form.text("how") == "sample":
            count = form.text("count")
            if not re.fullmatch(r"\d{1,4}", count) or not 1 <= int(count) <= MOST_FROM_PAGE:
                limits = {"min": 1, "max": MOST_FROM_PAGE}
                raise InvalidInput([Problem("/count", "input.out_of_range", limits)])
            sample = await audit_sample.draw(desk, int(count), by=user)
            found = await replay.replay(desk, sample.cases)
        else:
            sample = None
            number = form.text("diary_number").strip()
            try:
                case = await replay.case_to_replay(desk, number)
            except GranskaError as error:
                raise InvalidInput([Problem("/diary_number", "erase.no_case", {"case": number[:60]})]) from error
            found = await replay.replay_case(desk, case.id)
        for case_id in {one.case_id for one in found}:
            await access_log.note(desk, user, access_log.REPLAYED, case_id)
    except (InvalidInput, NotFound) as error:
        return _page(request, error=error, posted=form)
    return _page(request, posted=form, found=found, sample=sample)


HANDLERS = (access_log_page, checkpoint, replay_page, run_again)
