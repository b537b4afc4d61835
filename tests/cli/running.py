"""The command line as a person runs it, in a data folder of its own."""

from pathlib import Path

from tests.servers import granska


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    done = granska(*arguments, environment={"GRANSKA_DATA": str(folder)})
    return done.returncode, done.stdout + done.stderr
