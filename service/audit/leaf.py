"""The exact bytes an event is logged as, and an event read back from them."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from service.audit.canonical import canonical
from service.domain.clock import Instant
from service.domain.events.catalogue import CATALOGUE, as_json, check
from service.domain.events.event import Event, EventData

#: The version of the leaf's format; that of the event stands beside its type.
FORMAT = 1


class _Head(msgspec.Struct):
    """What of a leaf says how its data is to be read."""

    type: str
    type_version: int
    data: msgspec.Raw


_read_head = msgspec.json.Decoder(_Head).decode


def timestamp(milliseconds: Instant) -> str:
    """UTC milliseconds as YYYY-MM-DDTHH:MM:SS.mmmZ."""
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:03d}Z"


def milliseconds(text: str) -> Instant:
    """A log time as UTC milliseconds; raises ValueError for anything else."""
    return Instant(round(datetime.fromisoformat(text).timestamp() * 1000))


def encode(event: Event[EventData], seq: int) -> str:
    """The leaf's text; raises ValueError where the event breaks its class or names no one who may cause it."""
    check(event.data, event.actor, event.case)
    declared, data = event.data.declared, as_json(event.data)
    try:
        CATALOGUE.read(declared.type, declared.version, data)
    except msgspec.ValidationError as error:
        raise ValueError(f"{declared.type} cannot be logged: {error}") from error
    document: dict[str, Any] = {
        "v": FORMAT,
        "seq": seq,
        "type": declared.type,
        "type_version": declared.version,
        "at": timestamp(event.at),
        "actor": {"kind": event.actor.kind.value, "id": event.actor.id},
        "case": event.case,
        "data": data,
    }
    return canonical(document)


def data_as_written(leaf: str) -> EventData:
    """What a leaf's event says, as the version that it was written in has it; raises ValueError or KeyError."""
    head = _read_head(leaf)
    return msgspec.json.decode(head.data, type=CATALOGUE.versions[head.type, head.type_version])


def data_of(leaf: str) -> EventData:
    """What a leaf's event says, as the newest version has it; raises ValueError or KeyError."""
    return CATALOGUE.current(data_as_written(leaf))
