"""How our code reads, in figures: `make mirror`. A mirror to look into, not a gate.

The figures are those of the table that compares us with other code bases: of `service/` and `checks/`, `templates/` for
its lines. A line of code is one that is not blank. Another tree can be measured with the same script:
`python -m tests.mirror ../other`.
"""

import ast
import io
import statistics
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from radon.complexity import cc_visit
from radon.visitors import Function

from tests.builders import ROOT

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
#: Names that say nothing of the thing they hold.
EMPTY_NAMES = frozenset({"one", "each", "found", "told", "kept"})
LONG_FUNCTION, LONG_LINE, MOST_COMPLEX = 50, 200, 15
#: A module of substance: one in which something can break.
LINES_OF_SUBSTANCE = 30


@dataclass(frozen=True)
class Source:
    """A module, parsed once."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """Its lines that are not blank."""
        return sum(bool(line.strip()) for line in self.text.splitlines())

    @property
    def comments(self) -> int:
        """Its comments."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return sum(token.type == tokenize.COMMENT for token in tokens)

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Its functions and methods, inner ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def sources(root: Path) -> list[Source]:
    """The modules that are ours to read: migrations are written once, and the package markers hold nothing."""
    paths = [path for folder in ("service", "checks") for path in sorted((root / folder).rglob("*.py"))]
    texts = {path: path.read_text("utf-8") for path in paths if "piccolo_migrations" not in path.parts}
    return [Source(path, text, ast.parse(text)) for path, text in texts.items() if len(text.splitlines()) > 1]


def complexities(source: Source) -> Iterator[tuple[int, str]]:
    """The cyclomatic complexity of each function, by radon, with its place."""
    for block in cc_visit(source.text):
        if isinstance(block, Function):
            yield from _with_inner(block, source.path)


def _with_inner(block: Function, path: Path) -> Iterator[tuple[int, str]]:
    yield block.complexity, f"{path}:{block.lineno} {block.name}"
    for inner in block.closures:
        yield from _with_inner(inner, path)


def nested(tree: ast.AST) -> list[int]:
    """The lines where a comprehension stands within another, or a conditional expression within another."""
    lines = []
    for node in ast.walk(tree):
        for kind in (COMPREHENSIONS, (ast.IfExp,)):
            if isinstance(node, kind):
                inner = [one for one in ast.walk(node) if one is not node and isinstance(one, kind)]
                lines += [node.lineno] if inner else []
    return sorted(set(lines))


def of_substance(source: Source) -> bool:
    """Whether there is something in the module to test: a function that does something, and more than a few lines.

    A port has only questions, and is tested by whoever answers them.
    """
    return source.lines >= LINES_OF_SUBSTANCE and any(_does_something(node) for node in source.functions())


def _does_something(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    said = [node for node in function.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    return bool(said)


def has_own_test(source: Source, root: Path) -> bool:
    """Whether a test file of the module's name stands at the module's place among the tests."""
    place = source.path.relative_to(root)
    folders = place.parts[1:-1] if place.parts[0] == "service" else place.parts[:-1]
    name = place.stem
    if name == "__init__":
        folders, name = folders[:-1], folders[-1]
    return (root.joinpath("tests", *folders) / f"test_{name}.py").exists()


def _names(tree: ast.Module) -> list[str]:
    """What is bound: parameters, loop variables, locals and constants."""
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return names + [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]


def _count(modules: list[Source], *kinds: type[ast.AST]) -> int:
    return sum(isinstance(node, kinds) for source in modules for node in ast.walk(source.tree))


def _percentile(values: list[int], share: float) -> int:
    return sorted(values)[int(len(values) * share)]


def table(root: Path) -> list[tuple[str, str]]:
    """The rows of the table, in its order."""
    modules = sources(root)
    lines = sum(source.lines for source in modules)
    lengths = [
        node.end_lineno - node.lineno + 1 for source in modules for node in source.functions() if node.end_lineno
    ]
    measured = [complexity for source in modules for complexity in complexities(source)]
    complexity = [value for value, _ in measured]
    names = [name for source in modules for name in _names(source.tree)]
    anys = [node for source in modules for node in ast.walk(source.tree) if isinstance(node, ast.Name)]
    wanting = [source for source in modules if of_substance(source)]
    templates = [line for path in (root / "templates").rglob("*.html") for line in path.read_text("utf-8").splitlines()]
    per_thousand = 1000 / lines
    return [
        ("lines of code", f"{lines:,}"),
        ("function median / p95 lines", f"{statistics.median(lengths):g} / {_percentile(lengths, 0.95)}"),
        ("functions over 50 lines", f"{100 * sum(n > LONG_FUNCTION for n in lengths) / len(lengths):.1f} %"),
        ("cyclomatic complexity mean / p95", f"{statistics.mean(complexity):.2f} / {_percentile(complexity, 0.95)}"),
        ("functions over complexity 15", str(sum(value > MOST_COMPLEX for value in complexity))),
        ("comprehensions per 1,000 lines", f"{_count(modules, *COMPREHENSIONS) * per_thousand:.1f}"),
        ("conditional expressions per 1,000 lines", f"{_count(modules, ast.IfExp) * per_thousand:.1f}"),
        ("nested comprehensions and conditions", str(sum(len(nested(source.tree)) for source in modules))),
        ("names that are one, each, found, told, kept", f"{100 * sum(n in EMPTY_NAMES for n in names) / len(names):.1f} %"),
        ("comments per 100 lines", f"{100 * sum(source.comments for source in modules) / lines:.1f}"),
        ("Any per 1,000 lines", f"{sum(node.id == 'Any' for node in anys) * per_thousand:.1f}"),
        ("modules of substance with a test_<name>", _share([has_own_test(source, root) for source in wanting])),
        ("template lines over 200 / 120 characters", f"{_share([len(line) > LONG_LINE for line in templates])} / "
         f"{_share([len(line) > 120 for line in templates])}"),
    ]  # fmt: skip


def _share(answers: list[bool]) -> str:
    return f"{100 * sum(answers) / len(answers):.1f} % ({sum(answers)} of {len(answers)})"


if __name__ == "__main__":
    where = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    for title, figure in table(where):
        print(f"{title:<46} {figure}")
    for module in sources(where):
        for value, place in complexities(module):
            if value > MOST_COMPLEX:
                print(f"  {value:>3}  {place}")
