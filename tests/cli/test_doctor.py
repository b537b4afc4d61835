"""What whoever runs the service must still do, said point by point."""

import os
from pathlib import Path

import pytest

from service.desk.ports.desk import Desk
from service.doctor import advice
from service.proof import access_log
from service.proof.security_log import note_backup
from service.settings import Settings
from tests.cli.running import run
from tests.fakes import Clock
from tests.servers import granska
from tests.steps import employed_officer, someone


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doctor")
    assert granska("demo", environment={"GRANSKA_DATA": str(folder), "GRANSKA_DEMO": "1"}).returncode == 0
    return folder


def test_a_fresh_district_is_told_all_that_is_left(district: Path) -> None:
    status, said = run(district, "doctor")

    assert status == 1
    for left in (
        "demokonton",
        "GRANSKA_PUBLIC_URL",
        "GRANSKA_CHECKPOINT_",
        "säkerhetskopia",
        "GRANSKA_CLAMD",
        "sista dag",
    ):
        assert left in said, left
    assert "chmod" not in said


def test_what_has_been_done_is_not_said_again(district: Path, tmp_path: Path) -> None:
    run(district, "backup", str(tmp_path / "copy.zip"))
    environment = {
        "GRANSKA_DATA": str(district),
        "GRANSKA_PUBLIC_URL": "https://granska.example",
        "GRANSKA_TRUSTED_PROXIES": "127.0.0.1",
        "GRANSKA_CHECKPOINT_FOLDER": str(tmp_path),
        "GRANSKA_CLAMD": "127.0.0.1:3310",
    }
    said = granska("doctor", environment=environment).stdout
    for done in (
        "säkerhetskopia",
        "GRANSKA_PUBLIC_URL",
        "GRANSKA_TRUSTED_PROXIES",
        "GRANSKA_CHECKPOINT_",
        "GRANSKA_CLAMD",
    ):
        assert done not in said, done


def test_a_key_that_others_can_read_is_named(district: Path) -> None:
    key = next((district / "keys").glob("*.key"))
    os.chmod(key, 0o644)
    try:
        status, said = run(district, "doctor")
    finally:
        os.chmod(key, 0o600)
    assert status == 1
    assert key.name in said


def test_an_empty_service_is_told_about_its_lists_and_people(tmp_path: Path) -> None:
    assert granska("migrate", environment={"GRANSKA_DATA": str(tmp_path)}).returncode == 0
    status, said = run(tmp_path, "doctor")
    assert status == 1
    assert "rules setup" in said
    assert "Administratörer: 0" in said


async def test_a_clock_behind_the_log_is_said_and_an_old_backup_too(
    desk: Desk, clock: Clock, settings: Settings
) -> None:
    await note_backup(desk)
    assert not {"doctor.clock", "doctor.no_backup", "doctor.old_backup"} & {
        one.code for one in await advice(desk, settings)
    }
    alva = await employed_officer(desk)
    for _ in range(3):
        await access_log.note(desk, alva, access_log.OPENED, None)
    clock.forward(days=3)
    assert "doctor.old_backup" in {one.code for one in await advice(desk, settings)}

    await someone(desk, "Sist")
    clock.at -= 30_000
    found = {one.code: one.params for one in await advice(desk, settings)}
    assert found["doctor.clock"] == {"seconds": 30}
