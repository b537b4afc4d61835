"""A list entry as the text that is stored, and that the log keeps a digest of."""

import json

from service.audit.canonical import canonical
from service.domain.watchlist import ListEntry, ListName, Schema


def text_of_entry(entry: ListEntry) -> str:
    """A list entry as canonical text, which is also what its digest is taken of."""
    return canonical(
        {
            "id": entry.entry_id,
            "schema": entry.schema.value,
            "names": [{"text": one.text, "weak": one.weak} for one in entry.names],
            "births": list(entry.births),
            "countries": list(entry.countries),
            "org_numbers": list(entry.org_numbers),
            **({"either": True} if entry.either else {}),
        }
    )


def entry_of(text: str) -> ListEntry:
    """A list entry from its text."""
    given = json.loads(text)
    return ListEntry(
        entry_id=given["id"],
        schema=Schema(given["schema"]),
        names=tuple(ListName(one["text"], one["weak"]) for one in given["names"]),
        births=tuple(given["births"]),
        countries=tuple(given["countries"]),
        org_numbers=tuple(given["org_numbers"]),
        either=given.get("either", False),
    )
