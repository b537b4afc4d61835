"""Why two names are held to resemble each other: the reasons, strongest first, and what would settle it.

Built from the very meetings and facts that the number was made of. A reason is a code with both values; the sentences
stand in the catalogue of words.
"""

import re
from collections.abc import Iterator, Sequence

from service.domain.watchlist import MatchEvidence, Schema
from service.matching.alignment import Meeting
from service.matching.identifiers import Verdict
from service.matching.judge import Judgement, NameJudgement, State
from service.matching.names import Name, words_of
from service.matching.tokens import Role
from service.matching.words_met import How

_CODES = {
    How.KNOWN: "known_spelling",
    How.SOUND: "same_sound",
    How.CLOSE: "close_spelling",
    How.BONES: "same_consonants",
    How.JOINED: "written_together",
    How.SCRIPT: "other_script",
    How.INITIAL: "initial",
    How.SHORT: "short_form",
}
_PIECE = re.compile(r"[^\s,;()\"“”/\-–]+")


def reasons(found: Judgement, schema: Schema, *, weak: bool) -> tuple[MatchEvidence, ...]:
    """The reasons of a judgement; what decides stands first, what would settle it last."""
    identifiers = [
        MatchEvidence(one.row, one.left, one.right)
        for one in found.identifiers
        if one.verdict is not Verdict.UNKNOWN and one.kind != "country"
    ]
    said = [*identifiers, *_words(found.names, schema)]
    if weak:
        said.append(MatchEvidence("weak_alias", "", found.names.right.text))
    if schema is Schema.PERSON and found.state is State.NEEDS and found.namesakes >= 1:
        said.append(MatchEvidence("namesakes", _about(found.namesakes), ""))
    countries = [one for one in found.identifiers if one.kind == "country" and one.verdict is not Verdict.UNKNOWN]
    said += [MatchEvidence(one.row, one.left, one.right) for one in countries]
    return (*said, _settles(found, schema))


def _words(names: NameJudgement, schema: Schema) -> list[MatchEvidence]:
    left, right = _Shown(names.left, schema), _Shown(names.right, schema)
    said = [*_same(names, left, right), *_met_otherwise(names, left, right), *_against(names, left, right)]
    if names.facts.get("turned_round"):
        said.append((3.0, MatchEvidence("turned_round", names.left.text, names.right.text)))
    initial = _initial_against(names, left, right)
    if initial:
        said.append((1.0, initial))
    said += _left_over(names, left, right)
    said.sort(key=lambda weighed: (-weighed[0], weighed[1].code, weighed[1].left, weighed[1].right))
    return [evidence for _, evidence in said]


#: Evidence with how much it weighs: the weightiest is said first.
Weighed = tuple[float, MatchEvidence]
#: A meeting of lighter words is not spoken of.
WORTH_SAYING = 0.3


def _same(names: NameJudgement, left: "_Shown", right: "_Shown") -> Iterator[Weighed]:
    """The words that are the same, as one piece of evidence."""
    meetings = names.alignment.meetings
    same = [meeting for meeting in meetings if meeting.how is How.SAME and meeting.weight >= WORTH_SAYING]
    if not same:
        return
    same.sort(key=lambda meeting: meeting.left)
    ours = _listed([left.at(_left(meeting)) for meeting in same])
    theirs = _listed([right.at(_right(meeting)) for meeting in same])
    code = "same_words" if ours.casefold() == theirs.casefold() else "same_words_written"
    yield sum(meeting.weight for meeting in same), MatchEvidence(code, ours, theirs)


def _met_otherwise(names: NameJudgement, left: "_Shown", right: "_Shown") -> Iterator[Weighed]:
    """The words that resemble each other, each with how."""
    for meeting in names.alignment.meetings:
        if meeting.how is not How.SAME and meeting.weight >= WORTH_SAYING:
            yield meeting.weight * meeting.alike, _meeting(meeting, left, right)


def _against(names: NameJudgement, left: "_Shown", right: "_Shown") -> Iterator[Weighed]:
    """The words that contradict each other; they weigh twice."""
    for i, j, _ in names.alignment.contradictions:
        ours, theirs = names.left.tokens[i], names.right.tokens[j]
        code = _code_against({ours.role, theirs.role})
        yield 2 * max(ours.weight, theirs.weight), MatchEvidence(code, left.at((i,)), right.at((j,)))


def _code_against(roles: set[Role]) -> str:
    if Role.ACTIVITY in roles:
        return "against_activity"
    return "against_number" if Role.NUMBER in roles else "against_word"


def _left(one: Meeting) -> tuple[int, ...]:
    return one.left


def _right(one: Meeting) -> tuple[int, ...]:
    return one.right


def _initial_against(names: NameJudgement, left: "_Shown", right: "_Shown") -> MatchEvidence | None:
    """The initial that fits nothing on the other side, and what stands there instead."""
    if not names.facts.get("initial_against"):
        return None
    ours = _left_alone(left, names.left, names.alignment.only_left)
    theirs = _left_alone(right, names.right, names.alignment.only_right)
    return MatchEvidence("against_initial", ours, theirs)


def _left_alone(shown: "_Shown", name: Name, places: Sequence[int]) -> str:
    """The words that met nothing, without the lightest."""
    return " ".join(shown.at((place,)) for place in places if name.tokens[place].weight >= 0.2)


def _meeting(one: Meeting, left: "_Shown", right: "_Shown") -> MatchEvidence:
    return MatchEvidence(_CODES[one.how], left.at(one.left), right.at(one.right))


def _left_over(names: NameJudgement, left: "_Shown", right: "_Shown") -> list[tuple[float, MatchEvidence]]:
    sides = (
        ("only_listed", right, names.right, names.alignment.only_right),
        ("only_asked", left, names.left, names.alignment.only_left),
    )
    said = []
    for code, shown, name, positions in sides:
        heavy = [p for p in positions if name.tokens[p].weight >= 0.3]
        if heavy:
            words = _listed([shown.at((p,)) for p in heavy])
            asked = code == "only_asked"
            said.append((0.2, MatchEvidence(code, words if asked else "", "" if asked else words)))
    return said


class _Shown:
    """The words of a name as they were written."""

    def __init__(self, name: Name, schema: Schema) -> None:
        written: dict[str, str] = {}
        for piece in _PIECE.findall(name.text):
            for word in words_of(piece, schema):
                written.setdefault(word, piece)
        self._words = [written.get(one.text, one.text.lstrip("~^_")) for one in name.tokens]

    def at(self, positions: Sequence[int]) -> str:
        """The words in these places, each piece of the name once."""
        return " ".join(dict.fromkeys(self._words[position] for position in positions))


def _listed(words: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _about(namesakes: float) -> str:
    """A rough number, since it is a rough estimate: one figure and noughts."""
    size = 10 ** (len(str(int(namesakes))) - 1)
    return str(round(namesakes / size) * size)


def _settles(found: Judgement, schema: Schema) -> MatchEvidence:
    by_kind = {one.kind: one for one in found.identifiers}
    kind = "birth" if schema is Schema.PERSON else "number"
    one = by_kind.get(kind)
    asked, listed = (one.left, one.right) if one else ("", "")
    if not listed:
        return MatchEvidence(f"settle_without_{kind}", "", "")
    if not asked:
        return MatchEvidence(f"settle_{kind}", "", listed)
    return MatchEvidence(f"settle_more_{kind}", asked, listed)
