"""Every setting, its default and one sentence; the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent


#: The fonts of letters, gathered at set-up (`install.py`); without them letters have Latin, Greek and Cyrillic alone.
FONTS = Path(__file__).resolve().parent / "fonts"


def resource(name: str) -> Path:
    """A folder of texts or examples: beside the package in a checkout, inside it where it has been installed."""
    bundled = Path(__file__).resolve().parent / "_bundled" / name
    return bundled if bundled.is_dir() else _CHECKOUT / name


def _setting(default: str, sentence: str) -> str:
    return field(default=default, metadata={"sentence": sentence})


@dataclass(frozen=True)
class Settings:
    """What an operator can set; each field is `GRANSKA_` and its name in capitals."""

    data: str = _setting("./data", "The folder that holds everything: database, enclosures, keys.")
    database: str = _setting("", "sqlite:///path or postgresql://…; empty means SQLite in the data folder.")
    public_url: str = _setting(
        "", "The address people use, such as https://granska.kommun.se; https makes cookies secure."
    )
    diary_prefix: str = _setting("HV", "What our own diary numbers begin with.")
    trusted_proxies: str = _setting(
        "",
        "The addresses or networks of proxies, with commas between, whose word on where a visitor comes from is taken.",
    )
    hsts_subdomains: str = _setting(
        "", "1 tells browsers to reach every name below the public address by https too, for a year."
    )
    session_minutes: str = _setting("480", "How long a sign-in lasts at most, in minutes.")
    idle_minutes: str = _setting("60", "After how many minutes without a click a person is signed out.")
    population: str = _setting(
        "", "A table of how common names are, of the same shape as the shipped one; empty means the shipped one."
    )
    log_key: str = _setting("", "A file with the log's signing key; empty means one made in the data folder's keys.")
    log_origin: str = _setting("", "The log's name, such as kommun.example/granska; empty means one made up at start.")
    checkpoint_minutes: str = _setting("5", "After how many minutes at the latest new entries of the log are signed.")
    checkpoint_folder: str = _setting("", "A folder that checkpoints are copied to, out of this machine's reach.")
    checkpoint_url: str = _setting("", "An https address of a second party that checkpoints are posted to.")
    checkpoint_mail: str = _setting("", "An e-mail address of a second party that checkpoints are sent to.")
    mail_server: str = _setting("localhost:25", "The mail server, host:port, that checkpoints are sent through.")
    mail_from: str = _setting("granska@localhost", "The sender of those letters.")
    clamd: str = _setting(
        "",
        "A scanner for harmful code (clamd): host:port, or its socket's path; empty means files are not scanned.",
    )
    workers: str = _setting(
        "1", "How many workers `granska serve` starts beside itself; 0 where `granska work` is run by itself."
    )
    demo: str = _setting("", "1 shows the demo accounts on the sign-in page; never set it where real data are.")

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.data).resolve()

    @property
    def address(self) -> str:
        """The database's address."""
        return self.database or f"sqlite:///{self.folder / 'granska.sqlite'}"

    @property
    def secure(self) -> bool:
        """Whether the service is reached by https."""
        return self.public_url.startswith("https://")


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process."""
    given = os.environ if environment is None else environment
    names = [one.name for one in fields(Settings)]
    return Settings(**{name: given[key] for name in names if given.get(key := f"GRANSKA_{name.upper()}")})
