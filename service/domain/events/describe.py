"""What an event and its fields mean: the list of events that auditors read is made of it."""

import re
import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from service.domain.events import fields
from service.domain.events.catalogue import CATALOGUE, holds_of
from service.domain.events.event import CaseEvent, Declaration, EventData


@dataclass(frozen=True)
class FieldMeaning:
    """A field of an event; `name` is the path to it, with `[]` where there are several.

    `holds` is a word for its kind, the name in `fields` with small letters; `means` says in English what it is.
    """

    name: str
    means: str
    holds: str
    optional: bool

    @property
    def term(self) -> str:
        """The field's own name."""
        return self.name.rpartition(".")[2].removesuffix("[]")


@dataclass(frozen=True)
class EventMeaning:
    """A version of an event, as auditors read of it; `about` is in English."""

    declared: Declaration
    about: str
    of_case: bool
    fields: list[FieldMeaning]


def all_events() -> list[EventMeaning]:
    """Every version of every event, by type."""
    classes = sorted(CATALOGUE.versions.items())
    return [EventMeaning(cls.declared, _about(cls), issubclass(cls, CaseEvent), meanings(cls)) for _, cls in classes]


def meanings(cls: type[msgspec.Struct], *, under: str = "") -> list[FieldMeaning]:
    """What each field of an event means, the fields of its parts below it."""
    described: list[FieldMeaning] = []
    for name, hint in get_type_hints(cls, include_extras=True).items():
        if name not in cls.__struct_fields__:
            continue
        part, several, optional = _shape(hint)
        path = f"{under}{name}{'[]' if several else ''}"
        holds = "commitment" if holds_of(hint) == "commitment" else _kind(part)
        described.append(FieldMeaning(path, _means(hint), holds, optional))
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            described += meanings(part, under=f"{path}.")
    return described


def field_names(cls: type[msgspec.Struct]) -> set[str]:
    """The names of the fields of an event and of its parts."""
    return {meaning.term for meaning in meanings(cls)}


def _about(cls: type[EventData]) -> str:
    return (cls.__doc__ or "").strip()


def _means(hint: Any) -> str:
    words = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, str)]
    return words[0] if words else ""


def _shape(hint: Any) -> tuple[Any, bool, bool]:
    """What stands in a field in the end, whether there are several, and whether it can be null."""
    several = optional = False
    while True:
        if get_origin(hint) is Annotated and any(isinstance(mark, str) for mark in hint.__metadata__):
            marks = [mark for mark in hint.__metadata__ if not isinstance(mark, str)]
            hint = Annotated[(hint.__origin__, *marks)] if marks else hint.__origin__
        elif get_origin(hint) in (Union, types.UnionType):
            optional = True
            [hint] = [part for part in get_args(hint) if part is not type(None)]
        elif get_origin(hint) is tuple:
            several, hint = True, get_args(hint)[0]
        else:
            return hint, several, optional


def _kind(hint: Any) -> str:
    """What a field holds, by the name in `fields`."""
    if hint is bool:
        return "flag"
    if hint is fields.Day:
        return "day"
    if get_origin(hint) is Literal:
        return "constant"
    if isinstance(hint, type):
        return "part"
    names = [name for name, known in vars(fields).items() if get_origin(known) is Annotated and known == hint]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", names[0]).lower()
