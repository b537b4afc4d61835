"""Two names and what else is known of them: how strong the evidence is, and which of three quiet states follows.

The states are *no candidate*, *needs identifier* (the name alone cannot tell) and *candidate* (a person must look).
None of them is a match: only a person can say that.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from service.domain.watchlist import Schema
from service.matching.alignment import DISTINCTIVE, Alignment, align
from service.matching.evidence import Facts, Met, association_facts, met_names, person_facts
from service.matching.identifiers import Compared, Verdict
from service.matching.model import Model
from service.matching.names import Name
from service.matching.population import Population
from service.matching.tokens import Role, Token


class State(StrEnum):
    """What the comparison asks of a person."""

    NONE = "no_candidate"
    NEEDS = "needs_identifier"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class NameJudgement:
    """What the names alone say: `evidence` in logarithms of odds."""

    left: Name
    right: Name
    alignment: Alignment
    facts: Facts
    evidence: float
    ordered: tuple[Name, Name, Alignment]

    def met(self) -> list[Met]:
        """The distinctive words that meet; asked only of names worth asking about."""
        first, second, found = self.ordered
        return met_names(first.tokens, second.tokens, found)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole answer: `weight` is calibrated, 0-1; `namesakes` people in Sweden whose name fits as well."""

    names: NameJudgement
    identifiers: tuple[Compared, ...]
    weight: float
    namesakes: float
    state: State


Common = Callable[[str], float]


def judge_names(left: Name, right: Name, schema: Schema, model: Model, table: Population) -> NameJudgement:
    """Compare two names; the same whichever is asked for, as both are put in one order first."""
    turned = [one.text for one in left.tokens] > [one.text for one in right.tokens]
    first, second = (right, left) if turned else (left, right)
    found = align(first.tokens, second.tokens, table)
    count = person_facts if schema is Schema.PERSON else association_facts
    facts = count(first.tokens, second.tokens, found)
    shown = _turned(found) if turned else found
    evidence = model.schemas[schema].weigh(facts)
    return NameJudgement(left, right, shown, facts, evidence, (first, second, found))


def _turned(found: Alignment) -> Alignment:
    return Alignment(
        tuple(replace(one, left=one.right, right=one.left) for one in found.meetings),
        tuple((j, i, alike) for i, j, alike in found.contradictions),
        found.only_right,
        found.only_left,
    )


def judge(
    names: NameJudgement,
    identifiers: Sequence[Compared],
    schema: Schema,
    model: Model,
    table: Population,
    *,
    weak: bool = False,
    common: Common = lambda _: 0.0,
) -> Judgement:
    """Weigh names and identifiers together; `common` says how large a share of the list's others have a word."""
    verdicts = {compared.verdict for compared in identifiers if compared.kind != "country"}
    rows = {compared.row for compared in identifiers}
    decisive = "number_same" in rows
    agrees = Verdict.AGREES in verdicts
    weight = _weight(names, identifiers, model, schema, decisive=decisive)
    weight *= 1.0 if agrees else model.most_by_name
    if decisive:
        return Judgement(names, tuple(identifiers), weight, 0.0, State.CANDIDATE)
    if "birth_far" in rows or not (worth_asking(names, schema, model) and _meets(names, schema)):
        return Judgement(names, tuple(identifiers), weight, 0.0, State.NONE)
    if not fits(names, schema, model):
        namesakes = 0.0 if Verdict.DISAGREES in verdicts else _rare_namesakes(names, model, table, common)
        return Judgement(names, tuple(identifiers), weight, namesakes, State.NEEDS if namesakes else State.NONE)
    namesakes = _namesakes(names, table, common) if schema is Schema.PERSON else 0.0
    state = _weighed(names, schema, model, namesakes, _birth_in(identifiers), weak=weak)
    if Verdict.DISAGREES in verdicts:
        state = _spoken_against(state, weight, model, schema)
    return Judgement(names, tuple(identifiers), weight, namesakes, state)


def _birth_in(identifiers: Sequence[Compared]) -> Compared | None:
    return next((compared for compared in identifiers if compared.kind == "birth"), None)


def fits(names: NameJudgement, schema: Schema, model: Model) -> bool:
    """Whether the names alone fit well enough to be held to resemble each other."""
    return model.schemas[schema].calibrated(names.evidence) >= model.schemas[schema].threshold


def worth_asking(names: NameJudgement, schema: Schema, model: Model) -> bool:
    """Whether the names fit, or may be so rare that they are asked about although they do not."""
    if fits(names, schema, model):
        return True
    near = schema is Schema.PERSON and model.schemas[schema].calibrated(names.evidence) >= model.least_near
    return near and not _clearly_against(names)


def _spoken_against(state: State, weight: float, model: Model, schema: Schema) -> State:
    """What is left where an identifier disagrees: a question at most."""
    if state is State.NONE:
        return state
    enough = weight >= model.most_by_name * model.schemas[schema].threshold
    return State.NEEDS if enough else State.NONE


#: What stands against each other has to be so alike at least to be taken for one name written in two ways.
LEAST_ALIKE_AGAINST = 0.34


def _clearly_against(names: NameJudgement) -> bool:
    """Whether anything is against it that is clearly another name."""
    against = any(names.facts[fact] for fact in ("turned_round", "no_word", "initial_against"))
    return against or any(alike < LEAST_ALIKE_AGAINST for _, _, alike in names.alignment.contradictions)


def _rare_namesakes(names: NameJudgement, model: Model, table: Population, common: Common) -> float:
    """How many share what meets, where they are so few that it is worth a question; otherwise 0.

    How common the words are on the list itself can only make them more, and is looked up last.
    """
    if not _rarely_shared(names, model, _namesakes(names, table, lambda _: 0.0)):
        return 0.0
    namesakes = _namesakes(names, table, common)
    return namesakes if _rarely_shared(names, model, namesakes) else 0.0


def _rarely_shared(names: NameJudgement, model: Model, namesakes: float) -> bool:
    """Whether next to nobody else has what meets, or all of one name meets in the other and few have it."""
    if namesakes < model.few_namesakes:
        return True
    ours, theirs = set[int](), set[int]()
    for meeting in names.alignment.meetings:
        if meeting.alike >= WHOLE_ALIKE:
            ours.update(meeting.left)
            theirs.update(meeting.right)
    whole = ours.issuperset(_heavy(names.left)) or theirs.issuperset(_heavy(names.right))
    return whole and namesakes < model.most_namesakes_of_whole


def _heavy(name: Name) -> list[int]:
    """Where the words stand that can tell somebody."""
    return [place for place, token in enumerate(name.tokens) if token.weight >= DISTINCTIVE]


#: Birth dates that agree more closely than a year.
_CLOSE_BIRTHS = frozenset({"birth_day", "birth_month", "birth_swapped"})


def _weighed(
    names: NameJudgement, schema: Schema, model: Model, namesakes: float, birth: Compared | None, *, weak: bool
) -> State:
    """What names and birth say together: nothing, too little, or enough for a person to look.

    As many people as bear the name, times the chance that their birth agrees by luck, are as good a match as this one:
    a year is little against a name that thousands bear.
    """
    agrees = birth is not None and birth.verdict is Verdict.AGREES
    as_good = namesakes * birth.luck if birth is not None and agrees else namesakes
    if schema is Schema.PERSON and _says_nothing(names, model, as_good, weak=weak):
        return State.NONE
    closely = birth is not None and birth.row in _CLOSE_BIRTHS
    one_word = agrees and len(names.met()) <= 1
    quiet = (weak or one_word) and not closely
    return State.NEEDS if quiet or _says_little(names, schema, model, as_good) else State.CANDIDATE


#: How alike words have to be for one name to hold the other, and how long a single word that tells it.
WHOLE_ALIKE, LONG_ENOUGH = 0.9, 6


def holds_whole(names: NameJudgement) -> bool:
    """Whether the asked name has every word of the listed one that weighs, a rare one among them, and more beside.

    "Järnvargarnas Stridsförbund Hässelby", "… i likvidation", "… c/o X": what is added does not make it another.
    """
    listed = names.right.tokens
    met: set[int] = set()
    for meeting in names.alignment.meetings:
        if meeting.alike >= WHOLE_ALIKE:
            met.update(meeting.right)
    heavy = _heavy(names.right)
    if not heavy or not met.issuperset(heavy):
        return False
    telling = [listed[place] for place in heavy if _is_telling(listed, place)]
    return len(telling) > 1 or any(_letters(token) >= LONG_ENOUGH for token in telling)


def _is_telling(tokens: Sequence[Token], place: int) -> bool:
    """A word that is rare: no common one, no number or kind of association, and no place."""
    token = tokens[place]
    at_place = place > 0 and tokens[place - 1].text in PLACED
    return token.role is Role.NAME and token.weight >= RARE and not at_place


RARE = 0.85
#: What stands before a place.
PLACED = frozenset({"i", "in", "fran", "av", "of", "vid", "pa", "at"})


def at_least_asked(judged: Judgement) -> Judgement:
    """The same, where at least an identifier is asked for."""
    return replace(judged, state=State.NEEDS) if judged.state is State.NONE else judged


def _weight(
    names: NameJudgement, identifiers: Sequence[Compared], model: Model, schema: Schema, *, decisive: bool
) -> float:
    """How much names and identifiers weigh together, calibrated: 0 to 1."""
    weights = [model.identifiers[compared.row] for compared in identifiers if compared.row]
    against = sum(min(0.0, weight) for weight in weights)
    agreeing = sum(max(0.0, weight) for weight in weights)
    if not decisive:
        # However well the rest agrees, it cannot make one name of two that have nothing in common.
        agreeing = min(agreeing, max(0.0, model.room * (names.evidence + 3)))
    return model.schemas[schema].calibrated(names.evidence + against + agreeing)


def _namesakes(names: NameJudgement, table: Population, common: Common) -> float:
    """How many others in the population are expected to be called so, by the words that met."""
    words = []
    for met in names.met():
        share = max(common(word) for word in met.spellings)
        words.append((met.spellings, share, met.least))
    return table.namesakes(words)


def _meets(names: NameJudgement, schema: Schema) -> bool:
    """Whether anything distinctive meets; an association must share a name, or have none and be the same."""
    if schema is Schema.ORGANISATION and names.facts["no_word"]:
        ours = sorted(token.text for token in names.left.tokens)
        theirs = sorted(token.text for token in names.right.tokens)
        return bool(ours) and ours == theirs
    return bool(names.met() or names.facts.get("acronym"))


def _says_nothing(names: NameJudgement, model: Model, namesakes: float, *, weak: bool) -> bool:
    """One common name in common while others are left out, or a weak alias that many bear: everyone would be asked."""
    if namesakes < model.namesakes_of_nothing:
        return False
    return weak or bool(names.facts["one_word_only"])


def _says_little(names: NameJudgement, schema: Schema, model: Model, namesakes: float) -> bool:
    """Whether the name alone fits too many to say anything."""
    if schema is Schema.PERSON:
        strength = names.evidence - model.namesake_cost * math.log(max(namesakes, 1e-9))
        return namesakes >= model.most_namesakes or strength < model.namesake_least
    said = []
    for meeting in names.alignment.meetings:
        for i, j in product(meeting.left, meeting.right):
            ours, theirs = names.left.tokens[i], names.right.tokens[j]
            if Role.NAME in (ours.role, theirs.role):
                said.append((ours, theirs))
    # Nothing but forms and numbers, or one short word such as an acronym: too many are called so.
    short = [_letters(ours) <= 4 or _letters(theirs) <= 4 for ours, theirs in said]
    return len({ours.text for ours, _ in said}) <= 1 and all(short)


def _letters(token: Token) -> int:
    return len(token.text.lstrip("~^"))
