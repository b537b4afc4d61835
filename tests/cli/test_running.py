"""Setting up and serving."""

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.servers import Service, granska


def test_demo_twice_changes_nothing(folder: Path) -> None:
    _, before = run(folder, "log", "verify")
    status, said = run(folder, "demo")

    assert status == 0
    assert "inget har ändrats" in said
    assert run(folder, "log", "verify")[1] == before


def test_data_are_for_their_owner_only(folder: Path) -> None:
    assert oct((folder / "granska.sqlite").stat().st_mode)[-3:] == "600"
    assert oct((folder / "demo-intake-key").stat().st_mode)[-3:] == "600"


def test_a_user_with_a_right_that_does_not_exist_is_not_half_made(folder: Path) -> None:
    add = ["users", "add", "ny@x.example", "--name", "Ny", "--password", "blaklocka-under-bron"]

    assert run(folder, *add, "--right", "role:bogus")[0] == 1
    assert run(folder, *add, "--right", "role:auditor")[0] == 0
    assert run(folder, "users", "grant", "ny@x.example", "role:coordinator")[0] == 0
    two = ["users", "add", "andra@x.example", "--name", "Ny", "--password", "blaklocka-under-bron"]
    assert run(folder, *two, "--right", "delegation:F2")[0] == 1, "there are cases: a decider takes two persons"
    assert run(folder, "users", "grant", "ny@x.example", "role:administrator")[0] == 1
    assert run(folder, *two)[0] == 0, "and nobody was half made"


@pytest.mark.parametrize(
    ("name", "value"), [("GRANSKA_DATABASE", "mysql://x"), ("GRANSKA_DATABASE", "sqlite:////nonexistent/x/y")]
)
def test_a_setting_that_cannot_be_used_is_said_in_a_line(tmp_path: Path, name: str, value: str) -> None:
    done = granska("migrate", environment={"GRANSKA_DATA": str(tmp_path), name: value})

    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said(lite: Service) -> None:
    done = lite.run("serve", "--port", lite.url.rsplit(":", 1)[1])

    assert done.returncode == 1
    assert "är upptagen" in done.stderr
