"""What has turned up about support that was given and waits for somebody to look; a dry run for whoever asks."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.desk.rulebook import today
from service.support.reassessments import ask_dry_run, reassessments
from service.web import render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.route_permissions import CASE_READERS, INCIDENT_RECORDERS, may


@get("/reassessments", opt=may(CASE_READERS))
async def reassessments_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """What waits, of the kinds of case that whoever asks works with."""
    shown = await reassessments(desk, by=user)
    may_ask = user.has(*INCIDENT_RECORDERS.roles)
    return render.page(
        request,
        "pages/reassessments.html",
        shown=shown,
        today=today(desk),
        may_ask=may_ask,
        hide=user.only_reviews,
    )


@post("/reassessments/dry-run", opt=may(INCIDENT_RECORDERS), status_code=303)
async def dry_run(request: AnyRequest, desk: TheDesk) -> Redirect:
    """Have the worker say what a sweep would put forward now."""
    await ask_dry_run(desk)
    request.app.state.worker.wake()
    render.tell(request, "done.dry_run_asked")
    return Redirect("/reassessments", status_code=303)


HANDLERS = (reassessments_page, dry_run)
