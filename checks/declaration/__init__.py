"""Has the association attested the four statements, in the version that was in force?"""

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Example, NoParams
from service.domain.examples import an_input
from service.domain.finding import CheckResult, Evidence, Outcome, Trait

STATEMENTS = ("democratic_state", "human_rights", "gender_equality", "no_violent_extremism")


class Declaration:
    """Concerns what the association attests of its own conduct, never a creed (RF 2:2)."""

    description = CheckDescription(
        "declaration",
        "1",
        frozenset(Kind),
        owner="Granska",
        rests_on="https://lagen.nu/1974:152#K1P2",
        traits=frozenset({Trait.CURABLE}),
    )
    params = NoParams
    examples = (
        Example(an_input(), Outcome.MET, "declaration.complete"),
        Example(an_input(declaration=None), Outcome.NOT_MET, "declaration.missing"),
    )

    def run(self, given: CheckInput, _: NoParams) -> CheckResult:
        """Met when all four are attested in the right version, on or before the day of receipt."""
        declaration = given.application.declaration
        if declaration is None:
            return CheckResult(Outcome.NOT_MET, "declaration.missing")
        left_out = [one for one in STATEMENTS if not declaration.statements.get(one, False)]
        if left_out:
            return CheckResult(
                Outcome.NOT_MET,
                "declaration.not_attested",
                {"count": len(left_out)},
                tuple(Evidence(f"declaration.left_out.{one}") for one in left_out),
            )
        if declaration.text_version != given.declaration_version:
            return CheckResult(
                Outcome.NEEDS_INQUIRY,
                "declaration.other_version",
                {"version": declaration.text_version, "expected": given.declaration_version},
            )
        if declaration.date > given.received_on:
            return CheckResult(Outcome.NEEDS_INQUIRY, "declaration.dated_later", {"date": declaration.date.isoformat()})
        signed = Evidence(
            "declaration.signed",
            {"name": declaration.signatory, "role": declaration.role, "date": declaration.date.isoformat()},
        )
        return CheckResult(Outcome.MET, "declaration.complete", {"version": declaration.text_version}, (signed,))
