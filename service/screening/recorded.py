"""A round of checks as it was, with what it was answered from; a form of before is read in today's terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.desk import application_parts
from service.desk.ports.cases import CaseDetails
from service.domain.application import Application, from_document
from service.domain.case import Case
from service.domain.events.intake import CheckAnswer
from service.domain.ruleset import RuleSet

#: The form in which the inputs of a round are kept.
FORM = 2


@dataclass(frozen=True)
class Then:
    """A round of checks as it was: the case, what it was given, and what was found.

    `inputs` are in today's form; None where they have been erased.
    """

    case: Case
    details: CaseDetails
    check_round: int
    findings: Sequence[CheckAnswer]
    values: Mapping[str, Any]
    rules: RuleSet | None
    procedure: RuleSet | None
    inputs: Mapping[str, Any] | None

    @property
    def gone(self) -> str | None:
        """Why it cannot be run again at all, or None."""
        if self.inputs is None or not application_parts.whole(self.details.application_parts, self.values):
            return "erased"
        if self.details.speakers_ref and self.details.speakers_ref not in self.values:
            return "erased"
        if self.rules is None or self.procedure is None:
            return "rules-gone"
        return None

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers that had been named."""
        return tuple(self.values.get(self.details.speakers_ref or "", ()))

    @property
    def compared_speakers(self) -> tuple[str, ...]:
        """The speakers, where the rules cite a basis for comparing them."""
        assert self.rules is not None
        return self.speakers if self.rules.kinds[self.case.kind].speakers_compared else ()

    @property
    def today(self) -> date:
        """The day of the round."""
        assert self.inputs is not None
        return date.fromisoformat(self.inputs["today"])

    @property
    def deadline(self) -> date | None:
        """The last day of the round that the application belonged to, as the checks were told it."""
        assert self.inputs is not None
        written = self.inputs.get("deadline")
        return date.fromisoformat(written) if written else None

    def application(self) -> Application:
        """What had been handed in."""
        return from_document(application_parts.assembled(self.details.application_parts, self.values))


def in_todays_form(document: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a round as they would be kept today.

    Form 1 knew an enclosure by its kind alone: what a document speaks of had not been asked of anyone.
    """
    read = dict(document)
    if read.get("form", 1) >= FORM:
        return read
    if "enclosure_kinds" in read:
        unknown = {"id": "", "received_on": None, "speaks_from": None, "speaks_to": None, "asked": False}
        read["enclosures"] = [{"kind": kind, **unknown} for kind in read.pop("enclosure_kinds")]
    if "lists" in read:
        read["lists"] = {"method": read.pop("method", None), "versions": read["lists"]}
    return read | {"form": FORM}
