"""Which uevents of storage are listed, and what they mean in a few words (block/genhd.c, dm-uevent.c)."""

import re
from collections.abc import Mapping

from tui.storage.news.happening import Happening, Source, Tone
from tui.storage.untrusted import clean
from tui.words import marked, translate as _

_QUIET = re.compile(r"^(loop|ram|sr|fd)\d")

_ATTENTION = {
    "CAPACITY_DATA_HAS_CHANGED": marked(
        "the target reports that the size of a LUN has changed; a rescan reads it"
    ),
    "REPORTED_LUNS_DATA_HAS_CHANGED": marked(
        "the target reports that its list of LUNs has changed; a rescan finds new ones"
    ),
    "INQUIRY_DATA_HAS_CHANGED": marked("the target reports that a disk's inquiry data has changed"),
    "MODE_PARAMETERS_CHANGED": marked("the target reports that a disk's mode parameters have changed"),
    "THIN_PROVISIONING_SOFT_THRESHOLD_REACHED": marked(
        "the target reports that its space for a LUN is running out"
    ),
    "ASYMMETRIC_ACCESS_STATE_CHANGED": marked("the target reports that the preferred path has changed"),
}
"""Unit attentions that the kernel passes on as SDEV_UA (drivers/scsi/scsi_lib.c)."""


def told_early(action: str, subsystem: str, name: str, properties: Mapping[str, str]) -> bool:
    """Whether an event says all there is to tell before udev has worked on it."""
    if subsystem == "scsi":
        return True
    if name.startswith("dm-"):
        return False
    return action in {"add", "remove"} or properties.get("RESIZE") == "1"


def uevent_happening(
    when: float, action: str, subsystem: str, name: str, properties: Mapping[str, str]
) -> Happening | None:
    """What an event tells a person, or None for one of those that only accompany others.

    Args:
        when: seconds since the epoch.
        action: add, remove, change …
        subsystem: block or scsi; sessions are followed by their state.
        name: the kernel's name of the device.
        properties: the event's own and, where udev runs, what udev found.
    """
    if subsystem == "scsi":
        return _attention(when, action, name, properties)
    if subsystem != "block" or _QUIET.match(name) is not None:
        return None
    subject = f"device:{name}"
    shown = properties.get("DM_NAME", "")
    what = f"{name} {shown}" if shown else name
    if action == "remove":
        return _told(when, f"remove {what}", _("removed"), subject)
    if action == "add":
        if name.startswith("dm-"):
            return None  # A map has its name only with the change that follows.
        return _told(when, f"add {what}", _added(properties), subject, Tone.GOOD)
    if action == "change":
        return _changed(when, what, name, subject, properties)
    return None


def _added(properties: Mapping[str, str]) -> str:
    return _("a partition") if properties.get("DEVTYPE") == "partition" else _("a new disk")


def _changed(
    when: float, what: str, name: str, subject: str, properties: Mapping[str, str]
) -> Happening | None:
    if properties.get("RESIZE") == "1":
        return _told(when, f"change {what} RESIZE=1", _("it has another size"), subject, Tone.GOOD)
    act = properties.get("DM_ACTION", "")
    if act:
        paths = properties.get("DM_NR_VALID_PATHS", "")
        text = f"change {what} {act}" + (f" DM_NR_VALID_PATHS={paths}" if paths else "")
        tone = Tone.WARN if act == "PATH_FAILED" else Tone.GOOD if act == "PATH_REINSTATED" else Tone.PLAIN
        return _told(when, text, _path_words(act, paths), subject, tone)
    if name.startswith("dm-"):
        words = (
            _("suspended during a change") if properties.get("DM_SUSPENDED") == "1" else _("a map is active")
        )
        return _told(when, f"change {what}", words, subject)
    if properties.get("DISK_MEDIA_CHANGE") == "1":
        return None
    content = properties.get("ID_FS_TYPE", "")
    if content:
        words = _("udev checked it again: it carries {content}").format(content=clean(content, 40))
    else:
        words = _("udev checked it again")
    return _told(when, f"change {what}", words, subject)


def _path_words(act: str, paths: str) -> str:
    if act == "PATH_FAILED":
        if paths.isdecimal():
            return _("a path failed; {count} left").format(count=paths)
        return _("a path failed")
    if act == "PATH_REINSTATED":
        return _("a path is back")
    return ""


def _attention(when: float, action: str, name: str, properties: Mapping[str, str]) -> Happening | None:
    attention = properties.get("SDEV_UA", "")
    if action != "change" or not attention:
        return None
    words = _(_ATTENTION.get(attention, ""))
    return _told(when, f"change {name} SDEV_UA={attention}", words, f"lun:{name}", Tone.WARN)


def _told(when: float, text: str, words: str, subject: str, tone: Tone = Tone.PLAIN) -> Happening:
    return Happening(when, Source.EVENT, clean(text), words, subject, tone)
