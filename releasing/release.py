"""Everything of a release in one folder, with checksums: what a person downloads, unpacks and installs from.

    python dev.py release [FOLDER] [--python 3.12] [--unclean]

Nothing is signed here; docs/release.md says how to.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from crm_xl.builder.build import build
from crm_xl.builder.specs import SHIPPED_BOOKS
from crm_xl.installing.source import SUMS
from releasing import manual, wheelhouse

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ("install.ps1", "install.cmd")
TEXTS = {"CHANGELOG.md": "CHANGELOG.md", "LICENSE": "LICENSE.txt"}
# Beside the scripts, where somebody who has just unpacked the release looks.
FIRST_PAGE = {"docs/install.zh-CN.md": "../install.html"}


def version() -> str:
    """The version that pyproject.toml declares."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def check_clean() -> None:
    """Nothing; what is released is what is committed.

    Raises:
        SystemExit: a tracked file differs from its last commit.
    """
    command = ["git", "status", "--porcelain", "--untracked-files=no"]
    changed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    if changed:
        raise SystemExit(f"not committed:\n{changed}Commit first; --unclean makes a release to try out.")


def check_books(folder: Path) -> None:
    """Nothing; the committed workbook and templates are what the declarations say.

    Args:
        folder: scratch.

    Raises:
        SystemExit: one is stale.
    """
    build(folder)
    stale = []
    for spec in SHIPPED_BOOKS:
        committed, fresh = (root / spec.folder / spec.file_name for root in (ROOT, folder))
        if not committed.exists() or not filecmp.cmp(committed, fresh, shallow=False):
            stale.append(spec.file_name)
    if stale:
        raise SystemExit(f"not as declared: {', '.join(stale)}. Run python dev.py build and commit.")


def check_changelog() -> None:
    """Nothing; CHANGELOG.md tells of this version.

    Raises:
        SystemExit: it does not.
    """
    if f"## {version()}" not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"):
        raise SystemExit(f"CHANGELOG.md says nothing of {version()}.")


def assemble(folder: Path, packages: Path) -> list[Path]:
    """The files of the release, put together in a folder; the list of checksums last.

    Args:
        folder: empty.
        packages: a finished wheelhouse.
    """
    (own,) = packages.glob("crm_xl-*.whl")
    shutil.copy2(own, folder)
    shutil.copytree(packages, folder / "wheelhouse")
    for spec in SHIPPED_BOOKS:
        target = folder / ("" if spec.macros else spec.folder) / spec.file_name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / spec.folder / spec.file_name, target)
    for name in SCRIPTS:
        shutil.copyfile(ROOT / name, folder / name)
    for name, shown in TEXTS.items():
        shutil.copyfile(ROOT / name, folder / shown)
    manual.render(folder / "manual", elsewhere=FIRST_PAGE)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [*files, wheelhouse.write_sums(folder, files)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the release and say what is in it."""
    parser = argparse.ArgumentParser(prog="python dev.py release", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "dist")
    parser.add_argument("--python", default=wheelhouse.PYTHON, help="the version the PCs have (%(default)s)")
    parser.add_argument("--unclean", action="store_true", help="from uncommitted files, to try it out")
    options = parser.parse_args(arguments)
    if not options.unclean:
        check_clean()
    check_changelog()
    folder: Path = options.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".release-", dir=folder.parent) as scratch:
        if not options.unclean:
            check_books(Path(scratch) / "built")
        packages, made = Path(scratch) / "wheelhouse", Path(scratch) / "made"
        wheelhouse.make(packages, options.python)
        made.mkdir()
        files = assemble(made, packages)
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    print(f"crm_xl {version()}: {len(files)} files in {folder}; check with: sha256sum -c {SUMS}")


if __name__ == "__main__":
    main()
