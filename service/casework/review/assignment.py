"""Whose case it is: conflict of interest, assignment, pauses, notes, withdrawal."""

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta

from service.desk.fields import check_day, check_text, one_of
from service.desk.ports.cases import FormDraftRow
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import dossier_of, step
from service.domain import policy
from service.domain.case import Case, State
from service.domain.clock import local_day
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.review import (
    ApplicationWithdrawn,
    CaseAssigned,
    CasePaused,
    CaseResumed,
    ConflictDeclared,
    NoteWritten,
)
from service.domain.people import User
from service.domain.watchlist import Schema
from service.matching.names import words_of
from service.rules.calendar import next_working_day

#: How much of a form is kept while it is being written.
MOST_DRAFT = 60_000


async def declare_conflict(desk: Desk, case_id: str, *, conflict: bool, text: str, by: User, seen: int) -> None:
    """Say, before the case opens, whether something stands in the way of one's impartiality (KL 6:28-30).

    "Yes" locks the person out of the case for good, and gives it back to the queue where it was theirs.
    """
    text = check_text("/text", text, required=False)
    async with step(desk, case_id, ConflictDeclared, by=by, seen=seen) as scene:
        if scene.dossier.conflict(scene.by.pseudonym) is True:
            raise NotAllowed("conflict.locked_out")
        owned = scene.case.owner == scene.by.id and scene.case.state is State.IN_REVIEW
        data = ConflictDeclared(
            conflict=conflict,
            hint=await shares_a_name(scene.writing, scene.case, scene.by),
            text=scene.keep_any("note", text),
            released=conflict and owned,
        )
        if conflict and owned:
            await scene.take(data, owner=None, state=State.SCREENED)
        else:
            await scene.take(data)


async def shares_a_name(reading: Reading, case: Case, user: User) -> bool:
    """Whether a name of this person is also that of someone on the association's board: a hint, no more.

    The comparison is blind: it says yes or no, and never whose name or which.
    """
    details = await reading.details(case.id)
    references = [
        ref for name, ref in details.application_parts if name in ("representatives", "contact", "declaration")
    ]
    own = _family_name(user.name)
    if not own:
        return False
    for value in (await reading.values(references)).values():
        people = value if isinstance(value, list) else [value]
        for one in people:
            name = one.get("name") or one.get("signatory") or "" if isinstance(one, dict) else ""
            if _family_name(name) == own:
                return True
    return False


def _family_name(name: str) -> str:
    words = words_of(name, Schema.PERSON)
    return words[-1] if len(words) > 1 else ""


async def assign(desk: Desk, case_id: str, *, to: str, note: str, by: User, seen: int) -> None:
    """Give the case to someone who handles its kind, oneself included, with a note on where it stands."""
    note = check_text("/note", note, required=False)
    async with step(desk, case_id, CaseAssigned, by=by, seen=seen) as scene:
        found = await scene.writing.user(to)
        if found is None or not policy.handles(scene.case, found):
            raise InvalidInput([Problem("/to", "assign.not_a_handler")])
        if scene.dossier.conflict(found.pseudonym) is True:
            raise InvalidInput([Problem("/to", "assign.locked_out")])
        if scene.case.owner == found.id:
            raise InvalidInput([Problem("/to", "assign.theirs_already")])
        await scene.take(
            CaseAssigned(owner=found.id, before=scene.case.owner, note=scene.keep_any("note", note)), owner=found.id
        )


async def write_note(desk: Desk, case_id: str, *, text: str, by: User, seen: int) -> None:
    """A note for the file (tjänsteanteckning): an official document, and the page says so."""
    text = check_text("/text", text)
    async with step(desk, case_id, NoteWritten, by=by, seen=seen) as scene:
        await scene.take(NoteWritten(note=scene.keep("note", text)))


async def pause(desk: Desk, case_id: str, *, ground: str, until: str, note: str, by: User, seen: int) -> None:
    """Stop the case's clock, for a reason of the routine's list."""
    note = check_text("/note", note, required=False)
    async with step(desk, case_id, CasePaused, by=by, seen=seen) as scene:
        if scene.dossier.paused:
            raise NotAllowed("case.paused_already")
        one_of("/ground", ground, scene.procedure.routine.pauses)
        last = check_day("/until", until) if until else None
        if last is not None and last < scene.today:
            raise InvalidInput([Problem("/until", "input.not_now_or_later")])
        await scene.take(
            CasePaused(ground=ground, note=scene.keep_any("note", note), until=last.isoformat() if last else None)
        )


async def resume(desk: Desk, case_id: str, *, by: User, seen: int) -> None:
    """Start the clock again; the answer is due as many days later as it stood still."""
    async with step(desk, case_id, CaseResumed, by=by, seen=seen) as scene:
        if scene.dossier.paused is None:
            raise NotAllowed("case.not_paused")
        days = (scene.today - local_day(scene.dossier.paused.at)).days
        due = date.fromisoformat(scene.case.due_on)
        if days:
            due = next_working_day(due + timedelta(days=days))
        await scene.take(CaseResumed(days=days, due=due.isoformat()), due_on=due.isoformat())


async def withdraw(desk: Desk, case_id: str, *, received: str, text: str, by: User, seen: int) -> None:
    """The applicant has withdrawn the application (återkallelse av ansökan); a person still writes the case off."""
    text = check_text("/text", text)
    day = check_day("/received", received)
    async with step(desk, case_id, ApplicationWithdrawn, by=by, seen=seen) as scene:
        if day > scene.today:
            raise InvalidInput([Problem("/received", "input.not_now_or_earlier")])
        await scene.take(ApplicationWithdrawn(received=day.isoformat(), text=scene.keep("applicant", text)))


async def keep_draft(desk: Desk, case_id: str, *, form: str, values: Mapping[str, list[str]], by: User) -> None:
    """Keep what a person has begun to write in a form of a case, for themselves alone; nothing is lost on the way."""
    body = json.dumps(values, ensure_ascii=False)
    if len(body) > MOST_DRAFT:
        raise InvalidInput([Problem("/text", "input.too_long", {"max": MOST_DRAFT})])
    if not re.fullmatch(r"[a-z:-]{1,40}", form):
        raise InvalidInput([Problem("/_form", "input.missing")])
    async with desk.store.writing() as writing:
        case = await writing.case(case_id)
        policy.check_can_see(case, by)
        policy.check_unbiased(by, await dossier_of(writing, case_id))
        await writing.draft_kept(FormDraftRow(by.id, case_id, form, body, desk.outside.now()))
