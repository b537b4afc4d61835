"""A desk's folder and database, filled once for each worker and copied for each test."""

import pytest

from service import app
from service.demo.district import demo_list
from service.desk.actors import person
from service.office.rule_set_adoption import adopt_at_setup
from service.screening.list_import import import_list
from service.settings import Settings
from tests.builders import FIXTURES, RULES_2025, RULES_2026
from tests.fakes import Clock
from tests.servers import FILLED, copy_of_filled, new_database
from tests.steps import ADMINISTRATORS, load_rooms, someone


async def a_filled_desk(settings: Settings, folders: pytest.TempPathFactory) -> None:
    """Both rule sets, the rooms and a fresh fictional list, and no case, where these settings say."""
    cluster, _, name = settings.database.rpartition("/")
    if ("desk", cluster) not in FILLED:
        folder = folders.mktemp("desk")
        database = new_database(cluster) if cluster else ""
        await _fill_desk(Settings(data=str(folder), database=database))
        FILLED["desk", cluster] = folder, database.rpartition("/")[2]
    copy_of_filled("desk", cluster, settings.folder, name)


async def _fill_desk(settings: Settings) -> None:
    await app.migrate_database(settings, outside=Clock().outside())
    async with app.opened_desk(settings, outside=Clock().outside()) as opened:
        for file in (RULES_2025, RULES_2026):
            await adopt_at_setup(opened, file.read_text("utf-8"))
        await load_rooms(opened)
        for name in ADMINISTRATORS:
            await someone(opened, name, "role:administrator")
        await import_list(
            opened, "demo", demo_list(opened, FIXTURES), by=person(await someone(opened, "Samir", "role:coordinator"))
        )
