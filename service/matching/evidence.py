"""What two names say for and against being one: counted facts, each with a name that the model table gives a weight."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from service.matching.alignment import DISTINCTIVE, Alignment, Meeting
from service.matching.population import UNKNOWN
from service.matching.script import spelled
from service.matching.tokens import Role, Token
from service.matching.words_met import How


@dataclass(frozen=True, slots=True)
class Met:
    """A word that meets: its spellings on both sides, and the least share of people whose name meets it as well."""

    spellings: tuple[str, ...]
    least: float


COUNTED = 0.3  # a word that weighs less than this is no evidence by itself
Facts = dict[str, float]


def person_facts(left: Sequence[Token], right: Sequence[Token], found: Alignment) -> Facts:
    """The facts of two persons' names; the same whichever is asked for."""
    facts, met = _common(left, right, found)
    facts["worst_contradiction"] = max((1 - alike for _, _, alike in found.contradictions), default=0.0)
    left_out = _left_out(left, right, found)
    facts["initial_against"] = float(_initial_against(left, right, found))
    if facts["initial_against"]:
        facts["contradiction"] = 1.0
    _omissions(facts, sum(one.weight for one in left_out), met, [one for one in left_out if one.weight >= DISTINCTIVE])
    facts["turned_round"] = float(_child_of_turned_round(left, right, found))
    facts["complete"] = float(sum(one.weight for one in left_out) < COUNTED and not found.contradictions)
    return facts


def association_facts(left: Sequence[Token], right: Sequence[Token], found: Alignment) -> Facts:
    """The facts of two associations' names; the same whichever is asked for."""
    facts, met = _common(left, right, found)
    _contradictions(facts, left, right, found)
    left_out = [token for token in _left_out(left, right, found) if token.role not in (Role.LEGAL, Role.LIGHT)]
    weight = sum(token.weight for token in left_out)
    distinctive = [token for token in left_out if token.role is Role.NAME and token.weight >= DISTINCTIVE]
    _omissions(facts, weight, met, distinctive)
    roles = [token.role for token in left_out]
    facts["activity_left_out"] = float(roles.count(Role.ACTIVITY))
    facts["number_left_out"] = float(roles.count(Role.NUMBER))
    names = _names_shared(left, found)
    facts["no_word"] = float(not names)
    facts["common_words_only"] = float(bool(names) and all(token.weight <= 0.6 for token in names))
    facts["legal_form_against"] = float(_other_form(_legal_forms(left), _legal_forms(right)))
    facts["complete"] = float(weight < COUNTED and not found.contradictions)
    differs = bool(left_out or found.contradictions)
    facts["acronym"] = float(differs and (_acronym(left, right) or _acronym(right, left)))
    if facts["acronym"]:
        # The words stand for their letters: nothing is against anything, and nothing is left out.
        facts |= dict.fromkeys(_SPELT_OUT, 0.0)
    return facts


def _contradictions(facts: Facts, left: Sequence[Token], right: Sequence[Token], found: Alignment) -> None:
    """What speaks against: another activity, another number, or another word, by its weight."""
    facts |= {"activity_against": 0.0, "number_against": 0.0, "contradicted": 0.0, "contradiction": 0.0}
    for i, j, how_much in found.contradictions:
        roles = {left[i].role, right[j].role}
        if Role.ACTIVITY in roles:
            facts["activity_against"] += 1.0
        elif Role.NUMBER in roles:
            facts["number_against"] += 1.0
        else:
            facts["contradicted"] += max(left[i].weight, right[j].weight) * (1 - how_much)
            facts["contradiction"] = 1.0


def _other_form(ours: set[str], theirs: set[str]) -> bool:
    return bool(ours and theirs) and ours.isdisjoint(theirs)


def _names_shared(left: Sequence[Token], found: Alignment) -> list[Token]:
    shared = [left[meeting.left[0]] for meeting in found.meetings]
    return [token for token in shared if token.role is Role.NAME]


def _legal_forms(tokens: Sequence[Token]) -> set[str]:
    return {token.text for token in tokens if token.role is Role.LEGAL}


def _common(left: Sequence[Token], right: Sequence[Token], found: Alignment) -> tuple[Facts, float]:
    met = [meeting for meeting in found.meetings if meeting.weight >= COUNTED]
    weight = sum(meeting.weight * meeting.alike for meeting in met)
    facts: Facts = {
        "met": min(weight, 3.0),
        "contradicted": sum(max(left[i].weight, right[j].weight) * (1 - a) for i, j, a in found.contradictions),
        "contradiction": float(bool(found.contradictions)),
        "other_spelling": float(sum(meeting.how in (How.KNOWN, How.SOUND, How.SHORT) for meeting in met)),
        "other_script": sum(1 - meeting.alike for meeting in met if meeting.how is How.SCRIPT),
        "initial": float(sum(meeting.how is How.INITIAL for meeting in met)),
        "joined": float(sum(meeting.how is How.JOINED for meeting in met)),
        "no_word": float(all(meeting.how is How.INITIAL for meeting in met)),
    }
    return facts | _near(left, right, met), weight


def _near(left: Sequence[Token], right: Sequence[Token], met: Sequence[Meeting]) -> Facts:
    """What differs in the words that nearly meet: how many letters, and whether in the ending."""
    near = [meeting for meeting in met if meeting.how in (How.CLOSE, How.BONES)]
    pairs = [(left[meeting.left[0]], right[meeting.right[0]]) for meeting in near]
    edits = [_edits(ours, theirs) for ours, theirs in pairs]
    endings = 0
    for (ours, theirs), count in zip(pairs, edits, strict=True):
        endings += count > 1.5 and _ends_otherwise(ours.text, theirs.text)
    return {
        "letters": sum(meeting.weight * (1 - meeting.alike) for meeting in near),
        "one_letter": float(sum(count <= 1 for count in edits)),
        "more_letters": sum(min(count, 4.0) - 1 for count in edits if count > 1),
        "other_ending": float(endings),
    }


def _omissions(facts: Facts, weight: float, met: float, distinctive: Sequence[Token]) -> None:
    facts["left_out"] = weight / (weight + met + 0.01)
    facts["words_left_out"] = float(min(len(distinctive), 4))
    blurred = facts["one_letter"] or facts["more_letters"] or facts["other_script"] > 0.2
    facts["unsure_and_left_out"] = facts["words_left_out"] if blurred else 0.0
    facts["one_word_only"] = float(met > 0 and bool(distinctive) and met <= 1.0 + 1e-9)


def _left_out(left: Sequence[Token], right: Sequence[Token], found: Alignment) -> list[Token]:
    return [left[i] for i in found.only_left] + [right[j] for j in found.only_right]


def _edits(left: Token, right: Token) -> float:
    """Letters that differ as written, or as heard and a half."""
    return min(OSA.distance(left.text, right.text), OSA.distance(left.base, right.base) + 0.5)


def _ends_otherwise(left: str, right: str) -> bool:
    """The words begin alike and end in another way (Lukasjenko, Lukasjevitj): as a rule another name."""
    shared = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        shared += 1
    return shared >= 3 and shared >= min(len(left), len(right)) - 4


def _initial_against(left: Sequence[Token], right: Sequence[Token], found: Alignment) -> bool:
    """An initial, or a bare "servant of", that fits no name left over on the other side."""
    ours, theirs = [left[i] for i in found.only_left], [right[j] for j in found.only_right]
    for one, other in ((ours, theirs), (theirs, ours)):
        short = any(token.role is Role.INITIAL or token.text == "abd" for token in one)
        if short and any(token.weight >= DISTINCTIVE or token.role is Role.INITIAL for token in other):
            return True
    return False


def _child_of_turned_round(left: Sequence[Token], right: Sequence[Token], found: Alignment) -> bool:
    """Salman bin Muhammad is not Muhammad bin Salman."""
    ours, theirs = _parent_and_child(left), _parent_and_child(right)
    if ours is None or theirs is None:
        return False
    opposite = {i: j for one in found.meetings for i in one.left for j in one.right}
    child, parent = ours
    return opposite.get(child) == theirs[1] or opposite.get(parent) == theirs[0]


def _parent_and_child(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Where the child and the parent of the first "bin" stand."""
    for position, token in enumerate(tokens):
        if token.role is not Role.LINK:
            continue
        before = [i for i in range(position) if tokens[i].weight >= DISTINCTIVE]
        after = [i for i in range(position + 1, len(tokens)) if tokens[i].weight >= DISTINCTIVE]
        if before and after:
            return before[-1], after[0]
    return None


def _acronym(short: Sequence[Token], long: Sequence[Token]) -> bool:
    """One side's only name is the first letters of the other's words."""
    names = [one for one in short if one.role is Role.NAME]
    if len(names) != 1 or not 3 <= len(names[0].text) <= 6:
        return False
    return names[0].text in acronyms_of(long)


def acronyms_of(tokens: Sequence[Token]) -> set[str]:
    """What a name of several words is called by the letters of those that weigh."""
    heavy = "".join(token.text[0] for token in tokens if token.role in (Role.NAME, Role.ACTIVITY))
    return {heavy} if len(heavy) >= 2 else set()


#: What an acronym and the words it stands for do not say against each other.
_SPELT_OUT = (
    "contradicted", "contradiction", "no_word", "left_out", "words_left_out", "unsure_and_left_out", "one_word_only",
)  # fmt: skip


def met_names(left: Sequence[Token], right: Sequence[Token], found: Alignment) -> list[Met]:
    """The distinctive words that meet, and what it takes to meet them; the same whichever side is asked for.

    The looser the meeting, the more people: a word two letters off meets hundreds of names, two consonants across
    scripts meet more still; and where the word opposite is a common name itself, all who bear that one.
    """
    names = []
    for one in found.meetings:
        ours, theirs = [left[i] for i in one.left], [right[j] for j in one.right]
        if max(token.weight for token in (*ours, *theirs)) < DISTINCTIVE:
            continue
        least = UNKNOWN
        if one.how in (How.CLOSE, How.BONES):
            least = 5e-5 if _edits(ours[0], theirs[0]) <= 1 else 4e-4
        elif one.how is How.SCRIPT:
            bones = min(len(ours[0].bones), len(theirs[0].bones))
            least = 0.3 * 12.0 ** -(bones - (one.alike < 0.9 and bones > 2))
        elif one.how is How.INITIAL:
            least = 0.02  # so many names begin with any one letter
        whole = min(ours, theirs, key=len) if one.how is How.JOINED else [*ours, *theirs]
        names.append(Met(tuple(sorted({spelled(word.text) for word in whole})), least))
    return names
