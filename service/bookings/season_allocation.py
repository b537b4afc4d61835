"""Weekly times of a term: shared out by the published rules and lot, edited by an officer, booked as held times.

Nobody gets or loses a room by this: each case is decided, or executed, by a named person as any other.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from service.audit.canonical import canonical
from service.audit.checkpoint import body_of, unsigned
from service.bookings import bookings
from service.bookings.scheduling import series
from service.bookings.scheduling.allocation import (
    Ask,
    Given,
    Why,
    Wished,
    allocate,
    lots,
    overlapping,
    possible,
    why_not,
)
from service.bookings.season_kept import ask_kept, asks_of, estate_of, given_of, rooms_of
from service.desk.actors import acting, person
from service.desk.application_parts import commitment_of
from service.desk.fields import check_text
from service.desk.ports.desk import Desk
from service.desk.ports.premises import Allocation
from service.desk.ports.queue import QueueRow
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook, today
from service.domain.application import Kind, Premises, from_document
from service.domain.case import CLOSED
from service.domain.clock import DAY_MS, Instant, local_day, midnight
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.bookings import AllocationMade
from service.domain.events.event import Event
from service.domain.events.intake import CaseRescreenAsked
from service.domain.people import Role, User
from service.domain.premises import Booking, BookingStatus, Estate, Span, day_span
from service.domain.premises_rules import Season
from service.domain.ruleset import RuleSet
from service.proof.checkpoints import sign_log

#: The type of application that asks for weekly times.
TYPE = "season"
#: More than a season of a district has; a larger one says so.
MOST_ASKS = 1000


@dataclass(frozen=True)
class Line:
    """One application of the season: what it asks for, its lot, what it was given and why not the rest."""

    row: QueueRow | None
    ask: Ask
    group: str
    lot: int | None
    given: Mapping[int, str]
    why: Mapping[int, Why]
    times: int = 0
    missed: int = 0


@dataclass(frozen=True)
class View:
    """A season as it stands."""

    season: Season
    rules: RuleSet
    estate: Estate
    lines: tuple[Line, ...]
    early: tuple[Line, ...]
    late: tuple[Line, ...]
    allocation: Allocation | None
    seed: str | None
    names: Mapping[str, str]
    booked: frozenset[str]


async def seasons(desk: Desk) -> tuple[list[Season], date]:
    """The seasons of the rules in force, and today."""
    async with desk.store.reading() as reading:
        rules = (await rulebook(desk, reading)).procedure(today(desk))
    return sorted(rules.premises.seasons.values(), key=lambda one: one.first), today(desk)


async def _season(desk: Desk, reading: Reading, season_id: str) -> tuple[Season, RuleSet]:
    rules = (await rulebook(desk, reading)).procedure(today(desk))
    if season_id not in rules.premises.seasons:
        raise NotFound("season.not_found")
    return rules.premises.seasons[season_id], rules


@dataclass(frozen=True)
class Asks:
    """The applications of a season, each with its group: before the window, within it and after it, oldest first."""

    early: list[tuple[QueueRow, Ask, str]] = field(default_factory=list)
    in_time: list[tuple[QueueRow, Ask, str]] = field(default_factory=list)
    late: list[tuple[QueueRow, Ask, str]] = field(default_factory=list)

    def when(self, received: date, season: Season) -> list[tuple[QueueRow, Ask, str]]:
        """Where one that was received that day belongs."""
        if received < season.opens:
            return self.early
        return self.late if received > season.closes else self.in_time


#: So long before its window, or after, an application can be for a season (days).
_AROUND = 400


async def _asks(reading: Reading, season: Season, rules: RuleSet) -> Asks:
    """The applications of a season, without those withdrawn; what came before or after its window is for a person."""
    around = _AROUND * DAY_MS
    since, until = Instant(midnight(season.opens) - around), Instant(midnight(season.closes) + around)
    received = await reading.received_between([TYPE], since, until, limit=3 * MOST_ASKS)
    rows = [row for row in received if not row.case.withdrawn]
    cases = await reading.cases_by_id([one.case.id for one in rows])
    refs = {case_id: commitment_of(file.details.application_parts, "request") for case_id, file in cases.items()}
    values = await reading.values(list(refs.values()))
    asks = Asks()
    for row in sorted(rows, key=lambda one: (one.case.received_at, one.case.registered_at, one.case.id)):
        part = values.get(refs.get(row.case.id, ""))
        if part is None:
            continue
        premises = from_document({"kind": Kind.PREMISES.value, "organisation": {"name": "-"}, **part}).premises
        assert premises is not None
        if premises.season is None or premises.season.season != season.id:
            continue
        group = premises.season.group
        known = rules.premises.priorities
        order = known[group].order if group in known else max(one.order for one in known.values())
        ask = Ask(row.case.id, order, _wishes(premises), 60 * season.most_hours)
        asks.when(local_day(row.case.received_at), season).append((row, ask, group))
    return asks


def _wishes(premises: Premises) -> tuple[Wished, ...]:
    assert premises.season is not None
    return tuple(Wished(one.weekday, one.start, one.end, one.rooms) for one in premises.season.wishes)


async def view(desk: Desk, season_id: str) -> View:
    """The season with everything that explains it."""
    async with desk.store.reading() as reading:
        season, rules = await _season(desk, reading, season_id)
        estate = await reading.estate()
        asks = await _asks(reading, season, rules)
        in_time = asks.in_time
        stands = next(iter(await reading.allocations(season_id)), None)
        booked = await reading.bookings_of([row.case.id for row, _, _ in in_time])
        names = await reading.names()
    explained = _explained(estate, stands.body, [ask for _, ask, _ in in_time]) if stands else Explained()
    lines = [_line(row, ask, group, explained, booked.get(ask.id, ())) for row, ask, group in in_time]
    lines.sort(key=lambda line: (line.ask.order, line.lot or 0))
    has = frozenset(case_id for case_id, times in booked.items() if times)
    seed = stands.body["seed"] if stands else None
    early, late = _outside(asks.early), _outside(asks.late)
    return View(season, rules, estate, tuple(lines), early, late, stands, seed, names, has)


def _outside(asks: Sequence[tuple[QueueRow, Ask, str]]) -> tuple[Line, ...]:
    """What is not shared out by itself: a person looks at it."""
    return tuple(Line(row, ask, group, None, {}, {}) for row, ask, group in asks)


@dataclass(frozen=True)
class Explained:
    """An allocation that stands: each case's lot, the room of each wish granted, and why the others were not."""

    lots: Mapping[str, int] = field(default_factory=dict)
    rooms: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    why_not: Mapping[str, Mapping[int, Why]] = field(default_factory=dict)


def _explained(estate: Estate, body: Mapping[str, Any], asks: Sequence[Ask]) -> Explained:
    known = [ask["case"] for ask in body["asks"]]
    given = given_of(body)
    rooms: dict[str, dict[int, str]] = {}
    for grant in given:
        rooms.setdefault(grant.ask, {})[grant.wish] = grant.room
    among = [ask for ask in asks if ask.id in known]
    reasons: dict[str, dict[int, Why]] = {}
    for (case_id, wish), why in why_not(estate, among, [grant for grant in given if grant.ask in known]).items():
        reasons.setdefault(case_id, {})[wish] = why
    return Explained(lots(body["seed"], known), rooms, reasons)


def _line(row: QueueRow, ask: Ask, group: str, explained: Explained, times: Sequence[Booking]) -> Line:
    missed = sum(time.status is BookingStatus.MISSED for time in times)
    rooms = dict(explained.rooms.get(ask.id, {}))
    why = dict(explained.why_not.get(ask.id, {}))
    return Line(row, ask, group, explained.lots.get(ask.id), rooms, why, len(times), missed)


async def share_out(desk: Desk, season_id: str, *, by: User, text: str = "") -> Allocation:
    """Share the season's times out, drawn by the log's signed root the first time and by the same lot ever after.

    Doing it anew, which undoes what was edited, takes a reason (`text`).
    """
    async with desk.store.reading() as reading:
        season, rules = await _season(desk, reading, season_id)
        if today(desk) <= season.closes:
            raise NotAllowed("season.still_open", day=season.closes.isoformat())
        before = next(iter(await reading.allocations(season_id)), None)
    why = check_text("/reason", text) if before else None
    if before is None:
        signed = await sign_log(desk)
        seed, size = unsigned(body_of(signed.note)).root.hex(), signed.size
    else:
        seed, size = before.body["seed"], before.body["seed_size"]
    async with desk.store.reading() as reading:
        estate = _through(await reading.estate(), season)
        in_time = (await _asks(reading, season, rules)).in_time
    open_ones = [one for one in in_time if one[0].case.state not in CLOSED]
    asks = [ask for _, ask, _ in open_ones]
    given = await _apart(estate, asks, seed)
    body = {
        "season": season_id,
        "seed": seed,
        "seed_size": size,
        "rules": rules.id,
        "rooms": rooms_of(estate),
        "asks": [ask_kept(ask, row.case.diary_number, group) for row, ask, group in open_ones],
        "given": [{"case": grant.ask, "wish": grant.wish, "room": grant.room} for grant in given],
        "edits": 0,
    }
    return await _keep(desk, body, season_id, why, by=by, seen=before.id if before else "")


def _through(estate: Estate, season: Season) -> Estate:
    """The rooms as the season finds them: one that is closed all through it is none to share out."""
    whole = Span(day_span(season.first).start, day_span(season.last).end)
    rooms = {}
    for room in estate.rooms.values():
        shut = any(whole.within(closed) for closed in estate.closed(room.id))
        rooms[room.id] = replace(room, in_use=room.in_use and not shut)
    return replace(estate, rooms=rooms)


async def _apart(estate: Estate, asks: Sequence[Ask], seed: str) -> list[Given]:
    """The solving, in a thread: the site answers meanwhile."""
    return await asyncio.to_thread(allocate, estate, asks, seed)


async def _keep(
    desk: Desk, body: dict[str, Any], season_id: str, why: str | None, *, by: User, seen: str
) -> Allocation:
    """Keep an allocation in the place of the one that was `seen` (empty: of none); only one ever comes first."""
    text = canonical(body)
    async with desk.store.writing() as writing:
        await acting(writing, person(by), Role.PREMISES_OFFICER)
        _, rules = await _season(desk, writing, season_id)
        stands = next(iter(await writing.allocations(season_id)), None)
        if (stands.id if stands else "") != seen:
            raise Conflict("season.changed_meanwhile")
        cases = {one["case"] for one in body["asks"]} | {one["case"] for one in (stands.body["asks"] if stands else ())}
        if any((await writing.bookings_of(sorted(cases))).values()):
            raise NotAllowed("season.booked_already")
        data = AllocationMade(
            allocation=desk.outside.new_id(),
            season=season_id,
            seed=body["seed"],
            seed_size=body["seed_size"],
            edited=writing.keep("resolution", {"text": why}) if why else None,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            rules=rules.ref,
        )
        await writing.allocation_made(Event(data, person(by), desk.outside.now()), body=text)
        return (await writing.allocations(season_id))[0]


async def edit(
    desk: Desk, season_id: str, *, case: str, wish: int, room: str, text: str, by: User, seen: str
) -> Allocation:
    """Give a wish another room, or none (`room` empty), with why; never one that somebody else has."""
    text = check_text("/text", text)
    async with desk.store.reading() as reading:
        await _season(desk, reading, season_id)
        stands = next(iter(await reading.allocations(season_id)), None)
        estate = await reading.estate()
    if stands is None:
        raise NotAllowed("season.nothing_shared")
    body = json.loads(json.dumps(stands.body))
    asks = {one.id: one for one in asks_of(body)}
    if case not in asks or not 0 <= wish < len(asks[case].wishes):
        raise InvalidInput([Problem("/wish", "input.choice_unknown")])
    body["given"] = [one for one in body["given"] if (one["case"], one["wish"]) != (case, wish)]
    if room:
        if not possible(estate, asks[case].wishes[wish], room):
            raise InvalidInput([Problem("/room", "season.not_open")])
        body["given"].append({"case": case, "wish": wish, "room": room})
    body["given"].sort(key=lambda one: (one["case"], one["wish"], one["room"]))
    body["edits"] += 1
    if overlapping(estate, list(asks.values()), given_of(body)):
        raise InvalidInput([Problem("/room", "season.room_given")])
    return await _keep(desk, body, season_id, text, by=by, seen=seen)


async def again(desk: Desk, season_id: str) -> bool:
    """Whether sharing out anew, from what was kept, gives what was kept; only for one that nobody has edited."""
    async with desk.store.reading() as reading:
        stands = next((one for one in await reading.allocations(season_id) if not one.body["edits"]), None)
    if stands is None:
        raise NotAllowed("season.nothing_shared")
    return await _apart(estate_of(stands.body), asks_of(stands.body), stands.body["seed"]) == given_of(stands.body)


async def book(desk: Desk, season_id: str, *, by: User) -> int:
    """Hold the times that stand, week by week, in each case; returns how many cases. Cases that have times are left."""
    async with desk.store.reading() as reading:
        season, rules = await _season(desk, reading, season_id)
        stands = next(iter(await reading.allocations(season_id)), None)
    if stands is None:
        raise NotAllowed("season.nothing_shared")
    asks = {one.id: one for one in asks_of(stands.body)}
    by_case: dict[str, list[Given]] = {}
    for one in given_of(stands.body):
        by_case.setdefault(one.ask, []).append(one)
    done = 0
    for case_id, given in sorted(by_case.items()):
        async with desk.store.writing() as writing:
            await acting(writing, person(by), Role.PREMISES_OFFICER)
            now = next(iter(await writing.allocations(season_id)), None)
            if now is None or now.id != stands.id:
                raise Conflict("season.changed_meanwhile")
            done += await _hold_weeks(desk, writing, case_id, asks[case_id], given, season, rules, by)
    return done


async def _hold_weeks(
    desk: Desk,
    writing: Writing,
    case_id: str,
    ask: Ask,
    given: Sequence[Given],
    season: Season,
    rules: RuleSet,
    by: User,
) -> int:
    case = await writing.case(case_id)
    if case.closed or await bookings.bookings(writing, case_id):
        return 0
    wanted = [(one.room, asked) for one in given for asked in _weeks(ask.wishes[one.wish], season, rules)]
    soon = today(desk) + timedelta(days=rules.premises.application_hold_days)
    until = max(season.first - timedelta(days=1), soon)
    await bookings.ask_rooms(desk, writing, case, wanted, until=until, by=person(by))
    data = CaseRescreenAsked(check_round=case.check_round)
    await writing.rescreen_asked(Event(data, person(by), desk.outside.now(), case=case_id), case)
    return 1


def _weeks(wish: Wished, season: Season, rules: RuleSet) -> list[bookings.Asked]:
    """The times of a weekly wish in a season, school holidays left out."""
    day = season.first + timedelta(days=(wish.weekday - season.first.weekday()) % 7)
    found = []
    while day <= season.last:
        left_out = any(one.first <= day <= one.last for one in rules.premises.free_days)
        if not left_out:
            found.append(bookings.Asked(_span(day, wish)))
        day += timedelta(days=7)
    return found


def _span(day: date, wish: Wished) -> Span:
    try:
        return series.span_of(day, wish.start, wish.end)
    except ValueError:
        return series.nearest(day, wish.start, wish.end)
