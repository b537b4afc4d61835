"""What follows a decision without changing it: additions, terms, conditions, and decisions on other matters."""

from dataclasses import dataclass
from datetime import date

from service.casework.decision.decided import decision_of
from service.casework.review.reassessment import new_matters, propose
from service.desk import form, letter_sheet
from service.desk.actors import person
from service.desk.fields import check_not_later
from service.desk.ports.desk import Desk
from service.desk.step import Scene, step
from service.desk.step_form import CaseNow, LetterForm, StepForm, unless
from service.desk.stops import stopped
from service.desk.terms import season_of
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
from service.domain.premises import BookingStatus
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
                seasons=await self._seasons(scene),
                text=scene.keep("applicant", self.text),
            )
        )

    async def _seasons(self, scene: Scene) -> tuple[str, ...]:
        """The seasons of the times that have been let in the case: for those the terms hold, in whatever case."""
        times = (await scene.writing.bookings_of([scene.case.id])).get(scene.case.id, [])
        let = [time for time in times if time.status is BookingStatus.CONFIRMED]
        return tuple(sorted({season_of(time, scene.procedure.premises) for time in let}))


@dataclass(frozen=True)
class ReleasePayment(StepForm):
    """Hand a grant over to be paid: the lists are asked again just before (routine step 13).

    What resembles a listed name is put to a person as what turns up later is, and nothing is paid before it is settled;
    a list that cannot be asked is no pass.
    """

    name = "payment"
    event = PaymentReleased

    checked_otherwise: str = form.text(required=False)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.left_to_pay_ore, "payment.nothing_left")

    async def take(self, desk: Desk, case_id: str, *, by: User, seen: int) -> None:
        """The lists are asked before the transaction begins: nothing slow is waited for within one."""
        asked = await self._ask(desk, case_id, by)
        async with step(desk, case_id, PaymentReleased, by=by, seen=seen) as scene:
            await self._check(scene)
            resembles = await new_matters(desk, scene.writing, asked)
            if not resembles:
                self._check_answered(asked)
                await scene.take(self._released(scene, asked))
        if resembles:
            # What is shown is put to a person, whatever else could not be asked.
            support = [LiveSupport(SupportKind.PAYMENT, asked.material.case.id, 1)]
            await propose(desk, asked, support, by=person(by))
            raise NotAllowed("payment.reassessment")

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
        dossier = scene.dossier
        if dossier.grant is None or not dossier.left_to_pay_ore:
            raise NotAllowed("payment.nothing_left")
        if await stopped(scene.writing, scene.case.organisation_id, StopScope.PAYMENT):
            raise NotAllowed("payment.stopped")
        if dossier.grant.accepted is None:
            raise NotAllowed("payment.terms")
        if dossier.open_reassessments:
            raise NotAllowed("payment.reassessment")
        if dossier.to_take_up:
            raise NotAllowed("payment.take_up")

    def _check_answered(self, asked: AskedAgain) -> None:
        """A list that could not be asked is no pass; a person may have checked in another way, and says how."""
        outcomes = {finding.result.outcome for finding in asked.findings}
        if not outcomes <= NEEDS_NOBODY | {Outcome.UNKNOWN}:
            raise NotAllowed("payment.reassessment")
        if Outcome.UNKNOWN in outcomes and not self.checked_otherwise:
            raise NotAllowed("payment.unchecked")

    def _released(self, scene: Scene, asked: AskedAgain) -> PaymentReleased:
        grant = scene.dossier.grant
        assert grant is not None
        return PaymentReleased(
            decision=grant.id,
            amount_ore=scene.dossier.left_to_pay_ore,
            checked_otherwise=scene.keep_any("resolution", self.checked_otherwise),
            answers=asked.answers(scene.desk, scene.writing),
            model=scene.desk.finder.method().model,
            inputs=asked.kept_inputs(scene.writing),
            procedure=asked.material.procedure.ref,
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
class DecideAside(LetterForm):
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
        written = letter_sheet.sheet(
            scene.desk,
            scene.procedure,
            self.kind,
            self.language,
            {"text": self.text},
            case=scene.case,
            recipient=await letter_sheet.recipient_of(scene.writing, scene.case),
        )
        await scene.take(
            SideDecided(
                decision=scene.desk.outside.new_id(),
                kind=self.kind,
                text=scene.keep("reasons", self.text),
                letter=letter_sheet.keep(
                    scene.desk, scene.writing, scene.case, self.kind, written, as_code_points=self.as_code_points
                ),
                delegation_point=self.delegation_point,
            )
        )
