"""A room's calendar as three clients read it: as far as can be booked, with closures, and what changed when."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest
import vobject

from install import node_and_npm
from service.bookings import move_or_cancel, room_feed, rooms
from service.desk.ports.desk import Desk
from tests.booking_steps import approved, asked, petter, times
from tests.builders import OTHER_NUMBER, ROOT
from tests.fakes import Clock
from tests.steps import do

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
#: ical.js is what Thunderbird reads calendars with.
_READ = """
import ICAL from "%s/node_modules/ical.js/dist/ical.js";
let text = ""; for await (const part of process.stdin) text += part;
const found = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((one) => new ICAL.Event(one));
console.log(JSON.stringify(found.map((one) => ({
  uid: one.uid, start: one.startDate.toJSDate().getTime() / 1000, end: one.endDate.toJSDate().getTime() / 1000,
  summary: one.summary, location: one.location, sequence: one.sequence,
  changed: one.component.getFirstPropertyValue("last-modified").toJSDate().getTime() / 1000,
}))));
"""


def by_icalendar(text: bytes) -> list[dict[str, Any]]:
    return [
        {
            "uid": str(one["uid"]), "start": one.decoded("dtstart").timestamp(), "end": one.decoded("dtend").timestamp(),
            "summary": str(one["summary"]), "location": str(one["location"]), "sequence": one["sequence"],
            "changed": one.decoded("last-modified").timestamp(),
        }
        for one in icalendar.Calendar.from_ical(text).walk("VEVENT")
    ]  # fmt: skip


def by_vobject(text: bytes) -> list[dict[str, Any]]:
    return [
        {
            "uid": one.uid.value, "start": one.dtstart.value.timestamp(), "end": one.dtend.value.timestamp(),
            "summary": one.summary.value, "location": one.location.value, "sequence": int(one.sequence.value),
            "changed": one.last_modified.value.timestamp(),
        }
        for one in vobject.readOne(text.decode()).vevent_list
    ]  # fmt: skip


def by_ical_js(text: bytes) -> list[dict[str, Any]]:
    node, _ = node_and_npm(sys.prefix)
    command = [node, "--input-type=module", "-e", _READ % ROOT]
    answer = subprocess.run(command, input=text, capture_output=True, check=True)
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found


async def test_three_clients_read_the_same_of_a_rooms_calendar(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, room="vikhallen.a", use="traning")
    await asked(desk, OTHER_NUMBER, room="vikhallen", use="traning", date="2027-02-03")
    await rooms.close_room(desk, "vikhallen", first="2027-03-01", last="2027-03-02", ground="maintenance", by=officer)
    secret = await room_feed.make_feed(desk, "vikhallen", by=officer)
    first = await room_feed.feed(desk, secret)
    clock.forward(days=1)
    assert await room_feed.feed(desk, secret) == first, "nothing has happened"
    [booking] = await times(desk, case_id)
    to = {"booking": booking.id, "room": "vikhallen.a", "day": "2027-02-10", "start": "18:00", "end": "20:00"}
    await do(desk, move_or_cancel.Move, case_id, officer, **to, text="De bad om det.")

    body = await room_feed.feed(desk, secret)

    read = by_icalendar(body)
    assert by_vobject(body) == read
    assert by_ical_js(body) == read
    held, moved, closed = read
    assert moved["uid"] == f"{booking.id}@granska"
    assert (moved["sequence"], held["sequence"]) == (1, 0)
    assert moved["changed"] == desk.outside.now() // 1000
    assert held["changed"] < moved["changed"]
    assert datetime.fromtimestamp(moved["start"], UTC) == datetime(2027, 2, 10, 17, tzinfo=UTC)
    assert closed["summary"] == "Stängt: Underhåll"
    assert closed["end"] - closed["start"] == 2 * 86_400
    estate, _ = await rooms.estate(desk)
    site = estate.sites[estate.rooms["vikhallen"].site]
    assert {one["location"] for one in read} == {f"{estate.rooms['vikhallen'].name}, {site.name}, {site.address}"}
    calendar = icalendar.Calendar.from_ical(body)
    assert str(calendar["name"]) == estate.rooms["vikhallen"].name
    assert calendar.decoded("refresh-interval").total_seconds() == 15 * 60


async def test_the_calendar_reaches_as_far_as_the_room_can_be_booked(desk: Desk) -> None:
    officer = await petter(desk)
    estate, _ = await rooms.estate(desk)
    assert estate.rooms["vikhallen"].ahead_days > 300
    await asked(desk, room="vikhallen", use="traning", date=date(2027, 10, 4).isoformat())
    secret = await room_feed.make_feed(desk, "vikhallen", by=officer)
    [only] = by_icalendar(await room_feed.feed(desk, secret))
    assert datetime.fromtimestamp(only["start"], UTC).date() == date(2027, 10, 4)
