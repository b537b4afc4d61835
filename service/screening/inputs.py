"""What a round of checks was answered from: kept with the round, so that it can be run again years later."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.domain.check import Incident, ListAnswer, Need, OtherCase, RoomAnswer
from service.pipeline.runner import Sources, Unavailable

#: How a fetch that ended in nothing is told apart from one that told why.
BROKE = "broke"


@dataclass
class Inputs:
    """The answers from outside the checks, as they were.

    Lists are kept as version, age and which pairs a person had held apart: the list itself is ours to search again.
    """

    today: date
    rooms: tuple[str, ...] = ()
    fetched: dict[Need, Mapping[str, Any]] = field(default_factory=dict)
    missing: dict[Need, tuple[str, dict[str, str | int]]] = field(default_factory=dict)

    def recorded(self, sources: Sources) -> Sources:
        """The same sources; what they say is remembered here."""
        return {need: self._remembering(need, fetch) for need, fetch in sources.items()}

    def _remembering(
        self, need: Need, fetch: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> Callable[[], Awaitable[Mapping[str, Any]]]:
        async def remembered() -> Mapping[str, Any]:
            try:
                answer = await fetch()
            except Unavailable as why:
                self.missing[need] = (why.code, dict(why.params))
                raise
            except BaseException:
                self.missing[need] = (BROKE, {})
                raise
            self.fetched[need] = answer
            return answer

        return remembered

    def document(self) -> dict[str, Any]:
        """As it is committed to and kept."""
        lists: tuple[ListAnswer, ...] = self.fetched.get(Need.LISTS, {}).get("lists", ())
        document: dict[str, Any] = {
            "today": self.today.isoformat(),
            "rooms": list(self.rooms),
            "missing": {need.value: {"code": code, "params": params} for need, (code, params) in self.missing.items()},
        }
        if Need.LISTS in self.fetched:
            document["lists"] = [_list(one) for one in lists]
            methods = [one.method for one in lists if one.method]
            if methods:
                names = ("model", "population", "analysis")
                document["method"] = {name: getattr(methods[0], name) for name in names}
        if Need.ENCLOSURES in self.fetched:
            document["enclosure_kinds"] = list(self.fetched[Need.ENCLOSURES]["enclosure_kinds"])
        if Need.INCIDENTS in self.fetched:
            document["incidents"] = [
                {"id": one.id, "kind": one.kind, "event_date": one.event_date.isoformat(), "source": one.source}
                for one in self.fetched[Need.INCIDENTS]["incidents"]
            ]
        if Need.OTHER_CASES in self.fetched:
            document["other_cases"] = [
                {"diary_number": one.diary_number, "type": one.type, "key": one.key}
                for one in self.fetched[Need.OTHER_CASES]["other_cases"]
            ]
        if Need.ROOM in self.fetched:
            room: RoomAnswer = self.fetched[Need.ROOM]["room"]
            document["room"] = {"capacity": room.capacity, "times": room.times, "missed": room.missed}
        return document


def _list(answer: ListAnswer) -> dict[str, Any]:
    held_apart = sorted(one.pair for party in answer.parties for one in party.candidates if one.held_apart)
    return {
        "key": answer.key,
        "version": answer.version,
        "sha256": answer.sha256,
        "age_days": answer.age_days,
        "held_apart": held_apart,
    }


def incidents_of(document: Mapping[str, Any]) -> tuple[Incident, ...]:
    """The incidents as they were found."""
    return tuple(
        Incident(one["id"], one["kind"], date.fromisoformat(one["event_date"]), one["source"])
        for one in document["incidents"]
    )


def other_cases_of(document: Mapping[str, Any]) -> tuple[OtherCase, ...]:
    """The other cases as they were found."""
    return tuple(OtherCase(one["diary_number"], one["type"], one["key"]) for one in document["other_cases"])
