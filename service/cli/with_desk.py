"""For commands that need everything at hand: the parts are put together, and given back at the end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from service import app
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError
from service.domain.people import User
from service.settings import Settings, from_environment

T = TypeVar("T")


def with_desk(work: Callable[[Desk, Settings], Coroutine[Any, Any, T]]) -> T:
    """Do this with everything at hand."""

    async def run() -> T:
        settings = from_environment()
        async with app.opened_desk(settings) as desk:
            return await work(desk, settings)

    return asyncio.run(run())


async def user_called(desk: Desk, email: str) -> User:
    """The user with this address."""
    async with desk.store.reading() as reading:
        found = await reading.user_by_email(email)
    if found is None:
        raise GranskaError("user.unknown_email")
    return found.user
