"""A signed statement that the log had this many entries with this root (C2SP tlog-checkpoint)."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from service.audit import merkle
from service.audit.note import BadNote, SigningKey, VerifyingKey, open_note, sign


@dataclass(frozen=True)
class Checkpoint:
    """A tree's origin, size and root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{encode_hash(self.root)}\n"

    def signed(self, key: SigningKey) -> str:
        """The note; the key's name is the origin."""
        return sign(self.text(), key)


def read_checkpoint(note: str, known: Sequence[VerifyingKey]) -> Checkpoint:
    """What a note says, signed by one of these keys under its own origin; raises BadNote for anything else."""
    text, signers = open_note(note, known)
    found = unsigned(text)
    if found.origin not in {one.name for one in signers}:
        raise BadNote("signed by someone else than the log it speaks of")
    return found


def unsigned(text: str) -> Checkpoint:
    """What the body of a checkpoint says, whoever signed it; raises BadNote."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise BadNote("not a checkpoint")
    size, root = lines[1], decode_hash(lines[2])
    if not (size.isascii() and size.isdigit()) or len(size) > 18 or str(int(size)) != size or root is None:
        raise BadNote("not a checkpoint")
    return Checkpoint(lines[0], int(size), root)


def body_of(note: str) -> str:
    """The signed text of a note, not verified."""
    return note.rpartition("\n\n")[0] + "\n"


def encode_hash(raw: bytes) -> str:
    """A hash as base64."""
    return base64.b64encode(raw).decode()


def decode_hash(text: str) -> bytes | None:
    """A SHA-256 hash written as base64, or None."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == merkle.HASH_BYTES and encode_hash(raw) == text else None


HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Receipt:
    """A proof that an entry is in the log, on one sheet: its place, the path, and the checkpoint it leads to."""

    index: int
    path: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """The `.tlog-proof` file."""
        hashes = "".join(f"{encode_hash(one)}\n" for one in self.path)
        return f"{HEADER}\nindex {self.index}\n{hashes}\n{self.note}"


def read_receipt(text: str) -> Receipt:
    """A `.tlog-proof` file; raises BadNote where it is none. An `extra` line is skipped: nothing vouches for it."""
    head, separator, note = text.partition("\n\n")
    header, *lines = head.split("\n")
    if not separator or header != HEADER:
        raise BadNote("not a proof")
    if lines and lines[0].startswith("extra "):
        del lines[0]
    index = _index_in(lines[0]) if lines else None
    hashes = [decode_hash(line) for line in lines[1:]]
    if index is None or None in hashes or len(hashes) > MOST_HASHES:
        raise BadNote("not a proof")
    return Receipt(index, tuple(node for node in hashes if node is not None), note)


#: A tree of as many leaves as can be counted is not higher.
MOST_HASHES = 63


def _index_in(line: str) -> int | None:
    """The number in a line `index N`, written as numbers are and no other way; None where it is none."""
    word, _, number = line.partition(" ")
    if word != "index" or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return int(number) if str(int(number)) == number else None


def verify_receipt(receipt: Receipt, leaf: bytes, known: Sequence[VerifyingKey]) -> Checkpoint:
    """The checkpoint that vouches for these bytes at this place; raises BadNote where none does."""
    found = read_checkpoint(receipt.note, known)
    if not merkle.verify_inclusion(receipt.index, found.size, merkle.leaf_hash(leaf), receipt.path, found.root):
        raise BadNote("the path does not lead to the root")
    return found
