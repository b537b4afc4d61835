"""What every command shares: a desk, errors as sentences, progress on a terminal."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, track

from service import app as parts
from service.cases.ports import Desk
from service.domain.errors import GranskaError, InvalidInput
from service.domain.people import User
from service.settings import Settings, from_environment, resource
from service.words import Catalogue

T = TypeVar("T")
error_console = Console(stderr=True)
out = Console()


def catalogue() -> Catalogue:
    """The words the command line speaks with."""
    return Catalogue.load(resource("templates") / "words")


def explain(error: GranskaError) -> str:
    """An error as Swedish sentences, one for each field."""
    words = catalogue()
    said = [words.say("sv", error.code, error.params)]
    if isinstance(error, InvalidInput):
        said += [f"  {one.pointer or '/'}: {words.say('sv', one.code, one.params)}" for one in error.problems]
    return "\n".join(said)


def told(function: Callable[..., T]) -> Callable[..., T]:
    """Turn what the service can explain into a sentence and exit status 1."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> T:
        try:
            return function(*args, **kwargs)
        except GranskaError as error:
            raise click.ClickException(explain(error)) from error
        except (OSError, ValueError, OverflowError, sqlite3.Error) as error:
            # What the operator handed over cannot be used: a path, a number, an address, bytes that are no text.
            raise click.ClickException(f"{type(error).__name__}: {error}") from error

    return wrapped


def with_desk(work: Callable[[Desk, Settings], Coroutine[Any, Any, T]]) -> T:
    """Do this with everything at hand."""

    async def run() -> T:
        settings = from_environment()
        async with parts.opened_desk(settings) as desk:
            return await work(desk, settings)

    return asyncio.run(run())


async def user_called(desk: Desk, email: str) -> User:
    """The user with this address."""
    async with desk.store.reading() as reading:
        found = await reading.user_by_email(email)
    if found is None:
        raise GranskaError("user.unknown_email")
    return found[0]


@contextmanager
def counting(description: str) -> Iterator[Callable[[int], None]]:
    """Shows how many there have been so far, on a terminal only."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=error_console, disable=not error_console.is_terminal, transient=True) as progress:
        task = progress.add_task(description, total=None)
        yield lambda count: progress.update(task, completed=count)


def tracked(items: Iterable[T], description: str, total: int | None = None) -> Iterable[T]:
    """The items with a progress bar, on a terminal only."""
    return track(
        items, description, total=total, console=error_console, disable=not error_console.is_terminal, transient=True
    )
