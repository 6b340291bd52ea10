"""Imports every module that defines operations, so that the journal of an earlier process can be read.

An operation is known by its class name once its module was imported (`Operation.kinds`).
"""

import importlib
import pkgutil

from tui.storage import operations

for _module in pkgutil.walk_packages(operations.__path__, f"{operations.__name__}."):
    importlib.import_module(_module.name)
