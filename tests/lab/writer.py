"""Writes numbered, checksummed, fsynced records into a folder of a guest, and tells of every gap.

`python3 -m tests.lab.writer FOLDER` runs until FOLDER/stop exists, then prints what it did as JSON. It never
opens the file anew: an interruption shows as an error or as a gap.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

RECORD = 4096
PAUSE = 0.01
"""Seconds between two records, so that the writer leaves a slow machine to others."""

KEPT = 256
"""Records of the file; then they are written over from the beginning, with higher numbers."""


def record(number: int) -> bytes:
    """One record: its number, a body made of it, and the digest of both."""
    head = f"{number:016d}".encode()
    body = (head * (RECORD // len(head)))[: RECORD - 32]
    return body + hashlib.sha256(body).digest()


def is_whole(block: bytes) -> bool:
    """Whether a record is as it was written."""
    return hashlib.sha256(block[:-32]).digest() == block[-32:]


def main(folder: str) -> None:
    """Write until told to stop, read everything back from the disk, and say what happened."""
    place, stop = Path(folder) / "records", Path(folder) / "stop"
    (Path(folder) / "writer.pid").write_text(str(os.getpid()))
    number, gap, errors = 0, 0.0, []
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    before = time.monotonic()
    while not stop.exists():
        try:
            os.pwrite(handle, record(number), number % KEPT * RECORD)
            os.fsync(handle)
        except OSError as error:
            errors.append(str(error))
            break
        now = time.monotonic()
        gap, number = max(gap, now - before), number + 1
        time.sleep(PAUSE)
        before = time.monotonic()
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    newest = range(max(0, number - KEPT), number)
    damaged = [one for one in newest if os.pread(handle, RECORD, one % KEPT * RECORD) != record(one)]
    damaged += [one for one in newest if not is_whole(os.pread(handle, RECORD, one % KEPT * RECORD))]
    sys.stdout.write(
        json.dumps({"written": number, "gap": round(gap, 3), "errors": errors, "damaged": damaged}) + "\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])
