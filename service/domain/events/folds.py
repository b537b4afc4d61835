"""What follows from events: one function for each event that something follows from."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from service.domain.events.event import Entry, EventData

Subject = TypeVar("Subject")
Data = TypeVar("Data", bound=EventData)


class Folds(Generic[Subject]):
    """For a class of event, what it changes in a subject. The newest class stands for all its versions."""

    def __init__(self, *wings: "Folds[Subject]") -> None:
        self._by_class: dict[type[EventData], Callable[[Subject, Any, Entry], None]] = {}
        for wing in wings:
            self._by_class |= wing._by_class

    def of(
        self, cls: type[Data]
    ) -> Callable[[Callable[[Subject, Data, Entry], None]], Callable[[Subject, Data, Entry], None]]:
        """Put the function below to work for this class."""

        def put(function: Callable[[Subject, Data, Entry], None]) -> Callable[[Subject, Data, Entry], None]:
            self._by_class[cls] = function
            return function

        return put

    def follow(self, subject: Subject, entry: Entry) -> None:
        """Change the subject by what this entry says, if anything follows from it."""
        function = self._by_class.get(type(entry.data))
        if function is not None:
            function(subject, entry.data, entry)
