"""Signed notes, checkpoints and receipts: the published cases, and keys and lines spoilt in every place."""

import base64
import json

import pytest

from service.audit import merkle
from service.audit.checkpoint import Checkpoint, Receipt, read_checkpoint, read_receipt, verify_receipt
from service.audit.note import BadKey, BadNote, SigningKey, open_note, read_signing_key, read_verifying_key, sign
from tests.builders import SHARED

VECTORS = SHARED / "vectors/signed-note"
KEY = SigningKey("granska.example/log", bytes(range(32)))
OTHER = SigningKey("granska.example/log", bytes(range(1, 33)))
ROOT = merkle.leaf_hash(b"one")


@pytest.mark.shared_data
def test_published_notes() -> None:
    cases = json.loads((VECTORS / "cases.json").read_text())
    for one in cases:
        known = [read_verifying_key(key) for key in one["vkeys"]]
        try:
            open_note(one["note"], known)
            accepted = True
        except BadNote:
            accepted = False
        assert accepted is one["ok"], one["name"]
    assert len(cases) == 15


@pytest.mark.shared_data
def test_published_signature() -> None:
    given = json.loads((VECTORS / "sign.json").read_text())
    assert sign(given["text"], read_signing_key(given["skey"])) == given["want"]


@pytest.mark.shared_data
def test_published_keys() -> None:
    keys = json.loads((VECTORS / "bad-vkeys.json").read_text())
    assert [str(read_verifying_key(one)) for one in keys["good"]] == keys["good"]
    for one in keys["bad"]:
        with pytest.raises(BadKey):
            read_verifying_key(one)


def test_every_part_of_a_key_line_and_every_other_byte_in_it_is_refused() -> None:
    line = str(KEY.verifier)
    for start in range(len(line)):
        for stop in range(start, len(line) + 1):
            if line[start:stop] != line:
                with pytest.raises(BadKey):
                    read_verifying_key(line[start:stop])
    for at, one in enumerate(line):
        with pytest.raises(BadKey):
            read_verifying_key(line[:at] + chr(ord(one) + 1) + line[at + 1 :])


@pytest.mark.parametrize(
    "public",
    [
        bytes(32),
        b"\x01" + bytes(31),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        b"\xed" + b"\xff" * 30 + b"\x7f",
        b"\xff" * 32,
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
    ],
)
def test_keys_that_accept_anything_are_refused(public: bytes) -> None:
    from service.audit.note import key_id

    line = f"x+{key_id('x', public).hex()}+{base64.b64encode(chr(1).encode() + public).decode()}"
    with pytest.raises(BadKey, match="accept anything"):
        read_verifying_key(line)


def test_a_note_with_more_than_a_hundred_signatures_is_refused() -> None:
    one = sign("text\n", KEY)
    line = one.split("\n\n")[1]
    assert open_note("text\n\n" + line * 100, [KEY.verifier])
    with pytest.raises(BadNote):
        open_note("text\n\n" + line * 101, [KEY.verifier])


@pytest.mark.parametrize("text", ["without newline", "tab\there\n", "nul\x00\n", "\ud800\n"])
def test_what_is_no_note_text_is_not_signed(text: str) -> None:
    with pytest.raises(BadNote):
        sign(text, KEY)


def test_a_key_survives_being_written_down() -> None:
    again = read_signing_key(KEY.encoded())
    assert again == KEY
    assert base64.b64encode(KEY.seed).decode() not in repr(KEY)


@pytest.mark.parametrize(
    "body",
    [
        "o\n01\n{root}\n",
        "o\n1\n{root}\nextension\n",
        "o\n-1\n{root}\n",
        "o\n1\nAAAA\n",
        "\n1\n{root}\n",
        "o\n1\n",
        "o\n\u0661\n{root}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(body: str) -> None:
    text = body.format(root=base64.b64encode(ROOT).decode()).replace("o\n", KEY.name + "\n", 1)
    with pytest.raises(BadNote):
        read_checkpoint(sign(text, KEY), [KEY.verifier])


def test_a_checkpoint_of_another_origin_or_key_is_refused() -> None:
    ours = Checkpoint(KEY.name, 1, ROOT)
    assert read_checkpoint(ours.signed(KEY), [KEY.verifier]) == ours
    with pytest.raises(BadNote):
        read_checkpoint(ours.signed(OTHER), [KEY.verifier])
    with pytest.raises(BadNote):
        read_checkpoint(Checkpoint("elsewhere", 1, ROOT).signed(KEY), [KEY.verifier])


def test_a_receipt_holds_for_its_own_bytes_and_place_only() -> None:
    other = merkle.leaf_hash(b"two")
    root = merkle.node_hash(ROOT, other)
    receipt = Receipt(0, (other,), Checkpoint(KEY.name, 2, root).signed(KEY))
    assert read_receipt(receipt.text()) == receipt
    assert verify_receipt(receipt, b"one", [KEY.verifier]).size == 2
    for wrong, leaf in ((receipt, b"two"), (Receipt(1, (other,), receipt.note), b"one")):
        with pytest.raises(BadNote):
            verify_receipt(wrong, leaf, [KEY.verifier])


def test_a_receipt_of_the_only_entry_has_no_path() -> None:
    receipt = Receipt(0, (), Checkpoint(KEY.name, 1, ROOT).signed(KEY))
    assert read_receipt(receipt.text()) == receipt
    assert verify_receipt(receipt, b"one", [KEY.verifier]).size == 1


@pytest.mark.parametrize(
    "head",
    [
        "x\nindex 0",
        "c2sp.org/tlog-proof@v1\nindex 00",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA",
        "c2sp.org/tlog-proof@v1",
    ],
)
def test_what_is_no_receipt_is_refused(head: str) -> None:
    with pytest.raises(BadNote):
        read_receipt(head + "\n\n" + Checkpoint(KEY.name, 1, ROOT).signed(KEY))
