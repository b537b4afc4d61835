"""Pages ask the database as many questions with many cases as with few."""

import re

import pytest

from service.casework.intake.receive import receive
from service.casework.views import case_page
from service.desk import case_search
from service.desk.ports.desk import Desk
from service.desk.ports.queue import QueueQuery
from service.domain.application import Kind
from service.screening.run_checks import run_waiting_checks
from service.storage.tables import LogEntry
from tests.builders import KEY, a_grant_document
from tests.steps import someone, unbiased


async def questions(desk: Desk, capsys: pytest.CaptureFixture[str], case_id: str, user: object) -> tuple[int, int]:
    """How many queries the queue and the case page take, as the engine itself reports them."""
    engine = LogEntry._meta.db
    counts = []
    engine.log_queries = True
    for ask in (
        lambda: case_search.queue(desk, QueueQuery(kinds=(Kind.GRANT,))),
        lambda: case_page.case_view(desk, case_id, by=user),  # type: ignore[arg-type]
    ):
        capsys.readouterr()
        await ask()
        counts.append(len(re.findall(r"^Query \d+:", capsys.readouterr().out, re.MULTILINE)))
    engine.log_queries = False
    return counts[0], counts[1]


async def test_the_number_of_queries_does_not_grow_with_the_cases(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    alva = await someone(desk, "Alva", "role:association_officer", "delegation:F1")
    first = await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await unbiased(desk, first.case_id, alva)
    few = await questions(desk, capsys, first.case_id, alva)

    for _ in range(60):
        await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    many = await questions(desk, capsys, first.case_id, alva)

    assert few == many, (few, many)
    assert 1 <= few[0] <= 3
    assert 5 <= few[1] <= 22
