"""Letters in every script: each sign that was written is in the PDF once, and none is missing in silence."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.domain.letter import Block, Sheet
from service.settings import FONTS, resource
from service.typesetting import Typesetter

LANGUAGES = {
    "Swedish": "Föreningen Åsunda", "Finnish": "Suomalaisten yhdistys", "Northern Sami": "Sámi searvi čáhci ŋ ŧ",
    "Tigrinya": "ማሕበር ትግርኛ", "Amharic": "የኢትዮጵያ ማኅበር", "Syriac": "ܚܘܝܕܐ ܣܘܪܝܝܐ", "Sorani": "کۆمەڵەی کوردی",
    "Pashto": "د افغانانو ټولنه", "Dari": "انجمن افغان‌ها", "Persian": "انجمن ایرانیان گیلان",
    "Arabic": "جمعية الثقافة العربية", "Uyghur": "ئۇيغۇر جەمئىيىتى", "Urdu": "اردو ٹھ ڑ ے", "Hebrew": "אגודת התרבות",
    "Yiddish": "ייִדישער פֿאַראײן", "Bengali": "বাংলা সাংস্কৃতিক সমিতি", "Hindi": "हिन्दी सांस्कृतिक संस्था",
    "Nepali": "नेपाली समाज", "Punjabi": "ਪੰਜਾਬੀ ਸਭਾ", "Gujarati": "ગુજરાતી સમાજ", "Tamil": "தமிழ்ச் சங்கம்",
    "Telugu": "తెలుగు సంఘం", "Kannada": "ಕನ್ನಡ ಸಂಘ", "Malayalam": "മലയാളി സമാജം", "Sinhala": "සිංහල සංගමය",
    "Thai": "สมาคมไทยในสวีเดน", "Lao": "ສະມາຄົມລາວ", "Khmer": "សមាគមខ្មែរ", "Burmese": "မြန်မာ အသင်း",
    "Georgian": "ქართული სათვისტომო", "Armenian": "Հայկական միություն", "Greek": "Ελληνικός Σύλλογος",
    "Russian": "Русское общество", "Ukrainian": "Українська громада ї ґ", "Serbian": "Српско друштво ђ ћ",
    "Chinese": "瑞典中文协会", "Traditional Chinese": "瑞典華人聯誼會", "Japanese": "日本人会 ひらがな カタカナ",
    "Korean": "한국인 협회", "Vietnamese": "Hội người Việt Nam", "Tibetan": "བོད་མི་ཚོགས་པ", "Tamazight": "ⵜⴰⵎⵙⵎⵓⵏⵜ",
    "Turkish": "Türk Derneği ığş", "Polish": "Żółć gęślą", "Yoruba": "Ẹgbẹ́ ọmọ Yorùbá",
    "emoji": "Klubben 🎉👨‍👩‍👧🇸🇪❤️", "combining marks": "A\u0301\u0302\u0323 e\u0308\u0332 q\u0307",
    "right in left": "Klubben \u2067אגודה\u2069 i norr",
}  # fmt: skip
assert len(LANGUAGES) >= 40


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(resource("templates") / "letters" / "letter.typ", FONTS)


def a_letter(name: str, *lines: str) -> Sheet:
    blocks = (Block("paragraph", lines=lines or (name,)), Block("list", items=(name,)))
    return Sheet("sv", "2026-11-22", "GR 2026/1", "Nämnden", ("Box 1",), name, ("Storgatan 1",), "Beslut", blocks)


def check_marks(body: bytes) -> None:
    """PDF/A-2a and PDF/UA-1 by their marks, every font in the file, and no glyph that stands for a missing one."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        with pdf.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("2", "A", "1")
        assert 0 not in [glyph for page in pdf.pages for glyph, _ in _drawn(page)]


def text_of(body: bytes) -> str:
    """What the PDF says each of its glyphs stands for, in the order they are drawn, without what nobody sees."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        text = "".join(said for page in pdf.pages for _, said in _drawn(page))
    return _seen(text)


def _seen(text: str) -> str:
    return re.sub(r"[\u200b\u2066-\u2069\s]", "", text)


def _drawn(page: Any) -> Iterator[tuple[int, str]]:
    """Each glyph with its text; a text that stands for several (ActualText) comes with the first of them."""
    fonts = {name: _mapped(font) for name, font in page.Resources.Font.items()}
    font: dict[int, str] = {}
    stands_for: list[str | None] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "Tf":
                font = fonts[str(operands[0])]
            case "BDC" | "BMC":
                properties = operands[1] if len(operands) > 1 else {}
                stands_for.append(str(properties["/ActualText"]) if "/ActualText" in properties else None)
            case "EMC":
                stands_for.pop()
            case "Tj" | "TJ":
                for glyph in _glyphs(operands[0]):
                    if any(one is not None for one in stands_for):
                        yield glyph, next(one for one in reversed(stands_for) if one is not None)
                        stands_for = ["" if one is not None else None for one in stands_for]
                    else:
                        yield glyph, font[glyph]


def _glyphs(shown: Any) -> list[int]:
    strings = (
        [shown] if isinstance(shown, pikepdf.String) else [one for one in shown if isinstance(one, pikepdf.String)]
    )
    codes = b"".join(bytes(one) for one in strings)
    return [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]


def _mapped(font: Any) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>", font.ToUnicode.read_bytes())
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_in_any_script_is_set_whole_and_its_text_is_what_was_written(
    typesetter: Typesetter, language: str
) -> None:
    name = LANGUAGES[language]

    typeset = typesetter.typeset(a_letter(name))

    check_marks(typeset.pdf)
    assert typeset.left == ()
    plain = text_of(typesetter.typeset(a_letter("")).pdf)
    assert Counter(text_of(typeset.pdf)) - Counter(plain) == Counter(_seen(name * 3))


def test_another_programs_reader_finds_the_names_as_they_were_written(typesetter: Typesetter) -> None:
    """Not those where it sets a space of its own into a word from right to left."""
    found = []
    for language, name in LANGUAGES.items():
        page = pypdfium2.PdfDocument(typesetter.typeset(a_letter(name)).pdf)[0]
        if name in page.get_textpage().get_text_range().replace("\u200b", ""):
            found.append(language)
    assert set(LANGUAGES) - set(found) <= {"Dari", "Uyghur", "Yiddish", "combining marks", "right in left"}


@pytest.mark.parametrize(
    ("written", "set_as", "left"),
    [
        ("\uf0b7 pasted from Word", "•pastedfromWord", ()),
        ("private \ue000 use", "private[U+E000]use", ("\ue000",)),
        ("not assigned \u0378", "notassigned[U+0378]", ("\u0378",)),
        ("turned \u202egnirts", "turned[U+202E]gnirts", ("\u202e",)),
        ("runes ᚠᚢ", "runes[U+16A0][U+16A2]", ("ᚠ", "ᚢ")),
        ("a\x0bb\x85c", "abc", ()),
        ("half a pair \\u0000", "halfapair\\u0000", ()),
    ],
)
def test_what_no_font_has_is_set_as_its_code_point_and_told(
    typesetter: Typesetter, written: str, set_as: str, left: tuple[str, ...]
) -> None:
    typeset = typesetter.typeset(a_letter("Föreningen", written))
    check_marks(typeset.pdf)
    assert typeset.left == left
    assert set_as in text_of(typeset.pdf)


def test_a_text_in_a_script_that_no_font_has_is_set_in_a_bounded_number_of_tries(typesetter: Typesetter) -> None:
    cuneiform = "".join(chr(sign) for sign in range(0x12000, 0x12300))
    typeset = typesetter.typeset(a_letter("Föreningen Åsunda", cuneiform))
    check_marks(typeset.pdf)
    assert set(cuneiform) <= set(typeset.left)
    assert "FöreningenÅsunda" in text_of(typeset.pdf)


@pytest.mark.parametrize("name", ["x" * 300, "Föreningsstyrelse" * 12, "Длинное" * 40, "a-b_c/" * 50, "12345" * 40])
def test_a_long_name_without_a_space_stays_on_the_page(typesetter: Typesetter, name: str) -> None:
    body = typesetter.typeset(a_letter(name)).pdf
    page = pypdfium2.PdfDocument(body)[0]
    width, _ = page.get_size()
    text = page.get_textpage()
    right_edges = [text.get_charbox(at)[2] for at in range(text.count_chars())]
    assert max(right_edges) < width - 50, "within the margin"
    assert Counter(text_of(body))[name[0]] >= 3 * name.count(name[0])


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60))
@example("\u202e\u2067\u0301\U000e0067")
@example('"\\u{378}" could not be displayed')
@example("[" * 40 + "]" * 40)
def test_whatever_is_written_a_letter_comes_of_it(written: str) -> None:
    typesetter = Typesetter(resource("templates") / "letters" / "letter.typ", FONTS)
    check_marks(typesetter.typeset(a_letter(written or "-")).pdf)
