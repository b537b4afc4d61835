"""What can go wrong, drawn as a family.

An error carries a code from the word catalogue and plain parameters; the sentence is chosen where it is shown, in the
reader's language. No error repeats a personal number or a name it was given.
"""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Params = Mapping[str, str | int]


def place_of(error: BaseException) -> str:
    """The kind of an error and where it arose, without its text, which may hold what someone wrote."""
    steps = reversed(traceback.extract_tb(error.__traceback__)[-6:])
    return f"{type(error).__name__} at " + " < ".join(f"{one.filename}:{one.lineno}" for one in steps)


class GranskaError(Exception):
    """Something the service can explain to the person in front of it."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params: Params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code


class NotFound(GranskaError):
    """There is no such thing, or this person may not know that there is."""


class NotAllowed(GranskaError):
    """This person lacks the right, or the case is not where this can be done."""


class Conflict(GranskaError):
    """Someone else changed it first, or the key or number is already used for something else."""


class SlotTaken(Conflict):
    """The room cannot be had at that time; `alternatives` are (room, start, end in UTC epoch seconds)."""

    def __init__(self, code: str = "booking.taken", alternatives: Sequence[tuple[str, int, int]] = ()) -> None:
        super().__init__(code)
        self.alternatives = tuple(alternatives)


class Unavailable(GranskaError):
    """Something that is needed to answer cannot be had now; never to be taken for "nothing found"."""


class TooMany(GranskaError):
    """More than one may ask for; `seconds` says when to try again."""


class ListRefused(GranskaError):
    """A list file or its definition is not fit to be used; the version before stays active."""


class RuleSetRefused(GranskaError):
    """A rule set file cannot be adopted; `line` says where it is wrong when that is known."""


@dataclass(frozen=True)
class Problem:
    """One wrong field: a JSON pointer (RFC 6901) to it, and a code that says what is wrong."""

    pointer: str
    code: str
    params: Params = field(default_factory=dict)


class InvalidInput(GranskaError):
    """What was handed in cannot be read or stored safely; lists every wrong field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("input.invalid", count=len(problems))
        self.problems = tuple(problems)


class Unreadable(GranskaError):
    """What was handed in is not even the format it claims to be."""


class TooLarge(GranskaError):
    """More bytes than the service accepts in one piece."""


class WrongMediaType(GranskaError):
    """The body is of a kind this address does not read."""
