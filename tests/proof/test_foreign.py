"""What Granska hands out holds in a stranger's program (Go's checksum database), and what was touched does not."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import Browserlike, Service, granska, running

SOURCE = Path(__file__).parent / "foreign" / "main.go"
#: Where Debian lays the packages of golang-golang-x-mod-dev.
DEBIANS = Path("/usr/share/gocode")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built from Debian's packages alone."""
    if shutil.which("go") is None or not (DEBIANS / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("Go or golang-golang-x-mod-dev is not installed")
    folder = tmp_path_factory.mktemp("foreign")
    environment = {
        "PATH": "/usr/bin:/bin",
        "GOPATH": str(DEBIANS),
        "GO111MODULE": "off",
        "GOFLAGS": "-buildvcs=false",
        "GOCACHE": str(folder / "cache"),
        "HOME": str(folder),
    }
    built = folder / "foreign"
    subprocess.run(["go", "build", "-o", str(built), str(SOURCE)], check=True, env=environment, cwd=folder)
    return built


@pytest.fixture(scope="module")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Browserlike]]:
    """A service, and its auditor, who has no shell there."""
    with running(tmp_path_factory.mktemp("foreign-service")) as service:
        yield service, service.signed_in("ronja")


def take(ronja: Browserlike, what: str, target: Path) -> Path:
    answer = ronja.get(f"/log/take/{what}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    target.write_bytes(answer.content)
    return target


def says(foreign: Path, *arguments: object) -> tuple[bool, str]:
    done = subprocess.run([foreign, *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def test_what_the_auditor_takes_home_holds_in_a_strangers_program(
    foreign: Path, auditor: tuple[Service, Browserlike], tmp_path: Path
) -> None:
    _, ronja = auditor
    ronja.send("/log/checkpoint")
    key, old = take(ronja, "key", tmp_path / "key"), take(ronja, "checkpoint", tmp_path / "old")
    size = int(old.read_text().split("\n")[1])
    ronja.get("/log/access")
    ronja.send("/log/checkpoint")
    new = take(ronja, "checkpoint", tmp_path / "new")
    proof = take(ronja, f"consistency?from={size}", tmp_path / "growth")
    lines = take(ronja, "entries", tmp_path / "log.jsonl")

    assert says(foreign, "checkpoint", key, old)[0]
    assert says(foreign, "growth", key, old, proof) == (
        True,
        f"good: {size} to {json.loads(proof.read_text())['new']}\n",
    )
    assert says(foreign, "entries", key, new, lines)[0]
    assert granska("log", "verify", str(lines), environment={"GRANSKA_DATA": str(tmp_path / "none")}).returncode == 0

    for touched in (_another_size(old), _another_signature(old)):
        (tmp_path / "touched").write_text(touched)
        assert not says(foreign, "checkpoint", key, tmp_path / "touched")[0]
    given = json.loads(proof.read_text())
    for place in range(len(given["hashes"])):
        other = base64.b64encode(bytes(32)).decode()
        hashes = [*given["hashes"][:place], other, *given["hashes"][place + 1 :]]
        (tmp_path / "touched").write_text(json.dumps(given | {"hashes": hashes}))
        assert not says(foreign, "growth", key, old, tmp_path / "touched")[0]
    (tmp_path / "touched").write_text(lines.read_text().replace("case:received", "case:deceived", 1))
    assert not says(foreign, "entries", key, new, tmp_path / "touched")[0]


def _another_size(note: Path) -> str:
    head, size, rest = note.read_text().split("\n", 2)
    return f"{head}\n{int(size) - 1}\n{rest}"


def _another_signature(note: Path) -> str:
    text = note.read_text().rstrip("\n")
    return text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:] + "\n"


def test_a_receipt_holds_in_a_strangers_program(
    foreign: Path, auditor: tuple[Service, Browserlike], tmp_path: Path
) -> None:
    service, ronja = auditor
    key = take(ronja, "key", tmp_path / "key")
    assert service.run("log", "prove", "HV 2026/1", "--all", "--out", str(tmp_path)).returncode == 0
    entries = sorted(tmp_path.glob("*.json"))
    assert len(entries) >= 2

    for entry in entries:
        receipt = entry.with_suffix(".tlog-proof")
        assert says(foreign, "receipt", key, entry, receipt)[0]
        other = tmp_path / "other"
        other.write_bytes(entry.read_bytes().replace(b"case", b"kase", 1))
        assert not says(foreign, "receipt", key, other, receipt)[0]
    assert not says(foreign, "receipt", key, entries[0], entries[1].with_suffix(".tlog-proof"))[0]


def test_a_program_of_the_auditors_gets_the_same_with_a_key(
    foreign: Path, auditor: tuple[Service, Browserlike], tmp_path: Path
) -> None:
    service, _ = auditor
    made = service.run("keys", "add", "Revisionen", "--right", "log", "--by", "adam@demo.example")
    assert made.returncode == 0, made.stderr
    secret = next(word for word in made.stdout.split() if word.startswith("granska_"))
    with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {secret}"}) as api:
        (tmp_path / "key").write_text(api.get("/api/v1/log/key").text)
        (tmp_path / "note").write_text(api.get("/api/v1/log/checkpoint").text)
        (tmp_path / "growth").write_text(api.get("/api/v1/log/consistency", params={"from": 1}).text)
        (tmp_path / "log.jsonl").write_bytes(api.get("/api/v1/log/entries").content)
        wrong = [
            api.get("/api/v1/log/consistency", params={"from": one}).status_code for one in ("", "0", "x", "999999")
        ]
        assert api.get("/api/v1/applications/x").status_code in (403, 404)

    assert says(foreign, "checkpoint", tmp_path / "key", tmp_path / "note")[0]
    assert says(foreign, "entries", tmp_path / "key", tmp_path / "note", tmp_path / "log.jsonl")[0]
    assert json.loads((tmp_path / "growth").read_text())["old"] == 1
    assert wrong == [422] * 4


def test_a_size_that_was_never_is_refused_by_its_field(auditor: tuple[Service, Browserlike]) -> None:
    _, ronja = auditor
    for given in ("", "0", "1,5", "99999999"):
        answer = ronja.get("/log/take/consistency", params={"from": given})
        assert answer.status_code == 422
        assert 'id="from-error"' in answer.text
