"""Is what the routine asks for there: enclosures, a contact, representatives, a room that exists?"""

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Need
from service.domain.finding import CheckResult, Evidence, Outcome


class Completeness:
    """Parameters: `enclosures` (kinds of document), `contact` (true or false), `representatives` (at least so many)."""

    description = CheckDescription("completeness", "1", frozenset(Kind), frozenset({Need.ENCLOSURES}))

    def run(self, given: CheckInput) -> CheckResult:
        """Not met when something is missing; says each thing that is."""
        missing = [*_enclosures(given), *_people(given), *_room(given)]
        if missing:
            return CheckResult(Outcome.NOT_MET, "completeness.missing", {"count": len(missing)}, tuple(missing))
        return CheckResult(Outcome.MET, "completeness.complete", {"count": len(given.enclosure_kinds)})


def _enclosures(given: CheckInput) -> list[Evidence]:
    wanted = given.params.get("enclosures", ())
    assert isinstance(wanted, tuple)
    return [
        Evidence("completeness.enclosure_missing", {"enclosure": one})
        for one in wanted
        if one not in given.enclosure_kinds
    ]


def _people(given: CheckInput) -> list[Evidence]:
    found, application = [], given.application
    wanted = int(given.params.get("representatives", 0))  # type: ignore[arg-type]
    if given.params.get("contact") and application.contact is None:
        found.append(Evidence("completeness.contact_missing"))
    if len(application.representatives) < wanted:
        found.append(
            Evidence(
                "completeness.representatives_missing",
                {"count": len(application.representatives), "wanted": wanted},
            )
        )
    return found


def _room(given: CheckInput) -> list[Evidence]:
    premises = given.application.premises
    if premises is None or premises.room in given.rooms:
        return []
    return [Evidence("completeness.room_unknown", {"room": premises.room})]
