"""The house is as it is drawn: import contracts, sizes, and tests that stand for themselves."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.builders import ROOT

#: What may be longer: what is read as a table, and what the next change takes apart.
LONG = {
    "service/audit/handout/verify.py",  # stands alone on purpose
    "service/storage/tables.py",
}
LINES_OF_A_FILE, LINES_OF_A_FOLDER = 410, 4_100
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_every_import_contract_is_kept() -> None:
    assert lint_imports(no_cache=True) == 0


def test_no_file_has_become_two_subjects() -> None:
    files = [path for folder in ("service", "checks", "tests") for path in (ROOT / folder).rglob("*.py")]
    long = {str(path.relative_to(ROOT)) for path in files if lines(path) > LINES_OF_A_FILE}

    assert long == LONG


def test_no_folder_holds_more_than_can_be_kept_in_mind() -> None:
    folders = {path.parent for path in (ROOT / "service").rglob("*.py") if "piccolo_migrations" not in path.parts}
    sizes = {str(folder.relative_to(ROOT)): sum(lines(path) for path in folder.glob("*.py")) for folder in folders}

    assert {folder: size for folder, size in sizes.items() if size > LINES_OF_A_FOLDER} == {}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_builds_on_no_other_test(path: Path) -> None:
    modules = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    names = {module.rpartition(".")[2] for module in modules if module.startswith("tests.")}

    assert not {name for name in names if name.startswith("test_") or name == "conftest"}
