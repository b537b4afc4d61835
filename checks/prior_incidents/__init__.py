"""Is there a sourced, verified and unexpired incident in the City's own dealings with this association?"""

from datetime import date

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Example, Fetched, Incident, Need, NoParams
from service.domain.examples import an_input
from service.domain.finding import CheckResult, Evidence, Outcome, Trait


class PriorIncidents:
    """By organisation number only; an incident is something to look into, never a verdict (P1-P6)."""

    description = CheckDescription(
        "prior_incidents",
        "2",
        frozenset(Kind),
        owner="Granska",
        rests_on="https://lagen.nu/2017:900#P5",
        needs=frozenset({Need.INCIDENTS}),
        traits=frozenset({Trait.OF_THE_ASSOCIATION}),
    )
    params = NoParams
    examples = (
        Example(an_input(fetched=Fetched(incidents=())), Outcome.MET, "prior_incidents.none"),
        Example(
            an_input(fetched=Fetched(incidents=(Incident("i1", "missing_report", date(2026, 5, 1), "HV 2026/9"),))),
            Outcome.NEEDS_INQUIRY,
            "prior_incidents.found",
        ),
    )

    def run(self, given: CheckInput, _: NoParams) -> CheckResult:
        """Without a number nothing can be looked up, and that is said rather than passed."""
        if given.application.organisation.number is None:
            return CheckResult(Outcome.UNKNOWN, "prior_incidents.no_number")
        if not given.incidents:
            return CheckResult(Outcome.MET, "prior_incidents.none")
        return CheckResult(
            Outcome.NEEDS_INQUIRY,
            "prior_incidents.found",
            {"count": len(given.incidents)},
            tuple(
                Evidence(
                    "prior_incidents.disputed" if one.disputed else "prior_incidents.incident",
                    {
                        "kind": one.kind,
                        "date": one.event_date.isoformat(),
                        "source": one.source,
                        "incident": one.id,
                    },
                )
                for one in given.incidents
            ),
        )
