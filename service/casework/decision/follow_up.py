"""What follows a decision without changing it: additions, terms, conditions, and decisions on other matters."""

from service.casework.decision.decided import decision_of
from service.casework.letters import compose
from service.desk.fields import check_day, check_text, one_of
from service.desk.ports.desk import Desk
from service.desk.step import step
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.decision import ConditionReported, DecisionAddedTo, SideDecided, TermsAccepted
from service.domain.people import User

#: What can be written to a decision afterwards; its own text stays as it was (JO 1008-2021).
ADDENDA = ("addendum", "correction")

SIDE_KINDS = ("disclosure", "data_subject")


async def add_to_decision(desk: Desk, case_id: str, *, kind: str, text: str, by: User, seen: int) -> None:
    """Add a dated text to a decision, or correct an obvious slip: a record of its own; the decision stays as it was."""
    text = check_text("/text", text)
    one_of("/kind", kind, ADDENDA)
    async with step(desk, case_id, DecisionAddedTo, by=by, seen=seen) as scene:
        decided = decision_of(scene)
        if kind == "correction" and decided.by != scene.by.pseudonym and not scene.by.delegation_points:
            raise NotAllowed("decision.no_delegation")
        await scene.take(
            DecisionAddedTo(
                decision=decided.id,
                addendum=desk.outside.new_id(),
                kind=kind,
                text=scene.keep("addendum", text),
            )
        )


async def accept_terms(desk: Desk, case_id: str, *, terms: str, on: str, text: str, by: User, seen: int) -> None:
    """The applicant has accepted the terms, in this version, before payment or access."""
    text = check_text("/text", text)
    day = check_day("/on", on)
    async with step(desk, case_id, TermsAccepted, by=by, seen=seen) as scene:
        decided = scene.dossier.grant
        if decided is None:
            raise NotAllowed("decision.not_favourable")
        if terms != decided.terms:
            raise InvalidInput([Problem("/terms", "decision.other_terms", {"terms": decided.terms or "-"})])
        if day > scene.today:
            raise InvalidInput([Problem("/on", "input.not_now_or_earlier")])
        await scene.take(
            TermsAccepted(decision=decided.id, terms=terms, on=day.isoformat(), text=scene.keep("applicant", text))
        )


async def report_condition(
    desk: Desk, case_id: str, *, position: int, on: str, met: bool, text: str, by: User, seen: int
) -> None:
    """Note whether a condition of the decision has been met."""
    text, day = check_text("/text", text), check_day("/on", on)
    async with step(desk, case_id, ConditionReported, by=by, seen=seen) as scene:
        decided = scene.dossier.grant
        if decided is None:
            raise NotAllowed("decision.not_favourable")
        if not 0 <= position < len(decided.conditions):
            raise InvalidInput([Problem("/position", "input.missing")])
        await scene.take(
            ConditionReported(
                decision=decided.id,
                position=position,
                on=day.isoformat(),
                met=met,
                text=scene.keep("resolution", text),
            )
        )


async def decide_aside(
    desk: Desk, case_id: str, *, kind: str, text: str, delegation_point: str, language: str, by: User, seen: int
) -> None:
    """A decision beside the case's own, with its own way of appeal: not to release a document, or on personal data."""
    text = check_text("/text", text)
    one_of("/kind", kind, SIDE_KINDS)
    one_of("/language", language, compose.LANGUAGES)
    async with step(desk, case_id, SideDecided, by=by, seen=seen) as scene:
        if delegation_point not in scene.by.delegation_points or delegation_point not in scene.procedure.delegation:
            raise NotAllowed("decision.no_delegation")
        details = await scene.writing.details(case_id)
        written = compose.sheet(
            desk, scene.procedure, kind, language, {"text": text}, case=scene.case, recipient=details.org_name
        )
        await scene.take(
            SideDecided(
                decision=desk.outside.new_id(),
                kind=kind,
                text=scene.keep("reasons", text),
                letter=compose.keep(desk, scene.writing, scene.case, kind, written),
                delegation_point=delegation_point,
            )
        )
