"""Set-up installs what the lock names, with any pip, on any later day; what fails is said with step, reason and advice."""

import os
import subprocess
import sys
import zipfile
from importlib.metadata import distribution, requires
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.builders import ROOT

WHEELS = Path(sys.prefix) / "wheels"
PARENT_ASKS = "Requires-Dist: granska-test-child[more] ==1.*\n"
CHILD_OFFERS = "Provides-Extra: more\nRequires-Dist: granska-test-grandchild ; extra == 'more'\n"


def a_wheel(folder: Path, name: str, version: str, more: str = "") -> Path:
    """A distribution with nothing in it but what it asks for."""
    module = name.replace("-", "_")
    path, info = folder / f"{module}-{version}-py3-none-any.whl", f"{module}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{module}.py", f"VERSION = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder of distributions, where each locked one has a newer release that fits what the others ask for."""
    folder = tmp_path / "index"
    folder.mkdir()
    for version in ("1.0", "1.5"):
        a_wheel(folder, "granska-test-parent", version, PARENT_ASKS)
        a_wheel(folder, "granska-test-child", version, CHILD_OFFERS)
        a_wheel(folder, "granska-test-grandchild", version)
    return folder


@pytest.fixture
def lock(index: Path, tmp_path: Path) -> Path:
    """A lock of the older releases, made as `make lock` makes ours."""
    wanted, lock = tmp_path / "wanted.in", tmp_path / "wanted.lock"
    wanted.write_text("granska-test-parent==1.0\ngranska-test-child==1.0\ngranska-test-grandchild==1.0\n")
    uv = [str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "--generate-hashes", "--no-header"]
    subprocess.run([*uv, "--no-index", "--find-links", str(index), str(wanted), "-o", str(lock)], check=True)
    return lock


def an_environment(folder: Path, pip: str) -> Path:
    """A fresh environment with this pip."""
    [wheel] = WHEELS.glob(f"pip-{pip}-*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-index", "--force-reinstall"]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    return folder


def step(*arguments: object, index: Path) -> subprocess.CompletedProcess[str]:
    """Take a step of set-up, with this folder as the only index."""
    outside = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_CONFIG_FILE": os.devnull}
    command = [sys.executable, str(ROOT / "install.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | outside, cwd=ROOT, check=False)


def versions(environment: Path) -> set[str]:
    """What is installed of ours."""
    command = [str(environment / "bin" / "python"), "-m", "pip", "freeze", "--disable-pip-version-check"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {line.split(" ")[0] for line in said.splitlines() if line.startswith("granska-test")}


def pips() -> list[str]:
    """The oldest and the newest pip that set-up is tried with, by number."""
    locks = [ROOT / "tests" / "installation" / f"pip-{age}.lock" for age in ("oldest", "newest")]
    return [lock.read_text("utf-8").split("==")[1].split(" ")[0] for lock in locks]


@pytest.mark.parametrize("pip", pips())
def test_a_newer_release_of_every_locked_package_changes_nothing(
    pip: str, index: Path, lock: Path, tmp_path: Path
) -> None:
    environment = an_environment(tmp_path / "environment", pip)

    done = step("packages", environment, lock, index=index)

    assert done.returncode == 0, done.stderr
    locked = {"granska-test-parent==1.0", "granska-test-child==1.0", "granska-test-grandchild==1.0"}
    assert versions(environment) == locked
    assert step("check", environment, index=index).returncode == 0


def test_control_the_oldest_pip_breaks_there_when_it_is_let_resolve(index: Path, lock: Path, tmp_path: Path) -> None:
    environment = an_environment(tmp_path / "environment", pips()[0])
    command = [str(environment / "bin" / "python"), "-m", "pip", "install", "--no-index", "--find-links", str(index)]

    done = subprocess.run([*command, "--require-hashes", "-r", str(lock)], capture_output=True, text=True, check=False)

    assert "Hashes are required" in done.stderr, "otherwise the test above proves nothing"


def test_a_lock_that_lacks_something_is_found_out(index: Path, lock: Path, tmp_path: Path) -> None:
    whole = lock.read_text("utf-8")
    lock.write_text(whole[whole.index("granska-test-parent==") :])  # which comes last, and asks for the child
    environment = an_environment(tmp_path / "environment", pips()[1])
    assert step("packages", environment, lock, index=index).returncode == 0

    done = step("check", environment, index=index)

    assert done.returncode == 1
    assert "granska-test-child" in done.stderr


def test_a_changed_file_stops_set_up_and_says_not_to_go_on(index: Path, lock: Path, tmp_path: Path) -> None:
    a_wheel(index, "granska-test-child", "1.0", CHILD_OFFERS + "Summary: another one\n")
    environment = an_environment(tmp_path / "environment", pips()[0])

    done = step("packages", environment, lock, index=index)

    assert done.returncode == 1
    assert "Set-up stopped at: Python packages" in done.stderr
    assert "Do not go on" in done.stderr


def test_a_step_that_fails_says_which_and_why_and_what_to_do_without_the_warnings(lock: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = an_environment(tmp_path / "environment", pips()[0])
    missing = {"PIP_EXTRA_INDEX_URL": (tmp_path / "nowhere").as_uri()}  # of which pip warns for each package

    done = subprocess.run(
        [sys.executable, str(ROOT / "install.py"), "packages", str(environment), str(lock)],
        capture_output=True,
        text=True,
        env=os.environ | missing | {"PIP_FIND_LINKS": str(empty), "PIP_INDEX_URL": empty.as_uri()},
        check=False,
    )

    assert done.returncode == 1
    assert done.stdout.count("\n") == 1, "one line a step"
    assert "No matching distribution found for granska-test" in done.stderr
    assert "What to do: Is the package index reached from here" in done.stderr
    assert "WARNING" not in done.stderr
    assert "WARNING" in (environment / "setup.log").read_text("utf-8")


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_the_lock_names_all_that_its_packages_ask_for(python: str, system: str) -> None:
    """For other Pythons than this one too, extras included, which `pip check` does not look at."""
    environment = default_environment() | {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_system": {"linux": "Linux", "darwin": "Darwin"}[system],
    }
    locked = locked_versions(ROOT / "requirements-test.lock", environment)
    missing = []
    for name, extra in asked_for(environment):
        if name not in locked:
            missing.append(f"{name} ({extra})")

    assert len(locked) > 80
    assert missing == []


def locked_versions(lock: Path, environment: dict[str, str]) -> dict[str, str]:
    """What the lock installs where the markers are answered so."""
    versions = {}
    for line in lock.read_text("utf-8").splitlines():
        if not line or line.startswith((" ", "#")):
            continue
        requirement = Requirement(line.rstrip("\\ "))
        if requirement.marker is None or requirement.marker.evaluate(environment):
            versions[canonicalize_name(requirement.name)] = str(requirement.specifier).removeprefix("==")
    return versions


def asked_for(environment: dict[str, str]) -> set[tuple[str, str]]:
    """Every distribution that granska needs, directly or not, with the extra it was needed for."""
    waiting = [("granska", ""), ("granska", "build"), ("granska", "test")]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        for text in requirements_of(name):
            requirement = Requirement(text)
            if requirement.marker and not requirement.marker.evaluate(environment | {"extra": extra}):
                continue
            needed = canonicalize_name(requirement.name)
            for wanted in {(needed, one) for one in ("", *requirement.extras)} - seen:
                seen.add(wanted)
                waiting.append(wanted)
    return seen - {("granska", ""), ("granska", "build"), ("granska", "test")}


def requirements_of(name: str) -> list[str]:
    """What an installed distribution asks for; nothing is known of one that is only for another system."""
    try:
        return requires(distribution(name).metadata["Name"]) or []
    except ModuleNotFoundError:
        return []
