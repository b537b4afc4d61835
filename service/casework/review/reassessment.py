"""What turns up about support that was given: proposed to a person, looked at by one, and never acted on by itself."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.audit.canonical import canonical
from service.desk import form
from service.desk.candidates import FIELD, candidates_in, settled
from service.desk.ports.cases import StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import Scene, dossier_of
from service.desk.step_form import CaseNow, StepForm, unless
from service.domain.case import Case
from service.domain.clock import Instant, Second, local_day
from service.domain.dossier.dossier import Dossier, Reassessment
from service.domain.dossier.support import TAKE_UP
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.event import SYSTEM_ACTOR, Actor, Event
from service.domain.events.support import Affected, ReassessmentProposed, ReassessmentSettled
from service.domain.finding import HELD_APART, NEEDS_NOBODY, Outcome
from service.domain.support import LiveSupport, ahead_of
from service.screening.ask_again import AskedAgain
from service.screening.run_checks import texts_of

#: What an officer makes of it: the support stands as it is, or the case is to be taken up again by a step of its own.
STANDS = "stands"
OUTCOMES = (STANDS, TAKE_UP)
#: What tells one piece of evidence from another, where a check's answer has several.
_IDENTITIES = ("pair", "incident")


async def propose(
    desk: Desk, asked: AskedAgain, support: Sequence[LiveSupport], *, by: Actor = SYSTEM_ACTOR
) -> str | None:
    """Put to a person what is new in these answers about a case that has given support; None where nothing is.

    What has been seen before is not asked twice: neither what the decision rested on, nor what was proposed since.
    """
    if not _matters_now(desk, asked):
        return None
    async with desk.store.writing() as writing:
        new = await new_matters(desk, writing, asked)
        if not new:
            return None
        case = await writing.case(asked.material.case.id)
        dossier = await dossier_of(writing, case.id)
        procedure = asked.material.procedure
        data = ReassessmentProposed(
            proposal=desk.outside.new_id(),
            answers=asked.answers(desk, writing),
            matters=tuple(sorted(new)),
            support=tuple(Affected(part.kind.value, part.case, part.count) for part in support),
            owner=case.owner or await _decider(writing, dossier),
            due=_due(asked, procedure.routine.reassessment_days),
            model=desk.finder.method().model,
            inputs=asked.kept_inputs(writing),
            procedure=procedure.ref,
        )
        event = Event(data, by, desk.outside.now(), case=case.id)
        await writing.step_taken(event, case.after(ReassessmentProposed))
    return data.proposal


def _matters_now(desk: Desk, asked: AskedAgain) -> set[str]:
    return matters((found.check, found.result.outcome, texts_of(desk, found.result)) for found in asked.findings)


async def new_matters(desk: Desk, reading: Reading, asked: AskedAgain) -> set[str]:
    """What in these answers has not been before a person in the case."""
    now = _matters_now(desk, asked)
    if not now:
        return now
    case = await reading.case(asked.material.case.id)
    return now - await _seen(reading, case, await dossier_of(reading, case.id))


async def _decider(reading: Reading, dossier: Dossier) -> str | None:
    """Whoever gave the support, where the case has no owner."""
    given = dossier.grant
    user = await reading.user_by_pseudonym(given.by) if given else None
    return user.id if user else None


def _due(asked: AskedAgain, days: int) -> date:
    """After the routine's days, and on the day of the first time ahead at the latest."""
    today = asked.material.today
    now = Second(asked.material.now // 1000)
    first = [local_day(Instant(time.span.start * 1000)) for time in ahead_of(asked.material.bookings, now)]
    return min([today + timedelta(days=days), *first])


#: What a check said: its name, the outcome, and its sentences with those on speakers apart.
Said = tuple[str, Outcome, tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]


def matters(answered: Iterable[Said], *, but: Collection[str] = ()) -> set[str]:
    """Each thing in these answers that a person would have to look at, as a digest.

    What was not checked is no such thing, but what a check that could not answer for all does show is. `but` are what
    evidence is told apart by that is left out.
    """
    found: set[str] = set()
    for check, outcome, (detail, speakers) in answered:
        if outcome in NEEDS_NOBODY:
            continue
        pieces = [piece for piece in [*detail["evidence"], *speakers] if piece["code"] != HELD_APART]
        named = [_identity(piece) for piece in pieces if not set(but) & set(piece["params"])]
        own = {identity for identity in named if identity}
        if not own and outcome is not Outcome.UNKNOWN:
            own = {str(detail["code"])}
        found |= {_digest(check, identity) for identity in own}
    return found


def _identity(piece: Mapping[str, Any]) -> str:
    params = piece["params"]
    return next((str(params[name]) for name in _IDENTITIES if name in params), "")


def _digest(check: str, identity: str) -> str:
    return hashlib.sha256(canonical([check, identity]).encode()).hexdigest()


async def _seen(reading: Reading, case: Case, dossier: Dossier) -> set[str]:
    """What has been before a person in this case: in its last check round, and in earlier proposals.

    A pair of names that was settled in a case that is decided was held apart. Where it is not held apart any more,
    somebody has taken that back since, and it is to be looked at again.
    """
    findings = await reading.findings(case.id, case.check_round)
    refs = [ref for stored in findings for ref in (stored.detail_ref, stored.speaker_ref) if ref]
    values = await reading.values(refs)
    said = [_said_then(stored, values) for stored in findings]
    seen = matters((one for one in said if one[2][0]), but=("pair",) if case.closed else ())
    for proposed in dossier.reassessments.values():
        seen |= set(proposed.proposed.data.matters) - _held_apart_in(proposed)
    return seen


def _held_apart_in(proposed: Reassessment) -> set[str]:
    """The pairs that were held apart when the proposal was settled."""
    if proposed.settled is None:
        return set()
    pairs = proposed.settled.data.held_apart
    return {_digest(answer.check, pair) for answer in proposed.proposed.data.answers for pair in pairs}


def _said_then(stored: StoredFinding, values: Mapping[str, Any]) -> Said:
    finding = stored.case_finding
    return finding.finding.check, finding.outcome, _texts(stored.detail_ref, stored.speaker_ref, values)


def _texts(detail: str, speakers: str | None, values: Mapping[str, Any]) -> tuple[Any, Any]:
    return values.get(detail), values.get(speakers, []) if speakers else []


@dataclass(frozen=True)
class SettleReassessment(StepForm):
    """Look at what has turned up about support that was given: name by name, and whether the case is taken up.

    Whoever is the same as a listed one has the case taken up; support is stopped or withdrawn by steps of its own.
    """

    name = "reassessment"
    event = ReassessmentSettled

    proposed: str = form.code()
    answers: dict[str, str] = form.chosen_by_prefix(FIELD)
    outcome: str = form.choice(OUTCOMES)
    reason: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.open_reassessments, "reassessment.none_open")

    async def work(self, scene: Scene) -> None:
        proposed = _open(scene.dossier, self.proposed)
        asked = [one for one in candidates_in(await pieces_of(scene.writing, proposed)) if one.open]
        of_each = settled(asked, self.answers)
        if of_each.same and self.outcome == STANDS:
            raise InvalidInput([Problem("/outcome", "reassessment.same_stands")])
        await scene.take_settled(
            ReassessmentSettled(
                proposal=proposed.id,
                outcome=self.outcome,
                held_apart=of_each.apart,
                same=of_each.same,
                reason=scene.keep("resolution", self.reason),
            )
        )


def _open(dossier: Dossier, proposal: str) -> Reassessment:
    left = dossier.open_reassessments
    if not left:
        raise NotAllowed("reassessment.none_open")
    for proposed in left:
        if proposed.id == proposal or (len(left) == 1 and not proposal):
            return proposed
    raise NotFound("reassessment.none_open")


async def pieces_of(reading: Reading, proposed: Reassessment) -> list[Mapping[str, Any]]:
    """The evidence of a proposal, as far as it has not been erased."""
    answers = proposed.proposed.data.answers
    values = await reading.values([ref for answer in answers for ref in (answer.detail, answer.speakers) if ref])
    pieces: list[Mapping[str, Any]] = []
    for answer in answers:
        pieces += values.get(answer.detail, {}).get("evidence", []) + values.get(answer.speakers or "", [])
    return pieces
