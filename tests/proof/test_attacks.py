"""Each kind of attack on a real database file, ten times, with and without what left the house before."""

import random
import shutil
from pathlib import Path

import pytest

from tests.logs import copy_of, unguarded, verified
from tests.proof.attacks import ATTACKS

TRIALS, TRIALS_ALONE = 10, 10


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
        with unguarded(folder) as database:
            attack(database, random.Random(f"{name} {trial}"), folder)
        with_exported = await verified(folder, exported=signed / "exported")
        caught += not with_exported.ok
        tail += with_exported.report.unsigned > 9
        if alone and trial < TRIALS_ALONE:
            caught_alone += not (await verified(folder)).ok

    if name == "insert a false entry at the tail":
        # Nobody can see it, so it is said that nobody can: one entry more than before is not signed yet.
        assert (caught, tail) == (0, TRIALS)
    else:
        assert caught == TRIALS
        assert caught_alone == (TRIALS_ALONE if alone else 0)


async def test_the_exported_hashes_name_the_entry_that_was_rewritten(signed: Path, tmp_path: Path) -> None:
    from tests.proof.attacks import edited, leaves_of, rebuild

    folder = copy_of(signed, tmp_path / "copy")
    with unguarded(folder) as database:
        leaves = leaves_of(database)
        leaves[123] = edited(leaves[123], random.Random(1))
        rebuild(database, leaves)

    result = await verified(folder, exported=signed / "exported")

    assert result.first is not None
    assert (result.first.seq, result.first.kind) == (123, "rewritten")


async def test_a_database_that_is_none_is_a_fault_and_no_traceback(copied: Path) -> None:
    from tests.servers import granska

    (copied / "granska.sqlite").write_bytes(b"not a database" * 1000)
    shutil.rmtree(copied / "indexes", ignore_errors=True)

    said = granska("log", "verify", environment={"GRANSKA_DATA": str(copied)})

    assert said.returncode == 1
    assert "cannot-be-read" in said.stdout
    assert "Traceback" not in said.stderr + said.stdout
