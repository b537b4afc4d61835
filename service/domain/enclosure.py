"""A document handed in with an application (bilaga)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Enclosure:
    """What is known of a stored file; its bytes lie outside the database under their digest."""

    id: str
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    added_at: int


ENCLOSURE_KINDS = (
    "stadgar",
    "arsmotesprotokoll",
    "verksamhetsberattelse",
    "verksamhetsplan",
    "budget",
    "bokslut",
    "revisionsberattelse",
    "intygande",
    "fullmakt",
    "svar",
    "ovrigt",
)
