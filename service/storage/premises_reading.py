"""Answers questions about rooms and bookings."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from service.bookings.room_document import room_of, site_of
from service.desk.ports.premises import Allocation, Feed, GivenClearance, Occupied, TakenTime
from service.domain.case import Case
from service.domain.clock import Second
from service.domain.errors import NotFound
from service.domain.events.fields import ListRef
from service.domain.premises import (
    LONGEST_SECONDS,
    TAKING,
    Alternative,
    Booking,
    BookingStatus,
    Closure,
    Estate,
    Room,
    Site,
    Span,
)
from service.storage import rows
from service.storage.tables import (
    AllocationRow,
    BookingRow,
    BookingSlot,
    CaseRow,
    ClearanceRow,
    ClosureRow,
    FeedRow,
    RoomRow,
    SiteRow,
)


class PremisesReading:
    """Every question the steps ask about rooms, on whatever transaction is open."""

    _sqlite: bool

    async def estate(self) -> Estate:
        sites = {one["id"]: _site(one["id"], one["body"]) for one in await SiteRow.select().order_by(SiteRow.id)}
        rooms = {
            one["id"]: _room(one["id"], one["site_id"], one["parent_id"], one["body"], one["sha256"])
            for one in await RoomRow.select().order_by(RoomRow.id)
        }
        closures = await ClosureRow.select().where(ClosureRow.lifted.eq(False)).order_by(ClosureRow.starts_at)
        return Estate(sites, rooms, tuple(_closure(one) for one in closures))

    async def busy(
        self, rooms: Collection[str], within: Sequence[Span], *, but: Collection[str] = ()
    ) -> list[TakenTime]:
        """One row for each room, so that a full calendar costs little more than an empty one to fetch."""
        if not rooms or not within:
            return []
        times = ", ".join("(CAST({} AS BIGINT), CAST({} AS BIGINT))" for _ in within)
        marks = ", ".join("{}" for _ in rooms)
        left = f"AND booking_id NOT IN ({', '.join('{}' for _ in but)}) " if but else ""
        spans = "taken_from || '-' || taken_to"
        joined = f"group_concat({spans})" if self._sqlite else f"string_agg({spans}, ',')"
        found = await BookingSlot.raw(
            f"WITH wanted (s, e) AS (VALUES {times}) "
            f"SELECT room_id, {joined} AS spans FROM wanted CROSS JOIN booking_slot WHERE room_id IN ({marks}) "
            f"AND taken_from < e AND taken_from > s - {LONGEST_SECONDS} AND taken_to > s {left}GROUP BY room_id",
            *[at for span in within for at in (span.start, span.end)],
            *sorted(rooms),
            *sorted(but),
        )
        taken = []
        for one in found:
            for pair in set(one["spans"].split(",")):
                start, _, end = pair.partition("-")
                taken.append(TakenTime(one["room_id"], Span(Second(int(start)), Second(int(end)))))
        return taken

    async def occupied(self, rooms: Collection[str], within: Span) -> list[Occupied]:
        if not rooms:
            return []
        marks = ", ".join("{}" for _ in rooms)
        taking = ", ".join(f"'{one}'" for one in sorted(TAKING))
        found = await BookingRow.raw(
            "SELECT b.*, c.diary_number, c.org_name, c.org_number, c.hirer FROM booking b "
            "LEFT JOIN case_file c ON c.id = b.case_id "
            f"WHERE b.room_id IN ({marks}) AND b.status IN ({taking}) "
            "AND b.starts_at < {} AND b.starts_at > {} AND b.ends_at > {} ORDER BY b.starts_at, b.room_id",
            *sorted(rooms),
            within.end,
            within.start - LONGEST_SECONDS,
            within.start,
        )
        return [
            Occupied(
                booking_of(one),
                one["case_id"],
                one["diary_number"],
                one["org_name"],
                one["org_number"],
                one["hirer"],
                one["made_at"],
            )
            for one in found
        ]

    async def spans_of(self, room: str, within: Span) -> list[Span]:
        found = await BookingRow.select(BookingRow.starts_at, BookingRow.ends_at).where(
            (BookingRow.room_id == room)
            & BookingRow.status.is_in([one.value for one in TAKING])
            & (BookingRow.starts_at < within.end)
            & (BookingRow.starts_at > within.start - LONGEST_SECONDS)
            & (BookingRow.ends_at > within.start)
        )
        return [Span(one["starts_at"], one["ends_at"]) for one in found]

    async def booking(self, booking_id: str) -> Booking:
        row = await BookingRow.select().where(BookingRow.id == booking_id).first()
        if row is None:
            raise NotFound("booking.not_found")
        return booking_of(row)

    async def bookings_of(self, case_ids: Sequence[str]) -> dict[str, list[Booking]]:
        found: dict[str, list[Booking]] = {}
        if case_ids:
            query = BookingRow.select().where(BookingRow.case_id.is_in(list(case_ids)))
            for one in await query.order_by(BookingRow.position):
                found.setdefault(one["case_id"], []).append(booking_of(one))
        return found

    async def holds_of(self, actor: str, now: Second) -> list[Booking]:
        found = await BookingRow.select().where(
            (BookingRow.status == BookingStatus.HELD.value)
            & (BookingRow.hold_until > now)
            & BookingRow.case_id.is_null()
            & (BookingRow.made_by == actor)
        )
        return [booking_of(one) for one in found]

    async def lapsed_holds(self, now: Second) -> list[Booking]:
        found = await BookingRow.select().where(
            (BookingRow.status == BookingStatus.HELD.value) & (BookingRow.hold_until <= now)
        )
        return [booking_of(one) for one in found]

    async def clearances(self, organisation: str) -> list[GivenClearance]:
        found = (
            await ClearanceRow.select()
            .where(ClearanceRow.organisation_id == organisation)
            .order_by(ClearanceRow.given_at, ascending=False)
            .order_by(ClearanceRow.id)
        )
        return [
            GivenClearance(
                id=one["id"],
                organisation=one["organisation_id"],
                case=one["case_id"],
                until=date.fromisoformat(one["until"]),
                data=one["data_key"],
                declaration=one["declaration"],
                rules=one["rules_id"],
                lists=msgspec.json.decode(one["lists"], type=tuple[ListRef, ...]),
                given_by=one["given_by"],
                given_at=one["given_at"],
                revoked_by=one["revoked_by"],
            )
            for one in found
        ]

    async def feeds(self, room: str) -> list[Feed]:
        found = await FeedRow.select().where(FeedRow.room_id == room).order_by(FeedRow.id)
        return [Feed(one["id"], one["room_id"], bool(one["revoked"])) for one in found]

    async def feed_room(self, digest: str) -> str | None:
        row = await FeedRow.select().where((FeedRow.digest == digest) & FeedRow.revoked.eq(False)).first()
        return row["room_id"] if row else None

    async def allocations(self, season: str) -> list[Allocation]:
        found = (
            await AllocationRow.select()
            .where(AllocationRow.season == season)
            .order_by(AllocationRow.made_at, ascending=False)
        )
        return [
            Allocation(one["id"], season, json.loads(one["body"]), one["sha256"], one["made_by"], one["made_at"])
            for one in found
        ]

    async def cases_of_organisation(self, organisation: str, *, limit: int) -> list[Case]:
        found = (
            await CaseRow.select()
            .where(CaseRow.organisation_id == organisation)
            .order_by(CaseRow.registered_at, ascending=False)
            .order_by(CaseRow.diary_seq, ascending=False)
            .limit(limit)
        )
        return [rows.case_of(one) for one in found]


def booking_of(row: Mapping[str, Any]) -> Booking:
    """A booking from its row."""
    return Booking(
        id=row["id"],
        case=row["case_id"],
        room=row["room_id"],
        position=row["position"],
        span=Span(row["starts_at"], row["ends_at"]),
        taken=Span(row["taken_from"], row["taken_to"]),
        status=BookingStatus(row["status"]),
        hold_until=row["hold_until"],
        reason=row["reason"],
        alternatives=tuple(
            Alternative(one["room"], Span(one["starts"], one["ends"])) for one in json.loads(row["alternatives"])
        ),
        tariff=row["tariff"],
        price_ore=row["price_ore"],
        fee_ore=row["fee_ore"],
        made_by=row["made_by"],
    )


def _closure(row: Mapping[str, Any]) -> Closure:
    return Closure(row["id"], row["room_id"], Span(row["starts_at"], row["ends_at"]), row["ground"])


@lru_cache(maxsize=2000)
def _room(id: str, site: str, parent: str | None, body: str, sha256: str) -> Room:
    return room_of(id, site, parent, json.loads(body), sha256)


@lru_cache(maxsize=500)
def _site(id: str, body: str) -> Site:
    return site_of(id, json.loads(body))
