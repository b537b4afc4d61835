"""Names that resemble listed ones, each settled by itself: held apart, or the same by something beside the name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.application import PartyKind
from service.domain.errors import InvalidInput, Problem
from service.domain.events.fields import SameAsListed
from service.domain.finding import HELD_APART

#: What beside a name may show that a natural person is the listed one, and what an organisation.
OF_PERSONS = ("birth_date", "document", "birth_place", "official_register")
OF_ORGANISATIONS = ("org_number", "official_register")
IDENTIFIERS = tuple(dict.fromkeys((*OF_PERSONS, *OF_ORGANISATIONS)))
#: The answer that the two are not the same.
APART = "apart"
#: How the answer to a candidate is called in a form: this, and the pair.
FIELD = "candidate-"
_PERSONS = frozenset({PartyKind.REPRESENTATIVE.value, PartyKind.SPEAKER.value})


@dataclass(frozen=True)
class Candidate:
    """A party of the case and a list entry that it resembles; `pair` stands for the two as they are now."""

    pair: str
    name: str
    listed: str
    list: str
    person: bool
    open: bool

    @property
    def identifiers(self) -> tuple[str, ...]:
        """What may show that the two are the same, by what sort of party it is."""
        return OF_PERSONS if self.person else OF_ORGANISATIONS


def candidates_in(pieces: Iterable[Mapping[str, Any]]) -> list[Candidate]:
    """The candidates that these pieces of evidence are about, each once; what is held apart is not open."""
    found: dict[str, Candidate] = {}
    for piece in pieces:
        params = piece["params"]
        pair = params.get("pair")
        if isinstance(pair, str):
            found[pair] = Candidate(
                pair=pair,
                name=str(params.get("name", "")),
                listed=str(params.get("listed", "")),
                list=str(params.get("list", "")),
                person=params.get("party") in _PERSONS,
                open=piece["code"] != HELD_APART,
            )
    return list(found.values())


@dataclass(frozen=True)
class Settled:
    """The pairs that are not the same, and those that are."""

    apart: tuple[str, ...]
    same: tuple[SameAsListed, ...]


def settled(candidates: Iterable[Candidate], answers: Mapping[str, str]) -> Settled:
    """What was answered of each open candidate, by its pair; raises InvalidInput for each that was not answered.

    That they are the same takes something beside the name, of the kind that fits the party.
    """
    apart, same, problems = [], [], []
    for candidate in candidates:
        answer = answers.get(candidate.pair, "")
        if answer == APART:
            apart.append(candidate.pair)
        elif answer in candidate.identifiers:
            same.append(SameAsListed(candidate.pair, answer))
        else:
            problems.append(Problem(f"/{FIELD}{candidate.pair}", "finding.candidate_unanswered"))
    if problems:
        raise InvalidInput(problems)
    return Settled(tuple(apart), tuple(same))
