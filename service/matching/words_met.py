"""Two words side by side: whether they are one, how alike they are, and in what way."""

import re
from enum import StrEnum

from rapidfuzz.distance import OSA

from service.matching.keys import base_key, skeleton, sound_class
from service.matching.memory import remembered
from service.matching.population import Population
from service.matching.script import HAN, spelled
from service.matching.short_forms import short_form
from service.matching.tokens import STEM, Role, Token


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
        return _across(left, right, table)
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


#: Letters that one name may begin with, depending on who writes it: Yusuf and Jusuf, Karl and Carl, Wiktor and Viktor.
_SAME_SOUND = {
    **dict.fromkeys("ckq", "ckq"),
    **dict.fromkeys("jy", "jy"),
    **dict.fromkeys("vw", "vw"),
    **dict.fromkeys("sz", "sz"),
}


def _initial(left: Token, right: Token) -> tuple[float, How] | None:
    if not (left.latin and right.latin) or left.role is right.role:
        return None
    initial, name = (left, right) if left.role is Role.INITIAL else (right, left)
    if any(key.startswith(STEM) for key in name.keys):
        return None  # a word of an association's name is nobody's given name
    same = _SAME_SOUND.get(initial.text, initial.text)
    return (0.75, How.INITIAL) if name.text[0] in same else None


def _across(left: Token, right: Token, table: Population) -> tuple[float, How] | None:
    """One or both are in a script that does not spell vowels, or has a sign for each name."""
    if HAN in (left.text[0], right.text[0]):
        return _with_signs(left, right)
    ours, theirs = left.bones, right.bones
    shorter = min(len(ours), len(theirs))
    if ours == theirs:
        return _same_bones(left, right, table)
    if left.latin is not right.latin:
        written, spelt = (right, left) if left.latin else (left, right)
        if written.bones in other_bones(spelt.text):
            return _same_bones(left, right, table)
    if shorter >= 1 and bare_bones(ours) == bare_bones(theirs):
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


def _same_bones(left: Token, right: Token, table: Population) -> tuple[float, How] | None:
    """The same consonants: the more of them there are, the more they say."""
    match min(len(left.bones), len(right.bones)):
        case 0:
            return None
        case 1:
            short = max(len(left.text), len(right.text)) <= 4
            known = any(table.known(token.text) and len(token.text) <= 6 for token in (left, right))
            return (0.75, How.SCRIPT) if short or known else None
        case 2:
            return 0.85, How.SCRIPT
        case _:
            return 0.92, How.SCRIPT


_KOREAN = str.maketrans("pktd", "bgdd")


@remembered
def _korean(word: str) -> str:
    """A syllable in one spelling of Korean: Pak and Bak, Chong and Jong, Kyu and Gyu, Eun and Un."""
    plain = word.replace("ch", "j").replace("eu", "u").replace("eo", "o").replace("yeo", "yo")
    return plain.translate(_KOREAN)


@remembered
def other_bones(text: str) -> frozenset[str]:
    """The consonants of a word spelled in Latin letters, read in other ways than usual.

    A `y` or `j` may be a glide, which an abjad writes as it writes a vowel (Yaqoub, Hidayat); `sh` may be two letters.
    """
    usual = skeleton(base_key(text))
    glideless = skeleton(base_key(re.sub(r"y(?=[aou])|(?<![d])j(?=[aou])", "i", text)).replace("j", ""))
    apart = skeleton(base_key(text)).replace("S", "sh") if "sh" in text else usual
    return frozenset({glideless, apart}) - {usual, ""}


def bare_bones(bones: str) -> str:
    """Consonants without h, which comes and goes between scripts, each once in a row."""
    return re.sub(r"(.)\1+", r"\1", bones.replace("h", ""))


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
    if left.base == right.base and min(len(a), len(b)) >= (2 if a[0] == b[0] else 3):
        return 0.94, How.SOUND
    if max(len(a), len(b)) <= 6 and _korean(a) == _korean(b):
        return 0.85, How.SOUND
    if min(len(a), len(b)) < 3:
        return None
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
