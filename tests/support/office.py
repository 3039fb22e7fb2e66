"""One headless LibreOffice for a whole test session: load, recalculate, print, look at.

Our environment may be another Python than LibreOffice's, so whatever talks UNO is a small script that its
Python runs (see uno/client.py). Standard library only: dev.py imports it before anything is installed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crm_xl.soffice import clean_environment, soffice, uno_python
from tests.support.patience import Patience

SCRIPTS = Path(__file__).with_name("uno")
RESTART = 81  # a fresh profile makes the program end once with this code, asking to be started again
HUNG_UP = 75  # see uno/client.py: nothing has been asked of LibreOffice, and the script may be run again
MOST_CALLS = 3
START_SECONDS = 60
RUN_SECONDS = 120
PICTURE_SECONDS = 900


class OfficeError(RuntimeError):
    """LibreOffice is missing, did not start, or a script run against it failed."""


def chinese_font() -> bool:
    """Whether a font for Chinese is installed, without which every picture shows empty boxes."""
    if not sys.platform.startswith("linux"):
        return True
    if (fc_list := shutil.which("fc-list")) is None:
        return False
    found = subprocess.run([fc_list, ":lang=zh-cn", "family"], capture_output=True, timeout=60, check=False)
    return bool(found.stdout.strip())


def missing_packages() -> list[str]:
    """Names of the Debian packages whose programs this machine lacks; empty where all is there."""
    present = {
        "libreoffice-calc": soffice() is not None,
        "libreoffice-writer": (program := soffice()) is not None and (program.parent / "libswlo.so").exists(),
        "python3-uno": soffice() is not None and uno_python() is not None,
        "fonts-noto-cjk": chinese_font(),
        "poppler-utils": shutil.which("pdftoppm") is not None,
    }
    return [package for package, there in present.items() if not there]


class HungUpError(OfficeError):
    """LibreOffice ended the connection before a script could ask for anything."""


class Office:
    """A LibreOffice of our own: own profile, own pipe, started on first use, restarted after a failure.

    Args:
        home: an empty folder for its profile and for the copies of workbooks it loads.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.profile = home / "profile"
        self.pipe = f"crm_xl_{os.getpid()}_{secrets.token_hex(4)}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int | None:
        """Of the LibreOffice that runs now; None before the first call and after a failure."""
        return None if self._process is None else self._process.pid

    def run(self, script: Path, *arguments: str | Path, seconds: float = RUN_SECONDS) -> str:
        """What a UNO script printed.

        Args:
            script: a Python file; may import `client`.
            arguments: handed to it as text.
            seconds: how long it may hang, before the whole LibreOffice is killed; the next call starts another.

        Raises:
            OfficeError: it failed or took too long; carries what it wrote to stderr.
        """
        calls = 0
        while True:
            self._ensure_started()
            calls += 1
            try:
                return self._script(script, *arguments, seconds=seconds)
            except HungUpError:
                if calls == MOST_CALLS:
                    raise

    def convert_to_pdf(self, path: Path, out_dir: Path) -> Path:
        """The workbook printed as a PDF of the same name in out_dir."""
        out_dir.mkdir(parents=True, exist_ok=True)
        pdf = (out_dir / f"{path.stem}.pdf").resolve()
        pdf.unlink(missing_ok=True)
        with self.private_copy(path) as copy:
            self.run(SCRIPTS / "to_pdf.py", copy, pdf)
        if not pdf.exists():
            raise OfficeError(f"LibreOffice made no PDF of {path}")
        return pdf

    def render_png(self, path: Path, out_dir: Path, *, dpi: int = 70) -> list[Path]:
        """The workbook's printed pages as pictures, in order."""
        pdf = self.convert_to_pdf(path, out_dir)
        for stale in out_dir.glob(f"{path.stem}-*.png"):
            stale.unlink()
        command = ["pdftoppm", "-r", str(dpi), "-png", str(pdf), str(out_dir / path.stem)]
        subprocess.run(command, check=True, capture_output=True, timeout=PICTURE_SECONDS)
        return sorted(out_dir.glob(f"{path.stem}-*.png"))  # pdftoppm pads page numbers to one width

    @contextlib.contextmanager
    def private_copy(self, path: Path) -> Iterator[Path]:
        """A copy in a folder of its own: a stale lock file beside the original makes loading fail."""
        with tempfile.TemporaryDirectory(dir=self.home) as folder:
            yield Path(shutil.copy(path, folder)).resolve()

    def stop(self) -> None:
        """End LibreOffice and everything it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait(timeout=START_SECONDS)

    def _ensure_started(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        if missing := missing_packages():
            raise OfficeError(
                "missing on this machine: " + ", ".join(missing) + "; `python dev.py test` installs them"
            )
        self.profile.mkdir(parents=True, exist_ok=True)
        for _ in range(3):
            self._launch()
            try:
                self._script(SCRIPTS / "version.py", seconds=START_SECONDS)
            except OfficeError:
                if self._exit_code() != RESTART:
                    self.stop()
                    raise
            else:
                return
        raise OfficeError("LibreOffice keeps asking to be restarted")

    def _launch(self) -> None:
        program = soffice()
        assert program is not None  # missing_packages() names it
        self._process = subprocess.Popen(
            [
                program,
                f"-env:UserInstallation={self.profile.resolve().as_uri()}",
                "--headless",
                "--norestore",
                "--nologo",
                f"--accept=pipe,name={self.pipe};urp;",
            ],
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    def _script(self, script: Path, *arguments: str | Path, seconds: float) -> str:
        python = uno_python()
        assert python is not None  # missing_packages() names it
        environment = {
            **clean_environment(),
            "CRM_XL_OFFICE_PIPE": self.pipe,
            "PYTHONPATH": str(SCRIPTS),
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        child = subprocess.Popen(
            [python, SCRIPTS / "run.py", script, *map(str, arguments)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        office = self._process
        working = [child.pid] if office is None else [child.pid, office.pid]
        patience = Patience(working, seconds)
        while True:
            try:
                printed, complaints = child.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                died = self._exit_code() is not None
                if died or patience.lost():
                    child.kill()
                    child.communicate()
                    why = (
                        f"LibreOffice ended ({self._exit_code()})" if died else f"no answer in {seconds:g} s"
                    )
                    if not died:
                        self.stop()
                    raise OfficeError(f"{script.name}: {why}") from None
        if child.returncode == HUNG_UP:
            raise HungUpError(f"{script.name}: LibreOffice hung up")
        if child.returncode:
            raise OfficeError(f"{script.name} failed ({child.returncode}): {complaints.strip()}")
        return printed
