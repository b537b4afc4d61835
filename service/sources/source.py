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
from service.domain.damage import Damage, mended
from service.domain.errors import ListRefused
from service.domain.text import visible
from service.domain.watchlist import ListName
from service.sources.shape import Notes, Noticed

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
    """A generation date as the log writes times; raises ListRefused for what is none.

    A day without a time is its midnight in UTC, so that it reads as the same day.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ListRefused("list.bad_date", given=text.strip()[:40]) from error
    if moment.year < 1990:
        raise ListRefused("list.bad_date", given=text.strip()[:40])
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
            file.seek(0)
            raise ListRefused("list.ends_within_line", line=1 + sum(1 for line in file if line.endswith(b"\n")))


def births(written: list[str], notes: Notes, place: str) -> tuple[str, ...]:
    """The birth dates that can be read, each once, in order; a list's "1970-00-00" is the year."""
    dates = []
    for value in written:
        text = re.sub(r"(?:-00)+$", "", clean(value)[:23])
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}T.*", text):
            text = text[:10]
        if read_birth(text):
            dates.append(text)
        elif text.strip("-~/ "):
            notes.notice(Noticed.UNREAD, place)
    return tuple(sorted(set(dates)))


def named(names: list[ListName], entry_id: str, notes: Notes) -> tuple[ListName, ...]:
    """The names that say something, each once; raises ListRefused where there is none.

    The main name stays first and the others stand in order, since many exports are sets: the same names are the same
    entry. What was damaged on the way is mended where that is certain; otherwise it is kept as it is, and said.
    """
    kept: dict[str, ListName] = {}
    for name in names:
        text, damage = mended(clean(name.text))
        if damage is not Damage.NONE:
            notes.notice(Noticed.REPAIRED if damage is Damage.REPAIRED else Noticed.DAMAGED, entry_id)
        for part in several_names(text):
            weak = name.weak or (part != text and len(part.split()) == 1)
            if any(map(str.isalnum, part)) and (part not in kept or (kept[part].weak and not weak)):
                kept[part] = ListName(part, weak)
    if not kept:
        raise ListRefused("list.entry_without_name", id=entry_id)
    main, *others = kept.values()
    return (main, *sorted(others, key=lambda name: (name.weak, name.text)))


_BETWEEN_NAMES = re.compile(r"\s*;\s*|\s+/\s+|(?<=\w{4})/(?=\w{4})")
_IN_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")


def several_names(text: str) -> list[str]:
    """The text, and the names in it where it holds several: `A; B`, `A / B`, `A (B)`."""
    found = [text]
    for piece in _BETWEEN_NAMES.split(text):
        inside = [part.strip() for part in _IN_BRACKETS.findall(piece)]
        outside = _IN_BRACKETS.sub(" ", piece).strip()
        if outside:
            found.append(outside)
        found += [part for part in inside if len(part.split()) > 1 and part[:1].isupper()]
    return list(dict.fromkeys(found))
