"""Changes to rooms and bookings, each with its event; what is taken is refused by the database, not looked up first."""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from service.audit.canonical import canonical
from service.domain.case import Case
from service.domain.errors import SlotTaken
from service.domain.events import Event, EventType
from service.storage.case_writing import CaseWriting
from service.storage.tables import (
    AllocationRow,
    BookingRow,
    ClearanceRow,
    ClosureRow,
    FeedRow,
    RoomRow,
    SiteRow,
)

#: PostgreSQL's code for a violated exclusion constraint.
_EXCLUSION_VIOLATION = "23P01"


@asynccontextmanager
async def free() -> AsyncIterator[None]:
    """The database's refusal of a second booking, in the domain's words."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        if str(error) != "overlap":
            raise
        raise SlotTaken from error
    except Exception as error:
        if getattr(error, "sqlstate", None) != _EXCLUSION_VIOLATION:
            raise
        raise SlotTaken from error


class PremisesWriting(CaseWriting):
    """Changes of rooms and bookings; a step about a booking changes its case too."""

    async def site_described(self, event: Event, *, body: str) -> None:
        await self._append(event)
        site, sha256 = event.data["site"], event.data["sha256"]
        changed: dict[Any, Any] = {SiteRow.body: body, SiteRow.sha256: sha256}
        if not await SiteRow.update(changed).where(SiteRow.id == site).returning(SiteRow.id):
            await SiteRow.insert(SiteRow(id=site, body=body, sha256=sha256))

    async def room_described(self, event: Event, *, body: str) -> None:
        await self._append(event)
        data = event.data
        changed: dict[Any, Any] = {
            RoomRow.site_id: data["site"],
            RoomRow.body: body,
            RoomRow.sha256: data["sha256"],
        }
        if await RoomRow.update(changed).where(RoomRow.id == data["room"]).returning(RoomRow.id):
            return
        async with free():
            await RoomRow.insert(
                RoomRow(
                    id=data["room"], site_id=data["site"], parent_id=data["parent"], body=body, sha256=data["sha256"]
                )
            )

    async def room_closed(self, event: Event) -> None:
        await self._append(event)
        data = event.data
        await ClosureRow.insert(
            ClosureRow(
                id=data["closure"],
                room_id=data["room"],
                starts_at=data["starts"],
                ends_at=data["ends"],
                ground=data["ground"],
                lifted=False,
            )
        )

    async def room_reopened(self, event: Event) -> None:
        await self._append(event)
        await ClosureRow.update({ClosureRow.lifted: True}).where(ClosureRow.id == event.data["closure"])

    async def feed_made(self, event: Event) -> None:
        await self._append(event)
        data = event.data
        await FeedRow.insert(FeedRow(id=data["feed"], room_id=data["room"], digest=data["digest"], revoked=False))

    async def feed_revoked(self, event: Event) -> None:
        await self._append(event)
        await FeedRow.update({FeedRow.revoked: True}).where(FeedRow.id == event.data["feed"])

    async def bookings_made(self, event: Event) -> None:
        await self._append(event)
        async with free():
            await BookingRow.insert(
                *[
                    BookingRow(
                        id=one["booking"],
                        case_id=event.case,
                        room_id=one["room"],
                        starts_at=one["starts"],
                        ends_at=one["ends"],
                        reason=one["why"],
                        alternatives=canonical(one["alternatives"]),
                        fee_ore=None,
                        made_by=event.actor.id,
                        made_at=event.at,
                        **{
                            name: one[name]
                            for name in (
                                "position", "taken_from", "taken_to", "status", "hold_until", "tariff",
                                "price_ore",
                            )
                        },
                    )
                    for one in event.data["bookings"]
                ]
            )  # fmt: skip

    async def bookings_settled(self, event: Event) -> None:
        await self._append(event)
        await self._settle(event)

    async def _settle(self, event: Event) -> None:
        by_change: dict[tuple[str, int | None], list[str]] = {}
        for one in event.data["bookings"]:
            by_change.setdefault((one["status"], one["fee_ore"]), []).append(one["booking"])
        async with free():
            for (status, fee), ids in by_change.items():
                changed: dict[Any, Any] = {
                    BookingRow.status: status,
                    BookingRow.fee_ore: fee,
                    BookingRow.hold_until: None,
                }
                await BookingRow.update(changed).where(BookingRow.id.is_in(ids))

    async def booking_step(self, event: Event, case: Case, *, screen: bool = False) -> Case:
        after = await self.step_taken(event, case, screen=screen)
        if event.type is EventType.BOOKING_CANCELLED:
            await self._settle(event)
        elif event.type is EventType.BOOKING_MOVED:
            await self._move(event.data)
        return after

    async def _move(self, data: Mapping[str, Any]) -> None:
        changed: dict[Any, Any] = {
            BookingRow.room_id: data["room"],
            BookingRow.starts_at: data["starts"],
            BookingRow.ends_at: data["ends"],
            BookingRow.taken_from: data["taken_from"],
            BookingRow.taken_to: data["taken_to"],
            BookingRow.status: data["status"],
            BookingRow.hold_until: data["hold_until"],
            BookingRow.tariff: data["tariff"],
            BookingRow.price_ore: data["price_ore"],
        }
        async with free():
            await BookingRow.update(changed).where(BookingRow.id == data["booking"])

    async def clearance_step(self, event: Event, case: Case) -> Case:
        after = await self.step_taken(event, case)
        data = event.data
        if event.type is EventType.CLEARANCE_GIVEN:
            await ClearanceRow.insert(
                ClearanceRow(
                    id=data["clearance"],
                    organisation_id=data["organisation"],
                    case_id=case.id,
                    until=data["until"],
                    data_key=data["data"],
                    declaration=data["declaration"],
                    rules_id=data["rules"]["id"],
                    lists=canonical(data["lists"]),
                    given_by=event.actor.id,
                    given_at=event.at,
                )
            )
        else:
            await ClearanceRow.update({ClearanceRow.revoked_by: event.actor.id}).where(
                ClearanceRow.id == data["clearance"]
            )
        return after

    async def allocation_made(self, event: Event, *, body: str) -> None:
        await self._append(event)
        data = event.data
        await AllocationRow.insert(
            AllocationRow(
                id=data["allocation"],
                season=data["season"],
                body=body,
                sha256=data["sha256"],
                made_by=event.actor.id,
                made_at=event.at,
            )
        )
