"""Reading small pieces of a host that may vanish while they are read.

Kernel attributes come and go: ENOENT, ENODEV, ENOTCONN and EIO all mean "nothing to say". Where it matters
why something could not be read, a probe catches OSError itself.
"""

from tui.storage.host.interface import Host

_NOTHING = {"(null)", "<NULL>", "<empty>", "(none)"}
"""What the kernel and open-iscsi print for a value that was never set."""


def text(host: Host, path: str) -> str:
    """The whole text of a file, or empty when it cannot be read."""
    try:
        return host.read(path)
    except (OSError, ValueError):
        return ""


def word(host: Host, path: str) -> str:
    """A one-line attribute without its line end and blanks, or empty when it is unset or unreadable."""
    return meant(text(host, path))


def meant(said: str) -> str:
    """What an attribute's text says: without its line end and blanks, empty when it is unset."""
    value = said.strip()
    return "" if value in _NOTHING else value


def number(host: Host, path: str) -> int | None:
    """A whole number in decimal, or None when the attribute is not there or holds something else."""
    return whole_number(text(host, path))


def names(host: Host, path: str) -> tuple[str, ...]:
    """The names in a folder, or none when it cannot be listed."""
    try:
        return host.names(path)
    except (OSError, ValueError):
        return ()


def entries(host: Host, path: str) -> dict[str, int]:
    """The names in a folder with their inode numbers, or none when it cannot be listed."""
    try:
        return host.entries(path)
    except (OSError, ValueError):
        return {}


def whole_number(value: str) -> int | None:
    """A decimal number of at most 20 digits with an optional minus, or None."""
    value = value.strip()
    digits = value.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 20:
        return None
    return int(value)
