"""Two names side by side: what agrees, what is missing, what contradicts, and a number that orders candidates.

A contradicted name costs more than an omitted one, and a common name says less than a rare one; no subset scorer is
used, since it would call every short name a match of a longer one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from service.domain.watchlist import MatchEvidence
from service.matching.normalise import ARTICLES, LIGHT, Name

Weight = Callable[[str], float]
SAME, VARIANT = 1.0, 0.94
ONLY_LISTED, ONLY_ASKED, CONTRADICTED = 0.3, 0.7, 2.0
DISTINCTIVE = 0.4


@dataclass(frozen=True)
class Comparison:
    """Permille of agreement, which distinctive tokens met, whether that is all the listed name has, and the reasons."""

    score: int
    met: tuple[str, ...]
    whole: bool
    evidence: tuple[MatchEvidence, ...]


def token_similarity(left: str, left_key: str, right: str, right_key: str) -> float:
    """How alike two tokens are, 0 to 1; short tokens and numbers must be equal."""
    if left == right:
        return SAME
    if left.isdigit() or right.isdigit() or min(len(left), len(right)) < 3:
        return 0.0
    if left_key == right_key:
        return VARIANT
    shorter = min(len(left_key), len(right_key))
    allowed = 0 if shorter < 4 else 1 if shorter < 8 else 2
    if not allowed:
        return 0.0
    distance = OSA.distance(left_key, right_key, score_cutoff=allowed)
    if distance > allowed:
        return 0.0
    return 1 - 0.9 * distance / max(len(left_key), len(right_key)) - (0.1 if left_key[0] != right_key[0] else 0)


def compare(asked: Name, listed: Name, weight: Weight) -> Comparison:
    """Align the tokens, best first, and weigh what is left on each side."""
    pairs = _align(asked, listed)
    left_over = [one for i, one in enumerate(asked.tokens) if i not in {p[1] for p in pairs}]
    right_over = [one for j, one in enumerate(listed.tokens) if j not in {p[2] for p in pairs}]
    agreed = sum(similarity * weight(listed.tokens[j]) for similarity, _, j in pairs)
    covered = sum(weight(listed.tokens[j]) for _, _, j in pairs)
    contradictions = _contradictions(left_over, right_over, weight)
    cost = sum(CONTRADICTED * max(weight(a), weight(b)) for a, b in contradictions)
    cost += ONLY_ASKED * sum(weight(a) for a in left_over if a not in {one for one, _ in contradictions})
    cost += ONLY_LISTED * sum(weight(b) for b in right_over if b not in {one for _, one in contradictions})
    total = covered + cost
    score = round(1000 * agreed / total) if total else 0
    met = tuple(listed.tokens[j] for _, _, j in pairs if weight(listed.tokens[j]) >= DISTINCTIVE)
    whole = not any(weight(b) >= DISTINCTIVE for b in right_over)
    return Comparison(score, met, whole, _reasons(asked, listed, pairs, left_over, right_over, contradictions))


def _align(asked: Name, listed: Name) -> list[tuple[float, int, int]]:
    scored = [
        (similarity, -i, -j)
        for i, (token, key) in enumerate(zip(asked.tokens, asked.keys, strict=True))
        for j, (other, other_key) in enumerate(zip(listed.tokens, listed.keys, strict=True))
        if (similarity := token_similarity(token, key, other, other_key)) > 0
    ]
    pairs, left, right = [], set(), set()
    for similarity, i, j in sorted(scored, reverse=True):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            pairs.append((similarity, -i, -j))
    return pairs


def _contradictions(left: list[str], right: list[str], weight: Weight) -> list[tuple[str, str]]:
    """Distinctive tokens that stand unmatched on both sides: two different names, places or numbers."""
    heavy_left = sorted((one for one in left if weight(one) >= DISTINCTIVE), key=weight, reverse=True)
    heavy_right = sorted((one for one in right if weight(one) >= DISTINCTIVE), key=weight, reverse=True)
    return list(zip(heavy_left, heavy_right, strict=False))


def _reasons(
    asked: Name,
    listed: Name,
    pairs: list[tuple[float, int, int]],
    left: list[str],
    right: list[str],
    contradictions: list[tuple[str, str]],
) -> tuple[MatchEvidence, ...]:
    reasons = []
    same = [asked.tokens[i] for similarity, i, _ in pairs if similarity == SAME]
    if same:
        reasons.append(MatchEvidence("tokens_same", " ".join(same), " ".join(same)))
    for similarity, i, j in pairs:
        if similarity < SAME:
            code = "token_variant" if similarity == VARIANT else "token_close"
            reasons.append(MatchEvidence(code, asked.tokens[i], listed.tokens[j]))
    reasons += [MatchEvidence("contradicts", a, b) for a, b in contradictions]
    only_asked = [one for one in left if one not in {a for a, _ in contradictions}]
    only_listed = [one for one in right if one not in {b for _, b in contradictions}]
    if only_listed:
        reasons.append(MatchEvidence("only_listed", "", " ".join(only_listed)))
    if only_asked:
        reasons.append(MatchEvidence("only_asked", " ".join(only_asked), ""))
    return tuple(reasons)


def base_weight(token: str) -> float:
    """How much a token can say at most, before its rarity is known."""
    if token in ARTICLES:
        return 0.15
    return 0.15 if token in LIGHT else 1.0
