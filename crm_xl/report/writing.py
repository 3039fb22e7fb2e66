"""From a workbook to report files: analyse, compose, draw, write each file whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crm_xl.analysis.progress import Progress, quiet
from crm_xl.books.atomic import replace_contents
from crm_xl.books.obstacles import told
from crm_xl.books.unbroken import unbroken
from crm_xl.errors import CrmError
from crm_xl.extras import install_command
from crm_xl.refreshing import check
from crm_xl.report.compose import compose
from crm_xl.report.content import Drawing, Report
from crm_xl.report.drawings import chinese_font, picture
from crm_xl.report.markdown import markdown
from crm_xl.report.pdf import pdf_of
from crm_xl.report.word import word
from crm_xl.scratch import scratch_folder

if TYPE_CHECKING:
    from crm_xl.analysis.results import Results
    from crm_xl.books.protocol import Book

PICTURE_FOLDER = "_图"


@dataclass(frozen=True, kw_only=True)
class Made:
    """What was written, and what it was made of."""

    files: tuple[Path, ...]
    results: Results
    drawn: int

    @property
    def message(self) -> str:
        """The closing sentence."""
        names = "、".join(file.name for file in self.files)
        font = "" if chinese_font() else "本机没有中文字体，图未画出。"
        return f"完成：报告已写入 {names}，含 {self.drawn} 幅图。{font}"


def report_path(workbook: Path) -> Path:
    """Where the report of a workbook goes when nobody says: beside it."""
    return workbook.with_name(f"{workbook.stem}_报告.docx")


def write_report(
    source: str | Path | Book,
    out: Path,
    *,
    with_markdown: bool = False,
    with_pdf: bool = False,
    progress: Progress = quiet,
) -> Made:
    """The report files of a workbook's data as it stands; the workbook itself stays as it is.

    Args:
        source: a workbook file, or a book that is open.
        out: the .docx file; an earlier one of that name is kept as a backup.
        with_markdown: also a .md file of that name, and its pictures in a folder beside it.
        with_pdf: also a .pdf file of that name, where LibreOffice is installed.
        progress: told what is being done and the share done.

    Raises:
        CrmError: the workbook or its data cannot be used, the packages for it are not installed, or a file cannot
            be written; nothing is then left half-written.
    """
    if out.suffix.lower() != ".docx":
        raise CrmError("报告的文件名应以 .docx 结尾。", where=out.name, hint="例如 客户分析报告.docx。")
    _need_packages()
    results = check(source, progress=lambda what, share: progress(what, share * 0.6))
    progress("撰写报告", 0.6)
    report = compose(results)
    progress("绘制图表", 0.7)
    pictures = _draw(report)
    no_font = not chinese_font()
    contents = {out: word(report, pictures, no_font=no_font)}
    if with_markdown:
        contents[out.with_suffix(".md")] = _markdown(report, pictures, out, no_font=no_font)
    if with_pdf:
        progress("转换为PDF", 0.8)
        contents[out.with_suffix(".pdf")] = _pdf(contents[out], out)
    progress("写入文件", 0.95)
    with unbroken():
        if with_markdown:
            _write_pictures(pictures, out)
        replace_contents(contents)
    progress("完成", 1.0)
    drawn = sum(png is not None for png in pictures.values())
    return Made(files=tuple(contents), results=results, drawn=drawn)


def _draw(report: Report) -> dict[int, bytes | None]:
    """The picture of every drawing by its index among the parts; none where the machine has no Chinese font."""
    if not chinese_font():
        return {}
    return {
        index: picture(part, report.tables)
        for index, part in enumerate(report.parts)
        if isinstance(part, Drawing)
    }


def _picture_files(pictures: dict[int, bytes | None], out: Path) -> dict[int, Path]:
    """Where the picture of each drawing goes beside a Markdown report."""
    folder = out.with_name(f"{out.stem}{PICTURE_FOLDER}")
    return {
        index: folder / f"{number:02}.png"
        for number, (index, png) in enumerate(pictures.items(), 1)
        if png is not None
    }


def _markdown(report: Report, pictures: dict[int, bytes | None], out: Path, *, no_font: bool) -> bytes:
    files: dict[int, str | None] = {
        index: f"{file.parent.name}/{file.name}" for index, file in _picture_files(pictures, out).items()
    }
    return markdown(report, files, no_font=no_font).encode()


def _write_pictures(pictures: dict[int, bytes | None], out: Path) -> None:
    """Before the pages that show them: a picture that nobody names yet does no harm."""
    contents = {file: pictures[index] or b"" for index, file in _picture_files(pictures, out).items()}
    for file in contents:
        with told(file.parent):
            file.parent.mkdir(exist_ok=True)
    replace_contents(contents, kept=0)


def _pdf(document: bytes, out: Path) -> bytes:
    """The report as PDF, made of a copy: nothing stands beside the workbook before all is finished."""
    with told(out), scratch_folder() as folder:
        copy = folder / out.name
        copy.write_bytes(document)
        return pdf_of(copy)


def _need_packages() -> None:
    try:
        import docx  # noqa: F401 - only whether it is there
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise CrmError(
            "生成报告所需的组件没有安装。", hint=f"请运行 {install_command('report')} 后再试。"
        ) from error
