"""Inclusion and consistency: the published vectors, and every small tree with every hash spoilt."""

import base64
import json
from typing import Any

import pytest

from service.audit import merkle
from tests.builders import SHARED

VECTORS = SHARED / "vectors/transparency-dev-merkle"
MOST = 128


def published(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (VECTORS / f"{name}.jsonl").read_text().splitlines()]


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def path(given: dict[str, Any]) -> list[bytes]:
    return [raw(one) for one in given["proof"] or []]


@pytest.mark.shared_data
def test_published_inclusion_vectors() -> None:
    vectors = published("inclusion")
    for one in vectors:
        accepted = merkle.verify_inclusion(
            one["leafIdx"], one["treeSize"], raw(one["leafHash"]), path(one), raw(one["root"])
        )
        assert accepted is not one["wantErr"], one["path"]
    assert [sum(not one["wantErr"] for one in vectors), len(vectors)] == [6, 98]


@pytest.mark.shared_data
def test_published_consistency_vectors() -> None:
    vectors = published("consistency")
    for one in vectors:
        accepted = merkle.verify_consistency(
            one["size1"], one["size2"], raw(one["root1"]), raw(one["root2"]), path(one)
        )
        assert accepted is not one["wantErr"], one["path"]
    assert [sum(not one["wantErr"] for one in vectors), len(vectors)] == [6, 98]


@pytest.fixture(scope="module")
def tree() -> tuple[list[bytes], dict[tuple[int, int], bytes], list[bytes]]:
    """Leaf hashes, all complete nodes, and the root at each size."""
    leaves = [merkle.leaf_hash(number.to_bytes(2, "big")) for number in range(MOST)]
    frontier, nodes, roots = merkle.Frontier(), {}, [merkle.EMPTY_ROOT]
    for index, leaf in enumerate(leaves):
        nodes[0, index] = leaf
        nodes |= {(level, place): node for level, place, node in frontier.add(leaf)}
        roots.append(frontier.root())
    return leaves, nodes, roots


def hashes(nodes: dict[tuple[int, int], bytes], ranges: list[merkle.Range]) -> list[bytes]:
    return [merkle.root_of_subtrees([nodes[place] for place in merkle.subtrees(one)]) for one in ranges]


def spoilt(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with each hash changed by one bit, one left out, and one too many."""
    flipped = [[*proof[:at], bytes([one[0] ^ 1]) + one[1:], *proof[at + 1 :]] for at, one in enumerate(proof)]
    left_out = [[*proof[:at], *proof[at + 1 :]] for at in range(len(proof))]
    return [*flipped, *left_out, [*proof, bytes(32)]]


def test_every_inclusion_in_every_small_tree(tree: Any) -> None:
    leaves, nodes, roots = tree
    accepted = 0
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = hashes(nodes, merkle.inclusion_ranges(index, size))
            assert merkle.verify_inclusion(index, size, leaves[index], proof, roots[size])
            accepted += 1
            for wrong in spoilt(proof):
                assert not merkle.verify_inclusion(index, size, leaves[index], wrong, roots[size])
            assert not merkle.verify_inclusion(index, size, leaves[index], proof, roots[size - 1])
            assert not merkle.verify_inclusion(index, size, leaves[index - 1], proof, roots[size]) or size == 1
            assert not merkle.verify_inclusion(index + size, size, leaves[index], proof, roots[size])
    assert accepted == MOST * (MOST + 1) // 2


def test_every_consistency_of_every_small_tree(tree: Any) -> None:
    _, nodes, roots = tree
    accepted = 0
    for new in range(1, MOST + 1):
        for old in range(1, new + 1):
            proof = hashes(nodes, merkle.consistency_ranges(old, new))
            assert merkle.verify_consistency(old, new, roots[old], roots[new], proof)
            accepted += 1
            for wrong in spoilt(proof):
                assert not merkle.verify_consistency(old, new, roots[old], roots[new], wrong)
            assert not merkle.verify_consistency(old, new, roots[old - 1], roots[new], proof)
            assert not merkle.verify_consistency(old, new, roots[old], roots[new - 1], proof) or new == old
    assert accepted == MOST * (MOST + 1) // 2


def test_nothing_is_consistent_with_nothing() -> None:
    assert not merkle.verify_consistency(0, 0, merkle.EMPTY_ROOT, merkle.EMPTY_ROOT, [])
    assert not merkle.verify_consistency(0, 3, merkle.EMPTY_ROOT, merkle.EMPTY_ROOT, [])


def test_nodes_are_numbered_in_the_order_in_which_they_become_complete() -> None:
    frontier, number = merkle.Frontier(), 0
    for index in range(1000):
        assert merkle.nodes_before(index) == number
        for level, place, _ in frontier.add(bytes(32)):
            assert merkle.completion_order(level, place) == number
            number += 1
