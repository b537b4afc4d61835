"""The queue and the search: pages from whichever end is nearer, counts that are kept, names once each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from service.desk.ports.queue import PAGE_SIZE, QueuePage, QueueQuery, QueueRow
from service.domain.application import Kind
from service.domain.clock import Instant
from service.storage import rows
from service.storage.tables import CaseRow

#: What each ordering sorts by; the id makes every order total, so that pages neither repeat nor skip.
ORDERS = {
    "diary": "c.registered_at",
    "association": "c.org_search",
    "amount": "c.amount_ore",
    "received": "c.received_at",
    "due": "c.due_on",
}
_WITH_NAMES = (
    "SELECT c.*, a.name AS owner_name, d.outcome AS outcome FROM ({page}) c "
    "LEFT JOIN account a ON a.id = c.owner_id "
    "LEFT JOIN decision d ON d.case_id = c.id AND d.seq = (SELECT max(seq) FROM decision WHERE case_id = c.id)"
)
_OPEN = "c.state NOT IN ('decided', 'executed', 'final')"
#: Where more names than this hold what is searched for, the newest cases are gone through instead: they are near.
_FEW_NAMES = 50


@dataclass(frozen=True)
class _Stretch:
    """A part of the queue in one order: the cases of these kinds, and how many they are."""

    kinds: tuple[Kind, ...]
    order: str
    total: int


class QueueReading:
    """Pages of the queue, and what the search finds."""

    _sqlite: bool

    async def queue(self, query: QueueQuery) -> QueuePage:
        if query.nothing or not query.kinds:
            return QueuePage([], 0)
        stretches = await self._stretches(query)
        found: list[QueueRow] = []
        skip = (query.page - 1) * PAGE_SIZE
        for stretch in stretches:
            if skip >= stretch.total:
                skip -= stretch.total
                continue
            found += await self._slice(query, stretch, skip, PAGE_SIZE - len(found))
            skip = 0
            if len(found) == PAGE_SIZE:
                break
        return QueuePage(found, sum(stretch.total for stretch in stretches))

    async def _stretches(self, query: QueueQuery) -> list[_Stretch]:
        """One, but by amount: those that have one come first whichever way, and only grants do."""
        kinds = (query.kind,) if query.kind else tuple(query.kinds)
        if query.order != "amount":
            return [_Stretch(kinds, ORDERS[query.order], await self._count(query, kinds))]
        return [
            _Stretch((kind,), ORDERS["amount" if kind is Kind.GRANT else "diary"], await self._count(query, (kind,)))
            for kind in Kind
            if kind in kinds
        ]

    async def _count(self, query: QueueQuery, kinds: Sequence[Kind]) -> int:
        """How many cases there are; from the tally that the database keeps, where it can tell."""
        if query.organisation:
            where, args = self._conditions(query, kinds)
            counted = await CaseRow.raw(f"SELECT count(*) AS n FROM case_file c WHERE {where}", *args)
            return int(counted[0]["n"])
        parts, args = _asked(query, _OF_TALLY)
        parts.insert(0, f"c.kind IN ({_marks(kinds)})")
        tally = f"SELECT sum(c.cases) AS n FROM case_tally c WHERE {' AND '.join(parts)}"
        counted = await CaseRow.raw(tally, *[kind.value for kind in kinds], *args)
        return int(counted[0]["n"] or 0)

    async def _slice(self, query: QueueQuery, stretch: _Stretch, skip: int, most: int) -> list[QueueRow]:
        """So many rows of a stretch, fetched from its nearer end."""
        count = min(most, stretch.total - skip)
        behind = stretch.total - skip - count
        from_end = behind < skip
        way = "DESC" if query.descending != from_end else "ASC"
        where, args = self._conditions(query, stretch.kinds)
        collated = ' COLLATE "C"' if query.order == "association" and not self._sqlite else ""
        # No column twice: SQLite would sort what the index has in order.
        columns = dict.fromkeys((f"{stretch.order}{collated}", "c.registered_at", "c.id"))
        order = ", ".join(f"{column} {way}" for column in columns)
        page = f"SELECT c.* FROM case_file c WHERE {where} ORDER BY {order} LIMIT {{}} OFFSET {{}}"
        sql = f"{_WITH_NAMES.replace('{page}', page)} ORDER BY {order}"
        found = [queue_row(row) for row in await CaseRow.raw(sql, *args, count, behind if from_end else skip)]
        return found[::-1] if from_end else found

    def _conditions(self, query: QueueQuery, kinds: Sequence[Kind]) -> tuple[str, list[Any]]:
        parts: list[str] = []
        args: list[Any] = []
        if set(kinds) != set(Kind):
            # Without the sign SQLite takes the index of kinds, and sorts all that it finds there.
            parts.append(f"{'+' if self._sqlite else ''}c.kind IN ({_marks(kinds)})")
            args += [kind.value for kind in kinds]
        asked, values = _asked(query, _OF_CASES)
        parts += asked
        args += values
        if query.organisation:
            parts.append("c.organisation_id = {}")
            args.append(query.organisation)
        return " AND ".join(parts) or "1 = 1", args

    async def received_between(
        self, types: Sequence[str], since: Instant, until: Instant, *, limit: int
    ) -> list[QueueRow]:
        order = "c.received_at, c.registered_at, c.id"
        page = (
            "SELECT c.* FROM case_file c WHERE c.received_at >= {} AND c.received_at < {} "
            f"AND c.type IN ({_marks(types)}) ORDER BY {order} LIMIT {{}}"
        )
        sql = f"{_WITH_NAMES.replace('{page}', page)} ORDER BY {order}"
        return [queue_row(one) for one in await CaseRow.raw(sql, since, until, *types, limit)]

    async def search(
        self, name: str, numbers: Sequence[str], org_number: str | None, kinds: Sequence[Kind]
    ) -> list[QueueRow]:
        asked: list[tuple[str, list[Any]]] = []
        if numbers:
            asked.append((f"c.diary_number IN ({_marks(numbers)})", list(numbers)))
        if org_number:
            asked.append(("c.org_number = {}", [org_number]))
        if rows.search_form(name):
            asked.append(await self._named(rows.search_form(name)))
        found: dict[str, QueueRow] = {}
        for where, args in asked:
            found |= {row.case.id: row for row in await self._newest(where, args, kinds)}
        newest = sorted(found.values(), key=lambda row: (row.case.registered_at, row.case.id), reverse=True)
        return newest[:PAGE_SIZE]

    async def _named(self, wanted: str) -> tuple[str, list[Any]]:
        """The cases whose association's name holds this."""
        pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        sql = "SELECT name FROM case_name WHERE name LIKE {} ESCAPE '\\' LIMIT {}"
        names = [row["name"] for row in await CaseRow.raw(sql, pattern, _FEW_NAMES + 1)]
        if len(names) > _FEW_NAMES:
            return "c.org_search LIKE {} ESCAPE '\\'", [pattern]
        return (f"c.org_search IN ({_marks(names)})", list(names)) if names else ("1 = 0", [])

    async def _newest(self, where: str, args: Sequence[Any], kinds: Sequence[Kind]) -> list[QueueRow]:
        order = "c.registered_at DESC, c.id DESC"
        page = f"SELECT c.* FROM case_file c WHERE {where} AND c.kind IN ({_marks(kinds)}) ORDER BY {order} LIMIT {{}}"
        sql = f"{_WITH_NAMES.replace('{page}', page)} ORDER BY {order}"
        found = await CaseRow.raw(sql, *args, *[kind.value for kind in kinds], PAGE_SIZE)
        return [queue_row(row) for row in found]


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("{}" for _ in values)


@dataclass(frozen=True)
class _Columns:
    """How the cases, or the tally of them, say who owns a case and that there is something to look into."""

    owned_by: str
    unowned: str
    attention: str


_OF_CASES = _Columns("c.owner_id = {}", "c.owner_id IS NULL", "c.attention > 0")
_OF_TALLY = _Columns("c.owner = {}", "c.owner = ''", "c.attention = 1")


def _asked(query: QueueQuery, columns: _Columns) -> tuple[list[str], list[Any]]:
    """What is asked of state, owner and what there is to look into."""
    parts: list[str] = []
    args: list[Any] = []
    if query.state == "open":
        parts.append(_OPEN)
    elif query.state:
        parts.append("c.state = {}")
        args.append(query.state)
    if query.unowned:
        parts.append(columns.unowned)
    if query.owner:
        parts.append(columns.owned_by)
        args.append(query.owner)
    if query.attention:
        parts.append(columns.attention)
    return parts, args


def queue_row(row: dict[str, Any]) -> QueueRow:
    """A line of the queue from its row."""
    return QueueRow(
        case=rows.case_of(row),
        org_name=row["org_name"],
        org_number=row["org_number"],
        hirer=row["hirer"],
        when_label=row["when_label"],
        attention=row["attention"],
        owner_name=row["owner_name"],
        outcome=row["outcome"],
    )
