"""What a handler may ask for, named once."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation

from service.desk.ports.desk import Desk
from service.domain.people import ServiceKey, User


def _desk(request: Request[Any, Any, Any]) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _user(request: Request[Any, Any, Any]) -> Any:
    return request.scope["user"]


def _key(request: Request[Any, Any, Any]) -> Any:
    return request.scope["user"]


AnyRequest = Request[Any, Any, Any]
CaseId = FromPath[UUID]
TheDesk = NamedDependency[SkipValidation[Desk]]
SignedIn = NamedDependency[SkipValidation[User]]
MaybeUser = NamedDependency[SkipValidation[User | None]]
TheKey = NamedDependency[SkipValidation[ServiceKey]]

DEPENDENCIES = {
    "desk": Provide(_desk, sync_to_thread=False),
    "user": Provide(_user, sync_to_thread=False),
    "key": Provide(_key, sync_to_thread=False),
}
