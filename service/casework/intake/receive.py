"""Step one: an application is received, its rules are pinned, and a case is opened."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from service.audit.canonical import canonical
from service.audit.leaf import timestamp
from service.bookings import bookings
from service.casework.intake import application_document
from service.desk import application_parts
from service.desk.actors import acting
from service.desk.case_when import due_before, lookup_digest
from service.desk.ports.cases import CaseDetails, DiaryPlace, ReceivedBefore
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook
from service.domain import policy
from service.domain.application import Application, from_document
from service.domain.case import Case, State
from service.domain.clock import Instant, local_day, to_milliseconds, utc_time
from service.domain.errors import Conflict, InvalidInput, NotFound, Problem
from service.domain.events.event import Actor, ActorKind, Event
from service.domain.events.fields import ApplicationPart
from service.domain.events.intake import CaseReceived
from service.domain.organisation import normal_form
from service.domain.premises import Hirer
from service.domain.ruleset import RuleSet


@dataclass(frozen=True)
class Received:
    """What the sender is told."""

    case_id: str
    diary_number: str
    state: State
    repeated_request: bool = False


async def receive(
    desk: Desk,
    value: Any,
    *,
    by: Actor,
    channel: str,
    idempotency_key: str | None = None,
    only_if_free: bool = False,
) -> Received:
    """Receive an application from a parsed JSON value; raises InvalidInput for what cannot be stored safely.

    `idempotency_key` is the sender's: the same key with the same content gives the same case, with another a Conflict.
    `only_if_free` is the phone's: the caller wants this time or none, so SlotTaken is raised and nothing is received.
    """
    now = desk.outside.now()
    document = application_document.read(value, now=utc_time(now))
    body_sha256 = hashlib.sha256(canonical(document).encode()).hexdigest()
    key = _key(by, idempotency_key)
    async with desk.store.writing() as writing:
        if key:
            known = await writing.idempotent(key)
            if known:
                return await _again(writing, known, body_sha256)
        received = await _open_case(desk, writing, document, by=by, channel=channel, now=now)
        if only_if_free:
            await bookings.check_had(writing, received.case_id)
        if key:
            await writing.remember_key(key, body_sha256, received.case_id, now)
    return received


def _key(by: Actor, given: str | None) -> str | None:
    """The sender's key as a digest: it may hold anything, and belongs to that sender alone."""
    return hashlib.sha256(f"{by.id}\n{given}".encode()).hexdigest() if given else None


async def _again(reading: Reading, known: ReceivedBefore, body_sha256: str) -> Received:
    if known.body_sha256 != body_sha256:
        raise Conflict("intake.key_reused")
    case = await reading.case(known.case_id)
    return Received(case.id, case.diary_number, case.state, repeated_request=True)


async def _open_case(
    desk: Desk, writing: Writing, document: Mapping[str, Any], *, by: Actor, channel: str, now: Instant
) -> Received:
    application = from_document(document)
    registrar = await acting(writing, by)
    if registrar is not None:
        policy.check_can_register(registrar, application.kind)
    received_at = _received_at(document, now)
    _check_births(application, local_day(now))
    try:
        rules = (await rulebook(desk, writing)).criteria(local_day(received_at), local_day(now))
    except NotFound as error:
        raise InvalidInput([Problem("/received_at", error.code, error.params)]) from error
    oldest = local_day(now) - timedelta(days=rules.kinds[application.kind].received_within_days)
    if local_day(received_at) < oldest:
        raise InvalidInput([Problem("/received_at", "intake.received_too_long_ago", {"day": oldest.isoformat()})])
    times = bookings.times_of(application.premises, rules.premises) if application.premises else []
    case_id = desk.outside.new_id()
    organisation_id = await _organisation_id(desk, writing, application)
    diary_number, diary = await _diary_number(desk, writing, document, by, now)
    case = Case(
        id=case_id,
        diary_number=diary_number,
        kind=application.kind,
        type=application.type,
        state=State.RECEIVED,
        owner=None,
        received_at=received_at,
        registered_at=now,
        due_on=_due(application, local_day(received_at), rules.kinds[application.kind].answer_days),
        amount_ore=application.grant.amount_ore if application.grant else None,
        rules_id=rules.id,
        rules_sha256=rules.sha256,
        check_round=0,
        version=1,
        organisation_id=organisation_id,
    )
    details = _keep(desk, writing, case, application, document, channel)
    await writing.case_received(_event(case, details, rules, by), case, details, diary=diary)
    await bookings.ask(desk, writing, case, application, times, by=by)
    return Received(case.id, case.diary_number, case.state)


#: Nobody who stands for an association is younger; such a year is a slip.
YOUNGEST = 10


def _check_births(application: Application, today: date) -> None:
    """Raise InvalidInput for a year of birth to come, or a child's: it would acquit somebody in silence."""
    latest = today.year - YOUNGEST
    problems = [
        Problem(f"/representatives/{place}/birth_year", "input.number_between", {"min": 1880, "max": latest})
        for place, person in enumerate(application.representatives)
        if person.birth_year and person.birth_year > latest
    ]
    if problems:
        raise InvalidInput(problems)


def _due(application: Application, received: date, answer_days: int) -> date:
    """When an answer is due: as the rules say, but for a room the day before it is wanted."""
    due = received + timedelta(days=answer_days)
    if application.premises is None:
        return due
    return due_before(application.premises.date, received, due)


def _received_at(document: Mapping[str, Any], now: Instant) -> Instant:
    given = document.get("received_at")
    return to_milliseconds(datetime.fromisoformat(given)) if given else now


async def _organisation_id(desk: Desk, reading: Reading, application: Application) -> str:
    """The association's identity: by number, since names are shared; without a number each case stands alone."""
    number = normal_form(application.organisation.number or "")
    known = await reading.organisation_by_number(number) if number else None
    return known or desk.outside.new_id()


async def _diary_number(
    desk: Desk, reading: Reading, document: Mapping[str, Any], by: Actor, now: Instant
) -> tuple[str, DiaryPlace]:
    """The City's own number where it gave one, else the next in our gapless series of the year."""
    year = local_day(now).year
    given = document.get("diary_number")
    if given:
        own = rf"{re.escape(desk.diary_prefix)}\s+\d{{4}}/\d+"
        if by.kind is ActorKind.KEY and re.fullmatch(own, given.strip(), re.IGNORECASE):
            raise InvalidInput([Problem("/diary_number", "intake.own_series", {"prefix": desk.diary_prefix})])
        if await reading.diary_number_taken(given):
            raise InvalidInput([Problem("/diary_number", "intake.diary_number_taken")])
        return given, DiaryPlace(year, None)
    number = await reading.next_diary_number(year)
    written = f"{desk.diary_prefix} {year}/{number}"
    while await reading.diary_number_taken(written):
        number += 1  # the City has given this very number to another case; ours goes on after it
        written = f"{desk.diary_prefix} {year}/{number}"
    return written, DiaryPlace(year, number)


def _keep(
    desk: Desk, writing: Writing, case: Case, application: Application, document: Mapping[str, Any], channel: str
) -> CaseDetails:
    """Keep the texts in the erasable table; speakers by themselves, as they go when the event is over."""
    kept = dict(document)
    speakers_ref, premises = None, application.premises
    if premises:
        kept["premises"] = {name: one for name, one in kept["premises"].items() if name != "speakers"}
        speakers = list(document["premises"].get("speakers", ()))
        speakers_ref = writing.keep("speakers", speakers, case=case.id) if speakers else None
    number = normal_form(application.organisation.number or "") or application.organisation.number
    organisation = {"name": application.organisation.name, "number": number}
    private = premises is not None and premises.hirer is Hirer.PERSON
    parts = []
    for name, value in sorted(application_parts.split(kept).items()):
        commitment = writing.keep(application_parts.field_of(name, private=private), value, case=case.id)
        parts.append(ApplicationPart(name, commitment))
    return CaseDetails(
        org_number=number,
        org_name=application.organisation.name,
        organisation_ref=writing.keep("hirer" if private else "organisation", organisation, case=case.id),
        application_parts=tuple(parts),
        speakers_ref=speakers_ref,
        when_label=_when(application),
        channel=channel,
        repeat_key=repeat_key(desk, case, application),
        event_on=premises.date if premises else None,
        hirer=premises.hirer.value if premises else None,
    )


def _when(application: Application) -> str:
    """What the queue shows of when: the room's time, or the grant's period."""
    premises, grant = application.premises, application.grant
    if premises and premises.season:
        return premises.season.season
    if premises:
        again = " …" if premises.series else ""
        return f"{premises.date.isoformat()} {premises.time_from}–{premises.time_to}{again}"
    assert grant is not None
    return f"{grant.period_from.isoformat()} – {grant.period_to.isoformat()}"


def repeat_key(desk: Desk, case: Case, application: Application) -> str:
    """A digest, by a key of this service, that two applications for the same thing by the same association share.

    The log's `lookup` rests on it, and room and time stand there in clear: without the key a sole trader's number could
    be guessed. A private person's name is no part of it at all, so that nothing of it is left when it has been erased.
    """
    number = normal_form(application.organisation.number or "")
    who = number or " ".join(application.organisation.name.casefold().split())
    if application.premises and application.premises.hirer is Hirer.PERSON:
        who = case.id
    what = application.premises.room if application.premises else ""
    return desk.keyed(canonical(["same-thing", who, case.kind, case.type, what, _when(application)]))


def _event(case: Case, details: CaseDetails, rules: RuleSet, by: Actor) -> Event[CaseReceived]:
    event_on = details.event_on.isoformat() if details.event_on else None
    data = CaseReceived(
        diary_number=case.diary_number,
        kind=case.kind.value,
        type=case.type,
        organisation=case.organisation_id,
        organisation_value=details.organisation_ref,
        amount_ore=case.amount_ore,
        hirer=details.hirer,
        channel=details.channel,
        received=timestamp(case.received_at),
        due=case.due_on,
        lookup=lookup_digest(details.repeat_key, event_on, details.when_label),
        rules=rules.ref,
        application=details.application_parts,
        speakers=details.speakers_ref,
    )
    return Event(data, by, case.registered_at, case=case.id)
