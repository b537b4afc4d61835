"""List files into entries, whatever form the list comes in.

A file is taken whole or refused whole: without a generation date, with no entries, with an id twice, cut short, in the
wrong encoding or with anything hostile in it, it is refused and says why. Entries come one by one, so that a file of
any size is read in the same memory; whoever reads them must not use them before the last has come.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from service.domain.errors import ListRefused
from service.domain.watchlist import ListEntry
from service.sources import eu, ofac, opensanctions, own, un
from service.sources.source import Dated, Source, utc

UN_XML, EU_XML, OFAC_CSV = "un-xml", "eu-xml", "ofac-csv"
FTM_JSON, SIMPLE_CSV, GRANSKA_CSV = "ftm-json", "opensanctions-csv", "granska-csv"
_READERS: dict[str, Callable[[Source, Dated], Iterator[ListEntry]]] = {
    UN_XML: un.read,
    EU_XML: eu.read,
    OFAC_CSV: ofac.read,
    FTM_JSON: opensanctions.read_ftm,
    SIMPLE_CSV: opensanctions.read_simple,
    GRANSKA_CSV: own.read,
}
_HEAD = 4096


class ListFile:
    """A list file being read: its entries once, and its date once all have been read."""

    def __init__(self, format: str, given: bytes | Path, *, generated: str | None = None) -> None:
        self._source = Source(given) if isinstance(given, Path) else Source(body=given)
        self._format = format
        self._generated = utc(generated) if generated else None

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

    def __iter__(self) -> Iterator[ListEntry]:
        seen: set[int] = set()
        for one in _READERS[self._format](self._source, self._dated):
            # Eight bytes of a digest stand for the id: two million entries are then some tens of megabytes.
            mark = int.from_bytes(hashlib.blake2b(one.entry_id.encode(), digest_size=8).digest())
            if mark in seen:
                raise ListRefused("list.duplicate_id", id=one.entry_id)
            seen.add(mark)
            yield one
        if not seen:
            raise ListRefused("list.empty")
        _ = self.generated_at

    def _dated(self, text: str) -> None:
        """The file's own date; one given by hand is believed only where the file has none."""
        self._generated = text


def read_list(format: str, given: bytes | Path, generated: str | None = None) -> ListFile:
    """The list in this file or these bytes; reading it raises ListRefused with the reason."""
    return ListFile(format, given, generated=generated)


def guess(given: bytes | Path) -> str:
    """Which of our formats this looks like, by its first bytes."""
    source = Source(given) if isinstance(given, Path) else Source(body=given)
    with source.open() as file:
        head = file.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"<":
        return EU_XML if b"/fpi/fsd/export" in head else UN_XML
    if head[:1] == b"{":
        return FTM_JSON
    if head.startswith(b"#"):
        return GRANSKA_CSV
    first = head.split(b"\n", 1)[0].replace(b'"', b"")
    if first.startswith(b"id,schema,name"):
        return SIMPLE_CSV
    return OFAC_CSV if first[:1].isdigit() and first.count(b",") >= 11 else GRANSKA_CSV
