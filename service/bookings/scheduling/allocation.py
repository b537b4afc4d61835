"""A season's weekly times shared out: class by class, as many hours as possible, ties by a lot that anyone can redo.

Within a class, in this order: most hours, most groups with something, most wanted wishes, the lot. A class is done
before the next begins, and what it was given is not touched again: nobody ever stands back for someone with lower
priority.

Weighed: OR-tools' CP-SAT does it too, but brings pandas and protobuf along. Weekly times in rooms are intervals, whose
clique constraints make the linear relaxation all but whole, so the MIP solver HiGHS (MIT) needs few nodes. It runs on
one thread with a fixed seed and a limit of nodes, not of time: the same question has the same answer on any machine.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from service.domain.premises import Estate, Room

#: After so many nodes of branch and bound the best answer so far is taken; the completion still fills what it left.
_MOST_NODES = 2000


@dataclass(frozen=True)
class Wished:
    """A weekly time that is wished for: `weekday` 0 is Monday, minutes are local, rooms the most wanted first."""

    weekday: int
    start: int
    end: int
    rooms: tuple[str, ...]

    @property
    def minutes(self) -> int:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True)
class Ask:
    """What one group asks for; `order` 1 goes first, `most` is minutes a week."""

    id: str
    order: int
    wishes: tuple[Wished, ...]
    most: int


@dataclass(frozen=True, order=True)
class Given:
    """A wish that was granted, in which room."""

    ask: str
    wish: int
    room: str


def lots(seed: str, ids: Iterable[str]) -> dict[str, int]:
    """Each id's lot, 1 the best: the order of SHA-256 over the published seed and the id."""
    drawn = sorted(ids, key=lambda one: hashlib.sha256(f"{seed}\n{one}".encode()).digest())
    return {one: number for number, one in enumerate(drawn, 1)}


def possible(estate: Estate, wish: Wished, room: str) -> bool:
    """Whether the room is there and open at that time of the week."""
    known = estate.rooms.get(room)
    if known is None or not known.in_use or wish.minutes > known.longest:
        return False
    return any(start <= wish.start and wish.end <= end for start, end in known.hours[wish.weekday])


@dataclass(frozen=True)
class _Candidate:
    given: Given
    wish: Wished
    start: int
    end: int
    parts: frozenset[str]
    rank: int

    def meets(self, other: "_Candidate") -> bool:
        return (
            self.wish.weekday == other.wish.weekday
            and self.start < other.end
            and other.start < self.end
            and bool(self.parts & other.parts)
        )


def _candidates(estate: Estate, asks: Sequence[Ask]) -> dict[str, list[_Candidate]]:
    parts = {one: estate.room_parts(one) for one in estate.rooms}
    found: dict[str, list[_Candidate]] = {}
    for ask in asks:
        mine = found.setdefault(ask.id, [])
        for number, wish in enumerate(ask.wishes):
            for rank, room in enumerate(dict.fromkeys(wish.rooms)):
                if possible(estate, wish, room):
                    mine.append(_candidate(estate.rooms[room], parts[room], Given(ask.id, number, room), wish, rank))
    return found


def _candidate(room: Room, parts: frozenset[str], given: Given, wish: Wished, rank: int) -> _Candidate:
    return _Candidate(given, wish, wish.start - room.before, wish.end + room.after, parts, rank)


class _Taken:
    """What has been given, by part of a room and weekday."""

    def __init__(self) -> None:
        self._by: dict[tuple[str, int], list[_Candidate]] = {}

    def add(self, one: _Candidate) -> None:
        for part in one.parts:
            self._by.setdefault((part, one.wish.weekday), []).append(one)

    def against(self, one: _Candidate) -> list[_Candidate]:
        meeting: dict[Given, _Candidate] = {}
        for part in one.parts:
            given = self._by.get((part, one.wish.weekday), ())
            meeting |= {other.given: other for other in given if other.meets(one)}
        return [meeting[key] for key in sorted(meeting)]


def allocate(estate: Estate, asks: Sequence[Ask], seed: str) -> list[Given]:
    """Share out the week; the same question has the same answer."""
    drawn = lots(seed, (one.id for one in asks))
    ordered = sorted(asks, key=lambda one: (one.order, drawn[one.id]))
    candidates = _candidates(estate, ordered)
    taken, given = _Taken(), list[Given]()
    for order in sorted({one.order for one in ordered}):
        members = [one for one in ordered if one.order == order]
        free = [one for ask in members for one in candidates[ask.id] if not taken.against(one)]
        chosen = _solve(members, free, drawn)
        chosen += _complete(members, free, chosen)
        for one in chosen:
            taken.add(one)
        given += [one.given for one in chosen]
    return sorted(given)


def _complete(members: Sequence[Ask], free: Sequence[_Candidate], chosen: Sequence[_Candidate]) -> list[_Candidate]:
    """Whatever still fits in, by lot and wish: nothing is left empty that someone of the class has asked for."""
    taken = _Taken()
    used: dict[str, int] = {}
    had = {(one.given.ask, one.given.wish) for one in chosen}
    for one in chosen:
        taken.add(one)
        used[one.given.ask] = used.get(one.given.ask, 0) + one.wish.minutes
    most = {one.id: one.most for one in members}
    more = []
    for one in free:
        ask, wish = one.given.ask, one.given.wish
        fits = used.get(ask, 0) + one.wish.minutes <= most[ask]
        if (ask, wish) in had or not fits or taken.against(one):
            continue
        taken.add(one)
        had.add((ask, wish))
        used[ask] = used.get(ask, 0) + one.wish.minutes
        more.append(one)
    return more


def _solve(members: Sequence[Ask], free: Sequence[_Candidate], drawn: Mapping[str, int]) -> list[_Candidate]:
    """The best choice for one class: hours, then groups, then wishes and lots, none at the cost of the one before."""
    if not free:
        return []
    model = _Model(members, free)
    count = len(members)
    minutes = [float(one.wish.minutes) for one in free] + [0.0] * count
    groups = [0.0] * len(free) + [1.0] * count
    best = [
        float(40 - min(19, one.given.wish) - min(20, one.rank)) + (len(drawn) - drawn[one.given.ask]) / len(drawn)
        for one in free
    ] + [0.0] * count
    chosen: list[float] = []
    for weights in (minutes, groups, best):
        found = model.maximise(weights)
        if found is None:
            break
        chosen = found
        model.at_least(weights, sum(w * round(x) for w, x in zip(weights, chosen, strict=True)))
    return [one for one, taken in zip(free, chosen, strict=False) if taken > 0.5]


class _Model:
    """One class as a 0/1 model: a variable for each candidate, and one for each group that gets something."""

    def __init__(self, members: Sequence[Ask], free: Sequence[_Candidate]) -> None:
        self._solver = solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False), ("threads", 1), ("random_seed", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-3),
            ("mip_max_nodes", _MOST_NODES),
        ):  # fmt: skip
            solver.setOptionValue(option, value)
        self._size = len(free) + len(members)
        for _ in range(self._size):
            solver.addVar(0.0, 1.0)
        everything = np.arange(self._size, dtype=np.int32)
        solver.changeColsIntegrality(self._size, everything, np.full(self._size, 1, dtype=np.uint8))
        solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        by_wish: dict[tuple[str, int], list[int]] = {}
        by_ask: dict[str, list[int]] = {}
        for at, one in enumerate(free):
            by_wish.setdefault((one.given.ask, one.given.wish), []).append(at)
            by_ask.setdefault(one.given.ask, []).append(at)
        for places in by_wish.values():
            self._row(places, [1.0] * len(places), 1.0)
        for number, ask in enumerate(members):
            places = by_ask.get(ask.id, [])
            group = len(free) + number
            self._row(places, [float(free[at].wish.minutes) for at in places], float(ask.most))
            self._row([group, *places], [1.0] + [-1.0] * len(places), 0.0)
        for clique in _cliques(free):
            self._row(clique, [1.0] * len(clique), 1.0)

    def _row(self, places: Sequence[int], weights: Sequence[float], most: float) -> None:
        if places:
            self._solver.addRow(
                -highspy.kHighsInf, most, len(places), np.array(places, dtype=np.int32), np.array(weights)
            )

    def at_least(self, weights: Sequence[float], value: float) -> None:
        """Never less than this from now on."""
        places = [at for at, one in enumerate(weights) if one]
        chosen = np.array([weights[at] for at in places])
        self._solver.addRow(value - 1e-6, highspy.kHighsInf, len(places), np.array(places, dtype=np.int32), chosen)

    def maximise(self, weights: Sequence[float]) -> list[float] | None:
        """The best choice by these weights, or None where the solver found none."""
        everything = np.arange(self._size, dtype=np.int32)
        self._solver.changeColsCost(self._size, everything, np.array(weights))
        self._solver.run()
        solution = self._solver.getSolution()
        return list(solution.col_value) if solution.value_valid else None


def _cliques(free: Sequence[_Candidate]) -> list[list[int]]:
    """Sets of candidates of which only one can stand: all that take a part of a room as one of them begins."""
    by_part: dict[tuple[str, int], list[int]] = {}
    for at, one in enumerate(free):
        for part in one.parts:
            by_part.setdefault((part, one.wish.weekday), []).append(at)
    found = set()
    for places in by_part.values():
        for moment in {free[at].start for at in places}:
            clique = tuple(at for at in places if free[at].start <= moment < free[at].end)
            if len(clique) > 1:
                found.add(clique)
    return [list(one) for one in sorted(found)]


def first_come(estate: Estate, asks: Sequence[Ask]) -> list[Given]:
    """The comparison: whoever asks first gets the first that is free, whatever their priority."""
    candidates = _candidates(estate, asks)
    taken, given = _Taken(), list[Given]()
    for ask in asks:
        used, had = 0, set[int]()
        for one in candidates[ask.id]:
            if one.given.wish in had or used + one.wish.minutes > ask.most or taken.against(one):
                continue
            taken.add(one)
            had.add(one.given.wish)
            used += one.wish.minutes
            given.append(one.given)
    return sorted(given)


@dataclass(frozen=True)
class Why:
    """Why a wish was not granted: a code, and whose grants stood in the way."""

    code: str
    by: tuple[str, ...] = ()


def why_not(estate: Estate, asks: Sequence[Ask], given: Sequence[Given]) -> dict[tuple[str, int], Why]:
    """For each wish that was not granted, why, in terms that anyone can check."""
    by_id = {one.id: one for one in asks}
    parts = {one: estate.room_parts(one) for one in estate.rooms}
    taken, used = _Taken(), dict[str, int]()
    for one in given:
        wish = by_id[one.ask].wishes[one.wish]
        taken.add(_candidate(estate.rooms[one.room], parts[one.room], one, wish, 0))
        used[one.ask] = used.get(one.ask, 0) + wish.minutes
    granted = {(one.ask, one.wish) for one in given}
    found: dict[tuple[str, int], Why] = {}
    for ask in asks:
        for number, wish in enumerate(ask.wishes):
            if (ask.id, number) in granted:
                continue
            rooms = [room for room in dict.fromkeys(wish.rooms) if possible(estate, wish, room)]
            if not rooms:
                found[ask.id, number] = Why("season.not_open")
                continue
            against = []
            for room in rooms:
                wanted = _candidate(estate.rooms[room], parts[room], Given(ask.id, number, room), wish, 0)
                against += [other.given.ask for other in taken.against(wanted)]
            if used.get(ask.id, 0) + wish.minutes > ask.most:
                found[ask.id, number] = Why("season.enough")
            elif against:
                found[ask.id, number] = Why("season.taken", tuple(dict.fromkeys(against)))
            else:
                found[ask.id, number] = Why("season.free")
    return found


def overlapping(estate: Estate, asks: Sequence[Ask], given: Sequence[Given]) -> list[tuple[Given, Given]]:
    """Grants that meet in a room or a part of it; empty if all is well."""
    by_id = {one.id: one for one in asks}
    taken, wrong = _Taken(), []
    for one in given:
        wish = by_id[one.ask].wishes[one.wish]
        candidate = _candidate(estate.rooms[one.room], estate.room_parts(one.room), one, wish, 0)
        wrong += [(other.given, one) for other in taken.against(candidate)]
        taken.add(candidate)
    return wrong
