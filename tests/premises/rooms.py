"""Rooms for the tests of the craft."""

from dataclasses import replace
from typing import Any

from service.domain.premises import Estate, Room, Site

BASE = Room(
    id="hall",
    site="s",
    parent=None,
    name="Hallen",
    kind="idrott",
    open_room=False,
    capacity=50,
    equipment=frozenset({"projector"}),
    access=frozenset({"step_free"}),
    hours=(((480, 1320),),) * 7,
    exceptions={},
    before=0,
    after=0,
    longest=720,
    ahead_hours=0,
    ahead_days=365,
)


def a_room(id: str = "hall", **changed: Any) -> Room:
    return replace(BASE, id=id, parent=id.rpartition(".")[0] or None, **changed)


def an_estate(*rooms: Room) -> Estate:
    return Estate({"s": Site("s", "Huset", "Gatan 1")}, {one.id: one for one in rooms})
