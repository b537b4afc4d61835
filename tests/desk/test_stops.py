"""A stop concerns the association: what stands in one of its cases holds in all of them, grants and rooms alike."""

from datetime import date
from typing import Any

import pytest

from service.bookings import clearance_steps, key_access, move_or_cancel
from service.casework.decision import delivery, follow_up, reopen, sign
from service.casework.review import inquiry
from service.casework.review.findings import resolve, take
from service.casework.views.case_page import case_view
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.stops import stopped
from service.domain.errors import NotAllowed
from service.domain.events.bookings import ClearanceGiven
from service.domain.events.event import Event
from service.domain.events.fields import RuleSetRef
from service.domain.finding import Resolution
from service.domain.people import User
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
    await do(desk, reopen.StopSupport, case_id, alva, finding=finding, **SAID)

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
    await do(desk, reopen.ReleaseSupport, case_id, disa, text="Listan är rättad.", language="sv")
    async with desk.store.reading() as reading:
        assert not await stopped(reading, (await reading.case(waiting)).organisation_id)
    assert (await verify_log(desk)).ok


async def test_it_is_told_at_once_and_is_a_task_until_the_letter_is_sent(desk: Desk) -> None:
    alva, bo, _ = await three(desk)
    case_id, finding = await confirmed_listing(desk, alva, bo)
    await do(desk, reopen.StopSupport, case_id, alva, finding=finding, **SAID)

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
    await do(desk, reopen.StopSupport, case_id, alva, finding=finding, **SAID)

    other = await asked(desk, OTHER_NUMBER, date="2027-02-22")
    await taken(desk, other, officer)
    await settle_all(desk, other, officer)
    async with desk.store.reading() as reading:
        assert not await stopped(reading, (await reading.case(other)).organisation_id)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_called_off_time_is_not_given_back_while_it_stands(desk: Desk) -> None:
    officer = await petter(desk)
    alva, bo, _ = await three(desk)
    case_id = await let(desk, officer)
    [time] = await times(desk, case_id)
    said = {"received": "2026-11-22", "how": "phone", "language": "sv", "text": "De ringde."}
    await do(desk, move_or_cancel.Cancel, case_id, officer, chosen=[time.id], **said)
    listed, finding = await confirmed_listing(desk, alva, bo)
    await do(desk, reopen.StopSupport, listed, alva, finding=finding, **SAID)

    protest = do(desk, move_or_cancel.Restore, case_id, officer, chosen=[time.id], received="2026-11-22", text="Nej.")
    assert await codes(protest) == {"decision.support_stopped"}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_is_given_past_a_stop_is_seen_in_the_log(desk: Desk) -> None:
    officer = await petter(desk)
    alva, bo, _ = await three(desk)
    let_before = await let(desk, officer)
    case_id, finding = await confirmed_listing(desk, alva, bo)
    await do(desk, reopen.StopSupport, case_id, alva, finding=finding, **SAID)
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
