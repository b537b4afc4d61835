"""The worker's jobs: what each did last, what broke, when it runs next."""

from typing import Any

from litestar import Response, get

from service.web import render
from service.web.deps import AnyRequest, TheDesk
from service.web.route_permissions import ADMINISTRATORS, may


@get("/jobs", opt=may(ADMINISTRATORS))
async def jobs(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """How each job stands now."""
    states = await desk.jobs.states()
    return render.page(
        request, "pages/jobs.html", states=[states[name] for name in sorted(states)], now=desk.outside.now()
    )


HANDLERS = (jobs,)
