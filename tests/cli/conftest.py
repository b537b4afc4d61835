"""A data folder that the tests of the command line share: setting one up takes longer than most of them."""

from pathlib import Path

import pytest

from tests.servers import granska


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli")
    assert granska("demo", environment={"GRANSKA_DATA": str(path)}).returncode == 0
    return path
