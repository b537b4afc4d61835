"""What a rule set names within itself is there, and nothing stands twice; what is wrong is said with its line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from service.domain.errors import RuleSetRefused
from service.rules.premises import check_premises

#: The tables of a rule set whose rows are called by an id, with the name of it; and those of its routine.
_IDS = (
    ("clauses", "id"),
    ("delegation", "id"),
    ("lists", "key"),
    ("retention", "class"),
    ("incident_kinds", "id"),
    ("stops", "id"),
)
_TABLES = (
    "exceptions", "pauses", "search_exceptions", "consultees", "searches", "grades", "criteria", "second_questions",
    "phrases",
)  # fmt: skip
#: What a letter's text can have filled in.
LETTER_PLACES = frozenset(
    "matter number missing text deadline outcome clauses material decision reasons circumstances answer conditions "
    "decided_by decided_on next appeal assessment annexes point last_day times price".split()
)


def places_in(body: str) -> list[str]:
    """The places to fill in that a letter's text names, in order."""
    return re.findall(r"\{([^{}\n]*)\}", body)


def line_of(text: str, path: Iterable[str | int]) -> int:
    """The line (from 1) of a value: its table's header, then its key within that table."""
    lines, at, header, last = text.split("\n"), 0, "", ""
    for part in path:
        if isinstance(part, int):
            wanted = f"[[{header}]]"
            places = [number for number, line in enumerate(lines) if line.strip() == wanted]
            at = places[part] if part < len(places) else at
        else:
            header, last = (f"{header}.{part}" if header else part), part
            if f"[{header}]" in (line.strip() for line in lines):
                at = next(number for number, line in enumerate(lines) if line.strip() == f"[{header}]")
    key = re.compile(rf"\s*{re.escape(last)}\s*=")
    for number in range(at, len(lines)):
        if key.match(lines[number]):
            return number + 1
        if number > at and lines[number].startswith("["):
            break
    return at + 1


def check_references(text: str, given: Mapping[str, Any]) -> None:
    """Nothing may be named that does not exist, and nothing may exist twice."""
    for table, key in _IDS:
        _check_once(text, [table], [row[key] for row in given.get(table, ())], key)
    clauses = {clause["id"] for clause in given["clauses"]}
    for kind, rules in given["kinds"].items():
        _check_checks(text, kind, rules["checks"], clauses)
    _check_routine(text, given, clauses)
    wrong = check_premises(given["premises"])
    if wrong is not None:
        raise RuleSetRefused(wrong.code, line=line_of(text, ["premises", *wrong.place]), name=wrong.name)
    for place in _dates(given):
        value: Any = given
        for step in place:
            value = value[step]
        try:
            date.fromisoformat(value)
        except ValueError as error:
            raise RuleSetRefused("rules.not_a_date", line=line_of(text, place)) from error


def _check_once(text: str, place: Sequence[str | int], names: Sequence[str], key: str) -> None:
    """Each name stands once in its table."""
    for position, name in enumerate(names):
        if name in names[:position]:
            line = line_of(text, [*place, names.index(name) + 1, key])
            raise RuleSetRefused("rules.twice", line=line, name=name)


def _check_checks(text: str, kind: str, checks: Sequence[Mapping[str, Any]], clauses: set[str]) -> None:
    """A kind's checks cite clauses that there are, and stand once each."""
    names = [check["check"] for check in checks]
    for position, check in enumerate(checks):
        place: list[str | int] = ["kinds", kind, "checks", position]
        if check["clause"] not in clauses:
            raise RuleSetRefused("rules.unknown_clause", line=line_of(text, [*place, "clause"]), name=check["clause"])
        if names[position] in names[:position]:
            raise RuleSetRefused("rules.twice", line=line_of(text, [*place, "check"]), name=names[position])


def _dates(given: Mapping[str, Any]) -> list[list[str | int]]:
    """Where dates stand that the schema knows as texts."""
    places: list[list[str | int]] = [["valid_from"], ["adopted", "on"]]
    tables = (("free_days", ("first", "last")), ("seasons", ("opens", "closes", "first", "last")))
    for table, names in tables:
        for position in range(len(given["premises"].get(table, ()))):
            places += [["premises", table, position, name] for name in names]
    for position in range(len(given.get("grant_rounds", ()))):
        places += [["grant_rounds", position, name] for name in ("opens", "closes")]
    return places


def _check_routine(text: str, given: Mapping[str, Any], clauses: set[str]) -> None:
    """What a clause requires must exist, phrases and rounds name known clauses, letters only known places."""
    routine = given["routine"]
    for name in _TABLES:
        _check_once(text, ["routine", name], [item["id"] for item in routine[name]], "id")
    _check_requirements(text, given)
    _check_clause_named(text, ["routine", "phrases"], "clause", routine["phrases"], clauses)
    _check_clause_named(text, ["grant_rounds"], "late_clause", given.get("grant_rounds", []), clauses)
    _check_stops(text, given)
    for name, letter in given["letters"].items():
        for language, body in letter["body"].items():
            _check_places(text, name, language, body)


def _check_stops(text: str, given: Mapping[str, Any]) -> None:
    """A ground for a stop rests on a clause; it has an end, unless it is a bar in law, which has none."""
    grounds = {clause["id"]: clause["ground"] for clause in given["clauses"]}
    _check_clause_named(text, ["stops"], "clause", given["stops"], set(grounds))
    for position, stop in enumerate(given["stops"]):
        if (grounds[stop["clause"]] == "legal_bar") == ("days" in stop):
            raise RuleSetRefused("rules.stop_days", line=line_of(text, ["stops", position, "id"]), name=stop["id"])


def _check_requirements(text: str, given: Mapping[str, Any]) -> None:
    """What a clause requires is known: an act, a finding, a listing, or what the routine has."""
    routine = given["routine"]
    known = {"act", "finding", "listing", *(criterion["group"] for criterion in routine["criteria"])}
    known |= {f"consultation:{consultee['id']}" for consultee in routine["consultees"]}
    for position, clause in enumerate(given["clauses"]):
        for name in clause.get("requires", ()):
            if name not in known:
                line = line_of(text, ["clauses", position, "requires"])
                raise RuleSetRefused("rules.unknown_requirement", line=line, name=name)


def _check_clause_named(
    text: str, place: Sequence[str | int], field: str, items: Sequence[Mapping[str, Any]], clauses: set[str]
) -> None:
    for position, item in enumerate(items):
        name = item.get(field)
        if name and name not in clauses:
            raise RuleSetRefused("rules.unknown_clause", line=line_of(text, [*place, position, field]), name=name)


def _check_places(text: str, name: str, language: str, body: str) -> None:
    """A letter's text has only places that the service fills in."""
    for place in places_in(body):
        if place not in LETTER_PLACES:
            line = line_of(text, ["letters", name, "body"])
            line += body.split("{" + place + "}")[0].count("\n")
            raise RuleSetRefused("rules.unknown_place", line=line, name=place, language=language)
