"""Does the room hold as many, and could the times be had?"""

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Need
from service.domain.finding import CheckResult, Outcome


class Room:
    """What the calendar says; whoever handles the case offers another room or time."""

    description = CheckDescription("room", "1", frozenset({Kind.PREMISES}), frozenset({Need.ROOM}))

    def run(self, given: CheckInput) -> CheckResult:
        """Met when the room is large enough and every time asked for is held."""
        premises, room = given.application.premises, given.room
        if premises is None or room is None:
            return CheckResult(Outcome.NOT_APPLICABLE, "check.other_kind")
        if premises.season is not None and not room.times:
            return CheckResult(Outcome.NOT_APPLICABLE, "room_check.season")
        if room.capacity is None or not room.times:
            return CheckResult(Outcome.NEEDS_INQUIRY, "room_check.no_room")
        if premises.expected_number > room.capacity:
            params: dict[str, str | int] = {"wanted": premises.expected_number, "capacity": room.capacity}
            return CheckResult(Outcome.NOT_MET, "room_check.too_small", params)
        if room.missed == room.times:
            return CheckResult(Outcome.NOT_MET, "room_check.none_free", {"count": room.times})
        if room.missed:
            return CheckResult(
                Outcome.NEEDS_INQUIRY, "room_check.some_missed", {"count": room.missed, "of": room.times}
            )
        return CheckResult(Outcome.MET, "room_check.held", {"count": room.times})
