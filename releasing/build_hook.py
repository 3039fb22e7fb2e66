"""What the wheel holds beside the code: the manual as web pages, made while the wheel is built."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PLACE = "crm_xl/shipped/manual"


class ManualHook(BuildHookInterface):  # type: ignore[type-arg]
    """Renders the pages into a scratch folder that the wheel takes in; a checkout has them as Markdown."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the pages; nothing for an editable install, which reads the checkout."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)  # this file is loaded by its path, outside its package
        from releasing import manual

        self._folder = Path(tempfile.mkdtemp(prefix="crm_xl-manual-"))
        manual.render(self._folder)
        build_data["force_include"][str(self._folder)] = _PLACE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the scratch folder."""
        if version != "editable":
            shutil.rmtree(self._folder)
