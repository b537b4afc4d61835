"""A log of some 300 entries with signatures, some of which have left the house."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from service import app
from service.casework.decision import sign
from service.casework.intake.receive import receive
from service.demo.district import demo_list
from service.desk import actors
from service.domain.decision import DecisionOutcome
from service.domain.events.event import Actor, ActorKind
from service.domain.watchlist import Schema, Subject
from service.office.rule_set_adoption import adopt_at_setup
from service.proof import access_log, checkpoints
from service.screening import match_api
from service.screening.list_import import import_list
from service.screening.run_checks import run_waiting_checks
from tests.builders import FIXTURES, RULES_2026, a_grant_document, a_premises_document, a_proposal
from tests.logs import copy_of, settings_of
from tests.steps import in_review, seen, someone, withdrawn

ANOTHER_SYSTEM = Actor(ActorKind.KEY, "k-abcdefghij")


async def _fill(folder: Path) -> None:
    settings = settings_of(folder)
    await app.migrate_database(settings)
    async with app.opened_desk(settings) as desk:
        await adopt_at_setup(desk, RULES_2026.read_text("utf-8"))
        samir = await someone(desk, "Samir", "role:coordinator")
        await import_list(desk, "demo", demo_list(desk, FIXTURES), by=actors.person(samir))
        officer = await someone(desk, "Alva", "role:association_officer", "delegation:F1")
        petter = await someone(desk, "Petter", "role:premises_officer")
        for number in range(6):
            document = a_grant_document(organisation={"name": f"Förening {number}", "org_number": None})
            case_id = await (withdrawn if number < 3 else in_review)(desk, officer, document)
            if number < 3:
                proposal = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))
                await sign.decide(desk, case_id, proposal, by=officer, seen=await seen(desk, case_id))
            await checkpoints.sign_log(desk)
        room = await receive(desk, a_premises_document(), by=actors.person(petter), channel="paper")
        await run_waiting_checks(desk)
        queries = [[Subject("Tarkvin Vosberg", Schema.PERSON)]]
        for number in range(270):
            which = match_api.Which(("demo",))
            await match_api.ask(
                desk,
                which,
                queries,
                diary_number=room.diary_number,
                limit=5,
                keep=lambda _: True,
                by=ANOTHER_SYSTEM,
            )
            if number in (60, 120, 200, 260):
                await checkpoints.sign_log(desk)
        await checkpoints.send_checkpoints(desk)
        for _ in range(5):
            await access_log.note(desk, officer, access_log.OPENED, case_id)
        await checkpoints.sign_log(desk)
        for _ in range(9):
            await match_api.ask(
                desk,
                which,
                queries,
                diary_number=room.diary_number,
                limit=5,
                keep=lambda _: True,
                by=ANOTHER_SYSTEM,
            )


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, closed; never changed by a test."""
    folder = tmp_path_factory.mktemp("signed")
    asyncio.run(_fill(folder))
    with sqlite3.connect(folder / "granska.sqlite") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder


@pytest.fixture
def copied(signed: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return copy_of(signed, tmp_path / "copy")
