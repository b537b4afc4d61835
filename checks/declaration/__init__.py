"""Has the association attested the four statements, in the version that was in force?"""

from typing import Annotated

from msgspec import Meta

from service.domain.application import Declaration as Attested
from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Example, Fetched, Need, Params
from service.domain.enclosure import EnclosureKind
from service.domain.examples import an_input
from service.domain.finding import CheckResult, Evidence, Outcome, Trait

_NO_ENCLOSURE = Fetched(enclosures=())

STATEMENTS = ("democratic_state", "human_rights", "gender_equality", "no_violent_extremism")


class DeclarationParams(Params, frozen=True):
    """The roles whose holders may sign for the association (firmatecknare), as its board list writes them."""

    signing_roles: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)] = ("ordförande",)


class Declaration:
    """Concerns what the association attests of its own conduct, never a creed (RF 2:2)."""

    description = CheckDescription(
        "declaration",
        "2",
        frozenset(Kind),
        owner="Granska",
        rests_on="https://lagen.nu/1974:152#K1P2",
        needs=frozenset({Need.ENCLOSURES}),
        traits=frozenset({Trait.CURABLE, Trait.OF_THE_ASSOCIATION}),
    )
    params = DeclarationParams
    examples = (
        Example(an_input(fetched=_NO_ENCLOSURE), Outcome.MET, "declaration.complete"),
        Example(an_input(declaration=None, fetched=_NO_ENCLOSURE), Outcome.NOT_MET, "declaration.missing"),
    )

    def run(self, given: CheckInput, params: DeclarationParams) -> CheckResult:
        """Met when all four are attested in the right version by someone who may sign, by the day of receipt."""
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
        signed = _signed(declaration)
        if not _may_sign(given, declaration, params):
            if not any(enclosure.kind == EnclosureKind.POWER_OF_ATTORNEY for enclosure in given.enclosures):
                return CheckResult(Outcome.NEEDS_INQUIRY, "declaration.signed_by_another", evidence=signed)
            signed += (Evidence("declaration.power_of_attorney"),)
        return CheckResult(Outcome.MET, "declaration.complete", {"version": declaration.text_version}, signed)


def _signed(declaration: Attested) -> tuple[Evidence, ...]:
    """Who signed, and how, as it was given."""
    who = {"name": declaration.signatory, "role": declaration.role, "date": declaration.date.isoformat()}
    how = {"method": declaration.method}
    if declaration.reference:
        found = Evidence("declaration.signed_with_reference", how | {"reference": declaration.reference})
    else:
        found = Evidence("declaration.signed_how", how)
    return (Evidence("declaration.signed", who), found)


def _may_sign(given: CheckInput, declaration: Attested, params: DeclarationParams) -> bool:
    """Whether the signatory is one of the representatives, with a role whose holder may sign."""
    roles = {_plain(role) for role in params.signing_roles}
    signatory = _plain(declaration.signatory)
    return any(_plain(one.name) == signatory and _plain(one.role) in roles for one in given.application.representatives)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
