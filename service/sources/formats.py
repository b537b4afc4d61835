"""List files into entries, whatever form the list comes in.

A file is taken whole or refused whole: without a generation date, with no entries, with an id twice, cut short, in the
wrong encoding or with anything hostile in it, it is refused and says why. Entries come one by one, so that a file of
any size is read in the same memory; whoever reads them must not use them before the last has come. What is noticed
about a file that is read (`remarks`) decides whether a person has to look before it is used.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.domain.errors import ListRefused
from service.domain.watchlist import ListEntry, ListRemark
from service.sources import eu, ofac, opensanctions, own, un
from service.sources.shape import Notes, Shape
from service.sources.source import Dated, Source, utc

UN_XML, EU_XML, OFAC_CSV = "un-xml", "eu-xml", "ofac-csv"
FTM_JSON, SIMPLE_CSV, GRANSKA_CSV = "ftm-json", "opensanctions-csv", "granska-csv"


@dataclass(frozen=True)
class Format:
    """A format: what reads it, and what its files may hold."""

    read: Callable[[Source, Dated, Notes], Iterator[ListEntry]]
    shape: Shape


FORMATS = {
    UN_XML: Format(un.read, un.SHAPE),
    EU_XML: Format(eu.read, eu.SHAPE),
    OFAC_CSV: Format(ofac.read, ofac.SHAPE),
    FTM_JSON: Format(opensanctions.read_ftm, opensanctions.FTM_SHAPE),
    SIMPLE_CSV: Format(opensanctions.read_simple, opensanctions.SIMPLE_SHAPE),
    GRANSKA_CSV: Format(own.read, Shape(frozenset())),
}
_HEAD = 4096


class ListFile:
    """A list file being read: its entries once, and its date and what was noticed once all have been read."""

    def __init__(self, format: str, given: bytes | Path, *, generated: str | None = None) -> None:
        self._source = _source(given)
        self._format = format
        self._generated = utc(generated) if generated else None
        self._notes = Notes(FORMATS[format].shape)

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the file's bytes."""
        with self._source.open() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def generated_at(self) -> str:
        """When the list says it was made, or when whoever supplies it says so; known after the last entry."""
        if self._generated is None:
            raise ListRefused("list.no_date")
        return self._generated

    @property
    def remarks(self) -> tuple[ListRemark, ...]:
        """What was noticed, what has to be looked at first; known after the last entry."""
        return self._notes.remarks()

    def __iter__(self) -> Iterator[ListEntry]:
        _check_format(self._source, self._format)
        seen: set[int] = set()
        for entry in FORMATS[self._format].read(self._source, self._dated, self._notes):
            # Eight bytes of a digest stand for the id: two million entries are then some tens of megabytes.
            mark = int.from_bytes(hashlib.blake2b(entry.entry_id.encode(), digest_size=8).digest())
            if mark in seen:
                raise ListRefused("list.duplicate_id", id=entry.entry_id)
            seen.add(mark)
            yield entry
        if not seen:
            raise ListRefused("list.empty")
        _ = self.generated_at

    def _dated(self, text: str) -> None:
        """The file's own date; one given by hand is believed only where the file has none."""
        self._generated = text


def read_list(format: str, given: bytes | Path, generated: str | None = None) -> ListFile:
    """The list in this file or these bytes; reading it raises ListRefused with the reason."""
    return ListFile(format, given, generated=generated)


def _source(given: bytes | Path) -> Source:
    return Source(given) if isinstance(given, Path) else Source(body=given)


def guess(given: bytes | Path) -> str:
    """Which of our formats this looks like, by its first bytes; our own where it looks like none."""
    looks = _looks_like(_source(given))
    if looks in FORMATS:
        return looks
    return UN_XML if looks.startswith(("xml", "html")) else GRANSKA_CSV


#: Files that are no list in any of our formats, by their first bytes.
_NO_LIST = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "pdf"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"[", "json"),
)


def _looks_like(source: Source) -> str:
    """One of our formats, or another kind of file as a word; `csv` where nothing can be told."""
    with source.open() as file:
        head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    for start, kind in _NO_LIST:
        if head.startswith(start):
            return kind
    if head[:1] == b"<":
        return _xml(head)
    if head[:1] == b"{":
        return FTM_JSON
    first = head.split(b"\n", 1)[0].replace(b'"', b"").lower()
    if first.startswith(own.MARK.encode()):
        return GRANSKA_CSV
    columns = {column.strip() for column in re.split(rb"[,;]", first)}
    if {b"id", b"schema", b"name"} <= columns:
        return SIMPLE_CSV
    return OFAC_CSV if first[:1].isdigit() and first.count(b",") >= 11 else "csv"


def _xml(head: bytes) -> str:
    """Which publisher's XML, or a web page."""
    if re.match(rb"<(?:!doctype\s+)?html", head, re.IGNORECASE):
        return "html"
    if b"<CONSOLIDATED_LIST" in head:
        return UN_XML
    return EU_XML if b"/fpi/fsd/export" in head else "xml"


def _check_format(source: Source, format: str) -> None:
    """Raise ListRefused for a file that is clearly of another kind than the list is defined to be.

    What cannot be told is left to the reader, which says what is wrong with it line by line.
    """
    looks = _looks_like(source)
    undecided = looks in ("csv", "xml") or {looks, format} == {OFAC_CSV, GRANSKA_CSV}
    if looks != format and not undecided:
        raise ListRefused("list.other_kind", found=looks, wanted=format)
