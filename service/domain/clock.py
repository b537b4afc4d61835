"""Instants are UTC milliseconds; dates and the diary's year are Stockholm's."""

from datetime import UTC, date, datetime, time
from typing import NewType
from zoneinfo import ZoneInfo

#: UTC milliseconds, as everything that happens is dated.
Instant = NewType("Instant", int)
#: UTC epoch seconds, as the times of bookings are kept; never to be compared with an `Instant`.
Second = NewType("Second", int)

#: Before anything happened.
NEVER = Instant(0)
DAY_MS = 86_400_000
#: So far may the clocks of machines that write one log differ; what goes back further than that is no order.
CLOCK_TOLERANCE_MS = 60_000
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def local_day(milliseconds: Instant) -> date:
    """The date in Stockholm at this instant."""
    return local_time(milliseconds).date()


def local_time(milliseconds: Instant) -> datetime:
    """The wall-clock time in Stockholm at this instant."""
    return datetime.fromtimestamp(milliseconds / 1000, STOCKHOLM)


def utc_time(milliseconds: Instant) -> datetime:
    """The instant as an aware UTC time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def months_before(day: date, months: int) -> date:
    """The day so many months earlier; the 28th at the latest, so that there is one in every month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))


def midnight(day: date) -> Instant:
    """When this day begins in Stockholm."""
    return to_milliseconds(datetime.combine(day, time(), STOCKHOLM))


def second_of(instant: Instant) -> Second:
    """The whole second in which this instant lies."""
    return Second(instant // 1000)


def to_milliseconds(moment: datetime) -> Instant:
    """An aware time as UTC milliseconds."""
    return Instant(int(moment.timestamp() * 1000))
