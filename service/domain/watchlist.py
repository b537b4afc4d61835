"""A list that the law or the City lets us compare names with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Schema(StrEnum):
    """Whether a name is a person's or an organisation's."""

    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class ListName:
    """One name of a listed subject; a weak alias never raises a candidate alone."""

    text: str
    weak: bool = False


@dataclass(frozen=True)
class ListEntry:
    """One listed subject; births as written in `domain/birth.py`, countries as ISO 3166 codes where known."""

    entry_id: str
    schema: Schema
    names: tuple[ListName, ...]
    births: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    org_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListDefinition:
    """What must be known of a list before it may be used (requirement N1); stands in the rule set.

    A `required` list that has not been imported makes the check that needs it `unknown`; one that is not required is
    used from the day it is imported.
    """

    key: str
    title: str
    owner: str
    legal_basis: str
    licence: str
    format: str
    subject_kinds: frozenset[str]
    adopted_by: str
    review_date: str
    max_age_days: int
    required: bool = True


@dataclass(frozen=True)
class Candidate:
    """A listed name that resembles a party's; never a match until a person has confirmed it.

    `score` is an evidence weight in whole permille, for the record and for ordering; no rule compares it with
    anything, and no officer is shown it without its reasons. `entry_digest` is of all that the list says of the entry.
    `pair` stands for this party and this entry as they are now; `held_apart` when a person has held those two apart.
    """

    list_key: str
    entry_id: str
    entry_digest: str
    name: str
    matched_name: str
    score: int
    evidence: tuple["MatchEvidence", ...]
    needs_identifier: bool
    pair: str = ""
    held_apart: bool = False


class FoundEntry(NamedTuple):
    """A list entry that resembles a subject, and what the list says of it."""

    candidate: Candidate
    entry: ListEntry


@dataclass(frozen=True)
class MatchEvidence:
    """One reason for or against: a code with both values."""

    code: str
    left: str
    right: str


@dataclass(frozen=True)
class Method:
    """By what numbers names were compared: versions, the base rate, and what the weights have been worth.

    `bands` holds, for each schema, rows of (from, to, labelled pairs, of them matches).
    """

    model: str
    population: str
    analysis: str
    base_rate: float
    bands: Mapping[str, Sequence[tuple[float, float, int, int]]]


@dataclass(frozen=True)
class ListHealth:
    """What can be told of a list version without looking anyone up."""

    entries: int
    persons: int
    organisations: int
    names: int
    weak_names: int
    persons_with_birth: int


@dataclass(frozen=True)
class Subject:
    """Whom is asked for; births as in `domain/birth.py`, countries as ISO 3166 codes, numbers in normal form."""

    name: str
    schema: Schema
    births: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Two subjects side by side: an evidence weight in permille, the state that follows, and the reasons."""

    weight: int
    state: str
    evidence: tuple[MatchEvidence, ...]
