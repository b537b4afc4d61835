"""Who may use which route: every route says so, and one that does not is closed to all."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler

from service.desk.ports.desk import Desk
from service.domain.errors import NotAllowed
from service.domain.people import INTAKE_RIGHT, LOG_RIGHT, MATCH_RIGHT, METRICS_RIGHT, Role, ServiceKey, User
from service.office import users_and_keys
from service.web.browsers import cookie_name
from service.web.kept_posts import keep
from service.web.sessions import SIGNED_IN_AT, USER_ID


@dataclass(frozen=True)
class May:
    """Who may: anyone, anyone with an account for what is their own, some roles, or a key with one of these rights."""

    anyone: bool = False
    own: bool = False
    roles: frozenset[Role] = frozenset()
    keys: frozenset[str] = frozenset()


ANYONE = May(anyone=True)
#: One's own account, also for whoever has been given no right.
OWN_ACCOUNT = May(own=True)
SIGNED_IN = May(roles=frozenset(Role))
INTAKE_KEY = May(keys=frozenset({INTAKE_RIGHT}))
MATCH_KEY = May(keys=frozenset({MATCH_RIGHT}))
METRICS_KEY = May(keys=frozenset({METRICS_RIGHT}))
LOG_KEY = May(keys=frozenset({LOG_RIGHT}))
ANY_KEY = May(keys=INTAKE_KEY.keys | MATCH_KEY.keys)
CASE_READERS = May(roles=frozenset(Role) - {Role.ADMINISTRATOR})
OFFICERS = May(roles=frozenset({Role.ASSOCIATION_OFFICER, Role.PREMISES_OFFICER}))
DECIDERS = May(roles=OFFICERS.roles | {Role.DECISION_MAKER})
AUDITORS = May(roles=frozenset({Role.AUDITOR}))
RECORD_READERS = May(roles=frozenset({Role.AUDITOR, Role.DECISION_MAKER, Role.COORDINATOR}) | OFFICERS.roles)
COORDINATORS = May(roles=frozenset({Role.COORDINATOR}))
LIST_READERS = May(roles=frozenset({Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR}))
LIST_OWNERS = May(roles=frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}))
ADMINISTRATORS = May(roles=frozenset({Role.ADMINISTRATOR}))
INCIDENT_RECORDERS = May(roles=OFFICERS.roles | {Role.COORDINATOR})
INCIDENT_READERS = May(roles=INCIDENT_RECORDERS.roles | {Role.AUDITOR})
RULE_OWNERS = May(roles=frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}))
RIGHTS_READERS = May(roles=frozenset({Role.AUDITOR, Role.ADMINISTRATOR}))

CONFIRMERS = May(roles=frozenset({Role.ADMINISTRATOR, Role.DECISION_MAKER}))

#: The cookie of the form token.
FORM_COOKIE = "granska_csrf"
#: Marks the routes that a person reaches before having chosen their own password.
OPEN_TO_TEMPORARY = "open_to_temporary"
#: Where a session keeps the digest of its form token.
FACTOR_MISSING = "factor_missing"
FORM_TOKEN = "form_token"  # noqa: S105 - a name
#: What only looks (RFC 9110, section 9.2.1).
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def may(who: May) -> dict[str, Any]:
    """What a route puts in its `opt`."""
    return {"may": who}


class NotSignedIn(Exception):
    """A page was asked for by someone who has not signed in."""


class FactorMissing(Exception):
    """Something was asked for by someone whose role demands a second factor, who has taken up none."""


class PasswordNotOwn(Exception):
    """Something was asked for by someone whose password another has chosen."""


async def check_access(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route; finds out who asks anew each time, so that a withdrawn right is gone at once."""
    wanted: May | None = handler.opt.get("may")
    if wanted is None:
        raise NotAllowed("access.closed")
    desk: Desk = connection.app.state.desk
    if not wanted.keys:
        _check_comes_from_here(connection)
    if wanted.keys:
        connection.scope["user"] = key = await _key(desk, connection)
        if key.right not in wanted.keys:
            raise NotAllowed("access.key_right")
        return
    user = await _user(desk, connection)
    connection.scope["user"] = user
    if wanted.anyone:
        return
    if user is None:
        await keep(connection)
        raise NotSignedIn
    if user.temporary and not handler.opt.get(OPEN_TO_TEMPORARY):
        raise PasswordNotOwn
    session: Any = connection.scope.get("session")
    if not wanted.own and isinstance(session, dict) and session.get(FACTOR_MISSING):
        raise FactorMissing
    if not wanted.own and not user.has(*wanted.roles):
        raise NotAllowed("access.role")


def form_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """A digest of the form token's cookie, by which a session knows the token that is its own."""
    cookie = connection.cookies.get(cookie_name(FORM_COOKIE, secure=connection.app.state.secure), "")
    return hashlib.sha256(cookie.encode()).hexdigest()


def _check_comes_from_here(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A form is sent from a page of ours, with the token of this very session; raises NotAllowed."""
    if connection.scope.get("method") in SAFE_METHODS:
        return
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        raise NotAllowed("access.other_site")
    # Our own pages say no referrer, and so "null"; where the browser says no more than that, the token decides.
    if origin not in (None, "null") and urlsplit(origin).netloc != connection.headers.get("host"):
        raise NotAllowed("access.other_site")
    session: Any = connection.scope.get("session")
    kept = session.get(FORM_TOKEN) if isinstance(session, dict) else None
    if kept is not None and not hmac.compare_digest(kept, form_token(connection)):
        raise NotAllowed("access.other_site")


async def _user(desk: Desk, connection: ASGIConnection[Any, Any, Any, Any]) -> User | None:
    user_id = connection.scope.get("session", {}).get(USER_ID)  # type: ignore[union-attr]
    if not user_id:
        return None
    async with desk.store.reading() as reading:
        user = await reading.user(user_id)
    signed_in_at = connection.scope["session"].get(SIGNED_IN_AT, 0)  # type: ignore[union-attr]
    if user is None or user.closed_at is not None or signed_in_at < user.password_at:
        return None
    return user


#: How a key is sent: as OAuth does, and as clients of yente do.
KEY_SCHEMES = ("bearer", "apikey")


async def _key(desk: Desk, connection: ASGIConnection[Any, Any, Any, Any]) -> ServiceKey:
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    key = await users_and_keys.service_key(desk, secret.strip()) if scheme.casefold() in KEY_SCHEMES else None
    if key is None:
        raise NotAuthorizedException(headers={"WWW-Authenticate": 'Bearer realm="granska"'})
    return key
