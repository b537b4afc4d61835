"""Codes and values into sentences, from the word catalogues in templates/words and those that checks bring."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from babel.messages import Message
from babel.messages.pofile import PoFileError, read_po

LANGUAGES = ("sv", "en")
DEFAULT = "sv"


def _code(message: Message) -> str:
    """What a text is called by; one with a plural stands under its code twice."""
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> str | tuple[str, ...]:
    return message.string if isinstance(message.string, str) else tuple(message.string or ())


def _texts_in(path: Path, language: str) -> dict[str, str | tuple[str, ...]]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, charset="utf-8", abort_invalid=True)
    return {_code(message): _forms(message) for message in catalogue if message.id and message.string}


@cache
def _read(path: Path, language: str) -> dict[str, str | tuple[str, ...]]:
    """The texts of a check's file, once in a process."""
    try:
        return _texts_in(path, language)
    except (OSError, ValueError, PoFileError):
        return {}


class Catalogue:
    """Short texts in Swedish and English. A Swedish template text is its own key; a code has a text in both."""

    def __init__(self, texts: Mapping[str, Mapping[str, str | tuple[str, ...]]]) -> None:
        self._texts = texts

    @classmethod
    @cache
    def load(cls, folder: Path) -> "Catalogue":
        """Read `sv.po` and `en.po`, once in a process: it takes a tenth of a second."""
        return cls({language: _texts_in(folder / f"{language}.po", language) for language in LANGUAGES})

    def with_checks(self, files: Callable[[str], Mapping[str, Path]]) -> "Catalogue":
        """The same with the sentences that checks bring, by language and check; a check adds to its own codes alone.

        A file that cannot be read leaves its codes unsaid, which the check's conformance names.
        """
        texts = {language: dict(known) for language, known in self._texts.items()}
        for language in LANGUAGES:
            for key, file in files(language).items():
                own = (f"{key}.", f"check.{key}.")
                for code, forms in _read(file, language).items():
                    if code.startswith(own):
                        texts[language].setdefault(code, forms)
        return Catalogue(texts)

    def knows(self, language: str, code: str) -> bool:
        """Whether there is a text for this code or template text."""
        return code in self._texts[language]

    def codes(self, language: str) -> list[str]:
        """What there are texts for: codes, and template texts."""
        return list(self._texts[language])

    def forms(self, language: str, key: str) -> tuple[str, ...]:
        """The text, or its forms for one and for several."""
        found = self._texts[language].get(key, key)
        return (found,) if isinstance(found, str) else found

    def text(self, language: str, key: str, count: str | int | None = None) -> str:
        """The text for a template text or a code; the key itself where there is none, so that the gap is seen.

        Where the text has a form for one and a form for several, `count` chooses; several where it is not known.
        """
        forms = self.forms(language, key)
        return forms[0] if len(forms) == 1 or str(count) == "1" else forms[1]

    def term(self, language: str, group: str, value: str) -> str:
        """A code's word, such as the enclosure kind `stadgar`; the value itself where it is not a code."""
        code = f"term.{group}.{value}"
        return self.text(language, code) if self.knows(language, code) else value

    def say(self, language: str, code: str, params: Mapping[str, str | int]) -> str:
        """The sentence for a code, with its values; a value that is a code is put into words too."""
        words = {name: self.term(language, name, str(value)) for name, value in params.items()}
        try:
            return self.text(language, code, params.get("count")) % words
        except (KeyError, ValueError):
            return code
