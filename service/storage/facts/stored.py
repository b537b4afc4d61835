"""What the tables say, in the log's own terms, so that the two can be compared."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from piccolo.table import Table

from service.audit.leaf import timestamp
from service.desk.case_when import lookup_digest
from service.domain.events.fields import ApplicationPart, ListRef
from service.domain.events.intake import CheckRun
from service.domain.ledger.facts import (
    MISMATCH,
    CaseFact,
    DecisionFact,
    DistinctionFact,
    DraftFact,
    EnclosureFact,
    Fact,
    FindingFact,
    IncidentFact,
    Key,
    KeyFact,
    ListFact,
    RightFact,
    RuleSetFact,
    SecrecyFact,
    UserFact,
)
from service.domain.watchlist import ListState
from service.library_internals import column_name, primary_key
from service.storage.facts import premises as premises_facts
from service.storage.facts.tables import Row, described, parts_of, sha256_of
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

_BATCH = 1000


async def stored() -> AsyncIterator[tuple[Key, Fact]]:
    """Every fact the tables hold, table by table, in constant memory but for one batch."""
    async for row, value in _with_values(Account, "value_ref"):
        yield ("user", row["id"]), _user(row, value)
    async for row, value in _with_values(ApiKey, "value_ref"):
        yield ("key", row["id"]), _key(row, value)
    async for row in _all(ListVersion):
        yield ("list", row["id"]), await _list(row)
    async for batch in _batches(CaseRow):
        values = await _values_of([row["organisation_ref"] for row in batch])
        attributes = await _attributes_of([row["id"] for row in batch])
        for row in batch:
            organisation = values.get(row["organisation_ref"])
            yield ("case", row["id"]), _case(row, organisation, attributes.get(row["id"], []))
    async for row, value in _with_values(IncidentRow, "value_ref"):
        yield ("incident", row["id"]), _incident(row, value)
    for table, (rows, fact_of) in _BY_ROW.items():
        async for row in _all(rows):
            yield (table, row["id" if table != "distinction" else "pair"]), fact_of(row)


def _user(row: Row, value: Any) -> UserFact:
    same = value is None or (value["email"], value["name"]) == (row["email"], row["name"])
    return UserFact(
        pseudonym=row["pseudonym"],
        value=row["value_ref"] if same else MISMATCH,
        credential=sha256_of(row["password_hash"]),
        password_at=row["password_at"],
        temporary=bool(row["temporary"]),
        closed_at=row["closed_at"],
        factor=sha256_of(row["factor"]) if row["factor"] else None,
        recovery=sha256_of(row["recovery"]) if row["factor"] else None,
    )


def _right(row: Row) -> RightFact:
    return RightFact(user=row["account_id"], right=row["right_code"], since=row["from_at"], until=row["to_at"])


def _key(row: Row, value: Any) -> KeyFact:
    same = value is None or value["text"] == row["label"]
    return KeyFact(
        pseudonym=row["pseudonym"],
        value=row["value_ref"] if same else MISMATCH,
        right=row["right_code"],
        digest=row["digest"],
        expires=row["expires_on"],
        revoked_at=row["revoked_at"],
    )


def _rule_set(row: Row) -> RuleSetFact:
    return RuleSetFact(sha256=described(row), valid_from=row["valid_from"])


def _draft(row: Row) -> DraftFact:
    spoilt = row["report"] is not None and sha256_of(row["report"]) != row["impact"]
    return DraftFact(
        ruleset=row["ruleset"],
        sha256=described(row),
        valid_from=row["valid_from"],
        drafted_by=row["drafted_by"],
        impact=MISMATCH if spoilt else row["impact"],
        seen_by=row["seen_by"],
        adopted_by=row["adopted_by"],
    )


async def _list(row: Row) -> ListFact:
    rejected = row["state"] == ListState.REJECTED  # its entries are gone
    return ListFact(
        list=row["list_key"],
        sha256=row["sha256"],
        generated=row["generated"],
        as_of=row["as_of"],
        entries=row["entries"],
        entries_digest=row["entries_digest"] if rejected else await entries_digest(row["id"]),
        state=row["state"],
        added=row["added"],
        removed=row["removed"],
        changed=row["changed"],
        report=sha256_of(row["report"]),
        imported_at=row["imported_at"],
        imported_by=row["imported_by"],
    )


async def entries_digest(version: str) -> str:
    """The digest of a version's stored entries."""
    digest = hashlib.sha256()
    async for batch in entry_texts(version):
        for text in batch:
            digest.update(text.encode() + b"\n")
    return digest.hexdigest()


def _incident(row: Row, value: Any) -> IncidentFact:
    same = value is None or value["org_number"] == row["org_number"]
    return IncidentFact(
        kind=row["kind"],
        room=row["room"],
        event_date=row["event_date"],
        informed_on=row["informed_on"],
        expires_on=row["expires_on"],
        value=row["value_ref"] if same else MISMATCH,
        recorded_by=row["recorded_by"],
        verified_by=row["verified_by"],
        disputed=row["disputed"],
        withdrawn_by=row["withdrawn_by"],
    )


def _says_the_same(row: Row, organisation: Any, attributes: Sequence[Row]) -> bool:
    """Whether what a case's row and the organisation's attributes repeat is what was committed to.

    A name that has been erased is gone from here too, and nothing else is put in its place.
    """
    given = {
        each["attribute"]: each["value"] for each in attributes if each["organisation_id"] == row["organisation_id"]
    }
    named = {"name": row["org_name"], "number": row["org_number"]}
    if len(given) != len(attributes) or given != {name: value for name, value in named.items() if value}:
        return False
    if row["org_search"] != searched_name(row["org_name"], row["hirer"]):
        return False
    if organisation is None:
        return not row["org_name"]
    return {name: organisation[name] for name in named} == named


def _case(row: Row, organisation: Any, attributes: Sequence[Row]) -> CaseFact:
    same = _says_the_same(row, organisation, attributes)
    return CaseFact(
        diary_number=row["diary_number"],
        kind=row["kind"],
        type=row["type"],
        organisation=row["organisation_id"],
        organisation_value=row["organisation_ref"] if same else MISMATCH,
        lookup=lookup_digest(row["repeat_key"], row["event_on"], row["when_label"]),
        amount_ore=row["amount_ore"],
        hirer=row["hirer"],
        received=timestamp(row["received_at"]),
        registered=row["registered_at"],
        due=row["due_on"],
        channel=row["channel"],
        rules=row["rules_id"],
        rules_sha256=row["rules_sha256"],
        application=parts_of(row["application_parts"], tuple[ApplicationPart, ...]),
        speakers=row["speakers_ref"],
        state=row["state"],
        owner=row["owner_id"],
        check_round=row["check_round"],
        attention=row["attention"],
        withdrawn=bool(row["withdrawn"]),
        version=row["version"],
    )


def _finding(row: Row) -> FindingFact:
    return FindingFact(
        case=row["case_id"],
        check_round=row["check_round"],
        position=row["position"],
        check=row["check_key"],
        check_version=row["check_version"],
        outcome=row["outcome"],
        code=row["code"],
        traits=parts_of(row["traits"], tuple[str, ...]),
        lists=_without_age(row["sources"]),
        run=CheckRun(timestamp(row["started_at"]), row["duration_ms"], row["error"]),
        detail=row["detail_ref"],
        speaker_detail=row["speaker_ref"],
        resolution=row["resolution"],
        reason=row["reason_ref"],
        resolved_by=row["resolved_by"],
    )


def _distinction(row: Row) -> DistinctionFact:
    return DistinctionFact(row["case_id"], row["finding_id"], held_apart_by=row["held_apart_by"], at=row["at"])


def _enclosure(row: Row) -> EnclosureFact:
    return EnclosureFact(
        case=row["case_id"],
        kind=row["kind"],
        media_type=row["media_type"],
        size=row["size"],
        sha256=row["sha256"],
        name=row["name_ref"],
        added_at=row["added_at"],
        speaks_from=row["speaks_from"],
        speaks_to=row["speaks_to"],
        condition=row["condition"],
        scanned=row["scanned"],
    )


def _secrecy(row: Row) -> SecrecyFact:
    return SecrecyFact(case=row["case_id"], enclosure=row["enclosure_id"], value=row["value_ref"])


def _decision(row: Row) -> DecisionFact:
    return DecisionFact(
        case=row["case_id"],
        outcome=row["outcome"],
        amount_ore=row["amount_ore"],
        delegation_point=row["delegation_point"],
        decided_by=row["decided_by"],
        seq=row["seq"],
    )


#: The tables whose rows say all by themselves.
_BY_ROW: dict[str, tuple[type[Table], Callable[[Row], Fact]]] = {
    "right": (RightGrant, _right),
    "ruleset": (RuleSetRow, _rule_set),
    "draft": (RuleSetDraft, _draft),
    "finding": (FindingRow, _finding),
    "enclosure": (EnclosureRow, _enclosure),
    "distinction": (Distinction, _distinction),
    "secrecy": (SecrecyRow, _secrecy),
    "decision": (DecisionRow, _decision),
    "site": (SiteRow, premises_facts.site_fact),
    "room": (RoomRow, premises_facts.room_fact),
    "closure": (ClosureRow, premises_facts.closure_fact),
    "feed": (FeedRow, premises_facts.feed_fact),
    "booking": (BookingRow, premises_facts.booking_fact),
    "part": (RoomPart, premises_facts.part_fact),
    "slot": (BookingSlot, premises_facts.slot_fact),
    "clearance": (ClearanceRow, premises_facts.clearance_fact),
    "allocation": (AllocationRow, premises_facts.allocation_fact),
}


def _without_age(sources: str) -> tuple[ListRef, ...] | str:
    """The sources as the log names them; how old they were is told on the page only."""
    try:
        return tuple(ListRef(each["key"], each["version"], each["sha256"]) for each in json.loads(sources))
    except (ValueError, KeyError, TypeError):
        return MISMATCH


async def _all(table: type[Table]) -> AsyncIterator[Row]:
    async for batch in _batches(table):
        for row in batch:
            yield row


async def _with_values(table: type[Table], reference: str) -> AsyncIterator[tuple[Row, Any]]:
    """Each row with the value its commitment stands for, or None where that has been erased."""
    async for batch in _batches(table):
        values = await _values_of([row[reference] for row in batch])
        for row in batch:
            yield row, values.get(row[reference])


async def _values_of(references: Sequence[str]) -> dict[str, Any]:
    rows = await LogValue.select(LogValue.commitment, LogValue.value).where(LogValue.commitment.is_in(list(references)))
    return {row["commitment"]: _readable(row["value"]) for row in rows}


async def _attributes_of(cases: Sequence[str]) -> dict[str, list[Row]]:
    """What is kept of each case's organisation beside the case."""
    attributes: dict[str, list[Row]] = {}
    for row in await OrganisationAttribute.select().where(OrganisationAttribute.case_id.is_in(list(cases))):
        attributes.setdefault(row["case_id"], []).append(row)
    return attributes


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
    key = primary_key(table)
    while True:
        batch = await table.select().where(key > after).order_by(key).limit(_BATCH)
        if batch:
            yield batch
        if len(batch) < _BATCH:
            return
        after = batch[-1][column_name(key)]
