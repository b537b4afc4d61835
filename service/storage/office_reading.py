"""Answers questions about what the office keeps beside its cases: rules, lists, incidents, people and keys."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from service.audit.leaf import milliseconds
from service.desk.ports.office import (
    ActiveList,
    ChangedEntry,
    Credentials,
    DifferingEntries,
    Draft,
    ListDifference,
    StoredDistinction,
    StoredGrant,
    StoredIncident,
    StoredListVersion,
    StoredRuleSet,
)
from service.domain.check import Incident
from service.domain.people import ServiceKey, User
from service.domain.watchlist import ListEntry, ListState
from service.screening.list_entry_text import entry_of
from service.storage import rows
from service.storage.list_texts import entry_texts
from service.storage.log.log_reading import LogReading
from service.storage.tables import (
    Account,
    ApiKey,
    Distinction,
    IncidentRow,
    ListEntryRow,
    ListVersion,
    RightGrant,
    RuleSetDraft,
    RuleSetRow,
)

_LIST_VERSION = tuple(one.name for one in fields(StoredListVersion))


class OfficeReading(LogReading):
    """Questions about rules, lists, incidents, people and keys."""

    async def rule_sets(self) -> list[StoredRuleSet]:
        found = await RuleSetRow.select().order_by(RuleSetRow.valid_from)
        return [StoredRuleSet(one["id"], one["sha256"], one["body"]) for one in found]

    async def active_lists(self) -> dict[str, ActiveList]:
        found = await ListVersion.select().where(ListVersion.state == ListState.ACTIVE.value)
        return {
            one["list_key"]: ActiveList(
                one["list_key"],
                one["id"],
                one["sha256"],
                one["generated"],
                milliseconds(one["as_of"]),
                one["entries"],
                one["entries_digest"],
            )
            for one in found
        }

    async def list_entries(self, version: str) -> AsyncIterator[list[ListEntry]]:
        async for batch in entry_texts(version):
            yield [entry_of(one) for one in batch]

    async def list_difference(self, version: str, before: str | None) -> ListDifference:
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
        return ListDifference(*found)

    async def list_entries_differing(self, version: str, before: str | None, most: int) -> DifferingEntries:
        start = len(version) + 2
        found: list[list[tuple[ListEntry, ListEntry | None]]] = []
        for of, against, wanted in (
            (version, before or "", "o.body IS NULL"),
            (before or "", version, "o.body IS NULL"),
            (version, before or "", "o.body <> e.body"),
        ):
            question = (
                "SELECT e.body AS body, o.body AS other FROM list_entry e "
                "LEFT JOIN list_entry o ON o.id = {} || ':' || substr(e.id, {}) "
                f"WHERE e.version_id = {{}} AND {wanted} ORDER BY e.position LIMIT {int(most)}"
            )
            rows_found = await ListEntryRow.raw(question, against, start, of)
            found.append([(entry_of(row["body"]), _maybe_entry(row["other"])) for row in rows_found])
        added, removed, changed = found
        return DifferingEntries(
            [entry for entry, _ in added],
            [entry for entry, _ in removed],
            [ChangedEntry(then, now) for now, then in changed if then],
        )

    async def distinctions(self, pairs: Sequence[str]) -> dict[str, StoredDistinction]:
        found = await Distinction.select().where(Distinction.pair.is_in(list(set(pairs)))) if pairs else []
        return {one["pair"]: StoredDistinction(**one) for one in found}

    async def list_versions(self) -> list[StoredListVersion]:
        found = await ListVersion.select(*_LIST_VERSION).order_by(ListVersion.imported_at, ascending=False)
        return [StoredListVersion(**one) for one in found]

    async def incidents(self, org_number: str, today: date) -> list[Incident]:
        found = await IncidentRow.select().where(
            (IncidentRow.org_number == org_number)
            & (IncidentRow.expires_on >= today.isoformat())
            & IncidentRow.verified_by.is_not_null()
            & IncidentRow.withdrawn_by.is_null()
        )
        values = await self.values([one["value_ref"] for one in found])
        return [
            Incident(
                one["id"],
                one["kind"],
                date.fromisoformat(one["event_date"]),
                values[one["value_ref"]]["source"],
                disputed=one["disputed"] is not None,
            )
            for one in sorted(found, key=lambda one: (one["event_date"], one["id"]))
        ]

    async def all_incidents(self) -> list[StoredIncident]:
        found = await IncidentRow.select().order_by(IncidentRow.event_date, ascending=False)
        return [rows.incident_of(one) for one in found]

    async def incidents_by_id(self, incident_ids: Sequence[str]) -> list[StoredIncident]:
        found = await IncidentRow.select().where(IncidentRow.id.is_in(list(incident_ids))) if incident_ids else []
        return [rows.incident_of(one) for one in found]

    async def incident(self, incident_id: str) -> StoredIncident | None:
        row = await IncidentRow.select().where(IncidentRow.id == incident_id).first()
        return rows.incident_of(row) if row else None

    async def owner_name(self, user_id: str) -> str | None:
        row = await Account.select(Account.name).where(Account.id == user_id).first()
        return str(row["name"]) if row else None

    async def user_by_email(self, email: str) -> Credentials | None:
        row = await Account.select().where(Account.email == email.strip().casefold()).first()
        if row is None:
            return None
        user = (await self._users([row]))[0]
        return Credentials(user, row["password_hash"], row["factor"], tuple(row["recovery"].split()))

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
        rights: dict[str, set[str]] = {account["id"]: set() for account in accounts}
        for right in held:
            rights[right["account_id"]].add(right["right_code"])
        return [
            User(
                id=account["id"],
                pseudonym=account["pseudonym"],
                name=account["name"],
                password_at=account["password_at"],
                temporary=bool(account["temporary"]),
                email=account["email"],
                closed_at=account["closed_at"],
                rights=frozenset(rights[account["id"]]),
            )
            for account in accounts
        ]

    async def names(self) -> dict[str, str]:
        accounts = await Account.select(Account.pseudonym, Account.name)
        bearers = Counter(one["name"] for one in accounts)
        found = {one["pseudonym"]: _told_apart(one, bearers) for one in accounts}
        keys = {one["pseudonym"]: one["label"] for one in await ApiKey.select(ApiKey.pseudonym, ApiKey.label)}
        return found | keys

    async def first_decisions(self, within: int) -> dict[str, int]:
        found = await RightGrant.raw(
            "SELECT r.id, count(*) AS n FROM right_grant r JOIN account a ON a.id = r.account_id "
            "JOIN log_entry l ON l.type = 'case:decided' AND l.actor = a.pseudonym AND l.at >= r.from_at "
            "AND l.at < r.from_at + {} WHERE r.right_code LIKE 'delegation:%' GROUP BY r.id",
            within,
        )
        return {one["id"]: one["n"] for one in found}

    async def rights_history(self) -> list[StoredGrant]:
        found = await RightGrant.raw(
            'SELECT r.id, r.account_id AS user_id, a.pseudonym, a.name, r.right_code AS "right", r.from_at, r.to_at '
            "FROM right_grant r JOIN account a ON a.id = r.account_id ORDER BY r.from_at DESC, r.id"
        )
        return [StoredGrant(**one) for one in found]

    async def key(self, digest: str) -> ServiceKey | None:
        row = await ApiKey.select().where(ApiKey.digest == digest).first()
        return _key_of(row) if row else None

    async def keys(self) -> list[ServiceKey]:
        return [_key_of(one) for one in await ApiKey.select()]

    async def draft(self, draft_id: str) -> Draft | None:
        row = await RuleSetDraft.select().where(RuleSetDraft.id == draft_id).first()
        return Draft(**row) if row else None

    async def drafts(self) -> list[Draft]:
        return [Draft(**one) for one in await RuleSetDraft.select().order_by(RuleSetDraft.drafted_at, ascending=False)]

    async def list_version(self, version: str) -> StoredListVersion | None:
        row = await ListVersion.select(*_LIST_VERSION).where(ListVersion.id == version).first()
        return StoredListVersion(**row) if row else None


def _maybe_entry(body: str | None) -> ListEntry | None:
    return entry_of(body) if body else None


def _told_apart(account: Mapping[str, Any], bearers: Counter[str]) -> str:
    """A person's name; where several are called so, with what the log calls them."""
    name = str(account["name"])
    return f"{name} ({account['pseudonym']})" if bearers[name] > 1 else name


def _key_of(row: Mapping[str, Any]) -> ServiceKey:
    expires = date.fromisoformat(row["expires_on"]) if row["expires_on"] else None
    return ServiceKey(row["id"], row["pseudonym"], row["label"], row["right_code"], expires, row["revoked_at"])
