"""What the queue is asked for, and what it answers."""

from dataclasses import dataclass

from service.domain.application import Kind
from service.domain.case import Case

#: How many cases a page of the queue shows.
PAGE_SIZE = 50


@dataclass(frozen=True)
class QueueQuery:
    """What the queue was asked for; `kinds` is what the asker may see, `nothing` that a filter can match nothing."""

    kinds: tuple[Kind, ...]
    state: str | None = None
    kind: Kind | None = None
    owner: str | None = None
    unowned: bool = False
    attention: bool = False
    organisation: str | None = None
    order: str = "due"
    descending: bool = False
    page: int = 1
    nothing: bool = False


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    case: Case
    org_name: str
    org_number: str | None
    hirer: str | None
    when_label: str
    attention: int
    owner_name: str | None
    outcome: str | None


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue, and how many cases the question has in all."""

    rows: list[QueueRow]
    total: int
