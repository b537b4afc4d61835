"""An allocation as it is kept: the question, the rooms it was made with, and the grants; it can be made again."""

from collections.abc import Mapping
from typing import Any

from service.bookings.scheduling.allocation import Ask, Given, Wished
from service.domain.premises import Estate, Room


def given_of(body: Mapping[str, Any]) -> list[Given]:
    """The grants of a kept allocation."""
    return [Given(one["case"], one["wish"], one["room"]) for one in body["given"]]


def asks_of(body: Mapping[str, Any]) -> list[Ask]:
    """The question that a kept allocation answers."""
    return [
        Ask(
            one["case"],
            one["order"],
            tuple(Wished(w["weekday"], w["start"], w["end"], tuple(w["rooms"])) for w in one["wishes"]),
            one["most"],
        )
        for one in body["asks"]
    ]


def rooms_of(estate: Estate) -> list[dict[str, Any]]:
    """What the sharing rests on of each room, so that it can be done again when rooms have changed."""
    return [
        {
            "id": one.id,
            "parent": one.parent,
            "before": one.before,
            "after": one.after,
            "longest": one.longest,
            "hours": [[list(span) for span in day] for day in one.hours],
            "in_use": one.in_use,
        }
        for _, one in sorted(estate.rooms.items())
    ]


def estate_of(body: Mapping[str, Any]) -> Estate:
    """The rooms that a kept allocation was made with."""
    rooms = {
        one["id"]: Room(
            id=one["id"], site="", parent=one["parent"], name=one["id"], kind="", open_room=False, capacity=0,
            equipment=frozenset(), accessibility=frozenset(),
            hours=tuple(tuple((start, end) for start, end in day) for day in one["hours"]), exceptions={},
            before=one["before"], after=one["after"], longest=one["longest"], ahead_hours=0, ahead_days=0,
            in_use=one["in_use"],
        )
        for one in body["rooms"]
    }  # fmt: skip
    return Estate({}, rooms)
