"""The inquiry (utredning): open sources, acts and who verified them, consultation, and the written assessment."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from service.desk.fields import check_day, check_text, one_of
from service.desk.ports.desk import Desk
from service.desk.step import Scene, step
from service.domain.basis import verified
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
from service.domain.people import User
from service.rules.calendar import next_working_day

#: What an assessment of a criterion can say; none of them is a verdict on the case.
RESULTS = ("met", "not_met", "neither")
ACT_FIELDS = ("who", "capacity", "what", "when", "source")


async def record_search(
    desk: Desk,
    case_id: str,
    *,
    template: str,
    searched_on: str,
    found: Sequence[str],
    acts: Sequence[tuple[Act, str, bool]],
    by: User,
    seen: int,
) -> list[str]:
    """Write down an open-source check: the routine's own queries, what each gave, and the acts that were found.

    `found` has one text for each query of the template, "nothing" included: what was looked for is the same in every
    case of a kind (KL 2:3). Each act comes with the grade of its source and whether it is only a link to someone else.
    Returns the acts' ids.
    """
    day = check_day("/searched_on", searched_on)
    async with step(desk, case_id, SearchRecorded, by=by, seen=seen) as scene:
        routine = scene.procedure.routine
        one_of("/template", template, [one.id for one in routine.searches.values() if scene.case.kind in one.kinds])
        queries = routine.searches[template].queries
        if day > scene.today:
            raise InvalidInput([Problem("/searched_on", "input.not_now_or_earlier")])
        texts = [check_text(f"/found/{n}", one, required=False) for n, one in enumerate(found)]
        problems = [
            Problem(f"/found/{n}", "search.every_query") for n in range(len(queries)) if not "".join(texts[n : n + 1])
        ]
        kept = []
        for n, (act, grade, link_only) in enumerate(acts):
            for name, text in asdict(act).items():
                if not check_text(f"/acts/{n}/{name}", text, required=False):
                    problems.append(Problem(f"/acts/{n}/{name}", "input.missing"))
            if grade not in routine.grades:
                problems.append(Problem(f"/acts/{n}/grade", "input.missing"))
            kept.append((desk.outside.new_id(), act, grade, link_only))
        if problems:
            raise InvalidInput(problems)
        written = [{"query": query, "found": text} for query, text in zip(queries, texts, strict=False)]
        data = SearchRecorded(
            search=desk.outside.new_id(),
            template=template,
            searched_on=day.isoformat(),
            searched=scene.writing.keep("search", written, case=case_id),
            found_acts=tuple(
                FoundAct(act_id, _keep_act(scene, act), grade, link_only) for act_id, act, grade, link_only in kept
            ),
        )
        await scene.take(data)
    return [one[0] for one in kept]


def _keep_act(scene: Scene, act: Act) -> str:
    texts = {name: check_text("/acts", text) for name, text in asdict(act).items()}
    return scene.writing.keep("act", texts, case=scene.case.id)


async def verify_act(desk: Desk, case_id: str, *, act: str, by: User, seen: int) -> None:
    """A second person has looked at the source of an act and found that it says so."""
    async with step(desk, case_id, ActVerified, by=by, seen=seen) as scene:
        known = scene.dossier.acts.get(act)
        if known is None:
            raise NotFound("act.not_found")
        if known.by == scene.by.pseudonym:
            raise NotAllowed("act.verified_by_another")
        if known.verified_by is not None and verified(scene.dossier, known):
            raise NotAllowed("act.verified_already")
        await scene.take(ActVerified(act=act))


async def confirm_match(
    desk: Desk, case_id: str, *, finding: str, agrees: bool, text: str, by: User, seen: int
) -> None:
    """A second person has compared the listed name with the applicant's, and agrees or not (requirement D6)."""
    text = check_text("/text", text)
    async with step(desk, case_id, FindingConfirmed, by=by, seen=seen) as scene:
        basis = await scene.basis()
        known = [one for one in basis.findings if one.id == finding and one.resolution is Resolution.OBSTACLE]
        if not known:
            raise NotFound("finding.not_found")
        if scene.dossier.resolved_by.get(finding) == scene.by.pseudonym:
            raise NotAllowed("finding.confirmed_by_another")
        await scene.take(FindingConfirmed(finding=finding, agrees=agrees, text=scene.keep("resolution", text)))


async def ask_consultee(desk: Desk, case_id: str, *, consultee: str, circumstances: str, by: User, seen: int) -> str:
    """Ask someone outside the unit, on concrete circumstances of this case; returns the request's id."""
    async with step(desk, case_id, ConsultationAsked, by=by, seen=seen) as scene:
        consultees = scene.procedure.routine.consultees
        one_of("/consultee", consultee, consultees)
        text = check_text("/circumstances", circumstances, required=consultees[consultee].needs_circumstances)
        asked = desk.outside.new_id()
        due = next_working_day(scene.today + timedelta(days=consultees[consultee].days))
        await scene.take(
            ConsultationAsked(
                consultation=asked,
                consultee=consultee,
                circumstances=scene.keep("consultation", text),
                due=due.isoformat(),
            )
        )
    return asked


async def record_consultation(
    desk: Desk,
    case_id: str,
    *,
    consultation: str,
    answer: str,
    answered_on: str,
    enclosure: str,
    disclosed: bool,
    provision: str,
    by: User,
    seen: int,
) -> None:
    """Write down what sort of answer came; what the other authority knows is never kept, only the class (OSL 35:1).

    A written opinion is an enclosure of the case. What the applicant may not see cannot carry a decision, and says by
    which provision it is kept from them.
    """
    day = check_day("/answered_on", answered_on)
    provision = check_text("/provision", provision, required=not disclosed, most=200)
    async with step(desk, case_id, ConsultationAnswered, by=by, seen=seen) as scene:
        asked = [one for one in scene.dossier.consultations if one.id == consultation]
        if not asked:
            raise NotFound("consultation.not_found")
        if asked[0].answered_on:
            raise NotAllowed("consultation.answered_already")
        consultees = scene.procedure.routine.consultees
        known = consultees.get(asked[0].data.consultee)
        one_of("/answer", answer, known.answers if known else ())
        if day > scene.today:
            raise InvalidInput([Problem("/answered_on", "input.not_now_or_earlier")])
        enclosures = {one.enclosure.id for one in await scene.writing.enclosures(case_id)}
        if enclosure and enclosure not in enclosures:
            raise InvalidInput([Problem("/enclosure", "enclosure.not_found")])
        if answer == "opinion" and not enclosure:
            raise InvalidInput([Problem("/enclosure", "consultation.opinion_enclosed")])
        await scene.take(
            ConsultationAnswered(
                consultation=consultation,
                answer_class=answer,
                answered_on=day.isoformat(),
                enclosure=enclosure or None,
                disclosed=disclosed,
                provision=scene.keep_any("secrecy", provision),
            )
        )


async def assess(desk: Desk, case_id: str, *, criterion: str, result: str, text: str, by: User, seen: int) -> None:
    """Assess one criterion of the routine, in writing; written again, the newest stands."""
    text = check_text("/text", text)
    async with step(desk, case_id, AssessmentWritten, by=by, seen=seen) as scene:
        known = [one.id for one in scene.procedure.routine.criteria_of(scene.case.kind)]
        one_of("/criterion", criterion, known)
        one_of("/result", result, RESULTS)
        await scene.take(AssessmentWritten(criterion=criterion, result=result, text=scene.keep("assessment", text)))
