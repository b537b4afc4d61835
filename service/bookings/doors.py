"""The doors of the next hours: the service asks the lists by itself, so that a clean booking waits for nobody.

It writes down what the lists said and no more: a person looks at what is not clean, and hands out the key.
"""

import logging

from service.bookings import key_access
from service.bookings.bookings import now_of
from service.desk.ports.desk import Desk
from service.desk.rulebook import book_now, today
from service.desk.step import dossier_of
from service.domain.clock import Instant
from service.domain.errors import GranskaError, place_of
from service.domain.events.bookings import KeyAccessScreened
from service.domain.events.event import SYSTEM_ACTOR, Event
from service.domain.premises import HOUR, Span

logger = logging.getLogger("granska.bookings")
#: After how long a list that could not answer is asked again (milliseconds).
ASK_AGAIN_MS = 3600 * 1000
#: What asking the lists again can mend.
_OLD = frozenset({"key_access.not_screened", "key_access.screening_old"})


async def screen_doors(desk: Desk) -> int:
    """Ask the lists for each booking within the rule set's hours that has no fresh answer; returns for how many cases.

    A list that has got a new version makes every answer from before it old. What cannot be asked now is tried again.
    """
    try:
        hours = (await book_now(desk)).procedure(today(desk)).premises.key_access_hours
    except GranskaError:
        return 0  # no rule set is in force, so no list has a basis
    now = now_of(desk)
    _, coming = await key_access.within(desk, Span(now, now).widened(0, hours * HOUR), None)
    wanted = [entry for entry in coming if _needs_asking(entry, desk.outside.now())]
    asked = 0
    for case_id in dict.fromkeys(entry.occupied.case for entry in wanted):
        try:
            asked += await _screen(desk, case_id or "")
        except GranskaError as error:
            logger.warning("case %s could not be asked about before the key: %s", case_id, error.code)
        except Exception as error:  # noqa: BLE001 - one case keeps no other from being asked about
            logger.error("case %s could not be asked about before the key: %s", case_id, place_of(error))
    return asked


def _needs_asking(entry: key_access.Entry, now: Instant) -> bool:
    if entry.given or entry.occupied.case is None:
        return False
    if entry.unanswered_at is not None:  # one that broke names no list, so it is old from the first moment
        return now - entry.unanswered_at >= ASK_AGAIN_MS
    return bool(_OLD & set(entry.missing))


async def _screen(desk: Desk, case_id: str) -> int:
    """The lists are asked before the transaction begins; nothing is saved for a case that has changed its standing."""
    asked = await key_access.ask_names(desk, case_id, by=None)
    async with desk.store.writing() as writing:
        case = await writing.case(case_id)
        if (await dossier_of(writing, case_id)).grant is None:
            return 0
        event = Event(key_access.screened_event(desk, writing, asked), SYSTEM_ACTOR, desk.outside.now(), case=case_id)
        await writing.step_taken(event, case.after(KeyAccessScreened))
    return 1
