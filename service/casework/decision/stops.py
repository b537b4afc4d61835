"""Support is stopped meanwhile: at once on a confirmed listing, else by two persons once the association was heard."""

from dataclasses import dataclass
from datetime import date, timedelta

from service.casework.review.correspondence import communication_due
from service.desk import form, letter_sheet
from service.desk.applicant_told import News, tell
from service.desk.fields import check_not_later, one_of
from service.desk.step import Scene
from service.desk.step_form import CaseNow, StepForm, unless
from service.desk.stops import stops_of
from service.domain.basis import confirmed_listing
from service.domain.clock import local_day
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.support import StopAnswered, StopConsidered, SupportReleased, SupportStopped
from service.domain.finding import Resolution
from service.domain.letter import ApplicantNews
from service.domain.people import Role
from service.domain.stops import Stop, StopGround


@dataclass(frozen=True)
class StopSupport(StepForm):
    """Stop all support to the association on a confirmed sanctions listing: nothing is awaited (2025:327, 3 §).

    While it stands no case of the association gives, executes or hands out what it halts; it is told at once, and how
    to answer. Only a listing that two persons have confirmed can stop them; the decision on the case is made as always.
    """

    name = "stop"
    event = SupportStopped

    finding: str = form.code()
    text: str = form.text()
    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        obstacle = any(finding.resolution is Resolution.OBSTACLE for finding in case.basis.findings)
        bars = case.basis.procedure.stops.values()
        barred = {ground.id for ground in bars if case.basis.procedure.bars(ground)}
        already = any(stop.ground in barred for stop in case.dossier.standing_stops)
        return unless(obstacle and not already, "step.nothing_to_stop")

    async def work(self, scene: Scene) -> None:
        ground = _legal_bar(scene)
        if any(stop.ground == ground.id for stop in scene.dossier.standing_stops):
            raise NotAllowed("support.stopped_already")
        basis = await scene.basis()
        if not any(finding.id == self.finding and confirmed_listing(basis, finding) for finding in basis.findings):
            raise InvalidInput([Problem("/finding", "support.not_confirmed")])
        stopped = SupportStopped(
            stop=scene.desk.outside.new_id(),
            ground=ground.id,
            clause=ground.clause,
            scope=tuple(sorted(ground.scope)),
            until=None,
            finding=self.finding,
            text=scene.keep("resolution", self.text),
        )
        await scene.take(stopped)
        await _tell(scene, ApplicantNews.SUPPORT_STOPPED, {"text": self.text}, self.language)


def _legal_bar(scene: Scene) -> StopGround:
    procedure = scene.procedure
    bars = [ground for ground in procedure.stops.values() if procedure.bars(ground)]
    if not bars:
        raise NotAllowed("stop.no_legal_bar")
    return bars[0]


@dataclass(frozen=True)
class ConsiderStop(StepForm):
    """Put forward that support is stopped on a ground of the rule set; the association is told and may answer (FL 25).

    Where an exception of the closed list holds nothing is awaited, and the stop can stand for fewer days. Another
    person sets it. Whoever put forward the stop before does not put its renewal forward.
    """

    name = "consider-stop"
    event = StopConsidered

    ground: str = form.code()
    text: str = form.text()
    until: date = form.day()
    exception: str = form.code()
    exception_text: str = form.text(required=False)
    language: str = form.choice(letter_sheet.LANGUAGES)

    async def work(self, scene: Scene) -> str:
        ground = _adverse_ground(scene, self.ground)
        excepted = bool(self.exception)
        self._check_times(scene, ground)
        await _check_no_own_renewal(scene, ground)
        due = None if excepted else _answer_by(scene)
        stop = scene.desk.outside.new_id()
        considered = StopConsidered(
            stop=stop,
            ground=ground.id,
            clause=ground.clause,
            until=self.until,
            due=due,
            exception=self.exception or None,
            text=scene.keep("letter-text", self.text),
            exception_text=scene.keep_any("communication", self.exception_text),
        )
        await scene.take(considered)
        if due is not None:
            told = _said(scene, ground, self.text, self.until, self.language) | {"deadline": due.isoformat()}
            await _tell(scene, ApplicantNews.STOP_CONSIDERED, told, self.language)
        return stop

    def _check_times(self, scene: Scene, ground: StopGround) -> None:
        problems = []
        if self.exception:
            one_of("/exception", self.exception, scene.procedure.routine.exceptions)
            if not self.exception_text:
                problems.append(Problem("/exception_text", "input.missing"))
        days = ground.exception_days if self.exception else ground.days
        last = scene.today + timedelta(days=days or 0)
        if not scene.today < self.until <= last:
            problems.append(Problem("/until", "stop.too_long", {"day": last.isoformat()}))
        if problems:
            raise InvalidInput(problems)


def _adverse_ground(scene: Scene, name: str) -> StopGround:
    """The ground of this name, which goes against the association: a bar in law has a step of its own."""
    ground = scene.procedure.stops.get(name)
    if ground is None or scene.procedure.bars(ground):
        raise InvalidInput([Problem("/ground", "stop.ground_unknown")])
    return ground


def _answer_by(scene: Scene) -> date:
    """The routine's own time, however near an event is: what cannot wait for that is an exception."""
    return communication_due(scene.procedure.routine, scene.today, None)


async def _check_no_own_renewal(scene: Scene, ground: StopGround) -> None:
    """Nobody renews their own: what this person put forward on the ground stands, waits or ended lately."""
    organisation = scene.case.organisation_id
    since = scene.today - timedelta(days=ground.days or 0)
    for of_case in (await stops_of(scene.writing, [organisation])).get(organisation, []):
        stop = of_case.stop
        lately = stop.ended_at is None or local_day(stop.ended_at) >= since
        if stop.ground == ground.id and stop.considered_by == scene.by.pseudonym and lately:
            raise NotAllowed("stop.own_renewal")


@dataclass(frozen=True)
class AnswerStop(StepForm):
    """What the association says to a stop that is considered."""

    name = "stop-answer"
    event = StopAnswered

    stop: str = form.code()
    text: str = form.text()
    received: date = form.day()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.considered_stops, "stop.none_considered")

    async def work(self, scene: Scene) -> None:
        stop = _considered(scene, self.stop)
        check_not_later("/received", self.received, scene.today)
        await scene.take(StopAnswered(stop=stop.id, answer=scene.keep("applicant", self.text), received=self.received))


@dataclass(frozen=True)
class SetStop(StepForm):
    """A second person sets a stop that another has put forward; the letter is made in the same step."""

    name = "set-stop"
    event = SupportStopped

    stop: str = form.code()
    text: str = form.text()
    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        waiting = [stop for stop in case.dossier.considered_stops if stop.considered_by != case.by.pseudonym]
        return unless(waiting, "stop.none_to_set")

    async def work(self, scene: Scene) -> None:
        stop = _considered(scene, self.stop)
        ground = _adverse_ground(scene, stop.ground)
        self._check_second(scene, stop, ground)
        if not stop.heard(scene.today):
            assert stop.due is not None
            raise NotAllowed("stop.not_heard", day=stop.due.isoformat())
        assert stop.until is not None
        if stop.until < scene.today:
            raise NotAllowed("stop.over")
        stopped = SupportStopped(
            stop=stop.id,
            ground=ground.id,
            clause=ground.clause,
            scope=tuple(sorted(ground.scope)),
            until=stop.until,
            finding=None,
            text=scene.keep("resolution", self.text),
        )
        await scene.take(stopped)
        told = _said(scene, ground, self.text, stop.until, self.language)
        await _tell(scene, ApplicantNews.SUPPORT_HALTED, told, self.language)

    def _check_second(self, scene: Scene, stop: Stop, ground: StopGround) -> None:
        """Another than who put it forward, whose own part no conflict of interest has come to light in since."""
        if stop.considered_by is None or stop.considered_by == scene.by.pseudonym:
            raise NotAllowed("stop.set_by_another")
        if scene.dossier.conflict(stop.considered_by) is not False:
            raise NotAllowed("decision.conflict_since")
        if ground.second == "decision_maker" and not scene.by.has(Role.DECISION_MAKER):
            raise NotAllowed("stop.decision_maker")


@dataclass(frozen=True)
class ReleaseSupport(StepForm):
    """Lift a stop, or drop one that is considered."""

    name = "release-support"
    event = SupportReleased

    stop: str = form.code()
    text: str = form.text()
    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.standing_stops or case.dossier.considered_stops, "support.not_stopped")

    async def work(self, scene: Scene) -> None:
        stop = self._chosen(scene)
        told = stop.standing or stop.exception is None  # what nobody was told of is not taken back by letter
        await scene.take(SupportReleased(stop=stop.id, text=scene.keep("resolution", self.text)))
        if told:
            await _tell(scene, ApplicantNews.SUPPORT_RELEASED, {"text": self.text}, self.language)

    def _chosen(self, scene: Scene) -> Stop:
        left = [*scene.dossier.standing_stops, *scene.dossier.considered_stops]
        if not left:
            raise NotAllowed("support.not_stopped")
        for stop in left:
            if stop.id == self.stop or (len(left) == 1 and not self.stop):
                return stop
        raise InvalidInput([Problem("/stop", "input.choice_unknown")])


def _considered(scene: Scene, stop: str) -> Stop:
    for considered in scene.dossier.considered_stops:
        if considered.id == stop:
            return considered
    raise NotFound("stop.none_considered")


def _said(scene: Scene, ground: StopGround, text: str, until: date, language: str) -> dict[str, str]:
    """What the letters of a stop tell of it."""
    scopes = [scene.desk.words.say(language, f"term.stop_scope.{scope}", {}) for scope in sorted(ground.scope)]
    return {
        "text": text,
        "clauses": letter_sheet.clause_lines(scene.procedure, (ground.clause,), language),
        "material": letter_sheet.listed(scopes),
        "last_day": until.isoformat(),
    }


async def _tell(scene: Scene, why: ApplicantNews, values: dict[str, str], language: str) -> None:
    news = News(why, values, language=language)
    scene.case = await tell(scene.desk, scene.writing, scene.case, news, by=scene.actor)
