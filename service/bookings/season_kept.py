"""An allocation as it is kept: the question, the rooms it was made with, and the grants; it can be made again."""

from collections.abc import Mapping
from typing import Any

from service.bookings.scheduling.allocation import Ask, Given, Wished
from service.domain.premises import Estate, Room


def given_of(body: Mapping[str, Any]) -> list[Given]:
    """The grants of a kept allocation."""
    return [Given(grant["case"], grant["wish"], grant["room"]) for grant in body["given"]]


def asks_of(body: Mapping[str, Any]) -> list[Ask]:
    """The question that a kept allocation answers."""
    return [Ask(ask["case"], ask["order"], _wishes(ask["wishes"]), ask["most"]) for ask in body["asks"]]


def _wishes(kept: list[dict[str, Any]]) -> tuple[Wished, ...]:
    return tuple(Wished(wish["weekday"], wish["start"], wish["end"], tuple(wish["rooms"])) for wish in kept)


def ask_kept(ask: Ask, diary_number: str, group: str) -> dict[str, Any]:
    """An application's wishes as they are kept, with what decided its place in the order."""
    wishes = [
        {"weekday": wish.weekday, "start": wish.start, "end": wish.end, "rooms": list(wish.rooms)}
        for wish in ask.wishes
    ]
    return {
        "case": ask.id,
        "diary_number": diary_number,
        "group": group,
        "order": ask.order,
        "most": ask.most,
        "wishes": wishes,
    }


def rooms_of(estate: Estate) -> list[dict[str, Any]]:
    """What the sharing rests on of each room, so that it can be done again when rooms have changed."""
    return [_room_kept(room) for _, room in sorted(estate.rooms.items())]


def _room_kept(room: Room) -> dict[str, Any]:
    hours = []
    for day in room.hours:
        hours.append([list(span) for span in day])
    return {
        "id": room.id,
        "parent": room.parent,
        "before": room.before,
        "after": room.after,
        "longest": room.longest,
        "hours": hours,
        "in_use": room.in_use,
    }


def estate_of(body: Mapping[str, Any]) -> Estate:
    """The rooms that a kept allocation was made with."""
    return Estate({}, {kept["id"]: _room(kept) for kept in body["rooms"]})


def _room(kept: Mapping[str, Any]) -> Room:
    hours = []
    for day in kept["hours"]:
        hours.append(tuple((start, end) for start, end in day))
    return Room(
        id=kept["id"], site="", parent=kept["parent"], name=kept["id"], kind="", open_room=False, capacity=0,
        equipment=frozenset(), accessibility=frozenset(), hours=tuple(hours), exceptions={},
        before=kept["before"], after=kept["after"], longest=kept["longest"], ahead_hours=0, ahead_days=0,
        in_use=kept["in_use"],
    )  # fmt: skip
