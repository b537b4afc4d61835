"""What is asked about cases is found through the cases: no question walks every entry of its type."""

import sqlite3

import pytest

from service.desk.ports.desk import Desk
from service.domain.events.event import EventClass
from service.domain.events.intake import CaseReceived
from service.domain.events.review import ConflictDeclared, NoteWritten
from service.settings import Settings
from tests.builders import a_grant_document
from tests.queries import counted
from tests.steps import screened

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.mark.parametrize("events", [(CaseReceived,), (CaseReceived, NoteWritten), (CaseReceived, ConflictDeclared)])
async def test_entries_of_cases_are_found_by_case(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch, events: tuple[EventClass, ...]
) -> None:
    case_ids = [await screened(desk, a_grant_document()) for _ in range(4)]
    async with desk.store.reading() as reading:
        organisation = (await reading.case(case_ids[0])).organisation_id
        with counted(monkeypatch) as asked:
            assert len(await reading.entries_of_cases(case_ids, *events)) == 4
            assert len(await reading.entries_of_associations([organisation], *events)) == 4

    assert len(asked) == 2
    with sqlite3.connect(settings.folder / "granska.sqlite") as database:
        for query in asked:
            plan = database.execute(f"EXPLAIN QUERY PLAN {query}", [None] * query.count("?")).fetchall()
            assert not [step for *_, step in plan if "log_entry_type" in step], query
