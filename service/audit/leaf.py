"""The exact bytes an event is logged as."""

from datetime import UTC, datetime
from typing import Any

from service.audit.canonical import canonical
from service.domain.events import VERSION, Event, fault_of


def timestamp(milliseconds: int) -> str:
    """UTC milliseconds as YYYY-MM-DDTHH:MM:SS.mmmZ."""
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:03d}Z"


def milliseconds(text: str) -> int:
    """A log time as UTC milliseconds; raises ValueError for anything else."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def encode(event: Event, seq: int) -> str:
    """The leaf's text; raises ValueError where the event breaks its schema or names no one who may do it."""
    fault = fault_of(event.type, event.actor.kind, event.actor.id, event.case, event.data)
    if fault:
        raise ValueError(f"{event.type} cannot be logged: {fault}")
    document: dict[str, Any] = {
        "v": VERSION,
        "seq": seq,
        "type": event.type.value,
        "at": timestamp(event.at),
        "actor": {"kind": event.actor.kind.value, "id": event.actor.id},
        "case": event.case,
        "data": event.data,
    }
    return canonical(document)
