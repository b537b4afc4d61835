"""A thousand flipped bits in the database file: none that changes the log is missed, none makes the verifier fall."""

import random
import sqlite3
from pathlib import Path

from service.proof import verification
from tests.logs import copy_of, verified

FLIPS = 1000


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
            result = verification.unreadable(error)
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
    except (sqlite3.Error, OverflowError, UnicodeDecodeError):  # the last where the schema's own text is spoilt
        return None
    finally:
        database.close()
    return entries, sorted(values, key=repr), notes
