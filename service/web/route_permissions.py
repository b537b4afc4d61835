"""Who may use which route: every route says so, and one that does not is closed to all."""

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler

from service.desk.ports.desk import Desk
from service.domain.errors import NotAllowed
from service.domain.people import INTAKE_RIGHT, MATCH_RIGHT, METRICS_RIGHT, Role, User
from service.office import users_and_keys


@dataclass(frozen=True)
class May:
    """Who may: anyone, anyone signed in, some roles, or a key with one of these rights."""

    anyone: bool = False
    roles: frozenset[Role] = frozenset()
    keys: frozenset[str] = frozenset()


ANYONE = May(anyone=True)
SIGNED_IN = May(roles=frozenset(Role))
INTAKE_KEY = May(keys=frozenset({INTAKE_RIGHT}))
MATCH_KEY = May(keys=frozenset({MATCH_RIGHT}))
METRICS_KEY = May(keys=frozenset({METRICS_RIGHT}))
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

#: Marks the routes that a person reaches before having chosen their own password.
OPEN_TO_TEMPORARY = "open_to_temporary"
USER_ID, SIGNED_IN_AT = "user", "signed_in_at"


def may(who: May) -> dict[str, Any]:
    """What a route puts in its `opt`."""
    return {"may": who}


class NotSignedIn(Exception):
    """A page was asked for by someone who has not signed in."""


class PasswordNotOwn(Exception):
    """Something was asked for by someone whose password another has chosen."""


async def check_access(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route; finds out who asks anew each time, so that a withdrawn right is gone at once."""
    wanted: May | None = handler.opt.get("may")
    if wanted is None:
        raise NotAllowed("access.closed")
    desk: Desk = connection.app.state.desk
    if wanted.keys:
        connection.scope["user"] = await _key(desk, connection, wanted.keys)
        return
    user = await _user(desk, connection)
    connection.scope["user"] = user
    if wanted.anyone:
        return
    if user is None:
        raise NotSignedIn
    if user.temporary and not handler.opt.get(OPEN_TO_TEMPORARY):
        raise PasswordNotOwn
    if not user.has(*wanted.roles):
        raise NotAllowed("access.role")


async def _user(desk: Desk, connection: ASGIConnection[Any, Any, Any, Any]) -> User | None:
    user_id = connection.scope.get("session", {}).get(USER_ID)  # type: ignore[union-attr]
    if not user_id:
        return None
    async with desk.store.reading() as reading:
        user = await reading.user(user_id)
    signed_in_at = connection.scope["session"].get(SIGNED_IN_AT, 0)  # type: ignore[union-attr]
    return user if user is not None and signed_in_at >= user.password_at else None


#: How a key is sent: as OAuth does, and as clients of yente do.
KEY_SCHEMES = ("bearer", "apikey")


async def _key(desk: Desk, connection: ASGIConnection[Any, Any, Any, Any], rights: frozenset[str]) -> Any:
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    key = await users_and_keys.service_key(desk, secret.strip()) if scheme.casefold() in KEY_SCHEMES else None
    if key is None:
        raise NotAuthorizedException(headers={"WWW-Authenticate": 'Bearer realm="granska"'})
    if key.right not in rights:
        raise NotAllowed("access.key_right")
    return key
