"""The parts of an inventory that change each for themselves."""

from enum import StrEnum


class Topic(StrEnum):
    """A part of the inventory that may have changed."""

    SESSIONS = "sessions"
    DEVICES = "devices"
    LVM = "lvm"
    MOUNTS = "mounts"
    RECORDS = "records"


EVERYTHING = frozenset(Topic)
