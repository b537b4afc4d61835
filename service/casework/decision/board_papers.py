"""The board's papers: the report on a case it decides itself, and the decisions made on its behalf since last time."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain

from service.casework.decision import proposal
from service.casework.review.communicated import communicated_material
from service.desk import form, letter_sheet
from service.desk.ports.cases import CaseDetails
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook, today
from service.desk.step import Scene, dossier_of, entries
from service.desk.step_form import CaseNow, StepForm, unless
from service.domain import policy
from service.domain.case import Case
from service.domain.clock import Instant, midnight
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.decision import BoardPackaged, DecisionProposed, DecisionReported
from service.domain.events.decision_record import CaseDecided
from service.domain.letter import Recipient, Sheet
from service.domain.people import Role, User
from service.domain.ruleset import DelegationPoint, RuleSet

#: Years that a list can be asked for.
FIRST_YEAR, LAST_YEAR = 2000, 2999
#: Zip entries carry this time, so that the same package is the same bytes.
_STILL = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package(StepForm):
    """Make the report to the board (tjänsteutlåtande) for the proposal as it stands, and note its digest."""

    name = "package"
    event = BoardPackaged

    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.proposal, "decision.nothing_proposed")

    async def work(self, scene: Scene) -> None:
        await self.work_together([scene])

    async def work_together(self, scenes: Sequence[Scene]) -> list[None]:
        """One report on all of them, a part for each, with the annexes of all; each case keeps the whole."""
        parts = [await self._part(scene) for scene in scenes]
        blocks = tuple(chain.from_iterable(part.blocks for part in parts))
        digest = hashlib.sha256()
        for scene in scenes:
            for stored in await scene.writing.enclosures(scene.case.id):
                digest.update(stored.enclosure.sha256.encode())
        for scene, part in zip(scenes, parts, strict=True):
            await _note_package(scene, replace(part, blocks=blocks), digest.digest())
        return [None] * len(parts)

    async def _part(self, scene: Scene) -> Sheet:
        proposed = scene.dossier.proposal
        if proposed is None:
            raise NotAllowed("decision.nothing_proposed")
        return letter_sheet.sheet(
            scene.desk,
            scene.procedure,
            "board_report",
            self.language,
            await _values(scene, proposed.data, self.language),
            case=scene.case,
            recipient=Recipient(scene.procedure.adopted_by),
        )


async def _note_package(scene: Scene, report: Sheet, annexes: bytes) -> None:
    proposed = scene.dossier.proposal
    assert proposed is not None
    letter = letter_sheet.keep(scene.desk, scene.writing, scene.case, "board_report", report)
    digest = hashlib.sha256(letter.sha256.encode() + annexes).hexdigest()
    await scene.take(BoardPackaged(proposal=proposed.id, sha256=digest, letter=letter))


async def _values(scene: Scene, data: DecisionProposed, language: str) -> dict[str, str]:
    desk, dossier = scene.desk, scene.dossier
    details = await scene.writing.details(scene.case.id)
    references = proposal.references(data) + [one.ref for one in dossier.assessed.values()]
    answers = [one.answer for one in dossier.communications if one.answer]
    kept = await scene.writing.values([*references, *answers])

    def text(reference: str | None) -> str:
        return str(kept.get(reference or "", {}).get("text", ""))

    routine = scene.procedure.routine
    material, _ = await communicated_material(desk, scene.writing, scene.case, dossier, scene.procedure, language)
    enclosures = await scene.writing.enclosures(scene.case.id)
    assessed = [
        f"{routine.criteria[one.criterion].title[language]}: {text(one.ref)}"
        for one in dossier.assessed.values()
        if one.criterion in routine.criteria
    ]
    outcome = str(data.outcome)
    amount = "" if data.amount_ore is None else letter_sheet.kronor(data.amount_ore, language)
    asked = "" if scene.case.amount_ore is None else letter_sheet.kronor(scene.case.amount_ore, language)
    return {
        "matter": f"{details.org_name}. {letter_sheet.matter(desk, details, scene.case, language)}",
        "outcome": desk.words.say(language, f"term.decision.{outcome}", {}),
        "decision": desk.words.say(language, "report.amount", {"amount": amount, "asked": asked}) if amount else "",
        "material": material,
        "circumstances": text(data.circumstances),
        "assessment": letter_sheet.listed(assessed),
        "answer": "\n\n".join(one for one in (*map(text, answers), text(data.response)) if one),
        "reasons": text(data.reasons),
        "clauses": letter_sheet.clause_lines(scene.criteria, data.clauses, language),
        "annexes": letter_sheet.listed(
            [
                f"{n}. {desk.words.say(language, f'term.enclosure.{one.enclosure.kind}', {})} "
                f"(SHA-256 {one.enclosure.sha256[:16]})"
                for n, one in enumerate(enclosures, start=1)
            ]
        ),
    }


async def packaged(desk: Desk, case_id: str, *, by: User) -> tuple[str, bytes]:
    """The package as a zip: the report and the annexes. Returns the diary number and the bytes."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        dossier = await dossier_of(reading, case_id)
        policy.check_unbiased(by, dossier)
        reference = dossier.proposal.packaged if dossier.proposal else None
        kept = (await reading.values([reference])).get(reference) if reference else None
        if kept is None:
            raise NotFound("board.no_package")
        enclosures = await reading.enclosures(case_id)
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("tjansteutlatande.pdf", _STILL), base64.b64decode(kept["pdf"]))
        told = []
        for n, one in enumerate(enclosures, start=1):
            if desk.files.holds(one.enclosure.sha256):
                name = f"bilaga-{n}-{one.enclosure.kind}"
                archive.writestr(zipfile.ZipInfo(name, _STILL), desk.files.path(one.enclosure.sha256).read_bytes())
                told.append({"file": name, "kind": one.enclosure.kind, "sha256": one.enclosure.sha256})
        archive.writestr(zipfile.ZipInfo("bilagor.json", _STILL), json.dumps(told, indent=1, ensure_ascii=False))
    return case.diary_number, body.getvalue()


@dataclass(frozen=True)
class Delegated:
    """A decision made on the board's behalf."""

    case_id: str
    diary_number: str
    organisation: str
    hirer: str | None
    outcome: str
    amount_ore: int | None
    point: DelegationPoint | None
    point_id: str
    decider: str
    at: Instant
    reported: date | None


async def delegated(desk: Desk, since: date, until: date, *, by: User) -> list[Delegated]:
    """Decisions by delegation from one day to another, both included, for the next meeting (KL 6:40, 7:8)."""
    if not by.has(Role.DECISION_MAKER, Role.AUDITOR, Role.ASSOCIATION_OFFICER, Role.PREMISES_OFFICER):
        raise NotFound("http.404")
    if not (since.year >= FIRST_YEAR and until.year <= LAST_YEAR):
        raise InvalidInput([Problem("/since", "input.not_a_date")])
    start, end = midnight(since), midnight(until + timedelta(days=1))
    async with desk.store.reading() as reading:
        rows = await reading.entries_between(CaseDecided, start, end)
        ids = list({row.case_id for row in rows if row.case_id})
        cases = await reading.cases_by_id(ids)
        names = await reading.names()
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        reports = await reading.entries_of_cases(ids, DecisionReported)
    meetings: dict[str, date] = {}
    for entry in entries(reports):
        assert isinstance(entry.data, DecisionReported)
        meetings[entry.data.decision] = entry.data.meeting
    delegated: list[Delegated] = []
    for entry in entries(rows):
        record, (case, details) = entry.data, cases.get(entry.case or "", (None, None))
        if not isinstance(record, CaseDecided) or case is None or details is None:
            continue
        if case.kind in by.case_kinds and not record.people.board:
            decider = names.get(entry.actor, entry.actor)
            delegated.append(_delegated(case, details, record, procedure, decider, entry.at, meetings))
    return delegated


def _delegated(
    case: Case,
    details: CaseDetails,
    record: CaseDecided,
    procedure: RuleSet,
    decider: str,
    at: Instant,
    meetings: Mapping[str, date],
) -> Delegated:
    return Delegated(
        case_id=case.id,
        diary_number=case.diary_number,
        organisation=details.org_name,
        hirer=details.hirer,
        outcome=record.outcome,
        amount_ore=record.amount_ore,
        point=procedure.delegation.get(record.people.delegation_point),
        point_id=record.people.delegation_point,
        decider=decider,
        at=at,
        reported=meetings.get(record.decision),
    )
