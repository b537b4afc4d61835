"""Users, keys, rule sets, lists and incidents are changed, each change with its event."""

from typing import Any

from service.domain.events.event import Event
from service.domain.events.office import (
    IncidentCorrected,
    IncidentDisputed,
    IncidentRecorded,
    IncidentVerified,
    IncidentWithdrawn,
    KeyCreated,
    KeyExpirySet,
    KeyRevoked,
    ListActivated,
    ListConfirmed,
    ListImported,
    ListRejected,
    PasswordChanged,
    RecoveryUsed,
    ResetMade,
    ResetSettled,
    RightDeclined,
    RightGranted,
    RightProposed,
    RightWithdrawn,
    RuleSetAdopted,
    RuleSetDrafted,
    RuleSetImpactSeen,
    SecondFactorSet,
    UserClosed,
    UserCreated,
)
from service.domain.people import User
from service.domain.watchlist import ListState
from service.storage import rows
from service.storage.log.log_writing import LogWriting
from service.storage.tables import (
    Account,
    ApiKey,
    FactorUse,
    IncidentRow,
    ListEntryRow,
    ListVersion,
    RightGrant,
    RuleSetDraft,
    RuleSetRow,
    Session,
)


class OfficeWriting(LogWriting):
    """Changes of what the office keeps."""

    async def user_created(self, event: Event[UserCreated], *, user: User, password_hash: str, value_ref: str) -> None:
        await self._append(event)
        await Account.insert(
            Account(
                id=user.id,
                pseudonym=user.pseudonym,
                email=user.email,
                name=user.name,
                password_hash=password_hash,
                password_at=event.at,
                temporary=event.data.temporary,
                value_ref=value_ref,
                created_at=event.at,
                factor="",
                recovery="",
            )
        )

    async def password_changed(self, event: Event[PasswordChanged], *, password_hash: str) -> None:
        await self._append(event)
        changed: dict[Any, Any] = {
            Account.password_hash: password_hash,
            Account.password_at: event.at,
            Account.temporary: False,
        }
        await Account.update(changed).where(Account.id == event.data.user)

    async def second_factor_set(self, event: Event[SecondFactorSet], *, factor: str, recovery: str) -> None:
        await self._append(event)
        changed: dict[Any, Any] = {Account.factor: factor, Account.recovery: recovery}
        await Account.update(changed).where(Account.id == event.data.user)

    async def recovery_used(self, event: Event[RecoveryUsed], *, recovery: str) -> None:
        await self._append(event)
        await Account.update({Account.recovery: recovery}).where(Account.id == event.data.user)

    async def factor_step_used(self, user_id: str, step: int) -> bool:
        used = await FactorUse.select(FactorUse.step).where(FactorUse.id == user_id).first()
        if used is not None and used["step"] >= step:
            return False
        await FactorUse.insert(FactorUse(id=user_id, step=step)).on_conflict(
            target=FactorUse.id, action="DO UPDATE", values=[FactorUse.step]
        )
        return True

    async def user_closed(self, event: Event[UserClosed]) -> None:
        await self._append(event)
        await Account.update({Account.closed_at: event.at}).where(Account.id == event.data.user)
        await Session.delete().where(Session.account_id == event.data.user)

    async def reset_made(self, event: Event[ResetMade]) -> None:
        await self._append(event)

    async def reset_settled(self, event: Event[ResetSettled]) -> None:
        await self._append(event)

    async def right_proposed(self, event: Event[RightProposed]) -> None:
        await self._append(event)

    async def right_declined(self, event: Event[RightDeclined]) -> None:
        await self._append(event)

    async def right_granted(self, event: Event[RightGranted]) -> None:
        await self._append(event)
        data = event.data
        await RightGrant.insert(
            RightGrant(id=data.grant, account_id=data.user, right_code=data.right, from_at=event.at)
        )

    async def right_withdrawn(self, event: Event[RightWithdrawn]) -> None:
        await self._append(event)
        await RightGrant.update({RightGrant.to_at: event.at}).where(
            (RightGrant.id == event.data.grant) & RightGrant.to_at.is_null()
        )

    async def key_created(self, event: Event[KeyCreated], *, label: str) -> None:
        await self._append(event)
        data = event.data
        await ApiKey.insert(
            ApiKey(
                id=data.key,
                pseudonym=data.pseudonym,
                label=label,
                value_ref=data.value,
                digest=data.digest,
                right_code=data.right,
                expires_on=data.expires.isoformat() if data.expires else None,
            )
        )

    async def key_expiry_set(self, event: Event[KeyExpirySet]) -> None:
        await self._append(event)
        await ApiKey.update({ApiKey.expires_on: event.data.expires.isoformat()}).where(ApiKey.id == event.data.key)

    async def key_revoked(self, event: Event[KeyRevoked]) -> None:
        await self._append(event)
        await ApiKey.update({ApiKey.revoked_at: event.at}).where(ApiKey.id == event.data.key)

    async def ruleset_drafted(self, event: Event[RuleSetDrafted], *, body: str) -> None:
        await self._append(event)
        data = event.data
        await RuleSetDraft.insert(
            RuleSetDraft(
                id=data.draft,
                ruleset=data.ruleset,
                sha256=data.sha256,
                body=body,
                valid_from=data.valid_from.isoformat(),
                drafted_by=event.actor.id,
                drafted_at=event.at,
            )
        )

    async def impact_seen(self, event: Event[RuleSetImpactSeen], *, report: str) -> None:
        await self._append(event)
        seen: dict[Any, Any] = {
            RuleSetDraft.impact: event.data.impact,
            RuleSetDraft.report: report,
            RuleSetDraft.seen_by: event.actor.id,
        }
        await RuleSetDraft.update(seen).where(RuleSetDraft.id == event.data.draft)

    async def ruleset_adopted(self, event: Event[RuleSetAdopted], *, body: str) -> None:
        await self._append(event)
        data = event.data
        await RuleSetRow.insert(
            RuleSetRow(
                id=data.ruleset,
                sha256=data.sha256,
                body=body,
                valid_from=data.valid_from.isoformat(),
                adopted_at=event.at,
            )
        )
        if data.draft:
            await RuleSetDraft.update({RuleSetDraft.adopted_by: event.actor.id}).where(RuleSetDraft.id == data.draft)

    async def list_imported(self, event: Event[ListImported], *, report: str) -> None:
        await self._append(event)
        data = event.data
        if not data.held:
            await self._replace_active(data.list)
        await ListVersion.insert(
            ListVersion(
                id=data.version,
                list_key=data.list,
                imported_at=event.at,
                imported_by=event.actor.id,
                state=(ListState.HELD if data.held else ListState.ACTIVE).value,
                sha256=data.sha256,
                generated=data.generated,
                as_of=data.as_of,
                entries=data.entries,
                entries_digest=data.entries_digest,
                added=data.added,
                removed=data.removed,
                changed=data.changed,
                report=report,
            )
        )

    async def _replace_active(self, key: str) -> None:
        await ListVersion.update({ListVersion.state: ListState.REPLACED.value}).where(
            (ListVersion.list_key == key) & (ListVersion.state == ListState.ACTIVE.value)
        )

    async def list_confirmed(self, event: Event[ListConfirmed]) -> None:
        await self._append(event)
        await ListVersion.update({ListVersion.as_of: event.data.as_of}).where(ListVersion.id == event.data.version)

    async def list_activated(self, event: Event[ListActivated]) -> None:
        await self._append(event)
        await self._replace_active(event.data.list)
        await self._set_list_state(event.data.version, ListState.ACTIVE)

    async def list_rejected(self, event: Event[ListRejected]) -> None:
        await self._append(event)
        await self._set_list_state(event.data.version, ListState.REJECTED)
        await ListEntryRow.delete().where(ListEntryRow.version_id == event.data.version)

    async def _set_list_state(self, version: str, state: ListState) -> None:
        await ListVersion.update({ListVersion.state: state.value}).where(ListVersion.id == version)

    async def incident_recorded(self, event: Event[IncidentRecorded], *, org_number: str) -> None:
        await self._append(event)
        said: dict[str, Any] = rows.incident_said(event.data.said)
        await IncidentRow.insert(
            IncidentRow(id=event.data.incident, org_number=org_number, recorded_by=event.actor.id, **said)
        )

    async def incident_corrected(self, event: Event[IncidentCorrected]) -> None:
        await self._append(event)
        said = rows.incident_said(event.data.said)
        changed: dict[Any, Any] = {**said, "recorded_by": event.actor.id, "verified_by": None}
        await IncidentRow.update(changed).where(IncidentRow.id == event.data.incident)

    async def incident_disputed(self, event: Event[IncidentDisputed]) -> None:
        await self._append(event)
        await IncidentRow.update({IncidentRow.disputed: event.data.text}).where(IncidentRow.id == event.data.incident)

    async def incident_withdrawn(self, event: Event[IncidentWithdrawn]) -> None:
        await self._append(event)
        changed: dict[Any, Any] = {IncidentRow.withdrawn_by: event.actor.id}
        await IncidentRow.update(changed).where(IncidentRow.id == event.data.incident)

    async def incident_verified(self, event: Event[IncidentVerified]) -> None:
        await self._append(event)
        await IncidentRow.update({IncidentRow.verified_by: event.actor.id}).where(IncidentRow.id == event.data.incident)
