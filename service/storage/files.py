"""Where the bytes of enclosures lie: outside the database, under their digest, written whole or not at all."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from service.domain.clock import Instant

#: Of a SHA-256 in hexadecimal.
DIGEST_LENGTH = 64


class FileStore:
    """A folder of files named by SHA-256; the same bytes are kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, body: bytes) -> str:
        """Keep these bytes safely on disk and return their digest (hex)."""
        digest = hashlib.sha256(body).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
            _sync_folder(target.parent)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return digest

    def holds(self, sha256: str) -> bool:
        """Whether these very bytes are there."""
        try:
            with self.path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            return False

    def kept_before(self, at: Instant) -> list[str]:
        """The digests of the files that were put there before this (UTC milliseconds)."""
        files = [path for path in self._folder.glob("??/*") if len(path.name) == DIGEST_LENGTH]
        return [path.name for path in files if path.stat().st_mtime * 1000 < at]

    def remove(self, sha256: str) -> None:
        """Erase these bytes: overwritten first, since a file system may keep what it only forgets the name of."""
        path = self.path(sha256)
        with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where these bytes are."""
        return self._folder / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    """A name is safe on disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
