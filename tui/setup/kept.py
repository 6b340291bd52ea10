"""The answers between two visits: written after every step, without secrets, readable by root alone."""

import json

from tui.setup.answers import NOTHING_DECIDED, Answers
from tui.storage.codec import NotDecodable, decode, encode
from tui.storage.documents import parse_json
from tui.storage.host.interface import ChangingHost, Host, Replacement

PATH = "/var/lib/iscsi-console/setup.json"
"""Where the answers are kept."""

_FORM = 1
"""Changes when answers of an older version can no longer be read."""


def keep(host: ChangingHost, answers: Answers, path: str = PATH) -> None:
    """Write the answers down.

    Raises:
        OSError: the file cannot be written.
        Refused: the host is only looked at.
    """
    folder = path.rpartition("/")[0]
    host.make_folder(folder, 0o700)
    content = json.dumps({"form": _FORM, "answers": encode(answers)}, indent=1)
    host.replace(path, content.encode(), Replacement(mode=0o600))


def kept(host: Host, path: str = PATH) -> Answers:
    """The answers of the last visit; none when there are none or another version wrote them."""
    try:
        content = parse_json(host.read(path))
        if not isinstance(content, dict) or content.get("form") != _FORM:
            return NOTHING_DECIDED
        return decode(Answers, content.get("answers"))
    except (OSError, ValueError, NotDecodable):
        return NOTHING_DECIDED


def forget(host: ChangingHost, path: str = PATH) -> None:
    """Throw the answers away: the set-up is finished.

    Raises:
        OSError: the file cannot be removed.
        Refused: the host is only looked at.
    """
    host.remove(path)
