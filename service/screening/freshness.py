"""Whether what the checks said still holds."""

from collections.abc import Sequence

from service.desk.ports.cases import StoredFinding
from service.desk.ports.store import Reading
from service.domain.case import Case
from service.domain.clock import DAY_MS, Instant
from service.domain.errors import NotAllowed
from service.domain.finding import Outcome
from service.domain.ruleset import RuleSet


async def check_fresh(
    reading: Reading, case: Case, findings: Sequence[StoredFinding], procedure: RuleSet, now: Instant
) -> None:
    """Nothing favourable on answers that something has overtaken: checks still to be run, a newer or an aged list."""
    if await reading.is_waiting(case.id):
        raise NotAllowed("decision.checks_waiting")
    answered = [one.case_finding for one in findings if one.case_finding.outcome is not Outcome.UNKNOWN]
    used = {one.key: one.version for f in answered for one in f.finding.result.sources}
    active = {key: one for key, one in (await reading.active_lists()).items() if key in procedure.lists}
    if not used:
        return
    too_old = any((now - one.as_of) // DAY_MS > procedure.lists[key].max_age_days for key, one in active.items())
    if too_old or used != {key: one.version for key, one in active.items()}:
        raise NotAllowed("decision.checks_outdated")
