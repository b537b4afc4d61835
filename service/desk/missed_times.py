"""The times that could not be had, as they are now: what was taken when it was asked for may be free since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.desk import free_times
from service.desk.ports.store import Reading
from service.domain.clock import Second
from service.domain.premises import LEFT_OUT, Alternative, Booking, BookingStatus, Estate

_GONE = frozenset({BookingStatus.MISSED, BookingStatus.LAPSED})


@dataclass(frozen=True)
class MissedNow:
    """Why a time cannot be had now, as a code, and what could be instead; None where it can."""

    why: str | None
    alternatives: tuple[Alternative, ...] = ()


async def missed_now(
    reading: Reading, estate: Estate, bookings: Iterable[Booking], *, now: Second, late: bool
) -> Mapping[str, MissedNow]:
    """How those of these times that are not held stand now, by id; one question, and none where all are held.

    `late` is an officer's view, who may book nearer than the room allows others.
    """
    gone, busy = await _gone(reading, estate, bookings)
    found = {}
    for time in gone:
        room = estate.rooms[time.room]
        why = free_times.why_not(estate, room, time.span, busy, now=now, late=late)
        instead: list[Alternative] = []
        if why is not None:
            instead = free_times.alternatives(estate, room, time.span, busy, free_times.Wanted(), now=now, late=late)
        found[time.id] = MissedNow(why, tuple(instead))
    return found


async def free_again(reading: Reading, estate: Estate, bookings: Iterable[Booking], *, now: Second) -> frozenset[str]:
    """Those of these times that are not held and that an officer could hold now."""
    gone, busy = await _gone(reading, estate, bookings)
    return frozenset(
        time.id
        for time in gone
        if free_times.why_not(estate, estate.rooms[time.room], time.span, busy, now=now, late=True) is None
    )


async def _gone(reading: Reading, estate: Estate, bookings: Iterable[Booking]) -> tuple[list[Booking], free_times.Busy]:
    """Those of these times that are not held by nobody's wish, and what is taken around them."""
    gone = [time for time in bookings if time.status in _GONE and time.reason != LEFT_OUT and time.room in estate.rooms]
    within = [free_times.window(time.span for time in gone)] if gone else []
    return gone, free_times.Busy(await reading.busy(estate.rooms, within) if gone else ())
