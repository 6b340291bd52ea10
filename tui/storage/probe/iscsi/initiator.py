"""The initiator's name, as iscsid and the start scripts read it."""

import re

from tui.storage.host.interface import Host
from tui.storage.model.iscsi import Initiator

INITIATOR_FILE = "/etc/iscsi/initiatorname.iscsi"

_EXACT = re.compile(r"^InitiatorName=[^ \t\r\n]", re.MULTILINE)
"""What Debian's startup-checks.sh asks for; iscsid itself also takes blanks before the key and around `=`."""

_GENERATES = re.compile(r"^GenerateName=yes", re.MULTILINE)


def parse_initiator_file(text: str, path: str = INITIATOR_FILE) -> Initiator:
    """Read the file as iscsid does (usr/iscsi_util.c, cfg_get_string_param); never raises."""
    name = _value(text, "InitiatorName")
    return Initiator(
        name=name,
        alias=_value(text, "InitiatorAlias"),
        path=path,
        generates=_GENERATES.search(text) is not None,
        exact=not name or _EXACT.search(text) is not None,
    )


def read_initiator(host: Host, path: str = INITIATOR_FILE) -> Initiator:
    """The initiator of a host; without a name when there is no file, unreadable where it may not be read."""
    try:
        return parse_initiator_file(host.read(path), path)
    except FileNotFoundError:
        return Initiator(path=path)
    except OSError:
        return Initiator(path=path, readable=False)


def _value(text: str, key: str) -> str:
    """The text after the first `KEY…=` that no `#` precedes; a later `#` is part of the value."""
    for line in text.split("\n"):
        before, found, after = line.partition(key)
        if not found or "#" in before:
            continue
        _rest, equals, value = after.partition("=")
        if equals:
            return value.strip()
    return ""
