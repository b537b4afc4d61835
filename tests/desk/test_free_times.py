"""Why a time cannot be had, and what could be had instead: always something that really can."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from service.desk.free_times import Busy, Wanted, alternatives, find, why_not
from service.domain.premises import DAY, HOUR, Closure, Estate, Span, instant
from tests.builders import a_room, an_estate

DAY_ONE = date(2026, 12, 7)
NOW = instant(date(2026, 12, 1), 0)


def span(start: int, end: int, day: date = DAY_ONE) -> Span:
    return Span(instant(day, start * 60), instant(day, end * 60))


def test_each_reason_has_its_word() -> None:
    room = a_room(ahead_hours=48, ahead_days=30, longest=240, before=30, after=30)
    estate, taken = an_estate(room), Busy([("hall", span(14, 16))])

    def why(wanted: Span, now: int = NOW) -> str | None:
        return why_not(estate, room, wanted, taken, now=now)

    assert why(span(10, 13)) is None
    assert why(span(10, 14)) == "room.taken", "half an hour to clear away is part of it"
    assert why(span(14, 15)) == "room.taken"
    assert why(span(6, 9)) == "room.outside_hours"
    assert why(span(9, 14)) == "room.too_long"
    assert why(span(10, 12), now=span(0, 1).start) == "room.too_late"
    assert why(span(10, 12), now=NOW - 40 * DAY) == "room.too_early"
    assert why(span(10, 12), now=NOW + 30 * DAY) == "room.passed"
    assert why_not(estate, a_room(in_use=False), span(10, 12), taken, now=NOW) == "room.not_in_use"
    late = span(0, 1).start
    assert why_not(estate, room, span(10, 12), taken, now=late, late=True) is None, "an officer may"


def test_a_closure_closes_the_parts_and_what_they_are_parts_of() -> None:
    rooms = [a_room(), a_room("hall.a"), a_room("hall.b")]
    for closed, expected in (("hall", {"hall", "hall.a", "hall.b"}), ("hall.a", {"hall", "hall.a"})):
        estate = Estate(an_estate().sites, {r.id: r for r in rooms}, (Closure("c", closed, span(9, 12), "danger"),))
        shut = {r.id for r in rooms if why_not(estate, r, span(10, 11), Busy(()), now=NOW) == "room.closed"}
        assert shut == expected


def test_alternatives_are_another_room_another_hour_and_another_day() -> None:
    rooms = [a_room(), a_room("big", capacity=200), a_room("small", capacity=10), a_room("bare", equipment=frozenset())]
    taken = Busy([("hall", span(18, 20))])
    wanted = Wanted(persons=40, equipment=frozenset({"projector"}))

    found = alternatives(an_estate(*rooms), rooms[0], span(18, 20), taken, wanted, now=NOW)

    assert [one.room for one in found] == ["big", "hall", "hall"]
    assert found[1].span in (span(16, 18), span(20, 22))
    assert found[2].span == span(18, 20, date(2026, 12, 8))


def test_search_puts_the_smallest_free_room_that_will_do_first() -> None:
    rooms = [a_room("a", capacity=300), a_room("b", capacity=60), a_room("c", capacity=55), a_room("d", capacity=20)]
    taken = Busy([("c", span(18, 20))])
    found = find(an_estate(*rooms), taken, Wanted(persons=50), span(18, 20), now=NOW)
    assert [(room.id, why) for room, why in found] == [("b", None), ("a", None), ("c", "room.taken")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["hall", "hall.a", "hall.b", "big"]), st.integers(8, 20), st.integers(1, 3))),
    st.integers(8, 18),
    st.integers(1, 3),
)
def test_whatever_is_offered_can_be_had(bookings: list[tuple[str, int, int]], start: int, hours: int) -> None:
    rooms = [a_room(), a_room("hall.a"), a_room("hall.b", capacity=20), a_room("big", capacity=90, before=30)]
    estate, taken = an_estate(*rooms), Busy(())
    for room, at, long in bookings:
        wanted = span(at, at + long)
        if why_not(estate, estate.rooms[room], wanted, taken, now=NOW) is None:
            taken.add(estate.room_parts(room), estate.rooms[room].taken(wanted))
    asked = span(start, start + hours)
    for one in alternatives(estate, rooms[1], asked, taken, Wanted(persons=30), now=NOW):
        assert why_not(estate, estate.rooms[one.room], one.span, taken, now=NOW) is None
        assert estate.rooms[one.room].capacity >= 30
        assert one.span.seconds == hours * HOUR
