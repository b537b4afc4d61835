"""What whoever runs the service must still do, said point by point."""

import os
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.servers import granska


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
