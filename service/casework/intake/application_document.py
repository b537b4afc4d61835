"""What was handed in, read into a document the service can keep, or a complaint about every wrong field.

Only what cannot be parsed or stored safely is refused. A wrong check digit, a past date, an unknown room or a late
application can be stored, so it is received and becomes a finding: it has reached the City (inkommen handling).
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from service.domain.errors import InvalidInput, Params, Problem, Unreadable
from service.domain.organisation import looks_personal
from service.domain.text import visible

MAX_BYTES = 1_000_000
_DEPTH = 40
_SCHEMA = Path(__file__).with_name("application.schema.json")


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of an application; the OpenAPI description shows the same one."""
    loaded: dict[str, Any] = json.loads(_SCHEMA.read_text("utf-8"))
    return loaded


@cache
def schema_sha256() -> str:
    """Which version of the form an application was made by: the SHA-256 (hex) of its schema."""
    return hashlib.sha256(_SCHEMA.read_bytes()).hexdigest()


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema(), format_checker=FormatChecker(["date"]))


def parse_json(body: bytes) -> Any:
    """The JSON value of a body; raises Unreadable where there is none."""

    def refuse(name: str) -> Any:
        raise ValueError(name)

    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable("input.not_json") from error


def read(value: Any, *, now: datetime) -> dict[str, Any]:
    """The document in NFC and without empty parts; raises InvalidInput with a pointer for each wrong field."""
    problems = list(_unsafe_text(value, ""))
    if not any(one.code == "input.too_deep" for one in problems):
        value = _normalised(value)
        named = {one.pointer for one in problems}
        problems += [one for one in _schema_problems(value) if one.pointer not in named]
    if not problems:
        problems = [*_reversed_times(value), *_persons_numbers(value), *_future(value, now)]
        if looks_personal(value.get("diary_number", "")):
            problems.append(Problem("/diary_number", "input.format"))
    if problems:
        raise InvalidInput(problems)
    kept: dict[str, Any] = _without_nulls(value)
    return kept


def _unsafe_text(value: Any, pointer: str, depth: int = 0) -> Iterator[Problem]:
    """NUL and lone surrogates cannot be stored by every database; endless nesting cannot be shown."""
    if depth > _DEPTH:
        yield Problem(pointer, "input.too_deep")
    elif isinstance(value, str):
        if "\x00" in value:
            yield Problem(pointer, "input.nul")
        elif any(0xD800 <= ord(one) <= 0xDFFF for one in value):
            yield Problem(pointer, "input.surrogate")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _unsafe_text(key, pointer, depth + 1)
            yield from _unsafe_text(one, f"{pointer}/{_token(key)}", depth + 1)
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from _unsafe_text(one, f"{pointer}/{position}", depth + 1)


def _normalised(value: Any) -> Any:
    if isinstance(value, str):
        kept = unicodedata.normalize("NFC", value).strip()
        return kept if visible(kept) or "\x00" in kept else ""
    if isinstance(value, dict):
        return {key: _normalised(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_normalised(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # JSON Schema calls 100.0 an integer, and the log keeps no floats.
    return value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    return value


def _token(key: str) -> str:
    """One token of a JSON pointer (RFC 6901); what does not look like a field's name is not repeated."""
    return key if re.fullmatch(r"[A-Za-z_][A-Za-z_]{0,39}|[0-9]{1,4}", key) else "?"


def _schema_problems(value: Any) -> list[Problem]:
    found: dict[str, Problem] = {}
    for error in _validator().iter_errors(value):
        for problem in _problems(error):
            # One complaint for each field, and the one that says most.
            if problem.pointer not in found or found[problem.pointer].code == "input.format":
                found[problem.pointer] = problem
    return sorted(found.values(), key=lambda one: one.pointer)


def _problems(error: ValidationError) -> list[Problem]:
    pointer = "".join(f"/{_token(str(part))}" for part in error.absolute_path)
    allowed: Any = error.validator_value
    given: Any = error.instance
    match error.validator:
        case "required":
            missing = [name for name in allowed if name not in given]
            return [Problem(f"{pointer}/{name}", "input.missing") for name in missing]
        case "additionalProperties":
            known = error.schema["properties"]  # type: ignore[index]
            extra = [name for name in given if name not in known]
            return [Problem(f"{pointer}/{_token(name)}", "input.unknown_field") for name in extra]
        case _:
            return [Problem(pointer, *_complaint(error))]


def _complaint(error: ValidationError) -> tuple[str, Params]:
    """What is wrong with a single value: a code, and its values."""
    allowed: Any = error.validator_value
    rule: Any = error.schema
    given: Any = error.instance
    match error.validator:
        case "enum":
            return "input.choice", {"choices": ", ".join(allowed)}
        case "type":
            expected = allowed if isinstance(allowed, str) else allowed[0]
            return ("input.not_wanted" if expected == "null" else f"input.type_{expected}"), {}
        case "maxLength":
            return "input.too_long", {"max": allowed}
        case "maxItems":
            return "input.too_many", {"max": allowed}
        case "minimum" | "maximum":
            return "input.out_of_range", {"min": rule.get("minimum", ""), "max": rule.get("maximum", "")}
        case "minLength":
            return "input.missing", {}
        case "format":
            return "input.not_a_date", {}
        case "pattern" if rule.get("format") == "email":
            return "input.email", {}
        case "pattern" if error.absolute_path and error.absolute_path[-1] == "phone":
            return "input.phone", {}
        case _:
            blank = isinstance(given, str) and not given.strip()
            return ("input.missing" if blank else "input.format"), {}


def _reversed_times(document: dict[str, Any]) -> Iterator[Problem]:
    grant, premises = document.get("grant"), document.get("premises")
    if grant and date.fromisoformat(grant["period"]["to"]) < date.fromisoformat(grant["period"]["from"]):
        yield Problem("/grant/period/to", "input.ends_before_it_begins")
    if premises and premises["to"] <= premises["from"]:
        yield Problem("/premises/to", "input.ends_before_it_begins")
    wishes = ((premises or {}).get("season") or {}).get("wishes", ())
    for position, wish in enumerate(wishes):
        if wish["to"] <= wish["from"]:
            yield Problem(f"/premises/season/wishes/{position}/to", "input.ends_before_it_begins")


def _persons_numbers(document: dict[str, Any]) -> Iterator[Problem]:
    """Of a private person a name and a way to answer them are enough (GDPR 5.1 c)."""
    premises, organisation = document.get("premises") or {}, document["organisation"]
    if premises.get("hirer") != "person":
        return
    if organisation.get("org_number"):
        yield Problem("/organisation/org_number", "intake.no_number_of_person")
    told = {
        "/organisation/name": organisation["name"],
        "/contact/name": (document.get("contact") or {}).get("name", ""),
        "/premises/purpose": premises["purpose"],
        "/premises/organiser": premises.get("organiser", ""),
    }
    yield from (Problem(at, "intake.no_number_of_person") for at, one in told.items() if looks_personal(one))


def _future(document: dict[str, Any], now: datetime) -> Iterator[Problem]:
    if "received_at" in document:
        try:
            received = datetime.fromisoformat(document["received_at"])
            if received > now or received.year < 2000:
                yield Problem("/received_at", "input.not_now_or_earlier")
        except (ValueError, OverflowError):
            yield Problem("/received_at", "input.format")
