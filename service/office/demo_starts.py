"""Who one can begin as in a demo, and what waits for each, as the sign-in page tells it.

The demo says in its folder which accounts it made and how they sign in; in a folder that it did not make there is no
such file, and so no button.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.desk.ports.desk import Desk
from service.desk.ports.queue import QueueQuery
from service.desk.ports.store import Reading
from service.domain.application import Kind
from service.domain.case import State

#: The file in the data folder; the demo writes it.
MARK = "demo-accounts.json"


@dataclass(frozen=True)
class DemoAccount:
    """An account that the demo made."""

    id: str
    email: str
    password: str


@dataclass(frozen=True)
class Start:
    """One of the demo's people: who to begin as, and what waits for them, as a code with a count."""

    name: str
    account: DemoAccount
    code: str
    count: int


def accounts_in(folder: Path) -> tuple[DemoAccount, ...]:
    """The accounts that the demo made in this folder; none where it did not make the folder."""
    mark = folder / MARK
    if not mark.is_file():
        return ()
    return tuple(DemoAccount(**account) for account in json.loads(mark.read_text("utf-8")))


async def starts(desk: Desk, accounts: tuple[DemoAccount, ...]) -> list[Start]:
    """The demo's people as this database has them, in the order they were made."""
    if not accounts:
        return []
    async with desk.store.reading() as reading:
        known = {user.id: user for user in await reading.users() if user.closed_at is None}
        counts = await _counts(reading)
    found = []
    for account in accounts:
        who = account.email.partition("@")[0]
        if account.id in known and who in WAITS:
            first = known[account.id].name.partition(" ")[0]
            found.append(Start(first, account, f"demo.waits.{who}", counts[WAITS[who]]))
    return found


#: What is counted for whom.
WAITS = {
    "alva": "new_grants", "petter": "new_rooms", "bo": "proposed", "disa": "proposed", "samir": "drafts",
    "siv": "unverified", "ronja": "entries", "adam": "users",
}  # fmt: skip


async def _counts(reading: Reading) -> Mapping[str, int]:
    async def cases(state: State, *kinds: Kind, unowned: bool = False) -> int:
        return (await reading.queue(QueueQuery(kinds=kinds, state=state.value, unowned=unowned))).total

    drafts = [draft for draft in await reading.drafts() if draft.adopted_by is None]
    return {
        "new_grants": await cases(State.SCREENED, Kind.GRANT, unowned=True),
        "new_rooms": await cases(State.SCREENED, Kind.PREMISES, unowned=True),
        "proposed": await cases(State.PROPOSED, *Kind),
        "drafts": len(drafts),
        "unverified": sum(incident.verified_by is None for incident in await reading.all_incidents()),
        "entries": await reading.log_size(),
        "users": len(await reading.users()),
    }
