"""Does the room hold as many, and could the times be had?"""

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Example, Fetched, Need, NoParams, RoomAnswer
from service.domain.examples import an_input
from service.domain.finding import CheckResult, Outcome, Trait


class RoomAndTimes:
    """What the calendar says; whoever handles the case offers another room or time."""

    description = CheckDescription(
        "room_and_times",
        "3",
        frozenset({Kind.PREMISES}),
        owner="Granska",
        rests_on="https://lagen.nu/2017:725#K2P3",
        needs=frozenset({Need.ROOM}),
        traits=frozenset({Trait.OF_THE_OCCASION}),
    )
    params = NoParams
    examples = (
        Example(
            an_input(Kind.PREMISES, fetched=Fetched(room=RoomAnswer(capacity=40, times=1, missed=0))),
            Outcome.MET,
            "room_and_times.held",
        ),
        Example(
            an_input(Kind.PREMISES, fetched=Fetched(room=RoomAnswer(capacity=10, times=1, missed=0))),
            Outcome.NOT_MET,
            "room_and_times.too_small",
        ),
    )

    def run(self, given: CheckInput, _: NoParams) -> CheckResult:
        """Met when the room is large enough and every time asked for is held."""
        premises, room = given.application.premises, given.room
        if premises is None:
            return CheckResult(Outcome.NOT_APPLICABLE, "check.other_kind")
        if premises.season is not None and not room.times:
            return CheckResult(Outcome.NOT_APPLICABLE, "room_and_times.season")
        if room.capacity is None or not room.times:
            return CheckResult(Outcome.NEEDS_INQUIRY, "room_and_times.no_room")
        if premises.expected_number is None:
            return CheckResult(Outcome.NEEDS_INQUIRY, "room_and_times.number_not_answered")
        if premises.expected_number > room.capacity:
            params: dict[str, str | int] = {"wanted": premises.expected_number, "capacity": room.capacity}
            return CheckResult(Outcome.NOT_MET, "room_and_times.too_small", params)
        if room.free_again:
            return CheckResult(Outcome.NEEDS_INQUIRY, "room_and_times.free_again", {"count": room.free_again})
        if room.missed == room.times:
            return CheckResult(Outcome.NOT_MET, "room_and_times.none_free", {"count": room.times})
        if room.missed:
            return CheckResult(
                Outcome.NEEDS_INQUIRY, "room_and_times.some_missed", {"count": room.missed, "of": room.times}
            )
        return CheckResult(Outcome.MET, "room_and_times.held", {"count": room.times})
