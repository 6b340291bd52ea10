"""`--version`: of the program; with `--json` also of all that it stands on, for reports."""

import platform
from importlib.metadata import PackageNotFoundError, version as version_of

from tui.language import Spoken
from tui.storage.codec import Plain
from tui.storage.host.local import LocalHost
from tui.storage.printing import json_text, say
from tui.storage.probe.system.tool_versions import read_tool_versions
from tui.storage.untrusted import clean
from tui.words import prose, translate as _

SCHEMA = 1
_LONGEST = 200


def main(spoken: Spoken, *, json: bool) -> int:
    """Print the version, or the document of all versions; and why the language is not the one asked for."""
    own = version_of("iscsi-console")
    if not json:
        say(f"iscsi-console {own}")
        if spoken.instead:
            words = _("English is shown, not {language}.").format(language=clean(spoken.instead, _LONGEST))
            say(prose(words, spoken.reason))
        return 0
    document: dict[str, Plain] = {
        "schema": SCHEMA,
        "iscsi-console": own,
        "python": platform.python_version(),
        "textual": _package("textual"),
        "kernel": platform.release(),
        "tools": dict(read_tool_versions(LocalHost(looking_only=True))),
    }
    say(json_text(document))
    return 0


def _package(name: str) -> str | None:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return None
