"""What follows from events of rooms and bookings."""

from itertools import pairwise

from service.domain.events.bookings import (
    AllocationMade,
    BookingAsked,
    BookingCancelled,
    BookingExecuted,
    BookingMoved,
    BookingRestored,
    BookingSettled,
    ClearanceGiven,
    ClearanceRevoked,
    FeedMade,
    FeedRevoked,
    KeyAccessGiven,
    KeyAccessSettled,
    NewBooking,
    RoomClosed,
    RoomDescribed,
    RoomReopened,
    SettledBooking,
    SiteDescribed,
    SlotHeld,
)
from service.domain.events.event import Entry
from service.domain.events.folds import Folds
from service.domain.ledger.facts import (
    AllocationFact,
    BookingFact,
    ClearanceFact,
    ClosureFact,
    DistinctionFact,
    Fact,
    FeedFact,
    Key,
    PartFact,
    RoomFact,
    SiteFact,
    SlotFact,
)
from service.domain.ledger.tables import Tables
from service.domain.people import SYSTEM, is_person
from service.domain.premises import TAKING, BookingStatus
from service.domain.stops import StopScope

FOLDS = Folds[Tables]()


@FOLDS.of(SiteDescribed)
def site_described(tables: Tables, data: SiteDescribed, _: Entry) -> None:
    """A house."""
    tables.site[data.site] = SiteFact(data.sha256)


@FOLDS.of(RoomDescribed)
def room_described(tables: Tables, data: RoomDescribed, _: Entry) -> None:
    """A room."""
    tables.room[data.room] = RoomFact(data.site, data.parent, data.sha256)


@FOLDS.of(RoomClosed)
def room_closed(tables: Tables, data: RoomClosed, _: Entry) -> None:
    """A closing."""
    tables.closure[data.closure] = ClosureFact(data.room, data.starts, data.ends, data.ground, lifted=False)


@FOLDS.of(RoomReopened)
def room_reopened(tables: Tables, data: RoomReopened, _: Entry) -> None:
    """A closing that is lifted."""
    tables.closure[data.closure].lifted = True


@FOLDS.of(FeedMade)
def feed_made(tables: Tables, data: FeedMade, _: Entry) -> None:
    """A feed."""
    tables.feed[data.feed] = FeedFact(data.room, data.digest, revoked=False)


@FOLDS.of(FeedRevoked)
def feed_revoked(tables: Tables, data: FeedRevoked, _: Entry) -> None:
    """A feed that no longer answers."""
    tables.feed[data.feed].revoked = True


@FOLDS.of(SlotHeld)
def slot_held(tables: Tables, data: SlotHeld, entry: Entry) -> None:
    """A hold."""
    _booked(tables, data.bookings, entry)


@FOLDS.of(BookingAsked)
def booking_asked(tables: Tables, data: BookingAsked, entry: Entry) -> None:
    """The times of a case."""
    _booked(tables, data.bookings, entry)


def _booked(tables: Tables, bookings: tuple[NewBooking, ...], entry: Entry) -> None:
    for booking in bookings:
        tables.booking[booking.booking] = BookingFact(
            case=entry.case,
            room=booking.room,
            position=booking.position,
            starts=booking.starts,
            ends=booking.ends,
            taken_from=booking.taken_from,
            taken_to=booking.taken_to,
            status=booking.status,
            hold_until=booking.hold_until,
            why=booking.why,
            alternatives=booking.alternatives,
            tariff=booking.tariff,
            price_ore=booking.price_ore,
            fee_ore=None,
            made_by=entry.actor,
            made_at=entry.at,
        )


@FOLDS.of(BookingSettled)
def booking_settled(tables: Tables, data: BookingSettled, entry: Entry) -> None:
    """How bookings stand; confirmed, or cancelled by the City, only by what was decided or executed, or ValueError.

    What the service does of itself is to let a hold run out.
    """
    decided = tables.given.get(data.decision or "") == (entry.case, entry.actor)
    for booking in data.bookings:
        _check_settled(booking, entry, decided=decided)
        if booking.status == BookingStatus.CONFIRMED:
            tables.check_not_stopped(entry, StopScope.BOOKINGS)
        if tables.booking[booking.booking].status == BookingStatus.CONFIRMED and not decided:
            raise ValueError("cancelled without a decision")
    _settle(tables, data.bookings)


@FOLDS.of(BookingCancelled)
def booking_cancelled(tables: Tables, data: BookingCancelled, entry: Entry) -> None:
    """How bookings stand that the hirer has cancelled; what a person wrote down of a time let can be restored."""
    for booking in data.bookings:
        _check_settled(booking, entry, decided=False)
        if is_person(entry.actor) and tables.booking[booking.booking].status == BookingStatus.CONFIRMED:
            tables.called_off.add(booking.booking)
    _settle(tables, data.bookings)


@FOLDS.of(BookingRestored)
def booking_restored(tables: Tables, data: BookingRestored, entry: Entry) -> None:
    """Times let that a person called off for the hirer stand again; any other can only be let, or ValueError."""
    tables.check_not_stopped(entry, StopScope.BOOKINGS)
    for booking in data.bookings:
        if booking.booking not in tables.called_off or booking.status != BookingStatus.CONFIRMED:
            raise ValueError("restored what had not been called off")
        tables.called_off.discard(booking.booking)
    _settle(tables, data.bookings)


def _check_settled(booking: SettledBooking, entry: Entry, *, decided: bool) -> None:
    if entry.actor == SYSTEM and booking.status != BookingStatus.LAPSED:
        raise ValueError("settled by nobody")
    if booking.status == BookingStatus.CONFIRMED and not decided:
        raise ValueError("confirmed without a decision")


def _settle(tables: Tables, bookings: tuple[SettledBooking, ...]) -> None:
    for settled in bookings:
        booking = tables.booking[settled.booking]
        booking.status, booking.fee_ore, booking.hold_until = settled.status, settled.fee_ore, None


@FOLDS.of(BookingMoved)
def booking_moved(tables: Tables, data: BookingMoved, entry: Entry) -> None:
    """Another time or room; of one that was let none while bookings are stopped, or ValueError."""
    if data.status == BookingStatus.CONFIRMED:
        tables.check_not_stopped(entry, StopScope.BOOKINGS)
    booking = tables.booking[data.booking]
    booking.room, booking.starts, booking.ends = data.room, data.starts, data.ends
    booking.taken_from, booking.taken_to = data.taken_from, data.taken_to
    booking.status, booking.hold_until = data.status, data.hold_until
    booking.tariff, booking.price_ore = data.tariff, data.price_ore
    case = tables.case_of(entry)
    case.lookup = data.lookup
    if data.due:
        case.due = data.due.isoformat()


@FOLDS.of(BookingExecuted)
def booking_executed(tables: Tables, data: BookingExecuted, entry: Entry) -> None:
    """It rested on a clearance of that association that held that day, and no stop stood, or ValueError."""
    tables.check_not_stopped(entry, StopScope.BOOKINGS)
    clearance = tables.clearance[data.clearance]
    held = clearance.revoked_by is None and clearance.until >= entry.day
    if clearance.organisation != tables.case_of(entry).organisation or not held:
        raise ValueError("executed without a clearance")
    tables.given[data.execution] = (entry.case, entry.actor)


@FOLDS.of(ClearanceGiven)
def clearance_given(tables: Tables, data: ClearanceGiven, entry: Entry) -> None:
    """A clearance; none while support is stopped, or ValueError."""
    tables.check_not_stopped(entry, StopScope.BOOKINGS)
    tables.clearance[data.clearance] = ClearanceFact(
        organisation=data.organisation,
        case=entry.case or "",
        until=data.until.isoformat(),
        data=data.data,
        declaration=data.declaration,
        rules=data.rules.id,
        lists=data.lists,
        given_by=entry.actor,
        given_at=entry.at,
        revoked_by=None,
    )


@FOLDS.of(ClearanceRevoked)
def clearance_revoked(tables: Tables, data: ClearanceRevoked, entry: Entry) -> None:
    """A clearance that is revoked."""
    tables.clearance[data.clearance].revoked_by = entry.actor


@FOLDS.of(KeyAccessGiven)
def key_access_given(tables: Tables, _: KeyAccessGiven, entry: Entry) -> None:
    """No key while support is stopped, or ValueError."""
    tables.check_not_stopped(entry, StopScope.KEYS)


@FOLDS.of(KeyAccessSettled)
def key_access_settled(tables: Tables, data: KeyAccessSettled, entry: Entry) -> None:
    """The pairs that are held apart from now on."""
    for pair in data.held_apart:
        tables.distinction[pair] = DistinctionFact(entry.case or "", data.screening, entry.actor, entry.at)


@FOLDS.of(AllocationMade)
def allocation_made(tables: Tables, data: AllocationMade, entry: Entry) -> None:
    """A season's allocation."""
    tables.allocation[data.allocation] = AllocationFact(data.season, data.sha256, made_by=entry.actor, made_at=entry.at)


def taken(tables: Tables) -> tuple[dict[Key, Fact], list[tuple[Key, str]]]:
    """Which rooms lie within which, and what each standing booking takes, as the tables should say it.

    Derived here from what rooms and bookings are, so that neither is believed of the tables that guard them; with
    it come the times that are let twice.
    """
    parts = _parts_of_rooms(tables)
    derived: dict[Key, Fact] = {}
    for room, within in parts.items():
        for part in within:
            derived["part", f"{room}/{part}"] = PartFact(room, part)
    by_room: dict[str, list[tuple[int, int, str]]] = {}
    for id, booking in tables.booking.items():
        if booking.status not in TAKING:
            continue
        for part in parts[booking.room]:
            derived["slot", f"{id}/{part}"] = SlotFact(id, part, booking.taken_from, booking.taken_to)
            by_room.setdefault(part, []).append((booking.taken_from, booking.taken_to, id))
    twice: list[tuple[Key, str]] = []
    for spans in by_room.values():
        spans.sort()
        for earlier, later in pairwise(spans):
            if later[0] < earlier[1]:
                twice.append((("booking", later[2]), "let-twice"))
    return derived, twice


def _parts_of_rooms(tables: Tables) -> dict[str, list[str]]:
    """For each room, itself and every room within it."""
    parts: dict[str, list[str]] = {}
    for part in tables.room:
        room: str | None = part
        while room is not None:
            parts.setdefault(room, []).append(part)
            room = tables.room[room].parent
    return parts
