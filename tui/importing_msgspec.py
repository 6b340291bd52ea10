"""Imports msgspec without typing_extensions, before anything else does.

msgspec takes three names from typing_extensions where it is installed, as it is for Textual, and from typing
elsewhere (its `_utils.py`). From Python 3.11 on they are the same; importing typing_extensions, and inspect
with it, costs each command as much as a third of all its other imports.
"""

import importlib
import sys
from typing import Any

_LEFT_OUT = "typing_extensions"


def _import() -> None:
    if _LEFT_OUT in sys.modules:
        return
    modules: dict[str, Any] = sys.modules
    # What is None here cannot be imported (the import system, 5.3.1).
    modules[_LEFT_OUT] = None
    try:
        importlib.import_module("msgspec")
    finally:
        del modules[_LEFT_OUT]


_import()
