"""Fourteen kinds of attack on a real database file, forty times each; and a thousand flipped bits."""

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from service.cases import verifying
from tests.log.attacks import ATTACKS
from tests.log.conftest import copy_of, verified

TRIALS = 40
FLIPS = 1000


async def test_the_untouched_log_holds_and_says_how_far_it_is_signed(signed: Path) -> None:
    result = await verified(signed, exported=signed / "exported")

    assert result.ok, (result.report.faults, result.value_faults, result.table_faults)
    assert result.report.size >= 300
    assert result.report.unsigned == 9
    assert result.exported == 10


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_caught(name: str, signed: Path, tmp_path: Path) -> None:
    attack, alone = ATTACKS[name]
    caught, caught_alone, tail = 0, 0, 0
    for trial in range(TRIALS):
        folder = copy_of(signed, tmp_path / "copy")
        with sqlite3.connect(folder / "granska.sqlite") as database:
            attack(database, random.Random(f"{name} {trial}"), folder)
        database.close()
        with_exported = await verified(folder, exported=signed / "exported")
        caught += not with_exported.ok
        tail += with_exported.report.unsigned > 9
        if alone:
            caught_alone += not (await verified(folder)).ok

    if name == "insert a false entry at the tail":
        # Nobody can see it, so it is said that nobody can: one entry more than before is not signed yet.
        assert (caught, tail) == (0, TRIALS)
    else:
        assert caught == TRIALS
        assert caught_alone == (TRIALS if alone else 0)


async def test_the_exported_hashes_name_the_entry_that_was_rewritten(signed: Path, tmp_path: Path) -> None:
    from tests.log.attacks import _edited, _leaves, _rebuild

    folder = copy_of(signed, tmp_path / "copy")
    with sqlite3.connect(folder / "granska.sqlite") as database:
        leaves = _leaves(database)
        leaves[123] = _edited(leaves[123], random.Random(1))
        _rebuild(database, leaves)
    database.close()

    result = await verified(folder, exported=signed / "exported")

    assert result.first is not None
    assert (result.first.seq, result.first.kind) == (123, "rewritten")


async def test_flipped_bits_are_never_missed_and_never_make_the_verifier_fall(signed: Path, tmp_path: Path) -> None:
    rng, folder = random.Random(2026), copy_of(signed, tmp_path / "copy")
    whole = (signed / "granska.sqlite").read_bytes()
    before, changed, missed = content(folder), 0, []
    for _ in range(FLIPS):
        spoilt = bytearray(whole)
        at, bit = rng.randrange(len(spoilt)), rng.randrange(8)
        spoilt[at] ^= 1 << bit
        for one in folder.glob("granska.sqlite-*"):
            one.unlink()
        (folder / "granska.sqlite").write_bytes(spoilt)
        try:
            result = await verified(folder)
        except Exception as error:  # what the command line says of a database that cannot even be opened
            result = verifying.unreadable(error)
        if content(folder) != before:
            changed += 1
            if result.ok:
                missed.append((at, bit))

    assert missed == []
    assert changed > 50, "the flips must hit something"


def content(folder: Path) -> object:
    """What the log says, read as plainly as can be; None where it cannot be read at all."""
    try:
        with sqlite3.connect(folder / "granska.sqlite") as database:
            database.text_factory = bytes
            entries = database.execute(
                "SELECT seq, leaf, hash, type, case_id, actor, at FROM log_entry ORDER BY seq"
            ).fetchall()
            values = database.execute("SELECT commitment, field, value, salt FROM log_value ORDER BY rowid").fetchall()
            notes = database.execute("SELECT size, note FROM log_checkpoint ORDER BY size").fetchall()
    except (sqlite3.Error, OverflowError):
        return None
    finally:
        database.close()
    return entries, sorted(values, key=repr), notes


async def test_a_database_that_is_none_is_a_fault_and_no_traceback(copied: Path) -> None:
    from tests.conftest import granska

    (copied / "granska.sqlite").write_bytes(b"not a database" * 1000)
    shutil.rmtree(copied / "indexes", ignore_errors=True)

    said = granska("log", "verify", environment={"GRANSKA_DATA": str(copied)})

    assert said.returncode == 1
    assert "cannot-be-read" in said.stdout
    assert "Traceback" not in said.stderr + said.stdout
