"""Signing in and out, and choosing a language."""

import re
from collections import deque
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from service.domain.clock import Instant
from service.domain.errors import InvalidInput, Problem
from service.domain.people import Role, User
from service.office import users_and_keys
from service.web import forms, render, sessions
from service.web.deps import AnyRequest, MaybeUser, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import ANYONE, OPEN_TO_TEMPORARY, SIGNED_IN, SIGNED_IN_AT, USER_ID, may
from service.words import DEFAULT, LANGUAGES

WINDOW_MS = 15 * 60 * 1000
#: A whole office may sit behind one address, so that one is allowed more.
MOST_PER_ACCOUNT, MOST_PER_ADDRESS = 10, 100
YEAR_SECONDS = 365 * 24 * 3600


class Failures:
    """Failed sign-ins, counted per account and per address, within a quarter of an hour."""

    def __init__(self) -> None:
        self._at: dict[str, deque[int]] = {}

    def too_many(self, account: str, address: str, now: Instant) -> bool:
        """Whether either has failed too often lately."""
        per_account, per_address = self._recent(f"account:{account}", now), self._recent(f"address:{address}", now)
        return len(per_account) >= MOST_PER_ACCOUNT or len(per_address) >= MOST_PER_ADDRESS

    def add(self, account: str, address: str, now: Instant) -> None:
        """Count a failure."""
        self._recent(f"account:{account}", now).append(now)
        self._recent(f"address:{address}", now).append(now)

    def forget_last(self, account: str, address: str) -> None:
        """It was no failure after all."""
        for key in (f"account:{account}", f"address:{address}"):
            if self._at.get(key):
                self._at[key].pop()

    def _recent(self, key: str, now: Instant) -> deque[int]:
        if len(self._at) > 10_000:
            self._at = {k: v for k, v in self._at.items() if v and now - v[-1] < WINDOW_MS}
        kept = self._at.setdefault(key, deque(maxlen=MOST_PER_ADDRESS))
        while kept and now - kept[0] > WINDOW_MS:
            kept.popleft()
        return kept


@get("/sign-in", opt=may(ANYONE))
async def sign_in_page(request: AnyRequest, user: MaybeUser) -> Response[Any]:
    """The sign-in page."""
    if user is not None:
        return Redirect(home(user), status_code=303)
    return render.page(request, "pages/sign_in.html", email="", next=_safe_next(request.query_params.get("next", "")))


@post("/sign-in", opt=may(ANYONE), status_code=200)
async def sign_in(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """Sign in under a new session id."""
    form = await forms.read(request)
    email, now = form.text("email").strip().casefold()[:200], desk.outside.now()
    failures: Failures = request.app.state.failures
    address = request.client.host if request.client else "-"
    next_page = _safe_next(form.text("next"))
    if failures.too_many(email, address, now):
        return _refused(request, "sign_in.too_many", 429, email, next_page)
    failures.add(email, address, now)  # counted before it is checked, so that many at once count too
    user = await users_and_keys.sign_in(desk, email=email, password=form.text("password")[:200])
    if user is None:
        return _refused(request, "sign_in.wrong", 422, email, next_page)
    failures.forget_last(email, address)
    if now < user.password_at:
        # The session would be from before the password, and over at once: a sign-in that loops without a word.
        return _refused(request, "sign_in.clock_behind", 503, email, next_page)
    request.session.clear()
    _open_session(request, user, now)
    return Redirect(next_page or home(user), status_code=303)


def _open_session(request: AnyRequest, user: User, now: Instant) -> None:
    request.session[USER_ID], request.session[SIGNED_IN_AT] = user.id, now
    sessions.rotate(request)


@get("/password", opt=may(SIGNED_IN) | {OPEN_TO_TEMPORARY: True})
async def password_page(request: AnyRequest) -> Response[Any]:
    """Choose a new password."""
    return render.page(request, "pages/password.html")


@post("/password", opt=may(SIGNED_IN) | {OPEN_TO_TEMPORARY: True}, status_code=303)
async def change_password(request: AnyRequest, desk: TheDesk, user: MaybeUser) -> Response[Any]:
    """The new password; other browsers are signed out, and this one gets a new session."""
    assert user is not None
    form = await forms.read(request)
    try:
        await users_and_keys.change_password(desk, user, old=form.text("old_password"), new=form.text("new_password"))
    except InvalidInput as error:
        return page_or_complaint(request, "pages/password.html", error=error)
    _open_session(request, user, desk.outside.now())
    render.tell(request, "done.password_changed")
    return Redirect("/password", status_code=303)


def _refused(request: AnyRequest, code: str, status: int, email: str, next_page: str) -> Response[Any]:
    answer = render.page(request, "pages/sign_in.html", email=email, next=next_page, errors=[Problem("/email", code)])
    answer.status_code = status
    return answer


def home(user: User) -> str:
    """Where a person's work begins."""
    if user.case_kinds and not user.only_reviews:
        return "/queue"
    if user.has(Role.AUDITOR):
        return "/log"
    return "/users" if user.has(Role.ADMINISTRATOR) else "/help"


def _safe_next(given: str) -> str:
    """Only a page of ours, and never one with more than a path."""
    return given if re.fullmatch(r"/[a-z0-9][a-z0-9/_-]{0,120}", given) else ""


@post("/sign-out", opt=may(ANYONE), status_code=303)
async def sign_out(request: AnyRequest) -> Redirect:
    """The session is gone from the store, not only from the browser."""
    request.clear_session()
    return Redirect("/sign-in", status_code=303)


@post("/language", opt=may(ANYONE), status_code=303)
async def choose_language(request: AnyRequest) -> Redirect:
    """Swedish or English, kept in a cookie of its own."""
    form = await forms.read(request)
    chosen = form.text("language")
    back = _safe_next(form.text("back")) or "/"
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


HANDLERS = (sign_in_page, sign_in, password_page, change_password, sign_out, choose_language, start)
