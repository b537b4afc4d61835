"""Is the organisation number one that an organisation can have?"""

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput
from service.domain.finding import CheckResult, Outcome
from service.domain.organisation import is_organisation_number, looks_personal, normal_form


class OrganisationNumber:
    """Looks at form, check digit and third digit; associations without a number exist and may apply."""

    description = CheckDescription("organisation_number", "1", frozenset(Kind))

    def run(self, given: CheckInput) -> CheckResult:
        """Never repeats what looks like a personal number."""
        written = given.application.organisation.number
        if written is None:
            return CheckResult(Outcome.NEEDS_INQUIRY, "organisation_number.none")
        if is_organisation_number(written):
            return CheckResult(Outcome.MET, "organisation_number.valid", {"number": normal_form(written) or ""})
        if looks_personal(written):
            return CheckResult(Outcome.NOT_MET, "organisation_number.personal")
        if normal_form(written) is None:
            return CheckResult(Outcome.NOT_MET, "organisation_number.malformed")
        return CheckResult(Outcome.NOT_MET, "organisation_number.check_digit", {"number": normal_form(written) or ""})
