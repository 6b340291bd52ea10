"""/etc/iscsi-console/accepted.toml: the findings that this host's administrator accepts.

[[accepted]]
code = "F51.not-in-fstab"
key = "mount:/srv/data"     # optional: only there
reason = "The cluster mounts it."
"""

import os
import tomllib

from tui.recovery.arguments import ACCEPTED
from tui.recovery.facts import AcceptedFinding
from tui.recovery.gathering.failing import NotAvailable
from tui.storage.host.interface import FileKind, Host
from tui.storage.untrusted import clean
from tui.words import translate as _

_LARGEST = 64 * 1024
_OTHERS_WRITE = 0o022
_LONGEST = 300
_FIELDS = {"code", "key", "reason"}


def read_accepted(host: Host) -> tuple[AcceptedFinding, ...]:
    """The entries of the file; none where there is no file.

    Raises:
        NotAvailable: it is not a regular file, too large, writable by others, owned by somebody else, or says
            something else; then nothing in it counts.
    """
    facts = host.facts(ACCEPTED)
    if facts is None:
        return ()
    if facts.kind is not FileKind.FILE:
        raise NotAvailable(_("{path} is not a regular file").format(path=ACCEPTED))
    if facts.size > _LARGEST:
        raise NotAvailable(_("{path} is larger than 64 KiB").format(path=ACCEPTED))
    if facts.uid not in {0, os.geteuid()}:
        raise NotAvailable(_("{path} belongs neither to root nor to this user").format(path=ACCEPTED))
    if facts.mode & _OTHERS_WRITE:
        raise NotAvailable(_("{path} can be written by others").format(path=ACCEPTED))
    try:
        return parse_accepted(host.read(ACCEPTED))
    except OSError as error:
        raise NotAvailable(error.strerror or str(error)) from error


def parse_accepted(content: str) -> tuple[AcceptedFinding, ...]:
    """Read the file's text.

    Raises:
        NotAvailable: it is not TOML, or an entry lacks its code or its reason, or has an unknown field.
    """
    try:
        document = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError, UnicodeError) as error:
        raise NotAvailable(clean(f"{ACCEPTED}: {error}", _LONGEST)) from error
    entries = document.get("accepted", [])
    if set(document) - {"accepted"} or not isinstance(entries, list):
        raise NotAvailable(_("{path} may only contain [[accepted]] entries").format(path=ACCEPTED))
    return tuple(_entry(entry, number) for number, entry in enumerate(entries, start=1))


def _entry(entry: object, number: int) -> AcceptedFinding:
    fields = entry if isinstance(entry, dict) else {}
    texts = {name: value for name, value in fields.items() if isinstance(value, str) and value.strip()}
    if set(fields) - _FIELDS or set(texts) != set(fields) or not {"code", "reason"} <= set(texts):
        raise NotAvailable(
            _("{path}, entry {number}: it needs a code and a reason, and may have a key, each a text").format(
                path=ACCEPTED, number=number
            )
        )
    return AcceptedFinding(texts["code"], texts.get("key", ""), clean(texts["reason"], _LONGEST))
