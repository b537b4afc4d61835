"""The routine's order, from the log alone: what was written past the service breaks it somewhere, and is named."""

import asyncio
import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from service import app
from service.audit.merkle import leaf_hash
from service.audit.verify import verify_rows
from service.casework.decision import proposal, sign
from service.casework.review import correspondence, inquiry
from service.desk.ports.desk import Desk
from service.domain.ledger.ledger import Ledger
from tests.builders import DEMOCRACY
from tests.fakes import Clock
from tests.filled import a_filled_desk
from tests.logs import settings_of
from tests.steps import (
    TEXT,
    a_grave_act,
    approved,
    assess_all,
    decided_case,
    do,
    employed_officer,
    minuted,
    searched,
    taken_grant,
    three,
)  # fmt: skip

Entries = list[dict[str, Any]]


class Whole(list[dict[str, Any]]):
    """A log that is not printed with every example."""

    def __repr__(self) -> str:
        return f"{len(self)} entries"


async def _refused(desk: Desk) -> None:
    alva, bo, disa = await three(desk)
    case_id = await taken_grant(desk, alva, bo, disa)
    [act] = await searched(desk, case_id, alva, (a_grave_act(), "decision", False))
    await do(desk, inquiry.VerifyAct, case_id, bo, act=act)
    await assess_all(desk, case_id, alva, "heads", "special_reasons", "proportionality")
    sent = await do(
        desk, correspondence.Communicate, case_id, alva,
        outcome="refusal", clauses=["4.1"], text="Vad säger ni om det?", due="", channel="mail", language="sv",
    )  # fmt: skip
    answer = {"communication": sent, "text": "Vi tar avstånd.", "received": "2026-11-22"}
    await do(desk, correspondence.AnswerCommunication, case_id, alva, **answer)
    wanted = replace(DEMOCRACY, acts=(act,), response="Avståndstagandet kom först efter domen.")
    await do(desk, proposal.Propose, case_id, alva, proposal=wanted)
    minute = await minuted(desk, case_id, alva)
    yes = dict.fromkeys(("facts_not_views", "written_rule", "own_act", "answered"), True)
    await do(desk, proposal.Second, case_id, bo, answers=yes, text=TEXT)
    await do(desk, sign.Sign, case_id, disa, delegation_point="N1", board_minute=minute)


async def _three_cases(folder: Path, factory: pytest.TempPathFactory) -> Entries:
    """One case refused by the board, one approved and one written off, as the service writes them."""
    await a_filled_desk(settings_of(folder), factory)
    clock = Clock()
    clock.skip(100_000)
    async with app.opened_desk(settings_of(folder), outside=clock.outside()) as desk:
        await _refused(desk)
        await approved(desk, await employed_officer(desk, "Cilla"))
        await decided_case(desk)
        async with desk.store.reading() as reading:
            return [json.loads(row.leaf) async for row in reading.log_rows()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Entries:
    return Whole(asyncio.run(_three_cases(tmp_path_factory.mktemp("whole"), tmp_path_factory)))


def found(entries: Entries) -> list[tuple[int, str]]:
    """What the log's verification says of these entries, numbered and hashed as if they had always stood so."""
    rows = []
    for seq, entry in enumerate(entries):
        text = json.dumps(entry | {"seq": seq}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        rows.append((seq, text.encode(), leaf_hash(text.encode()).hex().encode()))
    faults = verify_rows(rows, ledger=Ledger()).faults
    return [(fault.seq if fault.seq is not None else -1, fault.kind) for fault in faults]


def at(entries: Entries, type: str, nth: int = 0) -> int:
    return [place for place, entry in enumerate(entries) if entry["type"] == type][nth]


def decision(entries: Entries, outcome: str) -> int:
    return next(
        place
        for place, entry in enumerate(entries)
        if entry["type"] == "case:decided" and entry["data"]["outcome"] == outcome
    )


def test_what_the_service_wrote_is_in_order(whole: Entries) -> None:
    assert found(whole) == []
    assert {entry["data"]["outcome"] for entry in whole if entry["type"] == "case:decided"} == {
        "refusal", "approval", "write_off",
    }  # fmt: skip


def without(type: str, *, outcome: str) -> Callable[[Entries], None]:
    """Nobody did this in the case that ended so."""

    def change(entries: Entries) -> None:
        case = entries[decision(entries, outcome)]["case"]
        entries[:] = [one for one in entries if (one["case"], one["type"]) != (case, type)]

    return change


def _told(outcome: str, /, **changed: Any) -> Callable[[Entries], None]:
    """The decision says something else."""

    def change(entries: Entries) -> None:
        data = entries[decision(entries, outcome)]["data"]
        people = changed.pop("people", {})
        data.update(changed)
        data["people"] |= people

    return change


def _by_the_proposer(entries: Entries) -> None:
    place = decision(entries, "refusal")
    proposer = entries[at(entries, "decision:proposed")]["actor"]
    entries[place]["actor"], entries[place]["data"]["people"]["decider"] = proposer, proposer["id"]


def _second_by_the_first(entries: Entries) -> None:
    entries[at(entries, "proposal:seconded")]["actor"] = entries[at(entries, "decision:proposed")]["actor"]


def _act_verified_by_the_finder(entries: Entries) -> None:
    entries[at(entries, "act:verified")]["actor"] = entries[at(entries, "search:recorded")]["actor"]


def _conflicted(entries: Entries) -> None:
    """The one who decided had said that something stands in the way."""
    case = entries[decision(entries, "refusal")]
    for entry in entries:
        if entry["type"] == "conflict:declared" and entry["actor"] == case["actor"]:
            entry["data"]["conflict"] = True


def _before_the_answer(entries: Entries) -> None:
    """Seconded before what is new came in."""
    place, enclosed = at(entries, "proposal:seconded"), at(entries, "enclosure:added", -1)
    entry = entries.pop(place)
    entries.insert(enclosed, entry)


def _straight_after_screening(outcome: str) -> Callable[[Entries], None]:
    def change(entries: Entries) -> None:
        decided = entries.pop(decision(entries, outcome))
        of_case = [place for place, entry in enumerate(entries) if entry["case"] == decided["case"]]
        screened = next(place for place in of_case if entries[place]["type"] == "case:screened")
        entries.insert(screened + 1, decided)

    return change


def _older_rules(entries: Entries) -> None:
    data = entries[decision(entries, "approval")]["data"]
    first = entries[at(entries, "ruleset:adopted")]["data"]
    data["procedure_rules"] |= {"id": first["ruleset"], "sha256": first["sha256"]}


CHANGES: list[tuple[Callable[[Entries], None], str, str]] = [
    (without("case:taken", outcome="approval"), "case:decided", "order-state"),
    (without("case:taken", outcome="write_off"), "case:decided", "order-state"),
    (without("conflict:declared", outcome="approval"), "case:decided", "order-undeclared"),
    (without("conflict:declared", outcome="write_off"), "case:taken", "order-undeclared"),
    (without("finding:resolved", outcome="approval"), "case:decided", "order-findings"),
    (without("case:screened", outcome="approval"), "case:taken", "order-state"),
    (without("communication:sent", outcome="refusal"), "case:decided", "order-not-heard"),
    (without("decision:proposed", outcome="refusal"), "case:decided", "order-not-proposed"),
    (without("proposal:seconded", outcome="refusal"), "case:decided", "order-not-seconded"),
    (without("board:packaged", outcome="refusal"), "case:decided", "order-not-packaged"),
    (_straight_after_screening("approval"), "case:decided", "order-state"),
    (_straight_after_screening("refusal"), "case:decided", "order-not-proposed"),
    (_by_the_proposer, "case:decided", "order-own-proposal"),
    (_second_by_the_first, "proposal:seconded", "order-same-person"),
    (_second_by_the_first, "case:decided", "order-not-seconded"),
    (_act_verified_by_the_finder, "act:verified", "order-same-person"),
    (_conflicted, "case:decided", "order-conflict"),
    (_before_the_answer, "case:decided", "order-not-seconded"),
    (_told("approval", amount_ore=9_900_000), "case:decided", "order-amount"),
    (_told("approval", outcome="partial_approval", amount_ore=900_000_000), "case:decided", "order-ceiling"),
    (_told("approval", people={"ceiling_ore": 900_000_000_000}), "case:decided", "order-point"),
    (_told("refusal", outcome="approval"), "case:decided", "order-amount"),
    (_told("approval", clauses=["9.99"]), "case:decided", "order-clause"),
    (_told("write_off", outcome="dismissal"), "case:decided", "order-not-heard"),
    (_older_rules, "case:decided", "order-rules"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "type", "kind"), CHANGES, ids=[f"{n}-{kind}" for n, (_, _, kind) in enumerate(CHANGES)]
)
def test_a_step_out_of_its_order_is_named(
    whole: Entries, change: Callable[[Entries], None], type: str, kind: str
) -> None:
    entries = copy.deepcopy(whole)
    change(entries)

    named = {(entries[seq]["type"], code) for seq, code in found(entries) if seq >= 0}

    assert (type, kind) in named, named


PLACES = strategies.integers(0, 10_000)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=strategies.lists(strategies.tuples(PLACES, strategies.none() | PLACES), min_size=1, max_size=3))
def test_no_decision_stands_without_what_has_to_come_before_it(
    whole: Entries, moves: list[tuple[int, int | None]]
) -> None:
    """However entries are left out or moved: a decision that lacks what the routine puts before it is named."""
    moved = list(whole)
    for place, target in moves:
        entry = moved.pop(1 + place % (len(moved) - 1))
        if target is not None:
            moved.insert(1 + target % len(moved), entry)

    faults = dict.fromkeys(seq for seq, _ in found(moved))

    for place, entry in enumerate(moved):
        if entry["type"] == "case:decided" and lacks(moved[:place], entry):
            assert place in faults, (place, lacks(moved[:place], entry))


def lacks(before: Entries, decided: dict[str, Any]) -> set[str]:
    """What a reader who knows only the routine misses before a decision: the types that have to be there."""
    of_case = [entry for entry in before if entry["case"] == decided["case"]]
    types = [entry["type"] for entry in of_case]
    needed = {"case:received", "case:screened", "case:taken"}
    decider = decided["actor"]
    if not any(entry["type"] == "conflict:declared" and entry["actor"] == decider for entry in of_case):
        needed.add("conflict:declared by the decider")
    if decided["data"]["outcome"] == "refusal":
        needed |= {"communication:sent", "decision:proposed", "proposal:seconded", "board:packaged"}
        late = [name for name in ("enclosure:added", "communication:answered") if name in types]
        if "proposal:seconded" in types and any(
            len(types) - types[::-1].index(name) > types.index("proposal:seconded") + 1 for name in late
        ):
            needed.add("a second reading of what is new")
    if decided["data"]["outcome"] == "write_off":
        needed.add("application:withdrawn")
    return needed - set(types)
