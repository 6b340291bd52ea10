"""Starts the program by a Python that is new enough, where `python3` is an older one.

Python 3.6 understands this file. Distributions keep newer Pythons beside `python3`: RHEL 9 has 3.9, with
packages of 3.11 and 3.12; SLES 15 has 3.6, with one of 3.11.
"""

import os
import sys

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
FOLDERS = ("/usr/bin", "/usr/local/bin")


def start_newer() -> None:
    """Go on where this Python is new enough, else with the newest there is; end where there is none."""
    if sys.version_info >= OLDEST:
        return
    for folder in FOLDERS:
        for name in NEWER:
            python = os.path.join(folder, name)
            if os.access(python, os.X_OK):
                os.execv(python, [python, "-IXutf8", *sys.argv])
    sys.exit("iscsi-console needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])
