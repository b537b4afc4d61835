"""Incidents: dates in order, a document of the City, another who has seen it; corrected, disputed, withdrawn."""

import pytest

from service.casework.review import incidents
from service.casework.views.case_page import CaseView, case_view
from service.desk.ports.desk import Desk
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.domain.finding import Outcome
from service.domain.people import User
from service.privacy import erasure_plan
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from tests.builders import a_grant_document, an_incident
from tests.fakes import Clock
from tests.steps import erased, screened, someone, unbiased


async def two(desk: Desk) -> tuple[User, User]:
    """One who lets rooms and one who follows grants up."""
    return await someone(desk, "Petter", "role:premises_officer"), await someone(
        desk, "Alva", "role:association_officer"
    )


async def seen_by(desk: Desk, case_id: str, officer: User) -> CaseView:
    await unbiased(desk, case_id, officer)
    return await case_view(desk, case_id, by=officer)


async def outcome(desk: Desk, case_id: str) -> Outcome:
    await run_waiting_checks(desk)
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        findings = await reading.findings(case_id, case.check_round)
    [found] = [one.case_finding for one in findings if one.case_finding.finding.check == "prior_incidents"]
    return found.outcome


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"event_date": "2026-10-09"}, "incident.told_before"),
        ({"event_date": "2026-12-01", "informed_on": "2026-12-02"}, "input.not_now_or_earlier"),
        ({"informed_on": "2026-12-02"}, "input.not_now_or_earlier"),
        ({"source": "Tips"}, "incident.document"),
        ({"source": "Enligt uppgift från en granne"}, "incident.document"),
        ({"kind": "opinions"}, "input.choice"),
        ({"room": ""}, "incident.room_missing"),
        ({"room": "slottet"}, "input.choice_unknown"),
        ({"expires_on": "2026-11-22"}, "incident.expiry"),
        ({"expires_on": "2028-11-01"}, "incident.expiry"),
    ],
)
async def test_what_cannot_be_so_is_named(desk: Desk, changed: dict[str, str], code: str) -> None:
    """Told ten months before it happened, with the source "Tips": both are said, and nothing is recorded."""
    petter, _ = await two(desk)
    with pytest.raises(InvalidInput) as wrong:
        await incidents.record(desk, an_incident(**changed), by=petter)

    assert code in {problem.code for problem in wrong.value.problems}
    assert (await incidents.shown(desk, by=petter)).incidents == []


async def test_whoever_sees_damage_writes_it_down_and_another_verifies(desk: Desk) -> None:
    petter, alva = await two(desk)
    ronja = await someone(desk, "Ronja", "role:auditor")
    with pytest.raises(NotAllowed):
        await incidents.record(desk, an_incident(), by=ronja)
    incident = await incidents.record(desk, an_incident(), by=petter)
    case_id = await screened(desk, a_grant_document())
    assert await outcome(desk, case_id) is Outcome.MET, "what one person says is not used"
    for saw, is_act in ((True, False), (False, True)):
        with pytest.raises(InvalidInput):
            await incidents.verify(desk, incident, saw=saw, is_act=is_act, by=alva)
    with pytest.raises(NotAllowed, match="second_person"):
        await incidents.verify(desk, incident, saw=True, is_act=True, by=petter)

    await incidents.verify(desk, incident, saw=True, is_act=True, by=alva)

    assert await outcome(desk, case_id) is Outcome.NEEDS_INQUIRY
    view = await seen_by(desk, case_id, alva)
    assert [(one.act, one.applicant_view) for one in view.incidents.values()] == [("Ett bord.", "Ersätts.")]
    assert (await incidents.shown(desk, by=alva)).incidents == [], (
        "no register to browse for who neither wrote nor owns"
    )
    assert (await verify_log(desk)).ok


async def test_a_correction_is_verified_anew_and_a_dispute_is_seen_by_who_judges(desk: Desk) -> None:
    petter, alva = await two(desk)
    incident = await incidents.record(desk, an_incident(), by=petter)
    await incidents.verify(desk, incident, saw=True, is_act=True, by=alva)
    case_id = await screened(desk, a_grant_document())
    await incidents.correct(desk, incident, an_incident(act="Två bord."), "Det var två.", by=alva)
    assert await outcome(desk, case_id) is Outcome.MET, "nobody else has seen what is said now"
    with pytest.raises(NotAllowed, match="second_person"):
        await incidents.verify(desk, incident, saw=True, is_act=True, by=alva)
    with pytest.raises(InvalidInput):
        await incidents.correct(desk, incident, an_incident(org_number="802999-0010"), "Fel.", by=alva)

    await incidents.verify(desk, incident, saw=True, is_act=True, by=petter)
    said = an_incident().informed_on
    await incidents.dispute(desk, incident, "Det var redan trasigt.", said, by=petter)
    assert await outcome(desk, case_id) is Outcome.NEEDS_INQUIRY
    [weighed] = (await seen_by(desk, case_id, alva)).incidents.values()
    assert (weighed.act, weighed.dispute) == ("Två bord.", "Det var redan trasigt.")
    assert (await verify_log(desk)).ok


async def test_what_is_withdrawn_is_used_no_more_and_stays_in_the_log(desk: Desk) -> None:
    petter, alva = await two(desk)
    incident = await incidents.record(desk, an_incident(), by=petter)
    await incidents.verify(desk, incident, saw=True, is_act=True, by=alva)
    case_id = await screened(desk, a_grant_document())
    assert await outcome(desk, case_id) is Outcome.NEEDS_INQUIRY

    await incidents.withdraw(desk, incident, "Det var en annan förening.", by=alva)

    assert await outcome(desk, case_id) is Outcome.MET
    with pytest.raises(Conflict):
        await incidents.dispute(desk, incident, "Nej.", an_incident().informed_on, by=alva)
    with pytest.raises(NotFound):
        await incidents.withdraw(desk, "00000000-0000-4000-8000-000000000000", "Nej.", by=alva)
    assert (await verify_log(desk)).ok


async def test_it_is_used_for_as_long_as_its_kind_may_be(desk: Desk, clock: Clock) -> None:
    petter, alva = await two(desk)
    new = an_incident(kind="missing_report", room="", expires_on="2028-10-01")
    await incidents.verify(desk, await incidents.record(desk, new, by=petter), saw=True, is_act=True, by=alva)
    for days, expected in ((670, Outcome.NEEDS_INQUIRY), (30, Outcome.MET)):
        clock.forward(days=days)
        assert await outcome(desk, await screened(desk, a_grant_document())) is expected


async def test_it_is_erased_when_its_time_is_over_and_not_before(desk: Desk, clock: Clock) -> None:
    """A class of its own: two years after it could last be used, with all that was said of it on the way."""
    petter, alva = await two(desk)
    incident = await incidents.record(desk, an_incident(), by=petter)
    await incidents.correct(desk, incident, an_incident(act="Två bord."), "Det var två.", by=alva)
    await incidents.dispute(desk, incident, "Det var trasigt.", an_incident().informed_on, by=alva)
    clock.forward(days=2 * 365)
    assert (await erasure_plan.plan_due(desk)).counts() == {}
    clock.forward(days=60)
    plan = await erasure_plan.plan_due(desk)
    assert plan.counts() == {"incidents": 4}

    assert await erased(desk, plan) == 4

    assert (await erasure_plan.plan_due(desk)).counts() == {}
    shown = await incidents.shown(desk, by=await someone(desk, "Siv", "role:coordinator"))
    assert (len(shown.incidents), shown.values) == (1, {}), "that there was one stays; what it said is gone"
    assert (await verify_log(desk)).ok
