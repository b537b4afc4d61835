"""What every command shares: errors as sentences, progress on a terminal. Imports little, and the rest when needed."""

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from service.domain.errors import GranskaError, InvalidInput
from service.settings import resource

if TYPE_CHECKING:
    from rich.console import Console

    from service.words import Catalogue

T = TypeVar("T")


def catalogue() -> "Catalogue":
    """The words the command line speaks with."""
    from service.words import Catalogue

    return Catalogue.load(resource("templates") / "words")


def explain(error: GranskaError) -> str:
    """An error as Swedish sentences, one for each field."""
    words = catalogue()
    said = [words.say("sv", error.code, error.params)]
    if isinstance(error, InvalidInput):
        said += [f"  {one.pointer or '/'}: {words.say('sv', one.code, one.params)}" for one in error.problems]
    return "\n".join(said)


#: So many of a kind are said; all of them are in the page or the file.
MOST_SAID = 50


def sentence(code: str, **params: str | int) -> str:
    """A sentence of the command line, in Swedish as all of them."""
    return catalogue().say("sv", code, params)


def say(code: str, *, err: bool = False, **params: str | int) -> None:
    """Print such a sentence; beside the command's output where it is none of it."""
    click.echo(sentence(code, **params), err=err)


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


@contextmanager
def counting(description: str) -> Iterator[Callable[[int], None]]:
    """Shows how many there have been so far, on a terminal only."""
    if not _on_a_terminal():
        yield lambda count: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=_error_console(), transient=True) as progress:
        task = progress.add_task(description, total=None)
        yield lambda count: progress.update(task, completed=count)


@contextmanager
def bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how far something has come, of how much, on a terminal only."""
    if not _on_a_terminal():
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_error_console(), transient=True) as progress:
        task = progress.add_task(description, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def tracked(items: Iterable[T], description: str, total: int | None = None) -> Iterable[T]:
    """The items with a progress bar, on a terminal only."""
    if not _on_a_terminal():
        return items
    from rich.progress import track

    return track(items, description, total=total, console=_error_console(), transient=True)


def _on_a_terminal() -> bool:
    return sys.stderr.isatty()


def _error_console() -> "Console":
    from rich.console import Console

    return Console(stderr=True)
