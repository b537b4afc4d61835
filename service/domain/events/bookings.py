"""Events of premises: houses and rooms, bookings, clearance, keys, seasons."""

from typing import Annotated

from service.domain.events.event import COLLEAGUES, HANDLERS, CaseEvent, EventData, RoutineStep, event
from service.domain.events.fields import (
    Code,
    Commitment,
    Condition,
    Day,
    Digest,
    ListRef,
    Ore,
    Part,
    RenewedAnswer,
    RuleSetRef,
    SameAsListed,
    Second,
    Uuid,
    Whole,
)
from service.domain.people import INTAKE_RIGHT, Role

_PREMISES = frozenset({Role.PREMISES_OFFICER})
_KEEPERS = _PREMISES | {Role.COORDINATOR}


@event("site:described", persons=_KEEPERS, service=True)
class SiteDescribed(EventData, frozen=True):
    """A house has been described, or described anew."""

    site: Annotated[Code, "the house"]
    sha256: Annotated[Digest, "of the description"]


@event("room:described", persons=_KEEPERS, service=True)
class RoomDescribed(EventData, frozen=True):
    """A room has been described, or described anew."""

    room: Annotated[Code, "the room"]
    site: Annotated[Code, "the house it is in"]
    parent: Annotated[Code | None, "the room it is a part of"]
    sha256: Annotated[Digest, "of the description"]
    changed: Annotated[tuple[Code, ...], "what of it is not as it was; of a new room nothing"]


@event("room:closed", persons=_KEEPERS)
class RoomClosed(EventData, frozen=True):
    """A room is closed for a time."""

    closure: Annotated[Uuid, "the closing"]
    room: Annotated[Code, "the room"]
    starts: Annotated[Second, "from, UTC epoch seconds"]
    ends: Annotated[Second, "to, UTC epoch seconds"]
    ground: Annotated[Code, "why"]


@event("room:reopened", persons=_KEEPERS)
class RoomReopened(EventData, frozen=True):
    """A closing has been lifted."""

    closure: Annotated[Uuid, "the closing"]


@event("feed:made", persons=_KEEPERS)
class FeedMade(EventData, frozen=True):
    """A calendar feed of a room has been made."""

    feed: Annotated[Uuid, "the feed"]
    room: Annotated[Code, "the room"]
    digest: Annotated[Digest, "of its secret address"]


@event("feed:revoked", persons=_KEEPERS)
class FeedRevoked(EventData, frozen=True):
    """A calendar feed no longer answers."""

    feed: Annotated[Uuid, "the feed"]


class BookingAlternative(Part, frozen=True):
    """A time that could be had instead."""

    room: Annotated[Code, "the room"]
    starts: Annotated[Second, "from, UTC epoch seconds"]
    ends: Annotated[Second, "to, UTC epoch seconds"]


class NewBooking(Part, frozen=True):
    """A time that was asked for."""

    booking: Annotated[Uuid, "the booking"]
    room: Annotated[Code, "the room"]
    position: Annotated[Whole, "which of the times asked for, from 0"]
    starts: Annotated[Second, "from, UTC epoch seconds"]
    ends: Annotated[Second, "to, UTC epoch seconds"]
    taken_from: Annotated[Second, "from when the room is taken, setting up included"]
    taken_to: Annotated[Second, "until when it is, clearing away included"]
    status: Annotated[Code, "held, or missed"]
    hold_until: Annotated[Second | None, "until when it is held"]
    why: Annotated[Code | None, "why it could not be had"]
    alternatives: Annotated[tuple[BookingAlternative, ...], "what could be had instead"]
    tariff: Annotated[Code | None, "the tariff"]
    price_ore: Annotated[Ore | None, "the price, in öre"]


class SettledBooking(Part, frozen=True):
    """What became of a booking."""

    booking: Annotated[Uuid, "the booking"]
    status: Annotated[Code, "how it stands now"]
    fee_ore: Annotated[Ore | None, "what cancelling it costs, in öre"]


@event("slot:held", persons=_PREMISES, key=INTAKE_RIGHT)
class SlotHeld(EventData, frozen=True):
    """A room is held for as long as it takes to ask for it; nobody is named by it."""

    bookings: Annotated[tuple[NewBooking, ...], "what is held"]


@event("booking:asked", persons=HANDLERS, key=INTAKE_RIGHT)
class BookingAsked(CaseEvent, frozen=True):
    """Times have been asked for; what could be had is held."""

    bookings: Annotated[tuple[NewBooking, ...], "each time, whether it could be had or not"]


@event("booking:settled", persons=COLLEAGUES, key=INTAKE_RIGHT, service=True)
class BookingSettled(EventData, frozen=True):
    """What became of times: by a decision or an execution, or because a hold ran out or was given up."""

    ground: Annotated[Code, "why"]
    decision: Annotated[Uuid | None, "the decision or execution that it carries out"]
    bookings: Annotated[tuple[SettledBooking, ...], "how each stands now"]


@event("booking:moved", persons=HANDLERS)
class BookingMoved(RoutineStep, frozen=True):
    """A time has been moved, as the hirer asked."""

    booking: Annotated[Uuid, "the booking"]
    room: Annotated[Code, "the room now"]
    starts: Annotated[Second, "from, UTC epoch seconds"]
    ends: Annotated[Second, "to, UTC epoch seconds"]
    taken_from: Annotated[Second, "from when the room is taken, setting up included"]
    taken_to: Annotated[Second, "until when it is, clearing away included"]
    status: Annotated[Code, "how it stands"]
    hold_until: Annotated[Second | None, "until when it is held"]
    tariff: Annotated[Code | None, "the tariff"]
    price_ore: Annotated[Ore | None, "the price, in öre"]
    text: Annotated[Commitment, "what the hirer said"]
    due: Annotated[Day | None, "when an answer is due now; none where it has been given"]
    lookup: Annotated[Digest, "of what a repeated application and an event's day are found by, with the times now"]


@event("booking:cancelled", persons=HANDLERS, key=INTAKE_RIGHT)
class BookingCancelled(RoutineStep, frozen=True):
    """The hirer has cancelled times."""

    bookings: Annotated[tuple[SettledBooking, ...], "how each stands now"]
    received: Annotated[Day, "the day the hirer said so"]
    how: Annotated[Code, "how it reached the City"]
    text: Annotated[Commitment, "who said it, in what words"]


@event("booking:restored", persons=HANDLERS)
class BookingRestored(RoutineStep, frozen=True):
    """Times stand again that had been called off for a hirer who never said so."""

    bookings: Annotated[tuple[SettledBooking, ...], "how each stands now"]
    received: Annotated[Day, "the day the hirer protested"]
    text: Annotated[Commitment, "in what words"]


@event("booking:executed", persons=HANDLERS)
class BookingExecuted(RoutineStep, frozen=True):
    """An officer has carried out a booking that the rule set has executed (ren verkställighet, KL 13:2)."""

    execution: Annotated[Uuid, "the execution"]
    clearance: Annotated[Uuid, "the clearance it rests on"]
    bookings: Annotated[tuple[Uuid, ...], "the times"]
    terms: Annotated[Code, "the version of the terms"]
    conditions: Annotated[tuple[Condition, ...], "the conditions"]
    rules: Annotated[RuleSetRef, "the rule set"]


@event("clearance:given", persons=HANDLERS)
class ClearanceGiven(RoutineStep, frozen=True):
    """An association has a standing clearance (stående klartecken)."""

    clearance: Annotated[Uuid, "the clearance"]
    organisation: Annotated[Uuid, "the association"]
    until: Annotated[Day, "the last day it holds"]
    data: Annotated[Digest, "of who they are and what they attest, by a key of this service"]
    declaration: Annotated[Code, "the version of the declaration"]
    rules: Annotated[RuleSetRef, "the rule set"]
    lists: Annotated[tuple[ListRef, ...], "the lists in force that day"]


@event("clearance:revoked", persons=COLLEAGUES)
class ClearanceRevoked(RoutineStep, frozen=True):
    """The clearance has been revoked."""

    clearance: Annotated[Uuid, "the clearance"]
    text: Annotated[Commitment, "why"]


@event("key-access:screened", persons=HANDLERS, service=True)
class KeyAccessScreened(RoutineStep, frozen=True):
    """The lists have been asked again before the key is handed out: by a person, or by the service beforehand."""

    screening: Annotated[Uuid, "this asking"]
    answers: Annotated[tuple[RenewedAnswer, ...], "what each check of names said"]
    model: Annotated[Code, "the name comparison's version"]
    inputs: Annotated[Commitment, "all that the checks were given"]
    procedure: Annotated[RuleSetRef, "the rule set"]


@event("key-access:settled", persons=HANDLERS)
class KeyAccessSettled(RoutineStep, frozen=True):
    """An officer has answered for the names that resembled listed ones before the key."""

    screening: Annotated[Uuid, "the asking of the lists"]
    held_apart: Annotated[tuple[Digest, ...], "the pairs of name and list entry that are not the same"]
    same: Annotated[tuple[SameAsListed, ...], "the pairs that are the same, and by what"]
    reason: Annotated[Commitment, "why"]


@event("key-access:given", persons=HANDLERS)
class KeyAccessGiven(RoutineStep, frozen=True):
    """The key (or the code) has been handed out for a time."""

    booking: Annotated[Uuid, "the booking"]
    screening: Annotated[Uuid, "the asking of the lists that it rests on"]
    terms: Annotated[Code, "the version of the terms"]


@event("allocation:made", persons=_PREMISES)
class AllocationMade(EventData, frozen=True):
    """A season's times have been shared out as a proposal."""

    allocation: Annotated[Uuid, "the allocation"]
    season: Annotated[Code, "the season"]
    seed: Annotated[Digest, "what the lots follow from"]
    seed_size: Annotated[Whole, "the size of the log whose root the seed is"]
    edited: Annotated[Commitment | None, "why it was changed by hand"]
    sha256: Annotated[Digest, "of the whole allocation"]
    rules: Annotated[RuleSetRef, "the rule set"]
