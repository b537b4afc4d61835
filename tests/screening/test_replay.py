"""Past checks run again say what they said; what would differ under a draft is told before it is adopted."""

import json

import pytest

from service.casework.intake.receive import receive
from service.casework.review.findings import ask_rescreening, resolve, take
from service.demo.district import dated, demo_list
from service.desk import actors
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook
from service.domain.errors import NotAllowed, RuleSetRefused
from service.domain.finding import Resolution
from service.office import rule_set_adoption
from service.privacy import erasure_plan
from service.proof import audit_sample
from service.proof.verification import verify_log
from service.screening.replay import Tally, replay_all, replay_case
from service.screening.run_checks import run_waiting_checks
from service.screening.what_if import impact_of
from service.storage.engine import is_sqlite
from service.storage.tables import FindingRow, LogValue
from tests.builders import FIXTURES, RULES_2026, a_grant_document
from tests.fakes import Clock
from tests.steps import brought_in, decided_case, erased, legal_force, screened, seen, someone, unbiased


async def all_replays(desk: Desk) -> Tally:
    tally = Tally()
    async for one in replay_all(desk):
        tally.add(one)
    return tally


async def the_examples(desk: Desk) -> None:
    """Every example of the demo district, received and checked."""
    alva = await someone(desk, "Alva", "role:association_officer")
    petter = await someone(desk, "Petter", "role:premises_officer")
    for file in sorted((FIXTURES / "applications").glob("*.json")):
        document = dated(desk, json.loads(file.read_text("utf-8")))
        who = alva if document["kind"] == "grant" else petter
        await receive(desk, document, by=actors.person(who), channel="paper")
    await run_waiting_checks(desk)


async def test_every_example_replays_to_the_same_answers(desk: Desk, clock: Clock) -> None:
    await the_examples(desk)
    # What happens later changes nothing of what was known then.
    clock.forward(days=400)
    samir = await someone(desk, "Sam", "role:coordinator")
    await brought_in(desk, "demo", demo_list(desk, FIXTURES), by=actors.person(samir))

    tally = await all_replays(desk)

    assert tally.cases >= 14
    assert tally.drifting == []
    assert tally.not_replayable == {}
    premises = len(list((FIXTURES / "applications").glob("*-premises-*.json")))
    assert tally.findings == tally.cases * 7 + premises, "a booking is asked about its room too"


async def test_every_round_of_a_case_replays_and_what_was_cleared_later_was_not_cleared_before(desk: Desk) -> None:
    people = [{"name": "Tarkvin Vossberg", "role": "ordförande"}, {"name": "Henning Ekdal", "role": "kassör"}]
    case_id = await screened(desk, a_grant_document(representatives=people))
    alva = await someone(desk, "Alva", "role:association_officer")
    await unbiased(desk, case_id, alva)
    await take(desk, case_id, by=alva, seen=await seen(desk, case_id))
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, 1)
    named = next(one for one in findings if one.case_finding.finding.check == "party_names")
    version = await seen(desk, case_id)
    await resolve(desk, case_id, named.id, resolution=Resolution.NO_OBSTACLE, reason="En annan.", by=alva, seen=version)
    await ask_rescreening(desk, case_id, by=alva, seen=await seen(desk, case_id))
    await run_waiting_checks(desk)

    first, second = await replay_case(desk, case_id)

    assert (first.drift, second.drift) == ((), ())
    assert "party_names" in first.identical
    assert "party_names" in second.identical


async def test_an_answer_that_was_changed_in_the_database_drifts(desk: Desk) -> None:
    case_id = await screened(desk, a_grant_document())
    engine = FindingRow._meta.db
    async with desk.store.reading() as reading:
        found = await reading.findings(case_id, 1)
    # The text the log committed to is exchanged, as by someone who has dropped the guards.
    guard = "log_value_no_update" if is_sqlite(engine) else "log_value_frozen ON log_value"
    await engine.run_ddl(f"DROP TRIGGER {guard}")
    detail = (await LogValue.select(LogValue.value).where(LogValue.commitment == found[0].detail_ref))[0]["value"]
    await LogValue.update({LogValue.value: detail.replace('"version":"2026-1"', '"version":"2025-1"')}).where(
        LogValue.commitment == found[0].detail_ref
    )

    [one] = await replay_case(desk, case_id)

    assert [(d.check, d.what) for d in one.drift] == [("declaration", "params")]
    assert (json.loads(one.drift[0].then)["version"], json.loads(one.drift[0].now)["version"]) == ("2025-1", "2026-1")


async def test_what_was_erased_is_said_to_be_and_is_no_drift(desk: Desk, clock: Clock) -> None:
    case_id, number = await decided_case(desk)
    await legal_force(desk, clock, case_id)
    plan = await erasure_plan.plan_cases(desk, [number], ["representatives"], "gdpr-17")
    await erased(desk, plan, ground="gdpr-17")

    [one] = await replay_case(desk, case_id)

    assert one.ok
    assert {why for _, why in one.not_replayable} == {"erased"}
    assert one.identical == ()


async def test_a_draft_shows_whom_it_would_have_asked_for_and_changes_nothing(desk: Desk) -> None:
    await the_examples(desk)
    before = await log_size(desk)
    stricter = RULES_2026.read_text("utf-8").replace("representatives = 1 }", "representatives = 4 }")

    impact = await impact_of(desk, desk.parse_rules(stricter))
    same = await impact_of(desk, desk.parse_rules(RULES_2026.read_text("utf-8")))

    assert impact.cases == same.cases >= 14
    assert (same.more, same.fewer, same.same) == ([], [], same.cases - same.unknown)
    assert [clauses for _, clauses in impact.more], "four representatives are asked of those who want a room"
    assert set(impact.clauses_more) == {"3.1"}
    assert impact.fewer == []
    assert await log_size(desk) == before


async def log_size(desk: Desk) -> int:
    async with desk.store.reading() as reading:
        return await reading.log_size()


async def test_a_rule_set_takes_two_persons_and_its_impact_seen(desk: Desk) -> None:
    await screened(desk, a_grant_document())
    samir = actors.person(await someone(desk, "Sam", "role:coordinator"))
    siv = actors.person(await someone(desk, "Siv", "role:coordinator"))
    text = RULES_2026.read_text("utf-8").replace("granvik-2026-1", "granvik-2027-1").replace("2026-07-01", "2027-01-01")
    with pytest.raises(RuleSetRefused, match="needs_second_person"):
        await rule_set_adoption.adopt_at_setup(desk, text)
    draft_id = await rule_set_adoption.propose(desk, text, by=samir)
    with pytest.raises(NotAllowed, match="impact_not_seen"):
        await rule_set_adoption.adopt(desk, draft_id, by=siv)
    await rule_set_adoption.show_impact(desk, draft_id, by=siv)
    with pytest.raises(NotAllowed, match="second_person"):
        await rule_set_adoption.adopt(desk, draft_id, by=samir)

    await rule_set_adoption.adopt(desk, draft_id, by=siv)

    async with desk.store.reading() as reading:
        assert [one.id for one in (await rulebook(desk, reading)).sets][-1] == "granvik-2027-1"
    assert (await verify_log(desk)).ok


async def test_a_draft_that_has_waited_past_its_day_is_not_adopted_backwards(desk: Desk, clock: Clock) -> None:
    samir = actors.person(await someone(desk, "Sam", "role:coordinator"))
    siv = actors.person(await someone(desk, "Siv", "role:coordinator"))
    text = RULES_2026.read_text("utf-8").replace("granvik-2026-1", "granvik-2027-1").replace("2026-07-01", "2027-01-01")
    draft_id = await rule_set_adoption.propose(desk, text, by=samir)
    await rule_set_adoption.show_impact(desk, draft_id, by=siv)
    clock.forward(days=60)

    with pytest.raises(RuleSetRefused, match="in_the_past"):
        await rule_set_adoption.adopt(desk, draft_id, by=siv)


async def test_anyone_can_draw_the_sample_again(desk: Desk) -> None:
    for number in range(8):
        await screened(desk, a_grant_document(organisation={"name": f"Förening {number}", "org_number": None}))
    ronja = await someone(desk, "Ronja", "role:auditor")
    alva = await someone(desk, "Alva", "role:association_officer")
    with pytest.raises(NotAllowed):
        await audit_sample.draw(desk, 3, by=alva)

    sample = await audit_sample.draw(desk, 3, by=ronja)

    async with desk.store.reading() as reading:
        every = await reading.case_ids(after="", limit=100)
        root = (await reading.log_root(sample.size)).hex()
    assert root == sample.seed
    assert sorted(every, key=lambda one: audit_sample.rank(root, one))[:3] == list(sample.cases)
    assert (await verify_log(desk)).ok
