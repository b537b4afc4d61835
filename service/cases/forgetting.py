"""What may not be kept is erased, and the erasure is an event: speakers go when the event is over."""

from service.cases.ports import Desk
from service.cases.rulebook import today
from service.domain.events import SYSTEM_ACTOR, Event, EventType

AFTER_EVENT = "speakers-after-event"


async def forget_speakers(desk: Desk) -> int:
    """Erase the names of speakers, and what was found about them, of events that are over; returns how many cases."""
    async with desk.store.reading() as reading:
        due = await reading.expired_speakers(today(desk).isoformat())
    for case_id, commitments in due:
        async with desk.store.writing() as writing:
            data = {"values": sorted(commitments), "ground": AFTER_EVENT}
            event = Event(EventType.VALUE_ERASED, SYSTEM_ACTOR, desk.outside.now(), data, case=case_id)
            await writing.values_erased(event)
    return len(due)
