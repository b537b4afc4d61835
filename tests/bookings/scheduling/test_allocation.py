"""Weekly times shared out: no overlap, no inverted priority, the same answer again, and a lot that anyone can redo."""

import hashlib
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from service.bookings.scheduling.allocation import (
    Ask,
    Given,
    Wished,
    allocate,
    first_come,
    lots,
    overlapping,
    possible,
    why_not,
)
from service.domain.premises import Estate
from tests.benchmarks.town import a_town, hours
from tests.builders import a_room, an_estate

ROOMS = ("hall", "hall.a", "hall.b", "sal", "rum")


def the_house() -> Estate:
    return an_estate(*[a_room(one, before=30 if one == "sal" else 0) for one in ROOMS])


wishes = st.builds(
    lambda day, start, long, rooms: Wished(day, start * 30, start * 30 + long * 30, tuple(rooms)),
    st.integers(0, 2),
    st.integers(30, 41),
    st.integers(1, 6),
    st.lists(st.sampled_from(ROOMS), min_size=1, max_size=3, unique=True),
)
towns = st.lists(
    st.tuples(st.integers(1, 4), st.lists(wishes, min_size=1, max_size=3), st.sampled_from([120, 240, 360])),
    min_size=1,
    max_size=14,
).map(lambda asked: [Ask(f"c{n:02}", order, tuple(w), most) for n, (order, w, most) in enumerate(asked)])


def meets(estate: Estate, one: tuple[Wished, str], other: tuple[Wished, str]) -> bool:
    """Whether two weekly times take a part of the same room at once; written without the craft's own code."""
    (first, room), (second, place) = one, other
    if first.weekday != second.weekday or not estate.room_parts(room) & estate.room_parts(place):
        return False
    a, b = estate.rooms[room], estate.rooms[place]
    return first.start - a.before < second.end + b.after and second.start - b.before < first.end + a.after


def of(asks: Sequence[Ask], given: Given) -> tuple[Wished, str]:
    return next(one for one in asks if one.id == given.ask).wishes[given.wish], given.room


@settings(max_examples=40, deadline=None)
@given(towns)
def test_no_overlap_nobody_above_their_hours_and_priorities_never_inverted(asks: list[Ask]) -> None:
    estate = the_house()
    found = allocate(estate, asks, "frö")

    assert allocate(estate, list(reversed(asks)), "frö") == found, "the order of the papers does not matter"
    assert len({(one.ask, one.wish) for one in found}) == len(found)
    for n, one in enumerate(found):
        assert possible(estate, *of(asks, one))
        assert not any(meets(estate, of(asks, one), of(asks, other)) for other in found[:n])
    by_id = {one.id: one for one in asks}
    used = {one.id: sum(of(asks, g)[0].minutes for g in found if g.ask == one.id) for one in asks}
    assert all(used[one.id] <= one.most for one in asks)
    assert overlapping(estate, asks, found) == []
    granted = {(one.ask, one.wish) for one in found}
    for ask in asks:
        for number, wish in enumerate(ask.wishes):
            if (ask.id, number) in granted or used[ask.id] + wish.minutes > ask.most:
                continue
            for room in wish.rooms:
                if possible(estate, wish, room):
                    before = [g for g in found if meets(estate, (wish, room), of(asks, g))]
                    assert any(by_id[g.ask].order <= ask.order for g in before), "someone of lower priority went before"


@settings(max_examples=25, deadline=None)
@given(towns)
def test_every_wish_is_granted_or_has_a_reason_that_holds(asks: list[Ask]) -> None:
    estate = the_house()
    found = allocate(estate, asks, "frö")
    why = why_not(estate, asks, found)
    assert {(one.ask, one.wish) for one in found}.isdisjoint(why)
    assert len(why) + len(found) == sum(len(one.wishes) for one in asks)
    assert "season.free" not in {one.code for one in why.values()}, "nothing is left empty that someone asked for"


def test_the_highest_class_gets_the_most_hours_there_are() -> None:
    """Two short ones fit where a long one was asked for first; with one class there is nothing but hours to weigh."""
    estate = an_estate(a_room())
    asks = [
        Ask("long", 1, (Wished(0, 1080, 1200, ("hall",)),), 360),
        Ask("one", 1, (Wished(0, 1020, 1140, ("hall",)),), 360),
        Ask("two", 1, (Wished(0, 1140, 1260, ("hall",)),), 360),
    ]
    assert {one.ask for one in allocate(estate, asks, "x")} == {"one", "two"}


def test_ties_fall_by_the_published_lot() -> None:
    estate = an_estate(a_room())
    asks = [Ask(f"c{n}", 1, (Wished(0, 1080, 1200, ("hall",)),), 360) for n in range(9)]
    winners = set()
    for seed in ("a", "b", "c", "d", "e", "f"):
        drawn = lots(seed, (one.id for one in asks))
        best = min(asks, key=lambda one: hashlib.sha256(f"{seed}\n{one.id}".encode()).digest()).id
        assert drawn[best] == 1
        assert [one.ask for one in allocate(estate, asks, seed)] == [best]
        winners.add(best)
    assert len(winners) > 1


def test_a_whole_district_is_ahead_of_first_come_for_those_who_go_first() -> None:
    estate, asks = a_town(300, 40)
    assert hours(asks, allocate(estate, asks, "x"), 1) > hours(asks, first_come(estate, asks), 1) > 0
