"""Step two: every check that the rule set requires is asked, and the answers are saved; nothing is decided."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from service.audit.canonical import NotCanonical, canonical
from service.audit.leaf import timestamp
from service.desk import application_parts
from service.desk.ports.cases import CaseDetails, StoredFinding
from service.desk.ports.desk import Building, Desk
from service.desk.ports.office import ActiveList
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook
from service.domain import policy
from service.domain.application import Application, Party, PartyKind, from_document
from service.domain.case import Case, CaseFinding
from service.domain.check import CheckInput, ListAnswer, Need, PartyAnswer, RoomAnswer
from service.domain.clock import DAY_MS, local_day
from service.domain.errors import NotFound, place_of
from service.domain.events import SYSTEM_ACTOR, Event, EventType
from service.domain.finding import CheckResult, Finding, Outcome
from service.domain.organisation import normal_form
from service.domain.people import User
from service.domain.premises import LEFT_OUT, Booking, BookingStatus, Estate
from service.domain.ruleset import RuleSet
from service.domain.watchlist import Candidate, ListDefinition, ListEntry, Method
from service.pipeline.isolated import call_thread
from service.pipeline.runner import Clocks, Sources, Unavailable, run_checks
from service.screening.inputs import Inputs

logger = logging.getLogger("granska.screening")
MOST_TRIES = 5


@dataclass(frozen=True)
class Material:
    """What one round of checks is about, read in one moment."""

    case: Case
    details: CaseDetails
    application: Application
    speakers: tuple[str, ...]
    rules: RuleSet
    procedure: RuleSet
    today: date
    lists: Mapping[str, ActiveList]
    enclosure_kinds: tuple[str, ...]
    estate: Estate
    bookings: tuple[Booking, ...]


async def work_off(desk: Desk) -> int:
    """Screen every case that waits for it; returns how many. One that fails is tried again at the next call."""
    async with desk.store.reading() as reading:
        waiting = await reading.waiting_jobs()
    done = 0
    for case_id in waiting:
        try:
            await screen(desk, case_id)
            done += 1
        except Exception as error:  # noqa: BLE001 - one case must not stop the others
            logger.error("screening failed for case %s: %s", case_id, place_of(error))
    return done


async def screen(desk: Desk, case_id: str) -> None:
    """Ask every required check and save the answers; starts over where the case has changed meanwhile."""
    for _ in range(MOST_TRIES):
        async with desk.store.reading() as reading:
            material = await material_of(desk, reading, case_id)
        required = material.rules.kinds[material.case.kind].checks
        inputs = Inputs(today=material.today, rooms=tuple(material.estate.rooms))
        findings = await run_checks(
            required,
            kind=material.case.kind,
            given=given_of(material),
            sources=inputs.recorded(sources_of(desk, material)),
            installed=desk.checks,
            clocks=Clocks(desk.outside.now, desk.outside.monotonic),
        )
        if await _save(desk, material, findings, inputs):
            return
    logger.warning("case %s kept changing while it was screened; it waits for the next turn", case_id)


async def material_of(desk: Desk, reading: Reading, case_id: str) -> Material:
    """What the checks of a case are about now."""
    case = await reading.case(case_id)
    details = await reading.details(case_id)
    book, today = await rulebook(desk, reading), local_day(desk.outside.now())
    references = [
        *application_parts.commitments(details.parts),
        *([details.speakers_ref] if details.speakers_ref else []),
    ]
    values = await reading.values(references)
    if not application_parts.whole(details.parts, values):
        raise NotFound("case.erased")
    enclosures = await reading.enclosures(case_id)
    return Material(
        case=case,
        details=details,
        application=from_document(application_parts.assembled(details.parts, values)),
        speakers=tuple(values.get(details.speakers_ref or "", ())),
        rules=book.criteria(local_day(case.received_at), today),
        procedure=book.procedure(today),
        today=today,
        lists=await reading.active_lists(),
        enclosure_kinds=tuple(sorted({one.enclosure.kind for one in enclosures})),
        estate=await reading.estate(),
        bookings=tuple((await reading.bookings_of([case_id])).get(case_id, ())),
    )


def given_of(material: Material) -> CheckInput:
    """What every check is given of it."""
    return check_input(
        material.application,
        material.rules,
        received_on=local_day(material.case.received_at),
        today=material.today,
        speakers=material.speakers,
        rooms=tuple(material.estate.rooms),
    )


def check_input(
    application: Application,
    rules: RuleSet,
    *,
    received_on: date,
    today: date,
    speakers: tuple[str, ...],
    rooms: tuple[str, ...],
) -> CheckInput:
    """What every check is given of an application judged by these rules."""
    return CheckInput(
        application=application,
        params={},
        received_on=received_on,
        today=today,
        speakers=speakers,
        declaration_version=rules.declaration.version,
        rooms=rooms,
    )


def sources_of(desk: Desk, material: Material) -> Sources:
    """How each thing that a check may need is fetched; whatever cannot be had says why."""

    async def enclosures() -> Mapping[str, Any]:
        return {"enclosure_kinds": material.enclosure_kinds}

    async def lists() -> Mapping[str, Any]:
        return {"lists": await _list_answers(desk, material)}

    async def incidents() -> Mapping[str, Any]:
        written = material.application.organisation.number
        number = normal_form(written) if written else None
        if written and not number:
            raise Unavailable("prior_incidents.number_unusable")
        async with desk.store.reading() as reading:
            today = material.today.isoformat()
            return {"incidents": tuple(await reading.incidents(number, today)) if number else ()}

    async def other_cases() -> Mapping[str, Any]:
        async with desk.store.reading() as reading:
            return {"other_cases": tuple(await reading.other_cases(material.details.repeat_key, material.case.id))}

    async def room() -> Mapping[str, Any]:
        premises = material.application.premises
        known = material.estate.rooms.get(premises.room) if premises else None
        asked = [one for one in material.bookings if one.reason != LEFT_OUT]
        times = [one for one in asked if one.status is not BookingStatus.CANCELLED]
        missed = sum(not one.takes for one in times)
        return {"room": RoomAnswer(known.capacity if known else None, len(times), missed)}

    return {
        Need.ENCLOSURES: enclosures,
        Need.LISTS: lists,
        Need.INCIDENTS: incidents,
        Need.OTHER_CASES: other_cases,
        Need.ROOM: room,
    }


async def _list_answers(desk: Desk, material: Material) -> tuple[ListAnswer, ...]:
    """Search every list in force today for everyone its legal basis covers."""
    parties = material.application.parties(material.speakers)
    answers = []
    for definition in material.procedure.lists.values():
        active = material.lists.get(definition.key)
        if active is not None:
            answers.append(await _one_list(desk, material.case.organisation_id, definition, active, parties))
        elif definition.required:
            raise Unavailable("party_names.list_missing", list=definition.title)
    return tuple(answers)


async def _one_list(
    desk: Desk, organisation: str, definition: ListDefinition, active: ActiveList, parties: Sequence[Party]
) -> ListAnswer:
    return list_answer(
        definition,
        await search_list(desk, organisation, definition, active.version, parties),
        version=active.version,
        sha256=active.sha256,
        age_days=max(0, (desk.outside.now() - active.as_of) // DAY_MS),
        method=desk.finder.method(),
    )


def list_answer(
    definition: ListDefinition,
    parties: tuple[PartyAnswer, ...],
    *,
    version: str,
    sha256: str,
    age_days: int,
    method: Method,
) -> ListAnswer:
    """What a list's version says, with what the rule set says of the list."""
    return ListAnswer(
        key=definition.key,
        title=definition.title,
        version=version,
        sha256=sha256,
        age_days=age_days,
        max_age_days=definition.max_age_days,
        subject_kinds=definition.subject_kinds,
        parties=parties,
        method=method,
    )


async def compare_names(
    desk: Desk, case_id: str, *, by: User
) -> tuple[Case, list[tuple[ListDefinition, tuple[PartyAnswer, ...]]]]:
    """Everyone named in an undecided case against every active list; speakers only where the rules cite a basis."""
    async with desk.store.reading() as reading:
        material = await material_of(desk, reading, case_id)
    case = material.case
    policy.check_can_see(case, by)
    if case.closed:
        raise NotFound("case.not_found")
    speakers_too = any(
        one.check == "party_names" and one.params.get("speakers_basis")
        for one in material.rules.kinds[case.kind].checks
    )
    parties = material.application.parties(material.speakers if speakers_too else ())
    return case, [
        (one, await search_list(desk, case.organisation_id, one, material.lists[one.key].version, parties))
        for one in material.procedure.lists.values()
        if one.key in material.lists
    ]


async def search_list(
    desk: Desk, organisation: str, definition: ListDefinition, version: str, parties: Sequence[Party]
) -> tuple[PartyAnswer, ...]:
    """What a list's version says of everyone its legal basis covers, with what a person has held apart before."""
    found = await find_parties(desk, organisation, definition, version, parties, model=desk.finder.method().model)
    async with desk.store.reading() as reading:
        cleared = await reading.clearances([one.pair for answer in found for one in answer.candidates])
    return with_cleared(found, frozenset(cleared))


async def find_parties(
    desk: Desk, organisation: str, definition: ListDefinition, version: str, parties: Sequence[Party], *, model: str
) -> tuple[PartyAnswer, ...]:
    """What a list's version says of everyone its legal basis covers, whatever anyone has said of it since."""
    await ensure_index(desk, version)
    return await call_thread(lambda: find_here(desk, organisation, definition, version, parties, model=model))


def find_here(
    desk: Desk, organisation: str, definition: ListDefinition, version: str, parties: Sequence[Party], *, model: str
) -> tuple[PartyAnswer, ...]:
    """The same where the caller stands; the index is there."""
    covered = [one for one in parties if one.kind.value in definition.subject_kinds]

    return tuple(
        PartyAnswer(
            party,
            tuple(
                replace(one, pair=_pair(desk, organisation, party, one))
                for one in desk.finder.search(version, definition.key, party, name=model)
            ),
            readable=desk.finder.readable(party),
        )
        for party in covered
    )


def with_cleared(answers: Sequence[PartyAnswer], cleared: frozenset[str]) -> tuple[PartyAnswer, ...]:
    """The answers with the pairs marked that a person has held apart."""
    return tuple(
        replace(one, candidates=tuple(replace(found, cleared=found.pair in cleared) for found in one.candidates))
        for one in answers
    )


_building = asyncio.Lock()


async def ensure_index(desk: Desk, version: str) -> None:
    """Build a version's index where there is none, as after an upgrade or a move; imports build their own."""
    if desk.finder.knows(version):
        return
    async with _building:  # whoever comes meanwhile waits for this one rather than building another
        if desk.finder.knows(version):
            return
        building = desk.finder.building(version)
        try:
            async with desk.store.reading() as reading:
                async for batch in reading.list_entries(version):
                    await call_thread(partial(_add_all, building, batch))
        except BaseException:
            building.drop()
            raise
        await call_thread(building.done)


def _add_all(building: Building, batch: Sequence[ListEntry]) -> None:
    for one in batch:
        building.add(one)


def _pair(desk: Desk, organisation: str, party: Party, candidate: Candidate) -> str:
    """This party of this applicant and this entry, both as they are now, as a hash that only this service can make."""
    return desk.keyed(
        canonical(
            {
                "organisation": organisation,
                "kind": party.kind.value,
                "name": party.name,
                "number": party.number,
                "born": party.birth_year,
                "list": candidate.list_key,
                "entry": candidate.entry_id,
                "entry_digest": candidate.entry_digest,
            }
        )
    )


async def _save(desk: Desk, material: Material, findings: Sequence[Finding], inputs: Inputs) -> bool:
    """Save the round unless the case has changed since it was read; False asks for another try."""
    async with desk.store.writing() as writing:
        case = await writing.case(material.case.id)
        if case.closed:
            return True
        if case.version != material.case.version:
            return False
        before = await _answers_before(writing, case)
        moved = case.after(EventType.CASE_SCREENED)
        moved = replace(moved, round=case.round + 1, rules_id=material.rules.id, rules_sha256=material.rules.sha256)
        stored = [_stored(desk, writing, moved, position, one, before) for position, one in enumerate(findings)]
        data = {
            "round": moved.round,
            "rules": {"id": material.rules.id, "sha256": material.rules.sha256},
            "procedure": {"id": material.procedure.id, "sha256": material.procedure.sha256},
            "model": desk.finder.method().model,
            "inputs": writing.keep("inputs", inputs.document(), case=case.id),
            "findings": [_logged(one) for one in stored],
        }
        event = Event(EventType.CASE_SCREENED, SYSTEM_ACTOR, desk.outside.now(), data, case=case.id)
        await writing.case_screened(event, moved, stored)
    return True


async def _answers_before(reading: Reading, case: Case) -> dict[str, StoredFinding]:
    """What a person has settled in the round before, by the answer it settled: the same answer stays settled."""
    settled = [one for one in await reading.findings(case.id, case.round) if one.case_finding.resolution]
    refs = [ref for one in settled for ref in (one.detail_ref, one.speaker_ref) if ref]
    values = await reading.values(refs)
    return {
        _answer(
            one.case_finding.finding,
            values[one.detail_ref],
            values.get(one.speaker_ref, []) if one.speaker_ref else [],
        ): one
        for one in settled
        if one.detail_ref in values and (one.speaker_ref is None or one.speaker_ref in values)
    }


def _stored(
    desk: Desk, writing: Writing, case: Case, position: int, finding: Finding, before: Mapping[str, StoredFinding]
) -> StoredFinding:
    """The finding with its Swedish sentences frozen; what concerns speakers is kept apart, as it goes earlier."""
    finding, detail, speakers = _frozen(desk, finding)
    same = before.get(_answer(finding, detail, speakers))
    finding_id = desk.outside.new_id()
    return StoredFinding(
        id=finding_id,
        case_finding=CaseFinding(finding_id, finding, same.case_finding.resolution if same else None),
        round=case.round,
        position=position,
        detail_ref=writing.keep("finding", detail, case=case.id),
        speaker_ref=writing.keep("speaker-detail", speakers, case=case.id) if speakers else None,
        sources=canonical([one.__dict__ for one in finding.result.sources]),
        reason_ref=same.reason_ref if same else None,
        resolved_by=same.resolved_by if same else None,
        carried_from=same.id if same else None,
    )


def _frozen(desk: Desk, finding: Finding) -> tuple[Finding, dict[str, Any], list[dict[str, Any]]]:
    """The finding and its texts; one whose answer the log cannot keep becomes "could not be checked"."""
    try:
        detail, speakers = texts_of(desk, finding.result)
        canonical([detail, speakers])
    except NotCanonical:
        finding = replace(finding, result=CheckResult(Outcome.UNKNOWN, "check.broke"))
        detail, speakers = texts_of(desk, finding.result)
    return finding, detail, speakers


def texts_of(desk: Desk, result: CheckResult) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A check's answer in Swedish, with what concerns speakers apart."""

    def said(code: str, params: Mapping[str, str | int]) -> dict[str, Any]:
        return {"code": code, "params": dict(params), "sentence": desk.words.say("sv", code, params)}

    about_speakers = [one for one in result.evidence if one.party_kind is PartyKind.SPEAKER]
    others = [one for one in result.evidence if one.party_kind is not PartyKind.SPEAKER]
    detail = said(result.code, result.params) | {"evidence": [said(one.code, one.params) for one in others]}
    return detail, [said(one.code, one.params) for one in about_speakers]


def _answer(finding: Finding, detail: Mapping[str, Any], speakers: Sequence[Mapping[str, Any]]) -> str:
    """The replayable part as one text: what was asked, by which version, from which sources, with what answer.

    How old a source was in days is left out: an answer from the same version is the same answer tomorrow.
    """
    pieces = [*detail["evidence"], *speakers]
    return canonical(
        {
            "check": finding.check,
            "version": finding.check_version,
            "outcome": finding.result.outcome.value,
            "code": detail["code"],
            "params": detail["params"],
            "evidence": [[one["code"], one["params"]] for one in pieces],
            "sources": [[one.key, one.version, one.sha256] for one in finding.result.sources],
        }
    )


def _logged(stored: StoredFinding) -> dict[str, Any]:
    finding = stored.case_finding.finding
    return {
        "id": stored.id,
        "check": finding.check,
        "check_version": finding.check_version,
        "outcome": finding.result.outcome.value,
        "code": finding.result.code,
        "detail": stored.detail_ref,
        "speaker_detail": stored.speaker_ref,
        "carried_from": stored.carried_from,
        "resolution": stored.case_finding.resolution,
        "lists": [{"key": one.key, "version": one.version, "sha256": one.sha256} for one in finding.result.sources],
        "run": {
            "started": timestamp(finding.run.started_at),
            "ms": finding.run.duration_ms,
            "error": finding.run.error,
        },
    }
