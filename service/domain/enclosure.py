"""A document handed in with an application (bilaga)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.clock import Instant


class EnclosureKind(StrEnum):
    """What sort of document it is."""

    STATUTES = "stadgar"
    ANNUAL_MEETING = "arsmotesprotokoll"
    ANNUAL_REPORT = "verksamhetsberattelse"
    PLAN = "verksamhetsplan"
    BUDGET = "budget"
    ACCOUNTS = "bokslut"
    AUDIT_REPORT = "revisionsberattelse"
    DECLARATION = "intygande"
    POWER_OF_ATTORNEY = "fullmakt"
    ANSWER = "svar"
    MINUTES_EXTRACT = "protokollsutdrag"
    COURT_RULING = "domstolsavgorande"
    OTHER = "ovrigt"


ENCLOSURE_KINDS: tuple[str, ...] = tuple(kind.value for kind in EnclosureKind)
#: The documents that speak of a day or a period: when they are handed in, it is asked which.
SPEAKS_OF_A_TIME = frozenset(EnclosureKind) - {EnclosureKind.ANSWER, EnclosureKind.OTHER}


#: The media types that are taken, and how the name of such a file ends: by what it is, whatever it was called.
PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ENDINGS = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg", DOCX: ".docx", XLSX: ".xlsx", ODT: ".odt", TEXT: ".txt"}


class Condition(StrEnum):
    """Whether a document can be read at all, as far as its file tells."""

    WHOLE = "whole"
    ENCRYPTED = "encrypted"
    TRUNCATED = "truncated"
    EMPTY = "empty"


class Scanned(StrEnum):
    """What a scanner for harmful code (skadlig kod) said of it."""

    CLEAN = "clean"
    HARMFUL = "harmful"
    NOT_SCANNED = "not_scanned"


def named_as_it_is(name: str, media_type: str) -> str:
    """The file's name with the ending of what it is: what opens it goes by that, whatever the sender wrote."""
    ending = ENDINGS.get(media_type, "")
    same = {".jpg": (".jpg", ".jpeg")}.get(ending, (ending,))
    return name if not ending or name.casefold().endswith(same) else f"{name}{ending}"


@dataclass(frozen=True)
class Enclosure:
    """What is known of a stored file; its bytes lie outside the database under their digest.

    `speaks_from` and `speaks_to` are the day or period that the document speaks of, both included, where stated.
    """

    id: str
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    added_at: Instant
    speaks_from: date | None = None
    speaks_to: date | None = None
    condition: Condition = Condition.WHOLE
    scanned: Scanned = Scanned.NOT_SCANNED
