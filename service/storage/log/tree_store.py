"""A Merkle tree in three tables: leaves, the nodes above them, and signed checkpoints. The log and the access log
are each one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

from piccolo.table import Table

from service.audit import merkle
from service.desk.ports.log import KeptCheckpoint, LogHead, StoredNode
from service.domain.clock import CLOCK_TOLERANCE_MS, Instant, local_time
from service.domain.errors import Unavailable
from service.library_internals import engine_of, on_connection_thread, table_name
from service.storage.engine import SafeSQLite

SCAN = 4096
_PLACES = 400
#: Gives, for a number, the leaf's text and the other columns of its row.
Make = Callable[[int], tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Tail:
    """The end of a tree: how many leaves, the last one's hash (hex), and the complete subtrees, largest first."""

    size: int
    last: str
    stack: tuple[bytes, ...]

    @classmethod
    def of(cls, size: int, found: Mapping[merkle.Place, bytes]) -> "Tail":
        """The end of a tree read back from its tables."""
        return cls(size, "", tuple(found[one] for one in merkle.subtrees((0, size))))


#: The end of each tree as this process last wrote it, by database and the name of the leaves' table; never trusted
#: where the table has grown since.
_tail_last_written: "WeakKeyDictionary[Any, dict[str, Tail]]" = WeakKeyDictionary()


@dataclass(frozen=True)
class TreeStore:
    """Which tables a tree is kept in; every question is asked on whatever transaction is open."""

    entry: Any
    node: Any
    checkpoint: Any

    @property
    def entries(self) -> str:
        """The name of the leaves' table."""
        return table_name(self.entry)

    @property
    def nodes(self) -> str:
        """The name of the nodes' table."""
        return table_name(self.node)

    async def size(self) -> int:
        """How many entries there are."""
        rows = await self.entry.raw(f"SELECT max(seq) AS last FROM {self.entries}")
        return 0 if rows[0]["last"] is None else int(rows[0]["last"]) + 1

    async def append(self, make: Make) -> int:
        """Write the leaf that `make` gives for its number, and the nodes it completes; returns the number.

        The complete subtrees are remembered between calls, and believed only while the last row is the one they end in.
        """
        engine = engine_of(self.entry)
        transaction = engine.current_transaction.get()
        if isinstance(engine, SafeSQLite):
            connection = transaction.connection
            # One visit to the connection's thread instead of five.
            seq: int = await on_connection_thread(connection, self._append_lite, make)
            return seq
        return await self._append_postgres(transaction.connection, make)

    def _append_lite(self, database: Any, make: Make) -> int:
        row = database.execute(f"SELECT seq, hash, at FROM {self.entries} ORDER BY seq DESC LIMIT 1").fetchone()
        size, last = (0, "") if row is None else (int(row["seq"]) + 1, str(row["hash"]))
        tail = self._tail(size, last)
        if tail is None:
            found: dict[merkle.Place, bytes] = {}
            for table, column, places in self._where(merkle.subtrees((0, size))):
                for number, place in places.items():
                    one = database.execute(f"SELECT hash FROM {table} WHERE {column} = ?", [number]).fetchone()
                    found[place] = bytes.fromhex(one["hash"])
            tail = Tail.of(size, found)
        columns, values, nodes = self._grown(tail, make, 0 if row is None else int(row["at"]))
        marks = ", ".join("?" for _ in values)
        database.execute(f"INSERT INTO {self.entries} ({columns}) VALUES ({marks})", values)
        database.executemany(f"INSERT INTO {self.nodes} (place, hash) VALUES (?, ?)", nodes)
        return size

    async def _append_postgres(self, connection: Any, make: Make) -> int:
        row = await connection.fetchrow(f"SELECT seq, hash, at FROM {self.entries} ORDER BY seq DESC LIMIT 1")
        size, last = (0, "") if row is None else (int(row["seq"]) + 1, str(row["hash"]))
        tail = self._tail(size, last) or Tail.of(size, await self.hashes(merkle.subtrees((0, size))))
        columns, values, nodes = self._grown(tail, make, 0 if row is None else int(row["at"]))
        marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        await connection.execute(f"INSERT INTO {self.entries} ({columns}) VALUES ({marks})", *values)
        if nodes:
            rows = ", ".join(f"(${2 * number + 1}::bigint, ${2 * number + 2})" for number in range(len(nodes)))
            statement = f"INSERT INTO {self.nodes} (place, hash) VALUES {rows}"
            await connection.execute(statement, *chain.from_iterable(nodes))
        return size

    def _tail(self, size: int, last: str) -> "Tail | None":
        known = _tail_last_written.get(engine_of(self.entry), {}).get(self.entries)
        return known if known is not None and (known.size, known.last) == (size, last) else None

    def _grown(self, tail: "Tail", make: Make, last_at: int) -> tuple[str, list[Any], list[tuple[int, str]]]:
        """The row and nodes that come next; the tail with them is what is remembered.

        Raises Unavailable where the clock has gone back: a log whose days run backwards proves no order.
        """
        leaf, row = make(tail.size)
        if last_at - row["at"] > CLOCK_TOLERANCE_MS:
            raise Unavailable("log.clock_behind", last=f"{local_time(Instant(last_at)):%Y-%m-%d %H:%M}")
        hashed = merkle.leaf_hash(leaf.encode())
        nodes: list[tuple[int, str]] = []
        stack, node, index, place = list(tail.stack), hashed, tail.size, merkle.nodes_before(tail.size)
        while index & 1:
            node = merkle.node_hash(stack.pop(), node)
            nodes.append((place + len(nodes), node.hex()))
            index >>= 1
        stack.append(node)
        remembered = Tail(tail.size + 1, hashed.hex(), tuple(stack))
        _tail_last_written.setdefault(engine_of(self.entry), {})[self.entries] = remembered
        row = {"seq": tail.size, "leaf": leaf, "hash": hashed.hex()} | row
        return ", ".join(row), list(row.values()), nodes

    def _where(self, places: Sequence[merkle.Place]) -> list[tuple[str, str, dict[int, merkle.Place]]]:
        """In which table, under which number, each of these is kept."""
        leaves = {index: (0, index) for level, index in places if level == 0}
        above = {merkle.completion_order(*one): one for one in places if one[0]}
        return [(self.entries, "seq", leaves), (self.nodes, "place", above)]

    async def hashes(self, places: Sequence[merkle.Place]) -> dict[merkle.Place, bytes]:
        """The hashes of complete subtrees, by (level, index), in one query whatever their number."""
        wanted = self._where(places)
        parts = [
            f"SELECT {number} AS part, {column} AS n, hash FROM {table} "
            f"WHERE {column} IN ({', '.join(map(str, numbers))})"
            for number, (table, column, numbers) in enumerate(wanted)
            if numbers
        ]
        rows = await self.entry.raw(" UNION ALL ".join(parts)) if parts else []
        return {wanted[one["part"]][2][one["n"]]: bytes.fromhex(one["hash"]) for one in rows}

    async def paths(self, ranges: Sequence[Sequence[merkle.Range]]) -> list[list[bytes]]:
        """For each list of ranges of leaves, the hashes over them: a proof."""
        parts = set(chain.from_iterable(ranges))
        places = sorted(set(chain.from_iterable(map(merkle.subtrees, parts))))
        found: dict[merkle.Place, bytes] = {}
        for start in range(0, len(places), _PLACES):
            found |= await self.hashes(places[start : start + _PLACES])

        def over(part: merkle.Range) -> bytes:
            return merkle.root_of_subtrees([found[place] for place in merkle.subtrees(part)])

        return [list(map(over, parts)) for parts in ranges]

    async def head(self) -> LogHead:
        """How many entries there are, and the root over them."""
        rows = await self.entry.raw(f"SELECT seq, hash FROM {self.entries} ORDER BY seq DESC LIMIT 1")
        if not rows:
            return LogHead(0, merkle.EMPTY_ROOT)
        size = int(rows[0]["seq"]) + 1
        tail = self._tail(size, str(rows[0]["hash"]))
        return LogHead(size, merkle.root_of_subtrees(tail.stack) if tail else await self.root(size))

    async def root(self, size: int) -> bytes:
        """The root over the first `size` entries, from the stored nodes."""
        if size == 0:
            return merkle.EMPTY_ROOT
        places = merkle.subtrees((0, size))
        found = await self.hashes(places)
        return merkle.root_of_subtrees([found[one] for one in places])

    async def scan(self, columns: str, *, start: int = 0) -> AsyncIterator[list[tuple[Any, ...]]]:
        """Rows in order as plain tuples, the entry's number first; whatever the table holds, of whatever type."""
        async for batch in _scan(self.entry, f"SELECT seq, {columns} FROM {self.entries}", "seq", start):
            yield batch

    async def scan_nodes(self) -> AsyncIterator[list[StoredNode]]:
        """The nodes as (place, hash in hex), in the order in which they became complete."""
        async for batch in _scan(self.node, f"SELECT place, hash FROM {self.nodes}", "place", 0):
            yield [StoredNode._make(row) for row in batch]

    async def joined(self, table: str, key: str, start: int, count: int) -> str | None:
        """The hashes (hex) of this many rows in one text, for a comparison at one go; None where rows are missing."""
        name = self.entries if table == "entries" else self.nodes
        glue = (
            "group_concat(hash, '')"
            if isinstance(engine_of(self.entry), SafeSQLite)
            else "string_agg(hash, '' ORDER BY n)"
        )
        rows = await self.entry.raw(
            f"SELECT count(*) AS n, {glue} AS text FROM (SELECT {key} AS n, hash FROM {name} "
            f"WHERE {key} >= {{}} AND {key} < {{}} ORDER BY {key}) AS part",
            start,
            start + count,
        )
        text = rows[0]["text"]
        return text if rows[0]["n"] == count and isinstance(text, str) else None

    async def node_count(self) -> int:
        """How many nodes are kept."""
        rows = await self.node.raw(f"SELECT count(*) AS n FROM {self.nodes}")
        return int(rows[0]["n"])

    async def checkpoints(self) -> list[KeptCheckpoint]:
        """All checkpoints, smallest first."""
        rows = await self.checkpoint.select().order_by(self.checkpoint.size)
        return [KeptCheckpoint(**one) for one in rows]

    async def last_checkpoint(self) -> KeptCheckpoint | None:
        """The newest checkpoint, if any."""
        row = await self.checkpoint.select().order_by(self.checkpoint.size, ascending=False).first()
        return KeptCheckpoint(**row) if row else None

    async def checkpoint_after(self, size: int) -> KeptCheckpoint | None:
        """The first checkpoint of a larger tree than this, if any."""
        row = await self.checkpoint.select().where(self.checkpoint.size > size).order_by(self.checkpoint.size).first()
        return KeptCheckpoint(**row) if row else None

    async def add_checkpoint(self, size: int, note: str, at: Instant) -> None:
        """Keep a checkpoint."""
        await self.checkpoint.insert(self.checkpoint(size=size, note=note, at=at))


async def _scan(table: type[Table], select: str, key: str, start: int) -> AsyncIterator[list[tuple[Any, ...]]]:
    """A long table in constant memory, on the open transaction; the next batch is fetched while this one is used."""
    engine = engine_of(table)
    connection = engine.current_transaction.get().connection
    if isinstance(engine, SafeSQLite):
        async with connection.execute(f"{select} WHERE {key} >= ? ORDER BY {key}", [start]) as cursor:
            cursor.row_factory = None
            coming = asyncio.create_task(cursor.fetchmany(SCAN))
            try:
                while batch := await coming:
                    coming = asyncio.create_task(cursor.fetchmany(SCAN))
                    yield batch
            finally:
                if not coming.done():
                    await asyncio.wait([coming])
        return
    while True:
        batch = await connection.fetch(f"{select} WHERE {key} >= $1 ORDER BY {key} LIMIT {SCAN}", start)
        if batch:
            yield [tuple(one) for one in batch]
        if len(batch) < SCAN:
            return
        start = batch[-1][0] + 1
