"""The Merkle tree of RFC 6962, section 2.1 (RFC 9162, section 2.1): leaf and node hashes, and the root."""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA256(00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA256(01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_subtrees(hashes: Sequence[bytes]) -> bytes:
    """The root of a tree from its complete subtrees, largest first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


class Frontier:
    """Grows a tree leaf by leaf, keeping only the complete subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Append a leaf hash; returns the nodes above it that became complete, as (level, index, hash)."""
        completed = []
        index, level, node = self.size, 0, leaf
        while index & 1:
            node = node_hash(self._subtrees.pop(), node)
            index >>= 1
            level += 1
            completed.append((level, index, node))
        self._subtrees.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return root_of_subtrees(self._subtrees)


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    frontier = Frontier()
    for one in leaves:
        frontier.add(one)
    return frontier.root()
