"""Checkpoints and receipts as text (C2SP tlog-checkpoint, tlog-proof)."""

import pytest

from service.audit.checkpoint import Checkpoint, Receipt, decode_hash, encode_hash, read_receipt, unsigned
from service.audit.note import BadNote

ROOT = bytes(range(32))


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    checkpoint = Checkpoint("example.com/log", 7, ROOT)

    assert unsigned(checkpoint.text()) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/log\n",
        "example.com/log\n-1\nAA==\n",
        "example.com/log\n7\nAA==\n",
        "x\n07\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        unsigned(text)


def test_a_hash_is_32_bytes_in_base64_and_nothing_else() -> None:
    assert decode_hash(encode_hash(ROOT)) == ROOT
    for text in ("", "AA==", encode_hash(ROOT) + "\n", encode_hash(ROOT).replace("=", ""), "å" * 44):
        assert decode_hash(text) is None


def test_a_receipt_is_read_as_it_was_written() -> None:
    receipt = Receipt(5, (ROOT, ROOT[::-1]), "the note\n")

    assert read_receipt(receipt.text()) == receipt
    with_extra = receipt.text().replace("\nindex", "\nextra AAAA\nindex", 1)
    assert read_receipt(with_extra) == receipt, "nothing vouches for an extra line"


@pytest.mark.parametrize(
    ("before", "after"),
    [("index 5", "index 05"), ("index 5", "index -5"), ("index 5", "index"), ("index 5", "index " + "9" * 19), ("index 5\n", ""), ("\n\n", "\n")],
)  # fmt: skip
def test_what_is_no_receipt_is_refused(before: str, after: str) -> None:
    text = Receipt(5, (ROOT,), "the note\n").text()

    with pytest.raises(BadNote):
        read_receipt(text.replace(before, after, 1))


def test_a_proof_higher_than_any_tree_is_refused() -> None:
    with pytest.raises(BadNote):
        read_receipt(Receipt(5, (ROOT,) * 64, "the note\n").text())
