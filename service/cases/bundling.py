"""A case in one file, for a court, an archive or a citizen: whole or partly masked, and provable as it is."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.cases.checkpointing import origin_of
from service.cases.erasing import CLASS_OF, CLASSES
from service.cases.ports import Desk, KeptValue, LogRow, StoredEnclosure
from service.cases.proving import Proof, prove
from service.cases.records import Erasure, erased_when
from service.domain import policy
from service.domain.case import Case
from service.domain.events import commitments_in
from service.domain.people import User

VERIFIER = Path(__file__).resolve().parent.parent / "audit" / "handout" / "verify.py"
#: What a public copy leaves out unless someone chooses otherwise (offentlighetsprincipen, after a harm test).
MASKED_BY_DEFAULT = tuple(one for one in CLASSES if one not in ("application", "decision"))


@dataclass(frozen=True)
class Contents:
    """Everything a bundle's front page shows."""

    case: Case
    organisation: str
    entries: Sequence[LogRow]
    values: Mapping[str, KeptValue]
    masked: frozenset[str]
    erased: Mapping[str, Erasure]
    names: Mapping[str, str]
    proofs: Sequence[Proof]
    key: str
    enclosures: Sequence[StoredEnclosure]


async def bundle(
    desk: Desk, case_id: str, *, mask: frozenset[str], by: User, front: Callable[[Contents], str]
) -> tuple[Case, bytes]:
    """The zip; `mask` are classes of documents to leave out, `front` writes the readable page."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        entries = await reading.entries_of_case(case_id)
        details = await reading.details(case_id)
        found = await reading.kept_values([one for row in entries for one in _commitments(row)])
        erased = await erased_when(reading, case_id)
        enclosures = await reading.enclosures(case_id)
        names = await reading.names() | {one.id: one.name for one in await reading.users()}
        _, key = await origin_of(reading)
        texts = {one: body for one, _, body in await reading.rule_sets()}
    masked = frozenset(one for one, kept in found.items() if CLASS_OF.get(kept.field) in mask)
    contents = Contents(
        case=case,
        organisation=details.org_name,
        entries=entries,
        values={one: kept for one, kept in found.items() if one not in masked},
        masked=masked,
        erased=erased,
        names=names,
        proofs=await prove(desk, entries),
        key=key,
        enclosures=[one for one in enclosures if one.name_ref in found and one.name_ref not in masked],
    )
    return case, _zip(desk, contents, found, texts, front(contents))


def _commitments(row: LogRow) -> list[str]:
    return commitments_in(json.loads(row.leaf)["data"])


def _zip(desk: Desk, contents: Contents, found: Mapping[str, KeptValue], texts: Mapping[str, str], front: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", front)
        archive.writestr("verify.py", VERIFIER.read_bytes())
        archive.writestr("log.vkey", contents.key + "\n")
        archive.writestr("values.json", _values(contents, found))
        for one in contents.proofs:
            archive.writestr(f"entries/{one.name}.json", one.leaf)
            archive.writestr(f"entries/{one.name}.tlog-proof", one.receipt.text())
        for name in sorted(_rule_sets(contents.entries)):
            if name in texts:
                archive.writestr(f"rulesets/{name}.toml", texts[name].encode())
        for enclosure in contents.enclosures:
            sha256 = enclosure.enclosure.sha256
            if desk.files.holds(sha256):
                name = f"enclosures/{sha256[:12]}-{enclosure.enclosure.kind}"
                if name not in archive.namelist():
                    archive.writestr(name, desk.files.path(sha256).read_bytes())
    return target.getvalue()


def _values(contents: Contents, found: Mapping[str, KeptValue]) -> str:
    """What each commitment stands for, with its salt; what is masked or erased is named as that."""
    values: dict[str, Any] = {}
    for row in contents.entries:
        for one in _commitments(row):
            if one in contents.values:
                kept = contents.values[one]
                values[one] = {"field": kept.field, "value": kept.value, "salt": kept.salt}
            elif one in contents.masked:
                values[one] = {"field": found[one].field, "masked": True}
            elif one in contents.erased:
                values[one] = {"field": "", "erased": contents.erased[one].ground}
    return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True)


def _rule_sets(entries: Sequence[LogRow]) -> set[str]:
    """The rule sets that an entry of the case names with their digest."""
    found: set[str] = set()
    for row in entries:
        data = json.loads(row.leaf)["data"]
        for name in ("rules", "procedure", "criteria_rules", "procedure_rules"):
            if isinstance(data.get(name), dict):
                found.add(data[name]["id"])
    return found
