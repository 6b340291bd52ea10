"""One entry of systemd's journal, as `journalctl --output=json` writes it (systemd.journal-fields(7))."""

import re

from msgspec import Struct

from tui.storage.documents import parse_json

FIELDS = ("MESSAGE", "SYSLOG_FACILITY", "_BOOT_ID", "_SOURCE_MONOTONIC_TIMESTAMP", "_TRANSPORT")
"""What `journalctl --output-fields` is asked for; times and cursor come in any case."""

_STAMP = re.compile(r"[0-9]{1,17}\Z")
"""Microseconds since the epoch, up to a year that the calendar has."""

_KERNEL_FACILITY = "0"
"""Of the kernel itself; what root writes to /dev/kmsg comes by the same transport with another one."""


class JournalEntry(Struct, frozen=True):
    """One entry.

    Attributes:
        when: seconds since the epoch, by the clock of that time.
        text: the message, not cleaned.
        boot: the boot that it is of (sd-id128(3)), empty where it was not asked for.
        monotonic: seconds since that boot, which no change of the clock touches.
        is_of_kernel: the kernel itself wrote it.
    """

    when: float
    text: str
    boot: str = ""
    monotonic: float = 0.0
    is_of_kernel: bool = False


def journal_entry(line: bytes | str) -> JournalEntry | None:
    """The entry of one line; None when it has no message or no time, or a process wrote it to /dev/kmsg.

    Args:
        line: a JSON object. A message that is not UTF-8 comes as a list of bytes.
    """
    try:
        fields = parse_json(line)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    message, received = fields.get("MESSAGE"), _microseconds(fields.get("__REALTIME_TIMESTAMP"))
    if isinstance(message, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in message):
        message = bytes(message).decode(errors="replace")
    if not isinstance(message, str) or received is None:
        return None
    is_of_kernel = fields.get("_TRANSPORT") == "kernel"
    if is_of_kernel and fields.get("SYSLOG_FACILITY") != _KERNEL_FACILITY:
        return None
    arrived = _microseconds(fields.get("__MONOTONIC_TIMESTAMP")) or 0
    # Lines of the early boot reach the journal late: the kernel's own time is when they were written.
    written = _microseconds(fields.get("_SOURCE_MONOTONIC_TIMESTAMP")) if is_of_kernel else None
    late = arrived - written if written is not None and written <= arrived else 0
    boot = fields.get("_BOOT_ID")
    return JournalEntry(
        (received - late) / 1e6,
        message.strip(),
        boot if isinstance(boot, str) else "",
        (arrived - late) / 1e6,
        is_of_kernel,
    )


def _microseconds(value: object) -> int | None:
    return int(value) if isinstance(value, str) and _STAMP.match(value) else None
