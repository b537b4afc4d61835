"""Files by their digest: whole, once, and gone when they are removed."""

import hashlib
from pathlib import Path

from service.storage.files import FileStore

BODY = b"%PDF-1.7 stadgar"
DIGEST = hashlib.sha256(BODY).hexdigest()


def test_a_file_is_called_by_its_digest_and_kept_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path)

    assert store.put(BODY) == store.put(BODY) == DIGEST
    assert store.path(DIGEST).read_bytes() == BODY
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_file_whose_bytes_are_others_is_not_held(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.put(BODY)
    assert store.holds(DIGEST)

    store.path(DIGEST).write_bytes(b"other")

    assert not store.holds(DIGEST)
    assert not store.holds("0" * 64)


def test_what_is_removed_is_gone_and_may_be_removed_again(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.put(BODY)

    store.remove(DIGEST)
    store.remove(DIGEST)

    assert not store.path(DIGEST).exists()
