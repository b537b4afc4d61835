"""A browser that someone has signed in with before: a mark in a cookie, by which others' guesses do not slow them."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from litestar.datastructures import Cookie

from service.domain.people import User

COOKIE = "granska_browser"
YEAR_SECONDS = 365 * 24 * 3600
#: Several may share a browser at a counter.
MOST_MARKS = 6


@dataclass(frozen=True)
class Browsers:
    """Makes and reads the marks; each is of a browser, a person and their password, and says none of it."""

    secret: str
    secure: bool

    def known(self, cookie: str | None, user: User | None) -> str | None:
        """The browser's own id where this person has signed in with it under the password of now; else None."""
        browser, marks = _parts(cookie)
        if user is None or not browser:
            return None
        mark = self._mark(browser, user)
        return browser if any(hmac.compare_digest(mark, one) for one in marks) else None

    def marked(self, cookie: str | None, user: User) -> Cookie:
        """The cookie that says from now on that this person has signed in here."""
        browser, marks = _parts(cookie)
        browser = browser or secrets.token_hex(16)
        mark = self._mark(browser, user)
        kept = [one for one in marks if one != mark][-(MOST_MARKS - 1) :]
        return Cookie(
            key=cookie_name(COOKIE, secure=self.secure),
            value=".".join([browser, *kept, mark]),
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="lax",
            secure=self.secure,
        )

    def _mark(self, browser: str, user: User) -> str:
        said = f"browser|{browser}|{user.id}|{user.password_at}"
        return hmac.new(self.secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:32]


def _parts(cookie: str | None) -> tuple[str, list[str]]:
    browser, *marks = (cookie or "").split(".")
    return (browser, marks[:MOST_MARKS]) if len(browser) == 32 and browser.isascii() else ("", [])


def cookie_name(name: str, *, secure: bool) -> str:
    """Where the service is reached by https no other host, and no path, can set a cookie of ours (RFC 6265bis)."""
    return f"__Host-{name}" if secure else name
