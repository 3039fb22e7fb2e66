"""A folder with everything that installing on a Windows PC without a network needs, and its checksums.

    python dev.py wheelhouse [FOLDER] [--python 3.12]

pip downloads what is built for Windows, but goes by the system it runs on where a requirement holds only there
(pywin32): so the folder is looked through, as that Windows would, until nothing is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from crm_xl.installing.source import EXTRAS, SUMS

ROOT = Path(__file__).resolve().parents[1]
PLATFORM = "win_amd64"
PYTHON = "3.12"
OURS = "crm-xl"
_MOST_ROUNDS = 10


def windows(python: str) -> dict[str, str]:
    """What the markers of requirements are judged by on a 64-bit Windows."""
    return {
        "os_name": "nt",
        "sys_platform": "win32",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_version": f"{python}.0",
        "platform_release": "10",
        "platform_version": "",
    }


def metadata_of(wheel: Path) -> Sequence[Requirement]:
    """What a wheel says it requires, extras included."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    return [Requirement(text) for text in headers.get_all("Requires-Dist") or []]


def missing(folder: Path, python: str) -> list[Requirement]:
    """What installing crm-xl on Windows would ask for and not find in the folder, beginning with what ribbon needs.

    Args:
        folder: of wheels.
        python: "3.12".
    """
    wheels = {}
    for path in folder.glob("*.whl"):
        name, version, _, _ = parse_wheel_filename(path.name)
        wheels[name] = (version, path)
    absent: dict[str, Requirement] = {}
    looked: set[tuple[str, str]] = set()
    waiting = [Requirement(f"{OURS}[{EXTRAS}]")]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name not in wheels or not wanted.specifier.contains(wheels[name][0], prereleases=True):
            absent[name] = wanted
            continue
        for extra in ("", *sorted(wanted.extras)):
            if (name, extra) in looked:
                continue
            looked.add((name, extra))
            waiting += [
                each
                for each in metadata_of(wheels[name][1])
                if each.marker is None or each.marker.evaluate(windows(python) | {"extra": extra})
            ]
    return list(absent.values())


def build_own(folder: Path) -> Path:
    """Our own wheel, built into the folder.

    Raises:
        SystemExit: building failed; pip has said why.
    """
    _pip("wheel", ROOT, "--no-deps", "--quiet", "--wheel-dir", folder)
    (wheel,) = folder.glob("crm_xl-*.whl")
    return wheel


def make(folder: Path, python: str = PYTHON) -> list[Path]:
    """The wheels of the finished folder, which replaces an earlier one only when it is whole.

    Raises:
        SystemExit: a package is not to be had for Windows, or the folder does not become whole.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".wheelhouse-", dir=folder.parent) as scratch:
        made = Path(scratch)
        build_own(made)
        for _ in range(_MOST_ROUNDS):
            if not (absent := missing(made, python)):
                break
            fetch(made, absent, python)
        if absent := missing(made, python):
            raise SystemExit(f"not to be had for {PLATFORM}: {', '.join(map(str, absent))}")
        write_sums(made, sorted(made.glob("*.whl")))
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(made, folder)
        folder.chmod(0o755)  # a scratch folder is closed to others
    return sorted(folder.glob("*.whl"))


def fetch(folder: Path, wanted: Iterable[Requirement], python: str) -> None:
    """Download wheels for Windows.

    Raises:
        SystemExit: one is not to be had; pip has said which.
    """
    abi = f"cp{python.replace('.', '')}"
    target = ["--platform", PLATFORM, "--python-version", python, "--implementation", "cp"]
    target += ["--abi", abi, "--abi", "abi3", "--abi", "none"]
    names = [f"{each.name}{each.specifier}" for each in wanted]
    _pip("download", "--quiet", "--no-deps", "--only-binary=:all:", *target, "--dest", folder, *names)


def write_sums(folder: Path, files: Iterable[Path]) -> Path:
    """The list of checksums, in the form that sha256sum -c reads."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    ]
    sums = folder / SUMS
    sums.write_text("".join(lines), encoding="utf-8", newline="\n")
    return sums


def _pip(*arguments: object) -> None:
    done = subprocess.run([sys.executable, "-m", "pip", *map(str, arguments)], check=False)
    if done.returncode:
        raise SystemExit(f"pip {arguments[0]} failed")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the folder and say what is in it."""
    parser = argparse.ArgumentParser(prog="python dev.py wheelhouse", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "dist" / "wheelhouse")
    parser.add_argument("--python", default=PYTHON, help="the version the PC has (%(default)s)")
    options = parser.parse_args(arguments)
    wheels = make(options.folder, options.python)
    size = sum(path.stat().st_size for path in wheels) / 1e6
    print(f"{len(wheels)} wheels for Python {options.python} on {PLATFORM}, {size:.0f} MB: {options.folder}")


if __name__ == "__main__":
    main()
