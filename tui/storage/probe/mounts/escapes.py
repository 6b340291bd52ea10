r"""The octal escapes of mountinfo, swaps and fstab, `\040` for a blank (getmntent(3))."""

import re

_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")
_SPECIAL = re.compile(r"[ \t\n\\#]")


def unescape(value: str) -> str:
    """The text that an escaped field stands for; bytes above ASCII come together as UTF-8."""
    if "\\" not in value:
        return value
    raw = _OCTAL.sub(
        lambda match: bytes((int(match[1], 8),)),
        value.encode(errors="surrogateescape"),
    )
    return raw.decode(errors="surrogateescape")


def escape(value: str) -> str:
    """The field that stands for a text: what `unescape` reads back."""
    return _SPECIAL.sub(lambda match: f"\\{ord(match[0]):03o}", value)
