"""Accounts that end or are taken up again: closed, signed out, or given a link for a new password."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from service.domain.errors import GranskaError, InvalidInput, NotFound
from service.office import accounts
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.pages import sign_in
from service.web.pages.office.users import users_page, waiting_page
from service.web.problems import page_or_complaint
from service.web.route_permissions import ADMINISTRATORS, ANYONE, CONFIRMERS, may
from service.web.throttle import ADDRESS, Throttle


@post("/users/{user_id:uuid}/close", opt=may(ADMINISTRATORS), status_code=303)
async def close(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The account is not used any more."""
    try:
        left = await accounts.close_user(desk, str(request.path_params["user_id"]), by=user)
    except GranskaError as error:
        return await users_page(request, desk, error)
    if left:
        render.tell(request, "done.user_closed_with_cases", cases=", ".join(left))
    else:
        render.tell(request, "done.user_closed")
    return Redirect("/users", status_code=303)


@post("/users/{user_id:uuid}/sign-out", opt=may(ADMINISTRATORS), status_code=303)
async def sign_out_user(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Redirect:
    """All sign-ins of a user end."""
    ended = await accounts.end_sign_ins(desk, str(request.path_params["user_id"]), by=user)
    render.tell(request, "done.signed_out", count=ended)
    return Redirect("/users", status_code=303)


@post("/users/{user_id:uuid}/reset", opt=may(ADMINISTRATORS), status_code=200)
async def make_reset(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A link for a new password, shown once."""
    try:
        secret = await accounts.make_reset(desk, str(request.path_params["user_id"]), by=user)
    except GranskaError as error:
        return await users_page(request, desk, error)
    base = request.app.state.public_url or str(request.base_url).rstrip("/")
    return render.page(request, "pages/reset_made.html", link=f"{base}/reset/{secret}")


@post("/resets/{reset_id:uuid}/confirm", opt=may(CONFIRMERS), status_code=303)
async def confirm_reset(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A second person lets a link hold."""
    return await _settled(request, desk, user, confirmed=True)


@post("/resets/{reset_id:uuid}/decline", opt=may(CONFIRMERS), status_code=303)
async def decline_reset(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A link does not come to hold."""
    return await _settled(request, desk, user, confirmed=False)


async def _settled(request: AnyRequest, desk: TheDesk, user: SignedIn, *, confirmed: bool) -> Response[Any]:
    try:
        await accounts.settle_reset(desk, str(request.path_params["reset_id"]), confirmed=confirmed, by=user)
    except NotFound:
        raise
    except GranskaError as error:
        return await waiting_page(request, desk, user, error)
    render.tell(request, "done.reset_confirmed" if confirmed else "done.reset_declined")
    return Redirect("/rights/waiting", status_code=303)


@get("/reset/{secret:str}", opt=may(ANYONE))
async def reset_page(request: AnyRequest, desk: TheDesk, secret: FromPath[str]) -> Response[Any]:
    """Choose a new password by a link."""
    _check_pace(request, desk)
    user = await accounts.reset_user(desk, secret)
    return render.page(request, "pages/reset.html", secret=secret, whose=user.email)


@post("/reset/{secret:str}", opt=may(ANYONE), status_code=303)
async def reset(request: AnyRequest, desk: TheDesk, secret: FromPath[str]) -> Response[Any]:
    """The new password; the link is over, and one signs in with it."""
    _check_pace(request, desk)
    form = await forms.read(request)
    try:
        await accounts.use_reset(desk, secret, new=form.text("new_password"))
    except InvalidInput as error:
        user = await accounts.reset_user(desk, secret)
        return page_or_complaint(request, "pages/reset.html", error=error, secret=secret, whose=user.email)
    return Redirect("/sign-in", status_code=303)


def _check_pace(request: AnyRequest, desk: TheDesk) -> None:
    """Whoever tries links waits as whoever tries passwords; raises TooMany."""
    throttle: Throttle = request.app.state.throttle
    throttle.take(f"reset:{sign_in.address_of(request)}", ADDRESS, desk.outside.now())


HANDLERS = (
    close,
    sign_out_user,
    make_reset,
    confirm_reset,
    decline_reset,
    reset_page,
    reset,
)
