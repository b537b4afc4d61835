"""The City's own dealings with an association: sourced, verified by a second person, expiring (P1-P6)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from service.desk.actors import acting, person
from service.desk.fields import check_day, check_text
from service.desk.ports.desk import Desk
from service.desk.ports.office import StoredIncident
from service.desk.rulebook import today
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.event import Event
from service.domain.events.intake import CaseRescreenAsked
from service.domain.events.office import IncidentRecorded, IncidentVerified
from service.domain.organisation import is_organisation_number, normal_form
from service.domain.people import Role, User
from service.domain.text import visible

KINDS = ("unpaid_invoice", "damage", "breach_of_terms", "missing_report", "recovered_grant")
DEFAULT_MONTHS = 24


@dataclass(frozen=True)
class NewIncident:
    """What must be known of an incident before it may be recorded (P2, P3)."""

    org_number: str
    kind: str
    event_date: str
    act: str
    source: str
    informed_on: str
    applicant_view: str
    expires_on: str


async def record(desk: Desk, new: NewIncident, *, by: User) -> str:
    """Record an incident; it is not used before a second person has verified it. Returns its id."""
    days = _check(new, today(desk))
    number = normal_form(new.org_number) or ""
    async with desk.store.writing() as writing:
        await acting(writing, person(by), Role.COORDINATOR)
        incident_id = desk.outside.new_id()
        value = {
            "org_number": number,
            "act": check_text("/act", new.act),
            "source": check_text("/source", new.source),
            "applicant_view": check_text("/applicant_view", new.applicant_view),
        }
        value_ref = writing.keep("incident", value)
        incident = StoredIncident(
            id=incident_id,
            org_number=number,
            kind=new.kind,
            event_date=days["event_date"],
            informed_on=days["informed_on"],
            expires_on=days["expires_on"],
            value_ref=value_ref,
            recorded_by=by.pseudonym,
            verified_by=None,
        )
        data = IncidentRecorded(
            incident=incident_id,
            kind=new.kind,
            event_date=days["event_date"],
            informed_on=days["informed_on"],
            expires_on=days["expires_on"],
            value=value_ref,
        )
        event = Event(data, person(by), desk.outside.now())
        await writing.incident_recorded(event, incident)
    return incident_id


def _check(new: NewIncident, now: date) -> dict[str, date]:
    """Its days, by the names of their fields."""
    problems: list[Problem] = []
    if not is_organisation_number(new.org_number):
        problems.append(Problem("/org_number", "incident.number"))
    if new.kind not in KINDS:
        problems.append(Problem("/kind", "input.choice", {"choices": ", ".join(KINDS)}))
    days = {}
    for name in ("event_date", "informed_on", "expires_on"):
        try:
            days[name] = check_day(f"/{name}", getattr(new, name))
        except InvalidInput as error:
            problems += error.problems
    problems += [
        Problem(f"/{name}", "input.missing")
        for name in ("act", "source", "applicant_view")
        if not visible(getattr(new, name))
    ]
    if not problems:
        if days["event_date"] > now:
            problems.append(Problem("/event_date", "input.not_now_or_earlier"))
        if days["informed_on"] > now:
            problems.append(Problem("/informed_on", "input.not_now_or_earlier"))
        if not now < days["expires_on"] or (days["expires_on"] - days["event_date"]).days > 366 * DEFAULT_MONTHS // 12:
            problems.append(Problem("/expires_on", "incident.expiry", {"months": DEFAULT_MONTHS}))
    if problems:
        raise InvalidInput(problems)
    return days


async def verify(desk: Desk, incident_id: str, *, by: User) -> None:
    """A second person has seen the source; the association's open cases are checked again."""
    async with desk.store.writing() as writing:
        await acting(writing, person(by), Role.COORDINATOR)
        found = [one for one in await writing.all_incidents() if one.id == incident_id]
        if not found:
            raise NotFound("incident.not_found")
        if found[0].verified_by:
            raise Conflict("incident.verified_already")
        if found[0].recorded_by == by.pseudonym:
            raise NotAllowed("incident.second_person")
        data = IncidentVerified(incident=incident_id)
        await writing.incident_verified(Event(data, person(by), desk.outside.now()))
        for case in await writing.open_cases_of(found[0].org_number):
            asked = CaseRescreenAsked(check_round=case.check_round + 1)
            event = Event(asked, person(by), desk.outside.now(), case=case.id)
            await writing.rescreen_asked(event, case)


@dataclass(frozen=True)
class IncidentsShown:
    """Every incident, with what is kept of it and who recorded and verified it."""

    incidents: list[StoredIncident]
    values: dict[str, Any]
    names: dict[str, str]


async def shown(desk: Desk) -> IncidentsShown:
    """All incidents, for the coordinator's page."""
    async with desk.store.reading() as reading:
        incidents = await reading.all_incidents()
        values = await reading.values([incident.value_ref for incident in incidents])
        return IncidentsShown(incidents, values, await reading.names())
