"""Signing in and out, and choosing a language."""

import re
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from service.desk.ports.desk import Desk
from service.domain.clock import Instant
from service.domain.errors import InvalidInput, Problem, TooMany, Unavailable
from service.domain.people import Role, User
from service.office import second_factor, users_and_keys
from service.office.demo_starts import starts
from service.office.passwords import KNOWN, MAX_PASSWORD, NEW
from service.proof.security_log import SecurityLog
from service.web import browsers, forms, kept_posts, render, sessions
from service.web.browsers import Browsers
from service.web.deps import AnyRequest, MaybeUser, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import (
    ANYONE,
    FACTOR_MISSING,
    FORM_TOKEN,
    SIGNED_IN,
    form_token,
    may,
)
from service.web.sessions import SIGNED_IN_AT, USER_ID
from service.web.throttle import PERSON, Throttle, Try, seconds_of
from service.words import DEFAULT, LANGUAGES

YEAR_SECONDS = 365 * 24 * 3600
#: Where a session keeps who has given a password and owes a code.
PENDING = "pending"
#: How long a code may be waited for.
PENDING_MS = 5 * 60 * 1000
#: After how long to try again where too many wait: half of a full queue's time, and a little.
BUSY_SECONDS = 2


@get("/sign-in", opt=may(ANYONE))
async def sign_in_page(request: AnyRequest, desk: TheDesk, user: MaybeUser) -> Response[Any]:
    """The sign-in page; in a demo with a button for each of its people, and what waits for them."""
    if user is not None:
        return Redirect(home(user), status_code=303)
    begin_as = await starts(desk, request.app.state.demo_accounts)
    next_page = safe_next(request.query_params.get("next", ""))
    return render.page(request, "pages/sign_in.html", email="", next=next_page, starts=begin_as)


@post("/sign-in", opt=may(ANYONE), status_code=200)
async def sign_in(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """Sign in under a new session id."""
    form = await forms.read(request)
    email, now = form.text("email").strip().casefold()[:200], desk.outside.now()
    answer = _SignIn(request, email, safe_next(form.text("next")))
    found = await users_and_keys.account(desk, email)
    noted: SecurityLog = request.app.state.security_log
    browser = _browsers(request).known(_browser_cookie(request), found.user if found else None)
    attempt = Try(request.app.state.throttle, account=email, address=address_of(request), browser=browser)
    wait_ms = attempt.wait_ms(now)
    if wait_ms or not attempt.begin(now):
        await noted.slowed(desk, found.user if found else None)
        return answer.later("sign_in.too_many", 429, seconds_of(wait_ms))
    user, failed = None, False
    try:
        lane = NEW if browser is None else KNOWN
        user = await users_and_keys.signed_in(found, form.text("password")[:MAX_PASSWORD], lane=lane)
        failed = user is None
    except Unavailable as busy:
        return answer.later(busy.code, 503, BUSY_SECONDS)
    finally:
        attempt.end(failed=failed)
    if user is None:
        await noted.failed(desk, found.user if found else None)
        return answer.refused("sign_in.wrong", 422)
    if now < user.password_at:
        # The session would be from before the password, and over at once: a sign-in that loops without a word.
        return answer.later("sign_in.clock_behind", 503, BUSY_SECONDS)
    if found is not None and found.factor:
        kept = request.session.get(kept_posts.KEPT)
        request.session.clear()
        if kept:
            request.session[kept_posts.KEPT] = kept
        request.session[PENDING] = {"user": user.id, "at": now, "next": answer.next_page}
        sessions.rotate(request)
        return Redirect("/sign-in/code", status_code=303)
    return await _signed_in(request, desk, user, answer.next_page)


async def _signed_in(request: AnyRequest, desk: Desk, user: User, next_page: str) -> Response[Any]:
    """The session is opened; where the rules demand a second factor that is not there, that comes first."""
    noted: SecurityLog = request.app.state.security_log
    await noted.signed_in(desk, user)
    kept = await kept_posts.handed_over(desk, request.session.get(kept_posts.KEPT), user)
    request.session.clear()
    open_session(request, user, desk.outside.now())
    if kept:
        request.session[kept_posts.KEPT] = {"owner": user.id, "posts": kept}
        next_page = "/kept"
    if await second_factor.is_demanded(desk, user) and not await second_factor.has_one(desk, user):
        request.session[FACTOR_MISSING] = True
    return Redirect(next_page or home(user), status_code=303, cookies=[browser_mark(request, user)])


@get("/sign-in/code", opt=may(ANYONE))
async def code_page(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The second step: the code from the telephone."""
    if _pending(request, desk) is None:
        return Redirect("/sign-in", status_code=303)
    return render.page(request, "pages/sign_in_code.html")


@post("/sign-in/code", opt=may(ANYONE), status_code=200)
async def give_code(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The code from the telephone, or a recovery code."""
    pending = _pending(request, desk)
    if pending is None:
        return Redirect("/sign-in", status_code=303)
    form = await forms.read(request)
    throttle: Throttle = request.app.state.throttle
    key = code_pace(pending["user"])
    try:
        throttle.take(key, PERSON, desk.outside.now())
    except TooMany as error:
        return page_or_complaint(request, "pages/sign_in_code.html", error=error, at="code")
    user = await second_factor.passed(desk, pending["user"], form.text("code")[:100])
    if user is None:
        noted: SecurityLog = request.app.state.security_log
        await noted.failed(desk, await users_and_keys.user_of(desk, pending["user"]))
        wrong = InvalidInput([Problem("/code", "second_factor.wrong")])
        return page_or_complaint(request, "pages/sign_in_code.html", error=wrong)
    throttle.uncount(key, PERSON)
    return await _signed_in(request, desk, user, pending["next"])


def code_pace(user_id: str) -> str:
    """Under what name a user's codes are counted, wherever they are given."""
    return f"code:{user_id}"


def _pending(request: AnyRequest, desk: Desk) -> dict[str, Any] | None:
    """Who has given their password, and has still to give a code; nobody after five minutes."""
    found = request.session.get(PENDING)
    fresh = isinstance(found, dict) and desk.outside.now() - int(found["at"]) < PENDING_MS
    return found if fresh else None


@dataclass(frozen=True)
class _SignIn:
    """The sign-in page once more, with why; what was typed but the password stays."""

    request: AnyRequest
    email: str
    next_page: str

    def refused(self, code: str, status: int, **said: str | int) -> Response[Any]:
        problems = [Problem("/email", code, said)]
        page = render.page(self.request, "pages/sign_in.html", email=self.email, next=self.next_page, errors=problems)
        page.status_code = status
        return page

    def later(self, code: str, status: int, seconds: int) -> Response[Any]:
        page = self.refused(code, status, seconds=seconds)
        page.headers["Retry-After"] = f"{seconds}"
        return page


def address_of(request: AnyRequest) -> str:
    """Where it comes from; behind a proxy that the settings trust, what that one says."""
    return request.client.host if request.client else "-"


def _browsers(request: AnyRequest) -> Browsers:
    known: Browsers = request.app.state.browsers
    return known


def _browser_cookie(request: AnyRequest) -> str | None:
    return request.cookies.get(browsers.cookie_name(browsers.COOKIE, secure=request.app.state.secure))


def browser_mark(request: AnyRequest, user: User) -> Cookie:
    """The cookie that says from now on that this person has signed in with this browser."""
    return _browsers(request).marked(_browser_cookie(request), user)


def open_session(request: AnyRequest, user: User, now: Instant) -> None:
    """This browser is the user's from now on, under a new session id."""
    request.session[USER_ID], request.session[SIGNED_IN_AT] = user.id, now
    request.session[FORM_TOKEN] = form_token(request)
    sessions.rotate(request)


def home(user: User) -> str:
    """Where a person's work begins."""
    if user.case_kinds and not user.only_reviews:
        return "/queue"
    if user.has(Role.AUDITOR):
        return "/log"
    return "/users" if user.has(Role.ADMINISTRATOR) else "/help"


#: A page of ours with the filters that can stand in its address; nothing that leads to another site.
_PAGE = re.compile(r"/(?:[a-z0-9][A-Za-z0-9/._-]{0,150}(?:\?[A-Za-z0-9=&._:%+-]{0,400})?)?")


def safe_next(given: str) -> str:
    """Only a page of ours, with its filters; empty for anything else."""
    return given if _PAGE.fullmatch(given) else ""


@post("/sign-out", opt=may(ANYONE), status_code=303)
async def sign_out(request: AnyRequest) -> Redirect:
    """The session is gone from the store, not only from the browser."""
    request.clear_session()
    return Redirect("/sign-in", status_code=303, headers={"Clear-Site-Data": '"cache"'})


@post("/language", opt=may(ANYONE), status_code=303)
async def choose_language(request: AnyRequest) -> Redirect:
    """Swedish or English, kept in a cookie of its own."""
    form = await forms.read(request)
    chosen = form.text("language")
    back = safe_next(form.text("back")) or "/"
    cookie = Cookie(
        key=render.LANGUAGE_COOKIE,
        value=chosen if chosen in LANGUAGES else DEFAULT,
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.app.state.secure,
    )
    return Redirect(back, status_code=303, cookies=[cookie])


@get("/", opt=may(SIGNED_IN))
async def start(user: MaybeUser) -> Redirect:
    """To where the person's work begins."""
    assert user is not None
    return Redirect(home(user), status_code=303)


HANDLERS = (
    sign_in_page,
    sign_in,
    code_page,
    give_code,
    sign_out,
    choose_language,
    start,
)
