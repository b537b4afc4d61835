"""Which steps there are, how each is read from a form or from JSON, and which are open to a person now."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from service.bookings import clearance_steps, key_access, move_or_cancel
from service.casework.decision import appeal, board_papers, delivery, follow_up, proposal, reopen, sign
from service.casework.review import assignment, correspondence, inquiry
from service.casework.views import case_page
from service.desk.ports.desk import Desk
from service.domain import basis, policy
from service.domain.application import Kind
from service.domain.dossier.dossier import Asked
from service.domain.errors import GranskaError, InvalidInput, Problem
from service.domain.events import bookings as booking_events
from service.domain.events import decision as decision_events
from service.domain.events import decision_record
from service.domain.events import review as review_events
from service.domain.events.event import EventClass
from service.domain.people import User
from service.domain.premises import BookingStatus, Hirer
from service.web import forms
from service.web.forms import Form

#: Desk, case, form, who, and the version they saw.
Taken = Callable[[Desk, str, Form, User, int], Awaitable[Any]]


@dataclass(frozen=True)
class Way:
    """How a posted step is taken, and the event it leaves."""

    event: EventClass
    take: Taken


def _way(event: EventClass, step: Callable[..., Awaitable[Any]], **read: Callable[[Form], Any]) -> Way:
    async def take(desk: Desk, case_id: str, form: Form, by: User, seen: int) -> Any:
        return await step(desk, case_id, **{name: one(form) for name, one in read.items()}, by=by, seen=seen)

    return Way(event, take)


def _text(name: str) -> Callable[[Form], str]:
    return lambda form: form.text(name).strip()


def _clock(name: str) -> Callable[[Form], str]:
    return lambda form: forms.clock(form.text(name))


def _yes(name: str) -> Callable[[Form], bool]:
    return lambda form: form.yes(name)


def _chosen_number(name: str) -> Callable[[Form], int]:
    def read(form: Form) -> int:
        if not form.text(name):
            raise InvalidInput([Problem(f"/{name}", "input.missing")])
        return form.number(name)

    return read


def _texts(name: str) -> Callable[[Form], list[str]]:
    return lambda form: form.texts(name)


def _found(form: Form) -> list[str]:
    return form.every("found")


def _answers(form: Form) -> dict[str, bool]:
    return {
        name.removeprefix("answer_"): form.text(name) == "yes"
        for name in form.names()
        if name.startswith("answer_") and form.text(name)
    }


WAYS: dict[str, Way] = {
    "conflict": _way(
        review_events.ConflictDeclared, assignment.declare_conflict, conflict=_yes("conflict"), text=_text("text")
    ),
    "assign": _way(review_events.CaseAssigned, assignment.assign, to=_text("to"), note=_text("note")),
    "note": _way(review_events.NoteWritten, assignment.write_note, text=_text("text")),
    "pause": _way(
        review_events.CasePaused, assignment.pause, ground=_text("ground"), until=_text("until"), note=_text("note")
    ),
    "resume": _way(review_events.CaseResumed, assignment.resume),
    "withdrawal": _way(
        review_events.ApplicationWithdrawn, assignment.withdraw, received=_text("received"), text=_text("text")
    ),
    "completion": _way(
        review_events.CompletionAsked,
        correspondence.ask_completion,
        text=_text("text"),
        due=_text("due"),
        language=_text("language"),
    ),
    "reminder": _way(review_events.CompletionReminded, correspondence.remind, language=_text("language")),
    "completion-answer": _way(
        review_events.CompletionAnswered,
        correspondence.answer_completion,
        completion=_text("completion"),
        text=_text("text"),
        received=_text("received"),
    ),
    "search": _way(
        review_events.SearchRecorded,
        inquiry.record_search,
        template=_text("template"),
        searched_on=_text("searched_on"),
        found=_found,
        acts=forms.acts,
    ),
    "verify-act": _way(review_events.ActVerified, inquiry.verify_act, act=_text("act")),
    "confirm-match": _way(
        review_events.FindingConfirmed,
        inquiry.confirm_match,
        finding=_text("finding"),
        agrees=_yes("agrees"),
        text=_text("text"),
    ),
    "consultation": _way(
        review_events.ConsultationAsked,
        inquiry.ask_consultee,
        consultee=_text("consultee"),
        circumstances=_text("circumstances"),
    ),
    "consultation-answer": _way(
        review_events.ConsultationAnswered,
        inquiry.record_consultation,
        consultation=_text("consultation"),
        answer=_text("answer"),
        answered_on=_text("answered_on"),
        enclosure=_text("enclosure"),
        disclosed=_yes("disclosed"),
        provision=_text("provision"),
    ),
    "assess": _way(
        review_events.AssessmentWritten,
        inquiry.assess,
        criterion=_text("criterion"),
        result=_text("result"),
        text=_text("text"),
    ),
    "communication": _way(
        review_events.CommunicationSent,
        correspondence.communicate,
        outcome=_text("outcome"),
        clauses=_texts("clauses"),
        text=_text("text"),
        due=_text("due"),
        channel=_text("channel"),
        language=_text("language"),
    ),
    "communication-answer": _way(
        review_events.CommunicationAnswered,
        correspondence.answer_communication,
        communication=_text("communication"),
        text=_text("text"),
        received=_text("received"),
    ),
    "exception": _way(
        review_events.CommunicationExcepted,
        correspondence.except_communication,
        exception=_text("exception"),
        text=_text("text"),
    ),
    "propose": _way(decision_events.DecisionProposed, proposal.propose, proposal=forms.proposal),
    "give-back": _way(decision_events.ProposalReturned, proposal.give_back, text=_text("text")),
    "second": _way(decision_events.ProposalSeconded, proposal.second, answers=_answers, text=_text("text")),
    "package": _way(decision_events.BoardPackaged, board_papers.package, language=_text("language")),
    "sign": _way(
        decision_record.CaseDecided,
        sign.sign,
        delegation_point=_text("delegation_point"),
        board_minute=forms.board_minute,
    ),
    "letter": _way(
        decision_events.LetterSent,
        delivery.send_letter,
        channel=_text("channel"),
        language=_text("language"),
        sent=_text("sent"),
    ),
    "notice": _way(decision_events.DecisionPosted, delivery.post_notice, posted=_text("posted")),
    "reported": _way(decision_events.DecisionReported, delivery.report, meeting=_text("meeting")),
    "addendum": _way(
        decision_events.DecisionAddedTo, follow_up.add_to_decision, kind=_text("kind"), text=_text("text")
    ),
    "terms": _way(
        decision_events.TermsAccepted, follow_up.accept_terms, terms=_text("terms"), on=_text("on"), text=_text("text")
    ),
    "condition": _way(
        decision_events.ConditionReported,
        follow_up.report_condition,
        position=_chosen_number("position"),
        on=_text("on"),
        met=_yes("met"),
        text=_text("text"),
    ),
    "appeal": _way(
        decision_events.AppealReceived, appeal.receive_appeal, received=_text("received"), text=_text("text")
    ),
    "appeal-test": _way(decision_events.AppealTested, appeal.check_appeal, in_time=_yes("in_time"), text=_text("text")),
    "appeal-forward": _way(decision_events.AppealForwarded, appeal.forward_appeal, on=_text("on")),
    "appeal-settle": _way(
        decision_events.AppealSettled,
        appeal.settle_appeal,
        outcome=_text("outcome"),
        on=_text("on"),
        text=_text("text"),
    ),
    "final": _way(decision_events.DecisionFinal, appeal.declare_final),
    "reopen": _way(decision_events.CaseReopened, reopen.reopen, ground=_text("ground"), text=_text("text")),
    "stop": _way(decision_events.SupportStopped, reopen.stop_support, finding=_text("finding"), text=_text("text")),
    "release-support": _way(decision_events.SupportReleased, reopen.release_support, text=_text("text")),
    "aside": _way(
        decision_events.SideDecided,
        follow_up.decide_aside,
        kind=_text("kind"),
        text=_text("text"),
        delegation_point=_text("delegation_point"),
        language=_text("language"),
    ),
    "execute": _way(booking_events.BookingExecuted, clearance_steps.execute),
    "move": _way(
        booking_events.BookingMoved,
        move_or_cancel.move,
        booking=_text("booking"),
        room=_text("room"),
        day=_text("date"),
        start=_clock("from"),
        end=_clock("to"),
        text=_text("text"),
    ),
    "cancel": _way(
        booking_events.BookingCancelled,
        move_or_cancel.cancel,
        chosen=_texts("bookings"),
        received=_text("received"),
        text=_text("text"),
    ),
    "clearance": _way(booking_events.ClearanceGiven, clearance_steps.give),
    "clearance-revoke": _way(booking_events.ClearanceRevoked, clearance_steps.revoke, text=_text("text")),
    "key-access-check": _way(booking_events.KeyAccessScreened, key_access.screen),
    "key-access": _way(booking_events.KeyAccessGiven, key_access.give, booking_id=_text("booking")),
}
#: Steps that the case page itself has a form for.
ON_THE_CASE_PAGE = frozenset({"conflict", "propose", "sign"})


def open_steps(view: case_page.CaseView, user: User) -> list[str]:
    """The steps this person could take in the case as it stands, in the routine's order."""
    found = []
    for name, way in WAYS.items():
        try:
            policy.check_step(view.case, user, view.dossier, way.event)
        except GranskaError:
            continue
        if name not in ON_THE_CASE_PAGE and _makes_sense(name, view, user):
            found.append(name)
    return found


#: Steps about a booking: only in a case of premises.
OF_PREMISES = frozenset(
    {"execute", "move", "cancel", "clearance", "clearance-revoke", "key-access-check", "key-access"}
)


def _of_premises(name: str, view: case_page.CaseView) -> bool:
    """The same, for the steps about a booking."""
    room = view.room
    if room is None:
        return False
    grant = view.dossier.grant
    live = [one for one in room.bookings if one.status not in (BookingStatus.CANCELLED, BookingStatus.RELEASED)]
    wanted: dict[str, object] = {
        "execute": not room.not_executed,
        "move": live,
        "cancel": live and view.dossier.turn is None,
        "clearance": grant and room.hirer is Hirer.ASSOCIATION and room.clearance.missing,
        "clearance-revoke": room.clearance.given,
        "key-access-check": grant and any(one.status is BookingStatus.CONFIRMED for one in live),
        "key-access": grant and any(one.status is BookingStatus.CONFIRMED for one in live),
    }
    return bool(wanted[name])


def _makes_sense(name: str, view: case_page.CaseView, user: User) -> bool:
    """Whether there is anything for this step to act on."""
    dossier, decided = view.dossier, view.dossier.decision
    unanswered: dict[str, Sequence[Asked[Any]]] = {
        "completion-answer": dossier.completions,
        "reminder": dossier.completions,
        "communication-answer": dossier.communications,
        "consultation-answer": dossier.consultations,
    }
    if name in unanswered:
        return any(one.answered_on is None for one in unanswered[name])
    if name in OF_PREMISES:
        return view.case.kind is Kind.PREMISES and _of_premises(name, view)
    wanted: dict[str, object] = {
        "pause": dossier.paused is None,
        "resume": dossier.paused,
        "withdrawal": dossier.withdrawn is None,
        "verify-act": any(not basis.verified(dossier, one) for one in dossier.acts.values()),
        "confirm-match": any(
            one.resolution == "obstacle" and not basis.match_confirmed(view.basis, one) for one in view.basis.findings
        ),
        "second": dossier.proposal and dossier.proposal.by != user.pseudonym,
        "package": dossier.proposal,
        "notice": decided and not decided.posted,
        "reported": decided and not decided.by_board,
        "terms": dossier.grant and not dossier.grant.accepted,
        "condition": dossier.grant and dossier.grant.conditions,
        "appeal-test": dossier.appeal and dossier.appeal.in_time is None,
        "appeal-forward": dossier.appeal and dossier.appeal.in_time is not None and not dossier.appeal.forwarded,
        "appeal-settle": dossier.appeal and dossier.appeal.in_time is not None,
        "stop": dossier.stopped is None and any(one.resolution == "obstacle" for one in view.basis.findings),
        "release-support": dossier.stopped,
    }
    return bool(wanted.get(name, True))
