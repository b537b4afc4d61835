"""`make bench-matching`: every figure of name matching in one run, with its peers beside it. Nothing here is a test."""

import csv
import json
import math
import os
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from rapidfuzz import fuzz, process

from service.domain.watchlist import ListEntry, ListName, Schema, Subject
from service.matching import model, search
from service.matching.finder import Finder
from service.matching.names import analyse
from service.matching.script import words
from service.sources.formats import UN_XML, read_list
from tests.benchmarks import fit
from tests.benchmarks.edges import association_compounds, compounds, initials, tailed
from tests.benchmarks.innocents import ORIGINS, people, strangers
from tests.benchmarks.matching_speed import speed
from tests.builders import SHARED

DATA = SHARED / "data"
UN = DATA / "un-consolidated-2026-02-27.xml"
PEER = Path(os.environ.get("GRANSKA_BENCH_PYTHON", ".venv-bench/bin/python"))
MODEL = model.load()


def say(text: str = "") -> None:
    print(text, flush=True)


# --- Peers -----------------------------------------------------------------------------------------------------------


def plain(name: str) -> str:
    return " ".join(words(name))


def logic_v2(pairs: Sequence[tuple[str, str, str]]) -> tuple[Any, float] | None:
    """The anchor's scores and its seconds for a pair, or None where it is not installed."""
    if not PEER.exists():
        return None
    given = "".join(json.dumps(one) + "\n" for one in pairs)
    answer = subprocess.run(
        [str(PEER), "tests/benchmarks/peer.py"], input=given, capture_output=True, text=True, check=True
    )
    *scores, seconds = (float(one) for one in answer.stdout.split())
    return np.array(scores), seconds


# --- Statistics ------------------------------------------------------------------------------------------------------


def wilson(hits: int, of: int) -> str:
    """A share with its 95 % interval."""
    if not of:
        return "-"
    p, z = hits / of, 1.96
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{p:.3f} [{max(0, middle - half):.3f}, {middle + half:.3f}]"


def f1(said: Any, truth: Any) -> float:
    hit = (said & truth).sum()
    return float(2 * hit / (2 * hit + (said & ~truth).sum() + (~said & truth).sum()))


def recall_at(score: Any, truth: Any, share: float) -> tuple[float, float]:
    """Recall at the threshold that lets this share of the strangers through, and that threshold."""
    strangers_scores = np.sort(score[~truth])[::-1]
    limit = strangers_scores[int(share * len(strangers_scores))]
    return float((score[truth] > limit).mean()), float(limit)


def interval(work: Callable[[Any], float], size: int, times: int = 400) -> str:
    chance = np.random.default_rng(1)
    found = sorted(work(chance.integers(0, size, size)) for _ in range(times))
    return f"[{found[int(0.025 * times)]:.3f}, {found[int(0.975 * times)]:.3f}]"


def calibration_error(chance: Any, truth: Any, bands: int = 10) -> float:
    band = np.minimum((chance * bands).astype(int), bands - 1)
    return float(
        sum(
            (band == one).mean() * abs(chance[band == one].mean() - truth[band == one].mean())
            for one in range(bands)
            if (band == one).any()
        )
    )


def of_a_perfect_model(chance: Any, times: int = 2000) -> float:
    """The calibration error that chance alone gives a model whose every number is right."""
    lots = np.random.default_rng(3)
    return float(np.mean([calibration_error(chance, lots.random(len(chance)) < chance) for _ in range(times)]))


# --- Pairs -----------------------------------------------------------------------------------------------------------


def name_pairs() -> None:
    say("## Labelled name pairs, out of fold, split by entity (the held-out fifth is not in these)")
    found = {schema: fit.fitted(schema) for schema in Schema}
    pairs = [one for part in found.values() for one in part.pairs]
    truth = np.array([one.match for one in pairs])
    chance = np.concatenate([part.chance for part in found.values()])
    own = np.concatenate(
        [part.chance >= fit.BY_NAME * MODEL.schemas[schema].threshold for schema, part in found.items()]
    )
    say(f"{len(pairs)} pairs, {truth.sum()} match")
    recall, _ = recall_at(chance, truth, 0.05)
    say(
        f"ours: F1 at our own threshold {f1(own, truth):.3f} "
        f"{interval(lambda i: f1(own[i], truth[i]), len(truth))}; recall at 5 % false positives {recall:.3f} "
        f"{interval(lambda i: recall_at(chance[i], truth[i], 0.05)[0], len(truth))}; "
        f"false positives {wilson(int((own & ~truth).sum()), int((~truth).sum()))}"
    )
    schemas = ["Person" if one.schema is Schema.PERSON else "Company" for one in pairs]
    peers: dict[str, tuple[Any, float]] = {
        "token_sort_ratio": (
            np.array([fuzz.token_sort_ratio(plain(p.left), plain(p.right)) / 100 for p in pairs]),
            0.85,
        ),
        "WRatio": (np.array([fuzz.WRatio(plain(p.left), plain(p.right)) / 100 for p in pairs]), 0.86),
    }
    anchor = logic_v2([(schema, one.left, one.right) for schema, one in zip(schemas, pairs, strict=True)])
    if anchor is None:
        say("logic-v2: not installed")
    else:
        peers["logic-v2"] = (anchor[0], 0.70)
    for name, (score, limit) in peers.items():
        say(
            f"{name}: F1 at {limit} {f1(score >= limit, truth):.3f}; recall at 5 % {recall_at(score, truth, 0.05)[0]:.3f}; "
            f"false positives {(score[~truth] >= limit).mean():.3f}"
        )
    say(
        f"calibration error (cross-validated): ours {calibration_error(chance, truth):.4f}, a perfect model of the same "
        f"size {of_a_perfect_model(chance):.4f}"
        + (f", logic-v2 {calibration_error(peers['logic-v2'][0], truth):.4f}" if anchor else "")
    )
    held = [one for one in fit.labelled() if one.held]
    held_truth = np.array([one.match for one in held])
    judged = [_judged(one.left, one.right, one.schema) for one in held]
    said = np.array([one.state.value != "no_candidate" for one in judged])
    weight = np.array([one.weight for one in judged])
    say(
        f"held-out fifth (never fitted on, {len(held)} pairs): F1 {f1(said, held_truth):.3f}, recall at 5 % "
        f"{recall_at(weight, held_truth, 0.05)[0]:.3f}, calibration error {calibration_error(weight, held_truth):.3f}"
    )
    _index_recall(pairs)


def _judged(left: str, right: str, schema: Schema, *births: str) -> Any:
    return search.both(Subject(left, schema, births), Subject(right, schema, births), MODEL, fit.TABLE)


def _index_recall(pairs: Sequence[fit.Pair]) -> None:
    """Whether the index finds what the full comparison would call a resemblance."""
    with tempfile.TemporaryDirectory() as folder:
        kept = lost = 0
        for schema in Schema:
            mine = [one for one in pairs if one.schema is schema]
            names = sorted({one.right for one in mine})
            index = fit.index_of(names, schema, Path(folder) / schema.value)
            for one in mine:
                if _judged(one.left, one.right, schema).state.value == "no_candidate":
                    continue
                found = {index.text(n) for n in index.search(analyse(one.left, schema, fit.TABLE).tokens)}
                kept, lost = kept + (one.right in found), lost + (one.right not in found)
        say(
            f"index: finds {kept} of {kept + lost} pairs that the full comparison calls a resemblance ({kept / (kept + lost):.4f})"
        )


def disparity() -> None:
    say("\n## The same false-positive rate whatever the form of the name (strangers who share part of a name)")
    rows = {}
    for origin in ORIGINS:
        said = [_judged(a, b, Schema.PERSON).state.value for a, b in strangers(origin, 2000)]
        rows[origin] = sum(one != "no_candidate" for one in said)
        say(f"{origin}: {wilson(rows[origin], len(said))}")
    others = sum(rows[one] for one in ORIGINS if one != "arabic") / (2000 * (len(ORIGINS) - 1))
    say(f"Arabic to the rest: {rows['arabic'] / 2000 / max(others, 1e-9):.2f} : 1 (18,000 invented pairs)")
    persons = [one for one in fit.labelled() if one.schema is Schema.PERSON and not one.match]
    found = fit.fitted(Schema.PERSON)
    limit = fit.BY_NAME * MODEL.schemas[Schema.PERSON].threshold
    said = {(p.left, p.right): c >= limit for p, c in zip(found.pairs, found.chance, strict=True)}
    groups: dict[bool, list[bool]] = {True: [], False: []}
    for one in persons:
        if (one.left, one.right) in said:
            groups[_arabic_form(f"{one.left} {one.right}")].append(bool(said[one.left, one.right]))
    rates = {form: (sum(hits), len(hits)) for form, hits in groups.items()}
    ratio = (rates[True][0] / rates[True][1]) / max(rates[False][0] / rates[False][1], 1e-9)
    say(
        f"labelled pairs, out of fold: Arabic form {wilson(*rates[True])} of {rates[True][1]}, other "
        f"{wilson(*rates[False])} of {rates[False][1]}: {ratio:.2f} : 1"
    )


def _arabic_form(text: str) -> bool:
    known = {"al", "el", "bin", "ben", "ibn", "abu", "abd", "abdul", "abdel", "mohamed", "mohammad", "muhammad", "ahmed",
             "ahmad", "ali", "hassan", "hussein", "khan", "haqqani", "ullah", "din"}  # fmt: skip
    return any(one in known or one[0] == "~" for one in words(text))


# --- The UN list -----------------------------------------------------------------------------------------------------


def un_list() -> None:
    say("\n## The UN list")
    entries = list(read_list(UN_XML, UN))
    with tempfile.TemporaryDirectory() as folder:
        finder = Finder(Path(folder))
        finder.build("un", entries)
        finder.build("primary", (ListEntry(e.entry_id, e.schema, e.names[:1], e.births) for e in entries))
        own = Counter(_state(finder, "un", e.names[0].text, e.schema, e.entry_id) for e in entries)
        say(
            f"asked for by its own name: {dict(own)}; candidate or needs_identifier "
            f"{wilson(own['candidate'] + own['needs_identifier'], len(entries))}, candidate {wilson(own['candidate'], len(entries))}"
        )
        _innocent(finder, entries)
        good, script = _aliases(entries)
        for title, asked in (
            ("Good aliases, the whole list of primary names searched", good),
            ("original script", script),
        ):
            states = Counter(_state(finder, "primary", name, Schema.PERSON, entry) for name, entry in asked)
            hits = states["candidate"] + states["needs_identifier"]
            say(f"{title}: recall {wilson(hits, len(asked))} {dict(states)}")
        rows = list(csv.DictReader((DATA / "associations-se.csv").open(encoding="utf-8")))
        states = Counter(_first(finder, row["name"], Schema.ORGANISATION) for row in rows)
        say(f"{len(rows)} real associations: {dict(states)}")


def _state(finder: Finder, version: str, name: str, schema: Schema, entry: str) -> str:
    for one in finder.find(version, version, Subject(name, schema), most=1000):
        if one.entry_id == entry:
            return "needs_identifier" if one.needs_identifier else "candidate"
    return "miss"


def _first(finder: Finder, name: str, schema: Schema) -> str:
    found = finder.find("un", "un", Subject(name, schema))
    if not found:
        return "no_candidate"
    return "needs_identifier" if all(one.needs_identifier for one in found) else "candidate"


def _innocent(finder: Finder, entries: Sequence[ListEntry]) -> None:
    say("innocent people with common names, name only (500 of each origin): candidate; needs_identifier; beside peers")
    listed = sorted({plain(e.names[0].text) for e in entries if e.schema is Schema.PERSON})
    for origin in ORIGINS:
        asked = people(origin, 500)
        states = Counter(_first(finder, one, Schema.PERSON) for one in asked)
        scans = {
            name: sum(
                process.extractOne(plain(one), listed, scorer=scorer, score_cutoff=limit) is not None for one in asked
            )
            for name, scorer, limit in (("token_sort 85", fuzz.token_sort_ratio, 85), ("WRatio 88", fuzz.WRatio, 88))
        }
        few = asked[:25]
        anchor = logic_v2([("Person", one, other) for one in few for other in listed])
        said = "not installed"
        if anchor is not None:
            said = f"{(anchor[0].reshape(len(few), -1).max(axis=1) >= 0.70).mean():.3f} of {len(few)}"
        say(
            f"  {origin}: {wilson(states['candidate'], 500)}; {states['needs_identifier'] / 500:.3f}; "
            + "; ".join(f"{name} {hits / 500:.3f}" for name, hits in scans.items())
            + f"; logic-v2 .70 {said}"
        )


def with_their_year() -> None:
    """Whether who has a common name becomes a suspect by the very year that the officer is told to ask for."""
    say("\n## The same innocent people with a birth year, each with four years at random: candidate; needs_identifier")
    entries = list(read_list(UN_XML, UN))
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as folder:
        finder = Finder(Path(folder))
        finder.build("un", entries)
        for origin in ORIGINS:
            states: Counter[str] = Counter()
            for name in people(origin, 500):
                for _ in range(4):
                    born = str(chance.randint(1950, 2005))
                    found = finder.find("un", "un", Subject(name, Schema.PERSON, (born,)))
                    loud = any(not one.needs_identifier for one in found)
                    states["candidate" if loud else "needs_identifier" if found else "no_candidate"] += 1
            say(f"  {origin}: {wilson(states['candidate'], 2000)}; {states['needs_identifier'] / 2000:.3f}")
    say("strangers who share part of a name and the year of birth: called a resemblance")
    rows = {}
    for origin in ORIGINS:
        pairs = strangers(origin, 2000)
        said = [_judged(left, right, Schema.PERSON, "1980").state.value for left, right in pairs]
        rows[origin] = sum(one != "no_candidate" for one in said)
        say(f"  {origin}: {wilson(rows[origin], len(said))}")
    others = sum(rows[one] for one in ORIGINS if one != "arabic") / (2000 * (len(ORIGINS) - 1))
    say(f"  Arabic to the rest: {rows['arabic'] / 2000 / max(others, 1e-9):.2f} : 1")


def spellings() -> None:
    """Whole listed names with tails, initials and compounds: what is true is found, what contradicts is none."""
    say("\n## Spellings (invented)")
    tails = [state for listed, asked in tailed() for state in [_of_one(listed, asked, Schema.ORGANISATION)]]
    say(f"whole listed name with tails: at least needs_identifier {wilson(_asked_about(tails), len(tails))}")
    for title, kind, schema in (
        ("initials", initials, Schema.PERSON),
        ("compounds", compounds, Schema.PERSON),
        ("compounds of associations", association_compounds, Schema.ORGANISATION),
    ):
        same = [_of_one(listed, asked, schema) for listed, asked, match in kind() if match]
        other = [_of_one(listed, asked, schema) for listed, asked, match in kind() if not match]
        wrong = f", contradicted ones candidate {wilson(other.count('candidate'), len(other))}" if other else ""
        say(f"{title}: true ones found {wilson(_asked_about(same), len(same))}{wrong}")


def _asked_about(states: Sequence[str]) -> int:
    return sum(state != "no_candidate" for state in states)


def _of_one(listed: str, asked: str, schema: Schema) -> str:
    """What a list of this one name says."""
    with tempfile.TemporaryDirectory() as folder:
        finder = Finder(Path(folder))
        finder.build("un", [ListEntry("1", schema, (ListName(listed),))])
        return _first(finder, asked, schema)


def _aliases(entries: Sequence[ListEntry]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    good, script = [], []
    for person in ElementTree.parse(UN).getroot().iterfind("INDIVIDUALS/INDIVIDUAL"):
        entry = " ".join((person.findtext("REFERENCE_NUMBER") or "").split())
        for alias in person.iterfind("INDIVIDUAL_ALIAS"):
            name = " ".join((alias.findtext("ALIAS_NAME") or "").split())
            if name and (alias.findtext("QUALITY") or "").strip() == "Good":
                good.append((name, entry))
        original = " ".join((person.findtext("NAME_ORIGINAL_SCRIPT") or "").split())
        if original:
            script.append((original, entry))
    return good, script


def main() -> None:
    if not DATA.is_dir():
        say("bench-matching: skipped in part, ../shared is not here")
    else:
        name_pairs()
        disparity()
        un_list()
        with_their_year()
    spellings()
    speed(logic_v2, say)


if __name__ == "__main__":
    main()
