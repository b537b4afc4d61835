"""The queue at any size: counts that the database keeps, the Swedish order, and pages from both ends."""

import random
import sqlite3
from dataclasses import replace

import pytest

from service.casework.intake.receive import receive
from service.casework.review.findings import take
from service.desk.ports.desk import Desk
from service.desk.ports.queue import PAGE_SIZE, QueueQuery
from service.domain.application import Kind
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings
from service.storage.rows import search_form
from service.storage.tables import CaseRow
from tests.builders import KEY, a_grant_document, a_premises_document
from tests.steps import do, someone, unbiased

NAMES = (
    "Zon", "Ängen", "Åsen", "Österled", "Édouards vänner", "Ede", "Übung", "Yxan", "Ørsted", "Ölet", "Æbler", "Ärlan",
    "w", "v", "Łódź", "Lo", "A\u030asna", "Ðalur",
)  # fmt: skip


def test_names_are_in_the_swedish_order() -> None:
    ordered = sorted(NAMES, key=search_form)
    assert ordered == [
        "Ðalur", "Ede", "Édouards vänner", "Lo", "Łódź", "v", "w", "Übung", "Yxan", "Zon", "Åsen", "A\u030asna", "Æbler",
        "Ängen", "Ärlan", "Ölet", "Ørsted", "Österled",
    ]  # fmt: skip


async def test_every_page_of_every_order_is_the_same_from_both_ends_and_counts_are_kept(desk: Desk) -> None:
    officer = await someone(desk, "Alva", "role:association_officer", "role:premises_officer")
    chance = random.Random(7)
    for number in range(130):
        document = a_premises_document(hirer="person", use="fest") if number % 4 == 0 else a_grant_document()
        document["organisation"] = {"name": chance.choice(NAMES) + (f" {number}" if number % 3 else "")}
        if number % 4 == 0:
            document.pop("declaration")
            document.pop("representatives")
        else:
            document["grant"] = document["grant"] | {"amount_ore": chance.randrange(5) * 100_000}
        received = await receive(desk, document, by=KEY, channel="e_service")
        if number % 10 == 1:
            await run_waiting_checks(desk)
            await unbiased(desk, received.case_id, officer)
            await do(desk, take, received.case_id, officer)
    base = QueueQuery(kinds=tuple(Kind))
    variants = [
        base, replace(base, state="open"), replace(base, kinds=(Kind.GRANT,)), replace(base, owner=officer.id),
        replace(base, unowned=True), replace(base, state="in_review"), replace(base, attention=True),
        replace(base, kind=Kind.PREMISES),
    ]  # fmt: skip
    async with desk.store.reading() as reading:
        for asked in variants:
            for order in ("due", "received", "diary", "association", "amount"):
                seen = []
                for descending in (False, True):
                    query = replace(asked, order=order, descending=descending)
                    first = await reading.queue(query)
                    pages = -(-first.total // PAGE_SIZE)
                    rows = []
                    for page in range(1, pages + 1):
                        rows += (await reading.queue(replace(query, page=page))).rows
                    assert len({row.case.id for row in rows}) == len(rows) == first.total, (asked, order)
                    assert (await reading.queue(replace(query, page=pages + 1))).rows == []
                    seen.append([row.case.id for row in rows])
                if order != "amount":
                    assert seen[0] == seen[1][::-1]
                else:
                    amounts = [row.case.amount_ore for row in rows]
                    assert amounts == sorted(amounts, key=lambda ore: (ore is None, -(ore or 0)))
        counted = await CaseRow.raw("SELECT count(*) AS n FROM case_file")
        kept = await CaseRow.raw("SELECT sum(cases) AS n FROM case_tally")
        names = await CaseRow.raw("SELECT count(*) AS n FROM case_name WHERE name LIKE '%zon%'")
        assert counted[0]["n"] == kept[0]["n"] == 130
        assert names[0]["n"] > 0


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_name_that_is_gone_from_the_cases_is_gone_from_the_names(desk: Desk, settings: Settings) -> None:
    for name in ("Bara Här", "Två Gånger", "Två Gånger"):
        await receive(desk, a_grant_document(organisation={"name": name}), by=KEY, channel="e_service")
    with sqlite3.connect(settings.folder / "granska.sqlite", timeout=30) as database:

        def names() -> list[str]:
            return [name for [name] in database.execute("SELECT name FROM case_name WHERE name <> '' ORDER BY name")]

        assert names() == [search_form("Bara Här"), search_form("Två Gånger")]
        database.execute("UPDATE case_file SET org_search = '' WHERE org_search = ?", [search_form("Bara Här")])
        assert names() == [search_form("Två Gånger")]
        database.execute("DELETE FROM case_file WHERE org_name = 'Två Gånger'")
        assert names() == []
