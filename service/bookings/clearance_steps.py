"""Clearance (stående klartecken): given by a named person, tied to what it was given on, and what it executes.

It decides nothing about any booking. Where the rule set says that a booking is mere execution (ren verkställighet, KL
13:2), an officer carries it out; each booking's own checks still have to come out clean on the lists of the day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.bookings import booking_outcome, bookings
from service.bookings.clearance import application_of, clearance_of, data_key
from service.desk import form
from service.desk.conditions import conditions_in_force
from service.desk.ports.cases import StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import Scene
from service.desk.step_form import CaseNow, StepForm, unless
from service.desk.stops import stopped
from service.domain import policy
from service.domain.application import Application, Kind
from service.domain.case import Case
from service.domain.decision import DecisionOutcome
from service.domain.dossier.dossier import Dossier
from service.domain.errors import NotAllowed
from service.domain.events.bookings import BookingExecuted, ClearanceGiven, ClearanceRevoked
from service.domain.finding import NEEDS_NOBODY, Resolution
from service.domain.premises import Booking, BookingStatus, Estate, Hirer
from service.domain.premises_rules import PremisesRules
from service.domain.ruleset import RuleSet
from service.domain.stops import StopScope
from service.screening.freshness import check_fresh


@dataclass(frozen=True)
class GiveClearance(StepForm):
    """A named officer who may let rooms finds the association clear to book; returns the last day it holds."""

    name = "clearance"
    event = ClearanceGiven
    of_premises = True

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        room = case.room
        wanted = room and room.hirer is Hirer.ASSOCIATION and room.clearance_missing
        return unless(wanted and case.dossier.grant, "step.no_clearance_needed")

    async def work(self, scene: Scene) -> str:
        procedure, case = scene.procedure, scene.case
        application = await application_of(scene.writing, case)
        if case.kind is not Kind.PREMISES or application.hirer is not Hirer.ASSOCIATION:
            raise NotAllowed("clearance.only_associations")
        _check_holds_point(scene)
        if await stopped(scene.writing, case.organisation_id, StopScope.BOOKINGS):
            raise NotAllowed("clearance.stopped")
        _check_approved(scene.dossier)
        findings = await scene.writing.findings(case.id, case.check_round)
        _check_clean(findings, application, procedure)
        await check_fresh(scene.writing, case, findings, procedure, scene.desk.outside.now())
        until = scene.today + timedelta(days=procedure.premises.clearance_days)
        active = sorted((await scene.writing.active_lists()).items())
        lists = tuple(version.ref for key, version in active if key in procedure.lists)
        await scene.take_clearance(
            ClearanceGiven(
                clearance=scene.desk.outside.new_id(),
                organisation=case.organisation_id,
                until=until,
                data=data_key(scene.desk, application),
                declaration=procedure.declaration.version,
                rules=procedure.ref,
                lists=lists,
            )
        )
        return until.isoformat()


def _check_approved(dossier: Dossier) -> None:
    """A clearance rests on an approval in full, not on what an earlier clearance had executed."""
    grant = dossier.grant
    if grant is None or grant is dossier.executed:
        raise NotAllowed("clearance.needs_approval")
    if grant.outcome is not DecisionOutcome.APPROVAL:
        raise NotAllowed("clearance.needs_approval")


def _check_clean(findings: Sequence[StoredFinding], application: Application, procedure: RuleSet) -> None:
    """Nothing is left open about the association, and it has declared by the text in force."""
    for stored in findings:
        finding = stored.case_finding
        # The room and its time say nothing of the association.
        of_them = not finding.finding.of_the_occasion
        if of_them and (finding.open or finding.resolution is Resolution.OBSTACLE):
            raise NotAllowed("clearance.not_clean")
    if application.declaration is None:
        raise NotAllowed("clearance.not_clean")
    if application.declaration.text_version != procedure.declaration.version:
        raise NotAllowed("clearance.declaration_old", version=procedure.declaration.version)


def _check_holds_point(scene: Scene) -> None:
    points = scene.procedure.delegation
    held = [points[one] for one in scene.by.delegation_points if one in points]
    if not any(Kind.PREMISES in one.kinds and DecisionOutcome.APPROVAL in one.outcomes for one in held):
        raise NotAllowed("decision.no_delegation")


@dataclass(frozen=True)
class RevokeClearance(StepForm):
    """A named officer revokes the clearance, with why: the next booking goes the full way. No booking is touched."""

    name = "clearance-revoke"
    event = ClearanceRevoked
    of_premises = True

    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.room and case.room.clearance_given, "clearance.none")

    async def work(self, scene: Scene) -> None:
        given = await scene.writing.clearances(scene.case.organisation_id)
        if not given or given[0].revoked_by is not None:
            raise NotAllowed("clearance.none")
        await scene.take_clearance(ClearanceRevoked(clearance=given[0].id, text=scene.keep("resolution", self.text)))


def not_executable(
    application: Application, estate: Estate, rules: PremisesRules, found: Sequence[Booking]
) -> str | None:
    """Why the rule set does not have this booking executed, as a code, or None."""
    premises = application.premises
    if premises is None or premises.season is not None or not found:
        return "execution.no_times"
    rooms = [estate.rooms[one.room] for one in found]
    return rules.executed(
        premises.hirer,
        rooms,
        premises.use or "",
        premises.expected_number,
        public=premises.open_to_public,
        spans=[one.span for one in found],
    )


async def why_not_executed(
    desk: Desk, reading: Reading, case: Case, findings: Sequence[StoredFinding], procedure: RuleSet
) -> list[tuple[str, Mapping[str, str | int]]]:
    """Everything that makes this booking a matter for a decision, or that has to be seen to first; empty if nothing."""
    if case.kind is not Kind.PREMISES:
        return [("execution.no_times", {})]
    application = await application_of(reading, case)
    times = [one for one in await bookings.bookings(reading, case.id) if one.takes]
    missing: list[tuple[str, Mapping[str, str | int]]] = []
    code = not_executable(application, await reading.estate(), procedure.premises, times)
    if code:
        missing.append((code, {}))
    clearance = await clearance_of(desk, reading, case.organisation_id, procedure, data=data_key(desk, application))
    if not code or application.hirer is Hirer.ASSOCIATION:  # nobody else has one to be told of
        missing += clearance.missing
    if await reading.is_waiting(case.id) or not findings:
        missing.append(("decision.checks_waiting", {}))
    asked = [one for one in findings if one.case_finding.outcome not in NEEDS_NOBODY]
    if asked:
        missing.append(("execution.findings", {"count": len(asked)}))
    if booking_outcome.could_not_be_had(await bookings.bookings(reading, case.id)):
        missing.append(("execution.missed", {}))
    return missing


@dataclass(frozen=True)
class Execute(StepForm):
    """The officer carries out a booking that the rule set has executed: no new assessment, no decision to appeal."""

    name = "execute"
    event = BookingExecuted
    of_premises = True

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.room and case.room.executable, "step.not_execution")

    async def work(self, scene: Scene) -> None:
        case, procedure, desk = scene.case, scene.procedure, scene.desk
        _check_untouched(scene)
        await bookings.release_lapsed(desk, scene.writing)
        findings = await scene.writing.findings(case.id, case.check_round)
        missing = await why_not_executed(desk, scene.writing, case, findings, procedure)
        if missing:
            code, params = missing[0]
            raise NotAllowed(code, **dict(params))
        required = [required.check for required in scene.criteria.kinds[case.kind].checks]
        policy.check_nothing_open([stored.case_finding for stored in findings], required)
        await check_fresh(scene.writing, case, findings, procedure, desk.outside.now())
        times = await bookings.bookings(scene.writing, case.id)
        held = [time for time in times if time.status is BookingStatus.HELD]
        await bookings.check_usable(scene, held)
        data = data_key(desk, await application_of(scene.writing, case))
        clearance = await clearance_of(desk, scene.writing, case.organisation_id, procedure, data=data)
        assert clearance.given is not None
        execution = desk.outside.new_id()
        await scene.take(
            BookingExecuted(
                execution=execution,
                clearance=clearance.given.id,
                bookings=tuple(booking.id for booking in held),
                terms=procedure.routine.terms_version,
                conditions=conditions_in_force(scene),
                rules=procedure.ref,
            )
        )
        await bookings.settle(
            scene, "execution", execution, {time.id: (BookingStatus.CONFIRMED, None) for time in held}
        )


def _check_untouched(scene: Scene) -> None:
    """Nothing has been begun that calls for a decision, and the case is nobody else's."""
    dossier = scene.dossier
    begun = dossier.completions or dossier.communications or dossier.paused or dossier.searches or dossier.acts
    if begun or dossier.withdrawn or dossier.standing_stops or dossier.reopened:
        raise NotAllowed("execution.not_now")
    if scene.case.owner not in (None, scene.by.id):
        raise NotAllowed("case.not_yours")
