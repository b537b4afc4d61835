"""A step says whether there is anything for it to act on, and why not."""

from datetime import date

from service.bookings.clearance_steps import GiveClearance
from service.bookings.move_or_cancel import Cancel, Move
from service.casework.decision.appeal import ForwardAppeal
from service.casework.review.assignment import Pause, Resume
from service.desk.step_form import CaseNow, RoomNow, unless
from service.domain.basis import Basis
from service.domain.dossier.dossier import Dossier
from service.domain.premises import Booking, BookingStatus, Hirer, Span
from tests.builders import a_case, a_rule_set, an_officer

RULES = a_rule_set()


def a_case_now(dossier: Dossier | None = None, room: RoomNow | None = None) -> CaseNow:
    basis = Basis(a_case(), dossier or Dossier(), [], RULES, RULES, date(2026, 11, 22).isoformat())
    return CaseNow(basis, an_officer(), room)


def a_time(status: BookingStatus) -> Booking:
    span = Span(0, 3600)
    return Booking("b", None, "hall", 0, span, span, status, None, None, (), None, None, None, "u-a")


def test_the_reason_is_given_unless_it_is_possible() -> None:
    assert unless(possible=[1], why_not="no") is None
    assert unless(possible=[], why_not="no") == "no"


def test_a_clock_that_stands_still_can_only_be_started() -> None:
    assert Pause.hindrance(a_case_now()) is None
    assert Resume.hindrance(a_case_now()) == "case.not_paused"
    standing = a_case_now(Dossier(paused=object()))
    assert Pause.hindrance(standing) == "case.paused_already"
    assert Resume.hindrance(standing) is None


def test_no_appeal_is_sent_on_that_has_not_come() -> None:
    assert ForwardAppeal.hindrance(a_case_now()) == "step.no_appeal_to_forward"


def test_only_times_that_have_not_ended_can_be_cancelled() -> None:
    ended = RoomNow([a_time(BookingStatus.CANCELLED)], Hirer.ASSOCIATION, False, False, False)
    held = RoomNow([a_time(BookingStatus.HELD)], Hirer.ASSOCIATION, False, False, False)

    assert Cancel.hindrance(a_case_now(room=ended)) == "step.no_times"
    assert Cancel.hindrance(a_case_now(room=held)) is None
    assert Cancel.hindrance(a_case_now()) == "step.no_times", "a case of grants has none"
    assert not held.confirmed


def test_the_one_time_of_a_case_is_what_moving_starts_from() -> None:
    one = a_time(BookingStatus.HELD)
    alone = RoomNow([one, a_time(BookingStatus.CANCELLED)], Hirer.ASSOCIATION, False, False, False)
    two = RoomNow([one, one], Hirer.ASSOCIATION, False, False, False)

    assert Move.suggested(a_case_now(room=alone)) == {
        "booking": ["b"], "room": ["hall"], "date": ["1970-01-01"], "from": ["01:00"], "to": ["02:00"],
    }  # fmt: skip
    assert Move.suggested(a_case_now(room=two)) == Cancel.suggested(a_case_now(room=alone)) == {}


def test_a_clearance_takes_an_approval_of_an_association_that_has_none() -> None:
    person = RoomNow([], Hirer.PERSON, False, True, False)

    assert GiveClearance.hindrance(a_case_now(room=person)) == "step.no_clearance_needed"
