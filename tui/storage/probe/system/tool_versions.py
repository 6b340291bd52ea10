"""The versions of the tools that everything here stands on, in their own words."""

from tui.storage.host.interface import Command, Host
from tui.storage.untrusted import clean

TOOLS: dict[str, tuple[str, ...]] = {
    "iscsiadm": ("iscsiadm", "--version"),
    "lvm": ("lvm", "version"),
    "multipath": ("multipath", "-h"),
    "cryptsetup": ("cryptsetup", "--version"),
    "mdadm": ("mdadm", "--version"),
    "udevadm": ("udevadm", "--version"),
}
"""What prints the version of each tool; multipath does in the first line of its help."""

_LONGEST = 200


def read_tool_versions(host: Host) -> dict[str, str | None]:
    """The line in which each tool says its version, cleaned; None where it is not installed, or says none."""
    return {name: _version(host, argv) for name, argv in TOOLS.items()}


def _version(host: Host, argv: tuple[str, ...]) -> str | None:
    outcome = host.run(Command(argv))
    if outcome.status == 127:
        return None
    lines = (line.strip() for line in f"{outcome.stdout}\n{outcome.stderr}".split("\n"))
    return clean(next((line for line in lines if any(char.isdigit() for char in line)), ""), _LONGEST) or None
