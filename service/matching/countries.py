"""Countries as lists name them, as ISO 3166 codes in small letters; what is not understood is unknown."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale

_OTHERWISE = {
    "democratic peoples republic of korea": "kp", "dprk": "kp", "republic of korea": "kr",
    "iran islamic republic of": "ir", "islamic republic of iran": "ir", "syrian arab republic": "sy",
    "russian federation": "ru", "democratic republic of the congo": "cd", "drc": "cd", "congo": "cg",
    "united kingdom of great britain and northern ireland": "gb", "united states of america": "us",
    "united republic of tanzania": "tz", "state of palestine": "ps", "palestine": "ps", "palestinian": "ps",
    "cote divoire": "ci", "ivory coast": "ci", "bosnia and herzegovina": "ba", "turkey": "tr", "turkiye": "tr",
    "macedonia": "mk", "burma": "mm", "great britain": "gb", "viet nam": "vn", "libyan arab jamahiriya": "ly",
    "state of libya": "ly", "holland": "nl", "saudi arabian": "sa", "republic of moldova": "md",
}  # fmt: skip


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    return " ".join(re.sub(r"[^a-z]+", " ", plain).split())


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("sv", "en"):
        for code, name in Locale(language).territories.items():
            if re.fullmatch(r"[A-Z]{2}", code):
                names.setdefault(_plain(name), code.lower())
                names.setdefault(code.lower(), code.lower())
    return names | _OTHERWISE


def codes(names: Iterable[str]) -> tuple[str, ...]:
    """The codes of countries given by name, in Swedish or English, or by code."""
    return tuple(sorted({code for one in names if (code := _known().get(_plain(one)))}))


def known_codes(given: Iterable[str]) -> tuple[str, ...]:
    """The codes among these that are countries."""
    return codes(one for one in given if len(one.strip()) == 2)
