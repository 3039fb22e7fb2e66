"""Whether what the product is made of may be used at work, is held to versions, and has known weaknesses.

    python dev.py audit

Looked at are the dependencies of every extra that users install, and what those depend on in turn, as they are
installed here; what only Windows asks for is known from its wheels. Licences and bounds are judged without a network.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from releasing.wheelhouse import OURS, PYTHON, ROOT, windows

NOT_SHIPPED = frozenset({"test", "peers"})  # extras for developers
_SERVICE_SECONDS = 120

# May be used, changed and passed on in a business, with their notices. SPDX identifiers.
PERMISSIVE = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-CMU",
        "PSF-2.0", "Python-2.0", "Unlicense", "Zlib",
    }
)  # fmt: skip
# Oblige only who changes the library itself; used as it is, and replaceable, it leaves the rest alone. An LLVM or GCC
# exception frees what was compiled.
UNCHANGED = frozenset({"LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0"})
# What packages of before SPDX expressions write, and what their classifiers say, in SPDX.
_WRITTEN = {
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",  # the classifier tells no clauses apart; each of them is permissive
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psf": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}
# What the wheels say of themselves that only Windows asks for.
ON_WINDOWS = {"colorama": "BSD-3-Clause", "pywin32": "PSF-2.0"}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A dependency: its name, the version installed here ("" where it is not), what it says of its licence."""

    name: str
    version: str
    licence: str


def declared() -> list[Requirement]:
    """What pyproject.toml asks for, of every extra that is not for developers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras: Mapping[str, Sequence[str]] = project["optional-dependencies"]
    texts = list(project["dependencies"])
    texts += [text for extra, asked in extras.items() if extra not in NOT_SHIPPED for text in asked]
    found = [Requirement(text) for text in texts]
    return [each for each in found if canonicalize_name(each.name) != OURS]


def asked_for(roots: Iterable[Requirement]) -> Iterator[Requirement]:
    """The requirements and all that what is installed of them requires in turn, here or on Windows."""
    waiting, looked = list(roots), set()
    while waiting:
        wanted = waiting.pop()
        yield wanted
        for extra in ("", *sorted(wanted.extras)):
            if (key := (canonicalize_name(wanted.name), extra)) in looked:
                continue
            looked.add(key)
            waiting += [each for each in _requires(wanted.name) if _holds(each, extra)]


def _requires(name: str) -> list[Requirement]:
    try:
        return [Requirement(text) for text in metadata.requires(name) or ()]
    except metadata.PackageNotFoundError:
        return []


def _holds(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    here: dict[str, Any] = dict(default_environment())
    return marker is None or any(
        marker.evaluate({**each, "extra": extra}) for each in (here, windows(PYTHON))
    )


def found(requirements: Iterable[Requirement]) -> list[Found]:
    """Every package asked for, once, by name."""
    seen: dict[str, Found] = {}
    for each in requirements:
        name = canonicalize_name(each.name)
        try:
            headers = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            seen[name] = Found(name=name, version="", licence=ON_WINDOWS.get(name, ""))
        else:
            seen[name] = Found(name=name, version=headers["Version"], licence=licence_of(headers))
    return [seen[name] for name in sorted(seen)]


def licence_of(headers: metadata.PackageMetadata | Message) -> str:
    """The licence as an SPDX expression: from the package's expression, its classifiers or one line of text; or "".

    Source: PEP 639; packages made before it have a free text, often the whole licence, and classifiers.
    """
    if expression := headers.get("License-Expression"):
        return str(expression)
    classes = [each.split("::")[-1].strip() for each in headers.get_all("Classifier") or ()
               if each.startswith("License ::") and not each.endswith("OSI Approved")]  # fmt: skip
    texts = classes or [str(headers.get("License") or "").strip()]
    known = {_WRITTEN.get(text.casefold(), text if text in PERMISSIVE | UNCHANGED else "") for text in texts}
    return "" if "" in known else " AND ".join(sorted(known))


def may_be_used(licence: str) -> bool:
    """Whether the licence lets a business use the package unchanged; each one named in an expression has to.

    >>> may_be_used("Apache-2.0 OR BSD-2-Clause"), may_be_used("GPL-3.0-only"), may_be_used("")
    (True, False, False)
    """
    exceptions = re.sub(r"\bWITH\s+\S+", "", licence)
    named = set(re.findall(r"[A-Za-z0-9.+-]+", exceptions)) - {"AND", "OR"}
    return bool(named) and named <= PERMISSIVE | UNCHANGED


def licence_faults(packages: Iterable[Found]) -> list[str]:
    """What is wrong with licences, a line each."""
    return [
        f"{each.name} {each.version}: {each.licence or 'its licence is not known'}"
        for each in packages
        if not may_be_used(each.licence) and (each.version or each.name in ON_WINDOWS)
    ]


def bound_faults(roots: Iterable[Requirement]) -> list[str]:
    """Requirements of ours that name no lowest version, and those of anybody that what is installed does not meet."""
    roots = list(roots)
    faults = [
        f"{each.name}: no lowest version is declared"
        for each in roots
        if not any(part.operator in (">=", "==", "~=") for part in each.specifier)
    ]
    for each in asked_for(roots):
        try:
            version = metadata.version(each.name)
        except metadata.PackageNotFoundError:
            continue
        if not each.specifier.contains(version, prereleases=True):
            faults.append(f"{each}: installed is {version}")
    return list(dict.fromkeys(faults))


def known_weaknesses(packages: Sequence[Found]) -> tuple[list[str], list[str]]:
    """(weaknesses, packages of which nothing is known), as pip-audit has them from the index' service.

    The first package is asked about alone: where the service knows nothing of it, it is not there.
    """
    here = [each for each in packages if each.version]
    weak, unknown = _asked(here[:1])
    if unknown:
        return [], [each.name for each in here]
    more_weak, unknown = _asked(here[1:])
    return weak + more_weak, unknown


def _asked(packages: Sequence[Found]) -> tuple[list[str], list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text("".join(f"{each.name}=={each.version}\n" for each in packages), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--format", "json"]
        command += ["--progress-spinner", "off", "--requirement", str(wanted)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_SERVICE_SECONDS, check=False
            )
            return read_answer(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            return [], [each.name for each in packages]


def read_answer(text: str) -> tuple[list[str], list[str]]:
    """(weaknesses, packages of which nothing is known) in what pip-audit printed.

    Raises:
        ValueError: it is no such answer.
    """
    weak, unknown = [], []
    for each in json.loads(text)["dependencies"]:
        if "skip_reason" in each:
            unknown.append(each["name"])
        for fault in each.get("vulns", ()):
            mended = ", ".join(fault["fix_versions"]) or "nothing yet"
            weak.append(f"{each['name']} {each['version']}: {fault['id']}, mended in {mended}")
    return weak, unknown


def main() -> int:
    """Say what was found; 1 where a licence, a bound or a known weakness stands in the way of a release."""
    roots = declared()
    packages = found(asked_for(roots))
    here = [each for each in packages if each.version]
    print(f"{len(roots)} dependencies declared, {len(here)} packages installed with them")
    for licence in sorted({each.licence for each in here}):
        names = [each.name for each in here if each.licence == licence]
        print(f"  {licence or 'unknown'}: {', '.join(names)}")
    absent = [each for each in packages if not each.version]
    print("only on Windows: " + ", ".join(f"{n} ({ON_WINDOWS[n]})" for n in sorted(ON_WINDOWS)))
    if unseen := [each.name for each in absent if each.name not in ON_WINDOWS]:
        print(f"not installed here, hence NOT looked at: {', '.join(unseen)}")
    faults = [f"licence  {fault}" for fault in licence_faults(packages)]
    faults += [f"bound    {fault}" for fault in bound_faults(roots)]
    weak, unknown = known_weaknesses(packages)
    faults += [f"weakness {fault}" for fault in weak]
    if len(unknown) == len(here):
        print("known weaknesses: the service does not answer here; NOTHING is known of them")
    else:
        print(f"known weaknesses: {len(here) - len(unknown)} packages looked up, {len(weak)} found")
        if unknown:
            print(f"the service knows nothing of: {', '.join(unknown)}")
    for fault in faults:
        print(f"WRONG  {fault}")
    print(f"{len(faults)} wrong" if faults else "nothing wrong")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
