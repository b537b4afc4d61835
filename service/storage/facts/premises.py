"""What the rows of rooms and bookings say, in the log's own terms."""

from service.domain.events.bookings import BookingAlternative
from service.domain.events.fields import ListRef
from service.domain.ledger.facts import (
    AllocationFact,
    BookingFact,
    ClearanceFact,
    ClosureFact,
    FeedFact,
    PartFact,
    RoomFact,
    SiteFact,
    SlotFact,
)
from service.storage.facts.tables import Row, described, parts_of


def site_fact(row: Row) -> SiteFact:
    """A house, in the log's terms."""
    return SiteFact(described(row))


def room_fact(row: Row) -> RoomFact:
    """A room, in the log's terms."""
    return RoomFact(site=row["site_id"], parent=row["parent_id"], sha256=described(row))


def closure_fact(row: Row) -> ClosureFact:
    """A time when a room is closed, in the log's terms."""
    return ClosureFact(row["room_id"], row["starts_at"], row["ends_at"], row["ground"], lifted=bool(row["lifted"]))


def feed_fact(row: Row) -> FeedFact:
    """A calendar feed, in the log's terms."""
    return FeedFact(row["room_id"], row["digest"], revoked=bool(row["revoked"]))


def booking_fact(row: Row) -> BookingFact:
    """A booking's row in the log's terms."""
    return BookingFact(
        case=row["case_id"],
        room=row["room_id"],
        position=row["position"],
        starts=row["starts_at"],
        ends=row["ends_at"],
        taken_from=row["taken_from"],
        taken_to=row["taken_to"],
        status=row["status"],
        hold_until=row["hold_until"],
        why=row["reason"],
        alternatives=parts_of(row["alternatives"], tuple[BookingAlternative, ...]),
        tariff=row["tariff"],
        price_ore=row["price_ore"],
        fee_ore=row["fee_ore"],
        made_by=row["made_by"],
        made_at=row["made_at"],
    )


def part_fact(row: Row) -> PartFact:
    """A room within another, in the log's terms."""
    return PartFact(room=row["room_id"], part=row["part_id"])


def slot_fact(row: Row) -> SlotFact:
    """What a booking takes of a room, in the log's terms."""
    return SlotFact(row["booking_id"], row["room_id"], taken_from=row["taken_from"], taken_to=row["taken_to"])


def clearance_fact(row: Row) -> ClearanceFact:
    """A clearance, in the log's terms."""
    return ClearanceFact(
        organisation=row["organisation_id"],
        case=row["case_id"],
        until=row["until"],
        data=row["data_key"],
        declaration=row["declaration"],
        rules=row["rules_id"],
        lists=parts_of(row["lists"], tuple[ListRef, ...]),
        given_by=row["given_by"],
        given_at=row["given_at"],
        revoked_by=row["revoked_by"],
    )


def allocation_fact(row: Row) -> AllocationFact:
    """A season's allocation, in the log's terms."""
    return AllocationFact(row["season"], described(row), made_by=row["made_by"], made_at=row["made_at"])
