"""Is the organisation number one that an organisation can have?"""

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Example, NoParams
from service.domain.examples import an_input
from service.domain.finding import CheckResult, Outcome, Trait
from service.domain.organisation import is_organisation_number, looks_personal, normal_form


class OrganisationNumber:
    """Looks at form, check digit and third digit; associations without a number exist and may apply."""

    description = CheckDescription(
        "organisation_number",
        "2",
        frozenset(Kind),
        owner="Granska",
        rests_on="https://lagen.nu/1974:174",
        traits=frozenset({Trait.CURABLE, Trait.OF_THE_ASSOCIATION, Trait.READS_NUMBER}),
    )
    params = NoParams
    examples = (
        Example(an_input(), Outcome.MET, "organisation_number.valid"),
        Example(
            an_input(organisation={"name": "Granvikens Teaterförening", "org_number": "802999-0003"}),
            Outcome.NOT_MET,
            "organisation_number.check_digit",
        ),
    )

    def run(self, given: CheckInput, _: NoParams) -> CheckResult:
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
