"""From an application to a decision that an auditor can prove: on both databases."""

import asyncio
import json

import pytest

from service.casework.decision import record_page, sign
from service.casework.intake.receive import receive
from service.casework.review.findings import ask_rescreening, release, take
from service.demo.district import demo_list
from service.desk import actors
from service.desk.ports.desk import Desk
from service.domain.case import State
from service.domain.decision import DecisionOutcome
from service.domain.errors import Conflict, GranskaError, InvalidInput, NotAllowed
from service.matching import memory
from service.office import users_and_keys
from service.privacy.retention import erase_speakers
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from tests.builders import FIXTURES, KEY, a_grant_document, a_premises_document, a_proposal
from tests.fakes import Clock
from tests.steps import brought_in, employed_officer, in_review, seen, settle_all, someone, unbiased, withdrawn


async def test_an_approval_rests_on_settled_findings_and_the_log_proves_it(desk: Desk) -> None:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer)
    with pytest.raises(NotAllowed, match="findings_open"):
        await sign.decide(desk, case_id, a_proposal(), by=officer, seen=await seen(desk, case_id))

    await settle_all(desk, case_id, officer)
    await sign.decide(desk, case_id, a_proposal(), by=officer, seen=await seen(desk, case_id))

    record = await record_page.read_record(desk, case_id, by=officer)
    data = record.leaf["data"]
    assert record.leaf["actor"] == {"kind": "person", "id": officer.pseudonym}
    assert data["outcome"] == "approval"
    assert data["criteria_rules"]["id"] == data["procedure_rules"]["id"] == "granvik-2026-1"
    assert len(data["findings"]) == 7
    assert [one["key"] for one in data["lists"]] == ["demo"]
    assert (await verify_log(desk)).ok


async def test_the_record_cites_both_rule_sets_where_they_differ(desk: Desk) -> None:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer, a_grant_document(received_at="2026-03-01T12:00:00Z"))
    await settle_all(desk, case_id, officer)

    await sign.decide(desk, case_id, a_proposal(), by=officer, seen=await seen(desk, case_id))

    data = (await record_page.read_record(desk, case_id, by=officer)).leaf["data"]
    assert (data["criteria_rules"]["id"], data["procedure_rules"]["id"]) == ("granvik-2025-1", "granvik-2026-1")
    # 45 000 kronor is above the ceiling of 2025 and below that of today: delegation is that in force at the step.
    assert data["people"]["delegation_point"] == "F1"


async def test_a_decided_case_changes_no_more(desk: Desk) -> None:
    officer = await employed_officer(desk)
    case_id = await withdrawn(desk, officer)
    proposal = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))
    await sign.decide(desk, case_id, proposal, by=officer, seen=await seen(desk, case_id))
    version = await seen(desk, case_id)

    steps = [
        sign.decide(desk, case_id, proposal, by=officer, seen=version),
        take(desk, case_id, by=officer, seen=version),
        release(desk, case_id, by=officer, seen=version),
        ask_rescreening(desk, case_id, by=officer, seen=version),
    ]

    for step in steps:
        with pytest.raises(GranskaError):
            await step


async def test_of_two_officers_who_take_a_case_at_the_same_moment_one_is_told(desk: Desk) -> None:
    officers = [await employed_officer(desk, name) for name in ("Alva", "Bo", "Cia")]
    received = await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await unbiased(desk, received.case_id, *officers)
    version = await seen(desk, received.case_id)

    answers = await asyncio.gather(
        *[take(desk, received.case_id, by=one, seen=version) for one in officers], return_exceptions=True
    )

    assert sum(one is None for one in answers) == 1
    assert sum(isinstance(one, Conflict) for one in answers) == 2


async def test_of_two_who_decide_at_the_same_moment_one_wins_and_the_log_has_one_decision(desk: Desk) -> None:
    officer = await employed_officer(desk)
    boss = await someone(desk, "Disa", "role:decision_maker", "delegation:F2")
    case_id = await withdrawn(desk, officer)
    await unbiased(desk, case_id, boss)
    version = await seen(desk, case_id)
    off = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))
    other = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",), delegation_point="F2")

    answers = await asyncio.gather(
        sign.decide(desk, case_id, off, by=officer, seen=version),
        sign.decide(desk, case_id, other, by=boss, seen=version),
        return_exceptions=True,
    )

    assert sum(isinstance(one, str) for one in answers) == 1
    assert sum(isinstance(one, Conflict) for one in answers) == 1
    async with desk.store.reading() as reading:
        types = [json.loads(one.leaf)["type"] async for one in reading.log_rows()]
        assert types.count("case:decided") == 1
        assert (await reading.case(case_id)).state is State.DECIDED


async def test_the_log_holds_no_personal_data_in_clear(desk: Desk) -> None:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer)
    await settle_all(desk, case_id, officer)
    await sign.decide(desk, case_id, a_proposal(), by=officer, seen=await seen(desk, case_id))

    async with desk.store.reading() as reading:
        text = "".join([one.leaf async for one in reading.log_rows()])

    for personal in (
        "Granfors",
        "Ekdal",
        "Teater",
        "forening.example",
        "x.example",
        "Alva",
        "Kontrollerat",
        "802999",
        "nytta",
    ):
        assert personal not in text


async def test_speakers_are_erased_when_the_event_is_over_and_the_log_still_verifies(desk: Desk, clock: Clock) -> None:
    document = a_premises_document(speakers=("Zebulon Krakatit", "Inga Norén"), date="2026-12-01")
    received = await receive(desk, document, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    assert await erase_speakers(desk) == 0

    clock.forward(days=10)
    assert await erase_speakers(desk) == 1
    assert set(memory.remembered_now().values()) == {0}, "the names are gone from memory too"
    assert await erase_speakers(desk) == 0

    async with desk.store.reading() as reading:
        values = [value async for _, _, value, _, _case in reading.value_rows()]
        entries = [json.loads(one.leaf) async for one in reading.log_rows()]
    assert not any("Krakatit" in one or "Norén" in one for one in values)
    assert (entries[-1]["type"], entries[-1]["case"]) == ("value:erased", received.case_id)
    assert (await verify_log(desk)).ok


async def test_opening_the_masked_values_needs_a_purpose_and_is_logged(desk: Desk) -> None:
    officer, auditor = await employed_officer(desk), await someone(desk, "Ronja", "role:auditor")
    case_id = await withdrawn(desk, officer)
    await sign.decide(
        desk,
        case_id,
        a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",)),
        by=officer,
        seen=await seen(desk, case_id),
    )

    for purpose, note in (("curiosity", "x"), ("audit", "  ")):
        with pytest.raises(GranskaError):
            await record_page.unmask(desk, case_id, purpose=purpose, note=note, by=auditor)
    await record_page.unmask(desk, case_id, purpose="audit", note="Stickprov", by=auditor)

    async with desk.store.reading() as reading:
        [last, *_] = await reading.log_page(before=None, case_id=case_id, limit=1)
    assert json.loads(last.leaf)["actor"]["id"] == auditor.pseudonym


async def test_a_right_that_was_withdrawn_while_the_form_was_open_decides_nothing(desk: Desk) -> None:
    officer, admin = await employed_officer(desk), await someone(desk, "Adam", "role:administrator")
    case_id = await withdrawn(desk, officer)
    async with desk.store.reading() as reading:
        held = {one.right: one.id for one in await reading.rights_history() if one.name == "Alva"}
    await users_and_keys.withdraw_right(desk, held["delegation:F1"], by=actors.person(admin))
    written_off = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))

    with pytest.raises(NotAllowed, match="no_delegation"):
        await sign.decide(desk, case_id, written_off, by=officer, seen=await seen(desk, case_id))
    await users_and_keys.withdraw_right(desk, held["role:association_officer"], by=actors.person(admin))
    with pytest.raises(GranskaError, match="not_found"):
        await release(desk, case_id, by=officer, seen=await seen(desk, case_id))


async def test_nothing_is_approved_while_checks_wait_or_on_answers_that_were_overtaken(
    desk: Desk, clock: Clock
) -> None:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer)
    await settle_all(desk, case_id, officer)

    async def refused() -> str:
        with pytest.raises(NotAllowed) as caught:
            await sign.decide(desk, case_id, a_proposal(), by=officer, seen=await seen(desk, case_id))
        return caught.value.code

    await ask_rescreening(desk, case_id, by=officer, seen=await seen(desk, case_id))
    assert await refused() == "decision.checks_waiting"

    await run_waiting_checks(desk)
    newer = demo_list(desk, FIXTURES).replace(b"Tarquin Vossberg", b"Ylva Granfors")
    coordinator = await someone(desk, "Siv", "role:coordinator")
    await brought_in(desk, "demo", newer, by=actors.person(coordinator))
    assert await refused() == "decision.checks_outdated"

    await ask_rescreening(desk, case_id, by=officer, seen=await seen(desk, case_id))
    await run_waiting_checks(desk)
    assert await refused() == "decision.findings_open", "the chair's name is on the new list"
    await settle_all(desk, case_id, officer)
    clock.forward(days=31)
    assert await refused() == "decision.checks_outdated", "the list has aged past what it may"


@pytest.mark.parametrize("outcome", list(DecisionOutcome))
async def test_what_a_decision_rests_on_is_checked_for_every_outcome(desk: Desk, outcome: DecisionOutcome) -> None:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer)
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, 1)
    clauses = {"refusal": ("2.3",), "dismissal": ("3.1",), "write_off": ("3.1",), "partial_approval": ("2.2",)}.get(
        outcome, ("2.1",)
    )
    for based_on in ("hej", "00000000-0000-4000-8000-00000000dead", findings[0].id):
        proposal = a_proposal(outcome, clauses=clauses, based_on=(based_on,), circumstances="Så.")
        with pytest.raises(GranskaError):
            await sign.decide(desk, case_id, proposal, by=officer, seen=await seen(desk, case_id))


@pytest.mark.parametrize("nothing", ["\u200b", " \u00a0\u2060", "\ufeff"])
async def test_what_nobody_sees_is_no_reason(desk: Desk, nothing: str) -> None:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer)
    proposal = a_proposal(DecisionOutcome.DISMISSAL, clauses=("3.1",), reasons=nothing, circumstances=nothing)

    with pytest.raises(InvalidInput):
        await sign.decide(desk, case_id, proposal, by=officer, seen=await seen(desk, case_id))
