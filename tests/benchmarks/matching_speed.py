"""How fast names are found in large lists; a size is measured in a process of its own, so that its memory is this alone."""

import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from service.domain.watchlist import ListEntry, ListName, Schema, Subject
from service.matching.finder import Finder
from service.screen_file import ListSource, counted, read_subjects, screen_rows
from tests.benchmarks.invented import many_names

Say = Callable[[str], None]


def speed(logic_v2: Callable[[Sequence[tuple[str, str, str]]], tuple[Any, float] | None], say: Say) -> None:
    say("\n## Speed, generated names, one core")
    p50 = {}
    for size in (100_000, 1_000_000):
        with tempfile.TemporaryDirectory() as folder:
            names = many_names(size)
            answer = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.matching_speed", str(size), folder],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
            say(answer.strip())
            p50[size] = float(answer.rsplit("p50 ", 1)[1].split(" ", 1)[0])
            asked = _asked(names, 10)
            began = time.perf_counter()
            for one in asked:
                process.extract(one, names, scorer=fuzz.token_sort_ratio, score_cutoff=85, limit=10)
            scan = (time.perf_counter() - began) / len(asked)
            say(
                f"  token_sort_ratio scan of the same: {scan * 1000:.0f} ms a query, {scan * 1000 / p50[size]:.0f} x ours"
            )
            if size == 1_000_000:
                _batch(names, Path(folder), say)
    say(f"growth from 100,000 to 1,000,000 names: {p50[1_000_000] / p50[100_000]:.1f} x")
    anchor = logic_v2([("Person", a, b) for a, b in zip(_asked(names, 2000), names[:2000], strict=True)])
    if anchor:
        say(
            f"logic-v2: {anchor[1] * 1e6:.0f} us a pair, so about {anchor[1] * 1e6:.0f} s for one name against 1,000,000 (extrapolated)"
        )


def _asked(names: Sequence[str], count: int, seed: int = 4) -> list[str]:
    """Names of the list, every other with a letter left out."""
    chance, found = random.Random(seed), []
    for _ in range(count):
        name = chance.choice(names)
        if chance.random() < 0.5:
            at = chance.randrange(1, len(name) - 1)
            name = name[:at] + name[at + 1 :]
        found.append(name)
    return found


def one_size(size: int, folder: Path) -> None:
    """Build, reopen and query, in a process of its own so that the memory is this alone."""
    names = many_names(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    finder = Finder(folder)
    began = time.perf_counter()
    finder.build("v", (ListEntry(str(i), Schema.PERSON, (ListName(one),)) for i, one in enumerate(names)))
    built = time.perf_counter() - began
    asked = _asked(names, 1000)
    finder = Finder(folder)
    began = time.perf_counter()
    finder.opened("v")
    opened = time.perf_counter() - began
    finder.find("v", "v", Subject(asked[0], Schema.PERSON))
    took, hits = [], 0
    for one in asked:
        began = time.perf_counter()
        hits += bool(finder.find("v", "v", Subject(one, Schema.PERSON)))
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    disk = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    print(
        f"{size:,} names: build {built:.1f} s, reopen {opened * 1000:.0f} ms, on disk {disk / 1e6:.0f} MB, peak memory "
        f"{peak / 1000:.0f} MB ({before / 1000:.0f} MB of it the generated names), found something for {hits} of {len(asked)}; "
        f"p50 {took[len(took) // 2]:.2f} ms, p99 {took[int(len(took) * 0.99)]:.2f} ms"
    )


def _batch(names: Sequence[str], folder: Path, say: Say) -> None:
    subjects = folder / "subjects.csv"
    with subjects.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["schema", "name"])
        writer.writerows(("person", one) for one in _asked(names, 10_000, seed=6))
    rows = read_subjects(subjects)
    began = time.perf_counter()
    with (folder / "out.jsonl").open("w", encoding="utf-8") as out:
        counts = counted(screen_rows(rows, [ListSource("v", len(names), "", 0)], folder, out))
    ours = time.perf_counter() - began
    few = [one["name"] for one in rows[:100]]
    began = time.perf_counter()
    process.cdist(few, names, scorer=fuzz.token_sort_ratio, score_cutoff=85, workers=2, dtype=np.uint8)
    scan = (time.perf_counter() - began) / len(few)
    say(
        f"  batch of 10,000 against 1,000,000, 2 cores: {ours:.1f} s {counts}; rapidfuzz cdist over all "
        f"{scan * 10_000:.0f} s (100 measured, x100)"
    )


if __name__ == "__main__":
    one_size(int(sys.argv[1]), Path(sys.argv[2]))
