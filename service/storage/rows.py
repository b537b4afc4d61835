"""Rows to the domain's things and back."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from service.audit.canonical import canonical
from service.desk.ports.cases import CaseDetails, DiaryPlace, SecrecyMarking, StoredEnclosure, StoredFinding
from service.desk.ports.office import StoredIncident
from service.domain.application import Kind
from service.domain.case import Case, CaseFinding, State
from service.domain.enclosure import Condition, Enclosure, Scanned
from service.domain.events.fields import ApplicationPart, Part
from service.domain.events.office import IncidentSaid
from service.domain.finding import CheckResult, Finding, Outcome, Resolution, Run, Source, Trait
from service.domain.premises import Hirer
from service.storage.tables import CaseRow, FindingRow

Row = Mapping[str, Any]
#: The last letters of the alphabet, and those that the Swedish order puts with them or with y (SS 03 81 00).
_SORTED_LAST = str.maketrans({"å": "{", "ä": "|", "ö": "}", "æ": "|", "ø": "}", "ü": "y", "ű": "y", "ő": "}"})
#: Letters that no sign is left of when their marks are taken away.
_PLAIN = str.maketrans({"đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i", "œ": "oe", "þ": "th"})


def text_of(parts: Sequence[Part]) -> str:
    """Parts of an event as a column keeps them: canonical JSON."""
    return canonical(msgspec.to_builtins(parts))


def search_form(name: str) -> str:
    """A name as it is searched and sorted in the Swedish order, whatever the database's: å, ä, ö last, é as e, ü as y.

    However it was typed: capitals, signs and marks apart or as one, spaces.
    """
    text = " ".join(unicodedata.normalize("NFC", name.casefold()).split()).translate(_SORTED_LAST).translate(_PLAIN)
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def searched_name(name: str, hirer: str | None) -> str:
    """The name as cases are searched by it: none for a private person, who is found by the case alone."""
    return "" if hirer == Hirer.PERSON else search_form(name)


def case_of(row: Row) -> Case:
    """A case from its row."""
    return Case(
        id=row["id"],
        diary_number=row["diary_number"],
        kind=Kind(row["kind"]),
        type=row["type"],
        state=State(row["state"]),
        owner=row["owner_id"],
        received_at=row["received_at"],
        registered_at=row["registered_at"],
        due_on=date.fromisoformat(row["due_on"]),
        amount_ore=row["amount_ore"],
        rules_id=row["rules_id"],
        rules_sha256=row["rules_sha256"],
        check_round=row["check_round"],
        version=row["version"],
        organisation_id=row["organisation_id"],
        withdrawn=bool(row["withdrawn"]),
    )


def details_of(row: Row) -> CaseDetails:
    """What is kept of a case beside its facts."""
    kept = {name: row[name] for name in CaseDetails.__dataclass_fields__ if name != "application_parts"}
    parts = [ApplicationPart(str(part["part"]), str(part["value"])) for part in json.loads(row["application_parts"])]
    kept |= {"application_parts": tuple(parts), "event_on": _day(row["event_on"])}
    return CaseDetails(**kept)


def parts_text(details: CaseDetails) -> str:
    """The application's parts as the case's row keeps them."""
    return canonical([{"part": part.part, "value": part.value} for part in details.application_parts])


def row_of_case(case: Case, details: CaseDetails, diary: DiaryPlace) -> CaseRow:
    """The row of a new case."""
    beside = {name: getattr(details, name) for name in CaseDetails.__dataclass_fields__ if name != "application_parts"}
    beside["event_on"] = details.event_on.isoformat() if details.event_on else None
    return CaseRow(
        id=case.id,
        diary_number=case.diary_number,
        diary_year=diary.year,
        diary_seq=diary.running,
        kind=case.kind.value,
        type=case.type,
        organisation_id=case.organisation_id,
        org_search=searched_name(details.org_name, details.hirer),
        amount_ore=case.amount_ore,
        state=case.state.value,
        owner_id=case.owner,
        received_at=case.received_at,
        registered_at=case.registered_at,
        due_on=case.due_on.isoformat(),
        rules_id=case.rules_id,
        rules_sha256=case.rules_sha256,
        check_round=case.check_round,
        attention=0,
        withdrawn=case.withdrawn,
        version=case.version,
        application_parts=parts_text(details),
        **beside,
    )


def finding_of(row: Row) -> StoredFinding:
    """A finding from its row, without the texts that its commitments stand for."""
    sources = tuple(Source(**one) for one in json.loads(row["sources"]))
    finding = Finding(
        check=row["check_key"],
        check_version=row["check_version"],
        result=CheckResult(Outcome(row["outcome"]), row["code"], sources=sources),
        run=Run(row["started_at"], row["duration_ms"], row["error"]),
        traits=frozenset(Trait(trait) for trait in json.loads(row["traits"])),
    )
    resolution = Resolution(row["resolution"]) if row["resolution"] else None
    return StoredFinding(
        id=row["id"],
        case_finding=CaseFinding(row["id"], finding, resolution),
        check_round=row["check_round"],
        position=row["position"],
        detail_ref=row["detail_ref"],
        speaker_ref=row["speaker_ref"],
        sources=row["sources"],
        reason_ref=row["reason_ref"],
        resolved_by=row["resolved_by"],
    )


def row_of_finding(case_id: str, stored: StoredFinding) -> FindingRow:
    """The row of a new finding."""
    finding = stored.case_finding.finding
    return FindingRow(
        id=stored.id,
        case_id=case_id,
        check_round=stored.check_round,
        position=stored.position,
        check_key=finding.check,
        check_version=finding.check_version,
        outcome=finding.result.outcome.value,
        code=finding.result.code,
        traits=canonical(sorted(finding.traits)),
        detail_ref=stored.detail_ref,
        speaker_ref=stored.speaker_ref,
        sources=stored.sources,
        resolution=stored.case_finding.resolution,
        reason_ref=stored.reason_ref,
        resolved_by=stored.resolved_by,
        started_at=finding.run.started_at,
        duration_ms=finding.run.duration_ms,
        error=finding.run.error,
    )


def enclosure_of(row: Row) -> StoredEnclosure:
    """An enclosure from its row; its name is kept elsewhere."""
    return StoredEnclosure(
        Enclosure(
            id=row["id"],
            kind=row["kind"],
            name="",
            media_type=row["media_type"],
            size=row["size"],
            sha256=row["sha256"],
            added_at=row["added_at"],
            speaks_from=_day(row["speaks_from"]),
            speaks_to=_day(row["speaks_to"]),
            condition=Condition(row["condition"]),
            scanned=Scanned(row["scanned"]),
        ),
        row["name_ref"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def marking_of(row: Row) -> SecrecyMarking:
    """A secrecy marking from its row."""
    return SecrecyMarking(row["id"], row["enclosure_id"], row["value_ref"])


DAYS_OF_INCIDENT = ("event_date", "informed_on", "expires_on")


def incident_said(said: IncidentSaid) -> dict[str, str | None]:
    """What is said of an incident, by the columns that keep it."""
    return {
        "kind": said.kind,
        "room": said.room,
        "event_date": said.event_date.isoformat(),
        "informed_on": said.informed_on.isoformat(),
        "expires_on": said.expires_on.isoformat(),
        "value_ref": said.value,
    }


def incident_of(row: Row) -> StoredIncident:
    """An incident from its row."""
    kept = {name: row[name] for name in StoredIncident.__dataclass_fields__}
    days = {name: date.fromisoformat(row[name]) for name in DAYS_OF_INCIDENT}
    return StoredIncident(**(kept | days))
