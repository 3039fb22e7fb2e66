"""The command line as a person types it, in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from crm_xl import cli

Run = Callable[..., tuple[int, str, str]]


def typed_at(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *first: str) -> Run:
    """What runs `crm-xl` with the first words and further ones; gives exit code, output, error output."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["crm-xl", *first, *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return command
