"""A small list in our own form, and when its versions were made."""

from collections.abc import Sequence

HEADER = "entry_id,schema,name,aliases,weak_aliases,birth_dates,countries,org_number"
ROWS = [
    f"X-{number:02},person,Person Nummer{number},Alias Nummer{number},Svag {number},19{60 + number}-02-03,se,"
    for number in range(12)
] + [f"O-{number:02},organisation,Klubben Nummer{number},,,,se,802999-0044" for number in range(2)]
EARLIER, LATER, LATEST = "2026-11-21T10:00:00Z", "2026-11-22T08:00:00Z", "2026-11-22T10:00:00Z"


def a_list(rows: Sequence[str], generated: str) -> bytes:
    return "\n".join([f"#granska-list,1,{generated},{len(rows)}", HEADER, *rows, ""]).encode()
