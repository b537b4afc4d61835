"""How many people in Sweden may bear a name: facts from a table, kept apart from everything that compares."""

import math
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from service.matching.keys import base_key
from service.matching.memory import remembered

TABLE = Path(__file__).parent / "tables" / "population-2026-1.toml"
UNKNOWN = 1e-6


@dataclass(frozen=True, eq=False)
class Population:
    """A table of names: `given` and `family` hold, for each tradition, the share of its people who bear a name.

    `groups` says which names a spelling stands for: `tradition and slot` to the name's number there. Two spellings
    that share a number are one name; two that have different numbers in the same slot are different names, however
    close (Khalid and Khalil, Lena and Lina). `source` is the file, from which another process has the same table.
    """

    version: str
    size: int
    shares: Mapping[str, float]
    given: Mapping[str, Mapping[str, float]]
    family: Mapping[str, Mapping[str, float]]
    groups: Mapping[str, Mapping[str, int]]
    source: Path = TABLE

    def same_name(self, left: str, right: str) -> bool:
        """Whether the table says that the two are spellings of one name."""
        ours, theirs = self.groups.get(left), self.groups.get(right)
        return bool(ours and theirs and any(theirs.get(slot) == number for slot, number in ours.items()))

    def different_names(self, left: str, right: str) -> bool:
        """Whether the table has both as names of their own in one tradition, and nowhere as one."""
        ours, theirs = self.groups.get(left), self.groups.get(right)
        if not ours or not theirs or self.same_name(left, right):
            return False
        return any(slot in theirs for slot in ours)

    def known(self, token: str) -> bool:
        """Whether the table has this spelling."""
        return token in self.groups

    def slots(self, tradition: str) -> tuple[Mapping[str, float], Mapping[str, float]]:
        """Given and family names of a tradition, by spelling and (after "=") by key."""
        return self.given[tradition], self.family[tradition]

    def probability(self, token: str) -> float:
        """How likely a person in Sweden bears this name at all, as given or family name."""
        return _probability(self, token)

    def namesakes(self, met: Sequence[tuple[Sequence[str], float, float]]) -> float:
        """How many people in Sweden may have a name that meets all these words as well (a mixture over traditions).

        Each is a word in its spellings, how common it is on the list itself, which stands in for traditions the table
        lacks, and the least share of people whose name meets it, which is higher the looser the meeting.
        """
        if not met:
            return float(self.size)
        known = [_known(self, tuple(words)) for words, _, _ in met]
        least = [one for _, _, one in met]
        somewhere = {name for one in known for name in one}
        total = 0.0
        for name in sorted(somewhere):
            shares = [tradition.get(name, _NOWHERE) for tradition in known]
            total += self.shares[name] * _together(shares, least)
        # Traditions that know none of the words all say the same.
        elsewhere = sum(share for name, share in self.shares.items() if name not in somewhere)
        total += elsewhere * _together([_NOWHERE] * len(met), least)
        own = math.prod(max(listed, one) for _, listed, one in met) * MIDDLE ** max(0, len(met) - 2)
        return self.size * (total + LIST_SHARE * own)


#: A name beside the first and last may stand in several places.
MIDDLE = 3.0
#: How large a tradition of its own the list's names count as.
LIST_SHARE = 0.02


_NOWHERE = (UNKNOWN, UNKNOWN)


@remembered
def _known(table: Population, words: tuple[str, ...]) -> Mapping[str, tuple[float, float]]:
    """For each tradition that knows a word in one of its spellings: how common it is there as given and family name."""
    keys = [one for word in words for one in (word, "=" + base_key(word))]
    found = {}
    for name in table.shares:
        given_names, family_names = table.slots(name)
        given = max(given_names.get(key, 0.0) for key in keys)
        family = max(family_names.get(key, 0.0) for key in keys)
        if given or family:
            found[name] = (given or UNKNOWN, family or UNKNOWN)
    return found


def _together(shares: Sequence[tuple[float, float]], least: Sequence[float]) -> float:
    """Two of the words are a given and a family name, whichever are likeliest; the others stand anywhere."""
    p = [(max(given, one), max(family, one)) for (given, family), one in zip(shares, least, strict=True)]
    if len(p) == 1:
        return p[0][0] + p[0][1]
    best = 0.0
    for i, (as_given, _) in enumerate(p):
        for j, (_, as_family) in enumerate(p):
            if i != j:
                rest = math.prod(min(1.0, MIDDLE * max(one)) for k, one in enumerate(p) if k not in (i, j))
                best = max(best, as_given * as_family * rest)
    return best


@remembered
def _probability(table: Population, token: str) -> float:
    key = base_key(token)
    total = UNKNOWN
    for name, share in table.shares.items():
        total += share * sum(max(names.get(token, 0.0), names.get("=" + key, 0.0)) for names in table.slots(name))
    return min(total, 1.0)


@lru_cache(maxsize=8)
def load(path: Path = TABLE) -> Population:
    """The table in this file; raises ValueError naming what is wrong with it."""
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    bend = float(read["bend"])
    shares: dict[str, float] = {}
    slots: dict[str, dict[str, dict[str, float]]] = {"given": {}, "family": {}}
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    for name, tradition in read.items():
        if not isinstance(tradition, dict):
            continue
        shares[name] = float(tradition["share"])
        for slot, kept in slots.items():
            kept[name] = _ranked(tradition[slot], float(tradition[f"{slot}_top"]), bend, f"{name}.{slot}", groups)
    return Population(
        read["version"], int(read["population"]), shares, slots["given"], slots["family"], dict(groups), path
    )


def _ranked(text: str, top: float, bend: float, slot: str, groups: dict[str, dict[str, int]]) -> dict[str, float]:
    names: dict[str, float] = {}
    for rank, written in enumerate(text.split(), start=1):
        share = top * (1 + bend) / (rank + bend)
        for spelling in written.split("/"):
            names[spelling] = max(share, names.get(spelling, 0.0))
            key = "=" + base_key(spelling)
            names[key] = max(share, names.get(key, 0.0))
            groups[spelling].setdefault(slot, rank)
    return names
