"""The City's own dealings with an association: sourced, verified by a second person, expiring (P1-P6).

Whoever sees what happens writes it down: those who let rooms, who follow grants up, and the coordinator. What was
written can be corrected, disputed by the association, and withdrawn; each is an event.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.desk import form
from service.desk.actors import acting, person
from service.desk.fields import check_not_later, check_text
from service.desk.ports.desk import Desk
from service.desk.ports.office import StoredIncident
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook, today
from service.domain.clock import months_before
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.event import Event
from service.domain.events.intake import CaseRescreenAsked
from service.domain.events.office import (
    IncidentCorrected,
    IncidentDisputed,
    IncidentRecorded,
    IncidentSaid,
    IncidentVerified,
    IncidentWithdrawn,
)
from service.domain.organisation import is_organisation_number, normal_form
from service.domain.people import Role, User

RECORDERS = (Role.COORDINATOR, Role.ASSOCIATION_OFFICER, Role.PREMISES_OFFICER)
#: The City's own document, by its diary number: HV 2026/12.
_DIARY_NUMBER = re.compile(r"[A-ZÅÄÖ]{1,10}[ -]?\d{4}[/:-]\d{1,6}", re.IGNORECASE)


@dataclass(frozen=True)
class NewIncident:
    """What must be known of an incident before it may be recorded (P2, P3); `source` names the City's document."""

    org_number: str = form.text(most=40)
    kind: str = form.code()
    room: str = form.code()
    event_date: date = form.day()
    act: str = form.text()
    source: str = form.text(most=300)
    informed_on: date = form.day()
    applicant_view: str = form.text()
    expires_on: date = form.day()


async def record(desk: Desk, new: NewIncident, *, by: User) -> str:
    """Record an incident; it is not used before a second person has verified it. Returns its id."""
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *RECORDERS)
        await _check(desk, writing, new)
        number = normal_form(new.org_number) or ""
        data = IncidentRecorded(incident=desk.outside.new_id(), said=_said(writing, new, number))
        await writing.incident_recorded(Event(data, person(by), desk.outside.now()), org_number=number)
    return data.incident


def _said(writing: Writing, new: NewIncident, number: str) -> IncidentSaid:
    told = {"org_number": number, "act": new.act, "source": new.source, "applicant_view": new.applicant_view}
    return IncidentSaid(
        kind=new.kind,
        room=new.room or None,
        event_date=new.event_date,
        informed_on=new.informed_on,
        expires_on=new.expires_on,
        value=writing.keep("incident", told),
    )


async def _check(desk: Desk, reading: Reading, new: NewIncident) -> None:
    """Its kind, room, document and days, in the order in which they can have been; raises InvalidInput with all of it.

    What happened is told to the association after it, both by today, and it is used for at most the months of its kind.
    """
    kinds = (await rulebook(desk, reading)).procedure(today(desk)).incident_kinds
    problems: list[Problem] = []
    if not is_organisation_number(new.org_number):
        problems.append(Problem("/org_number", "incident.number"))
    if not _DIARY_NUMBER.search(new.source):
        problems.append(Problem("/source", "incident.document"))
    if new.event_date > new.informed_on:
        problems.append(Problem("/informed_on", "incident.told_before"))
    if new.informed_on > today(desk):
        problems.append(Problem("/informed_on", "input.not_now_or_earlier"))
    if new.event_date > today(desk):
        problems.append(Problem("/event_date", "input.not_now_or_earlier"))
    if new.kind not in kinds:
        problems.append(Problem("/kind", "input.choice", {"choices": ", ".join(kinds)}))
    else:
        kind = kinds[new.kind]
        late = months_before(new.expires_on, kind.months) > new.event_date
        if new.expires_on <= today(desk) or late:
            problems.append(Problem("/expires_on", "incident.expiry", {"months": kind.months}))
        if kind.room and not new.room:
            problems.append(Problem("/room", "incident.room_missing"))
    if new.room and new.room not in (await reading.estate()).rooms:
        problems.append(Problem("/room", "input.choice_unknown"))
    if problems:
        raise InvalidInput(problems)


async def _in_use(reading: Reading, incident_id: str) -> StoredIncident:
    found = await reading.incident(incident_id)
    if found is None:
        raise NotFound("incident.not_found")
    if found.withdrawn_by:
        raise Conflict("incident.withdrawn")
    return found


async def verify(desk: Desk, incident_id: str, *, saw: bool, is_act: bool, by: User) -> None:
    """A second person has seen the document, and that it tells of something done; open cases are checked again."""
    if not (saw and is_act):
        raise InvalidInput([Problem("/saw" if not saw else "/is_act", "incident.not_verified")])
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *RECORDERS)
        found = await _in_use(writing, incident_id)
        if found.verified_by:
            raise Conflict("incident.verified_already")
        if found.recorded_by == by.pseudonym:
            raise NotAllowed("incident.second_person")
        data = IncidentVerified(incident=incident_id)
        await writing.incident_verified(Event(data, person(by), desk.outside.now()))
        await _check_cases_again(desk, writing, found.org_number, by)


async def correct(desk: Desk, incident_id: str, new: NewIncident, why: str, *, by: User) -> None:
    """What was written was wrong; another person verifies what is said now before it is used again."""
    why = check_text("/text", why)
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *RECORDERS)
        found = await _in_use(writing, incident_id)
        await _check(desk, writing, new)
        if normal_form(new.org_number) != found.org_number:
            raise InvalidInput([Problem("/org_number", "incident.other_association")])
        said = _said(writing, new, found.org_number)
        text = writing.keep("incident", {"org_number": found.org_number, "text": why})
        data = IncidentCorrected(incident=incident_id, said=said, text=text)
        await writing.incident_corrected(Event(data, person(by), desk.outside.now()))
        await _check_cases_again(desk, writing, found.org_number, by)


async def dispute(desk: Desk, incident_id: str, text: str, received: date, *, by: User) -> None:
    """The association says that it is not so: whoever weighs the incident sees it."""
    text = check_text("/dispute_text", text)
    check_not_later("/received", received, today(desk))
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *RECORDERS)
        found = await _in_use(writing, incident_id)
        if received < found.event_date:
            raise InvalidInput([Problem("/received", "input.not_earlier", {"day": found.event_date.isoformat()})])
        kept = writing.keep("incident", {"org_number": found.org_number, "text": text})
        data = IncidentDisputed(incident=incident_id, received=received, text=kept)
        await writing.incident_disputed(Event(data, person(by), desk.outside.now()))
        await _check_cases_again(desk, writing, found.org_number, by)


async def withdraw(desk: Desk, incident_id: str, text: str, *, by: User) -> None:
    """It should not have been written down; it is not used any more."""
    text = check_text("/withdraw_text", text)
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *RECORDERS)
        found = await _in_use(writing, incident_id)
        kept = writing.keep("incident", {"org_number": found.org_number, "text": text})
        data = IncidentWithdrawn(incident=incident_id, text=kept)
        await writing.incident_withdrawn(Event(data, person(by), desk.outside.now()))
        await _check_cases_again(desk, writing, found.org_number, by)


async def _check_cases_again(desk: Desk, writing: Writing, org_number: str, by: User) -> None:
    for case in await writing.open_cases_of(org_number):
        asked = CaseRescreenAsked(check_round=case.check_round + 1)
        await writing.rescreen_asked(Event(asked, person(by), desk.outside.now(), case=case.id), case)


@dataclass(frozen=True)
class IncidentsShown:
    """Incidents, with what is kept of them and who recorded and verified each."""

    incidents: list[StoredIncident]
    values: dict[str, Any]
    names: dict[str, str]
    kinds: tuple[str, ...]
    rooms: dict[str, str]


async def shown(desk: Desk, *, by: User) -> IncidentsShown:
    """All incidents for coordinator and auditor; for an officer, their own and those that wait to be verified."""
    async with desk.store.reading() as reading:
        incidents = await reading.all_incidents()
        if not by.has(Role.COORDINATOR, Role.AUDITOR):
            incidents = [one for one in incidents if one.recorded_by == by.pseudonym or _waits(one)]
        references = [one.value_ref for one in incidents] + [one.disputed for one in incidents if one.disputed]
        rooms = (await reading.estate()).rooms
        return IncidentsShown(
            incidents,
            await reading.values(references),
            await reading.names(),
            tuple((await rulebook(desk, reading)).procedure(today(desk)).incident_kinds),
            {room.id: room.name for room in rooms.values()},
        )


def _waits(incident: StoredIncident) -> bool:
    return incident.verified_by is None and incident.withdrawn_by is None


@dataclass(frozen=True)
class OneIncident:
    """An incident to correct, dispute or withdraw: as it stands, by the names of the form's fields."""

    incident: StoredIncident
    said: dict[str, str]
    kinds: tuple[str, ...]
    rooms: dict[str, str]


async def one_shown(desk: Desk, incident_id: str, *, by: User) -> OneIncident:
    """An incident that is in use; an officer may know of it as on the list of them."""
    found = await shown(desk, by=by)
    for incident in found.incidents:
        kept = found.values.get(incident.value_ref)
        if incident.id == incident_id and kept is not None and incident.withdrawn_by is None:
            days = ("event_date", "informed_on", "expires_on")
            said = {name: getattr(incident, name).isoformat() for name in days}
            said |= {"kind": incident.kind, "room": incident.room or "", **kept}
            return OneIncident(incident, said, found.kinds, found.rooms)
    raise NotFound("incident.not_found")


@dataclass(frozen=True)
class IncidentToWeigh:
    """What whoever judges reads of an incident: the act, how the association sees it, and how it disputes it."""

    act: str
    applicant_view: str
    dispute: str
    withdrawn: bool


async def to_weigh(reading: Reading, incident_ids: Sequence[str]) -> dict[str, IncidentToWeigh]:
    """These incidents by id; of one that has been erased nothing is left to read."""
    found = await reading.incidents_by_id(incident_ids) if incident_ids else []
    kept = await reading.values([one.value_ref for one in found] + [one.disputed for one in found if one.disputed])
    told = {}
    for one in found:
        said = kept.get(one.value_ref, {})
        dispute = kept.get(one.disputed or "", {}).get("text", "")
        told[one.id] = IncidentToWeigh(
            said.get("act", ""), said.get("applicant_view", ""), dispute, withdrawn=one.withdrawn_by is not None
        )
    return told
