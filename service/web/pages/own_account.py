"""One's own account: the password, where one is signed in, and the code beside the password."""

import re
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, InvalidInput, TooMany, Unavailable
from service.office import accounts, second_factor, users_and_keys
from service.web import forms, render, sessions
from service.web.deps import AnyRequest, MaybeUser, SignedIn, TheDesk
from service.web.pages.sign_in import browser_mark, code_pace, open_session
from service.web.problems import page_or_complaint
from service.web.route_permissions import FACTOR_MISSING, OPEN_TO_TEMPORARY, OWN_ACCOUNT, may
from service.web.throttle import PERSON, Throttle

#: Where a session keeps a secret that no code has been given of yet.
NEW_FACTOR = "new_factor"


@get("/password", opt=may(OWN_ACCOUNT) | {OPEN_TO_TEMPORARY: True})
async def password_page(request: AnyRequest, desk: TheDesk, user: MaybeUser) -> Response[Any]:
    """Choose a new password, and see where one is signed in."""
    return await _password_page(request, desk, user, None)


async def _password_page(
    request: AnyRequest, desk: TheDesk, user: MaybeUser, error: GranskaError | None
) -> Response[Any]:
    assert user is not None
    mine = await accounts.sign_ins(desk, user, here=sessions.id_of(request))
    return page_or_complaint(request, "pages/password.html", error=error, at="old_password", sign_ins=mine)


@post("/password", opt=may(OWN_ACCOUNT) | {OPEN_TO_TEMPORARY: True}, status_code=303)
async def change_password(request: AnyRequest, desk: TheDesk, user: MaybeUser) -> Response[Any]:
    """The new password; other browsers are signed out, and this one gets a new session."""
    assert user is not None
    form = await forms.read(request)
    throttle: Throttle = request.app.state.throttle
    own = f"password:{user.id}"
    try:
        throttle.take(own, PERSON, desk.outside.now())
        await users_and_keys.change_password(desk, user, old=form.text("old_password"), new=form.text("new_password"))
    except (InvalidInput, TooMany, Unavailable) as error:
        return await _password_page(request, desk, user, error)
    throttle.uncount(own, PERSON)
    open_session(request, user, desk.outside.now())
    render.tell(request, "done.password_changed")
    return Redirect("/password", status_code=303, cookies=[browser_mark(request, user)])


@post("/password/sign-ins/{sign_in:str}", opt=may(OWN_ACCOUNT) | {OPEN_TO_TEMPORARY: True}, status_code=303)
async def end_sign_in(request: AnyRequest, desk: TheDesk, user: SignedIn, sign_in: FromPath[str]) -> Redirect:
    """One of one's own sign-ins ends, or all `others`."""
    here = sessions.id_of(request)
    ended = await desk.sessions.end(user.id, but=here, only="" if sign_in == "others" else sign_in)
    render.tell(request, "done.signed_out", count=ended)
    return Redirect("/password", status_code=303)


@get("/second-factor", opt=may(OWN_ACCOUNT))
async def second_factor_page(request: AnyRequest, desk: TheDesk, user: MaybeUser) -> Response[Any]:
    """Take up a second factor, or see that there is one."""
    return await _second_factor_page(request, desk, user, None)


async def _second_factor_page(
    request: AnyRequest, desk: Desk, user: MaybeUser, error: GranskaError | None
) -> Response[Any]:
    import segno  # for the few times that somebody takes up a second factor

    assert user is not None
    secret = request.session.setdefault(NEW_FACTOR, second_factor.new_secret(desk))
    picture = segno.make(second_factor.address(secret, user, "Granska"), micro=False)
    return page_or_complaint(
        request,
        "pages/second_factor.html",
        error=error,
        at="code",
        has_one=await second_factor.has_one(desk, user),
        demanded=await second_factor.is_demanded(desk, user),
        secret=" ".join(re.findall(".{1,4}", secret)),
        picture=picture.svg_inline(scale=5, border=2, omitsize=False),
    )


@post("/second-factor", opt=may(OWN_ACCOUNT), status_code=200)
async def take_second_factor(request: AnyRequest, desk: TheDesk, user: MaybeUser) -> Response[Any]:
    """A code shows that the telephone has the secret; the recovery codes are shown once."""
    assert user is not None
    form = await forms.read(request)
    secret = request.session.get(NEW_FACTOR)
    if not secret:
        return Redirect("/second-factor", status_code=303)
    throttle: Throttle = request.app.state.throttle
    try:
        throttle.take(code_pace(user.id), PERSON, desk.outside.now())
        code, current = form.text("code")[:100], form.text("current")[:100]
        codes = await second_factor.begin(desk, user, secret, code, current=current)
    except (InvalidInput, TooMany) as error:
        return await _second_factor_page(request, desk, user, error)
    throttle.uncount(code_pace(user.id), PERSON)
    del request.session[NEW_FACTOR]
    request.session.pop(FACTOR_MISSING, None)
    return render.page(request, "pages/recovery_codes.html", codes=codes)


HANDLERS = (password_page, change_password, end_sign_in, second_factor_page, take_second_factor)
