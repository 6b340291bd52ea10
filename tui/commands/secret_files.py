"""CHAP secrets for a verb: from files that nobody else may read, or from standard input."""

import stat
import sys
from collections.abc import Iterable, Mapping

from tui.storage.documents import read_with_facts
from tui.storage.files.owner_file import refuse_strangers
from tui.storage.problem import Problem, Refused
from tui.storage.secret import Secret
from tui.storage.untrusted import clean
from tui.words import translate as _

SESSION, SESSION_IN = "session.password", "session.password_in"
DISCOVERY, DISCOVERY_IN = "discovery.password", "discovery.password_in"

_STDIN = "-"
_LONGEST = 4096


def read_secrets(places: Iterable[tuple[str, str]]) -> Mapping[str, Secret]:
    """The secrets that `--secret-file` names, by name; each is one line.

    Raises:
        Refused: a file cannot be read, or others can read it, or it is empty.
    """
    return {name: _from_stdin(name) if path == _STDIN else _from_file(path) for name, path in places}


def _from_stdin(name: str) -> Secret:
    line = sys.stdin.readline(_LONGEST).removesuffix("\n").removesuffix("\r")
    if not line:
        raise Refused(
            Problem(
                "secret.empty",
                _("Standard input holds no secret for {name}.").format(name=name),
                remedy=_("Give one line for each secret, in the order of the options."),
            )
        )
    return Secret(line)


def _from_file(path: str) -> Secret:
    try:
        content, facts = read_with_facts(path)
        text = content.decode()
    except OSError as error:
        raise _unusable(path, error.strerror or "") from error
    except UnicodeDecodeError as error:
        # The error itself would carry the bytes of the secret.
        raise _unusable(path, _("it is not text")) from error
    refuse_strangers(path, facts)
    if facts.st_mode & 0o077:
        raise _unusable(
            path, _("other users can read it (mode {mode:04o})").format(mode=stat.S_IMODE(facts.st_mode))
        )
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise _unusable(path, _("it is empty"))
    return Secret(secret)


def _unusable(path: str, why: str) -> Refused:
    return Refused(
        Problem(
            "secret.unusable",
            _("The secret in {file} cannot be used: {why}.").format(file=clean(path), why=clean(why)),
            remedy=_("Put the secret alone into a file of mode 0600."),
        )
    )
