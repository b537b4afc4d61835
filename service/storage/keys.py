"""Where the log's signing key lies: a file for its owner only, and beside it every public key there has been."""

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from service.audit.note import BadKey, SigningKey, VerifyingKey, read_signing_key, read_verifying_key
from service.domain.errors import GranskaError

SEED_BYTES = 32


class KeyFolder:
    """`log.key` is the signing key (or the file that was named instead); `*.vkey` are the public ones."""

    def __init__(self, folder: Path, random: Callable[[int], bytes], given: str = "") -> None:
        self._folder, self._random = folder, random
        self._path = Path(given) if given else folder / "log.key"
        self._next = self._path.with_name(self._path.name + ".next")
        self._given = bool(given)

    def signing(self) -> SigningKey | None:
        """The key, or None where it is not here; raises GranskaError for one that others may read or that is none."""
        try:
            if not self._given and self._path.stat().st_mode & 0o077:
                raise GranskaError("keys.readable_by_others", path=self._path.name)
            return read_signing_key(self._path.read_text("ascii"))
        except FileNotFoundError:
            return None
        except (BadKey, UnicodeDecodeError) as error:
            raise GranskaError("keys.damaged", path=self._path.name) from error

    def make(self, name: str) -> SigningKey:
        """A fresh key, not kept anywhere yet."""
        return SigningKey(name, self._random(SEED_BYTES))

    def prepare(self, key: SigningKey) -> None:
        """Keep this key as the one that will sign next, and its public half beside all earlier ones."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        public = self._folder / f"log-{key.verifier.key_id.hex()}.vkey"
        public.write_text(f"{key.verifier}\n", "ascii")
        fresh = self._next.with_name(f".{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(key.encoded() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self._next)

    def promote(self, current: str) -> None:
        """Sign with the prepared key from now on, if that is the one the log names; a crash in between is mended."""
        with contextlib.suppress(FileNotFoundError, BadKey, UnicodeDecodeError):
            if str(read_signing_key(self._next.read_text("ascii")).verifier) == current:
                os.replace(self._next, self._path)

    def known(self) -> tuple[VerifyingKey, ...]:
        """Every public key that this installation has had."""
        found: dict[str, VerifyingKey] = {}
        for path in sorted(self._folder.glob("*.vkey")):
            with contextlib.suppress(BadKey, UnicodeDecodeError):
                key = read_verifying_key(path.read_text("ascii").strip())
                found[str(key)] = key
        return tuple(found.values())
