"""Changes to rooms and bookings, each with its event; what is taken is refused by the database, not looked up first."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from service.domain.case import Case
from service.domain.errors import SlotTaken
from service.domain.events.bookings import (
    AllocationMade,
    BookingAsked,
    BookingCancelled,
    BookingMoved,
    BookingRestored,
    BookingSettled,
    ClearanceGiven,
    ClearanceRevoked,
    FeedMade,
    FeedRevoked,
    KeyAccessSettled,
    RoomClosed,
    RoomDescribed,
    RoomReopened,
    SettledBooking,
    SiteDescribed,
    SlotHeld,
)
from service.domain.events.event import Event
from service.domain.events.support import AssociationJoined, AssociationSeparated, ReassessmentSettled
from service.storage.case_writing import CaseWriting
from service.storage.rows import text_of
from service.storage.tables import (
    AllocationRow,
    BookingRow,
    CaseRow,
    ClearanceRow,
    ClosureRow,
    FeedRow,
    OrganisationAttribute,
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

    async def site_described(self, event: Event[SiteDescribed], *, body: str) -> None:
        await self._append(event)
        site, sha256 = event.data.site, event.data.sha256
        changed: dict[Any, Any] = {SiteRow.body: body, SiteRow.sha256: sha256}
        if not await SiteRow.update(changed).where(SiteRow.id == site).returning(SiteRow.id):
            await SiteRow.insert(SiteRow(id=site, body=body, sha256=sha256))

    async def room_described(self, event: Event[RoomDescribed], *, body: str) -> None:
        await self._append(event)
        data = event.data
        changed: dict[Any, Any] = {
            RoomRow.site_id: data.site,
            RoomRow.body: body,
            RoomRow.sha256: data.sha256,
        }
        if await RoomRow.update(changed).where(RoomRow.id == data.room).returning(RoomRow.id):
            return
        async with free():
            await RoomRow.insert(
                RoomRow(id=data.room, site_id=data.site, parent_id=data.parent, body=body, sha256=data.sha256)
            )

    async def room_closed(self, event: Event[RoomClosed]) -> None:
        await self._append(event)
        data = event.data
        await ClosureRow.insert(
            ClosureRow(
                id=data.closure,
                room_id=data.room,
                starts_at=data.starts,
                ends_at=data.ends,
                ground=data.ground,
                lifted=False,
            )
        )

    async def room_reopened(self, event: Event[RoomReopened]) -> None:
        await self._append(event)
        await ClosureRow.update({ClosureRow.lifted: True}).where(ClosureRow.id == event.data.closure)

    async def feed_made(self, event: Event[FeedMade]) -> None:
        await self._append(event)
        data = event.data
        await FeedRow.insert(FeedRow(id=data.feed, room_id=data.room, digest=data.digest, revoked=False))

    async def feed_revoked(self, event: Event[FeedRevoked]) -> None:
        await self._append(event)
        await FeedRow.update({FeedRow.revoked: True}).where(FeedRow.id == event.data.feed)

    async def bookings_made(self, event: Event[SlotHeld | BookingAsked]) -> None:
        await self._append(event)
        async with free():
            await BookingRow.insert(
                *[
                    BookingRow(
                        id=booking.booking,
                        case_id=event.case,
                        room_id=booking.room,
                        position=booking.position,
                        starts_at=booking.starts,
                        ends_at=booking.ends,
                        taken_from=booking.taken_from,
                        taken_to=booking.taken_to,
                        status=booking.status,
                        hold_until=booking.hold_until,
                        reason=booking.why,
                        alternatives=text_of(booking.alternatives),
                        tariff=booking.tariff,
                        price_ore=booking.price_ore,
                        fee_ore=None,
                        made_by=event.actor.id,
                        made_at=event.at,
                    )
                    for booking in event.data.bookings
                ]
            )

    async def bookings_settled(self, event: Event[BookingSettled]) -> None:
        await self._append(event)
        await self._settle(event.data.bookings)

    async def _settle(self, bookings: Sequence[SettledBooking]) -> None:
        by_change: dict[tuple[str, int | None], list[str]] = {}
        for settled in bookings:
            by_change.setdefault((settled.status, settled.fee_ore), []).append(settled.booking)
        async with free():
            for (status, fee), ids in by_change.items():
                changed: dict[Any, Any] = {
                    BookingRow.status: status,
                    BookingRow.fee_ore: fee,
                    BookingRow.hold_until: None,
                }
                await BookingRow.update(changed).where(BookingRow.id.is_in(ids))

    async def booking_step(
        self, event: Event[BookingCancelled | BookingRestored], case: Case, *, screen: bool = False
    ) -> Case:
        after = await self.step_taken(event, case, screen=screen)
        await self._settle(event.data.bookings)
        return after

    async def booking_moved(
        self, event: Event[BookingMoved], case: Case, *, when: str, event_on: date, screen: bool
    ) -> Case:
        after = await self.step_taken(event, case, screen=screen)
        await self._move(event.data)
        changed: dict[Any, Any] = {CaseRow.when_label: when, CaseRow.event_on: event_on.isoformat()}
        await CaseRow.update(changed).where(CaseRow.id == case.id)
        return after

    async def _move(self, data: BookingMoved) -> None:
        changed: dict[Any, Any] = {
            BookingRow.room_id: data.room,
            BookingRow.starts_at: data.starts,
            BookingRow.ends_at: data.ends,
            BookingRow.taken_from: data.taken_from,
            BookingRow.taken_to: data.taken_to,
            BookingRow.status: data.status,
            BookingRow.hold_until: data.hold_until,
            BookingRow.tariff: data.tariff,
            BookingRow.price_ore: data.price_ore,
        }
        async with free():
            await BookingRow.update(changed).where(BookingRow.id == data.booking)

    async def names_settled(self, event: Event[KeyAccessSettled | ReassessmentSettled], case: Case) -> Case:
        data = event.data
        await self._hold_apart(event, case, data.screening if isinstance(data, KeyAccessSettled) else data.proposal)
        return await self.step_taken(event, case)

    async def associations_moved(self, event: Event[AssociationJoined | AssociationSeparated], case: Case) -> Case:
        after = await self.step_taken(event, case)
        data = event.data
        into, cases = (data.into if isinstance(data, AssociationJoined) else data.joined), list(data.cases)
        await CaseRow.update({CaseRow.organisation_id: into}).where(CaseRow.id.is_in(cases))
        await ClearanceRow.update({ClearanceRow.organisation_id: into}).where(ClearanceRow.case_id.is_in(cases))
        await OrganisationAttribute.update({OrganisationAttribute.organisation_id: into}).where(
            OrganisationAttribute.case_id.is_in(cases)
        )
        return after

    async def clearance_step(self, event: Event[ClearanceGiven | ClearanceRevoked], case: Case) -> Case:
        after = await self.step_taken(event, case)
        data = event.data
        if isinstance(data, ClearanceGiven):
            await ClearanceRow.insert(
                ClearanceRow(
                    id=data.clearance,
                    organisation_id=data.organisation,
                    case_id=case.id,
                    until=data.until.isoformat(),
                    data_key=data.data,
                    declaration=data.declaration,
                    rules_id=data.rules.id,
                    lists=text_of(data.lists),
                    given_by=event.actor.id,
                    given_at=event.at,
                )
            )
        else:
            await ClearanceRow.update({ClearanceRow.revoked_by: event.actor.id}).where(
                ClearanceRow.id == data.clearance
            )
        return after

    async def allocation_made(self, event: Event[AllocationMade], *, body: str) -> None:
        await self._append(event)
        data = event.data
        await AllocationRow.insert(
            AllocationRow(
                id=data.allocation,
                season=data.season,
                body=body,
                sha256=data.sha256,
                made_by=event.actor.id,
                made_at=event.at,
            )
        )
