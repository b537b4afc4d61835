"""Candidates for a name, quickly: an inverted index over the tokens of the listed names."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from service.domain.watchlist import ListEntry, Schema
from service.matching import normalise
from service.matching.compare import base_weight
from service.matching.normalise import Name

FUZZY_CUTOFF = 0.74
MOST_NAMES = 60


@dataclass(frozen=True)
class Listed:
    """One name of one entry, ready to compare."""

    entry: ListEntry
    name: Name
    weak: bool


class NameIndex:
    """The names of one list version and one schema."""

    def __init__(self, entries: Sequence[ListEntry], schema: Schema) -> None:
        analyse = normalise.person if schema is Schema.PERSON else normalise.organisation
        self.names = [
            Listed(entry, analyse(one.text), one.weak)
            for entry in entries
            if entry.schema is schema
            for one in entry.names
        ]
        self._postings: dict[str, list[int]] = defaultdict(list)
        for position, listed in enumerate(self.names):
            for key in set(listed.name.keys):
                self._postings[key].append(position)
        self._vocabulary = list(self._postings)
        self._alike: dict[str, list[tuple[str, float]]] = {}
        self.by_number: dict[str, list[Listed]] = defaultdict(list)
        for listed in self.names:
            for number in listed.entry.org_numbers:
                self.by_number[number].append(listed)

    def weight(self, token: str) -> float:
        """How much a token says: at most 1 for one that is rare on the list, less for one that is common there."""
        count = len(self._postings.get(normalise.fold_key(token), ()))
        rarity = 1 - math.log1p(count) / math.log1p(max(len(self.names), 2))
        return base_weight(token) * (0.45 + 0.55 * max(rarity, 0.0))

    def candidates(self, name: Name) -> list[Listed]:
        """The listed names that share most of what weighs with this one, best first; at most `MOST_NAMES`."""
        found: dict[int, float] = defaultdict(float)
        for token, key in zip(name.tokens, name.keys, strict=True):
            weight = self.weight(token)
            if weight < 0.2:
                continue
            for other, similarity in self._similar(key):
                for position in self._postings[other]:
                    found[position] += similarity * weight
        # Of names that share equally much, the shorter one leaves less unexplained.
        best = sorted(found.items(), key=lambda one: (-one[1], len(self.names[one[0]].name.tokens), one[0]))
        best = best[:MOST_NAMES]
        return [self.names[position] for position, _ in best]

    def _similar(self, key: str) -> list[tuple[str, float]]:
        if key not in self._alike:
            if len(key) < 4:
                near = [(key, 1.0)] if key in self._postings else []
            else:
                near = [
                    (other, similarity)
                    for other, similarity, _ in process.extract(
                        key, self._vocabulary, scorer=OSA.normalized_similarity, score_cutoff=FUZZY_CUTOFF, limit=30
                    )
                ]
            self._alike[key] = near
        return self._alike[key]
