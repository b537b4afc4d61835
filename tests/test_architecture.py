"""The house is as it is drawn: import contracts, sizes, and tests that stand for themselves."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests import mirror
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


#: A word of the field that a check is also called by: the part of an application, and what it is kept as.
ALSO_A_WORD = {"declaration"}


def test_no_module_of_the_core_names_a_check() -> None:
    checks = {path.parent.name for path in (ROOT / "checks").glob("*/__init__.py")}
    assert len(checks) >= 8
    named = []
    for path in (ROOT / "service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if text in checks - ALSO_A_WORD or (text.partition(".")[0] in checks and "." in text and " " not in text):
                named.append((path.name, text))
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        named += [(path.name, check) for check in checks - ALSO_A_WORD if f'"{check}"' in text or f'"{check}.' in text]
    for path in (ROOT / "templates" / "words").glob("*.po"):
        codes = [line.split('"')[1] for line in path.read_text("utf-8").splitlines() if line.startswith("msgid ")]
        named += [(path.name, code) for code in codes if code.startswith(tuple(f"{check}." for check in checks))]

    assert named == []


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_builds_on_no_other_test(path: Path) -> None:
    modules = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    names = {module.rpartition(".")[2] for module in modules if module.startswith("tests.")}

    assert not {name for name in names if name.startswith("test_") or name == "conftest"}


LINE_OF_A_TEMPLATE = 120


def test_no_line_of_a_template_holds_more_than_one_thing() -> None:
    paths = sorted((ROOT / "templates").rglob("*.html"))
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line) > LINE_OF_A_TEMPLATE or line.count("{% ") > 2
    ]

    assert len(paths) >= 90
    assert long == []


def test_no_function_takes_more_than_one_reading() -> None:
    modules = mirror.sources(ROOT)
    folded = [f"{module.path.name}:{line}" for module in modules for line in mirror.nested(module.tree)]
    complex_ones = [
        place
        for module in modules
        for complexity, place in mirror.complexities(module)
        if complexity > mirror.MOST_COMPLEX
    ]

    assert folded == [], "a comprehension or a conditional expression within another"
    assert complex_ones == []


def test_no_page_opens_a_reading_of_its_own() -> None:
    """What a page shows is asked by a wing; only who asks is found out at the door."""
    web = [path for path in (ROOT / "service" / "web").rglob("*.py") if path.name != "route_permissions.py"]

    assert [path.name for path in web if "store.reading()" in path.read_text("utf-8")] == []


#: What is JSON by nature: the values behind commitments, the parameters of a check, a season's allocation.
JSON_BY_NATURE = {"values", "param_faults", "run", "Allocation"}


def bare(annotation: ast.expr) -> bool:
    """Whether a type has a tuple of several things, or a dictionary of anything, whose parts have no names."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Tuple):
            last = node.slice.elts[-1]
            several = node.value.id == "tuple" and not (isinstance(last, ast.Constant) and last.value is Ellipsis)
            anything = node.value.id in ("dict", "Mapping") and isinstance(last, ast.Name) and last.id == "Any"
            if several or anything:
                return True
    return False


def test_what_a_port_takes_and_answers_has_names() -> None:
    nameless = []
    for path in sorted((ROOT / "service" / "desk" / "ports").glob("*.py")):
        for owner in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            for node in ast.iter_child_nodes(owner):
                found = [node.annotation] if isinstance(node, ast.AnnAssign) else []
                if isinstance(node, ast.arguments):
                    found = [each.annotation for each in (*node.args, *node.kwonlyargs) if each.annotation]
                nameless += [owner.name for annotation in found if bare(annotation)]
            if not isinstance(owner, ast.ClassDef) and owner.returns and bare(owner.returns):
                nameless.append(owner.name)

    assert set(nameless) == JSON_BY_NATURE


def test_every_question_of_a_port_says_what_it_returns() -> None:
    silent = []
    for path in sorted((ROOT / "service" / "desk" / "ports").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not ast.get_docstring(node):
                silent.append(f"{path.name}:{node.lineno} {node.name}")

    assert not silent


#: What names an instant (UTC milliseconds), a second of a booking, or a day; each has a type of its own.
DAYS = {"today", "due", "due_on", "last_day", "posted", "event_on", "answered_on", "received_on", "informed_on"}
INSTANTS = {"at", "received_at", "registered_at", "decided_at", "opened_at", "added_at", "made_at", "given_at"}
#: As a table has them, and as a person has typed them.
AS_STORED = {"service/domain/ledger/facts.py", "service/storage/tables.py", "service/casework/review/incidents.py"}


def test_days_and_instants_have_types_of_their_own() -> None:
    untyped = []
    for path in sorted((ROOT / "service").rglob("*.py")):
        where = str(path.relative_to(ROOT))
        if where in AS_STORED or "migrations" in where:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = node.arg if isinstance(node, ast.arg) else getattr(getattr(node, "target", None), "id", "")
            if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
                written = ast.unparse(node.annotation).split(" | ")[0]
                if (name in DAYS and written == "str") or (name in INSTANTS and written == "int"):
                    untyped.append((where, node.lineno, name))

    assert untyped == []
