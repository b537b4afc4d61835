"""Codes and values into sentences, from the word catalogues in templates/words."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages import Message
from babel.messages.pofile import read_po

LANGUAGES = ("sv", "en")
DEFAULT = "sv"


def _code(message: Message) -> str:
    """What a text is called by; one with a plural stands under its code twice."""
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> str | tuple[str, ...]:
    return message.string if isinstance(message.string, str) else tuple(message.string or ())


class Catalogue:
    """Short texts in Swedish and English. A Swedish template text is its own key; a code has a text in both."""

    def __init__(self, texts: Mapping[str, Mapping[str, str | tuple[str, ...]]]) -> None:
        self._texts = texts

    @classmethod
    @cache
    def load(cls, folder: Path) -> "Catalogue":
        """Read `sv.po` and `en.po`, once in a process: it takes a tenth of a second."""
        texts = {}
        for language in LANGUAGES:
            with (folder / f"{language}.po").open("rb") as file:
                catalogue = read_po(file, locale=language, charset="utf-8", abort_invalid=True)
            texts[language] = {_code(one): _forms(one) for one in catalogue if one.id and one.string}
        return cls(texts)

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
