"""What may not be kept is erased, and the erasure is an event: speakers go when the event is over."""

from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook, today
from service.domain.clock import DAY_MS, Instant
from service.domain.errors import NotFound
from service.domain.events.event import SYSTEM_ACTOR, Event
from service.domain.events.log import AccessLogErased, ValueErased
from service.privacy.erasure_plan import still_to_come

AFTER_EVENT = "speakers-after-event"
DAYS_IN_YEAR = 366


async def erase_speakers(desk: Desk) -> int:
    """Erase the names of speakers, and what was found about them, of events that are over; returns how many cases."""
    async with desk.store.reading() as reading:
        due = await reading.expired_speakers(today(desk))
    erased = 0
    for expired in due:
        async with desk.store.writing() as writing:
            if await still_to_come(desk, writing, [expired.case_id]):
                continue  # moved to a later day meanwhile
            erased += 1
            data = ValueErased(
                values=tuple(sorted(expired.commitments)),
                enclosures=(),
                ground=AFTER_EVENT,
                document=None,
                classes=("speakers",),
                proposal=None,
            )
            event = Event(data, SYSTEM_ACTOR, desk.outside.now(), case=expired.case_id)
            await writing.values_erased(event)
    if erased:
        await desk.store.scrub()
        desk.finder.let_go_of_names()
    return erased


async def erase_access_log(desk: Desk) -> int:
    """Take away who read what, where the rule set's time for it is over; returns how many entries."""
    async with desk.store.reading() as reading:
        try:
            kept = (await rulebook(desk, reading)).procedure(today(desk)).retention.get("access_log")
        except NotFound:
            return 0
    if kept is None or kept.years is None:
        return 0
    now = desk.outside.now()
    before = Instant(now - kept.years * DAYS_IN_YEAR * DAY_MS)
    due = await desk.access_log.due_before(before)
    if due.count:
        # First what is to happen, then that it happens: the two lie in different files, and a stop in between leaves
        # entries that are still to go, never entries that are gone without a word.
        async with desk.store.writing() as writing:
            data = AccessLogErased(count=due.count, up_to=due.up_to)
            await writing.access_log_erased(Event(data, SYSTEM_ACTOR, now))
        await desk.access_log.forget_before(before)
    return due.count
