"""Instants are UTC milliseconds; dates and the diary's year are Stockholm's."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def local_day(milliseconds: int) -> date:
    """The date in Stockholm at this instant."""
    return local_time(milliseconds).date()


def local_time(milliseconds: int) -> datetime:
    """The wall-clock time in Stockholm at this instant."""
    return datetime.fromtimestamp(milliseconds / 1000, STOCKHOLM)


def utc_time(milliseconds: int) -> datetime:
    """The instant as an aware UTC time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def midnight(day: date) -> int:
    """When this day begins in Stockholm."""
    return to_milliseconds(datetime.combine(day, time(), STOCKHOLM))


def to_milliseconds(moment: datetime) -> int:
    """An aware time as UTC milliseconds."""
    return int(moment.timestamp() * 1000)
