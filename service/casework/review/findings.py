"""Step three: an officer takes the case, looks into what the checks found, and writes down what they saw."""

from dataclasses import replace
from typing import Any

from service.desk.actors import person, still
from service.desk.fields import check_text
from service.desk.ports.cases import SecrecyMarking, StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import dossier_of
from service.domain import policy
from service.domain.application import PartyKind
from service.domain.case import Case, CaseFinding
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.events.event import Event
from service.domain.events.intake import (
    CaseReleased,
    CaseRescreenAsked,
    CaseTaken,
    DistinctionWithdrawn,
    FindingResolved,
    SecrecyMarked,
)
from service.domain.finding import Resolution
from service.domain.people import User

#: What beside a name may show that a natural person is the listed one.
IDENTIFIERS = ("birth_date", "document", "birth_place", "official_register")
PERSONS = frozenset({PartyKind.REPRESENTATIVE.value, PartyKind.SPEAKER.value})


async def _case(reading: Reading, case_id: str, user: User, seen: int) -> tuple[Case, User]:
    """The case as it is, and the person with the rights they hold now, who has declared no conflict of interest."""
    user = await still(reading, user)
    case = await reading.case(case_id)
    policy.check_can_see(case, user)
    policy.check_version(case, seen)
    policy.check_unbiased(user, await dossier_of(reading, case_id))
    return case, user


async def take(desk: Desk, case_id: str, *, by: User, seen: int) -> None:
    """The officer becomes the case's owner and it is in review."""
    async with desk.store.writing() as writing:
        case, by = await _case(writing, case_id, by, seen)
        policy.check_can_take(case, by)
        data = CaseTaken(owner=by.id, before=case.owner)
        event = Event(data, person(by), desk.outside.now(), case=case.id)
        await writing.case_moved(event, replace(case.after(type(event.data)), owner=by.id))


async def release(desk: Desk, case_id: str, *, by: User, seen: int) -> None:
    """The owner puts the case back in the queue."""
    async with desk.store.writing() as writing:
        case, by = await _case(writing, case_id, by, seen)
        policy.check_is_handling(case, by)
        event = Event(CaseReleased(before=by.id), person(by), desk.outside.now(), case=case.id)
        await writing.case_moved(event, replace(case.after(type(event.data)), owner=None))


async def ask_rescreening(desk: Desk, case_id: str, *, by: User, seen: int) -> None:
    """Have every check asked again."""
    async with desk.store.writing() as writing:
        case, by = await _case(writing, case_id, by, seen)
        policy.check_can_rescreen(case, by)
        data = CaseRescreenAsked(check_round=case.check_round + 1)
        event = Event(data, person(by), desk.outside.now(), case=case.id)
        await writing.rescreen_asked(event, case)


async def resolve(
    desk: Desk,
    case_id: str,
    finding_id: str,
    *,
    resolution: Resolution,
    reason: str,
    by: User,
    seen: int,
    identifier: str = "",
) -> None:
    """Settle a finding with a documented answer.

    That a natural person is the listed one takes at least one `identifier` beside the name. What is held apart stays
    so for exactly these parties and list entries as they are now.
    """
    reason = check_text("/reason", reason)
    async with desk.store.writing() as writing:
        case, by = await _case(writing, case_id, by, seen)
        findings = await writing.findings(case.id, case.check_round)
        found = _one(findings, finding_id)
        policy.check_can_resolve(case, by, found.case_finding, resolution, reason)
        named = await _candidates(writing, found)
        confirmed = resolution is Resolution.OBSTACLE and any(one["person"] for one in named)
        if confirmed and identifier not in IDENTIFIERS:
            raise InvalidInput([Problem("/identifier", "finding.needs_identifier")])
        reason_ref = writing.keep(
            "resolution", {"text": reason, "identifier": identifier if confirmed else None}, case=case.id
        )
        settled = replace(
            found,
            case_finding=CaseFinding(found.id, found.case_finding.finding, resolution),
            reason_ref=reason_ref,
            resolved_by=by.pseudonym,
        )
        left = sum(one.case_finding.open for one in findings if one.id != found.id)
        data = FindingResolved(
            finding=found.id,
            check=found.case_finding.finding.check,
            resolution=resolution.value,
            reason=reason_ref,
            identifier=identifier if confirmed else None,
            held_apart=tuple(one["pair"] for one in named) if resolution is Resolution.NO_OBSTACLE else (),
        )
        event = Event(data, person(by), desk.outside.now(), case=case.id)
        await writing.finding_resolved(event, case, settled, attention=left)


async def withdraw_distinction(desk: Desk, case_id: str, pair: str, *, reason: str, by: User, seen: int) -> None:
    """What was held apart is to be looked into again: the next answer asks a person."""
    reason = check_text("/reason", reason)
    async with desk.store.writing() as writing:
        case, by = await _case(writing, case_id, by, seen)
        policy.check_is_handling(case, by)
        found = [
            one
            for finding in await writing.findings(case.id, case.check_round)
            for one in await _candidates(writing, finding)
        ]
        if pair not in {one["pair"] for one in found} or pair not in await writing.distinctions([pair]):
            raise NotFound("finding.not_found")
        data = DistinctionWithdrawn(pair=pair, reason=writing.keep("resolution", {"text": reason}, case=case.id))
        event = Event(data, person(by), desk.outside.now(), case=case.id)
        await writing.distinction_withdrawn(event, case)


async def _candidates(reading: Reading, found: StoredFinding) -> list[dict[str, Any]]:
    """The pairs of party and list entry that a finding is about, each once."""
    refs = [ref for ref in (found.detail_ref, found.speaker_ref) if ref]
    values = await reading.values(refs)
    detail, speakers = values.get(found.detail_ref, {}), values.get(found.speaker_ref or "", [])
    pieces = [*detail.get("evidence", []), *speakers]
    pairs = {
        one["params"]["pair"]: {"pair": one["params"]["pair"], "person": one["params"].get("party") in PERSONS}
        for one in pieces
        if isinstance(one["params"].get("pair"), str)
    }
    return list(pairs.values())


def _one(findings: list[StoredFinding], finding_id: str) -> StoredFinding:
    for one in findings:
        if one.id == finding_id:
            return one
    raise NotFound("finding.not_found")


async def mark_secrecy(
    desk: Desk, case_id: str, *, enclosure: str | None, provision: str, day: str, authority: str, by: User, seen: int
) -> None:
    """Put a secrecy marking on the case or an enclosure (OSL 5:5): provision, date, authority."""
    value = {
        "provision": check_text("/provision", provision),
        "date": check_text("/date", day),
        "authority": check_text("/authority", authority),
    }
    async with desk.store.writing() as writing:
        case, by = await _case(writing, case_id, by, seen)
        if not policy.handles(case, by):
            policy.check_is_handling(case, by)
        if enclosure and enclosure not in {one.enclosure.id for one in await writing.enclosures(case.id)}:
            raise NotFound("enclosure.not_found")
        value_ref = writing.keep("secrecy", value, case=case.id)
        marking = SecrecyMarking(desk.outside.new_id(), enclosure, value_ref)
        data = SecrecyMarked(marking=marking.id, enclosure=enclosure, value=value_ref)
        event = Event(data, person(by), desk.outside.now(), case=case.id)
        await writing.secrecy_marked(event, case, marking)
