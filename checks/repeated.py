"""Has the same association already applied for the same thing?"""

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Need
from service.domain.finding import CheckResult, Evidence, Outcome


class Repeated:
    """Same association, same kind and type, same period or date."""

    description = CheckDescription("repeated", "1", frozenset(Kind), frozenset({Need.OTHER_CASES}))

    def run(self, given: CheckInput) -> CheckResult:
        """A repeated application is received all the same; a person sees whether it is one."""
        if not given.other_cases:
            return CheckResult(Outcome.MET, "repeated.none")
        return CheckResult(
            Outcome.NEEDS_INQUIRY,
            "repeated.found",
            {"count": len(given.other_cases)},
            tuple(Evidence("repeated.case", {"diary_number": one.diary_number}) for one in given.other_cases),
        )
