"""Compiles the catalogues for the wheel, which holds no `.po`; hatchling runs it (`pyproject.toml`)."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface[Any]):
    """Puts the `.mo` of each language into the wheel; an editable one uses the checkout's `.po`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is packed."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from tui.catalogue import FOLDER, compiled  # noqa: PLC0415 (of the tree that is packed)

        self._scratch = tempfile.TemporaryDirectory()
        for number, (place, content) in enumerate(compiled()):
            file = Path(self._scratch.name) / str(number)
            file.write_bytes(content)
            build_data["force_include"][str(file)] = f"tui/{FOLDER.name}/{place.as_posix()}"
