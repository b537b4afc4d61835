"""A list that the law or the City lets us compare names with."""

from dataclasses import dataclass
from enum import StrEnum


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
    """One listed subject; birth years are those the list gives, `birth_span` the tolerance it states (years)."""

    entry_id: str
    schema: Schema
    names: tuple[ListName, ...]
    birth_years: tuple[int, ...] = ()
    birth_span: int = 0
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
class ParsedList:
    """What a reader got out of a file, before anything is stored."""

    generated_at: str
    entries: tuple[ListEntry, ...]


@dataclass(frozen=True)
class Candidate:
    """A listed name that resembles a party's; never a match until a person has confirmed it.

    `score` is whole permille and orders candidates for a reader; no rule compares it with anything.
    """

    list_key: str
    entry_id: str
    name: str
    matched_name: str
    score: int
    evidence: tuple["MatchEvidence", ...]
    needs_identifier: bool


@dataclass(frozen=True)
class MatchEvidence:
    """One reason for or against: a code with both values."""

    code: str
    left: str
    right: str
