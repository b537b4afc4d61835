"""Answers questions about cases from the tables: one, a queue of them, those that something has become of."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from service.desk.ports.cases import (
    CaseDetails,
    CaseFile,
    EarlierDecision,
    EndedCase,
    ExpiredSpeakers,
    FormDraftRow,
    ReceivedBefore,
    SecrecyMarking,
    StoredDecision,
    StoredEnclosure,
    StoredFinding,
)
from service.desk.ports.log import LogRow
from service.domain.application import Kind
from service.domain.case import CLOSED, Case
from service.domain.check import OtherCase
from service.domain.clock import Instant, midnight
from service.domain.enclosure import Enclosure
from service.domain.errors import NotFound
from service.storage import rows
from service.storage.tables import (
    CaseRow,
    DecisionRow,
    EnclosureRow,
    FindingRow,
    FormDraft,
    Idempotency,
    LogEntry,
    OrganisationAttribute,
    ScreeningJob,
    SecrecyRow,
)

#: So many are asked for at once.
_CHUNK = 500


class CaseReading:
    """Questions about cases."""

    _sqlite: bool

    async def case(self, case_id: str) -> Case:
        return rows.case_of(await self._case_row(case_id))

    async def case_by_diary_number(self, number: str) -> Case | None:
        row = await CaseRow.select().where(CaseRow.diary_number == number).first()
        return rows.case_of(row) if row else None

    async def case_with_details(self, case_id: str) -> CaseFile:
        row = await self._case_row(case_id)
        return CaseFile(rows.case_of(row), rows.details_of(row))

    async def details(self, case_id: str) -> CaseDetails:
        return rows.details_of(await self._case_row(case_id))

    async def _case_row(self, case_id: str) -> dict[str, Any]:
        row: dict[str, Any] | None = await CaseRow.select().where(CaseRow.id == case_id).first()
        if row is None:
            raise NotFound("case.not_found")
        return row

    async def findings(self, case_id: str, check_round: int) -> list[StoredFinding]:
        found = (
            await FindingRow.select()
            .where((FindingRow.case_id == case_id) & (FindingRow.check_round == check_round))
            .order_by(FindingRow.position)
        )
        return [rows.finding_of(one) for one in found]

    async def settled_before(self, case_id: str, check_round: int) -> dict[str, StoredFinding]:
        found = (
            await FindingRow.select()
            .where(
                (FindingRow.case_id == case_id)
                & (FindingRow.check_round < check_round)
                & FindingRow.resolution.is_not_null()
            )
            .order_by(FindingRow.check_round)
        )
        settled = [rows.finding_of(one) for one in found]
        return {one.case_finding.finding.check: one for one in settled}

    async def findings_by_id(self, ids: Sequence[str]) -> dict[str, StoredFinding]:
        found = await FindingRow.select().where(FindingRow.id.is_in(list(set(ids)))) if ids else []
        return {one["id"]: rows.finding_of(one) for one in found}

    async def enclosures_of(self, case_ids: Sequence[str]) -> dict[str, list[StoredEnclosure]]:
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

    async def enclosure(self, case_id: str, enclosure_id: str) -> Enclosure | None:
        found = await EnclosureRow.raw(
            "SELECT e.*, v.value AS name_value FROM enclosure e LEFT JOIN log_value v ON v.commitment = e.name_ref "
            "WHERE e.id = {} AND e.case_id = {}",
            enclosure_id,
            case_id,
        )
        if not found:
            return None
        name = json.loads(found[0]["name_value"]) if found[0]["name_value"] else ""
        return replace(rows.enclosure_of(found[0]).enclosure, name=name)

    async def markings(self, case_id: str) -> list[SecrecyMarking]:
        return [rows.marking_of(one) for one in await SecrecyRow.select().where(SecrecyRow.case_id == case_id)]

    async def decision(self, case_id: str) -> StoredDecision | None:
        row = (
            await DecisionRow.select()
            .where(DecisionRow.case_id == case_id)
            .order_by(DecisionRow.seq, ascending=False)
            .first()
        )
        return StoredDecision(**row) if row else None

    async def other_cases(self, repeat_key: str, case_id: str) -> list[OtherCase]:
        found = (
            await CaseRow.select(CaseRow.diary_number, CaseRow.type, CaseRow.repeat_key)
            .where((CaseRow.repeat_key == repeat_key) & (CaseRow.id != case_id) & CaseRow.withdrawn.eq(False))
            .order_by(CaseRow.registered_at)
            .limit(20)
        )
        return [OtherCase(one["diary_number"], one["type"], one["repeat_key"]) for one in found]

    async def open_cases_of(self, org_number: str) -> list[Case]:
        found = await CaseRow.select().where(
            (CaseRow.org_number == org_number) & CaseRow.state.not_in([state.value for state in CLOSED])
        )
        return [rows.case_of(one) for one in found]

    async def cases_in_hands_of(self, user_id: str) -> list[Case]:
        found = await CaseRow.select().where(
            (CaseRow.owner_id == user_id) & CaseRow.state.not_in([state.value for state in CLOSED])
        )
        return [rows.case_of(one) for one in found]

    async def diary_numbers(self, case_ids: Sequence[str]) -> dict[str, str]:
        if not case_ids:
            return {}
        found = await CaseRow.select(CaseRow.id, CaseRow.diary_number).where(CaseRow.id.is_in(list(set(case_ids))))
        return {one["id"]: one["diary_number"] for one in found}

    async def is_waiting(self, case_id: str) -> bool:
        return await ScreeningJob.exists().where(ScreeningJob.case_id == case_id)

    async def waiting_jobs(self) -> list[str]:
        found = await ScreeningJob.select(ScreeningJob.case_id).order_by(ScreeningJob.asked_at).limit(200)
        return [one["case_id"] for one in found]

    async def expired_speakers(self, today: date) -> list[ExpiredSpeakers]:
        found = await CaseRow.raw(
            "SELECT c.id, v.commitment FROM case_file c "
            "JOIN log_value v ON v.case_id = c.id AND v.field IN ('speakers', 'speaker-detail') "
            "WHERE c.speakers_ref IS NOT NULL AND c.event_on < {} AND NOT EXISTS (SELECT 1 FROM booking b "
            "WHERE b.case_id = c.id AND b.status IN ('held', 'confirmed') AND b.ends_at > {}) ORDER BY c.id",
            today.isoformat(),
            midnight(today) // 1000,
        )
        by_case: dict[str, list[str]] = {}
        for one in found:
            by_case.setdefault(one["id"], []).append(one["commitment"])
        return [ExpiredSpeakers(case_id, tuple(commitments)) for case_id, commitments in by_case.items()]

    async def idempotent(self, key: str) -> ReceivedBefore | None:
        row = await Idempotency.select().where(Idempotency.id == key).first()
        return ReceivedBefore(row["body_sha256"], row["case_id"]) if row else None

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

    async def given_since(self, organisation: str, since: Instant, *, but: str) -> dict[str, int]:
        found = await CaseRow.raw(
            "SELECT d.delegation_point AS point, sum(d.amount_ore) AS given FROM decision d "
            "JOIN case_file c ON c.id = d.case_id JOIN log_entry l ON l.seq = d.seq "
            "WHERE c.organisation_id = {} AND c.id <> {} AND d.amount_ore IS NOT NULL AND l.at >= {} AND d.seq = "
            "(SELECT max(seq) FROM decision WHERE case_id = c.id AND outcome IN ('approval', 'partial_approval')) "
            "GROUP BY d.delegation_point",
            organisation,
            but,
            since,
        )
        return {row["point"]: int(row["given"]) for row in found}

    async def granted_between(self, types: Sequence[str], start: Instant, end: Instant, *, but: str) -> int:
        marks = ", ".join("{}" for _ in types)
        found = await CaseRow.raw(
            "SELECT coalesce(sum(CASE d.outcome WHEN 'recovery' THEN -d.amount_ore ELSE d.amount_ore END), 0) AS given "
            "FROM decision d JOIN case_file c ON c.id = d.case_id "
            f"WHERE c.type IN ({marks}) AND c.received_at >= {{}} AND c.received_at < {{}} AND c.id <> {{}} "
            "AND d.amount_ore IS NOT NULL AND (d.outcome = 'recovery' OR d.seq = (SELECT max(seq) FROM decision "
            "WHERE case_id = c.id AND outcome NOT IN ('write_off', 'recovery')))",
            *types,
            start,
            end,
            but,
        )
        return int(found[0]["given"])

    async def decided_lately(self, kind: Kind, *, but: str, limit: int) -> list[EarlierDecision]:
        found = await CaseRow.raw(
            "SELECT d.id, d.case_id, d.outcome, d.amount_ore, d.seq, c.diary_number, c.type, "
            "c.amount_ore AS asked_ore, c.check_round FROM decision d JOIN case_file c ON c.id = d.case_id "
            "WHERE c.kind = {} AND c.id <> {} ORDER BY d.seq DESC LIMIT {}",
            kind.value,
            but,
            limit,
        )
        return [EarlierDecision(**row) for row in found]

    async def findings_of(self, check_rounds: Mapping[str, int]) -> dict[str, list[StoredFinding]]:
        found: dict[str, list[StoredFinding]] = {}
        for one in (
            await FindingRow.select().where(FindingRow.case_id.is_in(list(check_rounds))) if check_rounds else ()
        ):
            if check_rounds[one["case_id"]] == one["check_round"]:
                found.setdefault(one["case_id"], []).append(rows.finding_of(one))
        return found

    async def form_drafts(self, case_id: str) -> list[FormDraftRow]:
        columns = [getattr(FormDraft, name) for name in FormDraftRow.__dataclass_fields__]
        drafts = await FormDraft.select(*columns).where(FormDraft.case_id == case_id).order_by(FormDraft.at)
        return [FormDraftRow(**draft) for draft in drafts]

    async def screenings(self, case_ids: Sequence[str]) -> dict[str, LogRow]:
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

    async def cases_by_id(self, case_ids: Sequence[str]) -> dict[str, CaseFile]:
        found = await CaseRow.select().where(CaseRow.id.is_in(list(set(case_ids)))) if case_ids else []
        return {row["id"]: CaseFile(rows.case_of(row), rows.details_of(row)) for row in found}

    async def cases_over_before(self, at: Instant, *, after: str, limit: int) -> list[EndedCase]:
        found = await CaseRow.raw(
            "SELECT c.id, max(l.at) AS at FROM case_file c JOIN log_entry l ON l.case_id = c.id "
            "AND l.type IN ('case:decided', 'booking:executed') WHERE c.state IN ('executed', 'final') "
            "AND c.id > {} GROUP BY c.id HAVING max(l.at) < {} ORDER BY c.id LIMIT {}",
            after,
            at,
            limit,
        )
        return [EndedCase(row["id"], row["at"]) for row in found]

    async def cases_of_number(self, number: str) -> list[str]:
        found = await CaseRow.select(CaseRow.id).where(CaseRow.org_number == number).order_by(CaseRow.id)
        return [one["id"] for one in found]

    async def erased_files(self) -> list[str]:
        found = await EnclosureRow.raw(
            "SELECT DISTINCT sha256 FROM enclosure WHERE sha256 NOT IN (SELECT e.sha256 FROM enclosure e "
            "JOIN log_value v ON v.commitment = e.name_ref)"
        )
        return [one["sha256"] for one in found]

    async def named_files(self, digests: Sequence[str]) -> set[str]:
        named: set[str] = set()
        for start in range(0, len(digests), _CHUNK):
            some = list(digests[start : start + _CHUNK])
            found = await EnclosureRow.select(EnclosureRow.sha256).where(EnclosureRow.sha256.is_in(some))
            named |= {one["sha256"] for one in found}
        return named
