"""How a site and a room are described: the document that is kept, and what is wrong with one that was handed in."""

import re
from collections.abc import Mapping
from typing import Any

from service.domain.errors import InvalidInput, Problem
from service.domain.premises import (
    ACCESSIBILITY,
    EQUIPMENT,
    LONGEST_MINUTES,
    WEEKDAYS,
    OpenHours,
    Room,
    Site,
    clock_label,
    day_of,
)
from service.domain.premises_rules import PremisesRules
from service.domain.text import visible

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}(\.[a-z0-9][a-z0-9-]{0,39}){0,3}")
#: Bounds in minutes and days; a room's own numbers stay within them.
_NUMBERS = {
    "capacity": (1, 5000),
    "before": (0, 480),
    "after": (0, 480),
    "longest": (15, LONGEST_MINUTES),
    "ahead_hours": (0, 24 * 60),
    "ahead_days": (1, 1100),
}
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_MOST_TEXT = 500
#: Signs that are not seen but change what is: controls, and those that turn the direction of writing.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def site_of(id: str, document: Mapping[str, Any]) -> Site:
    """A site from its kept document."""
    return Site(id, document["name"], document["address"])


def room_of(id: str, site: str, parent: str | None, document: Mapping[str, Any], version: str) -> Room:
    """A room from its kept document; `version` names that document."""
    return Room(
        id=id,
        site=site,
        parent=parent,
        name=document["name"],
        kind=document["kind"],
        open_room=document["open_room"],
        capacity=document["capacity"],
        equipment=frozenset(document["equipment"]),
        accessibility=frozenset(document["accessibility"]),
        hours=tuple(_minutes(document["hours"][day]) for day in WEEKDAYS),
        exceptions={day: _minutes(hours) for day, hours in document["exceptions"].items()},
        before=document["before"],
        after=document["after"],
        longest=document["longest"],
        ahead_hours=document["ahead_hours"],
        ahead_days=document["ahead_days"],
        note=document["note"],
        in_use=document["in_use"],
        version=version,
    )


def what_changed(before: Room | None, document: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts of a room's description that differ from what it was; of a new room none."""
    if before is None:
        return ()
    after = room_of(before.id, before.site, before.parent, document, before.version)
    return tuple(sorted(name for name in document if getattr(before, name) != getattr(after, name)))


def _minutes(hours: list[str]) -> OpenHours:
    found = []
    for one in hours:
        start, _, end = one.partition("-")
        found.append((_clock(start), _clock(end)))
    return tuple(found)


def _clock(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def hours_text(hours: OpenHours) -> str:
    """Opening hours as people write them."""
    return ", ".join(f"{clock_label(start)}-{clock_label(end)}" for start, end in hours)


def read_site(given: Mapping[str, Any]) -> dict[str, str]:
    """A site's document; raises InvalidInput with a pointer to each wrong field."""
    problems: list[Problem] = []
    document = {name: _text(given, name, problems) for name in ("name", "address")}
    if problems:
        raise InvalidInput(problems)
    return document


def read_room(given: Mapping[str, Any], rules: PremisesRules) -> dict[str, Any]:
    """A room's document; raises InvalidInput with a pointer to each wrong field."""
    problems: list[Problem] = []
    document: dict[str, Any] = {"name": _text(given, "name", problems)}
    document["note"] = _text(given, "note", problems, needed=False)
    document["kind"] = given.get("kind")
    if document["kind"] not in rules.room_kinds:
        problems.append(Problem("/kind", "input.choice", {"choices": ", ".join(rules.room_kinds)}))
    for name in ("open_room", "in_use"):
        document[name] = given.get(name, name == "in_use")
        if not isinstance(document[name], bool):
            problems.append(Problem(f"/{name}", "input.type"))
    for name, (least, most) in _NUMBERS.items():
        value = document[name] = given.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            problems.append(Problem(f"/{name}", "room.number", {"least": least, "most": most}))
    for name, known in (("equipment", EQUIPMENT), ("accessibility", ACCESSIBILITY)):
        value = given.get(name, [])
        if not isinstance(value, list) or any(one not in known for one in value):
            problems.append(Problem(f"/{name}", "input.choice", {"choices": ", ".join(known)}))
        else:
            document[name] = sorted(set(value))
    document["hours"] = _week(given.get("hours"), problems)
    document["exceptions"] = _exceptions(given.get("exceptions", {}), problems)
    if problems:
        raise InvalidInput(problems)
    return document


def _text(given: Mapping[str, Any], name: str, problems: list[Problem], *, needed: bool = True) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > _MOST_TEXT or _UNSAFE.search(value):
        problems.append(Problem(f"/{name}", "input.format"))
        return ""
    if needed and not visible(value):
        problems.append(Problem(f"/{name}", "input.missing"))
    return value.strip()


def _week(given: Any, problems: list[Problem]) -> dict[str, list[str]]:
    week = {}
    for day in WEEKDAYS:
        hours = given.get(day, []) if isinstance(given, Mapping) else []
        week[day] = _day(hours, f"/hours/{day}", problems)
    if not any(week.values()) and not problems:
        problems.append(Problem("/hours", "room.never_open"))
    return week


def _day(hours: Any, pointer: str, problems: list[Problem]) -> list[str]:
    if not isinstance(hours, list) or not all(isinstance(one, str) and _HOURS.fullmatch(one) for one in hours):
        problems.append(Problem(pointer, "room.hours"))
        return []
    ordered = sorted(hours)
    spans = _minutes(ordered)
    before = -1
    for start, end in spans:
        if not before < start < end <= 1440:
            problems.append(Problem(pointer, "room.hours"))
            return []
        before = end
    return ordered


def _exceptions(given: Any, problems: list[Problem]) -> dict[str, list[str]]:
    if not isinstance(given, Mapping) or len(given) > 400:
        problems.append(Problem("/exceptions", "room.hours"))
        return {}
    found = {}
    for day, hours in given.items():
        try:
            day_of(str(day))
        except ValueError:
            problems.append(Problem("/exceptions", "room.exception_day"))
            continue
        found[str(day)] = _day(hours, "/exceptions", problems)
    return found
