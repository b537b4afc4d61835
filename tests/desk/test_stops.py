"""A stop concerns the association: what stands in one of its cases holds in all of them, grants and rooms alike."""

from datetime import date
from typing import Any

import pytest

from service.bookings import clearance_steps, key_access, move_or_cancel
from service.casework.decision import delivery, follow_up, sign, stops
from service.casework.review import inquiry
from service.casework.review.findings import resolve, take
from service.casework.views.case_page import case_view
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.stops import end_stops, stopped
from service.domain.errors import NotAllowed
from service.domain.events.bookings import ClearanceGiven
from service.domain.events.event import SYSTEM_ACTOR, Event
from service.domain.events.fields import RuleSetRef
from service.domain.events.support import StopEnded, SupportStopped
from service.domain.finding import Resolution
from service.domain.people import User
from service.domain.stops import StopScope
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from tests.booking_steps import approved as let
from tests.booking_steps import asked, petter, taken, times
from tests.builders import OTHER_NUMBER, a_grant_document, a_proposal
from tests.casework.letters.reading import check_pdf, golden, letters
from tests.fakes import Clock
from tests.steps import answers_to, codes, do, listed_too, screened, settle_all, three, unbiased

SAID = {"text": "Ordföranden står på sanktionslistan.", "language": "sv"}


async def confirmed_listing(desk: Desk, alva: User, bo: User, **changed: Any) -> tuple[str, str]:
    """A grant case of the association in which two persons have confirmed that its chair is listed, and the finding."""
    await listed_too(desk, "DEMO-X-999,person,Ylva Granfors,,,,XX,")
    case_id = await screened(desk, a_grant_document(**changed))
    await unbiased(desk, case_id, alva, bo)
    await do(desk, take, case_id, alva)
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, 1)
    [named] = [one.id for one in findings if one.case_finding.finding.check == "party_names"]
    answers = await answers_to(desk, case_id, named, "document")
    obstacle = {"finding_id": named, "resolution": Resolution.OBSTACLE, "reason": "Passet.", "answers": answers}
    await do(desk, resolve, case_id, alva, **obstacle)
    await do(desk, inquiry.ConfirmMatch, case_id, bo, finding=named, agrees=True, text="Samma.")
    return case_id, named


async def test_a_grants_stop_is_the_rooms_too_the_same_hour(desk: Desk, clock: Clock) -> None:
    """A confirmed listing stopped a grant, and a room was approved for the same association, told nothing."""
    officer = await petter(desk)
    alva, bo, disa = await three(desk)
    let_before = await let(desk, officer, date="2026-11-29")
    await do(desk, follow_up.AcceptTerms, let_before, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    waiting = await asked(desk, date="2027-02-22")
    await taken(desk, waiting, officer)
    await settle_all(desk, waiting, officer)
    case_id, finding = await confirmed_listing(desk, alva, bo)
    await do(desk, stops.StopSupport, case_id, alva, finding=finding, **SAID)

    await settle_all(desk, waiting, officer)
    room = a_proposal(clauses=("5.1",), delegation_point="L1", amount_ore=None)
    assert await codes(do(desk, sign.decide, waiting, officer, proposal=room)) == {"decision.support_stopped"}
    assert await codes(do(desk, clearance_steps.GiveClearance, let_before, officer)) == {"clearance.stopped"}
    clock.forward(days=7)
    await do(desk, key_access.ScreenForKey, let_before, officer)
    _, [entry] = await key_access.of_day(desk, date(2026, 11, 29), None)
    assert "key_access.stopped" in entry.missing
    [booking] = await times(desk, let_before)
    with pytest.raises(NotAllowed, match="stopped"):
        await do(desk, key_access.GiveKey, let_before, officer, booking_id=booking.id)
    assert (await case_view(desk, waiting, by=officer)).stops, "its page says why"

    await unbiased(desk, case_id, disa)
    await do(desk, stops.ReleaseSupport, case_id, disa, text="Listan är rättad.", language="sv")
    async with desk.store.reading() as reading:
        assert not await stopped(reading, (await reading.case(waiting)).organisation_id, StopScope.DECISIONS)
    assert (await verify_log(desk)).ok


async def test_it_is_told_at_once_and_is_a_task_until_the_letter_is_sent(desk: Desk) -> None:
    alva, bo, _ = await three(desk)
    case_id, finding = await confirmed_listing(desk, alva, bo)
    await do(desk, stops.StopSupport, case_id, alva, finding=finding, **SAID)

    [*_, (template, language, letter)] = await letters(desk, case_id)
    assert template == "support_stopped"
    golden("support_stopped.sv", letter["text"])
    check_pdf(letter, language)
    view = await case_view(desk, case_id, by=alva)
    assert "task.send.support_stopped" in [task.code for task in view.tasks]
    [notice] = view.dossier.unsent
    await do(desk, delivery.Dispatch, case_id, alva, notice=notice.id, channel="post", sent="2026-11-22")
    assert (await case_view(desk, case_id, by=alva)).dossier.unsent == []
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_another_association_goes_on(desk: Desk) -> None:
    officer = await petter(desk)
    alva, bo, _ = await three(desk)
    case_id, finding = await confirmed_listing(desk, alva, bo)
    await do(desk, stops.StopSupport, case_id, alva, finding=finding, **SAID)

    other = await asked(desk, OTHER_NUMBER, date="2027-02-22")
    await taken(desk, other, officer)
    await settle_all(desk, other, officer)
    async with desk.store.reading() as reading:
        assert not await stopped(reading, (await reading.case(other)).organisation_id, StopScope.DECISIONS)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_called_off_time_is_not_given_back_while_it_stands(desk: Desk) -> None:
    officer = await petter(desk)
    alva, bo, _ = await three(desk)
    case_id = await let(desk, officer)
    [time] = await times(desk, case_id)
    said = {"received": "2026-11-22", "how": "phone", "language": "sv", "text": "De ringde."}
    await do(desk, move_or_cancel.Cancel, case_id, officer, chosen=[time.id], **said)
    listed, finding = await confirmed_listing(desk, alva, bo)
    await do(desk, stops.StopSupport, listed, alva, finding=finding, **SAID)

    protest = do(desk, move_or_cancel.Restore, case_id, officer, chosen=[time.id], received="2026-11-22", text="Nej.")
    assert await codes(protest) == {"decision.support_stopped"}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_is_given_past_a_stop_is_seen_in_the_log(desk: Desk) -> None:
    officer = await petter(desk)
    alva, bo, _ = await three(desk)
    let_before = await let(desk, officer)
    case_id, finding = await confirmed_listing(desk, alva, bo)
    await do(desk, stops.StopSupport, case_id, alva, finding=finding, **SAID)
    await run_waiting_checks(desk)
    async with desk.store.writing() as writing:
        case = await writing.case(let_before)
        data = ClearanceGiven(
            clearance=desk.outside.new_id(), organisation=case.organisation_id, until=date(2027, 11, 22), data="0" * 64,
            declaration="2026-1", rules=RuleSetRef("granvik-2026-1", case.rules_sha256), lists=(),
        )  # fmt: skip
        event = Event(data, person(officer), desk.outside.now(), case=let_before)
        await writing.clearance_step(event, case.after(ClearanceGiven))

    assert not (await verify_log(desk)).ok


REPORT = {
    "ground": "missing_report", "text": "Redovisningen för 2025 har inte kommit.", "until": "2027-01-31",
    "exception": "", "exception_text": "", "language": "sv",
}  # fmt: skip
SET = {"text": "Påmind två gånger. Svaret ändrar inget.", "language": "sv"}


async def considered(desk: Desk, by: User, **changed: str) -> tuple[str, str]:
    """A grant case in which this officer has put a stop forward, and the stop."""
    case_id = await screened(desk, a_grant_document())
    await unbiased(desk, case_id, by)
    return case_id, await do(desk, stops.ConsiderStop, case_id, by, **(REPORT | changed))


async def test_a_stop_that_is_no_legal_bar_waits_for_the_association_and_a_second_person(
    desk: Desk, clock: Clock
) -> None:
    alva, bo, _ = await three(desk)
    case_id, stop = await considered(desk, alva)
    await unbiased(desk, case_id, bo)
    [*_, (template, language, letter)] = await letters(desk, case_id)
    assert template == "stop_considered"
    golden("stop_considered.sv", letter["text"])
    check_pdf(letter, language)

    assert await codes(do(desk, stops.SetStop, case_id, bo, stop=stop, **SET)) == {"stop.not_heard"}
    answer = {"text": "Den är på väg.", "received": "2026-11-22"}
    await do(desk, stops.AnswerStop, case_id, alva, stop=stop, **answer)
    assert await codes(do(desk, stops.SetStop, case_id, alva, stop=stop, **SET)) == {"stop.set_by_another"}
    await do(desk, stops.SetStop, case_id, bo, stop=stop, **SET)

    [*_, (template, language, letter)] = await letters(desk, case_id)
    assert template == "support_halted"
    golden("support_halted.sv", letter["text"])
    check_pdf(letter, language)
    async with desk.store.reading() as reading:
        organisation = (await reading.case(case_id)).organisation_id
        assert [await stopped(reading, organisation, scope) for scope in StopScope] == [True] * 4
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults)


async def test_it_ends_by_itself_after_its_last_day_and_not_before(desk: Desk, clock: Clock) -> None:
    alva, bo, _ = await three(desk)
    case_id, stop = await considered(desk, alva)
    await unbiased(desk, case_id, bo)
    clock.forward(days=20)
    await do(desk, stops.SetStop, case_id, bo, stop=stop, **SET)
    async with desk.store.reading() as reading:
        organisation = (await reading.case(case_id)).organisation_id

    assert await end_stops(desk) == 0
    clock.forward(days=60)
    assert await end_stops(desk) == 1
    assert await end_stops(desk) == 0
    async with desk.store.reading() as reading:
        assert not await stopped(reading, organisation, StopScope.KEYS)
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_cannot_wait_is_an_exception_of_the_closed_list_for_a_fortnight(desk: Desk) -> None:
    alva, bo, _ = await three(desk)
    case_id = await screened(desk, a_grant_document())
    await unbiased(desk, case_id, alva, bo)
    excepted = REPORT | {"exception": "urgent", "exception_text": "Pengarna betalas ut i morgon."}

    assert await codes(do(desk, stops.ConsiderStop, case_id, alva, **excepted)) == {"stop.too_long"}
    soon = excepted | {"until": "2026-12-05"}
    assert await codes(do(desk, stops.ConsiderStop, case_id, alva, **(soon | {"exception": "hurry"}))) == {
        "input.choice_unknown"
    }
    bare = soon | {"exception_text": ""}
    assert await codes(do(desk, stops.ConsiderStop, case_id, alva, **bare)) == {"input.missing"}
    stop = await do(desk, stops.ConsiderStop, case_id, alva, **soon)
    await do(desk, stops.SetStop, case_id, bo, stop=stop, **SET)
    async with desk.store.reading() as reading:
        assert await stopped(reading, (await reading.case(case_id)).organisation_id, StopScope.PAYMENT)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nobody_renews_their_own(desk: Desk, clock: Clock) -> None:
    alva, bo, disa = await three(desk)
    case_id, stop = await considered(desk, alva)
    await unbiased(desk, case_id, bo, disa)
    again = REPORT | {"until": "2027-03-01"}
    assert await codes(do(desk, stops.ConsiderStop, case_id, alva, **again)) == {"stop.own_renewal"}
    await do(desk, stops.ReleaseSupport, case_id, disa, stop=stop, text="Den kom.", language="sv")
    other = await screened(desk, a_grant_document())
    await unbiased(desk, other, alva)
    assert await codes(do(desk, stops.ConsiderStop, other, alva, **again)) == {"stop.own_renewal"}, "in whatever case"
    await do(desk, stops.ConsiderStop, case_id, bo, **again)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_reassessment_is_stopped_for_by_a_decision_maker(desk: Desk, clock: Clock) -> None:
    alva, bo, disa = await three(desk)
    case_id, stop = await considered(desk, alva, ground="reassessment")
    await unbiased(desk, case_id, bo, disa)
    clock.forward(days=20)

    assert await codes(do(desk, stops.SetStop, case_id, bo, stop=stop, **SET)) == {"stop.decision_maker"}
    await do(desk, stops.SetStop, case_id, disa, stop=stop, **SET)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("forged", ["alone", "unheard", "nothing put forward", "ended early"])
async def test_a_stop_that_was_forged_into_the_log_is_seen(desk: Desk, clock: Clock, forged: str) -> None:
    alva, bo, _ = await three(desk)
    case_id, stop = await considered(desk, alva)
    await unbiased(desk, case_id, bo)
    if forged in ("alone", "ended early"):
        clock.forward(days=20)
    if forged == "ended early":
        await do(desk, stops.SetStop, case_id, bo, stop=stop, **SET)
    async with desk.store.writing() as writing:
        case = await writing.case(case_id)
        data: SupportStopped | StopEnded = StopEnded(stop=stop)
        if forged != "ended early":
            data = SupportStopped(
                stop=desk.outside.new_id() if forged == "nothing put forward" else stop, ground="missing_report",
                clause="6.5", scope=("keys",), until=date(2027, 1, 31), finding=None,
                text=writing.keep("resolution", {"text": "."}, case=case_id),
            )  # fmt: skip
        actor = SYSTEM_ACTOR if forged == "ended early" else person(alva if forged == "alone" else bo)
        await writing.step_taken(Event(data, actor, desk.outside.now(), case=case_id), case.after(type(data)))

    assert not (await verify_log(desk)).ok
