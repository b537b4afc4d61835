"""Two names side by side: which word meets which, how, and what is left over on either side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from rapidfuzz.distance import OSA

from service.matching.keys import base_key, fold_keys, skeleton
from service.matching.memory import remembered
from service.matching.population import Population
from service.matching.script import ABJAD, HAN, spelled
from service.matching.tokens import Role, Token
from service.matching.words_met import How, alike


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
    # A name said again (a father's, a grandfather's) is a name like any other where another stands against it.
    contradictions = _contradictions(left, right, _unmet(left, used_left), _unmet(right, used_right), table)
    return Alignment(
        tuple(meetings),
        tuple(contradictions),
        _left_alone(left, used_left, {i for i, _, _ in contradictions}),
        _left_alone(right, used_right, {j for _, j, _ in contradictions}),
    )


def _unmet(tokens: Sequence[Token], used: set[int]) -> list[int]:
    return [place for place in range(len(tokens)) if place not in used]


def _left_alone(tokens: Sequence[Token], used: set[int], against: set[int]) -> tuple[int, ...]:
    """The words that neither meet nor stand against anything, and do not repeat one that did."""
    return tuple(place for place in _unmet(tokens, used) if place not in against and not _repeats(tokens, place, used))


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
        for place, token in enumerate(whole):
            weakly = _weakly(meetings, place, left=not swapped)
            if (place in used_whole and not weakly) or not _long_name(token):
                continue
            spans = _spans(token, parts, used_parts, meetings, swapped)
            if spans:
                kept = [meeting for meeting in meetings if meeting not in weakly]
                meetings = [meeting for meeting in kept if not _within(meeting, spans[0], used_parts, swapped)]
                used_whole.add(place)
                used_parts.update(spans[0])
                meetings.append(_written_together(place, spans[0], token, swapped=swapped))
        _forget_what_gave_way(meetings, used_left, used_right)
    return meetings


def _written_together(place: int, span: range, token: Token, *, swapped: bool) -> Meeting:
    apart, together = tuple(span), (place,)
    ours, theirs = (apart, together) if swapped else (together, apart)
    return Meeting(ours, theirs, How.JOINED, 0.93, token.weight)


def _forget_what_gave_way(meetings: Sequence[Meeting], used_left: set[int], used_right: set[int]) -> None:
    used_left.intersection_update(place for meeting in meetings for place in meeting.left)
    used_right.intersection_update(place for meeting in meetings for place in meeting.right)


def _long_name(token: Token) -> bool:
    return token.role is Role.NAME and len(token.text) >= 4


#: Ways to meet that give way to a word written apart.
WEAK = (How.CLOSE, How.BONES, How.INITIAL, How.SCRIPT)


def _weakly(meetings: Sequence[Meeting], place: int, *, left: bool) -> list[Meeting]:
    """The meetings of this word that give way."""
    return [meeting for meeting in meetings if meeting.how in WEAK and place in _side(meeting, left)]


def _side(meeting: Meeting, left: bool) -> tuple[int, ...]:
    return meeting.left if left else meeting.right


def _within(meeting: Meeting, span: Iterable[int], used: set[int], swapped: bool) -> bool:
    """Whether a meeting holds a word of this span."""
    side = _side(meeting, swapped)
    return any(position in used and position in side for position in span)


def _spans(
    token: Token, many: Sequence[Token], used: set[int], meetings: Sequence[Meeting], swapped: bool
) -> list[range]:
    """Runs of two or three adjacent words that are this word when written together; only free or light ones."""
    text = spelled(token.text) if token.text[0] != ABJAD else token.text
    weak: set[int] = set()
    for meeting in meetings:
        if meeting.how in WEAK or meeting.weight < 0.3:
            weak.update(_side(meeting, swapped))
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
    if abs(len(text) - len(joined)) > 3:
        return False
    if text[0] != joined[0] and base_key(text)[:1] != base_key(joined)[:1]:
        return min(len(text), len(joined)) >= 9 and OSA.distance(text, joined, score_cutoff=1) <= 1
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
