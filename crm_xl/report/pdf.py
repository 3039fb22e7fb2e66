"""A Word file as a PDF, through LibreOffice where this machine has it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from crm_xl.books.obstacles import told
from crm_xl.errors import CrmError
from crm_xl.scratch import scratch_folder
from crm_xl.soffice import clean_environment, soffice

_SECONDS = 120


def pdf_of(document: Path) -> bytes:
    """The content of the PDF file.

    Args:
        document: a .docx file.

    Raises:
        CrmError: LibreOffice is missing, or could not convert the file.
    """
    program = soffice()
    if program is None:
        raise CrmError(
            "生成PDF需要 LibreOffice，本机没有找到。",
            hint="请安装 LibreOffice，或用 Word 打开报告后另存为PDF。",
        )
    with told(document), scratch_folder() as folder:
        # A profile of its own: an office that is open would take the request and print nothing.
        profile = (folder / "profile").as_uri()
        command = [
            str(program), f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "pdf",
            "--outdir", str(folder), str(document.resolve()),
        ]  # fmt: skip
        made = folder / f"{document.stem}.pdf"
        for _ in range(2):  # a fresh profile may make the program end once, asking to be started again
            try:
                subprocess.run(
                    command, env=clean_environment(), capture_output=True, timeout=_SECONDS, check=False
                )
            except subprocess.TimeoutExpired:
                break
            if made.exists():
                return made.read_bytes()
    raise CrmError(
        "LibreOffice 没有生成PDF。",
        where=document.name,
        hint="请确认安装了 LibreOffice 的 Writer 组件，或用 Word 打开报告后另存为PDF。",
    )
