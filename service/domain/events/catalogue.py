"""All events there are, by type and version: what reads, checks and describes them is derived from their classes."""

import re
import types
from collections.abc import Iterable, Mapping
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from service.domain.events import bookings, decision, decision_record, fields, intake, log, office, review, support
from service.domain.events.event import Actor, ActorKind, CaseEvent, EventData

#: The events of a wing stand in its file; a class that is not in one of these is no event.
WINGS = (log, office, intake, review, decision, decision_record, bookings, support)

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PSEUDONYM = re.compile(r"(?:(?:u|k)-[a-z2-7]{10}|system)")


class Catalogue:
    """Events by their type and version."""

    def __init__(self, classes: Iterable[type[EventData]]) -> None:
        self.versions: dict[tuple[str, int], type[EventData]] = {}
        self.newest: dict[str, type[EventData]] = {}
        for cls in sorted(classes, key=lambda cls: cls.declared.version):
            name, version = cls.declared.type, cls.declared.version
            before = self.newest.get(name)
            if version != (before.declared.version + 1 if before else 1):
                raise ValueError(f"{name}: version {version} stands twice, or the one before it is missing")
            self.versions[name, version] = cls
            self.newest[name] = cls

    def fault_of(self, type: str, version: object, actor_kind: str, actor_id: str, case: object) -> str | None:
        """What is wrong with an event beside its data, as a short code; never raises: it also reads hostile logs."""
        if type not in self.newest:
            return "unknown-type"
        known = isinstance(version, int) and not isinstance(version, bool) and (type, version) in self.versions
        if not known:
            return "unknown-version"
        cls = self.versions[type, cast(int, version)]
        if _PSEUDONYM.fullmatch(actor_id) is None or not may_cause(cls, actor_kind):
            return "actor-not-allowed"
        named = isinstance(case, str) and _UUID.fullmatch(case) is not None
        if issubclass(cls, CaseEvent) and not named:
            return "case-missing"
        if case is not None and not named:
            return "case-malformed"
        return None

    def read(self, type: str, version: int, data: object) -> EventData:
        """The data of an event as its own class has it; raises msgspec.ValidationError where it does not fit."""
        return msgspec.convert(data, self.versions[type, version], strict=True)

    def current(self, data: EventData) -> EventData:
        """The same as the newest class has it, lifted through every version in between."""
        newest = self.newest[data.declared.type].declared.version
        while data.declared.version < newest:
            data = data.lifted()
        return data


def may_cause(cls: type[EventData], kind: str) -> bool:
    """Whether a person, a key or the service may cause this at all."""
    declared = cls.declared
    if kind == ActorKind.PERSON:
        return bool(declared.persons)
    if kind == ActorKind.KEY:
        return declared.key is not None
    return kind == ActorKind.SYSTEM and declared.service


def check(data: EventData, actor: Actor, case: str | None) -> None:
    """Raise ValueError where an event cannot be logged: by this actor, outside a case, or with these values."""
    declared = data.declared
    fault = CATALOGUE.fault_of(declared.type, declared.version, actor.kind, actor.id, case)
    if fault:
        raise ValueError(f"{declared.type} cannot be logged: {fault}")


def classes_of(wing: types.ModuleType) -> list[type[EventData]]:
    """The events that a wing's file declares, in its order."""
    return [one for one in vars(wing).values() if _is_event(one) and one.__module__ == wing.__name__]


def _is_event(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, EventData) and hasattr(value, "declared")


CATALOGUE = Catalogue(cls for wing in WINGS for cls in classes_of(wing))


#: Of a class: the fields that hold commitments, and those that hold parts with some of their own.
_Holding = tuple[tuple[str, bool], ...]
_holding: dict[type[msgspec.Struct], _Holding] = {}


def commitments_in(data: msgspec.Struct, *, but: str = "") -> list[str]:
    """Every commitment an event holds, at any depth, in the order of its fields; `but` names a field to pass over."""
    found: list[str] = []
    for name, direct in _holding_of(type(data)):
        value = getattr(data, name)
        if value is None or name == but:
            continue
        values = value if isinstance(value, tuple) else (value,)
        if direct:
            found += values
            continue
        for part in values:
            found += commitments_in(part)
    return found


def texts_in(data: msgspec.Struct) -> list[tuple[str, str]]:
    """The commitments that an event holds in fields of its own, by the names of the fields."""
    direct = [name for name, is_direct in _holding_of(type(data)) if is_direct]
    values = [(name, getattr(data, name)) for name in direct]
    return [(name, value) for name, value in values if isinstance(value, str)]


def _holding_of(cls: type[msgspec.Struct]) -> _Holding:
    """Looked up once for each class: the classes there are do not change."""
    if cls not in _holding:
        hints = get_type_hints(cls, include_extras=True)
        held = [(name, holds_of(hints[name])) for name in cls.__struct_fields__]
        _holding[cls] = tuple((name, holds == "commitment") for name, holds in held if holds)
    return _holding[cls]


def holds_of(hint: Any) -> str | None:
    """Whether a field's type is a commitment, a part that holds some, a list of either, or neither."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return "part" if _holding_of(hint) else None
    marks = getattr(hint, "__metadata__", ())
    if any(isinstance(mark, msgspec.Meta) and mark.extra == fields.IS_COMMITMENT for mark in marks):
        return "commitment"
    if marks:
        return holds_of(hint.__origin__)
    if get_origin(hint) in (tuple, Union, types.UnionType):
        inside = [holds for holds in map(holds_of, get_args(hint)) if holds]
        return inside[0] if inside else None
    return None


def as_json(data: EventData) -> Mapping[str, Any]:
    """The data as the plain values of its JSON."""
    return cast(Mapping[str, Any], msgspec.json.decode(msgspec.json.encode(data)))
