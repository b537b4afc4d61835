"""Where do the model's numbers come from: fits the weights of `service/matching/models/*.toml` and prints the table.

Run `python -m tests.benchmarks.fit > service/matching/models/NEW.toml` with the development data beside the project.
The data are split by entity: whatever shares a name lies in one of five folds or in a part of one fifth that is held
out and never fitted on. Beside the labelled pairs stand invented ones of our own, and hard negatives: pairs of
different invented people whom the search itself holds to be close.
"""

import csv
import hashlib
import random
import sys
import tempfile
import unicodedata
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from service.domain.watchlist import Schema
from service.matching import population
from service.matching.alignment import align
from service.matching.evidence import Facts, association_facts, person_facts
from service.matching.index import IndexBuilder, NameIndex
from service.matching.names import analyse, token_of, words_of
from tests.benchmarks.invented import association_pairs, person_pairs

PAIRS = Path(__file__).parents[3] / "shared" / "data" / "name-pairs-dev.csv"
FOLDS = 5
BY_NAME = 0.98  # what a name alone can reach, as `namesakes.by_name` in the model
SPEAKS_FOR = frozenset(["met", "one_letter", "other_spelling", "joined", "complete", "acronym"])
TABLE = population.load()


@dataclass(frozen=True)
class Pair:
    """One labelled pair; `weight` is how much it counts in the fit."""

    schema: Schema
    left: str
    right: str
    match: bool
    fold: int
    held: bool = False
    weight: float = 1.0


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one))
    return " ".join(sorted(kept.split()))


def labelled(path: Path = PAIRS) -> list[Pair]:
    """The development data, split by entity."""
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for row in rows:
        parent[root(_plain(row["name1"]))] = root(_plain(row["name2"]))
    members: dict[str, set[str]] = {}
    for row in rows:
        members.setdefault(root(_plain(row["name2"])), set()).update((_plain(row["name1"]), _plain(row["name2"])))
    pairs = []
    for row in rows:
        entity = min(members[root(_plain(row["name2"]))])
        number = int(hashlib.sha256(entity.encode()).hexdigest(), 16)
        schema = Schema.PERSON if row["schema"] == "Person" else Schema.ORGANISATION
        match = row["is_match"] == "true"
        pairs.append(Pair(schema, row["name1"], row["name2"], match, (number // 5) % FOLDS, held=number % 5 == 0))
    return pairs


def facts_of(pair: Pair) -> Facts:
    """The facts of a pair, in the order the model keeps them."""
    left, right = (analyse(one, pair.schema, TABLE).tokens for one in (pair.left, pair.right))
    count = person_facts if pair.schema is Schema.PERSON else association_facts
    return count(left, right, align(left, right, TABLE))


def own_pairs(schema: Schema, listed: list[str]) -> list[Pair]:
    """Invented pairs, and hard negatives found by the index among people who are not the same."""
    invented = person_pairs() if schema is Schema.PERSON else association_pairs()
    pairs = [Pair(schema, a, b, match, _fold(a), weight=0.5) for a, b, match in invented]
    return pairs + (_hard(listed) if schema is Schema.PERSON else [])


def _fold(text: str) -> int:
    return zlib.crc32(text[:6].encode()) % FOLDS


def _hard(listed: list[str], wanted: int = 2500, seed: int = 21) -> list[Pair]:
    chance = random.Random(seed)
    traditions = list(TABLE.shares)
    odds = [0.15 if one == "swedish" else max(0.02, TABLE.shares[one]) for one in traditions]

    def someone(words: int) -> str:
        tradition = chance.choices(traditions, weights=odds)[0]
        given, family = ([one for one in names if one[0] != "="] for names in TABLE.slots(tradition))
        return " ".join([chance.choice(given) for _ in range(words - 1)] + [chance.choice(family)])

    names = sorted(listed) + [someone(chance.choice((2, 3, 3, 4))) for _ in range(1200)]
    names += [_in_arabic(someone(2), chance) for _ in range(300)]
    with tempfile.TemporaryDirectory() as folder:
        index = index_of(names, Schema.PERSON, Path(folder))
        kinds: dict[str, list[Pair]] = {"script": [], "letters": [], "contradiction": []}
        for _ in range(wanted):
            asked = someone(chance.choice((2, 2, 3)))
            for number in index.search(analyse(asked, Schema.PERSON, TABLE).tokens, 6):
                pair = Pair(Schema.PERSON, asked, index.text(number), False, _fold(asked), weight=0.25)
                facts = facts_of(pair)
                if facts["contradiction"]:
                    kinds["contradiction"].append(pair)
                elif facts["other_script"]:
                    kinds["script"].append(pair)
                elif facts["letters"]:
                    kinds["letters"].append(pair)
    return kinds["script"][:40] + kinds["letters"][:100] + kinds["contradiction"][:100]


_LETTERS = dict(zip("btjhdrzsfqklmnwygpvcuio", "بتجحدرزسفقكلمنويغبفكويو", strict=True))


def _in_arabic(name: str, chance: random.Random) -> str:
    """A name in Arabic letters as a careless writer would put it, to be different people from all others."""
    return " ".join(
        "".join(
            _LETTERS.get(one, "") for i, one in enumerate(word) if one not in "uio" or i == 0 or chance.random() < 0.5
        )
        for word in name.split()
    )


def index_of(names: list[str], schema: Schema, folder: Path) -> NameIndex:
    """An index of these names, one entry each."""
    builder = IndexBuilder(folder)
    for number, text in enumerate(names):
        builder.add(text, words_of(text, schema), number, weak=False)
    builder.finish((token_of(one, schema, TABLE) for one in builder.vocabulary), TABLE)
    return NameIndex(folder, TABLE)


def logistic(x: Any, y: Any, weight: Any, ridge: float = 1.0) -> Any:
    """Logistic regression by Newton's method; the first column is the constant and is not held back."""
    b = np.zeros(x.shape[1])
    hold = ridge * np.r_[1e-6, np.ones(x.shape[1] - 1)]
    for _ in range(80):
        p = 1 / (1 + np.exp(-(x @ b)))
        slope = x.T @ (weight * (p - y)) + hold * b
        step = np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(hold), slope)
        b -= step
        if abs(step).max() < 1e-9:
            break
    return b


def fit(x: Any, y: Any, weight: Any, facts: list[str]) -> Any:
    """The weights, each with the sign its sentence claims; a fact whose sign comes out wrong gets no weight."""
    kept = list(range(x.shape[1]))
    while True:
        b = logistic(x[:, kept], y, weight)
        wrong = [(abs(v), k) for v, k in zip(b, kept, strict=True) if k and (v < 0) == (facts[k - 1] in SPEAKS_FOR)]
        if not wrong:
            break
        kept.remove(max(wrong)[1])
    full = np.zeros(x.shape[1])
    full[kept] = b
    return full


@dataclass
class Fitted:
    """One schema's fit: the labelled pairs with evidence from folds they were not fitted on, and the final weights."""

    pairs: list[Pair]
    evidence: Any
    chance: Any
    weights: Any
    facts: list[str]
    calibration: Any


def fitted(schema: Schema) -> Fitted:
    """Fit one schema; evidence and probabilities of the labelled pairs are out of fold, calibration included."""
    development = [one for one in labelled() if one.schema is schema and not one.held]
    pairs = development + own_pairs(schema, sorted({one.right for one in development}))
    rows = [facts_of(one) for one in pairs]
    facts = list(rows[0])
    x = np.array([[1.0, *(row[fact] for fact in facts)] for row in rows])
    y = np.array([float(one.match) for one in pairs])
    weight = np.array([one.weight for one in pairs])
    folds = np.array([one.fold for one in pairs])
    evidence = np.zeros(len(y))
    for fold in range(FOLDS):
        evidence[folds == fold] = x[folds == fold] @ fit(
            x[folds != fold], y[folds != fold], weight[folds != fold], facts
        )
    count = len(development)
    z, truth, where = evidence[:count], y[:count], folds[:count]
    chance = np.zeros(count)
    for fold in range(FOLDS):
        chance[where == fold] = BY_NAME * calibrated(
            z[where == fold], _calibration(z[where != fold], truth[where != fold])
        )
    return Fitted(development, z, chance, fit(x, y, weight, facts), facts, _calibration(z, truth))


def calibrated(evidence: Any, numbers: Any) -> Any:
    """The evidence as a probability: a straight line in logarithms of odds, with one bend at no evidence."""
    return 1 / (1 + np.exp(-(_bent(evidence) @ numbers)))


def _bent(evidence: Any) -> Any:
    return np.column_stack((np.ones(len(evidence)), evidence, np.maximum(evidence, 0)))


def _calibration(evidence: Any, truth: Any) -> Any:
    return logistic(_bent(evidence), truth, np.ones(len(truth)), ridge=0.01)


def main() -> None:
    """Print the sections of a model table that are fitted; sentences stand in the table and are kept by hand."""
    for schema in Schema:
        one = fitted(schema)
        print(f"[{schema.value}.bias]\nvalue = {one.weights[0]:.3f}\n", file=sys.stdout)
        for fact, value in zip(one.facts, one.weights[1:], strict=True):
            if value:
                print(f"[{schema.value}.facts.{fact}]\nvalue = {value:.3f}")
        edges = [round(0.1 * i, 1) for i in range(11)]
        bands = []
        truth = np.array([pair.match for pair in one.pairs])
        for low, high in pairwise(edges):
            inside = (one.chance >= low) & ((one.chance < high) | (high == 1.0))
            bands.append([low, high, int(inside.sum()), int(truth[inside].sum())])
        shift, slope, bend = one.calibration
        print(f"[{schema.value}.calibration]\nslope = {slope:.3f}\nbend = {bend:.3f}\nshift = {shift:.3f}")
        print(f"bands = {bands}\n")


if __name__ == "__main__":
    main()
