"""Random users take random steps in random order, on both engines; an independent reading of the log judges them.

No path to an outcome without a named person with the right; none to an adverse one without communication, reasons and a
second person who is not the first.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service import app
from service.casework.decision import appeal, board_papers, delivery, reopen, sign
from service.casework.decision import proposal as proposals
from service.casework.intake.enclosures import add_enclosure
from service.casework.intake.receive import receive
from service.casework.review import assignment, correspondence, inquiry
from service.casework.review.findings import release, resolve, take
from service.demo.district import demo_list
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.application import Kind
from service.domain.case import OWNERS, STEPS, State
from service.domain.clock import local_day
from service.domain.decision import BoardMinute, DecisionOutcome
from service.domain.errors import GranskaError
from service.domain.finding import RESOLUTIONS, Resolution
from service.domain.people import User
from service.office.rule_set_adoption import adopt_at_setup
from service.privacy import erasure, erasure_plan
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings
from tests.builders import FIXTURES, KEY, RULES_2025, RULES_2026, a_grant_document, a_proposal
from tests.fakes import Clock
from tests.servers import new_database
from tests.steps import CRITERIA, a_grave_act, answers_to, brought_in, do, seen, someone

REFUSAL = a_proposal(
    DecisionOutcome.REFUSAL,
    clauses=("4.1",),
    reasons="Ordföranden har hotat en besökare.",
    circumstances="Prövat i domstol.",
    response="Vi har läst svaret.",
    delegation_point="N1",
    board_minute=BoardMinute(date(2026, 11, 22), "§ 12"),
)


def cut_to(amount_ore: int, *clauses: str) -> Any:
    """A part of the 45,000 kr that were asked for."""
    chosen = clauses or ("2.1", "2.2")
    return a_proposal(DecisionOutcome.PARTIAL_APPROVAL, amount_ore=amount_ore, clauses=chosen, circumstances="Ramen.")


EXTRACT = "protokollsutdrag"


@dataclass
class Walk:
    """One case and four people; `act` and `sent` are ids that earlier steps gave."""

    desk: Desk
    clock: Clock
    case_id: str
    people: list[User]
    administrators: list[User]
    act: str = ""
    sent: str = ""
    erasure: str = ""
    done: list[str] = field(default_factory=list)

    def administrator(self, by: User) -> User:
        """One of the two who keep the service, as it is one or another of the four who comes by."""
        return self.administrators[self.people.index(by) % 2]

    async def step(self, name: str, who: int) -> None:
        try:
            await STEPS_TAKEN[name](self, self.people[who % len(self.people)])
            self.done.append(name)
        except GranskaError:
            pass  # refused: that is what most random steps should be

    async def proposal(self) -> Any:
        return replace(REFUSAL, acts=(self.act,) if self.act else ())


Taken = Callable[[Walk, User], Awaitable[Any]]


async def search(walk: Walk, by: User) -> None:
    walk.act = (
        await do(
            walk.desk, inquiry.RecordSearch, walk.case_id, by, template="open_sources", searched_on="2026-11-20",
            found=["inget"] * 4, acts=[(a_grave_act(), "decision", False)],
        )
    )[0]  # fmt: skip


async def communicate(walk: Walk, by: User) -> None:
    walk.sent = await do(
        walk.desk, correspondence.Communicate, walk.case_id, by, outcome="refusal", clauses=["4.1"], text="Vad säger ni?",
        due="", channel="mail", language="sv",
    )  # fmt: skip


async def assess(walk: Walk, by: User) -> None:
    for criterion, _ in CRITERIA[:-1]:
        await do(walk.desk, inquiry.Assess, walk.case_id, by, criterion=criterion, result="met", text="Bedömt.")


async def second(walk: Walk, by: User) -> None:
    yes = dict.fromkeys(("facts_not_views", "written_rule", "own_act", "answered"), True)
    await do(walk.desk, proposals.Second, walk.case_id, by, answers=yes, text="Läst.")


async def settle(walk: Walk, by: User) -> None:
    async with walk.desk.store.reading() as reading:
        findings = await reading.findings(walk.case_id, (await reading.case(walk.case_id)).check_round)
    for one in findings:
        if one.case_finding.open:
            able = RESOLUTIONS[one.case_finding.outcome]
            chosen = Resolution.NO_OBSTACLE if Resolution.NO_OBSTACLE in able else Resolution.CHECKED_OTHERWISE
            answers = await answers_to(walk.desk, walk.case_id, one.id)
            given_ = {"resolution": chosen, "reason": "Ja.", "answers": answers}
            await do(walk.desk, resolve, walk.case_id, by, finding_id=one.id, **given_)


def simple(step: Any, **given_: Any) -> Taken:
    return lambda walk, by: do(walk.desk, step, walk.case_id, by, **given_)


async def wait(walk: Walk, by: User) -> None:
    walk.clock.forward(days=15)


STEPS_TAKEN: dict[str, Taken] = {
    "unbiased": simple(assignment.DeclareConflict, conflict=False, text=""),
    "biased": simple(assignment.DeclareConflict, conflict=True, text=""),
    "take": simple(take),
    "release": simple(release),
    "settle": settle,
    "search": search,
    "verify": lambda walk, by: do(walk.desk, inquiry.VerifyAct, walk.case_id, by, act=walk.act),
    "assess": assess,
    "communicate": communicate,
    "answer": lambda walk, by: do(
        walk.desk, correspondence.AnswerCommunication, walk.case_id, by, communication=walk.sent, text="Nej.",
        received="2026-11-22",
    ),
    "except": simple(correspondence.ExceptCommunication, exception="urgent", text="Det brinner."),
    "wait": wait,
    "propose": lambda walk, by: _proposed(walk, by),
    "package": simple(board_papers.Package, language="sv"),
    "extract": lambda walk, by: _extract(walk, by),
    "second": second,
    "return": simple(proposals.GiveBack, text="Nej."),
    "sign": simple(sign.Sign, delegation_point="N1", board_minute=REFUSAL.board_minute),
    "sign as unit": simple(sign.Sign, delegation_point="F2", board_minute=None),
    "refuse directly": lambda walk, by: _directly(walk, by),
    "approve": simple(sign.decide, proposal=a_proposal()),
    "cut to nothing": simple(sign.decide, proposal=cut_to(100)),
    "propose a cut": simple(proposals.Propose, proposal=cut_to(2_000_000)),
    "cut for the frame": simple(sign.decide, proposal=cut_to(3_000_000)),
    "cut for views": simple(sign.decide, proposal=cut_to(3_000_000, "2.1")),
    "write off": simple(sign.decide, proposal=a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))),
    "reopen": simple(reopen.Reopen, ground="change", text="Nytt."),
    "post": lambda walk, by: do(
        walk.desk, delivery.PostNotice, walk.case_id, by, posted=local_day(walk.desk.outside.now()).isoformat(),
        adjusted="",
    ),
    "final": simple(appeal.DeclareFinal),
    "put erasure forward": lambda walk, by: _erasure_put_forward(walk, by),
    "erase": lambda walk, by: _erased(walk, by),
}  # fmt: skip


async def _extract(walk: Walk, by: User) -> None:
    file = {"name": "utdrag.pdf", "media_type": "application/pdf", "body": b"%PDF-1.7"}
    await add_enclosure(
        walk.desk, walk.case_id, kind="protokollsutdrag", by=person(by), kinds=frozenset(Kind), **file
    )  # fmt: skip
    await run_waiting_checks(walk.desk)


async def _erasure_put_forward(walk: Walk, by: User) -> None:
    async with walk.desk.store.reading() as reading:
        number = (await reading.case(walk.case_id)).diary_number
    plan = await erasure_plan.plan_cases(walk.desk, [number], ["contact", "representatives"], "gdpr-17")
    document = "Gallringsbeslut HV 2026/61"
    admin = walk.administrator(by)
    walk.erasure = await erasure.propose(walk.desk, plan, ground="gdpr-17", document=document, by=admin)


async def _erased(walk: Walk, by: User) -> None:
    await erasure.carry_out(walk.desk, walk.erasure, by=walk.administrator(by))


async def _proposed(walk: Walk, by: User) -> None:
    await do(walk.desk, proposals.Propose, walk.case_id, by, proposal=await walk.proposal())


async def _directly(walk: Walk, by: User) -> None:
    await do(walk.desk, sign.decide, walk.case_id, by, proposal=await walk.proposal())


#: The whole way to a lawful refusal: (step, who). Leaving anything out must close the way.
LAWFUL = [
    *(("unbiased", who) for who in range(3)), ("take", 0), ("settle", 0), ("search", 0), ("verify", 1), ("assess", 0),
    ("communicate", 0), ("answer", 0), ("propose", 0), ("package", 0), ("extract", 0), ("second", 1), ("sign", 2),
]  # fmt: skip


#: An approval until it has legal force and what the board's members are called has been erased by two.
TO_THE_END = [
    ("unbiased", 0), ("take", 0), ("settle", 0), ("approve", 0), ("post", 0), ("wait", 0), ("wait", 0), ("final", 0),
    ("put erasure forward", 0), ("erase", 0), ("erase", 1),
]  # fmt: skip


async def people(desk: Desk) -> list[User]:
    return [
        await someone(desk, "Alva", "role:association_officer", "delegation:F1"),
        await someone(desk, "Bo", "role:association_officer", "delegation:F1"),
        await someone(desk, "Disa", "role:decision_maker", "delegation:F2", "delegation:N1"),
        await someone(desk, "Eva", "role:decision_maker"),
    ]


def judge(log: list[dict[str, Any]]) -> int:
    """Read the log by itself, knowing nothing of the dossier; returns how many adverse decisions there were."""
    adverse = 0
    for place, entry in enumerate(log):
        if entry["type"] == "value:erased" and entry["actor"]["kind"] == "person":
            judge_erasure(log[:place], entry)
        if entry["type"] != "case:decided":
            continue
        before, data, actor = log[:place], entry["data"], entry["actor"]
        assert actor["kind"] == "person"
        granted = [one["data"] for one in before if one["type"] == "right:granted"]
        pseudonyms = {one["data"]["pseudonym"]: one["data"]["user"] for one in before if one["type"] == "user:created"}
        wanted = f"delegation:{data['people']['delegation_point']}"
        assert any(one["user"] == pseudonyms[actor["id"]] and one["right"] == wanted for one in granted)
        declared = {one["actor"]["id"]: one["data"]["conflict"] for one in before if one["type"] == "conflict:declared"}
        assert declared.get(actor["id"]) is False
        assert data["reasons"]
        in_part = data["outcome"] == "partial_approval"
        in_disguise = in_part and (data["amount_ore"] * 2 < 4_500_000 or "2.2" not in data["clauses"])
        if data["outcome"] not in ("refusal", "dismissal", "revocation", "recovery") and not in_disguise:
            continue
        adverse += 1
        proposals = [(n, one) for n, one in enumerate(before) if one["type"] == "decision:proposed"]
        at, proposed = proposals[-1]
        seconds = [one for one in before[at:] if one["type"] == "proposal:seconded"]
        assert {one["actor"]["id"] for one in seconds} - {proposed["actor"]["id"]}
        assert actor["id"] != proposed["actor"]["id"]
        assert declared.get(seconds[-1]["actor"]["id"]) is False
        assert data["circumstances"]
        assert data["acts"] or in_disguise
        if data["people"]["board"]:
            packages = [n for n, one in enumerate(before) if one["type"] == "board:packaged"]
            extracts = [one for one in before if one["type"] == "enclosure:added" and one["data"]["kind"] == EXTRACT]
            assert packages
            assert {one["actor"]["id"] for one in extracts} - {actor["id"]}
        told = {one["type"] for one in before[:at]}
        assert told & {"communication:answered", "communication:excepted"} or any(
            one["type"] == "communication:sent" and one["data"]["due"] < entry["at"][:10] for one in before[:at]
        )
    return adverse


def judge_erasure(before: list[dict[str, Any]], entry: dict[str, Any]) -> None:
    """Nothing is erased before legal force, nor by one person alone."""
    of_case = [one["type"] for one in before if one["case"] == entry["case"]]
    turns = [n for n, type in enumerate(of_case) if type in ("case:reopened", "appeal:received")]
    assert "decision:final" in of_case[turns[-1] if turns else 0 :]
    [proposed] = [one for one in before if one["data"].get("proposal") == entry["data"]["proposal"]]
    assert proposed["type"] == "erasure:proposed"
    assert proposed["actor"]["id"] != entry["actor"]["id"]


async def walked(settings_: Settings, steps: list[tuple[str, int]]) -> tuple[int, list[str]]:
    clock = Clock()
    await app.migrate_database(settings_, outside=clock.outside())
    async with app.opened_desk(settings_, outside=clock.outside()) as desk:
        for file in (RULES_2025, RULES_2026):
            await adopt_at_setup(desk, file.read_text("utf-8"))
        await brought_in(
            desk, "demo", demo_list(desk, FIXTURES), by=person(await someone(desk, "Samir", "role:coordinator"))
        )
        four, two = await people(desk), [await someone(desk, name, "role:administrator") for name in ("Ett", "Annat")]
        received = await receive(desk, a_grant_document(), by=KEY, channel="e_service")
        await run_waiting_checks(desk)
        walk = Walk(desk, clock, received.case_id, four, two)
        for name, who in steps:
            await walk.step(name, who)
        async with desk.store.reading() as reading:
            log = [json.loads(one.leaf) async for one in reading.log_rows()]
            case = await reading.case(received.case_id)
            dossier = await dossier_of(reading, received.case_id)
        # Wherever it stands there is a way out, and someone whose move it is.
        assert any(case.state in one.at for one in STEPS.values())
        assert OWNERS[case.state]
        assert case.state is not State.IN_REVIEW or case.owner
        assert (case.state is State.PROPOSED) is (dossier.proposal is not None)
        assert (await verify_log(desk)).ok
        assert await seen(desk, received.case_id) == case.version
        return judge(log), walk.done


noise = st.lists(st.tuples(st.sampled_from(sorted(STEPS_TAKEN)), st.integers(0, 3)), max_size=6)


@st.composite
def paths(draw: st.DrawFn) -> list[tuple[str, int]]:
    """The lawful way with some of it left out, done by others, or shuffled, and anything in between."""
    steps: list[tuple[str, int]] = []
    for name, who in LAWFUL:
        steps += draw(noise) if draw(st.integers(0, 5)) == 0 else []
        match draw(st.integers(0, 11)):
            case 0:
                continue
            case 1:
                steps.append((name, draw(st.integers(0, 3))))
            case _:
                steps.append((name, who))
    return steps + draw(noise)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_random_users_and_steps_never_reach_an_unlawful_outcome(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    reached = []

    @settings(max_examples=15 if engine == "sqlite" else 6, deadline=None, suppress_health_check=list(HealthCheck))
    @example(steps=LAWFUL)
    @example(steps=TO_THE_END)
    @given(steps=paths())
    def walks(steps: list[tuple[str, int]]) -> None:
        database = new_database(request.getfixturevalue("postgres")) if engine == "postgres" else ""
        folder: Path = tmp_path_factory.mktemp("walk")
        reached.append(asyncio.run(walked(Settings(data=str(folder), database=database), steps))[0])

    walks()

    assert reached[0] == 1, "the whole lawful way leads to a refusal"
    assert len(reached) >= 6


@pytest.mark.parametrize("left_out", [n for n, (name, _) in enumerate(LAWFUL) if name != "settle"])
def test_leaving_out_one_step_of_the_lawful_way_closes_it(left_out: int, tmp_path: Path) -> None:
    steps = [one for n, one in enumerate(LAWFUL) if n != left_out]

    adverse, _ = asyncio.run(walked(Settings(data=str(tmp_path)), steps))

    assert adverse == 0
