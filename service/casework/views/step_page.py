"""What a step's page shows beside the case itself: who can be chosen, what is missing, what it costs."""

from dataclasses import dataclass, field
from datetime import date

from service.bookings import bookings, move_or_cancel
from service.casework.decision import appeal, proposal
from service.casework.review import correspondence
from service.casework.views.case_page import CaseView, offered_clauses
from service.desk.ports.desk import Desk
from service.desk.rulebook import today
from service.domain import basis, policy
from service.domain.decision import ON_A_DECISION, DecisionOutcome
from service.domain.dossier.dossier import Dossier
from service.domain.people import User
from service.domain.premises import ENDED, Booking
from service.domain.ruleset import Clause


@dataclass(frozen=True)
class StepPage:
    """What can be chosen and what is usual; days are ISO 8601, `fees` whole öre by booking."""

    today: date
    earliest: date
    adverse: tuple[DecisionOutcome, ...]
    clauses: tuple[Clause, ...]
    questions: tuple[str, ...]
    in_time: bool | None
    unverified: frozenset[str]
    missing: tuple[str, ...] = ()
    people: tuple[User, ...] = ()
    live: tuple[Booking, ...] = ()
    restorable: tuple[Booking, ...] = ()
    fees: dict[str, int] = field(default_factory=dict)


async def step_page(desk: Desk, view: CaseView, name: str, *, language: str) -> StepPage:
    """The page of this step; what only other steps show is not asked for."""
    missing: list[str] = []
    people: list[User] = []
    moves: move_or_cancel.Moves = {}
    async with desk.store.reading() as reading:
        if name in ("completion", "reminder"):
            missing = await correspondence.missing_of(desk, reading, view.case, language)
        if name == "assign":
            people = [user for user in await reading.users() if policy.handles(view.case, user)]
        if name == "cancel":
            moves = await move_or_cancel.moves_of(reading, view.case.id)
    rules, now = view.procedure.premises, bookings.now_of(desk)
    times = view.room.bookings if view.room else []
    adverse = adverse_outcomes(view)
    dossier = view.dossier
    event_day = correspondence.event_day(view.details)
    return StepPage(
        today=today(desk),
        earliest=correspondence.communication_due(view.procedure.routine, today(desk), event_day),
        adverse=adverse,
        clauses=tuple(clause for clause in offered_clauses(view) if clause.outcomes & frozenset(adverse)),
        questions=tuple(proposal.questions_of(view.basis, dossier.proposal)) if dossier.proposal else (),
        in_time=appeal.appeal_in_time(dossier),
        unverified=frozenset(act.id for act in dossier.acts.values() if not basis.verified(dossier, act)),
        missing=tuple(missing),
        people=tuple(people),
        live=_live(times),
        restorable=_restorable(times, dossier),
        fees={booking.id: move_or_cancel.fee_of(booking, rules, now, moves) for booking in times},
    )


def _live(times: list[Booking]) -> tuple[Booking, ...]:
    return tuple(booking for booking in times if booking.status not in ENDED)


def _restorable(times: list[Booking], dossier: Dossier) -> tuple[Booking, ...]:
    again = move_or_cancel.restorable(dossier)
    return tuple(booking for booking in times if booking.id in again)


def adverse_outcomes(view: CaseView) -> tuple[DecisionOutcome, ...]:
    """The outcomes that can go against the applicant as the case stands."""
    against = {outcome for rule in view.procedure.routine.adverse for outcome in rule.outcomes}
    on_a_decision = view.dossier.turn == "revocation"
    return tuple(
        outcome for outcome in DecisionOutcome if outcome in against and (outcome in ON_A_DECISION) <= on_a_decision
    )
