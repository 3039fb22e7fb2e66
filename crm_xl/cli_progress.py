"""What the command line shows of work that takes its time, and says of work that was called off."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from crm_xl.analysis.progress import Progress

STOPPED = 130  # as shells count a program that Ctrl-C ended


class Commands(TyperGroup):
    """The commands; where one is called off, a sentence says what has become of the files."""

    def invoke(self, ctx: Any) -> Any:
        """What the command gives back."""
        from crm_xl.books.unbroken import forget_placed

        forget_placed()
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, typer.Abort):
            typer.echo(called_off(), err=True)
            raise typer.Exit(STOPPED) from None


def called_off() -> str:
    """What a command that was called off leaves behind, in one sentence."""
    from crm_xl.books.unbroken import placed

    if not (files := placed()):
        return "已取消，文件未改动。"
    return f"已停止；在此之前已写好 {'、'.join(file.name for file in files)}，其余文件未改动。"


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A line of progress on a terminal, with an estimate of what is left; silence in a pipe or a schedule."""
    if sys.stderr.isatty():
        with _bar() as progress:
            yield progress
    else:
        from crm_xl.analysis.progress import quiet

        yield quiet


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    from crm_xl.books.pace import Pace

    pace = Pace()

    class Left(ProgressColumn):
        """What is left; asked for anew several times a second, so that it counts down."""

        def render(self, task: Task) -> Text:
            return Text(pace.words)

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), Left())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=pace.told(share))
