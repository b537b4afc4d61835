"""Stops at random moments of random histories, on both engines; an independent reading of the log judges them.

While a stop stands nothing is given to the association, in whatever case of it: no favourable decision, no payment, no
execution, no clearance, no key. No stop but a legal bar is set by one person alone, or unheard.
"""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from service import app
from service.bookings import clearance_steps, key_access
from service.bookings.doors import screen_doors
from service.casework.decision import follow_up, sign, stops
from service.casework.review.findings import take
from service.desk.ports.desk import Desk
from service.desk.stops import end_stops
from service.domain.errors import GranskaError
from service.domain.people import User
from service.proof.verification import verify_log
from service.settings import Settings
from tests.booking_steps import asked, do_decide, taken, times
from tests.builders import a_grant_document, a_proposal
from tests.fakes import Clock
from tests.filled import a_filled_desk
from tests.steps import do, listed_too, screened, settle_all, someone, unbiased

GIVING = {"payment:released", "booking:executed", "clearance:given", "key-access:given"}
FAVOURABLE = {"approval", "partial_approval"}


@dataclass
class History:
    """One association with a grant and a room, and three people who come by."""

    desk: Desk
    clock: Clock
    people: list[User]
    grant: str
    room: str
    more: list[str] = field(default_factory=list)
    stop: str = ""
    done: list[str] = field(default_factory=list)

    async def step(self, name: str, who: int) -> None:
        try:
            await STEPS[name](self, self.people[who % len(self.people)])
            self.done.append(name)
        except GranskaError:
            pass  # refused: that is what many of them should be


Step = Callable[[History, User], Awaitable[Any]]


async def consider(history: History, by: User, **changed: str) -> None:
    until = date.fromordinal(date(2026, 11, 22).toordinal() + (history.clock.at - Clock().at) // 86_400_000 + 12)
    said = {
        "ground": "missing_report", "text": "Saknas.", "until": until.isoformat(), "exception": "urgent",
        "exception_text": "Brådskar.", "language": "sv",
    }  # fmt: skip
    history.stop = await do(history.desk, stops.ConsiderStop, history.room, by, **(said | changed))


async def set_stop(history: History, by: User) -> None:
    await do(history.desk, stops.SetStop, history.room, by, stop=history.stop, text="Ja.", language="sv")


async def release(history: History, by: User) -> None:
    await do(history.desk, stops.ReleaseSupport, history.room, by, stop=history.stop, text="Löst.", language="sv")


async def approve_grant(history: History, by: User) -> None:
    await settle_all(history.desk, history.grant, by)
    await do(history.desk, sign.decide, history.grant, by, proposal=a_proposal())


async def approve_room(history: History, by: User) -> None:
    await settle_all(history.desk, history.room, by)
    await do_decide(history.desk, history.room, by)


async def terms(history: History, by: User) -> None:
    on = {"terms": "2026-1", "on": "2026-11-22", "text": "I mejl."}
    for case_id in (history.grant, history.room):
        try:
            await do(history.desk, follow_up.AcceptTerms, case_id, by, **on)
        except GranskaError:
            continue


async def book_again(history: History, by: User) -> None:
    history.more.append(await asked(history.desk, date=f"2027-03-{1 + len(history.more):02}"))


async def execute(history: History, by: User) -> None:
    if not history.more:
        return
    await unbiased(history.desk, history.more[-1], by)
    await do(history.desk, clearance_steps.Execute, history.more[-1], by)


async def key(history: History, by: User) -> None:
    await do(history.desk, key_access.ScreenForKey, history.room, by)
    [booking, *_] = await times(history.desk, history.room)
    await do(history.desk, key_access.GiveKey, history.room, by, booking_id=booking.id)


async def wait(history: History, by: User) -> None:
    history.clock.forward(days=8)
    await end_stops(history.desk)
    await screen_doors(history.desk)


STEPS: dict[str, Step] = {
    "consider": consider,
    "consider and hear": lambda history, by: consider(history, by, exception="", exception_text=""),
    "set": set_stop,
    "release": release,
    "approve the grant": approve_grant,
    "approve the room": approve_room,
    "terms": terms,
    "pay": lambda history, by: do(history.desk, follow_up.ReleasePayment, history.grant, by),
    "clear": lambda history, by: do(history.desk, clearance_steps.GiveClearance, history.room, by),
    "book again": book_again,
    "execute": execute,
    "key": key,
    "wait": wait,
}
#: A history takes a second: what failed is told as it was drawn.
WITHOUT_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]
#: Everything that can be given, with nothing in between: each of it is reached.
ALL_OF_IT = [
    ("approve the grant", 0), ("approve the room", 0), ("terms", 0), ("pay", 0), ("clear", 0), ("book again", 0),
    ("execute", 0), ("wait", 0), ("key", 0),
]  # fmt: skip
#: The same with a stop that stands, set by two: none of it is.
STOPPED = [("consider", 1), ("set", 0), *ALL_OF_IT]


def judge(log: list[dict[str, Any]]) -> set[str]:
    """Read the log by itself; returns what was given."""
    organisation: dict[str, str] = {}
    considered: dict[str, dict[str, Any]] = {}
    standing: dict[str, set[str]] = {}
    given_things = set()
    for entry in log:
        data, type = entry["data"], entry["type"]
        if type == "case:received":
            organisation[entry["case"]] = data["organisation"]
        theirs = standing.setdefault(organisation.get(entry["case"] or "", ""), set())
        if type == "stop:considered":
            considered[data["stop"]] = entry
        elif type == "support:stopped":
            before = considered[data["stop"]]
            assert before["actor"]["id"] != entry["actor"]["id"], "two persons"
            heard = before["data"]["exception"] or before["data"]["due"] < entry["at"][:10]
            assert heard, "the association first, or an exception of the list"
            theirs.add(data["stop"])
        elif type in ("support:released", "stop:ended"):
            theirs.discard(data["stop"])
        elif type in GIVING or (type == "case:decided" and data["outcome"] in FAVOURABLE):
            assert not theirs, f"{type} while support was stopped"
            assert entry["actor"]["kind"] == "person"
            given_things.add(type)
    return given_things


async def lived(settings_: Settings, steps: list[tuple[str, int]], folders: pytest.TempPathFactory) -> set[str]:
    clock = Clock()
    await a_filled_desk(settings_, folders)
    clock.skip(100_000)
    async with app.opened_desk(settings_, outside=clock.outside()) as desk:
        rights = (
            "role:association_officer",
            "role:premises_officer",
            "delegation:F1",
            "delegation:L1",
            "delegation:L2",
        )
        people = [await someone(desk, name, *rights) for name in ("Alva", "Bo")]
        people.append(await someone(desk, "Disa", "role:decision_maker", "delegation:F2"))
        grant = await screened(desk, a_grant_document())
        room = await asked(desk, date="2026-11-30")
        await unbiased(desk, grant, *people)
        await do(desk, take, grant, people[0])
        await taken(desk, room, people[0])
        await unbiased(desk, room, *people[1:])
        history = History(desk, clock, people, grant, room)
        for name, who in steps:
            await history.step(name, who)
        if len(steps) > 3:
            await listed_too(desk)  # a new version, so that a key has to be asked about again
        async with desk.store.reading() as reading:
            log = [json.loads(row.leaf) async for row in reading.log_rows()]
        assert (await verify_log(desk)).ok
        return judge(log)


walks = st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 2)), min_size=3, max_size=16)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_nothing_is_given_while_support_is_stopped(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    reached: list[set[str]] = []

    @settings(
        max_examples=14 if engine == "sqlite" else 6,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=WITHOUT_SHRINKING,
    )
    @example(steps=ALL_OF_IT)
    @example(steps=STOPPED)
    @given(steps=st.tuples(walks, st.booleans()).map(lambda drawn: drawn[0] + (ALL_OF_IT if drawn[1] else [])))
    def live(steps: list[tuple[str, int]]) -> None:
        cluster = request.getfixturevalue("postgres") if engine == "postgres" else ""
        database = f"{cluster}/t{secrets.token_hex(6)}" if cluster else ""
        folder: Path = tmp_path_factory.mktemp("history")
        reached.append(asyncio.run(lived(Settings(data=str(folder), database=database), steps, tmp_path_factory)))

    live()

    assert reached[0] == GIVING | {"case:decided"}, "each of it can be had"
    assert reached[1] == set(), "and none of it while a stop stands"
