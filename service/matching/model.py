"""The numbers of the comparison: one table for each version, each number with a sentence that says what it is.

Old versions stay in `models/`, so that an old answer can be given again. A new version is a new file.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from service.domain.watchlist import Schema

FOLDER = Path(__file__).parent / "models"
NEWEST = "2026-1"


@dataclass(frozen=True, eq=False)
class SchemaModel:
    """The weights of one schema's facts (natural logarithms of odds) and how their sum becomes a number 0-1."""

    bias: float
    facts: Mapping[str, float]
    slope: float
    bend: float
    shift: float
    threshold: float
    bands: tuple[tuple[float, float, int, int], ...]

    def weigh(self, facts: Mapping[str, float]) -> float:
        """The sum of the evidence of a name, in logarithms of odds."""
        return self.bias + sum(weight * facts[fact] for fact, weight in self.facts.items())

    def calibrated(self, evidence: float) -> float:
        """The evidence as a number from 0 to 1: of the labelled pairs with this evidence, the share that matched."""
        straightened = self.shift + self.slope * evidence + self.bend * max(evidence, 0.0)
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, straightened))))


@dataclass(frozen=True, eq=False)
class Model:
    """A version of the comparison."""

    version: str
    population: str
    base_rate: float
    most_by_name: float
    namesake_cost: float
    namesake_least: float
    most_namesakes: float
    namesakes_of_nothing: float
    room: float
    latest_birth: int
    least_near: float
    few_namesakes: float
    most_namesakes_of_whole: float
    identifiers: Mapping[str, float]
    schemas: Mapping[Schema, SchemaModel]


#: Numbers of the section on identifiers that are no row of evidence.
_NO_ROWS = frozenset({"room", "latest_birth"})


@lru_cache(maxsize=16)
def load(version: str = NEWEST) -> Model:
    """The model of this version; raises LookupError for one that is not kept."""
    path = FOLDER / f"{version}.toml"
    if not path.is_file():
        raise LookupError(f"no matching model {version}")
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    gate = read["namesakes"]
    return Model(
        version=read["version"],
        population=read["population"],
        base_rate=float(read["base_rate"]),
        most_by_name=_value(gate["by_name"]),
        namesake_cost=_value(gate["cost"]),
        namesake_least=_value(gate["least"]),
        most_namesakes=_value(gate["most"]),
        namesakes_of_nothing=_value(gate["nothing"]),
        least_near=_value(gate["least_near"]),
        few_namesakes=_value(gate["few"]),
        most_namesakes_of_whole=_value(gate["most_of_whole"]),
        room=_value(read["identifiers"]["room"]),
        latest_birth=int(_value(read["identifiers"]["latest_birth"])),
        identifiers={key: _value(row) for key, row in read["identifiers"].items() if key not in _NO_ROWS},
        schemas={schema: _schema(read[schema.value]) for schema in Schema},
    )


def _value(row: Mapping[str, object]) -> float:
    return float(str(row["value"]))


def _schema(read: Mapping[str, dict[str, dict[str, object]]]) -> SchemaModel:
    calibration = read["calibration"]
    bands = calibration["bands"]
    assert isinstance(bands, list)
    return SchemaModel(
        bias=_value(read["bias"]),
        facts={fact: _value(row) for fact, row in read["facts"].items()},
        slope=float(str(calibration["slope"])),
        bend=float(str(calibration["bend"])),
        shift=float(str(calibration["shift"])),
        threshold=_value(read["threshold"]),
        bands=tuple((float(a), float(b), int(n), int(m)) for a, b, n, m in bands),
    )
