"""A bundle proves itself to a stranger; a spoilt one is found out."""

import base64
import json
import os
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from service.casework.intake.receive import receive
from service.desk import actors
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, InvalidInput
from service.domain.events.log import CaseHandedOut
from service.privacy import disclosure_bundle
from service.proof import checkpoints
from service.screening.run_checks import run_waiting_checks
from tests.builders import KEY, a_premises_document
from tests.steps import decided_case, employed_officer, someone


async def the_bundle(desk: Desk, case_id: str, mask: frozenset[str] = frozenset()) -> bytes:
    officer = await employed_officer(desk, "Anna")
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
