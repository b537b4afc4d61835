"""The log on the command line."""

import sqlite3
from pathlib import Path

import pytest

from tests.builders import FIXTURES
from tests.cli.running import run
from tests.servers import granska


def test_log_verify_exits_non_zero_when_anything_is_wrong(folder: Path, tmp_path: Path) -> None:
    assert run(folder, "log", "verify")[0] == 0
    with sqlite3.connect(tmp_path / "granska.sqlite") as copy, sqlite3.connect(folder / "granska.sqlite") as whole:
        whole.backup(copy)
        copy.execute("UPDATE case_file SET state = 'decided' WHERE diary_number = 'HV 2026/3'")

    status, said = run(tmp_path, "log", "verify")

    assert status == 1
    assert "Tabellen säger något annat än loggen" in said


def test_the_damaged_demo_log_is_wrong_in_one_entry(tmp_path: Path) -> None:
    status, said = run(tmp_path, "log", "verify", str(FIXTURES / "logs" / "damaged.jsonl"))

    assert status == 1
    assert "Första felaktiga posten: 61" in said


def test_an_exported_log_verifies_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(
        granska("log", "show", "--json", environment={"GRANSKA_DATA": str(folder)}).stdout
    )

    status, said = run(tmp_path, "log", "verify", str(tmp_path / "log.jsonl"))

    assert (status, "Allt stämmer" in said) == (0, True)
    assert run(folder, "log", "verify")[1].split("\n")[0] == said.split("\n")[0], "the same size and root"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"{}\n", b"not json\n", b'{"hash":1,"leaf":2,"seq":3}\n'])
def test_anything_is_a_log_or_a_fault_and_never_a_traceback(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "x").write_bytes(body)

    status, said = run(tmp_path, "log", "verify", str(tmp_path / "x"))

    assert "Traceback" not in said
    assert status == 1


def test_a_receipt_is_checked_without_a_database(folder: Path, tmp_path: Path) -> None:
    assert run(folder, "log", "prove", "HV 2026/1", "--all", "--out", str(tmp_path))[0] == 0
    entry = next(tmp_path.glob("*case-received.json"))
    key = granska("log", "key", environment={"GRANSKA_DATA": str(folder)}).stdout.strip()
    receipt = entry.with_suffix(".tlog-proof")

    status, said = run(tmp_path / "nowhere", "log", "check", str(entry), str(receipt), "--key", key)
    assert (status, "Stämmer: post" in said) == (0, True)

    entry.write_bytes(entry.read_bytes().replace(b"grant", b"gramt"))
    status, said = run(tmp_path / "nowhere", "log", "check", str(entry), str(receipt), "--key", key)
    assert status == 1
    assert "Kvittot stämmer inte" in said
