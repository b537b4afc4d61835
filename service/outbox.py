"""Ways for a checkpoint to leave the house, so that the database's owner cannot rewrite yesterday unseen."""

import asyncio
import contextlib
import os
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from service.audit.checkpoint import body_of, unsigned
from service.audit.verifier import verifier_digest

DEADLINE_SECONDS = 20.0


@dataclass(frozen=True)
class FolderChannel:
    """A folder, best on write-once storage or one that only the auditor may change: files are made, never changed."""

    folder: Path
    keys: Path
    name: str = "folder"

    async def send(self, size: int, note: str, first: int, hashes: Sequence[str]) -> None:
        """Write the checkpoint and the hashes of the entries since the last; raises OSError where another is there."""
        await asyncio.to_thread(self._write, size, note, first, hashes)

    async def send_access_log(self, size: int, note: str) -> None:
        """Write the access log's newest checkpoint beside the others."""
        await asyncio.to_thread(self._write_reading, size, note)

    def _write_reading(self, size: int, note: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        _write_once(self.folder / f"access-log-{size:012d}.checkpoint", note)

    def _write(self, size: int, note: str, first: int, hashes: Sequence[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not any(self.folder.glob("*.vkey")):
            # Only the keys of the first day: later ones are believed because these vouch for them.
            for key in sorted(self.keys.glob("*.vkey")):
                _write_once(self.folder / key.name, key.read_text("ascii"))
        digest = verifier_digest()
        # As `sha256sum --check` reads it; each version of the program has its own file.
        _write_once(self.folder / f"verify-{digest[:12]}.sha256", f"{digest}  verify.py\n")
        _write_once(self.folder / f"{first:012d}-{size:012d}.hashes", "".join(f"{one}\n" for one in hashes))
        _write_once(self.folder / f"{size:012d}.checkpoint", note)


def _write_once(path: Path, text: str) -> None:
    """Write a new file, whole or not at all; one that is there already must say the same.

    It is written beside and moved into place, so that a full disk leaves nothing that looks like a checkpoint; what an
    interrupted write, or a copy of one, has left of this very text is replaced. Raises OSError.
    """
    with contextlib.suppress(FileNotFoundError):
        there = path.read_bytes()
        if there == text.encode():
            return
        if not text.encode().startswith(there):
            raise FileExistsError(path.name)
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(part, 0o644)
    os.replace(part, path)


@dataclass(frozen=True)
class HttpsChannel:
    """A second party's address: the signed note is posted as text, and anything but 2xx is a failure."""

    address: str
    name: str = "https"

    async def send(self, size: int, note: str, first: int, hashes: Sequence[str]) -> None:  # noqa: ARG002 - the port
        """Post the note; raises OSError where it was not taken."""
        try:
            async with (
                asyncio.timeout(DEADLINE_SECONDS),
                httpx.AsyncClient(
                    timeout=DEADLINE_SECONDS,
                    follow_redirects=False,
                    trust_env=False,
                    verify=ssl.create_default_context(),  # the machine's own authorities, the City's among them
                ) as client,
                client.stream(
                    "POST", self.address, content=note.encode(), headers={"Content-Type": "text/plain; charset=utf-8"}
                ) as answer,
            ):
                taken = answer.is_success  # the answer's body is nobody's business, and is not read
        except (httpx.HTTPError, TimeoutError) as error:
            raise OSError(type(error).__name__) from error
        if not taken:
            raise OSError(f"answered {answer.status_code}")

    async def send_access_log(self, size: int, note: str) -> None:
        """The second party gets the log's checkpoints; who read what stays with the folder's keeper."""


@dataclass(frozen=True)
class MailChannel:
    """A letter to the auditor through the City's mail server."""

    recipient: str
    sender: str
    server: str
    name: str = "mail"

    async def send(self, size: int, note: str, first: int, hashes: Sequence[str]) -> None:  # noqa: ARG002 - the port
        """Send the note; raises OSError where the server did not take it."""
        await asyncio.to_thread(self._send, size, note)

    async def send_access_log(self, size: int, note: str) -> None:
        """As over https: only the log's own."""

    def _send(self, size: int, note: str) -> None:
        letter = EmailMessage()
        letter["From"], letter["To"] = self.sender, self.recipient
        letter["Subject"] = f"{unsigned(body_of(note)).origin} {size}"
        letter.set_content(note)
        where = urlsplit(f"//{self.server}")
        with smtplib.SMTP(where.hostname or "localhost", where.port or 25, timeout=DEADLINE_SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
            server.send_message(letter)
