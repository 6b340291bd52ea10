"""What a person prefers on every terminal: config.toml, of the host and of the person.

    look = "light"         # full, light, sixteen, mono
    glyphs = "ascii"       # unicode, cp437, ascii
    language = "zh_CN"     # en, or a language of tui/locale
    mouse = false

The host's is /etc/iscsi-console/config.toml, the person's is below $XDG_CONFIG_HOME (XDG Base Directory
Specification). The person's goes before the host's, and a variable of the environment before both.
"""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

PROGRAM = "iscsi-console"
HOST_FILE = Path("/etc/iscsi-console/config.toml")

_LARGEST = 64 * 1024
_LONGEST = 300


Choices = Mapping[str, tuple[str, frozenset[str]]]
"""For each key of a file its variable of the environment, and the values that it may have."""


def files() -> tuple[Path, ...]:
    """Return the host's file and the person's, which need not be there."""
    own = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    return HOST_FILE, own / PROGRAM / "config.toml"


def apply_preferences(paths: tuple[Path, ...], choices: Choices, environ: MutableMapping[str, str]) -> None:
    """Set the variables that files name, those that are set already excepted.

    Args:
        paths: the files, the weaker before the stronger one.
        choices: what may be said in them.
        environ: the variables of the environment.

    Raises:
        ConsoleError: a file cannot be read, is not TOML, or says something that cannot be.
    """
    said: dict[str, str] = {}
    for path in paths:
        said |= _read(path, choices)
    for key, value in said.items():
        environ.setdefault(choices[key][0], value)


def _read(path: Path, choices: Choices) -> dict[str, str]:
    import tomllib  # noqa: PLC0415 (most hosts have no such file)

    from tui.storage.documents import read_bounded  # noqa: PLC0415 (likewise)

    try:
        document = tomllib.loads(read_bounded(path, _LARGEST).decode())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise _wrong(path, error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, RecursionError, UnicodeError) as error:
        raise _wrong(path, str(error)) from error
    said: dict[str, str] = {}
    for key, value in document.items():
        if key not in choices:
            known = enumerated(choices)
            raise _wrong(path, _('unknown key "{key}"; valid keys: {known}').format(key=key, known=known))
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        if text not in choices[key][1]:
            valid = enumerated(sorted(choices[key][1]))
            raise _wrong(path, _("{key}: valid values: {valid}").format(key=key, valid=valid))
        said[key] = text
    return said


def _wrong(path: Path, why: str) -> ConsoleError:
    return ConsoleError(
        Problem(
            "preferences.unusable",
            _("{path} cannot be used.").format(path=path),
            clean(why, _LONGEST),
            _("Correct it, or move it away."),
        )
    )
