"""What a form asks for, declared once per field: how what was typed is read, and how it is described to other systems.

Every form of the service reads times, amounts, dates and numbers here, and says all that is wrong at once.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from itertools import product
from typing import Any, TypeVar

from service.desk import fields as typed
from service.desk.fields import MAX_TEXT
from service.domain.errors import InvalidInput, Problem

#: What was sent, by field: each value as it was typed.
Answers = Mapping[str, Sequence[str]]
#: A JSON schema (draft 2020-12) of what other systems send.
Schema = Mapping[str, Any]

ASKED = "asked"
FormT = TypeVar("FormT")


@dataclass(frozen=True)
class Asked:
    """One field: its reader, its schemas by name as they are sent, and which of them have to be there."""

    read: Callable[[Answers, str], Any]
    schemas: Callable[[str], Mapping[str, Schema]]
    required: bool
    sent_as: str


def read_form(form: type[FormT], answers: Answers) -> FormT:
    """The form as it was filled in; raises InvalidInput with everything that is wrong with it."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, asked in asked_in(form).items():
        try:
            values[name] = asked.read(answers, asked.sent_as or name)
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidInput(problems)
    return form(**values)


def schema_of(form: type) -> dict[str, Any]:
    """The form as a JSON schema."""
    properties: dict[str, Schema] = {}
    required = []
    for name, asked in asked_in(form).items():
        sent_as = asked.sent_as or name
        properties |= asked.schemas(sent_as)
        required += [sent_as] if asked.required else []
    return {"type": "object", "properties": properties, "required": required}


def with_file(schema: Mapping[str, Any], file: Schema) -> dict[str, Any]:
    """The schema of a form that a file goes with."""
    properties = {**schema["properties"], "file": file}
    return {**schema, "properties": properties, "required": [*schema["required"], "file"]}


def with_version(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a form that says which version of the case its writer saw."""
    properties = {**schema["properties"], "version": {"type": "integer", "minimum": 0}}
    return {**schema, "properties": properties, "required": [*schema["required"], "version"]}


def asked_in(form: type) -> dict[str, Asked]:
    """The fields of a form, by name."""
    return {known.name: known.metadata[ASKED] for known in fields(form)}


def sent_names(form: type) -> list[str]:
    """The fields of a form, as they are called when they are sent."""
    return [asked.sent_as or name for name, asked in asked_in(form).items()]


def text(*, required: bool = True, most: int = MAX_TEXT, sent_as: str = "") -> Any:
    """A free text, tidied; empty where it may be left out and was."""

    def read(answers: Answers, name: str) -> str:
        return typed.check_text(f"/{name}", _first(answers, name), required=required, most=most)

    schema = {"type": "string", "maxLength": most} | ({"minLength": 1} if required else {})
    return _field(read, schema, required=required, sent_as=sent_as)


def code(*, sent_as: str = "") -> Any:
    """An id or a code that the step itself knows the meaning of; empty where nothing was chosen."""

    def read(answers: Answers, name: str) -> str:
        return _first(answers, name).strip()

    return _field(read, {"type": "string", "maxLength": 200}, required=False, sent_as=sent_as)


def choice(choices: Iterable[str], *, sent_as: str = "") -> Any:
    """One of these."""
    known = tuple(choices)

    def read(answers: Answers, name: str) -> str:
        return typed.one_of(f"/{name}", _first(answers, name).strip(), known)

    return _field(read, {"enum": list(known)}, required=True, sent_as=sent_as)


def member(choices: type[StrEnum], *, sent_as: str = "") -> Any:
    """One of the members of an enumeration."""

    def read(answers: Answers, name: str) -> StrEnum:
        return choices(typed.one_of(f"/{name}", _first(answers, name).strip(), set(choices)))

    return _field(read, {"enum": [member.value for member in choices]}, required=True, sent_as=sent_as)


def day(*, required: bool = True, sent_as: str = "") -> Any:
    """A date; None where it may be left out and was."""

    def read(answers: Answers, name: str) -> Any:
        given = _first(answers, name).strip()
        return typed.check_day(f"/{name}", given) if given or required else None

    schema: Schema = {"type": "string", "format": "date"} if required else {"type": "string"}
    return _field(read, schema, required=required, sent_as=sent_as)


def clock(*, sent_as: str = "") -> Any:
    """A time of day, as local minutes after midnight."""

    def read(answers: Answers, name: str) -> int:
        return typed.check_clock(f"/{name}", _first(answers, name))

    return _field(read, {"type": "string"}, required=True, sent_as=sent_as)


def amount(*, sent_as: str = "") -> Any:
    """An amount in whole öre; None where none was given."""

    def read(answers: Answers, name: str) -> int | None:
        return typed.check_amount(f"/{name}", _first(answers, name))

    return _field(read, {"type": "string", "description": "kronor, as people write them"}, False, sent_as)


def number(*, sent_as: str = "") -> Any:
    """A whole number, not negative."""

    def read(answers: Answers, name: str) -> int:
        return typed.check_number(f"/{name}", _first(answers, name))

    return _field(read, {"type": "integer", "minimum": 0}, required=True, sent_as=sent_as)


def yes_no(*, sent_as: str = "") -> Any:
    """A question that has to be answered, with yes or with no."""

    def read(answers: Answers, name: str) -> bool:
        return typed.one_of(f"/{name}", _first(answers, name), ("yes", "no")) == "yes"

    return _field(read, {"type": "boolean"}, required=True, sent_as=sent_as)


def ticked(*, sent_as: str = "") -> Any:
    """A box that may be ticked."""

    def read(answers: Answers, name: str) -> bool:
        return _first(answers, name) == "yes"

    return _field(read, {"type": "boolean"}, required=False, sent_as=sent_as)


def several(*, required: bool = False, sent_as: str = "") -> Any:
    """Everything that was chosen of a list, once each."""

    def read(answers: Answers, name: str) -> tuple[str, ...]:
        chosen = tuple(dict.fromkeys(given for given in answers.get(name, ()) if given))
        if required and not chosen:
            raise InvalidInput([Problem(f"/{name}", "input.missing")])
        return chosen

    return _field(read, {"type": "array", "items": {"type": "string"}}, required=required, sent_as=sent_as)


def in_order(*, sent_as: str = "") -> Any:
    """The texts of a repeated field in their order, the empty ones too."""

    def read(answers: Answers, name: str) -> tuple[str, ...]:
        return tuple(answers.get(name, ()))

    return _field(read, {"type": "array", "items": {"type": "string"}}, required=False, sent_as=sent_as)


def by_prefix(prefix: str) -> Any:
    """Yes or no to each of a number of questions, by the question's id; sent as the prefix and the id."""

    def read(answers: Answers, field_name: str) -> dict[str, bool]:
        said = {name: _first(answers, name) for name in answers if name.startswith(prefix)}
        given = {name.removeprefix(prefix): answer for name, answer in said.items() if answer}
        unclear = [name for name, answer in given.items() if answer not in ("yes", "no")]
        if unclear:
            raise InvalidInput([Problem(f"/{field_name}/{name}", "input.choice_unknown") for name in unclear])
        return {name: answer == "yes" for name, answer in given.items()}

    def schemas(_name: str) -> dict[str, Schema]:
        return {}  # the questions are the rule set's, and are named on the step's page

    return field(metadata={ASKED: Asked(read, schemas, False, "")})


def chosen_by_prefix(prefix: str) -> Any:
    """What was chosen for each of a number of things, by the thing's id; sent as the prefix and the id."""

    def read(answers: Answers, _: str) -> dict[str, str]:
        return {name.removeprefix(prefix): _first(answers, name) for name in answers if name.startswith(prefix)}

    def schemas(_name: str) -> dict[str, Schema]:
        return {}  # the things are the case's, and are named on the step's page

    return field(metadata={ASKED: Asked(read, schemas, False, "")})


def numbered(form: type[FormT], prefix: str, most: int) -> Any:
    """Up to so many of the same small form, each field sent as `prefix_0_name`; those with nothing in them left out."""
    names = sent_names(form)

    def read(answers: Answers, name: str) -> tuple[FormT, ...]:
        filled: list[FormT] = []
        beyond = any(_position(sent, prefix) >= most for sent in answers)
        problems = [Problem(f"/{name}", "input.too_many", {"max": most})] if beyond else []
        for position in range(most):
            given = {part: answers.get(f"{prefix}_{position}_{part}", ()) for part in names}
            if not any(texts and texts[0].strip() for texts in given.values()):
                continue
            try:
                filled.append(read_form(form, given))
            except InvalidInput as error:
                place = f"/{name}/{position}"
                problems += [Problem(place + wrong.pointer, wrong.code, wrong.params) for wrong in error.problems]
        if problems:
            raise InvalidInput(problems)
        return tuple(filled)

    def schemas(_name: str) -> dict[str, Schema]:
        parts: Mapping[str, Schema] = schema_of(form)["properties"]
        return {f"{prefix}_{position}_{part}": parts[part] for position, part in product(range(most), parts)}

    return field(metadata={ASKED: Asked(read, schemas, False, "")})


def _position(sent: str, prefix: str) -> int:
    """Which of the numbered forms a field belongs to; below all of them where it belongs to none."""
    numbered_name = re.fullmatch(rf"{re.escape(prefix)}_([0-9]{{1,9}})_.+", sent)
    return int(numbered_name[1]) if numbered_name else -1


def _first(answers: Answers, name: str) -> str:
    return next(iter(answers.get(name, ())), "")


def _field(read: Callable[[Answers, str], Any], schema: Schema, required: bool, sent_as: str) -> Any:
    return field(metadata={ASKED: Asked(read, lambda name: {name: schema}, required, sent_as)})
