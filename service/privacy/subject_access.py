"""All that is kept about one person or association, for themselves (GDPR 15; domain, section 11)."""

import json
from dataclasses import dataclass
from typing import Any

from service.desk.actors import person, still
from service.desk.fields import check_text
from service.desk.ports.desk import Desk
from service.desk.ports.log import KeptValue
from service.desk.ports.store import Reading
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.event import Event
from service.domain.events.log import SubjectAccessExported
from service.domain.organisation import normal_form
from service.domain.people import Role, User

LEAST_NAME = 5


@dataclass(frozen=True)
class Asked:
    """Who asks for their data, and the diary number of their own request: without one nothing is searched."""

    request: str
    organisation: str = ""
    person: str = ""


async def export(desk: Desk, asked: Asked, *, by: User) -> dict[str, Any]:
    """What is kept, case by case; that it was taken out, for whom and by whom stands in the log.

    This is the one search for a person outside an open case, and only by that person's own, registered request.
    """
    request = check_text("/request", asked.request, most=60)
    name = check_text("/person", asked.person, required=False, most=200)
    number = normal_form(asked.organisation) if asked.organisation else None
    if asked.organisation and number is None:
        raise InvalidInput([Problem("/organisation", "input.format")])
    if bool(name) == bool(number) or (name and len(name) < LEAST_NAME):
        raise InvalidInput([Problem("/person", "subject.one_of")])
    async with desk.store.writing() as writing:
        now = await still(writing, by)
        if not now.has(Role.COORDINATOR):
            raise NotAllowed("access.role")
        case_ids = await writing.cases_of_number(number) if number else await writing.cases_naming(name)
        cases = [await _case(writing, one, None if number else name) for one in case_ids]
        found: dict[str, Any] = {
            "request": request,
            "cases": cases,
            "incidents": await _incidents(writing, number) if number else [],
        }
        reference = writing.keep("subject-request", {"request": request})
        data = SubjectAccessExported(request=reference, cases=tuple(case_ids))
        await writing.subject_access_exported(Event(data, person(now), desk.outside.now()))
    for one in cases:
        one["read_by"] = await _openings(desk, one["id"])
    return found


async def _case(reading: Reading, case_id: str, name: str | None) -> dict[str, Any]:
    case, details = (await reading.cases_by_id([case_id]))[case_id]
    values = await reading.values_of_cases([case_id])
    entries = await reading.entries_of_case(case_id)
    return {
        "id": case.id,
        "diary_number": case.diary_number,
        "association": details.org_name,
        "state": case.state.value,
        "kept": [_shown(one, name) for one in values if name is None or about(one.value, name) is not None],
        "events": [{"number": one.seq, "at": json.loads(one.leaf)["at"], "what": one.type} for one in entries],
    }


def _shown(kept: KeptValue, name: str | None) -> dict[str, Any]:
    value = kept.value if name is None else about(kept.value, name)
    return {"field": kept.field, "value": value}


def about(value: Any, name: str) -> Any:
    """What of a kept value is about this person: of a list only their own entries; None where nothing is."""
    match value:
        case str():
            return value if _says(value, name) else None
        case list():
            parts = [about(part, name) for part in value]
            return [part for part in parts if part is not None] or None
        case dict():
            return _of_mapping(value, name)
        case _:
            return None


def _of_mapping(value: dict[str, Any], name: str) -> dict[str, Any] | None:
    """An entry that names the person itself, without what lies within it; otherwise what lies within it."""
    within = {key: part for key, part in value.items() if isinstance(part, (list, dict))}
    own = {key: part for key, part in value.items() if key not in within}
    if any(isinstance(part, str) and _says(part, name) for part in own.values()):
        return own
    told = {key: about(part, name) for key, part in within.items()}
    return {key: part for key, part in told.items() if part is not None} or None


def _says(text: str, name: str) -> bool:
    return name.casefold() in text.casefold()


async def _incidents(reading: Reading, number: str) -> list[dict[str, Any]]:
    rows = [one for one in await reading.all_incidents() if one.org_number == number]
    values = await reading.values([one.value_ref for one in rows])
    return [
        {"kind": one.kind, "date": one.event_date, "expires": one.expires_on, "value": values.get(one.value_ref)}
        for one in rows
    ]


async def _openings(desk: Desk, case_id: str) -> list[dict[str, Any]]:
    """When and in which role the case was opened; who, is for the auditor to tell."""
    found = []
    for one in await desk.access_log.of_case(case_id):
        leaf = json.loads(one.leaf) if one.leaf else {}
        found.append({"at": leaf.get("at"), "role": leaf.get("role"), "what": leaf.get("action")})
    return found
