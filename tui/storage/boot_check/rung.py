"""The rungs of the boot check, and what was found at one."""

from enum import StrEnum

from msgspec import Struct

from tui.words import translate as _


class Rung(StrEnum):
    """What is checked, in the order in which the boot needs it."""

    NAME = "name"
    SERVICES = "services"
    RECORD = "record"
    CHAP = "chap"
    PORTAL = "portal"
    MULTIPATH = "multipath"
    GROUP = "group"
    VOLUME = "volume"
    FILESYSTEM = "filesystem"
    MOUNT = "mount"
    OPTIONS = "options"
    FOLDER = "folder"
    LEFTOVERS = "leftovers"

    @property
    def label(self) -> str:
        """The rung in the person's language, a word or two."""
        return {
            Rung.NAME: _("Initiator name"),
            Rung.SERVICES: _("Services"),
            Rung.RECORD: _("Login"),
            Rung.CHAP: _("CHAP"),
            Rung.PORTAL: _("Portal"),
            Rung.MULTIPATH: _("Multipath"),
            Rung.GROUP: _("Volume group"),
            Rung.VOLUME: _("Volume"),
            Rung.FILESYSTEM: _("File system"),
            Rung.MOUNT: _("Mount"),
            Rung.OPTIONS: _("Mount options"),
            Rung.FOLDER: _("Mount point"),
            Rung.LEFTOVERS: _("Old rc.local lines"),
        }[self]


class Checked(Struct, frozen=True):
    """One thing that was checked.

    Attributes:
        rung: what it belongs to.
        holds: True, False, or None where it cannot be known from here.
        words: what was found, a sentence.
        remedy: what to do about it, or empty.
    """

    rung: Rung
    holds: bool | None
    words: str
    remedy: str = ""
