"""The times that could not be had, as they are now: what was taken when it was asked for may be free since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.bookings.scheduling import free_times
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
    gone = [time for time in bookings if time.status in _GONE and time.reason != LEFT_OUT and time.room in estate.rooms]
    if not gone:
        return {}
    busy = free_times.Busy(await reading.busy(estate.rooms, [free_times.window(time.span for time in gone)]))
    found = {}
    for time in gone:
        room = estate.rooms[time.room]
        why = free_times.why_not(estate, room, time.span, busy, now=now, late=late)
        instead = []
        if why is not None:
            instead = free_times.alternatives(estate, room, time.span, busy, free_times.Wanted(), now=now, late=late)
        found[time.id] = MissedNow(why, tuple(instead))
    return found
