"""A person's name into words that can be compared, whatever the custom it was written by.

What belongs together is taken apart the same way on both sides: Abdul Rahman, Abdurrahman and Cabdiraxmaan become
`abd` and the name; Habib Ullah and Habibullah become the name and `ullah`; Nur al-Din and Nuruddin the name and `din`.
"""

import re

from service.matching.script import ABJAD, HAN, drawn_together, letters_for_digits, words

_ARTICLES = frozenset("al el ul ur il as ash an ad ar at az us ed".split())
_SERVANT = re.compile(
    r"^[c]?abd(?:oul|ool|ul|al|el|il|ol|ur|ir|ar|er|us|as|is|es|u|i|e|a)?(?=[b-df-hj-np-tv-z])(?P<rest>.{3,})$"
)
_SERVANT_ALONE = frozenset("abd abdul abdel abdal abdol abdil abdur abdus abdoul abdool abdou abed abdi cabdi".split())
_OF_GOD = re.compile(r"^(?P<rest>.{3,}?)(?:ullah|ollah|oullah|ulla|olla|allah|alla|ullahi|ulahi)$")
_GOD = frozenset("ullah allah ollah ulla olla oullah lah".split())
_GODS_SERVANT = re.compile(r"^c?abd[uaoei]{1,2}l{1,2}aa?h?i?$")
_OF_FAITH = re.compile(r"^(?P<rest>.{2,}?[^aeiou]|.{3,}?)(?:aldin|eldin|[aeiou]{1,2}dd(?:i|ee|e|ii|y)n[e]?)$")
_FAITH = frozenset("din deen dine eddin eddine uddin ouddin addin ddin aldin eldin".split())
_ABU_BAKR = re.compile(r"^abo?u?b[aeou]{1,2}c?k{1,2}[aeiou]{0,2}r$")
_FATHER = frozenset("abu abou aboo ebu abo".split())


def person_words(text: str) -> tuple[str, ...]:
    """The words of a name in the order of speech ("LAST, First" turned round), taken apart as said above."""
    text = _initials_apart(text)
    if text.count(",") == 1:
        last, first = text.split(",")
        given = [*words(first), *words(last)]
    else:
        given = list(words(text))
    parts: list[str] = []
    for word in given:
        parts += _parts(letters_for_digits(word))
    return tuple(_settled(parts))


_NO_INITIALS = frozenset("ng mr dr jr sr ms mrs mc st al el ul ur ii iii iv vi md phd bin ibn abu abd".split())
LONGEST_WORD = 40
_DOTTED = re.compile(r"(?<![^\W_])([^\W\d_])\.[ \-]?(?=[^\W\d_])")
_CAPITALS = re.compile(r"(?<![^\W_'’-])([^\W\d_]{2,3})(?![^\W_'’-])")
_AND = re.compile(r"(?<=\s)[yei](?=\s)")


def _initials_apart(text: str) -> str:
    """`A.M.`, `A. M.` and `AM` as `A M`: each a letter of its own; a small `y` or `e` between names is an "and".

    Capitals are initials only beside words that are not written in capitals.
    """
    text = _DOTTED.sub(r"\1 ", drawn_together(text))
    if text.isupper() or text.islower():
        return text
    return _CAPITALS.sub(_spelled_out, _AND.sub(" ", text))


def _spelled_out(found: re.Match[str]) -> str:
    word = found.group(1)
    return " ".join(word) if word.isupper() and word.casefold() not in _NO_INITIALS else word


def _parts(word: str) -> list[str]:
    if word[0] in (ABJAD, HAN) or len(word) > LONGEST_WORD:
        return [word]
    if word in _SERVANT_ALONE:
        return ["abd"]
    if _GODS_SERVANT.match(word):
        return ["abdullah"]
    if word in _GOD:
        return ["ullah"]
    if word in _FAITH:
        return ["din"]
    if word in _FATHER:
        return ["abu"]
    if _ABU_BAKR.match(word):
        return ["abu", "bakr"]
    if len(word) in (2, 3) and not re.search(r"[aeiouy]", word) and word not in _NO_INITIALS:
        return list(word)
    if servant := _SERVANT.match(word):
        return ["abd", *_parts(servant["rest"])]
    if of_god := _OF_GOD.match(word):
        return [of_god["rest"], "ullah"]
    if of_faith := _OF_FAITH.match(word):
        return [of_faith["rest"], "din"]
    return [word]


def _settled(parts: list[str]) -> list[str]:
    """Abd Allah is one name, whatever article stands between."""
    kept: list[str] = []
    for part in parts:
        before = kept[-1] if kept else ""
        article_before = before in _ARTICLES and len(kept) > 1 and kept[-2] == "abd"
        if part == "ullah" and before == "abd":
            kept[-1] = "abdullah"
        elif part == "ullah" and article_before:
            kept[-2:] = ["abdullah"]
        elif article_before or (part == "din" and before in _ARTICLES):
            kept[-1] = part
        else:
            kept.append(part)
    return kept
