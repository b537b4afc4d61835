"""A check as it is installed: told, tried and asked, in our own process or in the one it is given."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from service.domain.check import Check, CheckDescription, CheckInput, Example, NotAskedThen, NotGiven, Params
from service.domain.finding import CheckResult, Outcome

#: What a check says of what it was not given, of what nobody was asked then, and of parameters that it cannot read.
NOT_GIVEN, NOT_ASKED_THEN, MISCONFIGURED = "check.not_given", "check.not_asked_then", "check.misconfigured"


@dataclass(frozen=True)
class Parameter:
    """A parameter that a rule set may give; `holds` is text, whole, flag or list.

    `choices` are the values it may have where they are counted, `least` and `most` the bounds of a number.
    """

    name: str
    holds: str
    choices: tuple[str, ...]
    required: bool
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class ParamFault:
    """What is wrong with a parameter: unknown, missing, wrong, or wrong beside the others."""

    kind: str
    name: str


@dataclass(frozen=True)
class Told:
    """What an installed check tells of itself."""

    description: CheckDescription
    parameters: tuple[Parameter, ...]


def told(check: Check) -> Told:
    """What this check tells of itself."""
    hints = get_type_hints(check.params, include_extras=True)
    fields = msgspec.structs.fields(check.params)
    return Told(check.description, tuple(_parameter(field, hints[field.name]) for field in fields))


def _parameter(field: msgspec.structs.FieldInfo, hint: Any) -> Parameter:
    holds, choices = _holds(hint)
    least, most = _bounds(hint)
    return Parameter(field.name, holds, choices, field.required, least, most)


def _bounds(hint: Any) -> tuple[int | None, int | None]:
    """The least and the most that a number may be."""
    for part in (hint, *get_args(hint)):
        for mark in getattr(part, "__metadata__", ()):
            if isinstance(mark, msgspec.Meta) and (mark.ge is not None or mark.le is not None):
                return mark.ge, mark.le  # type: ignore[return-value]
    return None, None


def _holds(hint: Any) -> tuple[str, tuple[str, ...]]:
    """What a parameter holds, and the values it may have where they are counted."""
    if get_origin(hint) is Annotated:
        return _holds(hint.__origin__)
    if get_origin(hint) in (Union, UnionType):
        return _holds(next(part for part in get_args(hint) if part is not type(None)))
    if get_origin(hint) is tuple:
        return "list", _holds(get_args(hint)[0])[1]
    choices = tuple(str(value) for value in hint) if hasattr(hint, "__members__") else ()
    return {bool: "flag", int: "whole"}.get(hint, "text"), choices


def faults_in(check: Check, given: Mapping[str, Any]) -> list[ParamFault]:
    """Everything that is wrong with parameters, one fault to each of them."""
    fields = {field.name: field for field in msgspec.structs.fields(check.params)}
    hints = get_type_hints(check.params, include_extras=True)
    faults = [ParamFault("unknown", name) for name in given if name not in fields]
    faults += [ParamFault("missing", name) for name, field in fields.items() if field.required and name not in given]
    for name, value in given.items():
        if name in fields and not _fits(value, hints[name]):
            faults.append(ParamFault("wrong", name))
    if faults:
        return faults
    try:
        msgspec.convert(dict(given), check.params)
    except msgspec.ValidationError as error:
        return [ParamFault("together", str(error).split(" ")[0])]
    return []


def _fits(value: Any, hint: Any) -> bool:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return False
    return True


def answer(check: Check, given: CheckInput, params: Mapping[str, Any]) -> CheckResult:
    """The check's answer; raises what it raises, but for what it could not know, which is an answer of its own."""
    try:
        read: Params = msgspec.convert(dict(params), check.params)
    except msgspec.ValidationError:
        return CheckResult(Outcome.UNKNOWN, MISCONFIGURED)
    try:
        return check.run(given, read)
    except NotAskedThen:
        return CheckResult(Outcome.UNKNOWN, NOT_ASKED_THEN)
    except NotGiven:
        return CheckResult(Outcome.UNKNOWN, NOT_GIVEN)


@dataclass(frozen=True)
class Tried:
    """What came of an input: an answer or what broke, and how long it took (seconds)."""

    result: CheckResult | None
    error: str
    seconds: float


def try_all(check: Check, inputs: Sequence[tuple[CheckInput, Mapping[str, Any]]]) -> list[Tried]:
    """The check's answers to many inputs, one after another; one that breaks does not stop the others."""
    tried = []
    for given, params in inputs:
        began, result, error = time.perf_counter(), None, ""
        try:
            result = answer(check, given, params)
        except Exception as broke:  # noqa: BLE001 - a plug-in may raise anything
            error = type(broke).__name__
        if not error and not isinstance(result, CheckResult):
            result, error = None, f"answers with a {type(result).__name__}"
        tried.append(Tried(result, error, time.perf_counter() - began))
    return tried


def examples(check: Check) -> tuple[Example, ...]:
    """The check's own examples."""
    return tuple(check.examples)
