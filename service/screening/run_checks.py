"""Step two: every check that the rule set requires is asked, and the answers are saved; nothing is decided."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from service.audit.canonical import NotCanonical, canonical
from service.audit.leaf import timestamp
from service.desk.ports.cases import StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading, Writing
from service.domain.application import Application, PartyKind
from service.domain.case import Case, CaseFinding
from service.domain.check import CheckInput
from service.domain.clock import local_day
from service.domain.errors import place_of
from service.domain.events.event import SYSTEM_ACTOR, Event
from service.domain.events.intake import CaseScreened, CheckAnswer, CheckRun
from service.domain.finding import CheckResult, Finding, Outcome
from service.domain.ruleset import RuleSet
from service.pipeline.runner import Clocks, run_checks
from service.screening.inputs import Inputs, sources_of
from service.screening.material import Material, material_of

logger = logging.getLogger("granska.screening")
MOST_TRIES = 5


async def run_waiting_checks(desk: Desk) -> int:
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
        inputs = Inputs(today=material.today, rooms=tuple(material.estate.rooms), deadline=material.deadline)
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


def given_of(material: Material) -> CheckInput:
    """What every check is given of it."""
    return check_input(
        material.application,
        material.rules,
        received_on=local_day(material.case.received_at),
        today=material.today,
        speakers=material.speakers,
        speakers_erased=material.speakers_erased,
        rooms=tuple(material.estate.rooms),
        deadline=material.deadline,
    )


def check_input(
    application: Application,
    rules: RuleSet,
    *,
    received_on: date,
    today: date,
    speakers: tuple[str, ...],
    speakers_erased: bool = False,
    rooms: tuple[str, ...],
    deadline: date | None,
) -> CheckInput:
    """What every check is given of an application judged by these rules."""
    return CheckInput(
        application=application,
        received_on=received_on,
        today=today,
        speakers=speakers,
        speakers_erased=speakers_erased,
        declaration_version=rules.declaration.version,
        rooms=rooms,
        deadline=deadline,
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
        moved = case.after(CaseScreened)
        moved = replace(
            moved, check_round=case.check_round + 1, rules_id=material.rules.id, rules_sha256=material.rules.sha256
        )
        stored = [_stored(desk, writing, moved, position, one, before) for position, one in enumerate(findings)]
        data = CaseScreened(
            check_round=moved.check_round,
            rules=material.rules.ref,
            procedure=material.procedure.ref,
            model=desk.finder.method().model,
            inputs=writing.keep("inputs", inputs.document(), case=case.id),
            findings=tuple(_logged(finding) for finding in stored),
        )
        event = Event(data, SYSTEM_ACTOR, desk.outside.now(), case=case.id)
        await writing.case_screened(event, moved, stored)
    return True


async def _answers_before(reading: Reading, case: Case) -> dict[str, StoredFinding]:
    """What a person has settled in the round before, by the answer it settled: the same answer stays settled."""
    settled = [one for one in await reading.findings(case.id, case.check_round) if one.case_finding.resolution]
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
    finding, detail, speakers = frozen(desk, finding)
    same = before.get(_answer(finding, detail, speakers))
    finding_id = desk.outside.new_id()
    return StoredFinding(
        id=finding_id,
        case_finding=CaseFinding(finding_id, finding, same.case_finding.resolution if same else None),
        check_round=case.check_round,
        position=position,
        detail_ref=writing.keep("finding", detail, case=case.id),
        speaker_ref=writing.keep("speaker-detail", speakers, case=case.id) if speakers else None,
        sources=canonical([one.__dict__ for one in finding.result.sources]),
        reason_ref=same.reason_ref if same else None,
        resolved_by=same.resolved_by if same else None,
        carried_from=same.id if same else None,
    )


def frozen(desk: Desk, finding: Finding) -> tuple[Finding, dict[str, Any], list[dict[str, Any]]]:
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


def _logged(stored: StoredFinding) -> CheckAnswer:
    finding = stored.case_finding.finding
    return CheckAnswer(
        id=stored.id,
        check=finding.check,
        check_version=finding.check_version,
        outcome=finding.result.outcome.value,
        code=finding.result.code,
        traits=tuple(sorted(finding.traits)),
        detail=stored.detail_ref,
        speaker_detail=stored.speaker_ref,
        carried_from=stored.carried_from,
        resolution=stored.case_finding.resolution,
        lists=tuple(source.ref for source in finding.result.sources),
        run=CheckRun(timestamp(finding.run.started_at), finding.run.duration_ms, finding.run.error),
    )
