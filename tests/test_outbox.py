"""Checkpoints leave the house: by https, mail and folder, to receivers that misbehave."""

import asyncio
import errno
import os
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from service import app
from service.audit.verifier import verifier_digest
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError
from service.outbox import FolderChannel, HttpsChannel, MailChannel
from service.proof import checkpoints
from service.proof.exported import read_exported
from service.proof.verification import verify_log
from service.settings import Settings
from tests.logs import with_channels
from tests.steps import someone


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

    assert (await checkpoints.send_checkpoints(sending)).count == 1
    assert _Listener.received == [signed.note.encode()]
    assert (await checkpoints.send_checkpoints(sending)).count == 0, "nothing is sent twice"


@pytest.mark.parametrize("behaviour", ["redirects", "refuses", "hangs up"])
async def test_a_second_party_that_does_not_take_it_gets_it_again(desk: Desk, listener: str, behaviour: str) -> None:
    sending = with_channels(desk, HttpsChannel(listener))
    await checkpoints.sign_log(desk)
    _Listener.behaviour = behaviour

    assert (await checkpoints.send_checkpoints(sending)).count == 0
    async with desk.store.reading() as reading:
        [failed] = await reading.dispatches(10)
    assert failed.error
    with pytest.raises(GranskaError, match="not_sent"):
        (await checkpoints.send_checkpoints(sending)).check()

    _Listener.behaviour = "well"
    assert (await checkpoints.send_checkpoints(sending)).count == 1


async def test_a_second_party_that_answers_with_a_flood_is_not_listened_to(desk: Desk, listener: str) -> None:
    _Listener.behaviour = "bomb"
    await checkpoints.sign_log(desk)

    sending = with_channels(desk, HttpsChannel(listener))
    assert (await asyncio.wait_for(checkpoints.send_checkpoints(sending), 10)).count == 1


async def test_nobody_there_is_a_failure_that_is_told(desk: Desk) -> None:
    await checkpoints.sign_log(desk)
    nobody = with_channels(desk, HttpsChannel("https://127.0.0.1:1/x"), MailChannel("a@x.example", "b@x.example", "127.0.0.1:1"))  # fmt: skip

    assert (await checkpoints.send_checkpoints(nobody)).count == 0
    async with desk.store.reading() as reading:
        assert {one.channel for one in await reading.dispatches(10)} == {"https", "mail"}


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

    assert (await checkpoints.send_checkpoints(sending)).count == 1
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


async def test_a_planted_dispatch_does_not_stop_the_sending(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    sending = with_channels(desk, FolderChannel(tmp_path / "out", Path(settings.data) / "keys"))
    async with desk.store.writing() as writing:
        await writing.checkpoint_sent(999_999_999, "folder", 1, None)
    await checkpoints.sign_log(desk)

    assert (await checkpoints.send_checkpoints(sending)).count == 1


async def test_a_full_disk_leaves_nothing_that_looks_like_a_checkpoint_and_is_tried_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    sending = with_channels(desk, FolderChannel(folder, tmp_path / "keys"))
    await checkpoints.sign_log(desk)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert (await checkpoints.send_checkpoints(sending)).failed == ("folder",)
    assert not list(folder.glob("*.checkpoint"))
    assert not list(folder.glob("*.hashes"))

    assert (await checkpoints.send_checkpoints(sending)).count == 1
    assert read_exported(folder).notes
    assert not list(folder.glob(".*.part"))


@pytest.mark.parametrize("kept", [0, 1, 40])
async def test_what_an_interrupted_copy_left_is_replaced_and_what_is_not_ours_never(
    desk: Desk, tmp_path: Path, kept: int
) -> None:
    folder = tmp_path / "out"
    channel = FolderChannel(folder, tmp_path / "keys")
    signed = await checkpoints.sign_log(desk)
    async with desk.store.reading() as reading:
        hashes = await reading.log_hashes(0, signed.size)
    folder.mkdir()
    mine = folder / f"{signed.size:012d}.checkpoint"
    mine.write_text(signed.note[:kept])

    await channel.send(signed.size, signed.note, 0, hashes)
    assert mine.read_text() == signed.note

    mine.write_text("another's\n")
    with pytest.raises(FileExistsError):
        await channel.send(signed.size, signed.note, 0, hashes)
    assert mine.read_text() == "another's\n"


async def test_each_folder_has_the_digest_of_the_verifier_that_is_handed_out(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    await checkpoints.sign_log(desk)
    await checkpoints.send_checkpoints(with_channels(desk, FolderChannel(folder, tmp_path / "keys")))

    [published] = folder.glob("verify-*.sha256")
    assert published.read_text() == f"{verifier_digest()}  verify.py\n"
    assert verifier_digest() in Path("README.md").read_text("utf-8")
