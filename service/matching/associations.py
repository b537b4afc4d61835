"""An association's or a company's name into words that can be compared.

A legal form says little and has one code however it is written; what an association does tells it from the next one
(Rosengårds IK is not Rosengårds BK), and so does its place. Compounds are taken apart before their head
(`hembygdsföreningen` is `hembygd` and the light word `forening`), and numbers are digits.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA

from service.matching.keys import base_key, fold_keys, skeleton
from service.matching.memory import remembered
from service.matching.script import ABJAD, HAN, spelled, words
from service.matching.tokens import STEM, Role, Token

TABLE = Path(__file__).parent / "tables" / "forms-2026-1.toml"


@dataclass(frozen=True)
class Forms:
    """The words of the form table, spelled as tokens; `phrases` are longest first."""

    version: str
    phrases: tuple[tuple[tuple[str, ...], str], ...]
    activities: dict[str, str]
    legal: dict[str, str]
    heads: tuple[str, ...]
    light: frozenset[str]
    generic: frozenset[str]
    numbers: dict[str, str]


@lru_cache(maxsize=4)
def load(path: Path = TABLE) -> Forms:
    """The form table in this file."""
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    phrases: list[tuple[tuple[str, ...], str]] = []
    activities: dict[str, str] = {}
    legal: dict[str, str] = {}
    for kind, codes in (("activities", activities), ("legal", legal)):
        for code, spellings in read[kind].items():
            if code[0] != "_":
                codes[code] = code  # the code is itself an abbreviation in use
            for spelling in spellings:
                parts = words(spelling)
                if len(parts) > 1:
                    phrases.append((parts, code))
                else:
                    codes[parts[0]] = code
    flat: dict[str, list[str]] = {}
    for key in ("heads", "light", "generic"):
        flat[key] = [word for text in read[key] for word in words(text)]
    return Forms(
        read["version"],
        tuple(sorted(phrases, key=lambda one: (-len(one[0]), one))),
        activities,
        legal,
        tuple(sorted(flat["heads"], key=lambda one: (-len(one), one))),
        frozenset(flat["light"]),
        frozenset(flat["generic"]),
        {word: digits for digits, text in read["numbers"].items() for word in words(text)},
    )


def association_words(text: str) -> tuple[str, ...]:
    """The words of a name, forms as codes, compounds apart."""
    forms = load()
    given = _letters_joined([one.lstrip("0") or one if one.isdigit() else one for one in words(_told(text))])
    found: list[str] = []
    position = 0
    while position < len(given):
        for phrase, code in forms.phrases:
            if tuple(given[position : position + len(phrase)]) == phrase:
                found.append(code)
                position += len(phrase)
                break
        else:
            together = "".join(given[position : position + 2])
            if len(given) > position + 1 and (together in forms.activities or together in forms.legal):
                found += _word(together, forms, first=position == 0)
                position += 2
                continue
            found += _word(given[position], forms, first=position == 0)
            position += 1
    return tuple(_numbers_added(found))


def _numbers_added(words_found: list[str]) -> list[str]:
    """Tens and ones in a row are one number: `forty four` and `forty 4` are 44."""
    added: list[str] = []
    for word in words_found:
        before = added[-1] if added else ""
        tens = before.isdigit() and len(before) == 2 and before[1] == "0"
        if tens and word.isdigit() and len(word) == 1 and word != "0":
            added[-1] = before[0] + word
        else:
            added.append(word)
    return added


def _letters_joined(given: list[str]) -> list[str]:
    """Letters in a row are an acronym: `A-B-C` and `A B C` are `abc`."""
    joined: list[str] = []
    row = False
    for word in given:
        letter = len(word) == 1 and word.isalpha() and word.isascii()
        if letter and row:
            joined[-1] += word
        else:
            joined.append(word)
        row = letter
    return joined


_ORDINAL = re.compile(r"(\d+):[ae]\b")
_LAST_PIECE = re.compile(r"^(?P<rest>.*\S)\s*(?:,\s*|\(\s*)(?P<short>[^\s,()]{2,7})\s*\)?\s*$")


#: Where letters for an association go: it is no part of its name.
_CARE_OF = re.compile(r"\s+c/o\s.*$", re.IGNORECASE)
_SAINT = re.compile(r"\b(?:S:ta?|St\.)\s?(?=\w)|\bSt\s(?=[^\W\d_a-z])")


def _told(text: str) -> str:
    """The name without what only repeats it: an acronym of its own after a comma or in brackets; `4:e` is 4."""
    text = _SAINT.sub("Sankt ", _CARE_OF.sub("", text))
    text = _ORDINAL.sub(r"\1", text.replace("&", " och "))
    found = _LAST_PIECE.match(text)
    if found:
        short, rest = "".join(words(found["short"])), "".join(words(found["rest"]))
        if short[:1] == rest[:1] and _within(short, rest):
            return found["rest"]
    return text


def _within(short: str, whole: str) -> bool:
    """Whether the letters of the short word stand in the whole in this order."""
    rest = iter(whole)
    return all(letter in rest for letter in short)


def _word(word: str, forms: Forms, *, first: bool) -> list[str]:
    if word[0] in (ABJAD, HAN):
        return [word]
    if word in forms.light:
        return [word]
    word = _written_out(word)
    for codes in (forms.activities, forms.legal):
        if word in codes:
            return [codes[word]]
    if near := _near_form(word):
        return [near]
    if word in forms.numbers:
        return [forms.numbers[word]]
    roman = _roman(word)
    if roman and not first:
        return [roman]
    for head in forms.heads:
        if word.endswith(head) and len(word) > len(head) + 3:
            before = word[: -len(head)]
            inner = forms.activities.get(before + _lemma(head), "")
            if inner:
                return [inner]
            return [before.removesuffix("s") if len(before) > 4 else before, _lemma(head)]
    return [word]


#: A word so long, one letter from a form in law, is that form misspelt (`aktiengeselschaft`).
LONG_FORM = 9


@remembered
def _near_form(word: str) -> str:
    if len(word) < LONG_FORM or not word.isascii():
        return ""
    for spelling, code in load().legal.items():
        if len(spelling) >= LONG_FORM and OSA.distance(word, spelling, score_cutoff=1) <= 1:
            return code
    return ""


#: Endings that are cut short in writing, usually with a full stop, and what they stand for.
_CUT_SHORT = (
    ("foren", "forening"), ("forb", "forbund"), ("stift", "stiftelse"), ("forsaml", "forsamling"),
    ("sallsk", "sallskap"), ("samf", "samfund"), ("ungd", "ungdom"), ("riksorg", "riksorganisation"),
)  # fmt: skip
#: Whole words that are written short, as lists and registers do.
_WRITTEN_SHORT = {
    "org": "organisation", "organis": "organisation", "grp": "group", "gr": "grupp", "comm": "committee",
    "cttee": "committee", "cmte": "committee", "assn": "association", "assoc": "association", "intl": "international",
    "int": "international", "natl": "national", "dept": "department", "mgmt": "management", "univ": "university",
    "inst": "institute", "fed": "federation", "fdn": "foundation", "mvmt": "movement", "govt": "government",
    "bros": "brothers", "mfg": "manufacturing", "trdg": "trading", "shpg": "shipping", "komm": "kommitte",
    "kult": "kultur", "sv": "svenska", "nat": "nationella", "lib": "liberation", "pop": "popular",
}  # fmt: skip


def _written_out(word: str) -> str:
    """`kulturfören.` is `kulturförening`, `riksförb.` is `riksförbund`, `stift.` is `stiftelse`, `grp` is `group`."""
    if word in _WRITTEN_SHORT:
        return _WRITTEN_SHORT[word]
    for short, whole in _CUT_SHORT:
        if word.endswith(short):
            return word[: -len(short)] + whole
    return word


def _lemma(head: str) -> str:
    """The plain form of a head: `foreningens` is `forening`."""
    for ending in ("ens", "ets", "en", "et", "ns", "n"):
        plain = head.removesuffix(ending)
        if plain != head and plain in _plain_heads():
            return plain
    return head


@lru_cache(maxsize=1)
def _plain_heads() -> frozenset[str]:
    return frozenset(load().heads)


#: `vi` and `xi` are left out: the one is Swedish for we, the other a letter and a name.
_ROMAN = {"i": 1, "v": 5, "x": 10}


def _roman(word: str) -> str | None:
    if len(word) < 2 or word in ("vi", "xi") or not re.fullmatch(r"x{0,3}(?:ix|iv|v?i{0,3})", word):
        return None
    values = [_ROMAN[one] for one in word]
    following = [*values[1:], 0]
    return str(sum(-one if one < after else one for one, after in zip(values, following, strict=True)))


_STEM = re.compile(r"(?:arnas|ernas|ornas|arna|erna|orna|ens|ets|ska|skt|en|et|an|ns|as|n|a|s|t|e)$")


def stem(word: str) -> str:
    """A word without its genitive and definite ending, where enough is left."""
    short = _STEM.sub(lambda m: "sk" if m.group(0) in ("ska", "skt") else "", word, count=1)
    return short if len(short) >= 4 else word


@remembered
def association_token(text: str) -> Token:
    """A word of an association's name."""
    forms = load()
    if text[0] == ABJAD:
        return Token(text, Role.NAME, 0.85, "", frozenset(), text[1:])
    sound = spelled(text)
    base = base_key(sound)
    if sound.isdigit():
        return Token(text, Role.NUMBER, 0.9, sound, frozenset((sound,)), "")
    if text in forms.activities.values():
        return Token(text, Role.ACTIVITY, 0.8, base, frozenset((base,)), "")
    if text in forms.legal.values():
        return Token(text, Role.LEGAL, 0.12, base, frozenset((base,)), "")
    if text in forms.light or text in forms.heads:
        return Token(text, Role.LIGHT, 0.1, base, frozenset((base,)), "")
    if len(text) == 1 and text[0] != HAN:
        return Token(text, Role.INITIAL, 0.3, text, frozenset(), "")
    weight = 0.55 if text in forms.generic or stem(text) in forms.generic else 1.0
    keys = frozenset((*fold_keys(sound), STEM + base_key(stem(sound)))) if sound.isalpha() else frozenset((base,))
    return Token(text, Role.NAME, weight, base, keys, skeleton(base))
