"""The draw's order follows from the seed alone."""

from service.proof.audit_sample import rank

CASES = ["0001", "0002", "0003", "0004"]


def test_anyone_with_the_seed_finds_the_same_place() -> None:
    # From sha256sum: printf 'ab\n0001' and its siblings.
    assert rank("ab", "0001").hex() == "7e224b878059a43c1402cecccd41a0d54a561eba6b7711879d2e4e625f1bbf8e"
    assert rank("ab", "0001") != rank("ab", "0002")


def test_another_seed_draws_another_order() -> None:
    orders = {tuple(sorted(CASES, key=lambda case: rank(seed, case))) for seed in ("a", "b", "c", "d", "e")}

    assert len(orders) > 1
