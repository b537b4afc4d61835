"""What an event and its fields mean, in words: the list of events that auditors read is made of it."""

import re
import types
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from service.domain.events import fields
from service.domain.events.catalogue import holds_of


@dataclass(frozen=True)
class FieldMeaning:
    """A field of an event as its documentation tells it; `name` is the path to it, `[]` where there are several."""

    name: str
    means: str
    holds: str


def meanings(cls: type[msgspec.Struct], *, under: str = "") -> list[FieldMeaning]:
    """What each field of an event means, the fields of its parts below it."""
    found: list[FieldMeaning] = []
    for name, hint in get_type_hints(cls, include_extras=True).items():
        if name not in cls.__struct_fields__:
            continue
        part, several, optional = _shape(hint)
        path = f"{under}{name}{'[]' if several else ''}"
        holds = "commitment" if holds_of(hint) == "commitment" else _kind(part)
        found.append(FieldMeaning(path, _means(hint), f"{holds}, or null" if optional else holds))
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            found += meanings(part, under=f"{path}.")
    return found


def field_names(cls: type[msgspec.Struct]) -> set[str]:
    """The names of the fields of an event and of its parts."""
    return {re.split(r"[.]", meaning.name)[-1].removesuffix("[]") for meaning in meanings(cls)}


def _means(hint: Any) -> str:
    words = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, str)]
    return words[0] if words else ""


def _shape(hint: Any) -> tuple[Any, bool, bool]:
    """What stands in a field in the end, whether there are several, and whether it can be null."""
    several = optional = False
    while True:
        if get_origin(hint) is Annotated and any(isinstance(mark, str) for mark in hint.__metadata__):
            hint = hint.__origin__
        elif get_origin(hint) in (Union, types.UnionType):
            optional = True
            [hint] = [part for part in get_args(hint) if part is not type(None)]
        elif get_origin(hint) is tuple:
            several, hint = True, get_args(hint)[0]
        else:
            return hint, several, optional


def _kind(hint: Any) -> str:
    """What a field holds, in the words of `fields`."""
    for name, known in vars(fields).items():
        if known == hint and get_origin(known) is Annotated:
            return _in_words(name)
    if get_origin(hint) is Annotated:
        return _kind(hint.__origin__)
    if hint is bool:
        return "yes or no"
    return "see below" if isinstance(hint, type) else str(get_args(hint)[0])


def _in_words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
