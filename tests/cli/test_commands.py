"""The command line, as an operator uses it."""

import json
from pathlib import Path

import pytest

from tests.builders import a_grant_document
from tests.cli.running import run
from tests.servers import Service

LIST = "#granska-list,1,2026-11-01T00:00:00Z,1\nentry_id,schema,name,aliases,weak_aliases,birth_years,countries,org_number\nP1,person,Tarquin Vossberg,,,1971,,\n"


@pytest.mark.parametrize(
    "command",
    ["", "serve", "migrate", "demo", "lists", "lists import", "lists show", "rules adopt", "users add", "receive", "screen", "log", "log verify", "log show"],
)  # fmt: skip
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    status, said = run(tmp_path, *command.split(), "--help")

    assert status == 0
    assert "Usage: granska" in said
    assert len(said.splitlines()) > 5


def test_a_second_process_may_write_beside_the_service(lite: Service, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(a_grant_document()))

    done = lite.run("receive", str(tmp_path / "a.json"), "--by", "alva@demo.example")

    assert done.returncode == 0, done.stderr
    assert lite.run("log", "verify").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--port", "99999999"],
        ["log", "show", "--last", "99999999999999999999"],
        ["rules", "adopt", "BINARY", "--by", "samir@demo.example"],
        ["lists", "import", "demo", "BINARY", "--by", "samir@demo.example"],
        ["screen", "BINARY", "--list", "x=BINARY", "--out", "/nonexistent/x"],
        ["screen", "SAME", "--list", "x=LIST", "--out", "SAME"],
        ["receive", "BINARY", "--by", "alva@demo.example"],
    ],
)
def test_what_cannot_be_used_is_said_in_a_line_and_never_in_a_traceback(
    folder: Path, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00" * 50)
    (tmp_path / "same.csv").write_text("name\nX\n")
    (tmp_path / "list.csv").write_text(LIST)
    names = {"BINARY": tmp_path / "binary", "SAME": tmp_path / "same.csv", "LIST": tmp_path / "list.csv"}
    for mark, path in names.items():
        arguments = [one.replace(mark, str(path)) for one in arguments]

    status, said = run(folder, *arguments)

    assert status != 0
    assert "Traceback" not in said
    assert (tmp_path / "same.csv").read_text() == "name\nX\n"
