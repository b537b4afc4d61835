"""An enclosure is added to a case."""

import asyncio
import unicodedata
from datetime import date

from service.desk.actors import acting, check_came_by
from service.desk.ports.cases import StoredEnclosure
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.domain import policy
from service.domain.application import Kind
from service.domain.case import Case, State
from service.domain.enclosure import (
    ENCLOSURE_KINDS,
    SPEAKS_OF_A_TIME,
    Condition,
    Enclosure,
    EnclosureKind,
    named_as_it_is,
)
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.event import Actor, ActorKind, Event
from service.domain.events.intake import EnclosureAdded

E_SERVICE = "e_service"

MAX_ENCLOSURE_BYTES = 10_000_000

MAX_NAME = 200


async def add_enclosure(
    desk: Desk,
    case_id: str,
    *,
    kind: str,
    name: str,
    media_type: str,
    body: bytes,
    by: Actor,
    kinds: frozenset[Kind],
    speaks_from: str = "",
    speaks_to: str = "",
    condition: Condition = Condition.WHOLE,
) -> str:
    """Add a document to an undecided case; `media_type` and `condition` are what its content was found to be.

    Returns its id.

    `kinds` are those that the sender may add to; another system adds only to what it handed in itself. `speaks_from`
    and `speaks_to` (ISO 8601) are the day or the period that the document speaks of, both included; they may be empty.
    """
    problems = []
    if kind not in ENCLOSURE_KINDS:
        problems.append(Problem("/kind", "input.choice", {"choices": ", ".join(ENCLOSURE_KINDS)}))
    if not body:
        problems.append(Problem("/file", "enclosure.empty"))
    first, last = _time(kind, speaks_from, speaks_to, problems)
    if problems:
        raise InvalidInput(problems)
    now, enclosure_id = desk.outside.now(), desk.outside.new_id()
    async with desk.store.reading() as reading:
        await _check_can_add(reading, case_id, kind, by, kinds)
    sha256 = await asyncio.to_thread(desk.files.put, body)
    scanned = await desk.scan(body)
    async with desk.store.writing() as writing:
        case = await _check_can_add(writing, case_id, kind, by, kinds)
        kept = named_as_it_is(_safe_name(name), media_type)
        name_ref = writing.keep("enclosure-name", kept, case=case_id)
        enclosure = Enclosure(
            id=enclosure_id,
            kind=kind,
            name=kept,
            media_type=media_type,
            size=len(body),
            sha256=sha256,
            added_at=now,
            speaks_from=first,
            speaks_to=last,
            condition=condition,
            scanned=scanned,
        )
        data = EnclosureAdded(
            enclosure=enclosure_id,
            kind=kind,
            media_type=media_type,
            size=len(body),
            sha256=sha256,
            name=name_ref,
            speaks_from=first if first else None,
            speaks_to=last if last else None,
            condition=condition.value,
            scanned=scanned.value,
        )
        event = Event(data, by, now, case=case_id)
        await writing.enclosure_added(event, case, StoredEnclosure(enclosure, name_ref))
    return enclosure_id


def _time(kind: str, first: str, last: str, problems: list[Problem]) -> tuple[date | None, date | None]:
    """The day or the period that a document speaks of; what is wrong with it is added to the problems."""
    days: dict[str, date | None] = {}
    for name, text in (("speaks_from", first.strip()), ("speaks_to", last.strip())):
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            problems.append(Problem(f"/{name}", "input.not_a_date"))
    begins, ends = days.get("speaks_from"), days.get("speaks_to")
    if ends is not None and (begins is None or ends < begins):
        problems.append(Problem("/speaks_to", "input.ends_before_it_begins"))
    if begins is not None and kind in ENCLOSURE_KINDS and EnclosureKind(kind) not in SPEAKS_OF_A_TIME:
        problems.append(Problem("/speaks_from", "enclosure.speaks_of_no_time"))
    return begins, ends


async def _check_can_add(reading: Reading, case_id: str, kind: str, by: Actor, kinds: frozenset[Kind]) -> Case:
    case = await reading.case(case_id)
    user = await acting(reading, by)
    may = {kind for kind, role in policy.HANDLING_ROLES.items() if user is None or user.has(role)}
    if case.kind not in kinds & may:
        raise NotFound("case.not_found")
    if by.kind is ActorKind.KEY:
        await check_came_by(reading, case_id, by)
    if case.closed and not (case.state is State.APPEALED and kind == EnclosureKind.COURT_RULING and user):
        raise NotAllowed("case.already_decided")
    return case


def _safe_name(name: str) -> str:
    """The file's name without folders and signs that do not belong in one."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    kept = "".join(one for one in last if one.isprintable() and unicodedata.category(one) not in ("Cs", "Cf"))
    return unicodedata.normalize("NFC", kept.strip()[:MAX_NAME]) or "bilaga"
