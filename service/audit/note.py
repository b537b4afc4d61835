"""Texts that are signed: C2SP signed notes with Ed25519 keys."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
MOST_SIGNATURES = 100
MOST_BYTES = 1_000_000
_DASH = "\N{EM DASH} "
_PRIME = 2**255 - 19
#: The y of every point of low order: a key there "signs" anything (RFC 8032 leaves it to us to refuse them).
_LOW_ORDER = {
    0,
    1,
    _PRIME - 1,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
}


class BadKey(ValueError):
    """Not a key, or one that must not be trusted."""


class BadNote(ValueError):
    """Not a note, or not signed by anyone we know."""


@dataclass(frozen=True)
class VerifyingKey:
    """A public key with the name it signs under."""

    name: str
    key_id: bytes
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_b64(ED25519 + self.public)}"

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether this key made this signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A private key with the name it signs under; never printed."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.name})"

    @property
    def verifier(self) -> VerifyingKey:
        """Its public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifyingKey(self.name, key_id(self.name, public), public)

    def encoded(self) -> str:
        """The line that is kept in a file."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{_b64(ED25519 + self.seed)}"

    def signature(self, text: bytes) -> bytes:
        """Ed25519 over the text."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text)


def key_id(name: str, public: bytes) -> bytes:
    """Four bytes that tell keys apart."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def is_name(name: str) -> bool:
    """Whether a key may be called this."""
    return bool(name) and "+" not in name and not any(one.isspace() for one in name) and _is_text(name)


def read_verifying_key(line: str) -> VerifyingKey:
    """A public key line `name+id+base64`; raises BadKey for anything else."""
    name, _, rest = line.partition("+")
    identity, _, encoded = rest.partition("+")
    raw = _unb64(encoded)
    if not is_name(name) or len(identity) != 8 or identity != identity.lower() or raw is None or len(raw) != 33:
        raise BadKey("not a verification key")
    if raw[:1] != ED25519 or identity != key_id(name, raw[1:]).hex():
        raise BadKey("not a verification key")
    y = int.from_bytes(raw[1:], "little") & (2**255 - 1)
    if y >= _PRIME or y in _LOW_ORDER:
        raise BadKey("a key that would accept anything")
    return VerifyingKey(name, key_id(name, raw[1:]), raw[1:])


def read_signing_key(line: str) -> SigningKey:
    """A private key line; raises BadKey for anything else."""
    parts = line.strip().split("+", 4)
    raw = _unb64(parts[4]) if len(parts) == 5 else None
    if parts[:2] != ["PRIVATE", "KEY"] or raw is None or len(raw) != 33 or raw[:1] != ED25519:
        raise BadKey("not a signing key")
    key = SigningKey(parts[2], raw[1:])
    if not is_name(key.name) or key.verifier.key_id.hex() != parts[3]:
        raise BadKey("not a signing key")
    return key


def sign(text: str, *keys: SigningKey) -> str:
    """The text with a signature line of each key; the text ends with a newline."""
    if not text.endswith("\n") or not _is_text(text):
        raise BadNote("a note is text that ends with a newline")
    lines = [f"{_DASH}{one.name} {_b64(one.verifier.key_id + one.signature(text.encode()))}\n" for one in keys]
    return text + "\n" + "".join(lines)


def open_note(note: str, known: Sequence[VerifyingKey]) -> tuple[str, list[VerifyingKey]]:
    """The text and which of the known keys signed it.

    Raises BadNote where it is no note, where a known key's signature is wrong, or where no known key signed.
    """
    text, signatures = _parts(note)
    by_identity = {(one.name, one.key_id): one for one in known}
    signed: list[VerifyingKey] = []
    for name, raw in signatures:
        key = by_identity.get((name, raw[:4]))
        if key is None or key in signed:
            continue
        if not key.verifies(text.encode(), raw[4:]):
            raise BadNote(f"the signature by {name} is wrong")
        signed.append(key)
    if not signed:
        raise BadNote("no known key signed it")
    return text, signed


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > MOST_BYTES or not _is_text(note):
        raise BadNote("not a note")
    text, separator, block = note.rpartition("\n\n")
    if not separator or not block.endswith("\n"):
        raise BadNote("not a note")
    lines = block[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise BadNote("too many signatures")
    return text + "\n", [_signature(one) for one in lines]


def _signature(line: str) -> tuple[str, bytes]:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _unb64(encoded)
    if not line.startswith(_DASH) or not space or not is_name(name) or raw is None or len(raw) < 5:
        raise BadNote("a line that is no signature")
    return name, raw


def _is_text(text: str) -> bool:
    """UTF-8 without control characters other than newlines."""
    if any(ord(one) < 0x20 and one != "\n" for one in text):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unb64(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if _b64(raw) == text else None
