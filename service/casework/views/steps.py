"""Which steps of the routine there are, in its order, and which are open to a person in a case now."""

from service.bookings import clearance_steps, hirer_told, key_access, move_or_cancel
from service.casework.decision import appeal, board_papers, delivery, follow_up, proposal, reopen, sign, stops
from service.casework.review import assignment, association, correspondence, inquiry, reassessment
from service.casework.views.case_page import CaseView
from service.desk.step_form import CaseNow, RoomNow, StepForm
from service.domain import policy
from service.domain.application import Kind
from service.domain.errors import GranskaError, NotAllowed
from service.domain.people import User

_IN_ORDER: tuple[type[StepForm], ...] = (
    assignment.DeclareConflict,
    assignment.Assign,
    assignment.WriteNote,
    assignment.Pause,
    assignment.Resume,
    assignment.Withdraw,
    correspondence.AskCompletion,
    correspondence.Remind,
    correspondence.AnswerCompletion,
    inquiry.RecordSearch,
    inquiry.VerifyAct,
    inquiry.ConfirmMatch,
    inquiry.AskConsultee,
    inquiry.RecordConsultation,
    inquiry.Assess,
    correspondence.Communicate,
    correspondence.AnswerCommunication,
    correspondence.ExceptCommunication,
    proposal.Propose,
    proposal.GiveBack,
    proposal.Second,
    board_papers.Package,
    sign.Sign,
    delivery.SendLetter,
    delivery.PostNotice,
    delivery.CorrectNotice,
    delivery.Dispatch,
    delivery.Report,
    follow_up.AddToDecision,
    follow_up.AcceptTerms,
    follow_up.ReleasePayment,
    follow_up.ReportCondition,
    appeal.ReceiveAppeal,
    appeal.CheckAppealInTime,
    appeal.ForwardAppeal,
    appeal.SettleAppeal,
    appeal.DeclareFinal,
    reassessment.SettleReassessment,
    association.JoinAssociation,
    association.SeparateAssociation,
    reopen.Reopen,
    stops.StopSupport,
    stops.ConsiderStop,
    stops.AnswerStop,
    stops.SetStop,
    stops.ReleaseSupport,
    follow_up.DecideAside,
    clearance_steps.Execute,
    move_or_cancel.Move,
    move_or_cancel.Cancel,
    move_or_cancel.Restore,
    hirer_told.TellOfLapsed,
    clearance_steps.GiveClearance,
    clearance_steps.RevokeClearance,
    key_access.ScreenForKey,
    key_access.SettleForKey,
    key_access.GiveKey,
)
STEPS: dict[str, type[StepForm]] = {step.name: step for step in _IN_ORDER}


def open_steps(view: CaseView, user: User) -> list[str]:
    """The steps that have a page and that this person could take in the case as it stands, in the routine's order."""
    case = case_now(view, user)
    with_page = [step for step in _IN_ORDER if not step.on_case_page]
    return [step.name for step in with_page if why_not_now(step, view, case) is None]


def why_not_now(step: type[StepForm], view: CaseView, case: CaseNow) -> GranskaError | None:
    """Why this person cannot take the step now: not theirs, not in this state, or nothing for it to act on."""
    try:
        policy.check_step(view.case, case.by, view.dossier, step.event)
    except GranskaError as error:
        return error
    if step.of_premises and view.case.kind is not Kind.PREMISES:
        return NotAllowed("step.of_premises")
    reason = step.hindrance(case)
    return NotAllowed(reason) if reason else None


def case_now(view: CaseView, user: User) -> CaseNow:
    """The case as its steps ask about it."""
    room = view.room
    if room is None:
        return CaseNow(view.basis, user)
    return CaseNow(
        view.basis,
        user,
        RoomNow(
            bookings=room.bookings,
            hirer=room.hirer,
            clearance_given=room.clearance.given is not None,
            clearance_missing=bool(room.clearance.missing),
            executable=not room.not_executed,
        ),
    )
