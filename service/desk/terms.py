"""The terms of hiring (villkor) are accepted once for a season and an association, not for each booking."""

from collections.abc import Collection

from service.audit.leaf import data_of
from service.desk.ports.store import Reading
from service.domain.case import Case
from service.domain.clock import Instant, local_day
from service.domain.dossier.dossier import Dossier
from service.domain.events.decision import TermsAccepted
from service.domain.premises import Booking
from service.domain.premises_rules import PremisesRules
from service.domain.ruleset import RuleSet

#: By association, the versions of terms that it has accepted, each with the season that it was for.
Accepted = dict[str, set[tuple[str, str]]]


async def accepted_terms(reading: Reading, organisations: Collection[str]) -> Accepted:
    """What these associations have accepted, for the seasons of the times that it was accepted for."""
    accepted: Accepted = {}
    for entry in await reading.entries_of_associations(organisations, TermsAccepted):
        data = data_of(entry.row.leaf)
        assert isinstance(data, TermsAccepted)
        accepted.setdefault(entry.organisation, set()).update((data.terms, season) for season in data.seasons)
    return accepted


def season_of(booking: Booking, rules: PremisesRules) -> str:
    """The season that a time belongs to."""
    return rules.season_of(local_day(Instant(booking.span.start * 1000)))


async def terms_cover(
    reading: Reading, case: Case, dossier: Dossier, bookings: Collection[Booking], procedure: RuleSet
) -> bool:
    """Whether the association has accepted what this case was let on, for every season that its times are in."""
    grant = dossier.grant
    if grant is None or not bookings:
        return False
    accepted = await accepted_terms(reading, [case.organisation_id])
    wanted = {(grant.terms or "", season_of(booking, procedure.premises)) for booking in bookings}
    return wanted <= accepted.get(case.organisation_id, set())
