"""Two names side by side: which word meets which, how, and what is left over on either side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from rapidfuzz.distance import OSA

from service.matching.keys import base_key, fold_keys, skeleton, sound_class
from service.matching.memory import remembered
from service.matching.population import Population
from service.matching.script import ABJAD, HAN, spelled
from service.matching.short_forms import short_form
from service.matching.tokens import Role, Token


class How(StrEnum):
    """In what way two words meet."""

    SAME = "same"
    KNOWN = "known"  # two spellings that the name table holds to be one name
    SOUND = "sound"  # other letters, same sound
    JOINED = "joined"  # two words on one side are one word on the other
    CLOSE = "close"  # a letter or two differ
    BONES = "bones"  # the consonants are the same
    SCRIPT = "script"  # written with vowels on one side only
    INITIAL = "initial"
    SHORT = "short"  # what somebody of that name is called for short


@dataclass(frozen=True, slots=True)
class Meeting:
    """Words that meet, by position; `alike` is 0 to 1, `weight` how much the weightier of the two can say."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    how: How
    alike: float
    weight: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """What meets, what contradicts (position left, position right, how alike they still are), what is left over."""

    meetings: tuple[Meeting, ...]
    contradictions: tuple[tuple[int, int, float], ...]
    only_left: tuple[int, ...]
    only_right: tuple[int, ...]


LEAST_ALIKE = 0.62


def word_alike(left: Token, right: Token, table: Population) -> tuple[float, How] | None:
    """How alike two words are, 0 to 1, and in what way; None where they are not."""
    if left.text == right.text:
        return 1.0, How.SAME
    if left.role is Role.NUMBER or right.role is Role.NUMBER:
        return (0.95, How.KNOWN) if _same_year(left.text, right.text) else None
    if left.role is Role.INITIAL or right.role is Role.INITIAL:
        return _initial(left, right)
    if not (left.latin and right.latin):
        return _across(left, right)
    if left.role is not Role.NAME or right.role is not Role.NAME:
        if {left.role, right.role} & {Role.ACTIVITY, Role.LEGAL}:
            return None
        both_links = left.role is right.role is Role.LINK
        return (0.95, How.KNOWN) if both_links or left.base == right.base else None
    return _spelled(left, right, table)


def _same_year(left: str, right: str) -> bool:
    """`88` is `1988`."""
    short, long = sorted((left, right), key=len)
    return len(short) == 2 and len(long) == 4 and long[:2] in ("19", "20") and long[2:] == short


def _initial(left: Token, right: Token) -> tuple[float, How] | None:
    if not (left.latin and right.latin) or left.role is right.role:
        return None
    initial, name = (left, right) if left.role is Role.INITIAL else (right, left)
    begins = {name.text[0], name.base[:1]}  # Yusuf and Jusuf, Karl and Carl
    return (0.75, How.INITIAL) if {initial.text, base_key(initial.text)} & begins else None


def _across(left: Token, right: Token) -> tuple[float, How] | None:
    """One or both are in a script that does not spell vowels, or has a sign for each name."""
    if HAN in (left.text[0], right.text[0]):
        return _with_signs(left, right)
    ours, theirs = left.bones, right.bones
    shorter = min(len(ours), len(theirs))
    if ours == theirs:
        return _same_bones(left, right)
    if shorter >= 1 and ours.replace("h", "") == theirs.replace("h", ""):
        return 0.8, How.SCRIPT
    if shorter < 3:
        return None
    distance = OSA.distance(merged_bones(ours), merged_bones(theirs), score_cutoff=1)
    if distance == 0:
        return 0.85, How.SCRIPT
    if left.latin is right.latin or shorter < 4 or distance > 1 or ours[0] != theirs[0]:
        return None
    return (0.7, How.SCRIPT) if OSA.distance(ours, theirs, score_cutoff=1) <= 1 else None


def _with_signs(left: Token, right: Token) -> tuple[float, How] | None:
    """A sign for each name: two names in signs are two names, one in letters is compared by its sound."""
    if left.text[0] == right.text[0]:
        return None
    if spelled(left.text) == spelled(right.text) or left.base == right.base:
        return 0.9, How.SCRIPT
    ours, theirs = left.bones.replace("r", "l"), right.bones.replace("r", "l")
    return (0.75, How.SCRIPT) if len(ours) >= 2 and ours == theirs else None


def _same_bones(left: Token, right: Token) -> tuple[float, How] | None:
    """The same consonants: the more of them there are, the more they say."""
    match len(left.bones):
        case 0:
            return None
        case 1:
            short = max(len(left.text), len(right.text)) <= 4
            return (0.75, How.SCRIPT) if short else None
        case 2:
            return 0.85, How.SCRIPT
        case _:
            return 0.92, How.SCRIPT


def merged_bones(bones: str) -> str:
    """Consonants that transliterations mix up, as one."""
    return bones.replace("d", "s").replace("t", "s").replace("g", "k").replace("j", "k").replace("h", "k")


def _spelled(left: Token, right: Token, table: Population) -> tuple[float, How] | None:
    a, b = left.text, right.text
    if short_form(a, b) and not table.different_names(a, b):
        return 0.9, How.SHORT
    if abs(len(a) - len(b)) > 4:
        return None
    if table.same_name(a, b):
        return 0.96, How.KNOWN
    if table.different_names(a, b):
        return None
    if min(len(a), len(b)) < 3:
        return None
    if left.base == right.base:
        return 0.94, How.SOUND
    if min(len(left.base), len(right.base)) >= 4 and not left.keys.isdisjoint(right.keys):
        return 0.92, How.SOUND
    return _close(left, right)


def _letters_allowed(length: int) -> int:
    """How many letters may differ in words of this length."""
    if length < 6:
        return 1
    return 2 if length < 10 else 3


def _close(left: Token, right: Token) -> tuple[float, How] | None:
    a, b = left.text, right.text
    longer = max(len(a), len(b))
    if min(len(a), len(b)) < 4 or longer < 5:
        return None
    allowed = _letters_allowed(longer)
    written = OSA.distance(a, b, score_cutoff=allowed)
    x, y = left.base, right.base
    room = max(len(x), len(y))
    heard = OSA.distance(x, y, score_cutoff=allowed) if min(len(x), len(y)) >= 4 else allowed + 1
    alike = max(1 - written / longer if written <= allowed else 0, 1 - (heard + 0.25) / room if heard <= allowed else 0)
    if sound_class(x[0]) != sound_class(y[0]):
        alike -= 0.08
    if alike >= LEAST_ALIKE:
        return round(alike, 4), How.CLOSE
    if len(left.bones) >= 3 and left.bones == right.bones and sound_class(x[0]) == sound_class(y[0]):
        return 0.72, How.BONES
    return None


def align(left: Sequence[Token], right: Sequence[Token], table: Population) -> Alignment:
    """Best meetings first, each word once; then words joined; then what is left."""
    used_left: set[int] = set()
    used_right: set[int] = set()
    meetings = []
    for meeting in _best_first(left, right, table):
        [i], [j] = meeting.left, meeting.right
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            meetings.append(meeting)
    if len(used_left) < len(left) or len(used_right) < len(right):
        meetings = _joined(left, right, meetings, used_left, used_right)
    rest_left = _rest(left, used_left)
    rest_right = _rest(right, used_right)
    contradictions = _contradictions(left, right, rest_left, rest_right, table)
    against_left = {i for i, _, _ in contradictions}
    against_right = {j for _, j, _ in contradictions}
    return Alignment(
        tuple(meetings),
        tuple(contradictions),
        tuple(i for i in rest_left if i not in against_left),
        tuple(j for j in rest_right if j not in against_right),
    )


def _best_first(left: Sequence[Token], right: Sequence[Token], table: Population) -> list[Meeting]:
    """Every word of one name that meets one of the other, the weightiest first."""
    scored = []
    for i, ours in enumerate(left):
        for j, theirs in enumerate(right):
            met = alike(ours, theirs, table)
            if met:
                how_much, how = met
                weight = max(ours.weight, theirs.weight)
                # Of equally good meetings the words themselves decide, not where they stand: order says nothing.
                order = (-how_much * weight, _in_order(ours, theirs), i, j)
                scored.append((order, Meeting((i,), (j,), how, how_much, weight)))
    scored.sort(key=lambda pair: pair[0])
    return [meeting for _, meeting in scored]


def _rest(tokens: Sequence[Token], used: set[int]) -> list[int]:
    """The words that met nothing, and do not repeat one that did."""
    return [i for i in range(len(tokens)) if i not in used and not _repeats(tokens, i, used)]


def _in_order(one: Token, other: Token) -> tuple[str, str]:
    return (one.text, other.text) if one.text <= other.text else (other.text, one.text)


def _repeats(tokens: Sequence[Token], position: int, used: set[int]) -> bool:
    """A name said again elsewhere in the same name adds nothing."""
    return any(tokens[other].text == tokens[position].text for other in used)


def _joined(
    left: Sequence[Token],
    right: Sequence[Token],
    meetings: list[Meeting],
    used_left: set[int],
    used_right: set[int],
) -> list[Meeting]:
    """Words written apart on one side and together on the other; a weaker meeting gives way to it."""
    for swapped in (False, True):
        whole, parts = (right, left) if swapped else (left, right)
        used_whole, used_parts = (used_right, used_left) if swapped else (used_left, used_right)
        for i, token in enumerate(whole):
            if i in used_whole or not _long_name(token):
                continue
            span = next(iter(_spans(token, parts, used_parts, meetings, swapped)), None)
            if span is not None:
                meetings = [meeting for meeting in meetings if not _within(meeting, span, used_parts, swapped)]
                used_whole.add(i)
                used_parts.update(span)
                apart, together = tuple(span), (i,)
                ours, theirs = (apart, together) if swapped else (together, apart)
                meetings.append(Meeting(ours, theirs, How.JOINED, 0.93, token.weight))
        used_left.intersection_update(position for meeting in meetings for position in meeting.left)
        used_right.intersection_update(position for meeting in meetings for position in meeting.right)
    return meetings


def _long_name(token: Token) -> bool:
    return token.role is Role.NAME and len(token.text) >= 4


def _within(meeting: Meeting, span: Iterable[int], used: set[int], swapped: bool) -> bool:
    """Whether a meeting holds a word of this span."""
    side = meeting.left if swapped else meeting.right
    return any(position in used and position in side for position in span)


def _spans(
    token: Token, many: Sequence[Token], used: set[int], meetings: Sequence[Meeting], swapped: bool
) -> list[range]:
    """Runs of two or three adjacent words that are this word when written together; only free or light ones."""
    text = spelled(token.text) if token.text[0] != ABJAD else token.text
    weak: set[int] = set()
    for meeting in meetings:
        if meeting.how in (How.CLOSE, How.BONES, How.INITIAL, How.SCRIPT) or meeting.weight < 0.3:
            weak.update(meeting.left if swapped else meeting.right)
    found = []
    for start in range(len(many)):
        joined = many[start].text
        for end in range(start + 1, min(start + 4, len(many))):
            if (many[end].text[0] == ABJAD) != (joined[0] == ABJAD):
                break
            joined += many[end].text.lstrip(ABJAD + HAN)
            span = range(start, end + 1)
            if any(p in used and p not in weak for p in span):
                continue
            if _same_joined(text, spelled(joined)):
                found.append(span)
    return found


@remembered
def _same_joined(text: str, joined: str) -> bool:
    if not text or not joined:
        return False
    if text == joined:
        return True
    if text[0] == ABJAD or joined[0] == ABJAD:
        ours = text[1:] if text[0] == ABJAD else skeleton(base_key(text))
        theirs = joined[1:] if joined[0] == ABJAD else skeleton(base_key(joined))
        return len(ours) >= 3 and ours == theirs
    if abs(len(text) - len(joined)) > 3 or (text[0] != joined[0] and base_key(text)[:1] != base_key(joined)[:1]):
        return False
    if not set(fold_keys(text)).isdisjoint(fold_keys(joined)):
        return True
    return len(text) >= 7 and OSA.distance(text, joined, score_cutoff=1) <= 1


def _contradictions(
    left: Sequence[Token], right: Sequence[Token], rest_left: list[int], rest_right: list[int], table: Population
) -> list[tuple[int, int, float]]:
    """Distinctive words that stand unmet on both sides, the most alike opposite each other."""
    ours = [i for i in rest_left if left[i].weight >= DISTINCTIVE]
    theirs = [j for j in rest_right if right[j].weight >= DISTINCTIVE]
    if not ours or not theirs:
        return []
    scored = sorted(
        (-_residual(left[i], right[j], table), _in_order(left[i], right[j]), i, j) for i, j in product(ours, theirs)
    )
    pairs, used_left, used_right = [], set(), set()
    for residual, _, i, j in scored:
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            pairs.append((i, j, -residual))
    return pairs


DISTINCTIVE = 0.4
KNOWN_APART = 0.1


def _residual(left: Token, right: Token, table: Population) -> float:
    """How alike two words still are that do not meet, 0 to 1; two known names of one tradition hardly at all."""
    if not (left.latin and right.latin):
        return 0.0
    if table.different_names(left.text, right.text):
        return KNOWN_APART
    return round(max(OSA.normalized_similarity(left.text, right.text), 0.0), 4)


_ALIKE: dict[tuple[str, Role, str, Role, str], tuple[float, How] | None] = {}
_MOST_KEPT = 500_000


def alike(left: Token, right: Token, table: Population) -> tuple[float, How] | None:
    """`word_alike`, remembered; the same in both directions."""
    if left.text == right.text:
        return 1.0, How.SAME
    key = (left.text, left.role, right.text, right.role, table.version)
    try:
        return _ALIKE[key]
    except KeyError:
        pass
    if len(_ALIKE) >= _MOST_KEPT:
        _ALIKE.clear()
    met = _ALIKE[key] = word_alike(left, right, table)
    return met
