"""Why two names are held to resemble each other: the reasons, strongest first, and what would settle it.

Built from the very meetings and facts that the number was made of. A reason is a code with both values; the sentences
stand in the catalogue of words.
"""

import re
from collections.abc import Sequence

from service.domain.watchlist import MatchEvidence, Schema
from service.matching.alignment import How, Meeting
from service.matching.identifiers import Verdict
from service.matching.judge import Judgement, NameJudgement, State
from service.matching.names import Name, words_of
from service.matching.tokens import Role

_CODES = {
    How.KNOWN: "known_spelling",
    How.SOUND: "same_sound",
    How.CLOSE: "close_spelling",
    How.BONES: "same_consonants",
    How.JOINED: "written_together",
    How.SCRIPT: "other_script",
    How.INITIAL: "initial",
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
    found = names.alignment
    said: list[tuple[float, MatchEvidence]] = []
    same = [one for one in found.meetings if one.how is How.SAME and one.weight >= 0.3]
    if same:
        same.sort(key=lambda one: one.left)
        ours, theirs = (
            _listed([side.at(place(one)) for one in same]) for side, place in ((left, _left), (right, _right))
        )
        alike = ours.casefold() == theirs.casefold()
        code = "same_words" if alike else "same_words_written"
        said.append((sum(one.weight for one in same), MatchEvidence(code, ours, theirs)))
    for one in found.meetings:
        if one.how is not How.SAME and one.weight >= 0.3:
            said.append((one.weight * one.alike, _meeting(one, left, right)))
    for i, j, _ in found.contradictions:
        roles = {names.left.tokens[i].role, names.right.tokens[j].role}
        kind = "activity" if Role.ACTIVITY in roles else "number" if Role.NUMBER in roles else "word"
        weight = 2 * max(names.left.tokens[i].weight, names.right.tokens[j].weight)
        said.append((weight, MatchEvidence(f"against_{kind}", left.at((i,)), right.at((j,)))))
    if names.facts.get("turned_round"):
        said.append((3.0, MatchEvidence("turned_round", names.left.text, names.right.text)))
    initial = _initial_against(names, left, right)
    if initial:
        said.append((1.0, initial))
    said += _left_over(names, left, right)
    said.sort(key=lambda one: (-one[0], one[1].code, one[1].left, one[1].right))
    return [one for _, one in said]


def _left(one: Meeting) -> tuple[int, ...]:
    return one.left


def _right(one: Meeting) -> tuple[int, ...]:
    return one.right


def _initial_against(names: NameJudgement, left: "_Shown", right: "_Shown") -> MatchEvidence | None:
    """The initial that fits nothing on the other side, and what stands there instead."""
    if not names.facts.get("initial_against"):
        return None
    found = names.alignment
    ours, theirs = (
        " ".join(shown.at((p,)) for p in places if name.tokens[p].weight >= 0.2)
        for shown, name, places in ((left, names.left, found.only_left), (right, names.right, found.only_right))
    )
    return MatchEvidence("against_initial", ours, theirs)


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
