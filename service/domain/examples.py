"""Fictional applications that checks show what they do with; whoever writes a check changes what matters to it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from service.domain.application import Kind, from_document
from service.domain.check import CheckInput, Fetched

#: The day on which the examples came in, and are looked at.
DAY = date(2026, 11, 26)
DECLARATION = "2026-1"

_DECLARATION = {
    "text_version": DECLARATION,
    "statements": dict.fromkeys(("democratic_state", "human_rights", "gender_equality", "no_violent_extremism"), True),
    "signatory": "Ylva Granfors",
    "role": "ordförande",
    "date": "2026-11-20",
    "method": "signed_pdf",
}
_BOTH: Mapping[str, Any] = {
    "organisation": {"name": "Granvikens Teaterförening", "org_number": "802999-0002"},
    "contact": {"name": "Ylva Granfors", "email": "ylva@granviken.example"},
    "representatives": [
        {"name": "Ylva Granfors", "role": "ordförande", "birth_year": 1969},
        {"name": "Ali Hassan", "role": "kassör", "birth_year": 1984},
    ],
    "declaration": _DECLARATION,
}
_GRANT: Mapping[str, Any] = {
    "kind": "grant",
    "grant": {
        "type": "verksamhetsbidrag",
        "amount_ore": 4_500_000,
        "purpose": "Teater för barn",
        "period": {"from": "2027-01-01", "to": "2027-12-31"},
    },
}
_PREMISES: Mapping[str, Any] = {
    "kind": "premises",
    "premises": {
        "type": "booking",
        "room": "tallen",
        "date": "2026-12-10",
        "from": "18:00",
        "to": "20:00",
        "purpose": "Årsmöte",
        "organiser": "Granvikens Teaterförening",
        "co_organisers": [],
        "open_to_public": False,
        "expected_number": 20,
    },
}


def an_input(kind: Kind = Kind.GRANT, *, fetched: Fetched | None = None, **changed: Any) -> CheckInput:
    """What a check is given of a fictional application that is in order; `changed` are parts of its document.

    A part that is None is left out. `fetched` is what the check needs beside the application.
    """
    document = {**_BOTH, **(_GRANT if kind is Kind.GRANT else _PREMISES), **changed}
    return CheckInput(
        application=from_document({name: part for name, part in document.items() if part is not None}),
        received_on=DAY,
        today=DAY,
        declaration_version=DECLARATION,
        rooms=("granen", "tallen"),
        fetched=fetched or Fetched(),
    )


def premises(**changed: Any) -> dict[str, Any]:
    """The part of a fictional application that asks for a room, changed."""
    return {**_PREMISES["premises"], **changed}
