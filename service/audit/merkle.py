"""The Merkle tree of RFC 6962, section 2.1 (RFC 9162, section 2.1): leaf and node hashes, and the root."""

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
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


Range = tuple[int, int]
Place = tuple[int, int]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The leaves [from, to) under each hash of the path from leaf `index` to the root (RFC 9162, 2.1.3.1)."""
    ranges: list[Range] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """The leaves under each hash that shows the first `old` leaves to be a prefix of `new` (RFC 9162, 2.1.4.1)."""
    ranges: list[Range] = []
    low, high, whole = 0, new, True
    while old < high:
        middle = low + _split(high - low)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low, whole = middle, False
    return ([] if whole else [(low, high)]) + ranges[::-1]


def subtrees(leaves: Range) -> list[Place]:
    """The complete subtrees, as (level, index), that make up a range of leaves, largest first."""
    low, high = leaves
    places: list[Place] = []
    while low < high:
        level = (high - low).bit_length() - 1
        if low:
            level = min(level, (low & -low).bit_length() - 1)
        places.append((level, low >> level))
        low += 1 << level
    return places


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def nodes_before(size: int) -> int:
    """How many nodes above the leaves are complete in a tree of this size."""
    return size - size.bit_count()


def completed_by(place: int) -> int:
    """The leaf that completed the node at this place."""
    low, high = 0, 2 * place + 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if nodes_before(middle + 1) > place else (middle + 1, high)
    return low


def completion_order(level: int, index: int) -> int:
    """The place of a node above the leaves among all such nodes, in the order in which they become complete."""
    last_leaf = ((index + 1) << level) - 1
    return nodes_before(last_leaf) + level - 1


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether this leaf hash is entry `index` of the tree of `size` with this root; all of it comes from a stranger."""
    if not 0 <= index < size or not _are_hashes(leaf, root_hash, *proof):
        return False
    inner = (index ^ (size - 1)).bit_length()
    if len(proof) != inner + (index >> inner).bit_count():
        return False
    node = leaf
    for position, one in enumerate(proof[:inner]):
        node = node_hash(one, node) if index >> position & 1 else node_hash(node, one)
    for one in proof[inner:]:
        node = node_hash(one, node)
    return node == root_hash


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `old` entries is a prefix of that of `new`.

    Nothing is consistent with nothing: a tree of size 0 has no root to vouch for, so it is refused.
    """
    if not 0 < old <= new or not _are_hashes(*proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if not proof:
        return False
    shift = (old & -old).bit_length() - 1
    inner = (old - 1 ^ new - 1).bit_length() - shift
    whole = old == 1 << shift
    seed, rest = (old_root, proof) if whole else (proof[0], proof[1:])
    mask = (old - 1) >> shift
    if len(rest) != inner + (mask >> inner).bit_count():
        return False
    from_old = from_new = seed
    for position, one in enumerate(rest[:inner]):
        if mask >> position & 1:
            from_old, from_new = node_hash(one, from_old), node_hash(one, from_new)
        else:
            from_new = node_hash(from_new, one)
    for one in rest[inner:]:
        from_old, from_new = node_hash(one, from_old), node_hash(one, from_new)
    return from_old == old_root and from_new == new_root


def _are_hashes(*values: bytes) -> bool:
    return all(len(one) == HASH_BYTES for one in values)
