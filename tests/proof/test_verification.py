"""What is changed beside the log, or booked without a decision, is found."""

import sqlite3

import pytest

from service.bookings import room_feed, rooms
from service.desk.ports.desk import Desk
from service.domain.events.bookings import BookingAsked, BookingSettled, NewBooking, SettledBooking
from service.domain.events.event import Entry
from service.domain.ledger.ledger import Ledger
from service.proof.verification import verify_log
from service.settings import Settings
from tests.booking_steps import asked, cleared, holds_true, petter


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE booking SET status = 'confirmed' WHERE status = 'held'", "booking"),
        ("UPDATE booking SET room_id = 'linden'", "booking"),
        ("UPDATE booking SET price_ore = 0", "booking"),
        ("UPDATE booking SET starts_at = starts_at + 60", "booking"),
        ("DELETE FROM booking WHERE status = 'held'", "booking"),
        ("DELETE FROM booking_slot", "slot"),
        ("UPDATE booking_slot SET taken_to = taken_to - 60", "slot"),
        ("DELETE FROM room_part WHERE room_id <> part_id", "part"),
        ("UPDATE room SET body = replace(body, '30', '300')", "room"),
        ("UPDATE clearance SET until = '2099-01-01'", "clearance"),
        ("UPDATE clearance SET data_key = 'x'", "clearance"),
        ("UPDATE closure SET lifted = 1", "closure"),
        ("UPDATE feed SET room_id = 'linden'", "feed"),
    ],
)
async def test_what_is_changed_beside_the_log_is_found(
    desk: Desk, settings: Settings, statement: str, table: str
) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    await asked(desk, date="2027-03-15")
    await rooms.close_room(desk, "tallen", first="2027-07-01", last="2027-07-01", ground="own_use", by=officer)
    await room_feed.make_feed(desk, "tallen", by=officer)
    await holds_true(desk)
    with sqlite3.connect(settings.folder / "granska.sqlite") as database:
        assert database.execute(statement).rowcount > 0
    found = await verify_log(desk)
    assert table in str(found.table_faults)


def test_an_outsider_sees_a_booking_that_nobody_decided() -> None:
    """The log's own verification refuses it, whatever wrote the entry."""
    case, one, other = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
    made = NewBooking(
        booking=one, room="tallen", position=0, starts=1, ends=2, taken_from=1, taken_to=2, status="held",
        hold_until=None, why=None, alternatives=(), tariff=None, price_ore=None,
    )  # fmt: skip

    def settled(actor: str, status: str, decision: str | None) -> None:
        ledger = Ledger()
        ledger.tables.user_called["u-aaaaaaaaaa"] = "someone"
        ledger.tables.held["someone"] = {"role:premises_officer"}
        ledger.add(Entry(0, 1, "k-aaaaaaaaaa", case, BookingAsked(bookings=(made,))))
        settled = SettledBooking(booking=one, status=status, fee_ore=None)
        data = BookingSettled(ground="decision", decision=decision, bookings=(settled,))
        ledger.add(Entry(1, 2, actor, case, data))

    settled("system", "lapsed", None)
    for actor, status, decision in (
        ("system", "confirmed", None),
        ("system", "cancelled", None),
        ("u-aaaaaaaaaa", "confirmed", None),
        ("u-aaaaaaaaaa", "confirmed", other),
    ):
        with pytest.raises(ValueError, match=r"settled by nobody|without a decision"):
            settled(actor, status, decision)
