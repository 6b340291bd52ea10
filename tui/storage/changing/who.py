"""Who runs this program: what a journal keeps of the person, for those who read it later."""

import contextlib
import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from tui.storage.codec import Plain
from tui.storage.untrusted import clean

_LOGIN_UID = Path("/proc/self/loginuid")
"""The user that logged in, whatever sudo or su made of them since (pam_loginuid(8)); set once a session."""

_NOBODY = 2**32 - 1
"""What it holds in a process that no login began."""

_LONGEST = 64


class Who(Struct, frozen=True):
    """Who ran a plan. What is not known is empty.

    Attributes:
        user: the user whose rights it had.
        login: the user that had logged in.
        sudo_user: the user that sudo named; a process of root can set it to anything.
        tty: the terminal, such as `/dev/pts/3`.
    """

    user: str = ""
    login: str = ""
    sudo_user: str = ""
    tty: str = ""

    @property
    def person(self) -> str:
        """The best name of the person: who logged in, else who used sudo, else the user."""
        return self.login or self.sudo_user or self.user

    def written(self) -> dict[str, Plain]:
        """As a journal keeps it."""
        return {"user": self.user, "login": self.login, "sudo_user": self.sudo_user, "tty": self.tty}


def who_runs(environ: Mapping[str, str] = os.environ) -> Who:
    """Who runs this process."""
    return Who(
        _name(os.geteuid()),
        _logged_in(),
        clean(environ.get("SUDO_USER", ""), _LONGEST),
        _terminal(),
    )


def who_wrote(event: Mapping[str, Plain]) -> Who:
    """Who is named by the first line of a journal; those of earlier versions name nobody."""
    said = (event.get(name) for name in ("user", "login", "sudo_user", "tty"))
    return Who(*(clean(text, _LONGEST) if isinstance(text, str) else "" for text in said))


def _name(uid: int) -> str:
    with contextlib.suppress(KeyError):
        return clean(pwd.getpwuid(uid).pw_name, _LONGEST)
    return str(uid)


def _logged_in() -> str:
    try:
        uid = int(_LOGIN_UID.read_text())
    except (OSError, ValueError):
        return ""
    return "" if uid == _NOBODY else _name(uid)


def _terminal() -> str:
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):
            return clean(os.ttyname(descriptor), _LONGEST)
    return ""
