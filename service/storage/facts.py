"""What the tables say, in the log's own terms, so that the two can be compared."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from piccolo.table import Table

from service.audit.leaf import timestamp
from service.casework.intake.receive import lookup_digest
from service.domain.ledger import Key
from service.storage.list_texts import entry_texts
from service.storage.rows import searched_name
from service.storage.tables import (
    Account,
    AllocationRow,
    ApiKey,
    BookingRow,
    BookingSlot,
    CaseRow,
    ClearanceRow,
    ClosureRow,
    DecisionRow,
    Distinction,
    EnclosureRow,
    FeedRow,
    FindingRow,
    IncidentRow,
    ListVersion,
    LogValue,
    OrganisationAttribute,
    RightGrant,
    RoomPart,
    RoomRow,
    RuleSetDraft,
    RuleSetRow,
    SecrecyRow,
    SiteRow,
)

Fact = tuple[Key, Mapping[str, Any]]
_BATCH = 1000
#: Shown instead of a commitment where a column beside it says something else than the value committed to.
MISMATCH = "says-something-else"


async def stored() -> AsyncIterator[Fact]:
    """Every fact the tables hold, table by table, in constant memory but for one batch."""
    async for row, value in _with_values(Account, "value_ref"):
        same = value is None or (value["email"], value["name"]) == (row["email"], row["name"])
        yield (
            ("user", row["id"]),
            {
                "pseudonym": row["pseudonym"],
                "value": row["value_ref"] if same else MISMATCH,
                "credential": hashlib.sha256(row["password_hash"].encode()).hexdigest(),
                "password_at": timestamp(row["password_at"]),
            },
        )
    async for row in _all(RightGrant):
        ended = None if row["to_at"] is None else timestamp(row["to_at"])
        yield (
            ("right", row["id"]),
            {"user": row["account_id"], "right": row["right_code"], "from": timestamp(row["from_at"]), "to": ended},
        )
    async for row in _all(ApiKey):
        yield ("key", row["id"]), {"pseudonym": row["pseudonym"], "right": row["right_code"], "digest": row["digest"]}
    async for row in _all(RuleSetRow):
        digest = hashlib.sha256(row["body"].encode()).hexdigest()
        same = digest == row["sha256"]
        yield (
            ("ruleset", row["id"]),
            {"sha256": row["sha256"] if same else MISMATCH, "valid_from": row["valid_from"]},
        )
    async for row in _all(ListVersion):
        yield ("list", row["id"]), await _list_facts(row)
    async for row in _all(RuleSetDraft):
        drafted = ("ruleset", "sha256", "valid_from", "drafted_by", "impact", "seen_by", "adopted_by")
        facts = {name: row[name] for name in drafted}
        if hashlib.sha256(row["body"].encode()).hexdigest() != row["sha256"]:
            facts["sha256"] = MISMATCH
        if row["report"] is not None and hashlib.sha256(row["report"].encode()).hexdigest() != row["impact"]:
            facts["impact"] = MISMATCH
        yield ("draft", row["id"]), facts
    async for batch in _batches(CaseRow):
        values = await _values_of([one["organisation_ref"] for one in batch])
        attributes: dict[str, list[Any]] = {}
        for one in await OrganisationAttribute.select().where(
            OrganisationAttribute.case_id.is_in([row["id"] for row in batch])
        ):
            attributes.setdefault(one["case_id"], []).append(one)
        for row in batch:
            yield (
                ("case", row["id"]),
                _case_facts(row, values.get(row["organisation_ref"]), attributes.get(row["id"], [])),
            )
    async for row in _all(FindingRow):
        yield ("finding", row["id"]), _finding_facts(row)
    async for row in _all(EnclosureRow):
        columns = ("kind", "media_type", "size", "sha256")
        yield (
            ("enclosure", row["id"]),
            {"case": row["case_id"], "name": row["name_ref"]} | {name: row[name] for name in columns},
        )
    async for row in _all(Distinction):
        kept = {"case": row["case_id"], "finding": row["finding_id"], "held_apart_by": row["held_apart_by"]}
        yield ("distinction", row["pair"]), kept | {"at": timestamp(row["at"])}
    async for row in _all(SecrecyRow):
        yield (
            ("secrecy", row["id"]),
            {"case": row["case_id"], "enclosure": row["enclosure_id"], "value": row["value_ref"]},
        )
    async for row in _all(DecisionRow):
        decided = ("outcome", "amount_ore", "delegation_point", "decided_by", "seq")
        yield ("decision", row["id"]), {"case": row["case_id"]} | {name: row[name] for name in decided}
    async for row, value in _with_values(IncidentRow, "value_ref"):
        same = value is None or value["org_number"] == row["org_number"]
        recorded = ("kind", "event_date", "informed_on", "expires_on", "recorded_by", "verified_by")
        yield (
            ("incident", row["id"]),
            {name: row[name] for name in recorded} | {"value": row["value_ref"] if same else MISMATCH},
        )

    async for row in _all(SiteRow):
        yield ("site", row["id"]), {"sha256": _described(row)}
    async for row in _all(RoomRow):
        yield (
            ("room", row["id"]),
            {"site": row["site_id"], "parent": row["parent_id"], "sha256": _described(row)},
        )
    async for row in _all(ClosureRow):
        closed = {"room": row["room_id"], "starts": row["starts_at"], "ends": row["ends_at"], "ground": row["ground"]}
        yield ("closure", row["id"]), closed | {"lifted": bool(row["lifted"])}
    async for row in _all(FeedRow):
        yield (
            ("feed", row["id"]),
            {"room": row["room_id"], "digest": row["digest"], "revoked": bool(row["revoked"])},
        )
    async for row in _all(BookingRow):
        yield ("booking", row["id"]), booking_facts(row)
    async for row in _all(RoomPart):
        yield ("part", row["id"]), {"room": row["room_id"], "part": row["part_id"]}
    async for row in _all(BookingSlot):
        times = {"taken_from": row["taken_from"], "taken_to": row["taken_to"]}
        yield ("slot", row["id"]), {"booking": row["booking_id"], "room": row["room_id"], **times}
    async for row in _all(ClearanceRow):
        as_is = ("until", "declaration", "given_by", "revoked_by")
        yield (
            ("clearance", row["id"]),
            {name: row[name] for name in as_is}
            | {
                "organisation": row["organisation_id"],
                "case": row["case_id"],
                "data": row["data_key"],
                "rules": row["rules_id"],
                "lists": _parts(row["lists"]),
                "given_at": timestamp(row["given_at"]),
            },
        )
    async for row in _all(AllocationRow):
        made = {"season": row["season"], "made_by": row["made_by"], "made_at": timestamp(row["made_at"])}
        yield ("allocation", row["id"]), made | {"sha256": _described(row)}


def _described(row: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(row["body"].encode()).hexdigest()
    return digest if digest == row["sha256"] else MISMATCH


def booking_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """A booking's row in the log's terms."""
    same = ("position", "taken_from", "taken_to", "status", "hold_until", "tariff", "price_ore", "fee_ore")
    return {name: row[name] for name in (*same, "made_by")} | {
        "case": row["case_id"],
        "room": row["room_id"],
        "starts": row["starts_at"],
        "ends": row["ends_at"],
        "why": row["reason"],
        "alternatives": _parts(row["alternatives"]),
        "made_at": timestamp(row["made_at"]),
    }


async def entries_digest(version: str) -> str:
    """The digest of a version's stored entries."""
    digest = hashlib.sha256()
    async for batch in entry_texts(version):
        for one in batch:
            digest.update(one.encode() + b"\n")
    return digest.hexdigest()


async def _list_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "list": row["list_key"],
        "sha256": row["sha256"],
        "generated": row["generated"],
        "as_of": row["as_of"],
        "entries": row["entries"],
        "entries_digest": await entries_digest(row["id"]),
        "active": bool(row["active"]),
        "added": row["added"],
        "removed": row["removed"],
        "changed": row["changed"],
        "imported_at": timestamp(row["imported_at"]),
        "imported_by": row["imported_by"],
    }


def _case_facts(row: Mapping[str, Any], organisation: Any, attributes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    given = {one["attribute"]: one["value"] for one in attributes if one["organisation_id"] == row["organisation_id"]}
    named = {"name": row["org_name"], "number": row["org_number"]}
    same = len(given) == len(attributes) and given == {name: value for name, value in named.items() if value}
    same = same and row["org_search"] == searched_name(row["org_name"], row["hirer"])
    # A name that has been erased is gone from here too, and nothing else is put in its place.
    same = same and (
        not row["org_name"] if organisation is None else {one: organisation[one] for one in named} == named
    )
    return {
        "diary_number": row["diary_number"],
        "kind": row["kind"],
        "type": row["type"],
        "organisation": row["organisation_id"],
        "organisation_value": row["organisation_ref"] if same else MISMATCH,
        "lookup": lookup_digest(row["repeat_key"], row["event_on"], row["when_label"]),
        "amount_ore": row["amount_ore"],
        "hirer": row["hirer"],
        "received": timestamp(row["received_at"]),
        "registered": timestamp(row["registered_at"]),
        "due": row["due_on"],
        "channel": row["channel"],
        "rules": row["rules_id"],
        "rules_sha256": row["rules_sha256"],
        "application": _parts(row["application_parts"]),
        "speakers": row["speakers_ref"],
        "state": row["state"],
        "owner": row["owner_id"],
        "check_round": row["check_round"],
        "attention": row["attention"],
        "version": row["version"],
    }


def _finding_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case": row["case_id"],
        "check_round": row["check_round"],
        "position": row["position"],
        "check": row["check_key"],
        "check_version": row["check_version"],
        "lists": _without_age(row["sources"]),
        "run": {"started": timestamp(row["started_at"]), "ms": row["duration_ms"], "error": row["error"]},
        "outcome": row["outcome"],
        "code": row["code"],
        "detail": row["detail_ref"],
        "speaker_detail": row["speaker_ref"],
        "resolution": row["resolution"],
        "reason": row["reason_ref"],
        "resolved_by": row["resolved_by"],
    }


def _parts(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        return MISMATCH


def _without_age(sources: str) -> Any:
    """The sources as the log names them; how old they were is told on the page only."""
    try:
        return [{name: one[name] for name in ("key", "version", "sha256")} for one in json.loads(sources)]
    except (ValueError, KeyError, TypeError):
        return MISMATCH


async def _all(table: type[Table]) -> AsyncIterator[Mapping[str, Any]]:
    async for batch in _batches(table):
        for one in batch:
            yield one


async def _with_values(table: type[Table], reference: str) -> AsyncIterator[tuple[Mapping[str, Any], Any]]:
    """Each row with the value its commitment stands for, or None where that has been erased."""
    async for batch in _batches(table):
        values = await _values_of([one[reference] for one in batch])
        for one in batch:
            yield one, values.get(one[reference])


async def _values_of(references: Sequence[str]) -> dict[str, Any]:
    found = await LogValue.select(LogValue.commitment, LogValue.value).where(
        LogValue.commitment.is_in(list(references))
    )
    return {one["commitment"]: _readable(one["value"]) for one in found}


def _readable(text: str) -> Any:
    """The value, or a dictionary that equals nothing where the text has been spoilt."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    spoilt = dict.fromkeys(("email", "name", "number", "org_number"))
    return spoilt | value if isinstance(value, dict) else spoilt


async def _batches(table: type[Table]) -> AsyncIterator[list[dict[str, Any]]]:
    after = ""
    key: Any = table._meta.primary_key
    while True:
        batch = await table.select().where(key > after).order_by(key).limit(_BATCH)
        if batch:
            yield batch
        if len(batch) < _BATCH:
            return
        after = batch[-1][key._meta.name]
