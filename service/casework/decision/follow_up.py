"""What follows a decision without changing it: additions, terms, conditions, and decisions on other matters."""

from dataclasses import dataclass
from datetime import date

from service.casework.decision.decided import decision_of
from service.desk import form, letter_sheet
from service.desk.fields import check_not_later
from service.desk.step import Scene
from service.desk.step_form import CaseNow, StepForm, unless
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.decision import ConditionReported, DecisionAddedTo, SideDecided, TermsAccepted

#: What can be written to a decision afterwards; its own text stays as it was (JO 1008-2021).
ADDENDA = ("addendum", "correction")

SIDE_KINDS = ("disclosure", "data_subject")


@dataclass(frozen=True)
class AddToDecision(StepForm):
    """Add a dated text to a decision, or correct an obvious slip: a record of its own; the decision stays as it was."""

    name = "addendum"
    event = DecisionAddedTo

    kind: str = form.choice(ADDENDA)
    text: str = form.text()

    async def work(self, scene: Scene) -> None:
        decided = decision_of(scene)
        if self.kind == "correction" and decided.by != scene.by.pseudonym and not scene.by.delegation_points:
            raise NotAllowed("decision.no_delegation")
        await scene.take(
            DecisionAddedTo(
                decision=decided.id,
                addendum=scene.desk.outside.new_id(),
                kind=self.kind,
                text=scene.keep("addendum", self.text),
            )
        )


@dataclass(frozen=True)
class AcceptTerms(StepForm):
    """The applicant has accepted the terms, in this version, before payment or access."""

    name = "terms"
    event = TermsAccepted

    terms: str = form.code()
    on: date = form.day()
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.grant and not case.dossier.grant.accepted, "step.no_terms_left")

    async def work(self, scene: Scene) -> None:
        decided = scene.dossier.grant
        if decided is None:
            raise NotAllowed("decision.not_favourable")
        if self.terms != decided.terms:
            raise InvalidInput([Problem("/terms", "decision.other_terms", {"terms": decided.terms or "-"})])
        check_not_later("/on", self.on, scene.today)
        await scene.take(
            TermsAccepted(
                decision=decided.id,
                terms=self.terms,
                on=self.on,
                text=scene.keep("applicant", self.text),
            )
        )


@dataclass(frozen=True)
class ReportCondition(StepForm):
    """Note whether a condition of the decision has been met."""

    name = "condition"
    event = ConditionReported

    position: int = form.number()
    on: date = form.day()
    met: bool = form.yes_no()
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.grant and case.dossier.grant.conditions, "step.no_conditions")

    async def work(self, scene: Scene) -> None:
        decided = scene.dossier.grant
        if decided is None:
            raise NotAllowed("decision.not_favourable")
        if not 0 <= self.position < len(decided.conditions):
            raise InvalidInput([Problem("/position", "input.missing")])
        await scene.take(
            ConditionReported(
                decision=decided.id,
                position=self.position,
                on=self.on,
                met=self.met,
                text=scene.keep("resolution", self.text),
            )
        )


@dataclass(frozen=True)
class DecideAside(StepForm):
    """A decision beside the case's own, with its own way of appeal: not to release a document, or on personal data."""

    name = "aside"
    event = SideDecided

    kind: str = form.choice(SIDE_KINDS)
    text: str = form.text()
    delegation_point: str = form.code()
    language: str = form.choice(letter_sheet.LANGUAGES)

    async def work(self, scene: Scene) -> None:
        in_force = self.delegation_point in scene.procedure.delegation
        if not in_force or self.delegation_point not in scene.by.delegation_points:
            raise NotAllowed("decision.no_delegation")
        details = await scene.writing.details(scene.case.id)
        written = letter_sheet.sheet(
            scene.desk,
            scene.procedure,
            self.kind,
            self.language,
            {"text": self.text},
            case=scene.case,
            recipient=details.org_name,
        )
        await scene.take(
            SideDecided(
                decision=scene.desk.outside.new_id(),
                kind=self.kind,
                text=scene.keep("reasons", self.text),
                letter=letter_sheet.keep(scene.desk, scene.writing, scene.case, self.kind, written),
                delegation_point=self.delegation_point,
            )
        )
