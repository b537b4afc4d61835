"""What follows a decision without changing it: additions, terms, conditions, and decisions on other matters."""

from dataclasses import dataclass
from datetime import date

from service.casework.decision.decided import decision_of
from service.casework.review.reassessment import propose
from service.desk import form, letter_sheet
from service.desk.actors import person
from service.desk.fields import check_not_later
from service.desk.ports.desk import Desk
from service.desk.step import Scene, step
from service.desk.step_form import CaseNow, StepForm, unless
from service.desk.stops import stopped
from service.domain import policy
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.decision import (
    ConditionReported,
    DecisionAddedTo,
    PaymentReleased,
    SideDecided,
    TermsAccepted,
)
from service.domain.finding import NEEDS_NOBODY, Outcome, Trait
from service.domain.people import User
from service.domain.stops import StopScope
from service.domain.support import LiveSupport, SupportKind
from service.screening.ask_again import AskedAgain, ask_again, checks_with
from service.screening.material import material_of

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
class ReleasePayment(StepForm):
    """Hand a grant over to be paid: the lists are asked again just before (routine step 13).

    What resembles a listed name is put to a person as what turns up later is, and nothing is paid before it is settled;
    a list that cannot be asked is no pass.
    """

    name = "payment"
    event = PaymentReleased

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        grant = case.dossier.grant
        return unless(grant and grant.amount_ore and not grant.paid, "payment.nothing_left")

    async def take(self, desk: Desk, case_id: str, *, by: User, seen: int) -> None:
        """The lists are asked before the transaction begins: nothing slow is waited for within one."""
        asked = await self._ask(desk, case_id, by)
        async with step(desk, case_id, PaymentReleased, by=by, seen=seen) as scene:
            await self._check(scene)
            unclear = any(finding.result.outcome not in NEEDS_NOBODY for finding in asked.findings)
            if not unclear:
                await scene.take(self._released(scene, asked))
        if unclear:
            await self._put_to_a_person(desk, asked, by)

    async def _ask(self, desk: Desk, case_id: str, by: User) -> AskedAgain:
        async with desk.store.reading() as reading:
            material = await material_of(desk, reading, case_id)
        policy.check_can_see(material.case, by)
        checks = material.procedure.kinds[material.case.kind].checks
        required = await checks_with(desk, checks, Trait.NAMES_LISTED_PARTY)
        if not required:
            raise NotFound("key_access.no_check")
        return await ask_again(desk, material, required)

    async def _check(self, scene: Scene) -> None:
        grant = scene.dossier.grant
        if grant is None or not grant.amount_ore or grant.paid:
            raise NotAllowed("payment.nothing_left")
        if await stopped(scene.writing, scene.case.organisation_id, StopScope.PAYMENT):
            raise NotAllowed("payment.stopped")
        if grant.accepted is None:
            raise NotAllowed("payment.terms")
        if scene.dossier.open_reassessments:
            raise NotAllowed("payment.reassessment")

    def _released(self, scene: Scene, asked: AskedAgain) -> PaymentReleased:
        grant = scene.dossier.grant
        assert grant is not None
        return PaymentReleased(
            decision=grant.id,
            answers=asked.answers(scene.desk, scene.writing),
            model=scene.desk.finder.method().model,
            inputs=asked.kept_inputs(scene.writing),
            procedure=asked.material.procedure.ref,
        )

    async def _put_to_a_person(self, desk: Desk, asked: AskedAgain, by: User) -> None:
        if any(finding.result.outcome is Outcome.UNKNOWN for finding in asked.findings):
            raise NotAllowed("payment.unchecked")
        support = [LiveSupport(SupportKind.PAYMENT, asked.material.case.id, 1)]
        await propose(desk, asked, support, by=person(by))
        raise NotAllowed("payment.reassessment")


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
