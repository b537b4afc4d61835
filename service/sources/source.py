"""A list file as readers see it, and the few things that every reader does the same way."""

import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

from service.domain.birth import read_birth
from service.domain.errors import ListRefused
from service.domain.text import visible
from service.domain.watchlist import ListName

Dated = Callable[[str], None]
MAX_LINE = 8_000_000


@dataclass(frozen=True)
class Source:
    """A file on disk, with what lies beside it, or bytes in hand."""

    path: Path | None = None
    body: bytes = b""

    def open(self) -> BufferedReader | io.BytesIO:
        """The file from its beginning."""
        return self.path.open("rb") if self.path else io.BytesIO(self.body)

    def beside(self, name: str) -> "Source | None":
        """The file of this name in the same folder, in any case; None where there is none."""
        if self.path is None:
            return None
        for one in sorted(self.path.parent.iterdir()):
            if one.name.casefold() == name.casefold() and one.is_file():
                return Source(one)
        return None


def utc(text: str) -> str:
    """A generation date as the log writes times; raises ListRefused for what is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ListRefused("list.no_date") from error
    if moment.year < 1990:
        raise ListRefused("list.no_date")
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def clean(text: str | None) -> str:
    """A field's text with single spaces; empty where nobody would see anything."""
    whole = (text or "").encode("utf-8", "ignore").decode().replace("\x00", " ")  # half signs and NUL say nothing
    kept = " ".join(unicodedata.normalize("NFC", whole).split())
    return kept if visible(kept) else ""


def whole(source: Source) -> None:
    """Raise ListRefused for a text file that ends within a line; an end-of-file sign (0x1A) may follow."""
    with source.open() as file:
        file.seek(0, io.SEEK_END)
        size = file.tell()
        file.seek(max(0, size - 3))
        end = file.read().rstrip(b"\x1a")
    if size and not end.endswith((b"\n", b"\r")):
        raise ListRefused("list.ends_within_line")


def births(written: list[str]) -> tuple[str, ...]:
    """The birth dates that can be read, each once, in order; a list's "1970-00-00" is the year."""
    found = []
    for one in written:
        text = re.sub(r"(?:-00)+$", "", clean(one)[:23])
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}T.*", text):
            text = text[:10]
        if read_birth(text):
            found.append(text)
    return tuple(sorted(set(found)))


def named(names: list[ListName], entry_id: str) -> tuple[ListName, ...]:
    """The names that say something, each once; raises ListRefused where there is none."""
    kept: dict[str, ListName] = {}
    for one in names:
        text = clean(one.text)
        if any(map(str.isalnum, text)) and (text not in kept or kept[text].weak):
            kept[text] = ListName(text, one.weak)
    if not kept:
        raise ListRefused("list.entry_without_name", id=entry_id)
    return tuple(kept.values())
