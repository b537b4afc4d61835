"""One word of a name, ready to compare: how it is spelled, how it sounds, what part it plays, how much it can say."""

import math
from dataclasses import dataclass
from enum import StrEnum

from service.matching.keys import base_key, fold_keys, skeleton
from service.matching.memory import remembered
from service.matching.population import Population
from service.matching.script import ABJAD, HAN, spelled


class Role(StrEnum):
    """What part a word plays in a name."""

    NAME = "name"
    LINK = "link"  # bin, ibn, oglu: says whose child
    LIGHT = "light"  # articles, titles, words of law or habit: says almost nothing
    INITIAL = "initial"
    NUMBER = "number"
    ACTIVITY = "activity"  # what an association does: a BK is not an IK
    LEGAL = "legal"  # the form in law


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a name; `weight` 0-1 is how much it can say, less for a name that many bear."""

    text: str
    role: Role
    weight: float
    base: str
    keys: frozenset[str]
    bones: str

    @property
    def latin(self) -> bool:
        """Spelled with vowels, so that close spellings can be compared letter by letter."""
        return self.text[:1] not in (ABJAD, HAN)


#: Before the key of a word without its ending, which only words of associations have.
STEM = "%"
LINKS = frozenset("bin ben ibn ibnu bint binti binte bent ould wuld ogly oglu oghlu kyzy qizi kizi qyzy".split())
LIGHT_WEIGHTS = {
    **dict.fromkeys("al el ul ur il l as ash an ad ar at az us".split(), 0.08),
    **dict.fromkeys(
        "van von der den de del della di da do dos das du la le les af av the y e i ten ter".split(),
        0.1,
    ),
    **dict.fromkeys("abd abu umm um din ullah".split(), 0.25),
    **dict.fromkeys(
        (
            "mr mrs ms miss dr prof professor sir lord dame haji hajji hajj hadji alhaji alhaj sheikh shaykh "
            "sheik shaikh sheekh mullah mulla maulavi maulawi mawlawi molvi qari hafiz imam ustad ayatollah "
            "mufti qadi kadi president prasident monsieur madame mme herr frau fru herrn general gen colonel "
            "col major maj captain capt lt brigadier brig commander minister king queen prince princess jr "
            "sr ing dipl phd na engineer eng senor don dona"
        ).split(),
        0.08,
    ),
    **dict.fromkeys("sa llc ltd inc ab gmbh".split(), 0.08),
}


@remembered
def person_token(text: str, table: Population) -> Token:
    """A word of a person's name."""
    sound = spelled(text)
    if text[0] == ABJAD:
        return Token(text, Role.NAME, 0.85, "", frozenset(), text[1:])
    base = base_key(sound)
    if len(text) == 1 and text[0] != HAN and not text.isdigit():
        return Token(text, Role.INITIAL, 0.3, text, frozenset(), "")
    if text in LINKS:
        return Token(text, Role.LINK, 0.1, base, frozenset((base,)), "")
    if text in LIGHT_WEIGHTS:
        return Token(text, Role.LIGHT, LIGHT_WEIGHTS[text], base, frozenset((base,)), skeleton(base))
    if sound.isdigit():
        return Token(text, Role.NUMBER, 0.5, sound, frozenset((sound,)), "")
    weight = rarity_weight(table.probability(sound))
    return Token(text, Role.NAME, weight, base, frozenset(fold_keys(sound)), skeleton(base))


def rarity_weight(probability: float) -> float:
    """.45 for a name everyone bears to 1 for one that is not in the table (1 in a million or less)."""
    return round(0.45 + 0.55 * min(1.0, -math.log10(max(probability, 1e-6)) / 6), 4)
