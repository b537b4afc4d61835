"""Random people book, move, decide, execute and cancel at random; the log alone is asked whether anything was unlawful.

No time is confirmed but by a named person who held a delegation point and had declared no conflict, none is let twice,
and none that was confirmed is cancelled by the City but by a decision.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service import app
from service.bookings import bookings, clearance_steps, hirer_told, move_or_cancel, rooms
from service.casework.decision import reopen, sign
from service.casework.intake.receive import receive
from service.casework.review import assignment, findings
from service.demo.district import demo_list
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.decision import DecisionOutcome, Proposal
from service.domain.errors import GranskaError
from service.domain.people import User
from service.domain.premises import BookingStatus
from service.office.rule_set_adoption import adopt_at_setup
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings
from tests.booking_steps import statuses, times
from tests.builders import FIXTURES, KEY, NUMBER, OTHER_NUMBER, QUIET, RULES_2026, a_premises_document
from tests.fakes import Clock
from tests.steps import brought_in, do, load_rooms, settle_all, someone

SLOTS = (("tallen", "18:00", "21:00"), ("tallen", "20:00", "22:00"), ("vikhallen", "18:00", "20:00"))
ROOMS = ("tallen", "linden", "vikhallen", "vikhallen.a", "vikhallen.b")
#: An officer who may sign, one who may not, one of the other kind, a decision maker, and the e-service.
PEOPLE = ("role:premises_officer delegation:L1", "role:premises_officer", "role:association_officer delegation:F1",
          "role:decision_maker delegation:L2")  # fmt: skip
STEPS = (
    "ask", "ask series", "declare", "declare conflict", "take", "settle", "approve", "approve in part", "write off",
    "clear", "unclear", "execute", "move", "cancel", "hirer cancels", "hold", "wait", "reopen", "withdraw",
    "close", "lift", "restore", "tell of lapsed",
)  # fmt: skip


class Walk:
    """Some cases and people; each step picks its case, its person and its time by a number."""

    def __init__(self, desk: Desk, clock: Clock, people: list[User]) -> None:
        self.desk, self.clock, self.people = desk, clock, people
        self.cases: list[str] = []

    async def step(self, name: str, which: int) -> None:
        try:
            await self._step(name, which)
        except GranskaError:
            return  # refused, with a reason: that is what most of it should come to

    async def _step(self, name: str, which: int) -> None:
        desk, by = self.desk, self.people[which % len(self.people)]
        if name in ("ask", "ask series"):
            room, start, end = SLOTS[which % len(SLOTS)]
            series = {"series": {"rule": "FREQ=WEEKLY;COUNT=3"}} if name == "ask series" else {}
            wanted = {**QUIET, "room": room, "from": start, "to": end, "date": f"2027-02-{1 + which % 3:02}", **series}
            document = a_premises_document(**wanted)
            document["organisation"]["org_number"] = NUMBER if which % 2 else OTHER_NUMBER
            self.cases.append((await receive(desk, document, by=KEY, channel="e_service")).case_id)
            await run_waiting_checks(desk)
            return
        if name == "wait":
            self.clock.forward(days=1 + which)
            await bookings.free_lapsed_holds(desk)
            return
        if name == "hold":
            await bookings.hold(desk, ROOMS[which % len(ROOMS)], day="2027-02-01", start="19:00", end="20:00", by=KEY)
            return
        if name == "close":
            day = f"2027-02-{1 + which % 4:02}"
            await rooms.close_room(desk, ROOMS[which % len(ROOMS)], first=day, last=day, ground="danger", by=by)
            return
        if name == "lift":
            for closure in (await rooms.estate(desk))[0].closures:
                await rooms.lift_closure(desk, closure.id, by=by)
            return
        if not self.cases:
            return
        case_id = self.cases[which % len(self.cases)]
        found = await times(desk, case_id)
        one = found[which % len(found)].id if found else ""
        match name:
            case "declare" | "declare conflict":
                await do(desk, assignment.DeclareConflict, case_id, by, conflict=name != "declare", text="")
            case "take":
                await do(desk, findings.take, case_id, by)
            case "settle":
                await settle_all(desk, case_id, by)
            case "approve" | "approve in part" | "write off":
                outcome = {"approve": "approval", "approve in part": "partial_approval", "write off": "write_off"}[name]
                point = "L2" if "delegation:L2" in by.rights else "L1"
                clause = "3.1" if name == "write off" else "5.1"
                chosen = (one,) if name == "approve in part" else ()
                proposal = Proposal(DecisionOutcome(outcome), point, (clause,), "Lokalen passar.", bookings=chosen)
                await do(desk, sign.decide, case_id, by, proposal=proposal)
            case "clear":
                await do(desk, clearance_steps.GiveClearance, case_id, by)
            case "unclear":
                await do(desk, clearance_steps.RevokeClearance, case_id, by, text="Skäl.")
            case "execute":
                await do(desk, clearance_steps.Execute, case_id, by)
            case "move":
                to = {"room": ROOMS[which % len(ROOMS)], "day": f"2027-02-{1 + which % 4:02}"}
                await do(
                    desk,
                    move_or_cancel.Move,
                    case_id,
                    by,
                    booking=one,
                    **to,
                    start="18:00",
                    end="20:00",
                    text="De bad.",
                )
            case "cancel":
                await do(
                    desk,
                    move_or_cancel.Cancel,
                    case_id,
                    by,
                    chosen=[one],
                    received="2026-11-22",
                    how="phone",
                    language="sv",
                    text="De ringde.",
                )
            case "hirer cancels":
                await move_or_cancel.cancel_by_hirer(desk, case_id, one, by=KEY)
            case "restore":
                said = {"received": "2026-11-22", "text": "Vi har inte avbokat."}
                await do(desk, move_or_cancel.Restore, case_id, by, chosen=[one], **said)
            case "tell of lapsed":
                await do(desk, hirer_told.TellOfLapsed, case_id, by, language="sv")
            case "reopen":
                await do(desk, reopen.Reopen, case_id, by, ground="revocation", text="Nytt.")
            case _:
                await do(desk, assignment.Withdraw, case_id, by, received="2026-11-22", text="Nej.")


def judge(log: list[dict[str, Any]]) -> int:
    """How many times were confirmed; each by who might. Knows nothing of the service's own reading of the log."""
    confirmed, status, called_off = 0, dict[str, str](), set[str]()
    users = {one["data"]["pseudonym"]: one["data"]["user"] for one in log if one["type"] == "user:created"}
    rights = [(one["data"]["user"], one["data"]["right"]) for one in log if one["type"] == "right:granted"]
    for place, entry in enumerate(log):
        if entry["type"] in ("booking:asked", "slot:held"):
            status |= {one["booking"]: one["status"] for one in entry["data"]["bookings"]}
            assert all(one["status"] in ("held", "missed") for one in entry["data"]["bookings"])
        if entry["type"] == "booking:cancelled" and entry["actor"]["kind"] == "person":
            told = log[place + 1]
            assert (told["type"], told["case"]) == ("applicant:told", entry["case"]), (
                "a call-off that the hirer never hears"
            )
            assert set(told["data"]["bookings"]) == {one["booking"] for one in entry["data"]["bookings"]}
        if entry["type"] == "booking:restored":
            for one in entry["data"]["bookings"]:
                assert one["booking"] in called_off, "only what had been let is restored"
                status[one["booking"]] = one["status"]
        if entry["type"] not in ("booking:settled", "booking:cancelled"):
            continue
        for one in entry["data"]["bookings"]:
            was, now = status[one["booking"]], one["status"]
            status[one["booking"]] = now
            if now == "confirmed":
                confirmed += 1
                actor, before = entry["actor"], log[:place]
                assert actor["kind"] == "person"
                held = {right for user, right in rights if user == users[actor["id"]]}
                said = {e["actor"]["id"]: e["data"]["conflict"] for e in before
                        if e["type"] == "conflict:declared" and e["case"] == entry["case"]}  # fmt: skip
                assert said.get(actor["id"]) is False
                by = before[-1]
                assert by["type"] in ("case:decided", "booking:executed")
                assert by["case"] == entry["case"]
                assert by["actor"] == actor
                if by["type"] == "case:decided":
                    assert held & {"delegation:L1", "delegation:L2"}
                else:
                    assert "role:premises_officer" in held
                    given = [e for e in before if e["type"] == "clearance:given"]
                    assert any(e["data"]["clearance"] == by["data"]["clearance"] for e in given)
            if was == "confirmed" and now != "confirmed":
                assert entry["type"] == "booking:cancelled", "nothing here goes the whole way to a revocation"
                called_off.add(one["booking"])
    return confirmed


async def walked(folder: Path, steps: list[tuple[str, int]]) -> int:
    clock, settings_ = Clock(), Settings(data=str(folder))
    await app.migrate_database(settings_, outside=clock.outside())
    async with app.opened_desk(settings_, outside=clock.outside()) as desk:
        await rooms_and_rules(desk)
        walk = Walk(desk, clock, [await someone(desk, f"P{n}", *rights.split()) for n, rights in enumerate(PEOPLE)])
        for name, which in steps:
            await walk.step(name, which)
        assert (await verify_log(desk)).ok
        for case_id in walk.cases:
            async with desk.store.reading() as reading:
                dossier = await dossier_of(reading, case_id)
            if "confirmed" in await statuses(desk, case_id):
                assert dossier.grant is not None, "what is confirmed rests on something that was given"
            estate = (await rooms.estate(desk))[0]
            for one in await times(desk, case_id):
                if one.status is BookingStatus.CONFIRMED and not hirer_told.usable(estate, one.room, one.span):
                    assert one.id in dossier.closed_over, "a room closed over a confirmed time without a word"
        async with desk.store.reading() as reading:
            return judge([json.loads(one.leaf) async for one in reading.log_rows()])


async def rooms_and_rules(desk: Desk) -> None:
    await adopt_at_setup(desk, RULES_2026.read_text("utf-8"))
    await load_rooms(desk)
    samir = await someone(desk, "Samir", "role:coordinator")
    await brought_in(desk, "demo", demo_list(desk, FIXTURES), by=person(samir))
    assert (await rooms.estate(desk))[0].rooms


#: A way that leads somewhere: approved, cleared, and the next one executed.
LAWFUL = [("ask", 1), ("declare", 0), ("take", 0), ("settle", 0), ("approve", 0), ("clear", 0), ("ask", 7),
          ("declare", 8), ("take", 8)]  # fmt: skip


def test_random_people_never_let_a_room_unlawfully(tmp_path_factory: pytest.TempPathFactory) -> None:
    reached = []

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @example(steps=LAWFUL)
    @given(
        steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 11)), max_size=30).map(
            lambda noise: LAWFUL[: len(noise) % (len(LAWFUL) + 1)] + noise
        )
    )
    def walks(steps: list[tuple[str, int]]) -> None:
        reached.append(asyncio.run(walked(tmp_path_factory.mktemp("walk"), steps)))

    walks()

    assert reached[0] >= 1, "the lawful way lets a room"
    assert len(reached) > 10
