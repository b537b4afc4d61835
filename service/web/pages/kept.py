"""What was sent after the session had ended: shown to its writer, who sends it again or throws it away."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from service.web import kept_posts, render
from service.web.deps import AnyRequest
from service.web.route_permissions import OWN_ACCOUNT, may


@get("/kept", opt=may(OWN_ACCOUNT))
async def kept_page(request: AnyRequest) -> Response[Any]:
    """Everything that is kept."""
    posts = kept_posts.posts_of(request)
    if not posts:
        return Redirect("/", status_code=303)
    return render.page(request, "pages/kept.html", posts=posts)


@post("/kept/{number:int}/send", opt=may(OWN_ACCOUNT), status_code=307)
async def send_again(request: AnyRequest, number: FromPath[int]) -> Redirect:
    """Have the browser send it again to where it was meant for (RFC 9110 15.4.8: the same method, the same body)."""
    taken = kept_posts.drop(request, number)
    return Redirect(taken["path"], status_code=307) if taken else Redirect("/", status_code=303)


@post("/kept/{number:int}/drop", opt=may(OWN_ACCOUNT), status_code=303)
async def throw_away(request: AnyRequest, number: FromPath[int]) -> Redirect:
    """It is not wanted any more."""
    kept_posts.drop(request, number)
    return Redirect("/kept", status_code=303)


@get("/session", opt=may(OWN_ACCOUNT), status_code=204)
async def still_here() -> None:
    """Somebody is still there: looking is enough for the session to go on."""


HANDLERS = (kept_page, send_again, throw_away, still_here)
