"""Is what the routine asks for there: enclosures, a contact, representatives, a room that exists?"""

from typing import Annotated

from msgspec import Meta

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Example, Fetched, GivenEnclosure, Need, Params
from service.domain.enclosure import Condition, EnclosureKind
from service.domain.examples import DAY, an_input
from service.domain.finding import CheckResult, Evidence, Outcome, Trait


class CompletenessParams(Params, frozen=True):
    """The kinds of document there must be, whether there must be a contact, and at least how many representatives."""

    enclosures: tuple[EnclosureKind, ...] = ()
    contact: bool = False
    representatives: Annotated[int, Meta(ge=0, le=50)] = 0

    def __post_init__(self) -> None:
        """Something is asked for."""
        if not (self.enclosures or self.contact or self.representatives):
            raise ValueError("enclosures")


class Completeness:
    """Looks for what the rules ask for, and for the room that is asked for."""

    description = CheckDescription(
        "completeness",
        "3",
        frozenset(Kind),
        owner="Granska",
        rests_on="https://lagen.nu/2017:900#P20",
        needs=frozenset({Need.ENCLOSURES}),
        traits=frozenset({Trait.CURABLE}),
    )
    params = CompletenessParams
    examples = (
        Example(
            an_input(fetched=Fetched(enclosures=(GivenEnclosure("e1", "stadgar", DAY),))),
            Outcome.MET,
            "completeness.complete",
            params={"enclosures": ["stadgar"], "contact": True},
        ),
        Example(
            an_input(contact=None, fetched=Fetched(enclosures=())),
            Outcome.NOT_MET,
            "completeness.missing",
            params={"enclosures": ["stadgar"], "contact": True, "representatives": 3},
        ),
    )

    def run(self, given: CheckInput, params: CompletenessParams) -> CheckResult:
        """Not met when something is missing; a person looks where it cannot be read. Says each such thing."""
        kinds = {enclosure.kind for enclosure in given.enclosures}
        missing = [
            Evidence("completeness.enclosure_missing", {"enclosure": kind.value})
            for kind in params.enclosures
            if kind not in kinds
        ]
        missing += [*_people(given, params), *_room(given)]
        if missing:
            return CheckResult(Outcome.NOT_MET, "completeness.missing", {"count": len(missing)}, tuple(missing))
        unread = _unread(given, params)
        if unread:
            return CheckResult(Outcome.NEEDS_INQUIRY, "completeness.unread", {"count": len(unread)}, tuple(unread))
        return CheckResult(Outcome.MET, "completeness.complete", {"count": len(kinds)})


def _unread(given: CheckInput, params: CompletenessParams) -> list[Evidence]:
    """The documents that are asked for and are there only as files that nobody can read as they are."""
    unread = []
    for kind in params.enclosures:
        conditions = [one.condition for one in given.enclosures if one.kind == kind]
        if Condition.WHOLE not in conditions:
            params_of = {"enclosure": kind.value, "condition": conditions[0].value}
            unread.append(Evidence("completeness.enclosure_unread", params_of))
    return unread


def _people(given: CheckInput, params: CompletenessParams) -> list[Evidence]:
    missing, application = [], given.application
    if params.contact and application.contact is None:
        missing.append(Evidence("completeness.contact_missing"))
    named = len(application.representatives)
    if named < params.representatives:
        counts = {"count": named, "wanted": params.representatives}
        missing.append(Evidence("completeness.representatives_missing", counts))
    return missing


def _room(given: CheckInput) -> list[Evidence]:
    premises = given.application.premises
    if premises is None or premises.room in given.rooms:
        return []
    return [Evidence("completeness.room_unknown", {"room": premises.room})]
