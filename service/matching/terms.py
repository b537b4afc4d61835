"""By which terms a word is found in an index: every way two words can meet, as something that can be looked up.

A term is a 32-bit number. That two terms collide by chance only means a comparison for nothing.
"""

from zlib import crc32

from service.matching.keys import sound_class
from service.matching.population import Population
from service.matching.script import ABJAD
from service.matching.short_forms import short_form_groups
from service.matching.tokens import Role, Token
from service.matching.words_met import bare_bones, merged_bones, other_bones

FOUND_BY = frozenset({Role.NAME, Role.NUMBER, Role.ACTIVITY})


def terms_of(token: Token, table: Population) -> set[int]:
    """The terms a listed word is kept under."""
    found = {"w" + token.text, *_years(token)}
    if token.role is not Role.NAME:
        return _numbers(found)
    if token.text[0] == ABJAD:
        found |= {"a" + one for one in _bare(token.bones)} | {"x" + one for one in _bare(token.bones)}
        if len(token.bones) >= 3:
            found.add("y" + merged_bones(token.bones))
        return _numbers(found)
    found |= _shared(token, table)
    for bones in (token.bones, *other_bones(token.text)):
        found |= {"x" + one for one in _bare(bones)}
    if len(token.bones) >= 4:
        found.add("z" + merged_bones(token.bones))
    return _numbers(found)


def terms_for(token: Token, table: Population) -> set[int]:
    """The terms to look up for an asked word."""
    found = {"w" + token.text, *_years(token)}
    if token.role is not Role.NAME:
        return _numbers(found)
    if token.text[0] == ABJAD:
        found |= {"x" + one for one in _bare(token.bones)}
        if len(token.bones) >= 3:
            found |= {"y" + merged_bones(token.bones), "z" + merged_bones(token.bones)}
        return _numbers(found)
    found |= _shared(token, table)
    for bones in (token.bones, *other_bones(token.text)):
        found |= {"a" + one for one in _bare(bones)}
    if len(token.bones) >= 4:
        found.add("y" + merged_bones(token.bones))
    return _numbers(found)


def terms_of_spellings(token: Token, table: Population) -> set[int]:
    """The terms under which the spellings of one name lie, without those of words a letter or two away."""
    found = {"w" + token.text}
    if token.role is not Role.NAME:
        return _numbers(found)
    if token.text[0] == ABJAD:
        return _numbers(found | {"x" + bones for bones in _bare(token.bones)})
    return _numbers(found | _same_name(token, table) | {"a" + bones for bones in _bare(token.bones)})


def _years(token: Token) -> set[str]:
    """A year with and without its century."""
    year = token.role is Role.NUMBER and len(token.text) in (2, 4)
    return {"n" + token.text[-2:]} if year else set()


def _bare(bones: str) -> set[str]:
    """The consonants with and without h, which comes and goes between scripts; what has none is not found by them."""
    return {one for one in (bones, bones.replace("h", ""), bare_bones(bones)) if one}


def joined_term(words: str) -> int:
    """The term of adjacent words written together."""
    return crc32(words.encode())


def _numbers(terms: set[str]) -> set[int]:
    return {crc32(one.encode()) for one in terms}


def _same_name(token: Token, table: Population) -> set[str]:
    found = {"k" + key for key in token.keys}
    found |= {f"g{slot}{number}" for slot, number in table.groups.get(token.text, {}).items()}
    return found | {f"s{group}" for group in short_form_groups(token.text)}


def _shared(token: Token, table: Population) -> set[str]:
    found = _same_name(token, table)
    found |= {"d" + one for one in deletions(token.base)}
    if len(token.bones) >= 3:
        found.add("b" + sound_class(token.base[0]) + token.bones)
    return found


#: Longer keys share whole keys or consonants only: leaving letters out of them would grow with the square.
LONGEST_ONCE, LONGEST_TWICE = 30, 16


def deletions(key: str) -> set[str]:
    """The key with up to one letter left out, up to two where it is long: close keys share one of these."""
    found = {key}
    if 3 <= len(key) <= LONGEST_ONCE:
        once = {key[:i] + key[i + 1 :] for i in range(len(key))}
        found |= once
        if 7 <= len(key) <= LONGEST_TWICE:
            found |= {one[:i] + one[i + 1 :] for one in once for i in range(len(one))}
    return found
