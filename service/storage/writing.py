"""The one write path: every change together with the event that tells of it, in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from service.desk.ports.cases import CaseDetails, FormDraftRow, SecrecyMarking, StoredEnclosure, StoredFinding
from service.desk.ports.office import StoredIncident
from service.domain.case import Case
from service.domain.errors import Conflict
from service.domain.events import Event
from service.domain.people import User
from service.storage import log_store, rows
from service.storage.premises_writing import PremisesWriting
from service.storage.reading import TableReading
from service.storage.tables import (
    Account,
    ApiKey,
    CaseRow,
    DecisionRow,
    Dispatch,
    Distinction,
    EnclosureRow,
    FindingRow,
    FormDraft,
    Idempotency,
    IncidentRow,
    ListVersion,
    LogValue,
    OrganisationAttribute,
    OrganisationRow,
    RightGrant,
    RuleSetDraft,
    RuleSetRow,
    ScreeningJob,
    SecrecyRow,
)

#: How many values one statement names at most.
_CHUNK = 500


class TableWriting(PremisesWriting, TableReading):
    """Changes, each with its event. No other module changes a row that the log speaks of."""

    def __init__(self, *, sqlite: bool, random: Callable[[int], bytes], new_id: Callable[[], str]) -> None:
        super().__init__(sqlite=sqlite)
        self._random = random
        self._new_id = new_id
        self._kept: list[LogValue] = []

    def keep(self, field: str, value: Any, *, case: str | None = None) -> str:
        commitment, row = log_store.committed(field, value, self._random, case=case)
        self._kept.append(row)
        return commitment

    async def _append(self, event: Event) -> int:
        seq = await log_store.append(event)
        if self._kept:
            await LogValue.insert(*self._kept)
            self._kept = []
        return seq

    async def log_opened(self, event: Event) -> None:
        await self._append(event)

    async def user_created(self, event: Event, *, user: User, password_hash: str, value_ref: str) -> None:
        await self._append(event)
        await Account.insert(
            Account(
                id=user.id,
                pseudonym=user.pseudonym,
                email=user.email,
                name=user.name,
                password_hash=password_hash,
                password_at=event.at,
                value_ref=value_ref,
                created_at=event.at,
            )
        )

    async def password_changed(self, event: Event, *, password_hash: str) -> None:
        await self._append(event)
        changed: dict[Any, Any] = {Account.password_hash: password_hash, Account.password_at: event.at}
        await Account.update(changed).where(Account.id == event.data["user"])

    async def right_granted(self, event: Event) -> None:
        await self._append(event)
        data = event.data
        await RightGrant.insert(
            RightGrant(id=data["grant"], account_id=data["user"], right_code=data["right"], from_at=event.at)
        )

    async def right_withdrawn(self, event: Event) -> None:
        await self._append(event)
        await RightGrant.update({RightGrant.to_at: event.at}).where(
            (RightGrant.id == event.data["grant"]) & RightGrant.to_at.is_null()
        )

    async def key_created(self, event: Event, *, label: str) -> None:
        await self._append(event)
        data = event.data
        await ApiKey.insert(
            ApiKey(
                id=data["key"],
                pseudonym=data["pseudonym"],
                label=label,
                digest=data["digest"],
                right_code=data["right"],
            )
        )

    async def ruleset_drafted(self, event: Event, *, body: str) -> None:
        await self._append(event)
        data = event.data
        await RuleSetDraft.insert(
            RuleSetDraft(
                id=data["draft"],
                ruleset=data["ruleset"],
                sha256=data["sha256"],
                body=body,
                valid_from=data["valid_from"],
                drafted_by=event.actor.id,
                drafted_at=event.at,
            )
        )

    async def impact_seen(self, event: Event, *, report: str) -> None:
        await self._append(event)
        seen: dict[Any, Any] = {
            RuleSetDraft.impact: event.data["impact"],
            RuleSetDraft.report: report,
            RuleSetDraft.seen_by: event.actor.id,
        }
        await RuleSetDraft.update(seen).where(RuleSetDraft.id == event.data["draft"])

    async def ruleset_adopted(self, event: Event, *, body: str) -> None:
        await self._append(event)
        data = event.data
        await RuleSetRow.insert(
            RuleSetRow(
                id=data["ruleset"],
                sha256=data["sha256"],
                body=body,
                valid_from=data["valid_from"],
                adopted_at=event.at,
            )
        )
        if data["draft"]:
            await RuleSetDraft.update({RuleSetDraft.adopted_by: event.actor.id}).where(RuleSetDraft.id == data["draft"])

    async def list_imported(self, event: Event) -> None:
        await self._append(event)
        data = event.data
        await ListVersion.update({ListVersion.active: False}).where(
            (ListVersion.list_key == data["list"]) & ListVersion.active.eq(True)
        )
        await ListVersion.insert(
            ListVersion(
                id=data["version"],
                list_key=data["list"],
                imported_at=event.at,
                imported_by=event.actor.id,
                active=True,
                **{
                    name: data[name]
                    for name in (
                        "sha256", "generated", "as_of", "entries", "entries_digest", "added", "removed", "changed",
                    )
                },
            )
        )  # fmt: skip

    async def case_received(
        self, event: Event, case: Case, details: CaseDetails, *, diary: tuple[int, int | None]
    ) -> None:
        await self._append(event)
        if not await OrganisationRow.exists().where(OrganisationRow.id == case.organisation_id):
            await OrganisationRow.insert(OrganisationRow(id=case.organisation_id, created_at=event.at))
        await CaseRow.insert(rows.row_of_case(case, details, diary))
        attributes = {"name": details.org_name, "number": details.org_number}
        await OrganisationAttribute.insert(
            *[
                OrganisationAttribute(
                    id=self._new_id(),
                    organisation_id=case.organisation_id,
                    attribute=name,
                    value=value,
                    since=case.received_at,
                    case_id=case.id,
                )
                for name, value in attributes.items()
                if value
            ]
        )
        await self._ask_screening(case.id, event.at)

    async def remember_key(self, key: str, body_sha256: str, case_id: str, at: int) -> None:
        await Idempotency.insert(Idempotency(id=key, body_sha256=body_sha256, case_id=case_id, created_at=at))

    async def enclosure_added(self, event: Event, case: Case, stored: StoredEnclosure) -> None:
        await self._append(event)
        one = stored.enclosure
        await EnclosureRow.insert(
            EnclosureRow(
                id=one.id,
                case_id=case.id,
                kind=one.kind,
                media_type=one.media_type,
                size=one.size,
                sha256=one.sha256,
                name_ref=stored.name_ref,
                added_at=one.added_at,
            )
        )
        await self._save(case)
        await self._ask_screening(case.id, event.at)

    async def rescreen_asked(self, event: Event, case: Case) -> None:
        await self._append(event)
        await self._save(case)
        await self._ask_screening(case.id, event.at)

    async def case_screened(self, event: Event, case: Case, findings: Sequence[StoredFinding]) -> None:
        await self._append(event)
        await FindingRow.insert(*[rows.row_of_finding(case.id, one) for one in findings])
        await self._save(case, attention=sum(one.case_finding.open for one in findings))
        await ScreeningJob.delete().where(ScreeningJob.case_id == case.id)

    async def case_moved(self, event: Event, case: Case) -> None:
        await self._append(event)
        await self._save(case)

    async def step_taken(self, event: Event, case: Case, *, screen: bool = False) -> Case:
        """A step of the routine, with the case as it is after it; `screen` has the checks asked again."""
        await self._append(event)
        await self._save(case)
        if screen:
            await self._ask_screening(case.id, event.at)
        return replace(case, version=case.version + 1)

    async def draft_kept(self, draft: FormDraftRow) -> None:
        """Working material of one person, no record: it has no event."""
        await self.draft_dropped(draft.case_id, draft.account_id, draft.form)
        await FormDraft.insert(FormDraft(id=self._new_id(), **vars(draft)))

    async def draft_dropped(self, case_id: str, account_id: str, form: str) -> None:
        await FormDraft.delete().where(
            (FormDraft.case_id == case_id) & (FormDraft.account_id == account_id) & (FormDraft.form == form)
        )

    async def finding_resolved(self, event: Event, case: Case, finding: StoredFinding, *, attention: int) -> None:
        await self._append(event)
        await FindingRow.update(
            {
                FindingRow.resolution: finding.case_finding.resolution,
                FindingRow.reason_ref: finding.reason_ref,
                FindingRow.resolved_by: finding.resolved_by,
            }
        ).where(FindingRow.id == finding.id)
        for pair in event.data["held_apart"]:
            # A pair held apart before is held apart once more by whoever looked last.
            await Distinction.delete().where(Distinction.pair == pair)
            await Distinction.insert(
                Distinction(
                    pair=pair, case_id=case.id, finding_id=finding.id, held_apart_by=event.actor.id, at=event.at
                )
            )
        await self._save(case, attention=attention)

    async def distinction_withdrawn(self, event: Event, case: Case) -> None:
        await self._append(event)
        await Distinction.delete().where(Distinction.pair == event.data["pair"])
        await self._save(case)
        await self._ask_screening(case.id, event.at)

    async def secrecy_marked(self, event: Event, case: Case, marking: SecrecyMarking) -> None:
        await self._append(event)
        await SecrecyRow.insert(
            SecrecyRow(id=marking.id, case_id=case.id, enclosure_id=marking.enclosure_id, value_ref=marking.value_ref)
        )
        await self._save(case)

    async def match_asked(self, event: Event) -> None:
        await self._append(event)

    async def case_decided(self, event: Event, case: Case) -> None:
        seq = await self._append(event)
        data = event.data
        await DecisionRow.insert(
            DecisionRow(
                id=data["decision"],
                case_id=case.id,
                outcome=data["outcome"],
                amount_ore=data["amount_ore"],
                delegation_point=data["people"]["delegation_point"],
                decided_by=event.actor.id,
                seq=seq,
            )
        )
        await self._save(case)
        await ScreeningJob.delete().where(ScreeningJob.case_id == case.id)
        await FormDraft.delete().where(FormDraft.case_id == case.id)

    async def incident_recorded(self, event: Event, incident: StoredIncident) -> None:
        await self._append(event)
        names = StoredIncident.__dataclass_fields__
        await IncidentRow.insert(IncidentRow(**{name: getattr(incident, name) for name in names}))

    async def incident_verified(self, event: Event) -> None:
        await self._append(event)
        await IncidentRow.update({IncidentRow.verified_by: event.actor.id}).where(
            IncidentRow.id == event.data["incident"]
        )

    async def record_unmasked(self, event: Event) -> None:
        await self._append(event)

    async def key_rotated(self, event: Event) -> None:
        await self._append(event)

    async def case_handed_out(self, event: Event) -> None:
        await self._append(event)

    async def access_log_erased(self, event: Event) -> None:
        await self._append(event)

    async def sample_drawn(self, event: Event) -> None:
        await self._append(event)

    async def subject_access_exported(self, event: Event) -> None:
        await self._append(event)

    async def checkpoint_signed(self, size: int, note: str, at: int) -> None:
        """A statement about the log, not a change to what it speaks of: it has no event of its own."""
        await log_store.TREE.add_checkpoint(size, note, at)

    async def checkpoint_sent(self, size: int, channel: str, at: int, error: str | None) -> None:
        await Dispatch.delete().where((Dispatch.channel == channel) & Dispatch.error.is_not_null())
        await Dispatch.insert(Dispatch(id=self._new_id(), size=size, channel=channel, at=at, error=error))

    async def values_erased(self, event: Event) -> None:
        await self._append(event)
        values = event.data["values"]
        for start in range(0, len(values), _CHUNK):
            chunk = values[start : start + _CHUNK]
            await LogValue.delete().where(LogValue.commitment.is_in(chunk))
            # What a case's row repeats of a name goes with the name.
            nameless = (
                await CaseRow.update({CaseRow.org_name: "", CaseRow.org_search: ""})
                .where(CaseRow.organisation_ref.is_in(chunk))
                .returning(CaseRow.id)
            )
            if nameless:
                await OrganisationAttribute.delete().where(
                    OrganisationAttribute.case_id.is_in([one["id"] for one in nameless])
                )

    async def _save(self, case: Case, *, attention: int | None = None) -> None:
        """The case one version on; whoever read it before someone else changed it is told so."""
        changed: dict[Any, Any] = {
            CaseRow.state: case.state.value,
            CaseRow.owner_id: case.owner,
            CaseRow.check_round: case.check_round,
            CaseRow.due_on: case.due_on,
            CaseRow.rules_id: case.rules_id,
            CaseRow.rules_sha256: case.rules_sha256,
            CaseRow.version: case.version + 1,
        }
        if attention is not None:
            changed[CaseRow.attention] = attention
        saved = (
            await CaseRow.update(changed)
            .where((CaseRow.id == case.id) & (CaseRow.version == case.version))
            .returning(CaseRow.id)
        )
        if not saved:
            raise Conflict("case.changed_meanwhile")

    async def _ask_screening(self, case_id: str, at: int) -> None:
        await ScreeningJob.insert(ScreeningJob(case_id=case_id, asked_at=at)).on_conflict(
            target=ScreeningJob.case_id, action="DO NOTHING"
        )
