"""What letters does a word have: any script into tokens of comparable letters, and nothing a reader cannot see.

A token is a plain string that says its script by its first sign: Latin and everything that spells its vowels out is
small ASCII letters; `~` is an abjad (Arabic, Hebrew), written as classes of consonants since short vowels are not
written; `^` is Han or Hangul, kept as it stands since each sign is a name of its own.
"""

import re
import unicodedata

from anyascii import anyascii

from service.matching.memory import remembered

ABJAD, HAN = "~", "^"
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼʿʾ`´ʹʺ′″"), None)
_DROPPED = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})
_LATIN = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "đ": "d", "ł": "l", "ß": "ss", "þ": "th", "ð": "d", "ə": "a"})
_LOOKALIKE = str.maketrans("аеорсухіјѕԁһтмкнвαορτνικ", "aeopcyxijsdhtmkhbaoptvik")
_DIGITS_FOR_LETTERS = str.maketrans("0134579", "oieastg")

#: Consonant classes of the Arabic alphabet and its daughters; what carries a vowel or a glide carries no class.
_ARABIC = {
    "بپ": "b", "تطثٹټ": "t", "جڄ": "j", "چشښ": "S", "حخهہھۀ": "h", "دذضڈډ": "d", "رڑړ": "r",
    "زسصظژڙځڅ": "s", "غگګڭڳ": "g", "فڤ": "f", "قكکڪ": "k", "لڵ": "l", "م": "m", "نںڼڻ": "n",
}  # fmt: skip
_HEBREW = {
    "ב": "b", "ג": "g", "ד": "d", "ה": "h", "ז": "s", "ח": "h", "טת": "t", "כך": "k", "ל": "l", "מם": "m", "נן": "n",
    "סצץ": "s", "פף": "f", "ק": "k", "ר": "r", "ש": "S",
}  # fmt: skip
_CLASS = {letter: kind for table in (_ARABIC, _HEBREW) for letters, kind in table.items() for letter in letters}
_ARABIC_WORDS = {
    "بن": "bin", "ابن": "bin", "بنت": "bint", "ابو": "abu", "ابى": "abu", "عبد": "abd", "ال": "al", "الدىن": "din",
    "الله": "ullah", "عبدالله": "abdullah", "حاجى": "haji", "حجى": "haji", "حاج": "haji", "شىخ": "sheikh",
    "الشىخ": "sheikh", "ملا": "mullah", "مولوى": "mawlawi", "قارى": "qari", "ولد": "ould",
}  # fmt: skip
LONGEST_ABJAD = 40
_ALIF = str.maketrans("أإآٱىئؤيۍېےکہ", "ااااىىوىىىىكه")


def clean(text: str) -> str:
    """Compatible forms made one, invisible signs dropped, small letters; any script. Cleaning twice changes nothing."""
    text = unicodedata.normalize("NFKC", text).replace("İ", "i").replace("ı", "i").casefold()
    text = unicodedata.normalize("NFKD", text).translate(_APOSTROPHES)
    kept = []
    for one in text:
        category = unicodedata.category(one)
        # Accents go; the vowel signs of India and South-East Asia have no combining class and are letters.
        if unicodedata.combining(one) >= 10 or category in _DROPPED:
            continue
        kept.append(one)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LATIN)


@remembered
def words(text: str) -> tuple[str, ...]:
    """The words of a text as tokens, in order; an acronym's full stops join its letters (`A.B.C.` is `abc`)."""
    text = drawn_together(text)
    if text.isascii():
        lowered = text.lower().translate(_APOSTROPHES)
        if "." in lowered:
            lowered = _joined_acronyms(lowered)
        return tuple(re.findall(r"[a-z0-9]+", lowered))
    found: list[str] = []
    for word in _with_korean_joined(_split(_joined_acronyms(clean(text)))):
        found += _tokens(word)
    return tuple(found)


def _with_korean_joined(written: list[str]) -> list[str]:
    """A Korean name in two or three pieces (`김 정은`, `김-정-은`) as the one word it is otherwise written as."""
    joined: list[str] = []
    for word in written:
        korean = _script(word) == "hangul" and len(word) <= 2
        if korean and joined and _script(joined[-1]) == "hangul" and len(joined[-1]) + len(word) <= 4:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


#: Letters set apart one by one (`T a r q u i n`, `T-a-r-q-u-i-n`): at least four, each by the same single sign.
_SET_APART = re.compile(r"(?<![^\W_])[^\W\d_](?:([ .\-])[^\W\d_])(?:\1[^\W\d_]){2,}(?![^\W_])")


def drawn_together(text: str) -> str:
    """The text without the signs between letters that were set apart to be seen better."""
    return _SET_APART.sub(lambda found: found.group(0).replace(found.group(1), ""), text)


def _split(text: str) -> list[str]:
    return "".join(one if one.isalnum() or unicodedata.category(one)[0] == "M" else " " for one in text).split()


def _joined_acronyms(text: str) -> str:
    return re.sub(r"\b(?:\w\.\s?){1,}\w\b\.?", lambda m: m.group(0).replace(".", "").replace(" ", ""), text)


def _tokens(word: str) -> list[str]:
    if word.isascii():
        return [word]
    script = _script(word)
    if script in ("arabic", "hebrew"):
        return _abjad(word)
    if script == "han":
        return [HAN + word]
    if script == "hangul":
        return _hangul(word)
    if script == "mixed":
        word = word.translate(_LOOKALIKE)
    return re.findall(r"[a-z0-9]+", anyascii(word).lower().replace("'", "").replace("`", ""))


def _script(word: str) -> str:
    kinds = set()
    for letter in word:
        if "a" <= letter <= "z":
            kinds.add("latin")
        elif not letter.isascii():
            kinds.add(_script_of(letter))
    kinds.discard("")
    if len(kinds) > 1:
        return "mixed"
    return kinds.pop() if kinds else "latin"


@remembered
def _script_of(letter: str) -> str:
    name = unicodedata.name(letter, "").split(" ")[0]
    return {"CJK": "han", "HANGUL": "hangul"}.get(name, name.lower())


def _abjad(word: str) -> list[str]:
    word = word.translate(_ALIF)[:LONGEST_ABJAD]
    if word in _ARABIC_WORDS:
        return [_ARABIC_WORDS[word]]
    for start, token in (("عبدال", "abd"), ("ابوال", "abu")):
        if word.startswith(start) and len(word) >= len(start) + 2:
            return [token, *_abjad(word[len(start) :])]
    for end, token in (("الدىن", "din"), ("الله", "ullah")):
        if word.endswith(end) and len(word) > len(end) + 1:
            return [*_abjad(word[: -len(end)]), token]
    if word.startswith("ال") and len(word) >= 4:
        word = word[2:]
    classes = "".join(_CLASS.get(letter, "") for letter in word)
    classes = re.sub(r"(.)\1+", r"\1", classes)
    # A last h is as often left out in Latin letters as not.
    return [ABJAD + (classes.removesuffix("h") or classes)] if classes else []


def _hangul(word: str) -> list[str]:
    """A Korean name is a family name of one syllable and a given name."""
    return [HAN + word[0], HAN + word[1:]] if 2 <= len(word) <= 4 else [HAN + word]


def _syllable(letter: str) -> str:
    spelled = anyascii(letter).lower()
    for written, passport in (("yeo", "yo"), ("eo", "o"), ("eu", "u"), ("ae", "e")):
        spelled = spelled.replace(written, passport)
    return {"gim": "kim", "bag": "pak", "i": "ri", "choe": "choe"}.get(spelled, spelled)


@remembered
def spelled(token: str) -> str:
    """How a token is spelled in ASCII: Han by its Mandarin sound, Hangul as in the passports of both Koreas."""
    if token[:1] != HAN:
        return token
    if _script_of(token[1]) == "hangul":
        return "".join(_syllable(one) for one in token[1:])
    return re.sub(r"[^a-z0-9]", "", anyascii(token[1:]).lower())


def letters_for_digits(token: str) -> str:
    """A person's name with digits among its letters, as letters (`ig0r` is `igor`)."""
    mixed = any(one.isdigit() for one in token) and sum(one.isalpha() for one in token) >= 2
    return token.translate(_DIGITS_FOR_LETTERS) if mixed else token
