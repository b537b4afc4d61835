"""Support that stands is compared again: what a change touches is put to a person, once, and nothing is done to it."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from service.bookings import clearance_steps, key_access
from service.bookings.doors import screen_doors
from service.casework.decision import follow_up, reopen, sign
from service.casework.review import incidents, reassessment
from service.casework.views.case_page import case_view
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.dossier.dossier import Reassessment
from service.domain.events.decision import AppealReceived, AppealSettled
from service.domain.events.support import ReassessmentProposed, ReassessmentSettled, SupportSwept
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from service.support import association as support_page
from service.support import live
from service.support.sweep import Change, Sweep, dry_run, look, sweep
from tests.booking_steps import approved as let
from tests.booking_steps import petter
from tests.builders import OTHER_NUMBER, a_grant_document, a_proposal, an_incident, association
from tests.fakes import Clock, Installed, RaisingCheck
from tests.steps import (
    codes,
    do,
    listed_too,
    screened,
    settle_all,
    three,
)
from tests.support.planting import AMOUNT, LISTED, granted

NIGHT = Change(("night",))


async def open_in(desk: Desk, case_id: str) -> list[Reassessment]:
    async with desk.store.reading() as reading:
        return (await dossier_of(reading, case_id)).open_reassessments


async def versions(desk: Desk) -> dict[str, str]:
    async with desk.store.reading() as reading:
        return {key: version.version for key, version in (await reading.active_lists()).items()}


async def holds(desk: Desk) -> None:
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults)


async def test_a_list_that_names_a_grantee_leaves_a_proposal_with_both_names_an_owner_and_a_day(desk: Desk) -> None:
    """A new list version that named a grantee left no trace on a decided case."""
    alva, *_ = await three(desk)
    case_id = await granted(desk, alva)
    await listed_too(desk, LISTED)

    done = await sweep(desk, NIGHT)

    [proposed] = await open_in(desk, case_id)
    assert done.proposals == [proposed.id]
    data = proposed.proposed.data
    assert (data.owner, data.due) == (alva.id, date(2026, 11, 27))
    assert [(part.kind, part.case, part.count) for part in data.support] == [
        ("payment", case_id, 1),
        ("conditions", case_id, 1),
    ]
    async with desk.store.reading() as reading:
        pieces = await reassessment.pieces_of(reading, proposed)
    named = [piece["params"] for piece in pieces if "pair" in piece["params"]]
    assert {(params["name"], params["listed"]) for params in named} == {("Ylva Granfors", "Ylva Granfors")}
    view = await case_view(desk, case_id, by=alva)
    assert "task.reassessment" in [task.code for task in view.tasks]
    assert view.dossier.grant is not None, "nothing has been done to what was given"
    await holds(desk)


async def test_nothing_is_proposed_twice_and_what_was_held_apart_stays_so(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await granted(desk, alva)
    await listed_too(desk, LISTED)
    await sweep(desk, NIGHT)
    assert (await sweep(desk, NIGHT)).proposals == []
    [proposed] = await open_in(desk, case_id)
    async with desk.store.reading() as reading:
        pieces = await reassessment.pieces_of(reading, proposed)
    [pair] = {piece["params"]["pair"] for piece in pieces if "pair" in piece["params"]}
    said = {"proposed": proposed.id, "answers": {pair: "apart"}, "outcome": "stands", "reason": "Hon är född 1990."}
    await do(desk, reassessment.SettleReassessment, case_id, alva, **said)

    await listed_too(desk, LISTED, "DEMO-X-998,person,Ingen Annan,,,,XX,")
    assert (await sweep(desk, NIGHT)).proposals == []
    assert await open_in(desk, case_id) == []
    await holds(desk)


async def test_what_the_decision_rested_on_is_not_put_to_anyone_again(desk: Desk) -> None:
    alva, *_ = await three(desk)
    await listed_too(desk, LISTED)
    await granted(desk, alva)

    assert (await sweep(desk, NIGHT)).proposals == []


@pytest.mark.parametrize("kind", ["payment", "bookings", "clearance"])
@pytest.mark.parametrize("change", ["list", "board", "incident"])
async def test_every_kind_of_support_and_of_change_makes_one_proposal_where_it_touches(
    desk: Desk, clock: Clock, kind: str, change: str
) -> None:
    alva, bo, _ = await three(desk)
    officer = await petter(desk)
    case_id = await granted(desk, alva) if kind == "payment" else await let(desk, officer)
    if kind == "clearance":
        await do(desk, clearance_steps.GiveClearance, case_id, officer)
        clock.forward(days=120)  # the time that was booked is over
        await listed_too(desk)
    untouched = await granted(
        desk, alva, organisation=association("Granvikens Orienterare") | {"org_number": OTHER_NUMBER},
        representatives=[{"name": "Sixten Alvarsson", "role": "ordförande"}],
    )  # fmt: skip
    assert (await sweep(desk, NIGHT)).proposals == []
    before = await versions(desk)
    narrow = NIGHT
    if change == "list":
        await listed_too(desk, LISTED)
        narrow = Change(("lists",), whole=False, lists=before)
    async with desk.store.reading() as reading:
        theirs = frozenset({(await reading.case(case_id)).organisation_id})
    if change == "board":
        await listed_too(desk, "DEMO-X-999,person,Tarquin Nyvald,,,,XX,")
        await sweep(desk, NIGHT)
        await screened(desk, a_grant_document(representatives=[{"name": "Tarquin Nyvald", "role": "ordförande"}]))
        narrow = Change(("applications",), whole=False, organisations=theirs)
    if change == "incident":
        later = {"event_date": "2027-03-01", "informed_on": "2027-03-02", "expires_on": "2027-06-01"}
        found = await incidents.record(desk, an_incident(**(later if kind == "clearance" else {})), by=alva)
        await incidents.verify(desk, found, saw=True, is_act=True, by=bo)
        narrow = Change(("incidents",), whole=False, organisations=theirs)

    done = await sweep(desk, narrow)

    assert len(done.proposals) == 1
    [proposed] = await open_in(desk, case_id)
    assert kind in {part.kind for part in proposed.proposed.data.support}
    assert await open_in(desk, untouched) == []
    assert (await sweep(desk, NIGHT)).proposals == [], "the sweep of everything finds no more"
    await holds(desk)


async def test_a_list_that_cannot_answer_is_nobodys_pass_and_nobodys_ground(desk: Desk, clock: Clock) -> None:
    alva, *_ = await three(desk)
    await granted(desk, alva)
    clock.forward(days=400)

    done = await sweep(desk, NIGHT)

    assert (done.proposals, len(done.unknown)) == ([], 1)
    async with desk.store.reading() as reading:
        [row] = await reading.entries_of_type(SupportSwept, limit=10)
    assert '"unknown":1' in row.leaf


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_dry_run_says_what_would_be_proposed_and_changes_nothing(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await granted(desk, alva)
    await listed_too(desk, LISTED)
    async with desk.store.reading() as reading:
        size = await reading.log_size()

    done, would = await dry_run(desk, NIGHT)

    assert (done.cases, [asked.material.case.id for asked in would]) == (1, [case_id])
    async with desk.store.reading() as reading:
        assert await reading.log_size() == size


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_list_that_says_what_it_said_before_is_asked_of_nobody(desk: Desk) -> None:
    alva, *_ = await three(desk)
    await granted(desk, alva)

    same = await look(desk, Change(("lists",), whole=False, lists=await versions(desk)))

    assert (same.cases, same.parties, same.touched) == (1, 0, set())
    assert (await look(desk, NIGHT)).parties > 0


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_it_finds_the_same_in_whatever_executor(desk: Desk) -> None:
    alva, *_ = await three(desk)
    await granted(desk, alva)
    before = await versions(desk)
    await listed_too(desk, LISTED)

    def told(done: Sweep) -> tuple[object, ...]:
        return done.cases, done.parties, done.touched, done.unknown, done.compared

    for change in (NIGHT, Change(("lists",), whole=False, lists=before)):
        here = await look(desk, change)
        with ProcessPoolExecutor(2) as pool:
            assert told(await look(desk, change, executor=pool)) == told(here)
        assert here.touched


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_one_that_is_the_same_cannot_just_stand_and_the_case_is_taken_up(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await granted(desk, alva)
    await listed_too(desk, LISTED)
    await sweep(desk, NIGHT)
    [proposed] = await open_in(desk, case_id)
    async with desk.store.reading() as reading:
        pieces = await reassessment.pieces_of(reading, proposed)
    [pair] = {piece["params"]["pair"] for piece in pieces if "pair" in piece["params"]}
    same = {"proposed": proposed.id, "answers": {pair: "document"}, "reason": "Passet."}

    bare = do(desk, reassessment.SettleReassessment, case_id, alva, **same, outcome="stands")
    assert await codes(bare) == {"reassessment.same_stands"}
    await do(desk, reassessment.SettleReassessment, case_id, alva, **same, outcome="take_up")
    await do(desk, reopen.Reopen, case_id, alva, ground="revocation", text="Ordföranden är listad.")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_control_before_payment_that_the_letter_promises(desk: Desk, clock: Clock) -> None:
    alva, *_ = await three(desk)
    case_id = await granted(desk, alva)
    paying = (desk, follow_up.ReleasePayment, case_id, alva)
    assert await codes(do(*paying)) == {"payment.terms"}
    await do(desk, follow_up.AcceptTerms, case_id, alva, terms="2026-1", on="2026-11-22", text="I mejl.")
    await listed_too(desk, LISTED)
    assert await codes(do(*paying)) == {"payment.reassessment"}
    [proposed] = await open_in(desk, case_id)
    async with desk.store.reading() as reading:
        pieces = await reassessment.pieces_of(reading, proposed)
    [pair] = {piece["params"]["pair"] for piece in pieces if "pair" in piece["params"]}
    said = {"proposed": proposed.id, "answers": {pair: "apart"}, "outcome": "stands", "reason": "Annan."}
    await do(desk, reassessment.SettleReassessment, case_id, alva, **said)

    await do(*paying)

    assert await codes(do(*paying)) == {"payment.nothing_left"}
    async with desk.store.reading() as reading:
        dossier = await dossier_of(reading, case_id)
    assert [(payment.actor, payment.data.amount_ore) for payment in dossier.released] == [(alva.pseudonym, AMOUNT)]
    assert dossier.left_to_pay_ore == 0
    await holds(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nothing_is_paid_that_a_list_could_not_be_asked_about(desk: Desk, clock: Clock) -> None:
    alva, *_ = await three(desk)
    case_id = await granted(desk, alva)
    await do(desk, follow_up.AcceptTerms, case_id, alva, terms="2026-1", on="2026-11-22", text="I mejl.")
    clock.forward(days=400)

    assert await codes(do(desk, follow_up.ReleasePayment, case_id, alva)) == {"payment.unchecked"}
    assert await open_in(desk, case_id) == [], "never a ground against anyone"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_a_list_shows_is_put_to_a_person_though_another_cannot_answer(desk: Desk, clock: Clock) -> None:
    """A name that cannot be compared made the whole answer unknown, and the chair's listing went unsaid for ever."""
    alva, *_ = await three(desk)
    people = [{"name": "Ylva Granfors", "role": "ordförande"}, {"name": "+++", "role": "kassör"}]
    case_id = await granted(desk, alva, representatives=people)
    await do(desk, follow_up.AcceptTerms, case_id, alva, terms="2026-1", on="2026-11-22", text="I mejl.")
    await listed_too(desk, LISTED)

    assert await codes(do(desk, follow_up.ReleasePayment, case_id, alva)) == {"payment.reassessment"}
    [proposed] = await open_in(desk, case_id)
    assert (await sweep(desk, NIGHT)).proposals == []
    said = {"proposed": proposed.id, "answers": await pairs(desk, proposed), "outcome": "stands", "reason": "Annan."}
    await do(desk, reassessment.SettleReassessment, case_id, alva, **said)
    assert await codes(do(desk, follow_up.ReleasePayment, case_id, alva)) == {"payment.unchecked"}
    await do(desk, follow_up.ReleasePayment, case_id, alva, checked_otherwise="Kassören heter så; passet är visat.")
    await holds(desk)


async def pairs(desk: Desk, proposed: Reassessment) -> dict[str, str]:
    async with desk.store.reading() as reading:
        pieces = await reassessment.pieces_of(reading, proposed)
    return dict.fromkeys({piece["params"]["pair"] for piece in pieces if "pair" in piece["params"]}, "apart")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nothing_is_paid_twice_though_the_case_was_decided_anew(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await granted(desk, alva)
    accepting = {"terms": "2026-1", "on": "2026-11-22", "text": "I mejl."}
    await do(desk, follow_up.AcceptTerms, case_id, alva, **accepting)
    await do(desk, follow_up.ReleasePayment, case_id, alva)
    await do(desk, reopen.Reopen, case_id, alva, ground="change", text="Fel datum.")
    await run_waiting_checks(desk)
    await settle_all(desk, case_id, alva)
    await do(desk, sign.decide, case_id, alva, proposal=a_proposal(amount_ore=AMOUNT))
    await do(desk, follow_up.AcceptTerms, case_id, alva, **accepting)

    assert await codes(do(desk, follow_up.ReleasePayment, case_id, alva)) == {"payment.nothing_left"}
    await holds(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_is_to_be_taken_up_is_not_paid_before(desk: Desk) -> None:
    alva, bo, _ = await three(desk)
    case_id = await granted(desk, alva)
    await do(desk, follow_up.AcceptTerms, case_id, alva, terms="2026-1", on="2026-11-22", text="I mejl.")
    found = await incidents.record(desk, an_incident(), by=alva)
    await incidents.verify(desk, found, saw=True, is_act=True, by=bo)
    await sweep(desk, NIGHT)
    [proposed] = await open_in(desk, case_id)
    said = {"proposed": proposed.id, "answers": {}, "outcome": "take_up", "reason": "Ska prövas."}
    await do(desk, reassessment.SettleReassessment, case_id, alva, **said)

    assert await codes(do(desk, follow_up.ReleasePayment, case_id, alva)) == {"payment.take_up"}
    assert "task.take_up" in [task.code for task in (await case_view(desk, case_id, by=alva)).tasks]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_the_doors_found_is_put_forward_too(desk: Desk, clock: Clock) -> None:
    """The service's own asking is nobody's look."""
    officer = await petter(desk)
    case_id = await let(desk, officer, date="2026-12-01")
    clock.forward(days=9)
    await listed_too(desk, LISTED)
    assert await screen_doors(desk) == 1

    assert len((await sweep(desk, NIGHT)).proposals) == 1
    assert len(await open_in(desk, case_id)) == 1


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_one_case_that_breaks_keeps_no_other_from_being_put_forward(desk: Desk) -> None:
    alva, *_ = await three(desk)
    await granted(desk, alva)
    await listed_too(desk, LISTED)
    broken = replace(desk, checks=Installed(RaisingCheck("party_names", None)))

    done = await sweep(broken, NIGHT)

    assert (done.proposals, len(done.unknown)) == ([], 1), "said to be unchecked, and no ground against anyone"


@pytest.mark.parametrize("told", [live._GIVING, support_page._TOLD, key_access._TOLD])
def test_whoever_reads_that_something_ended_reads_that_it_began(told: tuple[type, ...]) -> None:
    """An appeal that was settled could not be folded without the one that came in, and every sweep failed."""
    begins = {AppealSettled: AppealReceived, ReassessmentSettled: ReassessmentProposed}

    assert [ending for ending, beginning in begins.items() if ending in told and beginning not in told] == []
