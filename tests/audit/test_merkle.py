import hashlib
import json

import pytest

from service.audit import merkle
from tests.builders import SHARED

# RFC 6962's eight example leaves and the roots over the first n of them.
LEAVES = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def complete_subtrees(size: int) -> list[tuple[int, int]]:
    """(level, index) of the complete subtrees that make up a tree of this size, largest first."""
    places, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            places.append((level, start >> level))
            start += 1 << level
    return places


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written: split at the largest power of two below n."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return merkle.node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


@pytest.mark.parametrize("size", range(9))
def test_gives_the_known_roots(size: int) -> None:
    assert merkle.root(merkle.leaf_hash(one) for one in LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.shared_data
def test_gives_the_published_roots() -> None:
    published = json.loads((SHARED / "vectors/transparency-dev-merkle/rfc6962-known-roots.json").read_text())
    text = json.dumps(published)
    assert all(root in text for root in ROOTS[1:])


@pytest.mark.parametrize("size", range(1, 129))
def test_a_growing_tree_equals_the_definition_and_its_stored_nodes_are_enough(size: int) -> None:
    leaves = [merkle.leaf_hash(number.to_bytes(2, "big")) for number in range(size)]
    frontier, nodes = merkle.Frontier(), {}
    for index, leaf in enumerate(leaves):
        nodes[0, index] = leaf
        nodes |= {(level, place): node for level, place, node in frontier.add(leaf)}

    from_nodes = merkle.root_of_subtrees([nodes[one] for one in complete_subtrees(size)])

    assert frontier.root() == by_definition(leaves) == from_nodes
