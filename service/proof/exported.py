"""What was handed out before, and what each signed note in it says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.audit.checkpoint import Checkpoint, read_checkpoint, unsigned
from service.audit.note import BadKey, BadNote, VerifyingKey, open_note, read_verifying_key
from service.audit.verify import Fault
from service.domain.errors import GranskaError
from service.proof.checkpoints import ACCESS_LOG

CHECKPOINT, HASHES, PUBLIC_KEY, ACCESS_LOG_FILE = ".checkpoint", ".hashes", ".vkey", "access-log-"


@dataclass(frozen=True)
class Exported:
    """What was sent out before: checkpoints, the hashes of the entries between them, and the log's public key."""

    notes: tuple[tuple[str, str], ...] = ()
    keys: tuple[VerifyingKey, ...] = ()
    folder: Path | None = None
    reading: tuple[tuple[str, str], ...] = ()


def read_exported(folder: Path) -> Exported:
    """A folder of exported checkpoints; whatever else lies there is left alone."""
    found = [one for one in sorted(folder.glob(f"*{CHECKPOINT}")) if one.is_file()]
    texts = [(one.name, one.read_text("utf-8", errors="replace")) for one in found]
    notes = tuple(one for one in texts if not one[0].startswith(ACCESS_LOG_FILE))
    reading = tuple(one for one in texts if one[0].startswith(ACCESS_LOG_FILE))
    if not notes:
        raise GranskaError("verify.no_checkpoints", path=folder.name)
    keys = []
    for one in sorted(folder.glob(f"*{PUBLIC_KEY}")):
        try:
            keys.append(read_verifying_key(one.read_text("utf-8", errors="replace").strip()))
        except BadKey as error:
            raise GranskaError("verify.bad_key", path=one.name) from error
    return Exported(notes, tuple(keys), folder, reading)


class HashFiles:
    """The hashes that were exported with the checkpoints, read one file at a time."""

    def __init__(self, folder: Path) -> None:
        self._files = [
            (int(one.stem.split("-")[0]), one)
            for one in sorted(folder.glob(f"*{HASHES}"))
            if re.fullmatch(r"[0-9]{12}-[0-9]{12}", one.stem) and one.is_file()
        ]
        self._start, self._hashes = 0, list[str]()

    def __call__(self, seq: int) -> bytes | None:
        while self._files and seq >= self._files[0][0]:
            self._start, path = self._files.pop(0)
            self._hashes = path.read_text("ascii", errors="replace").split()
        at = seq - self._start
        try:
            return bytes.fromhex(self._hashes[at]) if 0 <= at < len(self._hashes) else None
        except ValueError:
            return b""


def opened(
    notes: Sequence[tuple[str, str]], known: tuple[VerifyingKey, ...], *, ending: str = ""
) -> tuple[list[Checkpoint], list[Fault]]:
    """What each note says, and a fault for each that no known key has signed."""
    good: list[Checkpoint] = []
    bad: list[Fault] = []
    for name, note in notes:
        try:
            found = read_checkpoint(note, known) if not ending else _of_access_log(note, known)
            if not name.endswith(CHECKPOINT) and str(found.size) != name:
                raise BadNote("kept under another size")
            good.append(found)
        except BadNote as why:
            bad.append(Fault(None, "checkpoint", f"{name}: {why}"))
    return good, bad


def _of_access_log(note: str, known: tuple[VerifyingKey, ...]) -> Checkpoint:
    """The access log is signed by the log's key, under a name of its own."""
    text, signers = open_note(note, known)
    found = unsigned(text)
    if found.origin not in {one.name + ACCESS_LOG for one in signers}:
        raise BadNote("signed by someone else than the log it speaks of")
    return found
