"""What the events say is true now: the log folded into plain facts.

`granska log verify` compares these facts with what the tables say; every table row that decides a case's state, its
findings, its decision or the rights used has its counterpart here, so neither can be changed without the other.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from service.domain.case import STEPS
from service.domain.events import STEPS_OF_THE_ROUTINE, EventType
from service.domain.finding import NEEDS_NOBODY, Outcome
from service.domain.people import SYSTEM
from service.domain.premises import TAKING

#: What happens to rooms and bookings outside the steps of a case.
PREMISES = frozenset(
    {
        EventType.SITE_DESCRIBED,
        EventType.ROOM_DESCRIBED,
        EventType.ROOM_CLOSED,
        EventType.ROOM_REOPENED,
        EventType.FEED_MADE,
        EventType.FEED_REVOKED,
        EventType.SLOT_HELD,
        EventType.BOOKING_ASKED,
        EventType.BOOKING_SETTLED,
        EventType.ALLOCATION_MADE,
    }
)
Key = tuple[str, str]
Facts = dict[Key, dict[str, Any]]


class Ledger:
    """Facts by (table, id), built event by event."""

    def __init__(self) -> None:
        self.facts: Facts = {}
        self.erased: set[str] = set()
        self.erased_enclosures: set[str] = set()
        self._active_lists: dict[str, str] = {}
        self._users: dict[str, str] = {}
        self._held: dict[str, set[str]] = {}
        self._given: dict[str, tuple[str | None, str]] = {}

    def add(self, *, seq: int, type: str, at: str, actor: str, case: str | None, data: Mapping[str, Any]) -> None:
        """Take one event into account; an event that does not follow from those before it raises KeyError."""
        match EventType(type):
            case EventType.USER_CREATED:
                self._users[data["pseudonym"]] = data["user"]
                self.facts["user", data["user"]] = {
                    "pseudonym": data["pseudonym"],
                    "value": data["value"],
                    "credential": data["credential"],
                    "password_at": at,
                }
            case EventType.PASSWORD_CHANGED:
                self.facts["user", data["user"]] |= {"password_at": at, "credential": data["credential"]}
            case EventType.RIGHT_GRANTED:
                self._held.setdefault(data["user"], set()).add(data["right"])
                self.facts["right", data["grant"]] = {
                    "user": data["user"],
                    "right": data["right"],
                    "from": at,
                    "to": None,
                }
            case EventType.RIGHT_WITHDRAWN:
                self._held[data["user"]].discard(data["right"])
                self.facts["right", data["grant"]]["to"] = at
            case EventType.KEY_CREATED:
                self.facts["key", data["key"]] = {name: data[name] for name in ("pseudonym", "right", "digest")}
            case EventType.RULESET_DRAFTED:
                self.facts["draft", data["draft"]] = {
                    name: data[name] for name in ("ruleset", "sha256", "valid_from")
                } | {"drafted_by": actor, "impact": None, "seen_by": None, "adopted_by": None}
            case EventType.RULESET_IMPACT_SEEN:
                self.facts["draft", data["draft"]] |= {"impact": data["impact"], "seen_by": actor}
            case EventType.RULESET_ADOPTED:
                self.facts["ruleset", data["ruleset"]] = {"sha256": data["sha256"], "valid_from": data["valid_from"]}
                if data["draft"]:
                    self.facts["draft", data["draft"]]["adopted_by"] = actor
            case EventType.LIST_IMPORTED:
                self._list_imported(data, at, actor)
            case EventType.CASE_RECEIVED:
                assert case is not None
                self._case_received(case, at, data)
            case EventType.CASE_SCREENED:
                assert case is not None
                self._case_screened(case, data)
            case EventType.CASE_TAKEN:
                self._case(case).update({"owner": data["owner"], "state": "in_review"})
                self._touch(case)
            case EventType.CASE_RELEASED:
                self._case(case).update({"owner": None, "state": "screened"})
                self._touch(case)
            case EventType.FINDING_RESOLVED:
                self.facts["finding", data["finding"]] |= {
                    "resolution": data["resolution"],
                    "reason": data["reason"],
                    "resolved_by": actor,
                }
                for pair in data["held_apart"]:
                    # A pair held apart before is held apart once more by whoever looked last.
                    self.facts["distinction", pair] = {
                        "case": case, "finding": data["finding"], "held_apart_by": actor, "at": at,
                    }  # fmt: skip
                self._count_attention(case)
                self._touch(case)
            case EventType.DISTINCTION_WITHDRAWN:
                del self.facts["distinction", data["pair"]]
                self._touch(case)
            case EventType.ENCLOSURE_ADDED:
                self.facts["enclosure", data["enclosure"]] = {
                    "case": case,
                    "kind": data["kind"],
                    "media_type": data["media_type"],
                    "size": data["size"],
                    "sha256": data["sha256"],
                    "name": data["name"],
                }
                self._touch(case)
            case EventType.SECRECY_MARKED:
                self.facts["secrecy", data["marking"]] = {
                    "case": case,
                    "enclosure": data["enclosure"],
                    "value": data["value"],
                }
                self._touch(case)
            case EventType.CASE_RESCREEN_ASKED:
                self._touch(case)
            case step if step in STEPS_OF_THE_ROUTINE:
                self._step(step, case, data)
                self._premises(step, case, at, actor, data)
            case EventType.CASE_DECIDED:
                self._check_right(actor, data["people"])
                self._given[data["decision"]] = (case, actor)
                self._case(case)["state"] = "decided"
                self.facts["decision", data["decision"]] = {
                    "case": case,
                    "outcome": data["outcome"],
                    "amount_ore": data["amount_ore"],
                    "delegation_point": data["people"]["delegation_point"],
                    "decided_by": actor,
                    "seq": seq,
                }
                self._touch(case)
            case one if one in PREMISES:
                self._premises(one, case, at, actor, data)
            case EventType.INCIDENT_RECORDED:
                self.facts["incident", data["incident"]] = {
                    name: data[name] for name in ("kind", "event_date", "informed_on", "expires_on", "value")
                } | {"recorded_by": actor, "verified_by": None}
            case EventType.INCIDENT_VERIFIED:
                self.facts["incident", data["incident"]]["verified_by"] = actor
            case EventType.VALUE_ERASED:
                self.erased |= set(data["values"])
                self.erased_enclosures |= set(data["enclosures"])
            case (
                EventType.LOG_OPENED
                | EventType.LOG_KEY_ROTATED
                | EventType.RECORD_UNMASKED
                | EventType.MATCH_ASKED
                | EventType.SAMPLE_DRAWN
                | EventType.CASE_HANDED_OUT
                | EventType.ACCESS_LOG_ERASED
                | EventType.SUBJECT_ACCESS_EXPORTED
            ):
                pass

    def _step(self, type: EventType, case: str | None, data: Mapping[str, Any]) -> None:
        """A step of the routine: the case is one version newer, and where the table says so somewhere else."""
        facts, moved = self._case(case), STEPS[type].to
        if moved is not None:
            facts["state"] = moved.value
        if type is EventType.APPEAL_SETTLED and data["left"]:
            facts["state"] = "appealed"
        if type is EventType.APPEAL_SETTLED and data["outcome"] == "annulled":
            facts["state"] = "in_review"
        if data.get("owner") is not None:
            facts["owner"] = data["owner"]
        if type in (EventType.CASE_RESUMED, EventType.CASE_REOPENED, EventType.APPEAL_SETTLED) and data["due"]:
            facts["due"] = data["due"]
        if type is EventType.CONFLICT_DECLARED and data["released"]:
            facts |= {"owner": None, "state": "screened"}
        self._touch(case)

    def _premises(self, type: EventType, case: str | None, at: str, actor: str, data: Mapping[str, Any]) -> None:
        """What became of rooms and bookings."""
        match type:
            case EventType.SITE_DESCRIBED:
                self.facts["site", data["site"]] = {"sha256": data["sha256"]}
            case EventType.ROOM_DESCRIBED:
                self.facts["room", data["room"]] = {name: data[name] for name in ("site", "parent", "sha256")}
            case EventType.ROOM_CLOSED:
                kept = {name: data[name] for name in ("room", "starts", "ends", "ground")}
                self.facts["closure", data["closure"]] = kept | {"lifted": False}
            case EventType.ROOM_REOPENED:
                self.facts["closure", data["closure"]]["lifted"] = True
            case EventType.FEED_MADE:
                kept = {name: data[name] for name in ("room", "digest")}
                self.facts["feed", data["feed"]] = kept | {"revoked": False}
            case EventType.FEED_REVOKED:
                self.facts["feed", data["feed"]]["revoked"] = True
            case EventType.SLOT_HELD | EventType.BOOKING_ASKED:
                for one in data["bookings"]:
                    kept = {name: value for name, value in one.items() if name != "booking"}
                    made = {"case": case, "fee_ore": None, "made_by": actor, "made_at": at}
                    self.facts["booking", one["booking"]] = kept | made
            case EventType.BOOKING_EXECUTED:
                self._check_clearance(case, at, data["clearance"])
                self._given[data["execution"]] = (case, actor)
            case EventType.BOOKING_SETTLED | EventType.BOOKING_CANCELLED:
                self._check_settled(type, case, actor, data)
                for one in data["bookings"]:
                    changed = {name: one[name] for name in ("status", "fee_ore")}
                    self.facts["booking", one["booking"]] |= changed | {"hold_until": None}
            case EventType.BOOKING_MOVED:
                self.facts["booking", data["booking"]] |= {
                    name: data[name]
                    for name in (
                        "room", "starts", "ends", "taken_from", "taken_to", "status", "hold_until",
                        "tariff", "price_ore",
                    )
                }  # fmt: skip
            case EventType.CLEARANCE_GIVEN:
                self.facts["clearance", data["clearance"]] = {
                    "organisation": data["organisation"], "case": case, "until": data["until"], "data": data["data"],
                    "declaration": data["declaration"], "rules": data["rules"]["id"], "lists": data["lists"],
                    "given_by": actor, "given_at": at, "revoked_by": None,
                }  # fmt: skip
            case EventType.CLEARANCE_REVOKED:
                self.facts["clearance", data["clearance"]]["revoked_by"] = actor
            case EventType.ALLOCATION_MADE:
                kept = {name: data[name] for name in ("season", "sha256")}
                self.facts["allocation", data["allocation"]] = kept | {"made_by": actor, "made_at": at}

    def taken(self) -> tuple[Facts, list[tuple[Key, str]]]:
        """Which rooms lie within which, and what each standing booking takes, as the tables should say it.

        Derived here from what rooms and bookings are, so that neither is believed of the tables that guard them; with
        it come the times that are let twice.
        """
        rooms = {name: facts["parent"] for (table, name), facts in self.facts.items() if table == "room"}
        parts: dict[str, list[str]] = {}
        for part in rooms:
            at: str | None = part
            while at is not None:
                parts.setdefault(at, []).append(part)
                at = rooms[at]
        derived: Facts = {
            ("part", f"{room}/{part}"): {"room": room, "part": part}
            for room, within in parts.items()
            for part in within
        }
        by_room: dict[str, list[tuple[int, int, str]]] = {}
        for (table, name), facts in self.facts.items():
            if table != "booking" or facts["status"] not in TAKING:
                continue
            for part in parts[facts["room"]]:
                times = {"taken_from": facts["taken_from"], "taken_to": facts["taken_to"]}
                derived["slot", f"{name}/{part}"] = {"booking": name, "room": part, **times}
                by_room.setdefault(part, []).append((facts["taken_from"], facts["taken_to"], name))
        twice = []
        for spans in by_room.values():
            spans.sort()
            twice += [(("booking", b[2]), "let-twice") for a, b in pairwise(spans) if b[0] < a[1]]
        return derived, twice

    def _check_settled(self, type: EventType, case: str | None, actor: str, data: Mapping[str, Any]) -> None:
        """A time is confirmed, or cancelled by the City, by what a named person decided or executed, or ValueError.

        What the service does of itself is to let a hold run out.
        """
        decided = type is EventType.BOOKING_SETTLED and self._given.get(data["decision"]) == (case, actor)
        for one in data["bookings"]:
            before = self.facts["booking", one["booking"]]["status"]
            if actor == SYSTEM and one["status"] != "lapsed":
                raise ValueError("settled by nobody")
            if one["status"] == "confirmed" and not decided:
                raise ValueError("confirmed without a decision")
            if type is EventType.BOOKING_SETTLED and before == "confirmed" and not decided:
                raise ValueError("cancelled without a decision")

    def _check_clearance(self, case: str | None, at: str, clearance: str) -> None:
        """What was executed rested on a clearance of that association that held that day; raises ValueError."""
        given = self.facts["clearance", clearance]
        whose = self._case(case)["organisation"]
        if given["organisation"] != whose or given["revoked_by"] is not None or given["until"] < at[:10]:
            raise ValueError("executed without a clearance")

    def _check_right(self, actor: str, people: Mapping[str, Any]) -> None:
        """Whoever decided held the delegation point then, and the record names them; raises ValueError."""
        held = self._held.get(self._users[actor], set())
        if people["decider"] != actor or f"delegation:{people['delegation_point']}" not in held:
            raise ValueError("decided by someone who might not")

    def _case(self, case: str | None) -> dict[str, Any]:
        assert case is not None
        return self.facts["case", case]

    def _touch(self, case: str | None) -> None:
        self._case(case)["version"] += 1

    def _case_received(self, case: str, at: str, data: Mapping[str, Any]) -> None:
        self.facts["case", case] = {
            "diary_number": data["diary_number"], "kind": data["kind"], "type": data["type"],
            "organisation": data["organisation"], "organisation_value": data["organisation_value"],
            "lookup": data["lookup"],
            "amount_ore": data["amount_ore"], "hirer": data["hirer"],
            "received": data["received"], "registered": at, "due": data["due"],
            "channel": data["channel"], "rules": data["rules"]["id"], "rules_sha256": data["rules"]["sha256"],
            "application": data["application"], "speakers": data["speakers"], "state": "received", "owner": None,
            "check_round": 0, "attention": 0, "version": 1,
        }  # fmt: skip

    def _case_screened(self, case: str, data: Mapping[str, Any]) -> None:
        facts = self._case(case)
        if facts["state"] == "received":
            facts["state"] = "screened"
        facts |= {
            "check_round": data["check_round"],
            "rules": data["rules"]["id"],
            "rules_sha256": data["rules"]["sha256"],
        }
        for position, one in enumerate(data["findings"]):
            before = self.facts.get(("finding", one["carried_from"] or ""), {})
            self.facts["finding", one["id"]] = {
                "case": case, "check_round": data["check_round"], "position": position, "check": one["check"],
                "check_version": one["check_version"], "outcome": one["outcome"], "code": one["code"],
                "lists": one["lists"], "run": one["run"],
                "detail": one["detail"], "speaker_detail": one["speaker_detail"], "resolution": one["resolution"],
                "reason": before.get("reason"), "resolved_by": before.get("resolved_by"),
            }  # fmt: skip
        facts["_findings"] = [one["id"] for one in data["findings"]]
        self._count_attention(case)
        self._touch(case)

    def _count_attention(self, case: str | None) -> None:
        facts = self._case(case)
        facts["attention"] = sum(
            self.facts["finding", one]["resolution"] is None
            and Outcome(self.facts["finding", one]["outcome"]) not in NEEDS_NOBODY
            for one in facts["_findings"]
        )

    def _list_imported(self, data: Mapping[str, Any], at: str, actor: str) -> None:
        before = self._active_lists.get(data["list"])
        if before:
            self.facts["list", before]["active"] = False
        self._active_lists[data["list"]] = data["version"]
        self.facts["list", data["version"]] = {
            "list": data["list"], "sha256": data["sha256"], "generated": data["generated"], "as_of": data["as_of"],
            "entries": data["entries"], "entries_digest": data["entries_digest"], "active": True,
            "added": data["added"], "removed": data["removed"], "changed": data["changed"],
            "imported_at": at, "imported_by": actor,
        }  # fmt: skip


def differences(logged: Facts, stored: Iterable[tuple[Key, Mapping[str, Any]]]) -> list[tuple[Key, str]]:
    """Where the tables say something else than the log: rows missing, rows too many, fields that differ."""
    found: list[tuple[Key, str]] = []
    seen: set[Key] = set()
    for key, row in stored:
        seen.add(key)
        facts = logged.get(key)
        if facts is None:
            found.append((key, "not-in-log"))
            continue
        wrong = [name for name, value in facts.items() if not name.startswith("_") and row.get(name) != value]
        found += [(key, f"differs:{name}") for name in wrong]
    found += [(key, "row-missing") for key in logged if key not in seen]
    return found
