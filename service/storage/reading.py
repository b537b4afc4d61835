"""Answers questions from the tables; changes nothing."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any

from service.audit import merkle
from service.audit.leaf import milliseconds
from service.cases.list_text import entry_of
from service.cases.ports import (
    PAGE_SIZE,
    ActiveList,
    CaseDetails,
    Draft,
    FormDraftRow,
    KeptValue,
    LogRow,
    QueueQuery,
    QueueRow,
    SecrecyMarking,
    StoredClearance,
    StoredEnclosure,
    StoredFinding,
    StoredIncident,
)
from service.domain.application import Kind
from service.domain.case import Case
from service.domain.check import Incident, OtherCase
from service.domain.errors import NotFound
from service.domain.people import ServiceKey, User
from service.domain.watchlist import ListEntry
from service.storage import facts, log_store, rows
from service.storage.list_texts import entry_texts
from service.storage.premises_reading import PremisesReading
from service.storage.tables import (
    Account,
    ApiKey,
    CaseRow,
    Clearance,
    DecisionRow,
    Dispatch,
    EnclosureRow,
    FindingRow,
    FormDraft,
    Idempotency,
    IncidentRow,
    ListEntryRow,
    ListVersion,
    LogEntry,
    LogValue,
    OrganisationAttribute,
    RightGrant,
    RuleSetDraft,
    RuleSetRow,
    ScreeningJob,
    SecrecyRow,
)

#: What each ordering sorts by; the id makes every order total, so that pages neither repeat nor skip.
ORDERS = {
    "diary": "c.registered_at",
    "association": "c.org_search",
    "amount": "c.amount_ore",
    "received": "c.received_at",
    "due": "c.due_on",
}
#: How many log entries are read at a time, backwards.
_BATCH = 500
#: The kept values in which a person may be named as someone; free text is not searched for anyone.
NAME_FIELDS = (
    "application.contact", "application.hirer", "application.representatives", "application.declaration", "speakers",
)  # fmt: skip
_QUEUE_COLUMNS = (
    "SELECT c.*, a.name AS owner_name, d.outcome AS outcome FROM case_file c "
    "LEFT JOIN account a ON a.id = c.owner_id "
    "LEFT JOIN decision d ON d.case_id = c.id AND d.seq = (SELECT max(seq) FROM decision WHERE case_id = c.id)"
)


class TableReading(PremisesReading):
    """Every question the steps ask, on whatever transaction is open."""

    def __init__(self, *, sqlite: bool) -> None:
        self._sqlite = sqlite

    async def case(self, case_id: str) -> Case:
        return rows.case_of(await self._case_row(case_id))

    async def case_by_diary_number(self, number: str) -> Case | None:
        row = await CaseRow.select().where(CaseRow.diary_number == number).first()
        return rows.case_of(row) if row else None

    async def details(self, case_id: str) -> CaseDetails:
        return rows.details_of(await self._case_row(case_id))

    async def _case_row(self, case_id: str) -> dict[str, Any]:
        row: dict[str, Any] | None = await CaseRow.select().where(CaseRow.id == case_id).first()
        if row is None:
            raise NotFound("case.not_found")
        return row

    async def findings(self, case_id: str, round: int) -> list[StoredFinding]:
        found = (
            await FindingRow.select()
            .where((FindingRow.case_id == case_id) & (FindingRow.round == round))
            .order_by(FindingRow.position)
        )
        return [rows.finding_of(one) for one in found]

    async def settled_before(self, case_id: str, round: int) -> dict[str, StoredFinding]:
        """By check, the last finding before this round that a person settled."""
        found = (
            await FindingRow.select()
            .where((FindingRow.case_id == case_id) & (FindingRow.round < round) & FindingRow.resolution.is_not_null())
            .order_by(FindingRow.round)
        )
        settled = [rows.finding_of(one) for one in found]
        return {one.case_finding.finding.check: one for one in settled}

    async def findings_by_id(self, ids: Sequence[str]) -> dict[str, StoredFinding]:
        found = await FindingRow.select().where(FindingRow.id.is_in(list(set(ids)))) if ids else []
        return {one["id"]: rows.finding_of(one) for one in found}

    async def enclosures_of(self, case_ids: Sequence[str]) -> dict[str, list[StoredEnclosure]]:
        """Each case's enclosures, where it has any."""
        found: dict[str, list[StoredEnclosure]] = {}
        for one in await EnclosureRow.select().where(EnclosureRow.case_id.is_in(list(case_ids))) if case_ids else []:
            found.setdefault(one["case_id"], []).append(rows.enclosure_of(one))
        return found

    async def enclosures(self, case_id: str) -> list[StoredEnclosure]:
        found = (
            await EnclosureRow.select()
            .where(EnclosureRow.case_id == case_id)
            .order_by(EnclosureRow.added_at, EnclosureRow.id)
        )
        return [rows.enclosure_of(one) for one in found]

    async def markings(self, case_id: str) -> list[SecrecyMarking]:
        return [rows.marking_of(one) for one in await SecrecyRow.select().where(SecrecyRow.case_id == case_id)]

    async def decision(self, case_id: str) -> dict[str, Any] | None:
        row: dict[str, Any] | None = (
            await DecisionRow.select()
            .where(DecisionRow.case_id == case_id)
            .order_by(DecisionRow.seq, ascending=False)
            .first()
        )
        return row

    async def queue(self, query: QueueQuery) -> tuple[list[QueueRow], int]:
        if query.nothing or not query.kinds:
            return [], 0
        where, args = _conditions(query)
        counted = await CaseRow.raw(f"SELECT count(*) AS n FROM case_file c WHERE {where}", *args)
        order = ORDERS[query.order] + (' COLLATE "C"' if query.order == "association" and not self._sqlite else "")
        way = "DESC" if query.descending else "ASC"
        nulls = " NULLS LAST" if query.order == "amount" else ""
        found = await CaseRow.raw(
            f"{_QUEUE_COLUMNS} WHERE {where} ORDER BY {order} {way}{nulls}, c.registered_at {way}, c.id {way} "
            "LIMIT {} OFFSET {}",
            *args,
            PAGE_SIZE,
            (query.page - 1) * PAGE_SIZE,
        )
        return [_queue_row(one) for one in found], int(counted[0]["n"])

    async def search(self, text: str, number: str | None, kinds: Sequence[Kind]) -> list[QueueRow]:
        wanted = rows.search_form(text)
        marks = ", ".join("{}" for _ in kinds)
        escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found = await CaseRow.raw(
            f"{_QUEUE_COLUMNS} WHERE c.kind IN ({marks}) AND (c.diary_number = {{}} OR c.org_number = {{}} "
            "OR c.org_search LIKE {} ESCAPE '\\') ORDER BY c.registered_at DESC, c.id LIMIT {}",
            *[one.value for one in kinds],
            text.strip(),
            number or "",
            f"%{escaped}%" if wanted else "\\-",
            PAGE_SIZE,
        )
        return [_queue_row(one) for one in found]

    async def values(self, commitments: Sequence[str]) -> dict[str, Any]:
        if not commitments:
            return {}
        found = await LogValue.select(LogValue.commitment, LogValue.value).where(
            LogValue.commitment.is_in(list(set(commitments)))
        )
        return {one["commitment"]: json.loads(one["value"]) for one in found}

    def value_rows(self) -> AsyncIterator[tuple[str, str, str, str, str | None]]:
        return log_store.value_rows()

    async def rule_sets(self) -> list[tuple[str, str, str]]:
        found = await RuleSetRow.select().order_by(RuleSetRow.valid_from)
        return [(one["id"], one["sha256"], one["body"]) for one in found]

    async def active_lists(self) -> dict[str, ActiveList]:
        found = await ListVersion.select().where(ListVersion.active.eq(True))
        return {
            one["list_key"]: ActiveList(
                one["list_key"], one["id"], one["sha256"], one["generated"], milliseconds(one["as_of"]), one["entries"]
            )
            for one in found
        }

    async def list_entries(self, version: str) -> AsyncIterator[list[ListEntry]]:
        """The entries of a version in order, a batch at a time."""
        async for batch in entry_texts(version):
            yield [entry_of(one) for one in batch]

    async def list_difference(self, version: str, before: str | None) -> tuple[int, int, int]:
        """How many entries are new, gone and changed between two versions; asked of the database, whatever the size."""
        start = len(version) + 2  # an entry's row is called version:id
        other = "SELECT 1 FROM list_entry o WHERE o.id = {} || ':' || substr(e.id, {})"
        count = "SELECT count(*) AS n FROM list_entry e WHERE e.version_id = {} AND "
        asked = (
            (count + "NOT EXISTS (" + other + ")", version, before),
            (count + "NOT EXISTS (" + other + ")", before, version),
            (count + "EXISTS (" + other + " AND o.body <> e.body)", version, before),
        )
        found = []
        for question, of, against in asked:
            rows_found = await ListEntryRow.raw(question, of or "", against or "", start)
            found.append(int(rows_found[0]["n"]))
        return found[0], found[1], found[2]

    async def clearances(self, pairs: Sequence[str]) -> dict[str, StoredClearance]:
        found = await Clearance.select().where(Clearance.pair.is_in(list(set(pairs)))) if pairs else []
        return {one["pair"]: StoredClearance(**one) for one in found}

    async def list_versions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await ListVersion.select().order_by(ListVersion.imported_at, ascending=False)
        return found

    async def incidents(self, org_number: str, today: str) -> list[Incident]:
        found = await IncidentRow.select().where(
            (IncidentRow.org_number == org_number)
            & (IncidentRow.expires_on >= today)
            & IncidentRow.verified_by.is_not_null()
        )
        values = await self.values([one["value_ref"] for one in found])
        return [
            Incident(one["id"], one["kind"], date.fromisoformat(one["event_date"]), values[one["value_ref"]]["source"])
            for one in sorted(found, key=lambda one: (one["event_date"], one["id"]))
        ]

    async def all_incidents(self) -> list[StoredIncident]:
        found = await IncidentRow.select().order_by(IncidentRow.event_date, ascending=False)
        return [rows.incident_of(one) for one in found]

    async def other_cases(self, repeat_key: str, case_id: str) -> list[OtherCase]:
        found = (
            await CaseRow.select(CaseRow.diary_number, CaseRow.type, CaseRow.repeat_key)
            .where((CaseRow.repeat_key == repeat_key) & (CaseRow.id != case_id))
            .order_by(CaseRow.registered_at)
            .limit(20)
        )
        return [OtherCase(one["diary_number"], one["type"], one["repeat_key"]) for one in found]

    async def open_cases_of(self, org_number: str) -> list[Case]:
        found = await CaseRow.select().where(
            (CaseRow.org_number == org_number) & CaseRow.state.not_in(["decided", "appealed", "final"])
        )
        return [rows.case_of(one) for one in found]

    async def diary_numbers(self, case_ids: Sequence[str]) -> dict[str, str]:
        if not case_ids:
            return {}
        found = await CaseRow.select(CaseRow.id, CaseRow.diary_number).where(CaseRow.id.is_in(list(set(case_ids))))
        return {one["id"]: one["diary_number"] for one in found}

    async def is_waiting(self, case_id: str) -> bool:
        return await ScreeningJob.exists().where(ScreeningJob.case_id == case_id)

    async def owner_name(self, user_id: str) -> str | None:
        row = await Account.select(Account.name).where(Account.id == user_id).first()
        return str(row["name"]) if row else None

    async def waiting_jobs(self) -> list[str]:
        found = await ScreeningJob.select(ScreeningJob.case_id).order_by(ScreeningJob.asked_at).limit(200)
        return [one["case_id"] for one in found]

    async def expired_speakers(self, today: str) -> list[tuple[str, list[str]]]:
        found = await CaseRow.raw(
            "SELECT c.id, v.commitment FROM case_file c "
            "JOIN log_value v ON v.case_id = c.id AND v.field IN ('speakers', 'speaker-detail') "
            "WHERE c.speakers_ref IS NOT NULL AND c.event_on < {} ORDER BY c.id",
            today,
        )
        by_case: dict[str, list[str]] = {}
        for one in found:
            by_case.setdefault(one["id"], []).append(one["commitment"])
        return list(by_case.items())

    async def idempotent(self, key: str) -> tuple[str, str] | None:
        row = await Idempotency.select().where(Idempotency.id == key).first()
        return (row["body_sha256"], row["case_id"]) if row else None

    async def organisation_by_number(self, number: str) -> str | None:
        row = (
            await OrganisationAttribute.select(OrganisationAttribute.organisation_id)
            .where((OrganisationAttribute.attribute == "number") & (OrganisationAttribute.value == number))
            .order_by(OrganisationAttribute.since)
            .first()
        )
        return str(row["organisation_id"]) if row else None

    async def next_diary_number(self, year: int) -> int:
        found = await CaseRow.raw("SELECT max(diary_seq) AS last FROM case_file WHERE diary_year = {}", year)
        return int(found[0]["last"] or 0) + 1

    async def diary_number_taken(self, number: str) -> bool:
        return await CaseRow.exists().where(CaseRow.diary_number == number)

    async def user_by_email(self, email: str) -> tuple[User, str] | None:
        row = await Account.select().where(Account.email == email.strip().casefold()).first()
        if row is None:
            return None
        return (await self._users([row]))[0], row["password_hash"]

    async def user(self, user_id: str) -> User | None:
        found = await self._users(await Account.select().where(Account.id == user_id))
        return found[0] if found else None

    async def user_by_pseudonym(self, pseudonym: str) -> User | None:
        found = await self._users(await Account.select().where(Account.pseudonym == pseudonym))
        return found[0] if found else None

    async def users(self) -> list[User]:
        return await self._users(await Account.select().order_by(Account.name))

    async def _users(self, accounts: Sequence[dict[str, Any]]) -> list[User]:
        if not accounts:
            return []
        held = await RightGrant.select(RightGrant.account_id, RightGrant.right_code).where(
            RightGrant.to_at.is_null() & RightGrant.account_id.is_in([one["id"] for one in accounts])
        )
        return [
            User(
                id=one["id"],
                pseudonym=one["pseudonym"],
                name=one["name"],
                password_at=one["password_at"],
                email=one["email"],
                rights=frozenset(right["right_code"] for right in held if right["account_id"] == one["id"]),
            )
            for one in accounts
        ]

    async def names(self) -> dict[str, str]:
        found = {one["pseudonym"]: one["name"] for one in await Account.select(Account.pseudonym, Account.name)}
        keys = {one["pseudonym"]: one["label"] for one in await ApiKey.select(ApiKey.pseudonym, ApiKey.label)}
        return found | keys

    async def rights_history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await RightGrant.raw(
            "SELECT r.id, r.account_id, r.right_code, r.from_at, r.to_at, a.name, a.pseudonym "
            "FROM right_grant r JOIN account a ON a.id = r.account_id ORDER BY r.from_at DESC, r.id"
        )
        return found

    async def key(self, digest: str) -> ServiceKey | None:
        row = await ApiKey.select().where(ApiKey.digest == digest).first()
        return ServiceKey(row["id"], row["pseudonym"], row["label"], row["right_code"]) if row else None

    async def keys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await ApiKey.select(ApiKey.id, ApiKey.pseudonym, ApiKey.label, ApiKey.right_code)
        return found

    async def log_page(self, *, before: int | None, case_id: str | None, limit: int) -> list[LogRow]:
        query = LogEntry.select(LogEntry.seq, LogEntry.leaf, LogEntry.hash)
        if before is not None:
            query = query.where(LogEntry.seq < before)
        if case_id is not None:
            query = query.where(LogEntry.case_id == case_id)
        found = await query.order_by(LogEntry.seq, ascending=False).limit(limit)
        return [LogRow(one["seq"], one["leaf"], one["hash"]) for one in found]

    async def log_entry(self, seq: int) -> LogRow | None:
        row = await LogEntry.select(LogEntry.seq, LogEntry.leaf, LogEntry.hash).where(LogEntry.seq == seq).first()
        return LogRow(row["seq"], row["leaf"], row["hash"]) if row else None

    async def log_size(self) -> int:
        return await log_store.TREE.size()

    def log_rows(self) -> AsyncIterator[LogRow]:
        return log_store.rows()

    async def file_damage(self) -> str | None:
        """Where the database's own structure contradicts itself, such as an index and its table; None where it holds.

        A lookup may go by the index and a listing by the table: only this sees that they differ.
        """
        if not self._sqlite:
            return None
        found = await LogEntry.raw("PRAGMA integrity_check(1)")
        said = str(next(iter(found[0].values()))) if found else "nothing"
        return None if said == "ok" else said[:100]

    def log_scan(self, *, columns: bool) -> AsyncIterator[list[tuple[Any, ...]]]:
        names = ["leaf", "hash", *(("type", "case_id", "actor") if columns else ())]
        raw = "CAST({} AS BLOB)" if self._sqlite else "convert_to({}, 'UTF8')"
        asked = ", ".join(raw.format(one) for one in names) + (", at" if columns else "")
        return log_store.TREE.scan(asked)

    async def hashes_joined(self, start: int, count: int) -> str | None:
        return await log_store.TREE.joined("entries", "seq", start, count)

    async def nodes_joined(self, start: int, count: int) -> str | None:
        return await log_store.TREE.joined("nodes", "place", start, count)

    async def node_count(self) -> int:
        return await log_store.TREE.node_count()

    async def log_head(self) -> tuple[int, bytes]:
        return await log_store.TREE.head()

    async def log_root(self, size: int) -> bytes:
        return await log_store.TREE.root(size)

    async def log_paths(self, seqs: Sequence[int], size: int) -> list[list[bytes]]:
        return await log_store.TREE.paths([merkle.inclusion_ranges(one, size) for one in seqs])

    async def log_consistency(self, old: int, new: int) -> list[bytes]:
        return (await log_store.TREE.paths([merkle.consistency_ranges(old, new)]))[0]

    async def log_hashes(self, start: int, stop: int) -> list[str]:
        found = await LogEntry.raw("SELECT hash FROM log_entry WHERE seq >= {} AND seq < {} ORDER BY seq", start, stop)
        return [one["hash"] for one in found]

    async def checkpoints(self) -> list[tuple[int, str]]:
        return await log_store.TREE.checkpoints()

    async def last_checkpoint(self) -> tuple[int, str, int] | None:
        return await log_store.TREE.last_checkpoint()

    async def checkpoint_after(self, size: int) -> tuple[int, str] | None:
        return await log_store.TREE.checkpoint_after(size)

    async def dispatched(self, channel: str) -> int:
        found = await Dispatch.raw(
            "SELECT max(d.size) AS last FROM checkpoint_dispatch d JOIN log_checkpoint c ON c.size = d.size "
            "WHERE d.channel = {} AND d.error IS NULL",
            channel,
        )
        return int(found[0]["last"] or 0)

    async def dispatches(self, limit: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await Dispatch.raw(
            "SELECT * FROM checkpoint_dispatch d WHERE d.size = (SELECT max(size) FROM checkpoint_dispatch "
            "WHERE channel = d.channel) ORDER BY channel, error LIMIT {}",
            limit,
        )
        return found

    async def entries_of_type(self, type: str, *, limit: int) -> list[LogRow]:
        found = (
            await LogEntry.select().where(LogEntry.type == type).order_by(LogEntry.seq, ascending=False).limit(limit)
        )
        return [LogRow(**one) for one in found]

    async def entries_of_case(self, case_id: str) -> list[LogRow]:
        return [
            LogRow(**one) for one in await LogEntry.select().where(LogEntry.case_id == case_id).order_by(LogEntry.seq)
        ]

    async def entries_of_cases(self, case_ids: Sequence[str], types: Sequence[str]) -> list[LogRow]:
        """What happened of these kinds in these cases, oldest first."""
        if not case_ids:
            return []
        found = (
            await LogEntry.select()
            .where(LogEntry.case_id.is_in(list(case_ids)) & LogEntry.type.is_in(list(types)))
            .order_by(LogEntry.seq)
        )
        return [LogRow(**one) for one in found]

    async def entries_between(self, type: str, since: int, until: int) -> list[LogRow]:
        """What happened of this kind from one instant (UTC milliseconds) to before another, oldest first.

        Reads from the newest backwards and stops where it is before, so that an old log costs nothing.
        """
        found: list[LogRow] = []
        before = await self.log_size()
        while True:
            batch = (
                await LogEntry.select()
                .where((LogEntry.type == type) & (LogEntry.seq < before))
                .order_by(LogEntry.seq, ascending=False)
                .limit(_BATCH)
            )
            found += [LogRow(**one) for one in batch if since <= one["at"] < until]
            if len(batch) < _BATCH or batch[-1]["at"] < since:
                return found[::-1]
            before = batch[-1]["seq"]

    async def received_between(self, types: Sequence[str], since: int, until: int, *, limit: int) -> list[QueueRow]:
        """Cases of these types received from one instant to before another, oldest first, at most so many."""
        places = ", ".join("{}" for _ in types)
        found = await CaseRow.raw(
            f"{_QUEUE_COLUMNS} WHERE c.received_at >= {{}} AND c.received_at < {{}} AND c.type IN ({places}) "
            "ORDER BY c.received_at, c.registered_at, c.id LIMIT {}",
            since,
            until,
            *types,
            limit,
        )
        return [_queue_row(one) for one in found]

    async def decided_lately(self, kind: Kind, *, but: str, limit: int) -> list[dict[str, Any]]:
        """The last decisions in other cases of a kind, newest first."""
        return list(
            await CaseRow.raw(
                "SELECT d.id, d.case_id, d.outcome, d.amount_ore, d.seq, c.diary_number, c.type, "
                "c.amount_ore AS asked, c.round FROM decision d JOIN case_file c ON c.id = d.case_id "
                "WHERE c.kind = {} AND c.id <> {} ORDER BY d.seq DESC LIMIT {}",
                kind.value,
                but,
                limit,
            )
        )

    async def findings_of(self, rounds: Mapping[str, int]) -> dict[str, list[StoredFinding]]:
        """The findings of several cases in their present rounds."""
        found: dict[str, list[StoredFinding]] = {}
        for one in await FindingRow.select().where(FindingRow.case_id.is_in(list(rounds))) if rounds else ():
            if rounds[one["case_id"]] == one["round"]:
                found.setdefault(one["case_id"], []).append(rows.finding_of(one))
        return found

    async def form_drafts(self, case_id: str) -> list[FormDraftRow]:
        """What anyone has begun to write in the forms of a case."""
        found = await FormDraft.select().where(FormDraft.case_id == case_id).order_by(FormDraft.at)
        return [FormDraftRow(**{name: one[name] for name in FormDraftRow.__dataclass_fields__}) for one in found]

    async def screenings(self, case_ids: Sequence[str]) -> dict[str, LogRow]:
        """The last round of checks of each case, as it was logged."""
        if not case_ids:
            return {}
        marks = ", ".join("{}" for _ in case_ids)
        found = await LogEntry.raw(
            f"SELECT * FROM log_entry WHERE seq IN (SELECT max(seq) FROM log_entry WHERE case_id IN ({marks}) "
            "AND type = 'case:screened' GROUP BY case_id)",
            *case_ids,
        )
        return {one["case_id"]: LogRow(**one) for one in found}

    async def case_ids(self, *, after: str, limit: int) -> list[str]:
        found = await CaseRow.select(CaseRow.id).where(CaseRow.id > after).order_by(CaseRow.id).limit(limit)
        return [one["id"] for one in found]

    async def case_count(self) -> int:
        return int(await CaseRow.count())

    async def cases_by_id(self, case_ids: Sequence[str]) -> dict[str, tuple[Case, CaseDetails]]:
        found = await CaseRow.select().where(CaseRow.id.is_in(list(set(case_ids)))) if case_ids else []
        return {one["id"]: (rows.case_of(one), rows.details_of(one)) for one in found}

    async def kept_values(self, commitments: Sequence[str]) -> dict[str, KeptValue]:
        if not commitments:
            return {}
        found = await LogValue.select().where(LogValue.commitment.is_in(list(set(commitments))))
        return {one["commitment"]: _kept(one) for one in found}

    async def values_of_cases(self, case_ids: Sequence[str]) -> list[KeptValue]:
        found = await LogValue.select().where(LogValue.case_id.is_in(list(case_ids))) if case_ids else []
        return [_kept(one) for one in found]

    async def cases_over_before(self, at: int, *, after: str, limit: int) -> list[tuple[str, int]]:
        """Ended cases without a running appeal, with the instant of the last decision or execution, before this one."""
        found = await CaseRow.raw(
            "SELECT c.id, max(l.at) AS at FROM case_file c JOIN log_entry l ON l.case_id = c.id "
            "AND l.type IN ('case:decided', 'booking:executed') WHERE c.state IN ('decided', 'executed', 'final') "
            "AND c.id > {} GROUP BY c.id HAVING max(l.at) < {} ORDER BY c.id LIMIT {}",
            after,
            at,
            limit,
        )
        return [(one["id"], one["at"]) for one in found]

    async def cases_of_number(self, number: str) -> list[str]:
        found = await CaseRow.select(CaseRow.id).where(CaseRow.org_number == number).order_by(CaseRow.id)
        return [one["id"] for one in found]

    async def erased_files(self) -> list[str]:
        """The digests of files whose every enclosure has been erased."""
        found = await EnclosureRow.raw(
            "SELECT DISTINCT sha256 FROM enclosure WHERE sha256 NOT IN (SELECT e.sha256 FROM enclosure e "
            "JOIN log_value v ON v.commitment = e.name_ref)"
        )
        return [one["sha256"] for one in found]

    async def cases_naming(self, text: str) -> list[str]:
        """The cases that name someone exactly so, in a field for names; reads every such value there is."""
        wanted, found, after = " ".join(text.casefold().split()), set[str](), ""
        while True:
            batch = (
                await LogValue.select(LogValue.commitment, LogValue.value, LogValue.case_id)
                .where(
                    (LogValue.commitment > after)
                    & LogValue.case_id.is_not_null()
                    & LogValue.field.is_in(list(NAME_FIELDS))
                )
                .order_by(LogValue.commitment)
                .limit(2000)
            )
            found |= {one["case_id"] for one in batch if wanted in _names_in(json.loads(one["value"]))}
            if len(batch) < 2000:
                return sorted(found)
            after = batch[-1]["commitment"]

    async def draft(self, draft_id: str) -> Draft | None:
        row = await RuleSetDraft.select().where(RuleSetDraft.id == draft_id).first()
        return Draft(**row) if row else None

    async def drafts(self) -> list[Draft]:
        return [Draft(**one) for one in await RuleSetDraft.select().order_by(RuleSetDraft.drafted_at, ascending=False)]

    async def list_version(self, version: str) -> dict[str, Any] | None:
        row: dict[str, Any] | None = await ListVersion.select().where(ListVersion.id == version).first()
        return row

    def stored_facts(self) -> AsyncIterator[facts.Fact]:
        return facts.stored()


def _names_in(value: Any) -> set[str]:
    """The names that a value of a name field gives."""
    if isinstance(value, list):
        return {name for one in value for name in ({_plain(one)} if isinstance(one, str) else _names_in(one))}
    if isinstance(value, dict):
        own = {_plain(value[key]) for key in ("name", "signatory") if isinstance(value.get(key), str)}
        return own | {name for one in value.values() if isinstance(one, (list, dict)) for name in _names_in(one)}
    return set()


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _kept(row: dict[str, Any]) -> KeptValue:
    return KeptValue(row["commitment"], row["field"], json.loads(row["value"]), row["salt"], row["case_id"])


def _conditions(query: QueueQuery) -> tuple[str, list[Any]]:
    kinds = [query.kind] if query.kind else list(query.kinds)
    parts, args = [f"c.kind IN ({', '.join('{}' for _ in kinds)})"], [one.value for one in kinds]
    if query.state == "open":
        parts.append("c.state NOT IN ('decided', 'executed', 'final')")
    elif query.state:
        parts.append("c.state = {}")
        args.append(query.state)
    if query.unowned:
        parts.append("c.owner_id IS NULL")
    if query.owner:
        parts.append("c.owner_id = {}")
        args.append(query.owner)
    if query.attention:
        parts.append("c.attention > 0")
    if query.organisation:
        parts.append("c.organisation_id = {}")
        args.append(query.organisation)
    return " AND ".join(parts), args


def _queue_row(row: dict[str, Any]) -> QueueRow:
    return QueueRow(
        case=rows.case_of(row),
        org_name=row["org_name"],
        hirer=row["hirer"],
        when_label=row["when_label"],
        attention=row["attention"],
        owner_name=row["owner_name"],
        outcome=row["outcome"],
    )
