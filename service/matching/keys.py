"""How does a word sound: keys that the usual spellings of one name share, whatever the language they came through.

Keys widen the search and make a variant of what would be a stranger; they never make a match alone. The letters S and C
stand for the sounds sh and ch. Rules: the Swedish spelling variants, and the common ways to write Arabic, Persian,
Kurdish, Somali, Turkish and Russian names with Latin letters.
"""

import re

from service.matching.memory import remembered


def _rules(*pairs: tuple[str, str]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), into) for pattern, into in pairs]


_DOUBLE = (r"(.)\1+", r"\1")
_BASE = _rules(
    _DOUBLE,
    (r"^(?:hj|lj|gj|dj)(?=[aeiouy])", "j"),
    (r"shch|sjtj|stsch|schtsch", "S"),
    (r"dzh|dsch|dj", "j"),
    (r"skj|stj|sch|sj|sh", "S"),
    (r"tsch|tch|tj|kj|cz|ch", "C"),
    (r"zh|zj", "Z"),
    (r"ph", "f"),
    (r"th|dt", "t"),
    (r"dh", "d"),
    (r"kh", "h"),
    (r"gh", "g"),
    (r"qv|qu(?=[aei])|kw", "kv"),
    (r"ck|q", "k"),
    (r"x", "ks"),
    (r"c(?=[eiy])", "s"),
    (r"c", "k"),
    (r"tz|z", "s"),
    (r"(?<=[aeiou])ff$|(?<=[ou])w$", "v"),
    (r"aou|aoo|ao|au|aw(?![aeiouy])", "au"),
    (r"w", "v"),
    (r"(?:iy|ij|i|y|j)(?=[aou])", "j"),
    (r"ou|oo|oe|ue|o|u", "u"),
    (r"aa|ae", "a"),
    (r"ei|ie|ej|ey|ai|aj|ay|ee|ij|iy|yi|e|y", "i"),
    (r"(?<=.)h$", ""),
    (r"(?<=[aiu])h(?=[bcdfgjklmnprstv])", ""),
    _DOUBLE,
)
#: Ways of reading a letter that only some languages have: each gives one more key, so that no language is guessed.
_OTHERWISE = (
    _rules((r"x", "h"), (r"c(?!h)", "")),  # Somali: Xaliimo, Caasha
    _rules((r"c(?![hk])", "ch")),  # Turkish and Slavic c with a mark that was lost: Celik
    _rules((r"c(?![hk])", "j")),  # Turkish c: Cevdet, Djevdet
    _rules((r"sh", "s"), (r"ch", "c")),  # a mark that was lost on the other side: Shahin, Sahin
    _rules((r"ch", "sh")),  # French: Rachid
    _rules((r"(?<=[aeiou])gh?(?=[aeiou])", ""), (r"(?<=[aeiou])gh?(?=[^aeiou])", "")),  # Turkish soft g: Dogan, Doan
    _rules((r"gh|q", "g")),  # Ghasemi, Qasemi; Gaddafi, Qaddafi
    _rules((r"kh", "k")),  # Khalid, Kalid
    _rules((r"ch(?=[aeiour])", "h")),  # Russian in German form: Achmed
    _rules((r"th", "s")),  # Othman, Osman
    _rules((r"dh", "z")),  # Ramadhan, Ramazan
    _rules((r"g(?=[aei])", "j")),  # Egypt: Gamal, Jamal
    _rules((r"v", "b")),  # Greek and Spanish
    _rules((r"d$", "t"), (r"b$", "p"), (r"d(?=[^aeiouy])", "t")),  # Turkish endings: Murad, Murat; Mehmed
    _rules((r"(?:off|ow|ov|ev|eff)$", "ov")),  # Ivanoff, Ivanow
    _rules((r"(?<=[^aeiouy])[jy](?=[aeiou])", "")),  # Gorbatjov, Gorbachov
    _rules((r"o[uw](?=[^aeiouy])", "au")),  # Toufik, Tawfiq
)


def _fold(text: str) -> str:
    for pattern, into in _BASE:
        text = pattern.sub(into, text)
    return text


@remembered
def base_key(token: str) -> str:
    """The key that needs no guess at a language; empty where nothing is left."""
    return _fold(token)


@remembered
def fold_keys(token: str) -> tuple[str, ...]:
    """The base key first, then those of other readings, each once; for tokens of letters only."""
    base = base_key(token)
    if not token.isalpha() or len(token) < 3:
        return (base,)
    keys = [base]
    for rules in _OTHERWISE:
        read = token
        for pattern, into in rules:
            read = pattern.sub(into, read)
        if read != token:
            keys.append(_fold(read))
    kept = dict.fromkeys(one for one in keys if len(one) >= min(3, len(base)))
    return tuple(kept) or (base,)


_VOWELS = re.compile(r"[aiuyv]")


@remembered
def skeleton(key: str) -> str:
    """The consonants of a key: what an abjad writes, and what survives most ways of spelling."""
    bones = _VOWELS.sub("", key.replace("p", "b").replace("C", "S").replace("Z", "s"))
    bones = bones.removesuffix("h") if len(bones) > 2 else bones
    return re.sub(r"(.)\1+", r"\1", bones)


def sound_class(letter: str) -> str:
    """A first letter's class: all vowels and glides are one."""
    return "a" if letter in "aiuyvjh" else letter
