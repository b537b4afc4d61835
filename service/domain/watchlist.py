"""A list that the law or the City lets us compare names with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Schema(StrEnum):
    """Whether a name is a person's or an organisation's."""

    PERSON = "person"
    ORGANISATION = "organisation"


class ListState(StrEnum):
    """Where a version of a list is."""

    ACTIVE = "active"  # the one that names are compared with
    REPLACED = "replaced"  # it was, until a later one came
    HELD = "held"  # it has come, and waits for a person to read what differs
    REJECTED = "rejected"  # a person has read it, and it is not used


@dataclass(frozen=True)
class ListName:
    """One name of a listed subject; a weak alias never raises a candidate alone."""

    text: str
    weak: bool = False


@dataclass(frozen=True)
class ListEntry:
    """One listed subject; births as written in `domain/birth.py`, countries as ISO 3166 codes where known.

    `either` says that the list does not tell whether it is a person or an organisation: it is compared as both.
    """

    entry_id: str
    schema: Schema
    names: tuple[ListName, ...]
    births: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    org_numbers: tuple[str, ...] = ()
    either: bool = False


@dataclass(frozen=True)
class ListRemark:
    """Something noticed in a list file: a code, the place in the file, how often; `holds` it until a person looks."""

    code: str
    place: str
    count: int
    holds: bool


@dataclass(frozen=True)
class ListDefinition:
    """What must be known of a list before it may be used (requirement N1); stands in the rule set.

    A `required` list that has not been imported makes the check that needs it `unknown`; one that is not required is
    used from the day it is imported. A version with more than `most_fall` percent fewer of anything than the one before
    is held for a person. `address` is where it is fetched from; empty where it only comes by hand.
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
    most_fall: int = 10
    address: str = ""


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
    strong_aliases: int
    persons_with_birth: int
    births: int
    full_dates: int
    numbers: int
    countries: int


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
