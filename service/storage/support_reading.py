"""Answers questions about support as a whole."""

from collections.abc import Collection, Sequence
from datetime import date

from service.desk.ports.log import LogRow
from service.desk.ports.support import OfAssociation
from service.domain.clock import Second
from service.domain.decision import FAVOURABLE
from service.domain.events.event import EventClass
from service.domain.watchlist import ListEntry
from service.screening.list_entry_text import entry_of
from service.storage.tables import CaseRow, ClearanceRow, ListEntryRow, LogEntry

_MOST_SINCE = 10_000


class SupportReading:
    """Questions about support, on whatever transaction is open."""

    async def entries_of_associations(self, organisations: Collection[str], *events: EventClass) -> list[OfAssociation]:
        if not organisations:
            return []
        marks = ", ".join("{}" for _ in organisations)
        types = ", ".join("{}" for _ in events)
        # CROSS JOIN: SQLite then starts from the associations' cases, not from every entry of the type.
        found = await CaseRow.raw(
            "SELECT c.organisation_id, l.* FROM case_file c CROSS JOIN log_entry l "
            f"WHERE c.id = l.case_id AND l.type IN ({types}) AND c.organisation_id IN ({marks}) ORDER BY l.seq",
            *(event.declared.type for event in events),
            *organisations,
        )
        return [OfAssociation(row.pop("organisation_id"), LogRow(**row)) for row in found]

    async def live_cases(
        self, today: date, now: Second, *, after: str, limit: int, organisations: Collection[str] | None = None
    ) -> list[str]:
        if organisations is not None and not organisations:
            return []
        favourable = ", ".join(f"'{outcome.value}'" for outcome in sorted(FAVOURABLE))
        marks = ", ".join("{}" for _ in organisations or ())
        theirs = f"AND c.organisation_id IN ({marks}) " if organisations is not None else ""
        found = await CaseRow.raw(
            "SELECT c.id FROM case_file c WHERE c.id > {} "
            f"{theirs}"
            f"AND ((c.kind = 'grant' AND EXISTS (SELECT 1 FROM decision d WHERE d.case_id = c.id "
            f"AND d.outcome IN ({favourable}))) "
            "OR EXISTS (SELECT 1 FROM booking b WHERE b.case_id = c.id AND b.status = 'confirmed' AND b.ends_at > {}) "
            "OR EXISTS (SELECT 1 FROM clearance k WHERE k.case_id = c.id AND k.revoked_by IS NULL AND k.until >= {})) "
            "ORDER BY c.id LIMIT {}",
            after,
            *sorted(organisations or ()),
            now,
            today.isoformat(),
            limit,
        )
        return [row["id"] for row in found]

    async def case_ids_of(self, organisation: str) -> list[str]:
        found = await CaseRow.select(CaseRow.id).where(CaseRow.organisation_id == organisation).order_by(CaseRow.id)
        return [row["id"] for row in found]

    async def newest_cases(self, organisations: Collection[str]) -> dict[str, str]:
        if not organisations:
            return {}
        marks = ", ".join("{}" for _ in organisations)
        found = await CaseRow.raw(
            "SELECT organisation_id, id FROM (SELECT organisation_id, id, row_number() OVER (PARTITION BY "
            "organisation_id ORDER BY registered_at DESC, diary_seq DESC, id) AS place FROM case_file "
            f"WHERE organisation_id IN ({marks})) AS ordered WHERE place = 1",
            *sorted(organisations),
        )
        return {row["organisation_id"]: row["id"] for row in found}

    async def clearances_of_cases(self, case_ids: Sequence[str]) -> dict[str, list[date]]:
        if not case_ids:
            return {}
        found = await ClearanceRow.select(ClearanceRow.case_id, ClearanceRow.until).where(
            ClearanceRow.case_id.is_in(list(case_ids)) & ClearanceRow.revoked_by.is_null()
        )
        until: dict[str, list[date]] = {}
        for row in found:
            until.setdefault(row["case_id"], []).append(date.fromisoformat(row["until"]))
        return until

    async def list_changes(self, version: str, before: str) -> list[ListEntry]:
        start = len(version) + 2  # an entry's row is called version:id
        same = "SELECT 1 FROM list_entry o WHERE o.id = {} || ':' || substr(e.id, {}) AND o.body = e.body"
        wanted = "SELECT e.body FROM list_entry e WHERE e.version_id = {} AND NOT EXISTS ("
        question = wanted + same + ") ORDER BY e.position"
        found = await ListEntryRow.raw(question, version, before, start)
        found += await ListEntryRow.raw(question, before, version, start)
        return [entry_of(row["body"]) for row in found]

    async def entries_since(self, seq: int, *events: EventClass) -> list[LogRow]:
        types = [event.declared.type for event in events]
        found = (
            await LogEntry.select()
            .where((LogEntry.seq > seq) & LogEntry.type.is_in(types))
            .order_by(LogEntry.seq)
            .limit(_MOST_SINCE)
        )
        return [LogRow(**one) for one in found]
