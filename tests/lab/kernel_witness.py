"""Runs in a guest and tells what the kernel shows of sessions and their disks, whenever it changes.

Reads nothing but sysfs, so that what it sees is the kernel's own change and nobody's account of it.
"""

import glob
import json
import os
import sys
import time

SESSIONS = "/sys/class/iscsi_session"


def word(path: str) -> str:
    """A one-line attribute, or empty while it is not there."""
    try:
        with open(path) as file:  # noqa: PTH123 (in a guest every call counts)
            return file.read().strip()
    except OSError:
        return ""


def look() -> dict[str, dict[str, str]]:
    """States of sessions by number; of LUNs by number the disk, its state and its bytes."""
    sessions: dict[str, str] = {}
    luns: dict[str, str] = {}
    for name in sorted(os.listdir(SESSIONS)) if os.path.isdir(SESSIONS) else ():  # noqa: PTH112, PTH208 (likewise)
        sessions[name.removeprefix("session")] = word(f"{SESSIONS}/{name}/state")
        for block in glob.glob(f"{SESSIONS}/{name}/device/target*/*/block/*"):  # noqa: PTH207 (likewise)
            parts = block.split("/")
            size = int(word(f"{block}/size") or 0) * 512
            luns[parts[-3].rpartition(":")[2]] = f"{parts[-1]} {word(f'{block}/device/state')} {size}"
    return {"sessions": sessions, "luns": luns}


def main() -> None:
    """Tell until nobody listens."""
    before: dict[str, dict[str, str]] | None = None
    while True:
        now = look()
        if now != before:
            before = now
            sys.stdout.write(json.dumps(now) + "\n")
            sys.stdout.flush()
        time.sleep(0.04)


main()
