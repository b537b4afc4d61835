"""The posting of a decision, and what is done when a day was noted wrongly."""

from datetime import date

import pytest

from service.casework.decision import appeal, delivery
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.dossier.dossier import Decided
from service.domain.events.decision import PostingCorrected
from service.proof.verification import verify_log
from tests.fakes import Clock
from tests.steps import approved, codes, do, three


async def decision(desk: Desk, case_id: str) -> Decided:
    async with desk.store.reading() as reading:
        decided = (await dossier_of(reading, case_id)).decision
    assert decided is not None
    return decided


async def test_a_day_noted_wrongly_is_corrected_and_the_time_for_appeal_runs_from_the_right_one(
    desk: Desk, clock: Clock
) -> None:
    alva, *_ = await three(desk)
    case_id = await approved(desk, alva)
    correction = {"posted": "2026-11-25", "text": "Anslaget sattes upp på onsdagen."}
    assert await codes(do(desk, delivery.CorrectNotice, case_id, alva, **correction)) == {"decision.not_posted"}
    await do(desk, delivery.PostNotice, case_id, alva, posted="2026-11-22")
    assert (await decision(desk, case_id)).last_day == date(2026, 12, 14), "the 13th is a Sunday"
    clock.forward(days=4)

    await do(desk, delivery.CorrectNotice, case_id, alva, **correction)

    decided = await decision(desk, case_id)
    assert (decided.posted, decided.last_day) == (date(2026, 11, 25), date(2026, 12, 16))
    async with desk.store.reading() as reading:
        [entry] = await reading.entries_of_cases([case_id], PostingCorrected)
    assert entry.actor == alva.pseudonym, "and the log says who"
    clock.forward(days=20)
    assert await codes(do(desk, appeal.DeclareFinal, case_id, alva)) == {"decision.still_appealable"}
    clock.forward(days=1)
    await do(desk, appeal.DeclareFinal, case_id, alva)
    assert await codes(do(desk, delivery.CorrectNotice, case_id, alva, **correction)) & {
        "decision.final_already", "case.wrong_state",
    }  # fmt: skip
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"posted": "2026-11-21"}, "input.not_earlier"),
        ({"posted": "2027-01-01"}, "input.not_now_or_earlier"),
        ({"posted": "2026-11-22", "text": " "}, "input.missing"),
        ({"posted": "2026-11-22", "adjusted": "2026-11-23"}, "decision.posted_before_adjusted"),
    ],
)
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_correction_is_a_day_that_can_be_with_a_reason(desk: Desk, wrong: dict[str, str], code: str) -> None:
    alva, *_ = await three(desk)
    case_id = await approved(desk, alva)
    await do(desk, delivery.PostNotice, case_id, alva, posted="2026-11-22")

    given = {"text": "Fel dag."} | wrong
    assert await codes(do(desk, delivery.CorrectNotice, case_id, alva, **given)) == {code}
