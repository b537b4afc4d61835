"""How an association stands: its clearance as it was given, and whether what it was given on is still so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.audit.canonical import canonical
from service.desk import application_parts
from service.desk.ports.desk import Desk
from service.desk.ports.premises import GivenClearance
from service.desk.ports.store import Reading
from service.desk.rulebook import today
from service.desk.stops import stopped
from service.domain.application import Application, from_document
from service.domain.case import Case
from service.domain.errors import NotFound
from service.domain.organisation import normal_form
from service.domain.ruleset import RuleSet
from service.domain.stops import StopScope

#: How many of an organisation's newest cases are looked through for a stop.
_CASES = 50
#: Why a booking is not clear, as a code with its values.
Reason = tuple[str, Mapping[str, str | int]]


@dataclass(frozen=True)
class Clearance:
    """Whether an association is clear to book without a new assessment, and what is missing (codes with parameters).

    `recheck`: the lists are newer than the last look; the checks of the booking itself will say.
    """

    given: GivenClearance | None
    missing: tuple[tuple[str, Mapping[str, str | int]], ...]
    recheck: bool = False

    @property
    def clear(self) -> bool:
        """Whether nothing is missing."""
        return self.given is not None and not self.missing


def data_key(desk: Desk, application: Application) -> str:
    """A digest, by a key of this service, of what a clearance rests on: who they are and what they attest."""
    declaration = application.declaration
    return desk.keyed(
        canonical(
            {
                "name": " ".join(application.organisation.name.casefold().split()),
                "number": normal_form(application.organisation.number or "") or "",
                "representatives": sorted(
                    [one.name, one.role, one.birth_year or 0] for one in application.representatives
                ),
                "declaration": declaration.text_version if declaration else "",
                "attested": sorted(one for one, yes in declaration.statements.items() if yes) if declaration else [],
            }
        )
    )


async def application_of(reading: Reading, case: Case) -> Application:
    """What was handed in; raises NotFound where it has been erased."""
    details = await reading.details(case.id)
    values = await reading.values(application_parts.commitments(details.application_parts))
    if not application_parts.whole(details.application_parts, values):
        raise NotFound("case.erased")
    return from_document(application_parts.assembled(details.application_parts, values))


async def clearance_of(
    desk: Desk, reading: Reading, organisation: str, procedure: RuleSet, *, data: str | None = None
) -> Clearance:
    """How an association stands now; `data` is the key of the data at hand, or that of its newest case is used."""
    now = today(desk)
    ever_given = await reading.clearances(organisation)
    if not ever_given:
        return Clearance(None, (("clearance.none", {}),))
    given = ever_given[0]  # the newest is the only one that counts
    if given.revoked_by is not None:
        return Clearance(None, (("clearance.revoked", {}),))
    missing = _outdated(given, procedure, now)
    cases = await reading.cases_of_organisation(organisation, limit=_CASES)
    if data is None:
        data = await _data_of_newest(desk, reading, cases)
    if data != given.data:
        missing.append(("clearance.data_changed", {}))
    if cases:
        number = (await reading.details(cases[0].id)).org_number
        if number and await reading.incidents(number, now):
            missing.append(("clearance.incident", {}))
    if await stopped(reading, organisation, StopScope.BOOKINGS):
        missing.append(("clearance.stopped", {}))
    lists = (await reading.active_lists()).values()
    active = {(version.key, version.version) for version in lists if version.key in procedure.lists}
    recheck = {(version.key, version.version) for version in given.lists} != active
    return Clearance(given, tuple(missing), recheck)


def _outdated(given: GivenClearance, procedure: RuleSet, now: date) -> list[Reason]:
    """What has run out, or been replaced, since it was given."""
    outdated: list[Reason] = []
    if given.until < now:
        outdated.append(("clearance.ran_out", {"day": given.until.isoformat()}))
    if given.declaration != procedure.declaration.version:
        outdated.append(("clearance.declaration_old", {"version": procedure.declaration.version}))
    elif given.rules != procedure.id:
        outdated.append(("clearance.rules_changed", {}))
    return outdated


async def _data_of_newest(desk: Desk, reading: Reading, cases: Sequence[Case]) -> str:
    """The key of what the newest case says; empty, and so like nothing, where that has been erased."""
    try:
        return data_key(desk, await application_of(reading, cases[0]))
    except NotFound:
        return ""
