"""A bundle proves itself to a stranger; a spoilt one is found out."""

import base64
import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from service.audit.note import sign
from service.audit.verifier import VERIFIER, verifier_digest
from service.casework.decision.sign import decide
from service.casework.intake.receive import receive
from service.desk import actors
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome
from service.domain.enclosure import ENDINGS
from service.domain.errors import GranskaError, InvalidInput
from service.domain.events.decision_record import CaseDecided
from service.domain.events.log import CaseHandedOut
from service.privacy import disclosure_bundle
from service.proof import checkpoints
from service.screening.run_checks import run_waiting_checks
from tests.builders import KEY, a_premises_document, a_proposal
from tests.steps import decided_case, employed_officer, known_or_new, put_in, seen, someone, withdrawn


async def the_bundle(desk: Desk, case_id: str, mask: frozenset[str] = frozenset()) -> bytes:
    officer = await known_or_new(desk, "Anna", "role:association_officer", "delegation:F1")
    _, body = await disclosure_bundle.bundle(
        desk, case_id, mask=mask, purpose="appeal", by=officer, front=lambda _: "<html></html>"
    )
    return body


def check(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the handed-out verifier as a stranger would: by itself, without our package."""
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def unpacked(body: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(BytesIO(body)) as archive:
        archive.extractall(folder)
    return folder


async def test_a_bundle_proves_itself_and_a_masked_one_too(desk: Desk, tmp_path: Path) -> None:
    case_id, _ = await decided_case(desk)
    async with desk.store.reading() as reading:
        _, line = await checkpoints.origin_of(reading)
    whole = unpacked(await the_bundle(desk, case_id), tmp_path / "whole")
    status, said = check(whole, "--key", line)
    assert (status, "Allt stämmer" in said, "Everything holds" in said) == (0, True, True), said
    assert "Ylva Granfors" in (whole / "values.json").read_text()

    async with desk.store.reading() as reading:
        known = await reading.user_by_email("anna@x.example")
    assert known is not None
    mask = frozenset({"contact", "representatives", "declaration", "findings", "resolutions", "enclosures"})
    _, body = await disclosure_bundle.bundle(
        desk, case_id, mask=mask, purpose="public_record", by=known.user, front=lambda _: "<html></html>"
    )
    masked = unpacked(body, tmp_path / "masked")
    status, said = check(masked, "--key", line)
    assert status == 0, said
    assert "maskerade" in said
    for path in masked.rglob("*"):
        assert not path.is_file() or b"Granfors" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("entries", lambda text: text.replace(b"write_off", b"approval_")),
        ("values.json", lambda text: text.replace(b"Granfors", b"Granberg")),
        ("rulesets", lambda text: text + b" "),
        ("proof", lambda text: text.replace(b"index ", b"index 1")),
        ("proof", lambda text: text[:-10] + b"AAAAAAAAA\n"),
        ("log.vkey", lambda text: b"x" + text),
        ("extra", lambda text: b"planted"),
        ("values.json", lambda text: b"{"),
        ("values.json", lambda text: text.replace(b'"salt":', b'"note": "planted", "salt":', 1)),
        ("values.json", lambda text: text.replace(b'"salt":', b'"masked": true, "salt":', 1)),
        ("values.json", lambda text: re.sub(rb'"salt": "[0-9a-f]+",\s+"value": [^\n]+', b'"erased": "x"', text, count=1)),
        ("values.json", lambda text: text.replace(b'"field":', b'"field": "x", "field":', 1)),
        ("moved", lambda text: text),
        ("entries", lambda text: b"\xff\xfe"),
        ("index.html", lambda text: text.replace(b"Avskrivning", b"AVSLAG") + b"<p>AVSLAG</p>"),
        ("verify.py", lambda text: text + b"\n# changed\n"),
        ("manifest.note", lambda text: text.replace(b"values.json", b"valves.json")),
        ("manifest.note", lambda text: b""),
        ("rotations.json", lambda text: b"[ ]"),
    ],
)  # fmt: skip
async def test_a_spoilt_bundle_is_found_out(desk: Desk, tmp_path: Path, name: str, spoil: Any) -> None:
    case_id, _ = await decided_case(desk)
    folder = unpacked(await the_bundle(desk, case_id), tmp_path / "b")
    path = {
        "entries": next(folder.glob("entries/*case-decided.json")),
        "proof": next(folder.glob("entries/*case-decided.tlog-proof")),
        "rulesets": next(folder.glob("rulesets/*.toml")),
        "extra": folder / "planted.pdf",
        "moved": folder / "rulesets" / "granvik-2031-1.toml",
    }.get(name, folder / name)
    if name == "moved":
        next(folder.glob("rulesets/*.toml")).rename(path)
    path.write_bytes(spoil(path.read_bytes() if path.exists() else b""))

    status, said = check(folder)

    assert status == 1
    assert "FEL" in said
    assert "Traceback" not in said


async def test_another_key_does_not_vouch_for_a_bundle(desk: Desk, tmp_path: Path) -> None:
    case_id, _ = await decided_case(desk)
    folder = unpacked(await the_bundle(desk, case_id), tmp_path / "b")
    other = desk.keys.make("granska/other").verifier

    status, said = check(folder, "--key", str(other))

    assert status == 1
    assert "Traceback" not in said


async def test_the_first_days_key_vouches_for_a_bundle_made_after_a_change_of_key(desk: Desk, tmp_path: Path) -> None:
    case_id, _ = await decided_case(desk)
    async with desk.store.reading() as reading:
        _, first = await checkpoints.origin_of(reading)
    adam = await someone(desk, "Adam", "role:administrator")
    await checkpoints.rotate_key(desk, by=actors.person(adam))
    folder = unpacked(await the_bundle(desk, case_id), tmp_path / "b")

    status, said = check(folder, "--key", first)
    assert status == 0, said

    rotations = json.loads((folder / "rotations.json").read_text())
    rotations[0]["signature"] = base64.b64encode(bytes(64)).decode()
    (folder / "rotations.json").write_text(json.dumps(rotations))
    assert check(folder, "--key", first)[0] == 1, "a key that nobody vouches for is not believed"


async def test_an_auditor_takes_out_no_acts_and_nobody_takes_out_anything_without_a_purpose(desk: Desk) -> None:
    case_id, _ = await decided_case(desk)
    ronja = await someone(desk, "Ronja", "role:auditor")
    adam = await someone(desk, "Adam", "role:administrator")
    with pytest.raises(InvalidInput):
        await disclosure_bundle.bundle(desk, case_id, mask=frozenset(), purpose="", by=ronja, front=lambda _: "")
    with pytest.raises(GranskaError):
        await disclosure_bundle.bundle(desk, case_id, mask=frozenset(), purpose="audit", by=adam, front=lambda _: "")

    _, body = await disclosure_bundle.bundle(
        desk, case_id, mask=frozenset(), purpose="audit", by=ronja, front=lambda _: ""
    )

    with zipfile.ZipFile(BytesIO(body)) as archive:
        values = json.loads(archive.read("values.json")).values()
    assert {one["field"] for one in values if "value" in one} <= {
        "organisation", "application.about", "application.organisation", "application.request", "reasons", "board-minute",
    }  # fmt: skip
    assert {"acts", "findings"} <= disclosure_bundle.forced_mask(ronja)
    async with desk.store.reading() as reading:
        [handed] = await reading.entries_of_type(CaseHandedOut, limit=5)
    assert json.loads(handed.leaf)["data"]["purpose"] == "audit"


@pytest.mark.parametrize("whose", ["the applicant", "a co-organiser"])
async def test_a_public_copy_has_nobodys_personal_number(desk: Desk, whose: str) -> None:
    """Given as an organisation number, it stood in the copy: the association's name and number are shown to anyone."""
    number = "850709-9805"
    partners = [{"name": "Medarrangören", "org_number": number}] if whose == "a co-organiser" else []
    document = a_premises_document(co_organisers=partners)
    if whose == "the applicant":
        document["organisation"] = {"name": "Nummerlösa", "org_number": number}
    received = await receive(desk, document, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    officer = await someone(desk, "Petra", "role:premises_officer")

    public = frozenset(disclosure_bundle.MASKED_BY_DEFAULT)
    _, body = await disclosure_bundle.bundle(
        desk, received.case_id, mask=public, purpose="public_record", by=officer, front=lambda _: ""
    )

    with zipfile.ZipFile(BytesIO(body)) as archive:
        texts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    assert not [text for text in texts if "9805" in text]
    async with desk.store.reading() as reading:
        [handed] = await reading.entries_of_type(CaseHandedOut, limit=1)
    assert "personal_numbers" in json.loads(handed.leaf)["data"]["masked"], "and the log says what was left out"


def _forged(folder: Path, key: Any) -> None:
    """Sign for what lies there now: even whoever has the log's key cannot make the entries say something else."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files.pop("manifest.note", None)
    case = (folder / "manifest.note").read_text().split("\n")[1]
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()} {name}" for name, path in sorted(files.items())]
    (folder / "manifest.note").write_text(sign("\n".join([disclosure_bundle.MANIFEST, case, *lines, ""]), key))


def _value(folder: Path, change: Any) -> None:
    values = json.loads((folder / "values.json").read_text("utf-8"))
    name = next(name for name, one in sorted(values.items()) if "value" in one)
    change(values, name)
    (folder / "values.json").write_text(json.dumps(values))


def _taken_out(folder: Path, _: Path) -> None:
    _value(folder, lambda values, name: values.pop(name))


def _falsely_masked(folder: Path, _: Path) -> None:
    _value(folder, lambda values, name: values.update({name: {"field": values[name]["field"], "masked": True}}))


def _renamed(folder: Path, _: Path) -> None:
    path = next(folder.glob("enclosures/*"))
    path.rename(path.with_suffix(".exe"))


def _enclosure_gone(folder: Path, _: Path) -> None:
    next(folder.glob("enclosures/*")).unlink()


def _entry_gone(folder: Path, _: Path) -> None:
    for path in folder.glob("entries/*case-taken*"):
        path.unlink()


def _entry_renamed(folder: Path, _: Path) -> None:
    for path in folder.glob("entries/*case-decided*"):
        path.rename(path.with_name(path.name.replace("decided", "refused")))


def _anothers_entry(folder: Path, other: Path) -> None:
    for path in other.glob("entries/*case-received*"):
        shutil.copy(path, folder / "entries" / path.name)


def _handing_out_gone(folder: Path, _: Path) -> None:
    for path in folder.glob("entries/*handed-out*"):
        path.unlink()


FORGERIES = [
    _taken_out, _falsely_masked, _renamed, _enclosure_gone, _entry_gone, _entry_renamed, _anothers_entry,
    _handing_out_gone,
]  # fmt: skip


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("signed", [False, True])
async def test_what_was_left_out_added_or_masked_beside_the_log_is_found_out(
    desk: Desk, tmp_path: Path, signed: bool
) -> None:
    berit = await employed_officer(desk, "Berit")
    case_id = await withdrawn(desk, berit)
    await put_in(desk, case_id, berit)
    off = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))
    await decide(desk, case_id, off, by=berit, seen=await seen(desk, case_id))
    other_id, _ = await decided_case(desk)
    whole = unpacked(await the_bundle(desk, case_id), tmp_path / "whole")
    other = unpacked(await the_bundle(desk, other_id), tmp_path / "other")
    key = desk.keys.signing()
    assert check(whole)[0] == 0, check(whole)[1]

    for forge in FORGERIES:
        folder = tmp_path / forge.__name__
        shutil.copytree(whole, folder)
        forge(folder, other)
        if signed:
            _forged(folder, key)
        status, said = check(folder)
        assert (status, "Allt stämmer" in said, "Traceback" in said) == (1, False, False), (forge, said)


async def test_the_verifier_says_the_decision_from_its_entry(desk: Desk, tmp_path: Path) -> None:
    case_id, number = await decided_case(desk)
    folder = unpacked(await the_bundle(desk, case_id), tmp_path / "b")

    said = check(folder)[1]

    async with desk.store.reading() as reading:
        [decided] = await reading.entries_of_cases([case_id], CaseDecided)
    day = json.loads(decided.leaf)["at"][:10]
    assert f"{day}: avskrivning / written off, {decided.actor} (post/entry {decided.seq}, {number})" in said
    assert verifier_digest() in said


def test_the_verifier_names_files_as_the_service_does() -> None:
    namespace = runpy.run_path(str(VERIFIER))

    assert namespace["ENDINGS"] == ENDINGS
    assert namespace["MANIFEST"] == disclosure_bundle.MANIFEST
    assert set(namespace["OUTCOMES"]) == set(DecisionOutcome)
