"""A case has one deadline, that of its round: the check, the round's page and the record say the same of it."""

from datetime import date, timedelta

import pytest

from service.casework.decision import grant_rounds
from service.casework.intake.receive import receive
from service.desk.ports.desk import Desk
from service.desk.rulebook import LATE_DAYS, rulebook
from service.domain.finding import Outcome
from service.proof.verification import verify_log
from service.screening.replay import replay_all
from service.screening.run_checks import run_waiting_checks
from tests.builders import KEY, a_grant_document
from tests.fakes import Clock
from tests.steps import employed_officer

CLOSES = date(2026, 12, 15)


@pytest.mark.parametrize("late", [False, True])
async def test_the_check_and_the_rounds_page_agree_on_what_is_late(desk: Desk, clock: Clock, late: bool) -> None:
    """The window of the check in the rule set is the whole year: it said "in time" while the page said "late"."""
    clock.forward(days=(CLOSES - date(2026, 11, 22)).days + late)
    received = await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    await run_waiting_checks(desk)

    view = await grant_rounds.view(desk, "2026-autumn", by=await employed_officer(desk))
    async with desk.store.reading() as reading:
        findings = await reading.findings(received.case_id, 1)
    [in_time] = [one.case_finding for one in findings if one.case_finding.finding.check == "timeliness"]

    assert [line.late for line in view.lines] == [late]
    assert in_time.outcome is (Outcome.NOT_MET if late else Outcome.MET)
    assert in_time.finding.result.code == ("timeliness.after_round" if late else "timeliness.in_round")
    assert [replayed.drift async for replayed in replay_all(desk)] == [()], "and says so again years later"
    assert (await verify_log(desk)).ok


async def test_an_application_belongs_to_the_round_that_was_open_last(desk: Desk) -> None:
    async with desk.store.reading() as reading:
        book = await rulebook(desk, reading)

    def belongs(type: str, day: date) -> str | None:
        grant_round = book.grant_round_of(type, day)
        return grant_round.id if grant_round else None

    assert belongs("verksamhetsbidrag", date(2026, 7, 1)) == "2026-autumn"
    assert belongs("verksamhetsbidrag", CLOSES + timedelta(days=1)) == "2026-autumn", "late, and still of this round"
    assert belongs("verksamhetsbidrag", CLOSES + timedelta(days=LATE_DAYS)) is None, "of the next, or of none"
    assert belongs("booking", date(2026, 7, 1)) is None
