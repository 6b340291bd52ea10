"""/etc/crypttab: which encrypted devices are opened at boot, and how (crypttab(5))."""

import re

from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.files import CrypttabEntry
from tui.storage.probe.devices.places import DevicePlaces
from tui.storage.probe.mounts.escapes import unescape
from tui.storage.probe.reading import text

CRYPTTAB = "/etc/crypttab"

_FIELD = re.compile(r"[^ \t]+")
_NO_KEY = {"none", "-"}


def parse_crypttab(content: str) -> tuple[CrypttabEntry, ...]:
    """Every entry, in order; comments, blank and broken lines are passed over. Never raises."""
    return tuple(
        entry
        for number, line in enumerate(content.split("\n"), 1)
        if (entry := _entry(number, line)) is not None
    )


def _entry(number: int, line: str) -> CrypttabEntry | None:
    fields = _FIELD.findall(line.rstrip("\r"))
    if len(fields) < 2 or fields[0].startswith("#"):
        return None
    key = unescape(fields[2]) if len(fields) > 2 else ""
    return CrypttabEntry(
        line=number,
        name=unescape(fields[0]),
        spec=unescape(fields[1]),
        key="" if key in _NO_KEY else key,
        options=tuple(unescape(option) for option in "".join(fields[3:4]).split(",") if option),
    )


def read_crypttab(host: Host, places: DevicePlaces) -> tuple[CrypttabEntry, ...]:
    """The entries with the devices they mean today; none where there is no such file."""
    return tuple(
        replace(entry, device=places.of_spec(host, entry.spec))
        for entry in parse_crypttab(text(host, CRYPTTAB))
    )
