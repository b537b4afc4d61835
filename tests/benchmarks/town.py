"""A town that shares out its halls."""

import random
from collections.abc import Sequence

from service.bookings.scheduling.allocation import (
    Ask,
    Given,
    Wished,
)
from service.domain.premises import Estate
from tests.builders import a_room, an_estate


def a_town(groups: int, rooms: int, seed: int = 1) -> tuple[Estate, list[Ask]]:
    """A fictional district's autumn: halls with thirds, single rooms, and groups that want evenings."""
    chance, found = random.Random(seed), []
    while len(found) < rooms:
        name = f"r{len(found):02}"
        found.append(a_room(name))
        if len(found) % 8 == 1 and len(found) + 3 <= rooms:
            found += [a_room(f"{name}.{one}") for one in "abc"]
    estate, asks = an_estate(*found), []
    for number in range(groups):
        wished = []
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(960, 1200, 30)
            long = chance.choice((60, 90, 90, 120, 120, 180))
            places = tuple(chance.sample(sorted(estate.rooms), chance.randint(1, 4)))
            wished.append(Wished(chance.randrange(5), start, min(1320, start + long), places))
        asks.append(Ask(f"c{number:03}", chance.choice((1, 1, 2, 3, 4, 4)), tuple(wished), 360))
    return estate, asks


def hours(asks: Sequence[Ask], given: Sequence[Given], order: int) -> float:
    by_id = {one.id: one for one in asks}
    return sum(by_id[g.ask].wishes[g.wish].minutes for g in given if by_id[g.ask].order == order) / 60
