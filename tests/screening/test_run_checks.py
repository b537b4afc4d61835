"""Screening on a real database: what each thing that can go wrong becomes, and that work survives a stop."""

from dataclasses import replace
from pathlib import Path

import pytest

from service.casework.intake.receive import receive
from service.casework.review.findings import ask_rescreening, resolve, take, withdraw_distinction
from service.casework.review.incidents import record, verify
from service.casework.views.case_page import case_view
from service.demo.district import demo_list
from service.desk import actors
from service.desk.ports.desk import Desk
from service.domain.case import State
from service.domain.errors import NotFound, RuleSetRefused
from service.domain.finding import CheckResult, Outcome, Resolution
from service.domain.people import User
from service.office import rule_set_adoption
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks, screen
from service.settings import Settings
from tests.builders import FIXTURES, KEY, RULES_2026, a_grant_document, a_premises_document, an_incident
from tests.fakes import AnsweringCheck, Clock, Installed, RaisingCheck
from tests.steps import brought_in, screened, seen, someone, unbiased


async def outcomes(desk: Desk, case_id: str) -> dict[str, tuple[Outcome, str]]:
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        findings = await reading.findings(case_id, case.check_round)
    results = [one.case_finding.finding for one in findings]
    return {one.check: (one.result.outcome, one.result.code) for one in results}


async def test_every_required_check_has_an_answer_in_the_rule_sets_order(desk: Desk) -> None:
    case_id = await screened(desk, a_grant_document())

    found = await outcomes(desk, case_id)

    assert list(found) == [
        "declaration", "completeness", "timeliness", "organisation_number", "party_names", "prior_incidents", "repeated",
    ]  # fmt: skip
    assert found["declaration"] == (Outcome.MET, "declaration.complete")
    assert found["completeness"] == (Outcome.NOT_MET, "completeness.missing")
    assert found["party_names"] == (Outcome.MET, "party_names.no_candidate")
    async with desk.store.reading() as reading:
        assert (await reading.case(case_id)).state is State.SCREENED


async def test_a_name_on_the_list_is_for_a_person(desk: Desk) -> None:
    people = [{"name": "Tarkvin Vossberg", "role": "ordförande"}]

    found = await outcomes(desk, await screened(desk, a_grant_document(representatives=people)))

    assert found["party_names"] == (Outcome.NEEDS_INQUIRY, "party_names.candidate")


async def test_a_list_past_its_age_cannot_say_no_hit(desk: Desk, clock: Clock) -> None:
    clock.forward(days=31)

    found = await outcomes(desk, await screened(desk, a_grant_document()))

    assert found["party_names"] == (Outcome.UNKNOWN, "party_names.stale")


async def test_a_verified_incident_is_found_until_it_expires(desk: Desk, clock: Clock) -> None:
    samir, siv = await someone(desk, "Sam", "role:coordinator"), await someone(desk, "Siv", "role:coordinator")
    new = an_incident()
    incident = await record(desk, new, by=samir)
    assert (await outcomes(desk, await screened(desk, a_grant_document())))["prior_incidents"][0] is Outcome.MET

    await verify(desk, incident, saw=True, is_act=True, by=siv)
    assert (await outcomes(desk, await screened(desk, a_grant_document())))["prior_incidents"][
        0
    ] is Outcome.NEEDS_INQUIRY

    clock.forward(days=40)
    assert (await outcomes(desk, await screened(desk, a_grant_document())))["prior_incidents"][0] is Outcome.MET


async def test_an_unusable_number_means_incidents_could_not_be_looked_up(desk: Desk) -> None:
    found = await outcomes(
        desk, await screened(desk, a_grant_document(organisation={"name": "X", "org_number": "hej"}))
    )

    assert found["prior_incidents"] == (Outcome.UNKNOWN, "need.number_unusable")


async def test_the_same_application_twice_is_seen(desk: Desk) -> None:
    await screened(desk, a_premises_document())

    found = await outcomes(desk, await screened(desk, a_premises_document()))

    assert found["repeated"] == (Outcome.NEEDS_INQUIRY, "repeated.found")


async def test_work_that_was_saved_but_not_done_is_done_at_the_next_start(desk: Desk) -> None:
    received = [await receive(desk, a_grant_document(), by=KEY, channel="e_service") for _ in range(3)]

    async with desk.store.reading() as reading:
        assert await reading.waiting_jobs() == [one.case_id for one in received]
    assert await run_waiting_checks(desk) == 3
    assert await run_waiting_checks(desk) == 0


async def test_checks_that_break_or_go_missing_are_answers_too(desk: Desk) -> None:
    broken = replace(desk, checks=Installed(RaisingCheck("declaration", None)))
    received = await receive(desk, a_grant_document(), by=KEY, channel="e_service")

    await screen(broken, received.case_id)

    found = await outcomes(desk, received.case_id)
    assert found["declaration"] == (Outcome.UNKNOWN, "check.broke")
    assert {code for name, (_, code) in found.items() if name != "declaration"} == {"check.not_installed"}


@pytest.mark.parametrize("name", ["...", "Tarkvin Vossberg " + "och vi andra " * 12])
async def test_a_name_that_cannot_be_compared_could_not_be_checked(desk: Desk, name: str) -> None:
    people = [{"name": name, "role": "ordförande"}]

    found = await outcomes(desk, await screened(desk, a_grant_document(representatives=people)))

    assert found["party_names"] == (Outcome.UNKNOWN, "party_names.unreadable")


async def test_a_settled_finding_stays_settled_while_it_is_the_same_and_opens_again_when_it_is_not(desk: Desk) -> None:
    officer = await someone(desk, "Alva", "role:association_officer")
    case_id = await screened(
        desk, a_grant_document(representatives=[{"name": "Tarkvin Vossberg", "role": "ordförande"}])
    )
    await unbiased(desk, case_id, officer)
    await take(desk, case_id, by=officer, seen=await seen(desk, case_id))
    finding = await the(desk, case_id, "party_names")
    await resolve(
        desk,
        case_id,
        finding.id,
        resolution=Resolution.NO_OBSTACLE,
        reason="Annan person.",
        by=officer,
        seen=await seen(desk, case_id),
    )

    await ask_rescreening(desk, case_id, by=officer, seen=await seen(desk, case_id))
    await run_waiting_checks(desk)
    again = (await the(desk, case_id, "party_names")).case_finding
    assert (again.finding.result.code, again.open) == ("party_names.all_held_apart", False)

    other = await screened(desk, a_grant_document(representatives=[{"name": "Tarkvin Vossberg", "role": "kassör"}]))
    assert (await the(desk, other, "party_names")).case_finding.finding.result.code == "party_names.all_held_apart"
    elsewhere = await screened(
        desk,
        a_grant_document(
            organisation={"name": "En annan förening", "org_number": "802999-0051"},
            representatives=[{"name": "Tarkvin Vossberg", "role": "kassör"}],
        ),
    )
    assert (await the(desk, elsewhere, "party_names")).case_finding.open, "another applicant's person is another person"

    await take_up_again(desk, case_id, officer)

    coordinator = await someone(desk, "Siv", "role:coordinator")
    changed = demo_list(desk, FIXTURES).replace(b",1971,", b",1972,")
    await brought_in(desk, "demo", changed, by=actors.person(coordinator))
    await ask_rescreening(desk, case_id, by=officer, seen=await seen(desk, case_id))
    await run_waiting_checks(desk)
    assert (await the(desk, case_id, "party_names")).case_finding.open

    assert (await verify_log(desk)).ok


async def take_up_again(desk: Desk, case_id: str, officer: User) -> None:
    """A clearance can be withdrawn, with reasons; then it is asked again, and can be given again."""
    view = await case_view(desk, case_id, by=officer)
    [(pair, held_apart)] = view.held_apart.items()
    assert (held_apart.by, held_apart.reason) == (officer.pseudonym, "Annan person.")
    with pytest.raises(NotFound):
        await withdraw_distinction(desk, case_id, "0" * 64, reason="?", by=officer, seen=await seen(desk, case_id))
    await withdraw_distinction(desk, case_id, pair, reason="Fel post.", by=officer, seen=await seen(desk, case_id))
    await run_waiting_checks(desk)
    opened = await the(desk, case_id, "party_names")
    assert opened.case_finding.open
    assert (await verify_log(desk)).ok
    await resolve(
        desk,
        case_id,
        opened.id,
        resolution=Resolution.NO_OBSTACLE,
        reason="Kontrollerad igen.",
        by=officer,
        seen=await seen(desk, case_id),
    )


async def the(desk: Desk, case_id: str, check: str):  # type: ignore[no-untyped-def]
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        found = await reading.findings(case_id, case.check_round)
    return next(one for one in found if one.case_finding.finding.check == check)


async def test_a_decided_case_is_not_screened_again(desk: Desk) -> None:
    received = await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    await screen(desk, received.case_id)
    await screen(desk, received.case_id)

    async with desk.store.reading() as reading:
        case = await reading.case(received.case_id)
    assert case.check_round == 2
    with pytest.raises(Exception, match="not_found"):
        await screen(desk, "00000000-0000-4000-8000-00000000dead")


async def test_an_answer_that_the_log_cannot_keep_is_no_answer_and_stops_nothing(desk: Desk) -> None:
    odd = CheckResult(Outcome.MET, "declaration.complete", {"version": 2**60})
    received = await receive(desk, a_grant_document(), by=KEY, channel="e_service")

    await screen(replace(desk, checks=Installed(AnsweringCheck("declaration", odd))), received.case_id)

    assert (await outcomes(desk, received.case_id))["declaration"] == (Outcome.UNKNOWN, "check.broke")


async def test_a_verified_incident_has_the_associations_open_cases_checked_again(desk: Desk) -> None:
    samir, siv = await someone(desk, "Sam", "role:coordinator"), await someone(desk, "Siv", "role:coordinator")
    case_id = await screened(desk, a_grant_document())
    new = an_incident()

    await verify(desk, await record(desk, new, by=samir), saw=True, is_act=True, by=siv)

    assert await run_waiting_checks(desk) == 1
    assert (await outcomes(desk, case_id))["prior_incidents"][0] is Outcome.NEEDS_INQUIRY
    assert (await verify_log(desk)).ok


async def test_a_new_rule_set_looks_ahead(desk: Desk) -> None:
    text = RULES_2026.read_text("utf-8").replace("granvik-2026-1", "x").replace("2026-07-01", "2026-11-21")
    samir = await someone(desk, "Sam", "role:coordinator")
    with pytest.raises(RuleSetRefused, match="in_the_past"):
        await rule_set_adoption.propose(desk, text, by=actors.person(samir))
    await rule_set_adoption.propose(desk, text.replace("2026-11-21", "2026-11-23"), by=actors.person(samir))


async def test_an_index_that_was_meddled_with_is_built_again_and_lets_nobody_through(
    desk: Desk, settings: Settings
) -> None:
    people = [{"name": "Tarkvin Vossberg", "role": "ordförande"}]
    for path in (Path(settings.data) / "indexes").rglob("terms.npy"):
        path.write_bytes(bytes(path.stat().st_size))
    for path in (Path(settings.data) / "indexes").rglob("words.bin"):
        path.write_bytes(b"\x01" * path.stat().st_size)

    found = await outcomes(desk, await screened(desk, a_grant_document(representatives=people)))

    assert found["party_names"] == (Outcome.NEEDS_INQUIRY, "party_names.candidate")
