"""Ways to rewrite a log's database file, as its owner could: triggers dropped, hashes recomputed, keys stolen."""

import contextlib
import copy
import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from service.audit import merkle
from service.audit.checkpoint import Checkpoint
from service.audit.note import SigningKey, read_signing_key

Attack = Callable[[sqlite3.Connection, random.Random, Path], None]


def leaves_of(database: sqlite3.Connection) -> list[str]:
    return [one for (one,) in database.execute("SELECT leaf FROM log_entry ORDER BY seq")]


def rebuild(database: sqlite3.Connection, leaves: list[str]) -> bytes:
    """Write these leaves as the log, with every hash and node recomputed; returns the root."""
    kept = {
        seq: (type, case, actor, at)
        for seq, type, case, actor, at in database.execute("SELECT seq, type, case_id, actor, at FROM log_entry")
    }
    database.execute("DELETE FROM log_entry")
    database.execute("DELETE FROM log_node")
    frontier, place = merkle.Frontier(), 0
    for seq, leaf in enumerate(leaves):
        hashed = merkle.leaf_hash(leaf.encode())
        type, case, actor, at = kept.get(seq, kept[max(kept)])
        with contextlib.suppress(ValueError, KeyError, TypeError):
            read = json.loads(leaf)
            type, case, actor = read["type"], read["case"], read["actor"]["id"]
        row = (seq, leaf, hashed.hex(), type, case, actor, at)
        database.execute(
            "INSERT INTO log_entry (seq, leaf, hash, type, case_id, actor, at) VALUES (?,?,?,?,?,?,?)", row
        )
        for _, _, node in frontier.add(hashed):
            database.execute("INSERT INTO log_node VALUES (?, ?)", (place, node.hex()))
            place += 1
    return frontier.root()


def edited(leaf: str, rng: random.Random) -> str:
    """The leaf with another time: well formed, and another story."""
    read = json.loads(leaf)
    read["at"] = read["at"][:-4] + f"{(int(read['at'][-4:-1]) + rng.randint(1, 998)) % 1000:03d}Z"
    return json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _somewhere(leaves: list[str], rng: random.Random) -> int:
    return rng.randrange(1, len(leaves))


def edit(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    seq = _somewhere(leaves := leaves_of(database), rng)
    database.execute("UPDATE log_entry SET leaf = ? WHERE seq = ?", (edited(leaves[seq], rng), seq))


def edit_and_recompute(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    leaves = leaves_of(database)
    seq = rng.randrange(1, _signed(database))
    leaves[seq] = edited(leaves[seq], rng)
    rebuild(database, leaves)


def dated_back(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    """A day earlier than it was written, everywhere where it says so, and not under a checkpoint yet."""
    leaves = leaves_of(database)
    seq = rng.randrange(_signed(database), len(leaves))
    read = json.loads(leaves[seq])
    earlier = datetime.fromisoformat(read["at"]) - timedelta(days=1)
    read["at"] = f"{earlier:%Y-%m-%dT%H:%M:%S}.{earlier.microsecond // 1000:03d}Z"
    leaves[seq] = json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    rebuild(database, leaves)
    database.execute("UPDATE log_entry SET at = at - 86400000 WHERE seq = ?", (seq,))


def delete(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    database.execute("DELETE FROM log_entry WHERE seq = ?", (rng.randrange(1, _signed(database)),))


def delete_and_renumber(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    leaves = leaves_of(database)
    del leaves[rng.randrange(1, _signed(database))]
    renumbered = []
    for seq, leaf in enumerate(leaves):
        read = json.loads(leaf)
        read["seq"] = seq
        renumbered.append(json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    rebuild(database, renumbered)


def swap(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    leaves = leaves_of(database)
    one, other = rng.sample(range(1, _signed(database)), 2)
    leaves[one], leaves[other] = leaves[other], leaves[one]
    rebuild(database, leaves)


def truncate(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    rebuild(database, leaves_of(database)[: rng.randrange(1, _signed(database))])


def truncate_with_checkpoints(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    size = rng.randrange(1, _signed(database))
    rebuild(database, leaves_of(database)[:size])
    database.execute("DELETE FROM log_checkpoint WHERE size > ?", (size,))


def sign_with_another_key(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    _rewrite_and_sign(database, rng, SigningKey(_key(folder).name, rng.randbytes(32)))


def delete_all_checkpoints(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    edit_and_recompute(database, rng, folder)
    database.execute("DELETE FROM log_checkpoint")


def sign_with_the_stolen_key(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    _rewrite_and_sign(database, rng, _key(folder))


def exchange_a_value(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    rows = database.execute(
        "SELECT commitment, value FROM log_value WHERE value LIKE '%n%' ORDER BY commitment"
    ).fetchall()
    commitment, value = rng.choice(rows)
    database.execute("UPDATE log_value SET value = ? WHERE commitment = ?", (value.replace("n", "m", 1), commitment))


def edit_a_checkpoint(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    rows = database.execute("SELECT size, note FROM log_checkpoint").fetchall()
    size, note = rng.choice(rows)
    at = rng.randrange(note.index("\n"), len(note) - 1)
    other = "A" if note[at] != "A" else "B"
    database.execute("UPDATE log_checkpoint SET note = ? WHERE size = ?", (note[:at] + other + note[at + 1 :], size))


def encode_differently(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    leaves = leaves_of(database)
    seq = rng.randrange(1, _signed(database))
    leaves[seq] = leaves[seq].replace('"v":1', '"v":1.0')
    rebuild(database, leaves)


def add_at_the_tail(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    """The one that no signature can see: an entry after the last of them, as well formed as any."""
    leaves = leaves_of(database)
    read = json.loads(next(one for one in reversed(leaves) if '"type":"match:asked"' in one))
    read["seq"] = len(leaves)
    leaves.append(json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    rebuild(database, leaves)


def _signed(database: sqlite3.Connection) -> int:
    """How far a checkpoint reached before the attack."""
    return int(database.execute("SELECT max(size) FROM log_checkpoint").fetchone()[0])


def _key(folder: Path) -> SigningKey:
    return read_signing_key((folder / "keys" / "log.key").read_text())


def _rewrite_and_sign(database: sqlite3.Connection, rng: random.Random, key: SigningKey) -> None:
    leaves = leaves_of(database)
    sizes = [one for (one,) in database.execute("SELECT size FROM log_checkpoint")]
    seq = rng.randrange(1, max(sizes))
    leaves[seq] = edited(leaves[seq], rng)
    rebuild(database, leaves)
    database.execute("DELETE FROM log_checkpoint")
    for size in sizes:
        root = merkle.root(merkle.leaf_hash(one.encode()) for one in leaves[:size])
        note = Checkpoint(key.name, size, root).signed(key)
        database.execute("INSERT INTO log_checkpoint VALUES (?, ?, 1)", (size, note))


def decide_out_of_order(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    """The decision of one case once more, for a case that was only received; with the rows that follow from it."""
    leaves = leaves_of(database)
    read = [json.loads(leaf) for leaf in leaves]
    decided = rng.choice([entry for entry in read if entry["type"] == "case:decided"])
    taken = {entry["case"] for entry in read if entry["type"] in ("case:decided", "case:taken")}
    other = rng.choice(
        [entry["case"] for entry in read if entry["type"] == "case:received" and entry["case"] not in taken]
    )
    forged = copy.deepcopy(decided) | {"case": other, "seq": len(leaves), "at": read[-1]["at"]}
    forged["data"]["decision"] = f"00000000-0000-4000-8000-{rng.randrange(10**12):012d}"
    leaves.append(json.dumps(forged, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    rebuild(database, leaves)
    database.execute(
        "INSERT INTO decision SELECT ?, ?, outcome, amount_ore, delegation_point, decided_by, ? FROM decision WHERE id = ?",
        (forged["data"]["decision"], other, len(leaves) - 1, decided["data"]["decision"]),
    )
    database.execute("UPDATE case_file SET state = 'decided', version = version + 1 WHERE id = ?", (other,))


@contextlib.contextmanager
def _access_log(folder: Path) -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(folder / "granska-access-log.sqlite") as database:
        yield database
    database.close()


def empty_the_access_log(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    with _access_log(folder) as access:
        for table in ("access_entry", "access_node", "access_checkpoint"):
            access.execute(f"DELETE FROM {table}")


def rewrite_the_access_log(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    """Someone else opened the case, with hashes, nodes and signatures to match; our own key signs it."""
    key = _key(folder)
    with _access_log(folder) as access:
        leaves = [leaf for (leaf,) in access.execute("SELECT leaf FROM access_entry ORDER BY seq")]
        seq = rng.randrange(len(leaves))
        read = json.loads(leaves[seq]) | {"actor": "u-zzzzzzzzzz"}
        leaves[seq] = json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        access.execute("UPDATE access_entry SET actor = ? WHERE seq = ?", (read["actor"], seq))
        access.execute("DELETE FROM access_node")
        frontier, place = merkle.Frontier(), 0
        for number, leaf in enumerate(leaves):
            hashed = merkle.leaf_hash(leaf.encode())
            access.execute("UPDATE access_entry SET leaf = ?, hash = ? WHERE seq = ?", (leaf, hashed.hex(), number))
            for _, _, node in frontier.add(hashed):
                access.execute("INSERT INTO access_node VALUES (?, ?)", (place, node.hex()))
                place += 1
        access.execute("DELETE FROM access_checkpoint")
        note = Checkpoint(f"{key.name}/access-log", len(leaves), frontier.root()).signed(key)
        access.execute("INSERT INTO access_checkpoint VALUES (?, ?, 1)", (len(leaves), note))


def plant_a_key(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    foreign = SigningKey(_key(folder).name, rng.randbytes(32)).verifier
    (folder / "keys" / f"log-{foreign.key_id.hex()}.vkey").write_text(f"{foreign}\n")


def change_a_checkpoints_day(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    sizes = [size for (size,) in database.execute("SELECT size FROM log_checkpoint ORDER BY size")][:-1]
    database.execute("UPDATE log_checkpoint SET at = at - 86400000 WHERE size = ?", (rng.choice(sizes),))


def take_away_a_sending(database: sqlite3.Connection, rng: random.Random, folder: Path) -> None:
    sizes = [size for (size,) in database.execute("SELECT size FROM checkpoint_dispatch ORDER BY size")]
    database.execute("DELETE FROM checkpoint_dispatch WHERE size = ?", (rng.choice(sizes),))


#: Every kind of attack, and whether it is seen with the database and our public key alone.
ATTACKS: dict[str, tuple[Attack, bool]] = {
    "edit a record": (edit, True),
    "edit and recompute every hash": (edit_and_recompute, True),
    "delete one": (delete, True),
    "delete, renumber, recompute": (delete_and_renumber, True),
    "swap two": (swap, True),
    "truncate, keep the checkpoints": (truncate, True),
    "truncate and delete the later checkpoints": (truncate_with_checkpoints, False),
    "rewrite and sign with another key": (sign_with_another_key, True),
    "rewrite and delete all checkpoints": (delete_all_checkpoints, False),
    "rewrite and sign with the stolen key": (sign_with_the_stolen_key, False),
    "exchange a committed personal value": (exchange_a_value, True),
    "edit a checkpoint": (edit_a_checkpoint, True),
    "re-encode a record": (encode_differently, True),
    "insert a false entry at the tail": (add_at_the_tail, False),
    "date an entry back": (dated_back, True),
    "decide a case that nobody has taken": (decide_out_of_order, True),
    "empty the access log": (empty_the_access_log, True),
    "rewrite the access log": (rewrite_the_access_log, True),
    "put a foreign key among ours": (plant_a_key, True),
    "change when a checkpoint was signed": (change_a_checkpoints_day, True),
    "take away that a checkpoint was sent": (take_away_a_sending, True),
}
