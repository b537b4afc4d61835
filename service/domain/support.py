"""What an association has, for as long as it has it: the support that is compared again, and that can be withdrawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.clock import Second
from service.domain.dossier.dossier import Decided, Dossier
from service.domain.premises import Booking, BookingStatus


class SupportKind(StrEnum):
    """A kind of support: money not yet paid, conditions that are due, times ahead, a clearance, keys that are out."""

    PAYMENT = "payment"
    CONDITIONS = "conditions"
    BOOKINGS = "bookings"
    CLEARANCE = "clearance"
    KEYS = "keys"


@dataclass(frozen=True)
class LiveSupport:
    """Support of a kind that a case has given and that still stands, and how many of it."""

    kind: SupportKind
    case: str
    count: int


def live_support(
    case: str, dossier: Dossier, bookings: Iterable[Booking], clearances: Sequence[date], *, today: date, now: Second
) -> list[LiveSupport]:
    """What a case has given that still stands; `clearances` are the last days of those that were not revoked."""
    ahead = ahead_of(bookings, now)
    grant = dossier.grant
    counts = {
        SupportKind.PAYMENT: int(dossier.left_to_pay_ore > 0),
        SupportKind.CONDITIONS: len(conditions_left(grant)) if grant else 0,
        SupportKind.BOOKINGS: len(ahead),
        SupportKind.CLEARANCE: sum(until >= today for until in clearances),
        SupportKind.KEYS: sum(booking.id in dossier.key_access_given for booking in ahead),
    }
    return [LiveSupport(kind, case, count) for kind, count in counts.items() if count]


def ahead_of(bookings: Iterable[Booking], now: Second) -> list[Booking]:
    """The times that have been let and are not over."""
    return [time for time in bookings if time.status is BookingStatus.CONFIRMED and time.span.end > now]


def conditions_left(decided: Decided) -> list[int]:
    """Which conditions of a decision are to be met by a day and have not been, by their place."""
    places = range(len(decided.conditions))
    return [place for place in places if decided.conditions[place].due and place not in decided.reports]
