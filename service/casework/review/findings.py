"""Step three: an officer takes the case, looks into what the checks found, and writes down what they saw."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.desk.actors import person, still
from service.desk.candidates import APART, Candidate, Settled, candidates_in, settled
from service.desk.fields import check_text
from service.desk.ports.cases import SecrecyMarking, StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import dossier_of
from service.domain import policy
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
    answers: Mapping[str, str] | None = None,
) -> None:
    """Settle a finding with a documented answer.

    Each name that resembles a listed one is answered for by itself (`answers`, by its pair): held apart, or the same by
    something beside the name. Where there is only one, that nothing stands in the way is the answer to it. What is held
    apart stays so for exactly these parties and list entries as they are now.
    """
    reason = check_text("/reason", reason)
    async with desk.store.writing() as writing:
        case, by = await _case(writing, case_id, by, seen)
        findings = await writing.findings(case.id, case.check_round)
        found = _one(findings, finding_id)
        policy.check_can_resolve(case, by, found.case_finding, resolution, reason)
        of_each = _of_each(await _candidates(writing, found), resolution, answers or {})
        same = [one.identifier for one in of_each.same]
        reason_ref = writing.keep("resolution", {"text": reason, "identifiers": same}, case=case.id)
        judged = replace(
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
            same=of_each.same,
            held_apart=of_each.apart,
        )
        event = Event(data, person(by), desk.outside.now(), case=case.id)
        await writing.finding_resolved(event, case, judged, attention=left)


async def withdraw_distinction(desk: Desk, case_id: str, pair: str, *, reason: str, by: User, seen: int) -> None:
    """What was held apart is to be looked into again: the next answer asks a person."""
    reason = check_text("/reason", reason)
    async with desk.store.writing() as writing:
        case, by = await _case(writing, case_id, by, seen)
        policy.check_is_handling(case, by)
        found = [
            one.pair
            for finding in await writing.findings(case.id, case.check_round)
            for one in await _candidates(writing, finding)
        ]
        if pair not in found or pair not in await writing.distinctions([pair]):
            raise NotFound("finding.not_found")
        data = DistinctionWithdrawn(pair=pair, reason=writing.keep("resolution", {"text": reason}, case=case.id))
        event = Event(data, person(by), desk.outside.now(), case=case.id)
        await writing.distinction_withdrawn(event, case)


async def _candidates(reading: Reading, found: StoredFinding) -> list[Candidate]:
    """The pairs of party and list entry that a finding is about, each once."""
    refs = [ref for ref in (found.detail_ref, found.speaker_ref) if ref]
    values = await reading.values(refs)
    detail, speakers = values.get(found.detail_ref, {}), values.get(found.speaker_ref or "", [])
    return candidates_in([*detail.get("evidence", []), *speakers])


def _of_each(candidates: Sequence[Candidate], resolution: Resolution, answers: Mapping[str, str]) -> Settled:
    """What was answered of each candidate, which is what the finding as a whole was settled as, or InvalidInput."""
    left = [candidate for candidate in candidates if candidate.open]
    if not left or resolution is Resolution.CHECKED_OTHERWISE:
        return Settled((), ())
    if len(left) == 1 and resolution is Resolution.NO_OBSTACLE:
        answers = {left[0].pair: APART, **answers}
    of_each = settled(left, answers)
    if (resolution is Resolution.OBSTACLE) != bool(of_each.same):
        raise InvalidInput([Problem("/resolution", "finding.not_as_candidates")])
    return of_each


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
