import pytest

from checks.room_and_times import RoomAndTimes
from service.domain.application import Kind
from service.domain.check import Fetched, NoParams, RoomAnswer
from service.domain.examples import an_input, premises
from service.domain.finding import Outcome


@pytest.mark.parametrize(
    ("number", "room", "expected"),
    [
        (20, RoomAnswer(20, 2, 0), (Outcome.MET, "room_and_times.held")),
        (21, RoomAnswer(20, 2, 0), (Outcome.NOT_MET, "room_and_times.too_small")),
        (None, RoomAnswer(20, 2, 0), (Outcome.NEEDS_INQUIRY, "room_and_times.number_not_answered")),
        (20, RoomAnswer(20, 2, 2), (Outcome.NOT_MET, "room_and_times.none_free")),
        (20, RoomAnswer(20, 2, 1), (Outcome.NEEDS_INQUIRY, "room_and_times.some_missed")),
        (20, RoomAnswer(20, 2, 2, 1), (Outcome.NEEDS_INQUIRY, "room_and_times.free_again")),
        (20, RoomAnswer(None, 2, 0), (Outcome.NEEDS_INQUIRY, "room_and_times.no_room")),
        (20, RoomAnswer(20, 0, 0), (Outcome.NEEDS_INQUIRY, "room_and_times.no_room")),
    ],
)
def test_a_room_that_holds_the_event_at_every_time_asked_for(
    number: int | None, room: RoomAnswer, expected: tuple[Outcome, str]
) -> None:
    wanted = premises(expected_number=number)

    result = RoomAndTimes().run(an_input(Kind.PREMISES, premises=wanted, fetched=Fetched(room=room)), NoParams())

    assert (result.outcome, result.code) == expected
