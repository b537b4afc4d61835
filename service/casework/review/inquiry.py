"""The inquiry (utredning): open sources, acts and who verified them, consultation, and the written assessment."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from service.desk import form
from service.desk.fields import check_not_later, check_text, one_of
from service.desk.step import Scene
from service.desk.step_form import CaseNow, StepForm, unless
from service.domain.basis import match_confirmed, verified
from service.domain.decision import Act
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.review import (
    ActVerified,
    AssessmentWritten,
    ConsultationAnswered,
    ConsultationAsked,
    FindingConfirmed,
    FoundAct,
    SearchRecorded,
)
from service.domain.finding import Resolution
from service.rules.calendar import next_working_day

#: What an assessment of a criterion can say; none of them is a verdict on the case.
RESULTS = ("met", "not_met", "neither")
MOST_ACTS = 3
#: Answers by which another authority says something of the applicant: they are had in writing, and seen by two.
IN_WRITING = ("opinion", "risk_described")


@dataclass(frozen=True)
class ActFound:
    """One documented act with the grade of its source, and whether it is only a link to someone else."""

    who: str = form.text()
    capacity: str = form.text()
    what: str = form.text()
    when: str = form.text()
    source: str = form.text()
    grade: str = form.text()
    link: str = form.choice(("yes", "no"))

    @property
    def link_only(self) -> bool:
        """Whether nothing was done by the association or its representatives themselves."""
        return self.link == "yes"

    @property
    def texts(self) -> dict[str, str]:
        """What is kept where it can be erased."""
        return asdict(Act(self.who, self.capacity, self.what, self.when, self.source))


@dataclass(frozen=True)
class RecordSearch(StepForm):
    """Write down an open-source check: the routine's own queries, what each gave, and the acts that were found.

    `found` has one text for each query of the template, "nothing" included: what was looked for is the same in every
    case of a kind (KL 2:3). Each act comes with the grade of its source and whether it is only a link to someone else.
    Returns the acts' ids.
    """

    name = "search"
    event = SearchRecorded

    template: str = form.code()
    searched_on: date = form.day()
    found: tuple[str, ...] = form.in_order()
    acts: tuple[ActFound, ...] = form.numbered(ActFound, "act", MOST_ACTS)

    async def work(self, scene: Scene) -> list[str]:
        routine = scene.procedure.routine
        templates = [search.id for search in routine.searches.values() if scene.case.kind in search.kinds]
        queries = routine.searches[one_of("/template", self.template, templates)].queries
        check_not_later("/searched_on", self.searched_on, scene.today)
        texts = [check_text(f"/found/{n}", text, required=False) for n, text in enumerate(self.found)]
        texts += [""] * (len(queries) - len(texts))
        problems = [Problem(f"/found/{n}", "search.every_query") for n in range(len(queries)) if not texts[n]]
        problems += [
            Problem(f"/acts/{n}/grade", "input.choice_unknown")
            for n, act in enumerate(self.acts)
            if act.grade not in routine.grades
        ]
        if problems:
            raise InvalidInput(problems)
        written = [{"query": query, "found": text} for query, text in zip(queries, texts, strict=False)]
        acts = [self._kept(scene, act) for act in self.acts]
        data = SearchRecorded(
            search=scene.desk.outside.new_id(),
            template=self.template,
            searched_on=self.searched_on,
            searched=scene.writing.keep("search", written, case=scene.case.id),
            found_acts=tuple(acts),
        )
        await scene.take(data)
        return [act.act for act in acts]

    def _kept(self, scene: Scene, act: ActFound) -> FoundAct:
        reference = scene.writing.keep("act", act.texts, case=scene.case.id)
        return FoundAct(scene.desk.outside.new_id(), reference, act.grade, act.link_only)


@dataclass(frozen=True)
class VerifyAct(StepForm):
    """A second person has looked at the source of an act and found that it says so."""

    name = "verify-act"
    event = ActVerified

    act: str = form.code()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        left = any(not verified(case.dossier, act) for act in case.dossier.acts.values())
        return unless(left, "step.no_act_left")

    async def work(self, scene: Scene) -> None:
        known = scene.dossier.acts.get(self.act)
        if known is None:
            raise NotFound("act.not_found")
        if known.by == scene.by.pseudonym:
            raise NotAllowed("act.verified_by_another")
        if known.verified_by is not None and verified(scene.dossier, known):
            raise NotAllowed("act.verified_already")
        await scene.take(ActVerified(act=self.act))


@dataclass(frozen=True)
class ConfirmMatch(StepForm):
    """A second person has compared the listed name with the applicant's, and agrees or not (requirement D6)."""

    name = "confirm-match"
    event = FindingConfirmed

    finding: str = form.code()
    agrees: bool = form.yes_no()
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        left = any(not match_confirmed(case.basis, finding) for finding in case.basis.findings)
        return unless(left, "step.no_match_left")

    async def work(self, scene: Scene) -> None:
        basis = await scene.basis()
        obstacles = {finding.id for finding in basis.findings if finding.resolution is Resolution.OBSTACLE}
        if self.finding not in obstacles:
            raise NotFound("finding.not_found")
        if scene.dossier.resolved_by.get(self.finding) == scene.by.pseudonym:
            raise NotAllowed("finding.confirmed_by_another")
        text = scene.keep("resolution", self.text)
        await scene.take(FindingConfirmed(finding=self.finding, agrees=self.agrees, text=text))


@dataclass(frozen=True)
class AskConsultee(StepForm):
    """Ask someone outside the unit, on concrete circumstances of this case; returns the request's id."""

    name = "consultation"
    event = ConsultationAsked

    consultee: str = form.code()
    circumstances: str = form.text(required=False)

    async def work(self, scene: Scene) -> str:
        consultees = scene.procedure.routine.consultees
        one_of("/consultee", self.consultee, consultees)
        text = check_text("/circumstances", self.circumstances, required=consultees[self.consultee].needs_circumstances)
        asked = scene.desk.outside.new_id()
        due = next_working_day(scene.today + timedelta(days=consultees[self.consultee].days))
        await scene.take(
            ConsultationAsked(
                consultation=asked,
                consultee=self.consultee,
                circumstances=scene.keep("consultation", text),
                due=due,
            )
        )
        return asked


@dataclass(frozen=True)
class RecordConsultation(StepForm):
    """Write down what sort of answer came; what the other authority knows is never kept, only the class (OSL 35:1).

    What another authority holds is in writing, an enclosure of the case that someone else has put there. What the
    applicant may not see cannot carry a decision, and says by which provision it is kept from them.
    """

    name = "consultation-answer"
    event = ConsultationAnswered

    consultation: str = form.code()
    answer: str = form.code()
    answered_on: date = form.day()
    enclosure: str = form.code()
    disclosed: bool = form.yes_no()
    provision: str = form.text(required=False, most=200)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        waiting = any(asked.answered_on is None for asked in case.dossier.consultations)
        return unless(waiting, "step.nothing_asked")

    async def work(self, scene: Scene) -> None:
        if not self.disclosed and not self.provision:
            raise InvalidInput([Problem("/provision", "input.missing")])
        asked = {consultation.id: consultation for consultation in scene.dossier.consultations}
        consultation = asked.get(self.consultation)
        if consultation is None:
            raise NotFound("consultation.not_found")
        if consultation.answered_on:
            raise NotAllowed("consultation.answered_already")
        consultee = scene.procedure.routine.consultees.get(consultation.data.consultee)
        one_of("/answer", self.answer, consultee.answers if consultee else ())
        check_not_later("/answered_on", self.answered_on, scene.today)
        enclosures = {stored.enclosure.id for stored in await scene.writing.enclosures(scene.case.id)}
        if self.enclosure and self.enclosure not in enclosures:
            raise InvalidInput([Problem("/enclosure", "enclosure.not_found")])
        if self.answer in IN_WRITING and not self.enclosure:
            raise InvalidInput([Problem("/enclosure", "consultation.opinion_enclosed")])
        if self.answer in IN_WRITING and not scene.dossier.is_by_another(self.enclosure, scene.by.pseudonym):
            raise InvalidInput([Problem("/enclosure", "consultation.opinion_by_another")])
        await scene.take(
            ConsultationAnswered(
                consultation=self.consultation,
                answer_class=self.answer,
                answered_on=self.answered_on,
                enclosure=self.enclosure or None,
                disclosed=self.disclosed,
                provision=scene.keep_any("secrecy", self.provision),
            )
        )


@dataclass(frozen=True)
class Assess(StepForm):
    """Assess one criterion of the routine, in writing; written again, the newest stands."""

    name = "assess"
    event = AssessmentWritten

    criterion: str = form.code()
    result: str = form.choice(RESULTS)
    text: str = form.text()

    async def work(self, scene: Scene) -> None:
        criteria = scene.procedure.routine.criteria_of(scene.case.kind)
        one_of("/criterion", self.criterion, [criterion.id for criterion in criteria])
        text = scene.keep("assessment", self.text)
        await scene.take(AssessmentWritten(criterion=self.criterion, result=self.result, text=text))
