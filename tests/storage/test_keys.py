"""Where the log's keys lie: for their owner alone, and named where they are not fit to sign with."""

import os
from pathlib import Path

import pytest

from service.domain.errors import GranskaError
from service.storage.keys import KeyFolder


def a_folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys", os.urandom)


def with_a_key(tmp_path: Path) -> KeyFolder:
    keys = a_folder(tmp_path)
    key = keys.make("example.com/log")
    keys.prepare(key)
    keys.promote(str(key.verifier))
    return keys


def test_there_is_none_before_one_is_made(tmp_path: Path) -> None:
    assert a_folder(tmp_path).signing() is None
    assert a_folder(tmp_path).known() == ()


def test_a_key_signs_from_when_it_is_promoted(tmp_path: Path) -> None:
    keys = with_a_key(tmp_path)

    signing = keys.signing()
    assert signing is not None
    assert [str(key) for key in keys.known()] == [str(signing.verifier)]
    assert (tmp_path / "keys" / "log.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("mode", "body", "code"), [(0o644, None, "keys.readable_by_others"), (0o600, "no key", "keys.damaged")]
)
def test_a_key_that_others_may_read_or_that_is_none_is_refused(
    tmp_path: Path, mode: int, body: str | None, code: str
) -> None:
    keys = with_a_key(tmp_path)
    path = tmp_path / "keys" / "log.key"
    if body is not None:
        path.write_text(body)
    path.chmod(mode)

    with pytest.raises(GranskaError) as refused:
        keys.signing()

    assert refused.value.code == code
