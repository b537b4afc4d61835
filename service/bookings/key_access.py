"""Before the key: terms accepted, a fresh look at the sanctions lists, and who is let in on a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.bookings import bookings
from service.desk import form, free_times
from service.desk.candidates import FIELD, candidates_in, settled
from service.desk.ports.desk import Desk
from service.desk.ports.log import LogRow
from service.desk.ports.premises import Occupied
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook, today
from service.desk.step import Scene, entries, step
from service.desk.step_form import CaseNow, StepForm, unless
from service.desk.stops import halts, standing_stops, stopped
from service.desk.terms import accepted_terms, season_of
from service.domain import policy
from service.domain.application import Kind
from service.domain.clock import Instant
from service.domain.dossier.dossier import Dossier
from service.domain.dossier.folding import fold
from service.domain.errors import NotAllowed, NotFound
from service.domain.events.bookings import (
    BookingExecuted,
    BookingMoved,
    KeyAccessGiven,
    KeyAccessScreened,
    KeyAccessSettled,
)
from service.domain.events.decision import (
    AppealReceived,
    AppealSettled,
    CaseReopened,
    TermsAccepted,
)
from service.domain.events.decision_record import CaseDecided
from service.domain.events.fields import RenewedAnswer
from service.domain.finding import NEEDS_NOBODY, Outcome, Trait
from service.domain.people import User
from service.domain.premises import HOUR, Booking, BookingStatus, Estate, Span, day_span
from service.domain.ruleset import RuleSet
from service.domain.stops import StopScope
from service.screening.ask_again import AskedAgain, ask_again, checks_with
from service.screening.material import material_of

#: The events that say how a booking stands when the key is to be handed out.
_TOLD = (
    CaseDecided,
    BookingExecuted,
    CaseReopened,
    TermsAccepted,
    KeyAccessScreened,
    KeyAccessSettled,
    KeyAccessGiven,
    BookingMoved,
    AppealReceived,
    AppealSettled,
)


@dataclass(frozen=True)
class Entry:
    """One booking of a day: whose, and what stands between them and the key, as codes; empty if nothing does.

    `unanswered_at` is when the lists were asked last, where one of them could not answer.
    """

    occupied: Occupied
    missing: tuple[str, ...]
    given: bool
    unanswered_at: Instant | None = None


@dataclass(frozen=True)
class ScreenForKey(StepForm):
    """Ask the lists again for a booking that stands; returns the outcome. A list that cannot be asked is no pass."""

    name = "key-access-check"
    event = KeyAccessScreened
    of_premises = True

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.room and case.dossier.grant and case.room.confirmed, "key_access.not_confirmed")

    async def take(self, desk: Desk, case_id: str, *, by: User, seen: int) -> str:
        """The lists are asked before the transaction begins: nothing slow is waited for within one."""
        asked = await ask_names(desk, case_id, by=by)
        async with step(desk, case_id, KeyAccessScreened, by=by, seen=seen) as scene:
            if scene.dossier.grant is None:
                raise NotAllowed("decision.not_favourable")
            await scene.take(screened_event(desk, scene.writing, asked))
        return asked.outcome.value


def screened_event(desk: Desk, writing: Writing, asked: AskedAgain) -> KeyAccessScreened:
    """What was asked before the key, as the log has it."""
    return KeyAccessScreened(
        screening=desk.outside.new_id(),
        answers=asked.answers(desk, writing),
        model=desk.finder.method().model,
        inputs=asked.kept_inputs(writing),
        procedure=asked.material.procedure.ref,
    )


async def ask_names(desk: Desk, case_id: str, *, by: User | None) -> AskedAgain:
    """Ask the lists for the names of a case as they are now: a person who may see it, or the service of itself."""
    async with desk.store.reading() as reading:
        material = await material_of(desk, reading, case_id)
    if by is not None:
        policy.check_can_see(material.case, by)
    checks = material.procedure.kinds[Kind.PREMISES].checks
    required = await checks_with(desk, checks, Trait.NAMES_LISTED_PARTY)
    if not required:
        raise NotFound("key_access.no_check")
    return await ask_again(desk, material, required)


def _unanswered_at(dossier: Dossier) -> Instant | None:
    screened = dossier.key_access_screened
    unknown = screened and any(Outcome(answer.outcome) is Outcome.UNKNOWN for answer in screened.data.answers)
    return screened.at if screened and unknown else None


def unsettled(dossier: Dossier) -> list[RenewedAnswer]:
    """What the lists said before the key that neither passes nor has been held apart name by name since.

    What could not be checked is settled by nobody.
    """
    screened = dossier.key_access_screened
    if screened is None:
        return []
    left = []
    for answer in screened.data.answers:
        if Outcome(answer.outcome) in NEEDS_NOBODY:
            continue
        if not _for_a_person(answer) or not set(answer.open_pairs) <= dossier.key_access_apart:
            left.append(answer)
    return left


def _for_a_person(answer: RenewedAnswer) -> bool:
    """Whether it is names that a person can look at, rather than a list that could not be asked."""
    return Outcome(answer.outcome) is Outcome.NEEDS_INQUIRY and bool(answer.open_pairs)


def to_settle(dossier: Dossier) -> list[RenewedAnswer]:
    """What of that a person can answer for, name by name."""
    return [answer for answer in unsettled(dossier) if _for_a_person(answer)]


@dataclass(frozen=True)
class SettleForKey(StepForm):
    """Answer for each name that resembled a listed one before the key: not the same, or the same and by what.

    Whoever is the same gets no key; then the case is taken up, or the support stopped, by a step of its own.
    """

    name = "key-access-settle"
    event = KeyAccessSettled
    of_premises = True

    answers: dict[str, str] = form.chosen_by_prefix(FIELD)
    reason: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(to_settle(case.dossier), "key_access.nothing_to_settle")

    async def work(self, scene: Scene) -> None:
        screened, left = scene.dossier.key_access_screened, to_settle(scene.dossier)
        references = [ref for answer in left for ref in (answer.detail, answer.speakers) if ref]
        values = await scene.writing.values(references)
        pieces: list[Any] = []
        for answer in left:
            pieces += values.get(answer.detail, {}).get("evidence", []) + values.get(answer.speakers or "", [])
        asked = [one for one in candidates_in(pieces) if one.open]
        if screened is None or not asked:
            raise NotAllowed("key_access.nothing_to_settle")
        of_each = settled(asked, self.answers)
        await scene.take_settled(
            KeyAccessSettled(
                screening=screened.data.screening,
                held_apart=of_each.apart,
                same=of_each.same,
                reason=scene.keep("resolution", self.reason),
            )
        )


def missing(
    dossier: Dossier,
    one: Booking,
    estate: Estate,
    procedure: RuleSet,
    active: frozenset[str],
    now_ms: int,
    *,
    stopped: bool,
    accepted: Collection[tuple[str, str]],
) -> list[str]:
    """What stands between a hirer and the key, as codes.

    `stopped`: support to the association is, in whatever case; `accepted`: the terms that it has, each for a season.
    """
    found = []
    if one.status is not BookingStatus.CONFIRMED or dossier.grant is None:
        return ["key_access.not_confirmed"]
    if one.span.end * 1000 <= now_ms:
        return ["key_access.over"]
    if free_times.shut(estate, estate.rooms[one.room], one.span):
        found.append("key_access.room_shut")
    if stopped:
        found.append("key_access.stopped")
    own = dossier.grant.accepted
    this_season = dossier.grant.terms or "", season_of(one, procedure.premises)
    if (own is None or own.terms != dossier.grant.terms) and this_season not in accepted:
        found.append("key_access.terms")
    window = procedure.premises.key_access_hours * HOUR * 1000
    screened = dossier.key_access_screened
    earliest = max(now_ms, one.span.start * 1000) - window
    if screened is None:
        found.append("key_access.not_screened")
    elif screened.at < earliest or _versions(screened.data) != active:
        found.append("key_access.screening_old")
    elif unsettled(dossier):
        found.append("key_access.not_clean")
    return found


def _versions(screened: KeyAccessScreened) -> set[str]:
    """The versions of the lists that were asked."""
    versions: set[str] = set()
    for answer in screened.answers:
        versions |= {source.version for source in answer.lists}
    return versions


@dataclass(frozen=True)
class GiveKey(StepForm):
    """A named officer hands out the key (or the code) for one booking."""

    name = "key-access"
    event = KeyAccessGiven
    of_premises = True

    booking_id: str = form.code(sent_as="booking")

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.room and case.dossier.grant and case.room.confirmed, "key_access.not_confirmed")

    async def work(self, scene: Scene) -> None:
        times = {time.id: time for time in await bookings.bookings(scene.writing, scene.case.id)}
        if self.booking_id not in times:
            raise NotFound("booking.not_found")
        active = await _active(scene.writing, scene.procedure)
        accepted = await accepted_terms(scene.writing, [scene.case.organisation_id])
        estate = await scene.writing.estate()
        why = missing(
            scene.dossier,
            times[self.booking_id],
            estate,
            scene.procedure,
            active,
            scene.desk.outside.now(),
            stopped=await stopped(scene.writing, scene.case.organisation_id, StopScope.KEYS),
            accepted=accepted.get(scene.case.organisation_id, ()),
        )
        if why:
            raise NotAllowed(why[0])
        if self.booking_id in scene.dossier.key_access_given:
            raise NotAllowed("key_access.given_already")
        grant, screened = scene.dossier.grant, scene.dossier.key_access_screened
        assert grant is not None
        assert grant.terms is not None
        assert screened is not None
        await scene.take(KeyAccessGiven(booking=self.booking_id, screening=screened.data.screening, terms=grant.terms))


async def of_day(desk: Desk, day: date, site: str | None) -> tuple[Estate, list[Entry]]:
    """The day's confirmed bookings in order, each with what stands between its hirer and the key."""
    return await within(desk, day_span(day), site)


async def within(desk: Desk, span: Span, site: str | None) -> tuple[Estate, list[Entry]]:
    """The same of any time."""
    async with desk.store.reading() as reading:
        found = await reading.estate()
        rooms = [one.id for one in found.rooms.values() if site in (None, one.site)]
        standing = await reading.occupied(rooms, span)
        occupied = [one for one in standing if one.booking.status is BookingStatus.CONFIRMED]
        dossiers = await _dossiers(reading, [one.case for one in occupied if one.case])
        cases = await reading.cases_by_id([one.case for one in occupied if one.case])
        stops = await standing_stops(reading, {case.organisation_id for case, _ in cases.values()})
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        active = await _active(reading, procedure)
        hirers = {case.organisation_id for case, _ in cases.values()}
        accepted = await accepted_terms(reading, hirers)
    now = desk.outside.now()
    listed = []
    for one in occupied:
        dossier = dossiers.get(one.case or "", Dossier())
        of_case = cases.get(one.case or "")
        whose = of_case.case.organisation_id if of_case else ""
        halted = halts(stops.get(whose, ()), StopScope.KEYS)
        why = missing(
            dossier, one.booking, found, procedure, active, now, stopped=halted, accepted=accepted.get(whose, ())
        )
        given = one.booking.id in dossier.key_access_given
        listed.append(Entry(one, tuple(why), given, _unanswered_at(dossier)))
    return found, listed


async def _active(reading: Reading, procedure: RuleSet) -> frozenset[str]:
    """The versions of the lists that the routine in force asks."""
    return frozenset(one.version for one in (await reading.active_lists()).values() if one.key in procedure.lists)


async def _dossiers(reading: Reading, case_ids: Sequence[str]) -> dict[str, Dossier]:
    """The part of each case's dossier that matters at the door, in one question."""
    rows = await reading.entries_of_cases(list(dict.fromkeys(case_ids)), *_TOLD)
    by_case: dict[str, list[LogRow]] = {}
    for one in rows:
        by_case.setdefault(one.case_id or "", []).append(one)
    return {case_id: fold(entries(ones)) for case_id, ones in by_case.items()}
