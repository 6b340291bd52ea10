"""Names of systemd units for paths, and values in unit files (systemd.unit(5), systemd-escape(1))."""

LONGEST = 255
"""Characters of a unit's name with its suffix (UNIT_NAME_MAX of systemd, less the closing zero)."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.")


def escape_path(path: str) -> str:
    r"""A path as part of a unit's name: `/srv/my data` becomes `srv-my\x20data`."""
    parts = [part for part in path.split("/") if part]
    if not parts:
        return "-"
    return "-".join(_escape(part, first=number == 0) for number, part in enumerate(parts))


def mount_unit(mount_point: str) -> str:
    """The name of the mount unit of a mount point: `srv-data.mount`."""
    return f"{escape_path(mount_point)}.mount"


def device_unit(path: str) -> str:
    """The name of the device unit of a path below /dev."""
    return f"{escape_path(path)}.device"


def crypt_unit(name: str) -> str:
    """The name of the unit that opens a volume of crypttab: `systemd-cryptsetup@NAME.service`."""
    return f"systemd-cryptsetup@{_escape(name, first=True)}.service"


def unit_value(text: str) -> str:
    """Text as a value in a unit file, where `%` begins a specifier (systemd.unit(5), SPECIFIERS)."""
    return text.replace("%", "%%")


def _escape(part: str, *, first: bool) -> str:
    escaped = []
    for number, byte in enumerate(part.encode(errors="surrogateescape")):
        character = chr(byte)
        leading_dot = first and number == 0 and character == "."
        escaped.append(character if character in _PLAIN and not leading_dot else f"\\x{byte:02x}")
    return "".join(escaped)
