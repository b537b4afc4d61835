"""A case in one file, for a court, an archive or a citizen: whole or partly masked, and provable as it is."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from service.audit.leaf import data_as_written
from service.audit.note import sign
from service.audit.verifier import VERIFIER
from service.casework.decision.record_page import PURPOSES, Erasure, erased_when
from service.desk.actors import person, still
from service.desk.ports.cases import StoredEnclosure
from service.desk.ports.desk import Desk
from service.desk.ports.log import KeptValue, LogRow
from service.desk.ports.store import Reading
from service.domain import policy
from service.domain.case import Case
from service.domain.enclosure import ENDINGS
from service.domain.errors import InvalidInput, NotAllowed, Problem, Unavailable
from service.domain.events.catalogue import commitments_in
from service.domain.events.decision_record import AdoptedRules
from service.domain.events.event import Event
from service.domain.events.fields import RuleSetRef
from service.domain.events.log import CaseHandedOut, LogKeyRotated
from service.domain.organisation import looks_personal
from service.domain.people import Role, User
from service.privacy.erasure_plan import CLASS_OF, CLASSES
from service.proof.checkpoints import first_key
from service.proof.inclusion_proofs import Proof, prove

#: The first line of what is signed of a bundle; no log can be called so, and no checkpoint begins so.
MANIFEST = "granska bundle manifest v1"
#: What a public copy leaves out unless someone chooses otherwise (offentlighetsprincipen, after a harm test).
MASKED_BY_DEFAULT = tuple(one for one in CLASSES if one not in ("application", "decision"))
#: Who works with cases and their records; an administrator does not.
RECORD_ROLES = frozenset(Role) - {Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Contents:
    """Everything a bundle's front page shows; `organisation` is None where a person's name is masked."""

    case: Case
    organisation: str | None
    entries: Sequence[LogRow]
    values: Mapping[str, KeptValue]
    masked: frozenset[str]
    erased: Mapping[str, Erasure]
    names: Mapping[str, str]
    proofs: Sequence[Proof]
    key: str
    rotations: Sequence[LogKeyRotated]
    enclosures: Sequence[StoredEnclosure]


#: Not a class of documents: whatever gives a personal number where an organisation's belongs, of whatever class.
PERSONAL_NUMBERS = "personal_numbers"


def forced_mask(user: User) -> frozenset[str]:
    """What an auditor never takes out: a review needs the decision and its proof, not the people in it."""
    return frozenset(MASKED_BY_DEFAULT) if user.only_reviews else frozenset()


def _with_numbers(mask: frozenset[str]) -> frozenset[str]:
    """Where contacts are masked, so are personal numbers."""
    return mask | {PERSONAL_NUMBERS} if "contact" in mask else mask


async def bundle(
    desk: Desk, case_id: str, *, mask: frozenset[str], purpose: str, by: User, front: Callable[[Contents], str]
) -> tuple[Case, bytes]:
    """The zip; `mask` are classes of documents to leave out, `front` writes the readable page.

    That it was handed out, for what purpose and without which parts stands in the log, and so in the bundle itself.
    """
    if purpose not in PURPOSES:
        raise InvalidInput([Problem("/purpose", "input.missing")])
    async with desk.store.writing() as writing:
        by = await still(writing, by)
        policy.check_can_see(await writing.case(case_id), by)
        if not by.roles & RECORD_ROLES:
            raise NotAllowed("access.role")
        mask = _with_numbers(mask | forced_mask(by))
        data = await _handed_out(writing, case_id, mask, purpose)
        event = Event(data, person(by), desk.outside.now(), case=case_id)
        await writing.case_handed_out(event)
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        entries = await reading.entries_of_case(case_id)
        details = await reading.details(case_id)
        found = await reading.kept_values([one for row in entries for one in _commitments(row)])
        erased = await erased_when(reading, case_id)
        enclosures = await reading.enclosures(case_id)
        names = await reading.names() | {one.id: one.name for one in await reading.users()}
        key, rotations = await first_key(reading)
        texts = {one.id: one.body for one in await reading.rule_sets()}
    masked = _masked(found, mask)
    contents = Contents(
        case=case,
        organisation=None if details.organisation_ref in masked else details.org_name,
        entries=entries,
        values={one: kept for one, kept in found.items() if one not in masked},
        masked=masked,
        erased=erased,
        names=names,
        proofs=await prove(desk, entries),
        key=key,
        rotations=rotations,
        enclosures=[one for one in enclosures if one.name_ref in found and one.name_ref not in masked],
    )
    files = _files(desk, contents, found, texts, front(contents))
    return case, _zip(files, _manifest(desk, contents, files))


async def _handed_out(reading: Reading, case_id: str, mask: frozenset[str], purpose: str) -> CaseHandedOut:
    """What the log says of a bundle: by it a reader sees that nothing was left out, added, or masked beside it."""
    entries = await reading.entries_of_case(case_id)
    commitments = [commitment for row in entries for commitment in _commitments(row)]
    found = await reading.kept_values(commitments)
    return CaseHandedOut(
        purpose=purpose,
        masked=tuple(sorted(mask)),
        entries=_digest([row.hash for row in entries]),
        values=_digest(sorted(set(commitments))),
        withheld=_digest(sorted(_masked(found, mask))),
    )


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _masked(found: Mapping[str, KeptValue], mask: frozenset[str]) -> frozenset[str]:
    return frozenset(commitment for commitment, kept in found.items() if _is_masked(kept, mask))


def _is_masked(kept: KeptValue, mask: frozenset[str]) -> bool:
    """What is of a masked class, and where contacts are masked what gives somebody's own number as its number."""
    return CLASS_OF.get(kept.field) in mask or (PERSONAL_NUMBERS in mask and _holds_personal_number(kept.value))


def _holds_personal_number(value: Any) -> bool:
    if isinstance(value, dict):
        numbers = [value[name] for name in ("number", "org_number") if isinstance(value.get(name), str)]
        return any(map(looks_personal, numbers)) or any(map(_holds_personal_number, value.values()))
    return isinstance(value, list) and any(map(_holds_personal_number, value))


def _commitments(row: LogRow) -> list[str]:
    return commitments_in(data_as_written(row.leaf))


def _files(
    desk: Desk, contents: Contents, found: Mapping[str, KeptValue], texts: Mapping[str, str], front: str
) -> dict[str, bytes]:
    files = {
        "index.html": front.encode(),
        "verify.py": VERIFIER.read_bytes(),
        "log.vkey": f"{contents.key}\n".encode(),
        "rotations.json": json.dumps(msgspec.to_builtins(contents.rotations), indent=1).encode(),
        "values.json": _values(contents, found).encode(),
    }
    for proof in contents.proofs:
        files[f"entries/{proof.name}.json"] = proof.leaf
        files[f"entries/{proof.name}.tlog-proof"] = proof.receipt.text().encode()
    for name in sorted(_rule_sets(contents.entries)):
        if name in texts:
            files[f"rulesets/{name}.toml"] = texts[name].encode()
    for stored in contents.enclosures:
        enclosure = stored.enclosure
        if desk.files.holds(enclosure.sha256):
            name = f"enclosures/{enclosure.sha256[:12]}-{enclosure.kind}{ENDINGS.get(enclosure.media_type, '')}"
            files[name] = desk.files.path(enclosure.sha256).read_bytes()
    return files


def _manifest(desk: Desk, contents: Contents, files: Mapping[str, bytes]) -> str:
    """Every file by its digest, signed with the log's key (C2SP signed-note); raises Unavailable without one."""
    key = desk.keys.signing()
    if key is None:
        raise Unavailable("checkpoint.no_key")
    lines = [f"{hashlib.sha256(body).hexdigest()} {name}" for name, body in sorted(files.items())]
    return sign("\n".join([MANIFEST, contents.case.id, *lines, ""]), key)


def _zip(files: Mapping[str, bytes], manifest: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
        archive.writestr("manifest.note", manifest)
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
        data = data_as_written(row.leaf)
        for name in data.__struct_fields__:
            value = getattr(data, name)
            if isinstance(value, (RuleSetRef, AdoptedRules)):
                found.add(value.id)
    return found
