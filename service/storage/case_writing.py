"""Cases are changed, each change with its event."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from service.desk.ports.cases import (
    CaseDetails,
    DiaryPlace,
    FormDraftRow,
    SecrecyMarking,
    StoredEnclosure,
    StoredFinding,
)
from service.domain.case import Case
from service.domain.clock import Instant
from service.domain.errors import Conflict
from service.domain.events.bookings import KeyAccessSettled
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Event, RoutineStep
from service.domain.events.intake import (
    CaseLeft,
    CaseReceived,
    CaseReleased,
    CaseRescreenAsked,
    CaseScreened,
    CaseTaken,
    DistinctionWithdrawn,
    EnclosureAdded,
    FindingResolved,
    SecrecyMarked,
)
from service.domain.events.support import ReassessmentSettled
from service.storage import rows
from service.storage.log.log_writing import LogWriting
from service.storage.tables import (
    CaseRow,
    DecisionRow,
    Distinction,
    EnclosureRow,
    FindingRow,
    FormDraft,
    Idempotency,
    OrganisationAttribute,
    OrganisationRow,
    ScreeningJob,
    SecrecyRow,
)

#: What a person says of pairs of name and list entry.
Settling = FindingResolved | KeyAccessSettled | ReassessmentSettled


class CaseWriting(LogWriting):
    """Changes of cases, their findings, enclosures and decisions."""

    async def case_received(
        self, event: Event[CaseReceived], case: Case, details: CaseDetails, *, diary: DiaryPlace
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

    async def remember_key(self, key: str, body_sha256: str, case_id: str, at: Instant) -> None:
        await Idempotency.insert(Idempotency(id=key, body_sha256=body_sha256, case_id=case_id, created_at=at))

    async def enclosure_added(self, event: Event[EnclosureAdded], case: Case, stored: StoredEnclosure) -> None:
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
                speaks_from=one.speaks_from.isoformat() if one.speaks_from else None,
                speaks_to=one.speaks_to.isoformat() if one.speaks_to else None,
                condition=one.condition.value,
                scanned=one.scanned.value,
            )
        )
        await self._save(case)
        await self._ask_screening(case.id, event.at)

    async def rescreen_asked(self, event: Event[CaseRescreenAsked], case: Case) -> None:
        await self._append(event)
        await self._save(case)
        await self._ask_screening(case.id, event.at)

    async def case_screened(self, event: Event[CaseScreened], case: Case, findings: Sequence[StoredFinding]) -> None:
        await self._append(event)
        await FindingRow.insert(*[rows.row_of_finding(case.id, one) for one in findings])
        await self._save(case, attention=sum(one.case_finding.open for one in findings))
        await ScreeningJob.delete().where(ScreeningJob.case_id == case.id)

    async def case_moved(self, event: Event[CaseTaken | CaseReleased | CaseLeft], case: Case) -> None:
        await self._append(event)
        await self._save(case)

    async def step_taken(self, event: Event[RoutineStep], case: Case, *, screen: bool = False) -> Case:
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

    async def finding_resolved(
        self, event: Event[FindingResolved], case: Case, finding: StoredFinding, *, attention: int
    ) -> None:
        await self._append(event)
        await FindingRow.update(
            {
                FindingRow.resolution: finding.case_finding.resolution,
                FindingRow.reason_ref: finding.reason_ref,
                FindingRow.resolved_by: finding.resolved_by,
            }
        ).where(FindingRow.id == finding.id)
        await self._hold_apart(event, case, finding.id)
        await self._save(case, attention=attention)

    async def _hold_apart(self, event: Event[Settling], case: Case, found: str) -> None:
        for pair in event.data.held_apart:
            # A pair held apart before is held apart once more by whoever looked last.
            await Distinction.delete().where(Distinction.pair == pair)
            await Distinction.insert(
                Distinction(pair=pair, case_id=case.id, finding_id=found, held_apart_by=event.actor.id, at=event.at)
            )

    async def distinction_withdrawn(self, event: Event[DistinctionWithdrawn], case: Case) -> None:
        await self._append(event)
        await Distinction.delete().where(Distinction.pair == event.data.pair)
        await self._save(case)
        await self._ask_screening(case.id, event.at)

    async def secrecy_marked(self, event: Event[SecrecyMarked], case: Case, marking: SecrecyMarking) -> None:
        await self._append(event)
        await SecrecyRow.insert(
            SecrecyRow(id=marking.id, case_id=case.id, enclosure_id=marking.enclosure_id, value_ref=marking.value_ref)
        )
        await self._save(case)

    async def case_decided(self, event: Event[CaseDecided], case: Case) -> None:
        seq = await self._append(event)
        data = event.data
        await DecisionRow.insert(
            DecisionRow(
                id=data.decision,
                case_id=case.id,
                outcome=data.outcome,
                amount_ore=data.amount_ore,
                delegation_point=data.people.delegation_point,
                decided_by=event.actor.id,
                seq=seq,
            )
        )
        await self._save(case)
        await ScreeningJob.delete().where(ScreeningJob.case_id == case.id)
        await FormDraft.delete().where(FormDraft.case_id == case.id)

    async def _save(self, case: Case, *, attention: int | None = None) -> None:
        """The case one version on; whoever read it before someone else changed it is told so."""
        changed: dict[Any, Any] = {
            CaseRow.state: case.state.value,
            CaseRow.owner_id: case.owner,
            CaseRow.check_round: case.check_round,
            CaseRow.withdrawn: case.withdrawn,
            CaseRow.due_on: case.due_on.isoformat(),
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

    async def _ask_screening(self, case_id: str, at: Instant) -> None:
        await ScreeningJob.insert(ScreeningJob(case_id=case_id, asked_at=at)).on_conflict(
            target=ScreeningJob.case_id, action="DO NOTHING"
        )
