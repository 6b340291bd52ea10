"""What the caller's environment may decide: how the terminal is used, and nothing that is run or loaded.

sudo(8) clears most of an environment, su(1) and `sudo -E` do not. As root these variables would choose code
(TEXTUAL_DRIVER names a class to import), files to write (TEXTUAL_LOG, TMPDIR), or the programs that libraries
start (PATH, for ctypes.util.find_library).
"""

from collections.abc import MutableMapping

from tui.words import NO_LANGUAGE, languages

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_TERMINAL = (
    "TERM",
    "COLORTERM",
    "COLORFGBG",
    "NO_COLOR",
    "COLUMNS",
    "LINES",
    "ESCDELAY",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "TZ",
    "SSH_CONNECTION",
    "ISCSI_CONSOLE_LOOK",
    "ISCSI_CONSOLE_GLYPHS",
    "ISCSI_CONSOLE_MOUSE",
    "ISCSI_CONSOLE_LANGUAGE",
    "XDG_CONFIG_HOME",
)
_OF_TEXTUAL = (
    "TEXTUAL_COLOR_SYSTEM",
    "TEXTUAL_ANIMATIONS",
    "TEXTUAL_SMOOTH_SCROLL",
    "TEXTUAL_DISABLE_KITTY_KEY",
    "TEXTUAL_FPS",
)
"""What `tui.terminal` sets, and a person may: numbers and words, no names of code or files."""

_FOLDERS = (
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "ISCSI_CONSOLE_LAB",
    "SUDO_USER",
    "SUDO_UID",
    "HOME",
    "USER",
    "LOGNAME",
)
"""Where the program keeps what is the person's own; practice uses them and never runs as root on a host."""


def confine(environ: MutableMapping[str, str], *, is_root: bool) -> None:
    """Take out of the environment what must not decide anything.

    Args:
        environ: the environment of this process, changed in place.
        is_root: then only what is known to be harmless stays; else only languages are looked at.
    """
    if is_root:
        _keep_only((*_TERMINAL, *_OF_TEXTUAL, *_FOLDERS), environ)
        environ["PATH"] = SEARCH_PATH
    # argparse asks gettext for its own sentences, which takes a path for a language in any of its variables.
    environ["LANGUAGE"] = ":".join(languages(environ)) or NO_LANGUAGE


def _keep_only(names: tuple[str, ...], environ: MutableMapping[str, str]) -> None:
    for name in set(environ) - set(names):
        del environ[name]
