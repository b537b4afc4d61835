"""Has the same association already applied for the same thing?"""

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Example, Fetched, Need, NoParams, OtherCase
from service.domain.examples import an_input
from service.domain.finding import CheckResult, Evidence, Outcome
from service.domain.premises import Hirer


class Repeated:
    """Same association, same kind and type, same period or date."""

    description = CheckDescription(
        "repeated",
        "2",
        frozenset(Kind),
        owner="Granska",
        rests_on="https://lagen.nu/2017:900#P9",
        needs=frozenset({Need.OTHER_CASES}),
    )
    params = NoParams
    examples = (
        Example(an_input(fetched=Fetched(other_cases=())), Outcome.MET, "repeated.none"),
        Example(
            an_input(fetched=Fetched(other_cases=(OtherCase("HV 2026/7", "verksamhetsbidrag", "k"),))),
            Outcome.NEEDS_INQUIRY,
            "repeated.found",
        ),
    )

    def run(self, given: CheckInput, _: NoParams) -> CheckResult:
        """A repeated application is received all the same; a person sees whether it is one.

        Private persons' applications are not looked up by name, so nothing is said of them.
        """
        if given.application.hirer is Hirer.PERSON:
            return CheckResult(Outcome.NOT_APPLICABLE, "repeated.person")
        if not given.other_cases:
            return CheckResult(Outcome.MET, "repeated.none")
        return CheckResult(
            Outcome.NEEDS_INQUIRY,
            "repeated.found",
            {"count": len(given.other_cases)},
            tuple(Evidence("repeated.case", {"diary_number": one.diary_number}) for one in given.other_cases),
        )
