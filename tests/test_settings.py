"""Settings: their defaults, and what the environment says instead."""

from pathlib import Path

from service.settings import Settings, from_environment


def test_what_is_not_set_has_its_default_and_what_is_unknown_is_left_alone() -> None:
    settings = from_environment({"GRANSKA_DIARY_PREFIX": "ÖS", "GRANSKA_IDLE_MINUTES": "", "DATA": "/elsewhere"})

    assert settings == Settings(diary_prefix="ÖS")


def test_the_database_lies_in_the_data_folder_unless_it_is_named(tmp_path: Path) -> None:
    assert Settings(data=str(tmp_path)).address == f"sqlite:///{tmp_path / 'granska.sqlite'}"
    assert Settings(database="postgresql://db/granska").address == "postgresql://db/granska"


def test_cookies_are_secure_where_the_service_is_reached_by_https() -> None:
    assert Settings(public_url="https://granska.kommun.example").secure
    assert not Settings(public_url="http://localhost:8000").secure
    assert not Settings().secure
