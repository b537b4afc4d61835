"""Was it by the book of that day? Past checks are run again on what was known then, and must say the same."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import msgspec

from service.audit.canonical import NotCanonical, canonical
from service.audit.leaf import data_of
from service.desk import application_parts
from service.desk.diary import case_called
from service.desk.ports.desk import Desk
from service.desk.ports.log import LogRow
from service.desk.ports.store import Reading
from service.desk.rulebook import Rulebook, rulebook
from service.domain.case import Case
from service.domain.check import CheckInput, Need
from service.domain.clock import NEVER, local_day
from service.domain.errors import NotFound
from service.domain.events.fields import ListRef
from service.domain.events.intake import CaseScreened, CheckAnswer
from service.domain.finding import Finding, Outcome
from service.domain.ruleset import RuleSet
from service.pipeline.runner import Clocks, Sources, Unavailable, run_checks
from service.screening.inputs import BROKE
from service.screening.needs import NEEDS
from service.screening.recorded import Then, in_todays_form
from service.screening.run_checks import check_input

BATCH = 200


@dataclass(frozen=True)
class Difference:
    """One check that does not say what it said: what differs, and both."""

    check: str
    what: str
    then: str
    now: str


@dataclass(frozen=True)
class Replay:
    """One round of one case run again."""

    case_id: str
    diary_number: str
    check_round: int
    identical: tuple[str, ...] = ()
    drift: tuple[Difference, ...] = ()
    not_replayable: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing drifted."""
        return not self.drift


@dataclass
class Tally:
    """What many replays came to; the drifting cases are kept, the rest is counted."""

    cases: int = 0
    findings: int = 0
    not_replayable: dict[str, int] = field(default_factory=dict)
    drifting: list[Replay] = field(default_factory=list)

    def add(self, one: Replay) -> None:
        """Count one more."""
        self.cases += 1
        self.findings += len(one.identical)
        for _, why in one.not_replayable:
            self.not_replayable[why] = self.not_replayable.get(why, 0) + 1
        if not one.ok:
            self.drifting.append(one)


async def replay(desk: Desk, case_ids: Sequence[str]) -> list[Replay]:
    """Run the last round of these cases again."""
    return [await _replay_one(desk, one) for one in await load(desk, case_ids)]


async def replay_all(desk: Desk) -> AsyncIterator[Replay]:
    """Every case that has been checked, a batch at a time."""
    after = ""
    while True:
        async with desk.store.reading() as reading:
            case_ids = await reading.case_ids(after=after, limit=BATCH)
        if not case_ids:
            return
        for one in await replay(desk, case_ids):
            yield one
        after = case_ids[-1]


async def replay_case(desk: Desk, case_id: str) -> list[Replay]:
    """Every round of one case run again, oldest first."""
    async with desk.store.reading() as reading:
        entries = await reading.entries_of_cases([case_id], CaseScreened)
        found = [(await _thens(reading, {case_id: one}, await rulebook(desk, reading)))[0] for one in entries]
    return [await _replay_one(desk, one) for one in found]


async def load(desk: Desk, case_ids: Sequence[str]) -> list[Then]:
    """The last round of these cases as it was, read in one moment and in as many queries whatever their number."""
    async with desk.store.reading() as reading:
        return await _thens(reading, await reading.screenings(case_ids), await rulebook(desk, reading))


async def _thens(reading: Reading, entries: Mapping[str, LogRow], book: Rulebook) -> list[Then]:
    cases = await reading.cases_by_id(list(entries))
    rounds = {case_id: _screened(row) for case_id, row in entries.items()}
    wanted: list[str] = []
    for case_id, data in rounds.items():
        details = cases[case_id][1]
        wanted += [*application_parts.commitments(details.application_parts), data.inputs]
        wanted += [details.speakers_ref] if details.speakers_ref else []
        for answer in data.findings:
            wanted += [answer.detail, *([answer.speaker_detail] if answer.speaker_detail else [])]
    values: dict[str, Any] = {}
    for start in range(0, len(wanted), 500):
        values |= await reading.values(wanted[start : start + 500])
    by_id = {(one.id, one.sha256): one for one in book.sets}
    return [
        Then(
            case=cases[case_id][0],
            details=cases[case_id][1],
            check_round=data.check_round,
            findings=data.findings,
            values=values,
            rules=by_id.get((data.rules.id, data.rules.sha256)),
            procedure=by_id.get((data.procedure.id, data.procedure.sha256)),
            inputs=in_todays_form(values[data.inputs]) if data.inputs in values else None,
        )
        for case_id, data in sorted(rounds.items())
    ]


def _screened(row: LogRow) -> CaseScreened:
    data = data_of(row.leaf)
    assert isinstance(data, CaseScreened)
    return data


async def _replay_one(desk: Desk, then: Then) -> Replay:
    head = Replay(then.case.id, then.case.diary_number, then.check_round)
    if then.gone:
        return replace(head, not_replayable=tuple((answer.check, str(then.gone)) for answer in then.findings))
    assert then.rules is not None
    assert then.procedure is not None
    again = {one.check: one for one in await run_again(desk, then, then.rules, then.procedure)}
    identical: list[str] = []
    drift: list[Difference] = []
    gone: list[tuple[str, str]] = []
    for answer in then.findings:
        why = _not_replayable(then, answer)
        if why:
            gone.append((answer.check, why))
            continue
        now = again.get(answer.check)
        if now is not None and now.run.error == "replay.method_gone":
            gone.append((answer.check, "method-gone"))
            continue
        found = _differences(then, answer, now)
        drift += found
        identical += [] if found else [answer.check]
    return replace(head, identical=tuple(identical), drift=tuple(drift), not_replayable=tuple(gone))


async def run_again(desk: Desk, then: Then, rules: RuleSet, procedure: RuleSet) -> list[Finding]:
    """The checks of these rules on what was known then; what was fetched from outside is the recorded answer."""
    return await run_checks(
        rules.kinds[then.case.kind].checks,
        kind=then.case.kind,
        given=_given(then, rules),
        sources=_sources(desk, then, rules, procedure),
        installed=desk.checks.without_threads(),
        clocks=Clocks(lambda: NEVER, lambda: 0.0),
    )


def _given(then: Then, rules: RuleSet) -> CheckInput:
    """What the checks were given then, under these rules."""
    assert then.inputs is not None
    return check_input(
        then.application(),
        rules,
        received_on=local_day(then.case.received_at),
        today=then.today,
        speakers=then.speakers,
        rooms=tuple(then.inputs.get("rooms", ())),
        deadline=then.deadline,
    )


def _sources(desk: Desk, then: Then, rules: RuleSet, procedure: RuleSet) -> Sources:
    """What was fetched then, had again; under the lists of these rules."""
    under = replace(then, rules=rules, procedure=procedure)
    return {need: partial(_again, desk, under, need) for need in NEEDS}


async def _again(desk: Desk, then: Then, need: Need) -> Any:
    """What nobody asked for then is not known now (what-if with a check of more needs)."""
    assert then.inputs is not None
    missing = then.inputs["missing"].get(need.value)
    if missing:
        raise Unavailable(missing["code"], **missing["params"])
    if need.value not in then.inputs:
        raise Unavailable("replay.not_fetched")
    return await NEEDS[need].again(desk, then, then.inputs[need.value])


def _not_replayable(then: Then, answer: CheckAnswer) -> str | None:
    """Why this answer cannot be had again: it was late, it broke, or what it said has been erased."""
    assert then.inputs is not None
    error = answer.run.error
    recorded = {one["code"] for one in then.inputs["missing"].values()} - {BROKE}
    if error == "timeout":
        return "timed-out"
    if error is not None and error not in recorded:
        return "broke"
    refs = [answer.detail, *([answer.speaker_detail] if answer.speaker_detail else [])]
    return None if all(one in then.values for one in refs) else "erased"


def replayable_part(outcome: str, code: str, detail: Any, speakers: Any, lists: tuple[ListRef, ...]) -> str:
    """The bytes that must be the same for ever: outcome, code, values and evidence, and the lists they came from.

    The sentence is not part of it: it is the wording of that day, and is kept as it was.
    """

    def bare(piece: Mapping[str, Any]) -> dict[str, Any]:
        return {"code": piece["code"], "params": dict(piece["params"])}

    return canonical(
        {
            "outcome": outcome,
            "code": code,
            "params": dict(detail["params"]),
            "evidence": [bare(one) for one in detail["evidence"]],
            "speakers": [bare(one) for one in speakers],
            "lists": msgspec.to_builtins(lists),
        }
    )


def _differences(then: Then, answer: CheckAnswer, again: Finding | None) -> list[Difference]:
    check = answer.check
    if again is None:
        return [Difference(check, "missing", answer.code, "-")]
    if again.check_version != answer.check_version:
        return [Difference(check, "check-version", answer.check_version, again.check_version)]
    detail = then.values[answer.detail]
    speakers = then.values[answer.speaker_detail] if answer.speaker_detail else []
    before = replayable_part(answer.outcome, answer.code, detail, speakers, answer.lists)
    try:
        now = _part_of(again)
    except NotCanonical:
        return [Difference(check, "unreadable", answer.code, "-")]
    if before == now:
        return []
    was, is_now = json.loads(before), json.loads(now)
    return [
        Difference(check, name, canonical(was[name])[:400], canonical(is_now[name])[:400])
        for name in was
        if was[name] != is_now[name]
    ]


def _part_of(finding: Finding) -> str:
    result = finding.result
    about_speakers = [one for one in result.evidence if one.party_kind == "speaker"]
    others = [one for one in result.evidence if one.party_kind != "speaker"]

    def pieces(evidence: Sequence[Any]) -> list[dict[str, Any]]:
        return [{"code": one.code, "params": dict(one.params)} for one in evidence]

    return replayable_part(
        result.outcome.value,
        result.code,
        {"params": dict(result.params), "evidence": pieces(others)},
        pieces(about_speakers),
        tuple(source.ref for source in result.sources),
    )


def needs_person(outcome: str) -> bool:
    """Whether this answer asks for a person."""
    return outcome not in (Outcome.MET.value, Outcome.NOT_APPLICABLE.value)


async def case_to_replay(desk: Desk, diary_number: str) -> Case:
    """The case with this diary number; raises NotFound where there is none."""
    async with desk.store.reading() as reading:
        case = await case_called(desk, reading, diary_number)
    if case is None:
        raise NotFound("case.not_found")
    return case
