"""Whose case it is: conflict of interest, assignment, pauses, notes, withdrawal."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from service.bookings.bookings import free_held_times
from service.casework.review.findings import take
from service.desk import form
from service.desk.fields import check_not_later, one_of
from service.desk.ports.cases import FormDraftRow
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import Scene, dossier_of
from service.desk.step_form import CaseNow, StepForm, unless
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


@dataclass(frozen=True)
class DeclareConflict(StepForm):
    """Say, before the case opens, whether something stands in the way of one's impartiality (KL 6:28-30).

    "Yes" locks the person out of the case for good, and gives it back to the queue where it was theirs.
    """

    name = "conflict"
    event = ConflictDeclared
    on_case_page = True

    conflict: bool = form.yes_no()
    text: str = form.text(required=False)
    #: "yes" where the case is taken in the same breath, by whoever nothing stands in the way of.
    and_take: str = form.code(sent_as="take")

    async def take(self, desk: Desk, case_id: str, *, by: User, seen: int) -> None:
        await super().take(desk, case_id, by=by, seen=seen)
        if self.and_take == "yes" and not self.conflict:
            async with desk.store.reading() as reading:
                case = await reading.case(case_id)
            await take(desk, case_id, by=by, seen=case.version)

    async def work(self, scene: Scene) -> None:
        if scene.dossier.conflict(scene.by.pseudonym) is True:
            raise NotAllowed("conflict.locked_out")
        owned = scene.case.owner == scene.by.id and scene.case.state is State.IN_REVIEW
        data = ConflictDeclared(
            conflict=self.conflict,
            hint=await shares_a_name(scene.writing, scene.case, scene.by),
            text=scene.keep_any("note", self.text),
            released=self.conflict and owned,
        )
        if self.conflict and owned:
            await scene.take(data, owner=None, state=State.SCREENED)
        else:
            await scene.take(data)


async def shares_a_name(reading: Reading, case: Case, user: User) -> bool:
    """Whether a name of this person is also that of someone on the association's board: a hint, no more.

    The comparison is blind: it says yes or no, and never whose name or which.
    """
    details = await reading.details(case.id)
    references = [
        part.value for part in details.application_parts if part.part in ("representatives", "contact", "declaration")
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


@dataclass(frozen=True)
class Assign(StepForm):
    """Give the case to someone who handles its kind, oneself included, with a note on where it stands."""

    name = "assign"
    event = CaseAssigned

    to: str = form.code()
    note: str = form.text(required=False)

    async def work(self, scene: Scene) -> None:
        handler = await scene.writing.user(self.to)
        if handler is None or not policy.handles(scene.case, handler):
            raise InvalidInput([Problem("/to", "assign.not_a_handler")])
        if scene.dossier.conflict(handler.pseudonym) is True:
            raise InvalidInput([Problem("/to", "assign.locked_out")])
        if scene.case.owner == handler.id:
            raise InvalidInput([Problem("/to", "assign.theirs_already")])
        assigned = CaseAssigned(owner=handler.id, before=scene.case.owner, note=scene.keep_any("note", self.note))
        await scene.take(assigned, owner=handler.id)


@dataclass(frozen=True)
class WriteNote(StepForm):
    """A note for the file (tjänsteanteckning): an official document, and the page says so."""

    name = "note"
    event = NoteWritten

    text: str = form.text()

    async def work(self, scene: Scene) -> None:
        await scene.take(NoteWritten(note=scene.keep("note", self.text)))


@dataclass(frozen=True)
class Pause(StepForm):
    """Stop the case's clock, for a reason of the routine's list."""

    name = "pause"
    event = CasePaused

    ground: str = form.code()
    until: date | None = form.day(required=False)
    note: str = form.text(required=False)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.paused is None, "case.paused_already")

    async def work(self, scene: Scene) -> None:
        if scene.dossier.paused:
            raise NotAllowed("case.paused_already")
        one_of("/ground", self.ground, scene.procedure.routine.pauses)
        if self.until is not None and self.until < scene.today:
            raise InvalidInput([Problem("/until", "input.not_now_or_later")])
        await scene.take(
            CasePaused(
                ground=self.ground,
                note=scene.keep_any("note", self.note),
                until=self.until if self.until else None,
            )
        )


@dataclass(frozen=True)
class Resume(StepForm):
    """Start the clock again; the answer is due as many days later as it stood still."""

    name = "resume"
    event = CaseResumed

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.paused, "case.not_paused")

    async def work(self, scene: Scene) -> None:
        if scene.dossier.paused is None:
            raise NotAllowed("case.not_paused")
        days = (scene.today - local_day(scene.dossier.paused.at)).days
        due = scene.case.due_on
        if days:
            due = next_working_day(due + timedelta(days=days))
        await scene.take(CaseResumed(days=days, due=due), due_on=due)


@dataclass(frozen=True)
class Withdraw(StepForm):
    """The applicant has withdrawn the application (återkallelse av ansökan); a person still writes the case off."""

    name = "withdrawal"
    event = ApplicationWithdrawn

    received: date = form.day()
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.withdrawn is None, "step.withdrawn_already")

    async def work(self, scene: Scene) -> None:
        check_not_later("/received", self.received, scene.today)
        await scene.take(ApplicationWithdrawn(received=self.received, text=scene.keep("applicant", self.text)))
        await free_held_times(scene.desk, scene.writing, scene.case.id, by=scene.actor)


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
