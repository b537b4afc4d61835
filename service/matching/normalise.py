"""Case, accents, scripts, punctuation, forms of association: a name into tokens that can be compared."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

ARTICLES = frozenset(
    {"al", "el", "ul", "bin", "ben", "ibn", "bint", "abu", "abd", "von", "van", "af", "de", "la", "the"}
)
TITLES = frozenset({"mr", "mrs", "dr", "prof", "haji", "hajj", "sheikh", "shaykh", "mullah", "maulavi", "general"})
_APOSTROPHES = str.maketrans("", "", "'’ʼʿʾ`´‘")
_SWEDISH = str.maketrans({"å": "a", "ä": "a", "ö": "o", "æ": "a", "ø": "o", "ı": "i", "ß": "s"})

#: Abbreviation or long form to one code; a form says what sort of association it is, and an IF is not a BK.
FORMS = {
    "idrottsforening": "if", "bollklubb": "bk", "fotbollforening": "ff", "fotbollsforening": "ff",
    "fotbollsklubb": "fk", "idrottsklubb": "ik", "sportklubb": "sk", "golfklubb": "gk", "simklubb": "sim",
    "gymnastikforening": "gf", "hembygdsforening": "hembygd", "bostadsrattsforening": "brf",
    "samfallighetsforening": "samf", "samfallighet": "samf", "kamratforening": "kf", "ungdomsforening": "uf",
    "scoutkar": "scout", "avdelning": "avd", "forsamling": "forsamling",
}  # fmt: skip
#: Words of law or habit that say almost nothing of which association it is.
LIGHT = frozenset(
    [
        "forening",
        "foreningen",
        "ideell",
        "ek",
        "ekonomisk",
        "stiftelse",
        "stiftelsen",
        "insamlingsstiftelse",
        "klubb",
        "klubben",
        "forbund",
        "forbundet",
        "riksforbund",
        "distrikt",
        "krets",
        "i",
        "och",
        "for",
        "av",
        "svenska",
        "sverige",
        "stockholm",
        "stockholms",
        "ab",
        "hb",
        "kb",
        "org",
        "organization",
        "organisation",
        "association",
        "foundation",
        "group",
        "committee",
        "company",
        "ltd",
        "limited",
        "inc",
        "co",
        "corporation",
    ]
)
_COMPOUNDS = ("forening", "klubb", "forbund", "stiftelse", "forsamling")


@dataclass(frozen=True)
class Name:
    """A name ready to compare: the text as given, its tokens and a fold key for each."""

    text: str
    tokens: tuple[str, ...]
    keys: tuple[str, ...]


def clean(text: str) -> str:
    """Compatible forms unified, invisible signs dropped, small letters; any script."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(
        one for one in text if unicodedata.category(one) not in ("Cf", "Cc", "Cs", "Co", "Cn") or one in "\t\n"
    )
    return text.replace("İ", "i").replace("ı", "i").casefold().translate(_APOSTROPHES)


def _ascii_tokens(text: str) -> list[str]:
    spelled = anyascii(clean(text).translate(_SWEDISH)).casefold().translate(_APOSTROPHES)
    return re.findall(r"[a-z0-9]+", spelled)


@lru_cache(maxsize=200_000)
def person(text: str) -> Name:
    """A person's name; "LAST, First" is turned round, titles are dropped."""
    if text.count(",") == 1:
        last, first = text.split(",")
        tokens = _ascii_tokens(f"{first} {last}")
    else:
        tokens = _ascii_tokens(text)
    kept = [one for one in tokens if one not in TITLES] or tokens
    return Name(text, tuple(kept), tuple(fold_key(one) for one in kept))


@lru_cache(maxsize=200_000)
def organisation(text: str) -> Name:
    """An association's name; forms become codes and compounds are split before them."""
    tokens: list[str] = []
    for one in _ascii_tokens(text):
        tokens += _split(one)
    return Name(text, tuple(tokens), tuple(fold_key(one) for one in tokens))


def _split(token: str) -> list[str]:
    if token in FORMS:
        return [FORMS[token]]
    for ending in _COMPOUNDS:
        if token.endswith(ending) and len(token) > len(ending) + 2:
            return [token[: -len(ending)].rstrip("s") or token, ending]
    return [token]


_RULES = [
    (re.compile(pattern), into)
    for pattern, into in (
        (r"(.)\1+", r"\1"),
        (r"stj|skj|sch|sj|sh", "S"),
        (r"tj|kj|ch", "C"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"dh", "d"),
        (r"kh", "h"),
        (r"gh", "g"),
        (r"ck|q", "k"),
        (r"x", "ks"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"w", "v"),
        (r"z", "s"),
        (r"ou|oo|o", "u"),
        (r"ei|ie|ey|ai|ay|ee|e|y", "i"),
        (r"ae|aa", "a"),
        (r"(?<=.)h$", ""),
        (r"(.)\1+", r"\1"),
    )
]


@lru_cache(maxsize=200_000)
def fold_key(token: str) -> str:
    """A key that common spellings of one name share (Mohammed and Muhamed, Lindh and Lind)."""
    for pattern, into in _RULES:
        token = pattern.sub(into, token)
    return token
