"""Help pages, served by the service itself."""

from typing import Any

from litestar import Response, get

from service.domain.errors import NotFound
from service.domain.events.describe import all_events
from service.web import render
from service.web.deps import AnyRequest
from service.web.route_permissions import ANYONE, may

TOPICS = ("start", "officer", "premises", "auditor", "events", "coordinator", "administrator", "accessibility")


@get("/help", opt=may(ANYONE))
async def help_start(request: AnyRequest) -> Response[Any]:
    """The first help page."""
    return _topic(request, "start")


@get("/help/{topic:str}", opt=may(ANYONE))
async def help_topic(request: AnyRequest) -> Response[Any]:
    """One help page."""
    return _topic(request, request.path_params["topic"])


def _topic(request: AnyRequest, topic: str) -> Response[Any]:
    if topic not in TOPICS:
        raise NotFound("http.404")
    chosen = render.language(request)
    return render.page(
        request,
        "pages/help.html",
        topic=topic,
        topics=TOPICS,
        body=f"help/{topic}.{chosen}.html",
        events=all_events() if topic == "events" else [],
    )


HANDLERS = (help_start, help_topic)
