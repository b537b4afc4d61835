"""Signing, sending out, changing keys, and what a stranger can be handed."""

import asyncio
import base64
import json
import os
import re
import ssl
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest

from service import app
from service.audit.checkpoint import body_of, read_checkpoint, read_receipt, unsigned, verify_receipt
from service.audit.note import read_verifying_key
from service.desk import actors
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, InvalidInput, NotAllowed
from service.outbox import FolderChannel, HttpsChannel, MailChannel
from service.privacy import disclosure_bundle
from service.proof import checkpoints, inclusion_proofs
from service.proof.verification import read_exported, verify_log
from service.settings import Settings
from tests.logs import with_channels
from tests.steps import decided_case, employed_officer, someone

ROOT = b"\0" * 32


async def test_the_log_is_signed_once_for_each_size(desk: Desk) -> None:
    first = await checkpoints.sign_log(desk)
    again = await checkpoints.sign_log(desk)
    await someone(desk, "Alva")
    later = await checkpoints.sign_log(desk)

    assert (first.fresh, again.fresh, later.fresh) == (True, False, True)
    assert again.note == first.note
    found = read_checkpoint(later.note, desk.keys.known())
    async with desk.store.reading() as reading:
        assert (found.size, found.root) == (later.size, await reading.log_root(later.size))
        proof = await reading.log_consistency(first.size, later.size)
    from service.audit.merkle import verify_consistency

    assert verify_consistency(first.size, later.size, unsigned(body_of(first.note)).root, found.root, proof)
    result = await verify_log(desk)
    assert (result.ok, result.report.unsigned) == (True, 0)


async def test_the_key_is_its_owners_and_one_that_others_read_is_refused(desk: Desk, settings: Settings) -> None:
    path = Path(settings.data) / "keys" / "log.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)

    with pytest.raises(GranskaError, match="readable_by_others"):
        await checkpoints.sign_log(desk)


async def test_two_checkpoints_that_contradict_each_other_are_never_signed(desk: Desk) -> None:
    signed = await checkpoints.sign_log(desk)
    key = desk.keys.signing()
    assert key is not None
    await someone(desk, "Alva")
    from service.audit.checkpoint import Checkpoint

    async with desk.store.writing() as writing:
        size = await writing.log_size()
        await writing.checkpoint_signed(size, Checkpoint(key.name, size, ROOT).signed(key), 1)
    await someone(desk, "Bo")

    with pytest.raises(GranskaError, match="contradiction"):
        await checkpoints.sign_log(desk)
    assert {one.kind for one in (await verify_log(desk)).report.faults} == {"rewritten"}
    assert signed.fresh


async def test_a_new_key_is_vouched_for_by_the_old_and_old_checkpoints_stay_good(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    first = await checkpoints.sign_log(desk)
    day_one = desk.keys.known()
    adam, alva = await someone(desk, "Adam", "role:administrator"), await someone(desk, "Alva")
    with pytest.raises(NotAllowed):
        await checkpoints.rotate_key(desk, by=actors.person(alva))

    new = await checkpoints.rotate_key(desk, by=actors.person(adam))

    assert str(new) not in {str(one) for one in day_one}
    assert read_checkpoint(first.note, day_one).size == first.size
    result = await verify_log(desk, keys=day_one)
    assert (result.ok, result.report.unsigned) == (True, 0), "the auditor needs the first day's key only"


async def test_a_key_that_nobody_vouches_for_is_not_believed(desk: Desk) -> None:
    await checkpoints.sign_log(desk)
    day_one = desk.keys.known()
    adam = await someone(desk, "Adam", "role:administrator")

    await checkpoints.rotate_key(desk, by=actors.person(adam), lost=True)

    assert (await verify_log(desk)).ok, "we know our own keys"
    assert {one.kind for one in (await verify_log(desk, keys=day_one)).report.faults} == {"checkpoint"}


# --- Out of the house -------------------------------------------------------------------------------------------------


class _Listener(BaseHTTPRequestHandler):
    """A second party, well behaved or not."""

    received: ClassVar[list[bytes]] = []
    behaviour: ClassVar[str] = "well"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.behaviour == "redirects":
            self.send_response(302)
            self.send_header("Location", "https://127.0.0.1:1/")
            self.end_headers()
            return
        if self.behaviour == "refuses":
            self.send_error(503)
            return
        if self.behaviour == "hangs up":
            self.connection.close()
            return
        self.received.append(body)
        self.send_response(200)
        self.end_headers()
        if self.behaviour == "bomb":
            for _ in range(100):
                self.wfile.write(b"0" * 1_000_000)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Listener)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    _Listener.received, _Listener.behaviour = [], "well"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    yield f"https://localhost:{server.server_address[1]}/checkpoints"
    server.shutdown()
    server.server_close()


def make_certificate(certificate: Path, key: Path) -> None:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


async def test_a_second_party_over_https_gets_the_note(desk: Desk, listener: str) -> None:
    sending = with_channels(desk, HttpsChannel(listener))
    signed = await checkpoints.sign_log(desk)

    assert await checkpoints.send_checkpoints(sending) == 1
    assert _Listener.received == [signed.note.encode()]
    assert await checkpoints.send_checkpoints(sending) == 0, "nothing is sent twice"


@pytest.mark.parametrize("behaviour", ["redirects", "refuses", "hangs up"])
async def test_a_second_party_that_does_not_take_it_gets_it_again(desk: Desk, listener: str, behaviour: str) -> None:
    sending = with_channels(desk, HttpsChannel(listener))
    await checkpoints.sign_log(desk)
    _Listener.behaviour = behaviour

    assert await checkpoints.send_checkpoints(sending) == 0
    async with desk.store.reading() as reading:
        [failed] = await reading.dispatches(10)
    assert failed["error"]

    _Listener.behaviour = "well"
    assert await checkpoints.send_checkpoints(sending) == 1


async def test_a_second_party_that_answers_with_a_flood_is_not_listened_to(desk: Desk, listener: str) -> None:
    _Listener.behaviour = "bomb"
    await checkpoints.sign_log(desk)

    assert await asyncio.wait_for(checkpoints.send_checkpoints(with_channels(desk, HttpsChannel(listener))), 10) == 1


async def test_nobody_there_is_a_failure_that_is_told(desk: Desk) -> None:
    await checkpoints.sign_log(desk)
    nobody = with_channels(desk, HttpsChannel("https://127.0.0.1:1/x"), MailChannel("a@x.example", "b@x.example", "127.0.0.1:1"))  # fmt: skip

    assert await checkpoints.send_checkpoints(nobody) == 0
    async with desk.store.reading() as reading:
        assert {one["channel"] for one in await reading.dispatches(10)} == {"https", "mail"}


async def test_a_letter_reaches_the_mail_server(desk: Desk) -> None:
    letters: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode():
            if line.upper().startswith("DATA"):
                writer.write(b"354 go\r\n")
                text = ""
                while (one := (await reader.readline()).decode()) != ".\r\n":
                    text += one
                letters.append(text)
            writer.write(b"221 bye\r\n" if line.upper().startswith("QUIT") else b"250 ok\r\n")
            if line.upper().startswith("QUIT"):
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    signed = await checkpoints.sign_log(desk)
    sending = with_channels(desk, MailChannel("revisor@x.example", "granska@x.example", f"127.0.0.1:{port}"))

    assert await checkpoints.send_checkpoints(sending) == 1
    server.close()
    await server.wait_closed()
    assert signed.note.split("\n")[2] in letters[0]


async def test_a_folder_keeps_what_it_has_been_given(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "out"
    sending = with_channels(desk, FolderChannel(target, Path(settings.data) / "keys"))
    first = await checkpoints.sign_log(desk)
    await checkpoints.send_checkpoints(sending)
    await someone(desk, "Alva")
    second = await checkpoints.sign_log(desk)
    await checkpoints.send_checkpoints(sending)

    assert [one.name for one in sorted(target.glob("*.checkpoint"))] == [
        f"{first.size:012d}.checkpoint",
        f"{second.size:012d}.checkpoint",
    ]
    assert sum(len(one.read_text().split()) for one in target.glob("*.hashes")) == second.size
    result = await verify_log(desk, exported=read_exported(target))
    assert (result.ok, result.exported) == (True, 2)
    (target / f"{first.size:012d}.checkpoint").write_text("something else")
    assert {one.kind for one in (await verify_log(desk, exported=read_exported(target))).report.faults} == {
        "checkpoint"
    }


def test_an_address_without_https_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GranskaError, match="not_https"):
        app.outbox_of(Settings(data=str(tmp_path), checkpoint_url="http://x.example"))


# --- In the hand ------------------------------------------------------------------------------------------------------


async def test_a_receipt_proves_a_decision_to_a_stranger(desk: Desk) -> None:
    case_id, number = await decided_case(desk)

    [proof] = await inclusion_proofs.prove_case(desk, number, every=False)

    async with desk.store.reading() as reading:
        _, line = await checkpoints.origin_of(reading)
    receipt = read_receipt(proof.receipt.text())
    assert verify_receipt(receipt, proof.leaf, [read_verifying_key(line)]).size > receipt.index
    assert json.loads(proof.leaf)["case"] == case_id


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
        desk, case_id, mask=mask, purpose="public_record", by=known[0], front=lambda _: "<html></html>"
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


async def test_a_planted_dispatch_does_not_stop_the_sending(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    sending = with_channels(desk, FolderChannel(tmp_path / "out", Path(settings.data) / "keys"))
    async with desk.store.writing() as writing:
        await writing.checkpoint_sent(999_999_999, "folder", 1, None)
    await checkpoints.sign_log(desk)

    assert await checkpoints.send_checkpoints(sending) == 1


def test_a_folder_without_checkpoints_is_no_proof(tmp_path: Path) -> None:
    with pytest.raises(GranskaError, match="no_checkpoints"):
        read_exported(tmp_path)


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
        [handed] = await reading.entries_of_type("case:handed-out", limit=5)
    assert json.loads(handed.leaf)["data"]["purpose"] == "audit"
