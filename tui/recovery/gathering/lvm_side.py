"""What LVM has written down: its notes on every VG, its settings, its devices file. No disk is read."""

import re

from msgspec import Struct, field

from tui.recovery.facts import Setting
from tui.recovery.gathering.failing import NotAvailable, output_of
from tui.recovery.gathering.look import Look
from tui.storage.host.interface import Command, Host
from tui.storage.lvm.metadata_backup import FOLDERS, GroupNotes, noted_groups, notes_of
from tui.words import translate as _

DEVICES = "/etc/lvm/devices"

_SECTIONS = ("devices", "activation", "global", "local", "backup")

SETTINGS = Command(("lvm", "lvmconfig", "--typeconfig", "full", *_SECTIONS))
"""The settings with their values now, defaults included, in blocks (lvmconfig(8))."""

_MOST = 12
"""Notes of one group that are kept: the state now, and those before the latest changes."""

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]=,]|[^\s{}\[\]=,"#]+|#[^\n]*')


class Section(Struct):
    """A block of LVM's configuration language: values by key, and blocks by name."""

    values: dict[str, str] = field(default_factory=dict)
    sections: "dict[str, Section]" = field(default_factory=dict)


def read_notes(host: Host) -> tuple[GroupNotes, ...]:
    """LVM's notes on every group it knows or knew, of each the latest first, and of each only some.

    Raises:
        NotAvailable: the folders may not be listed.
    """
    for folder in FOLDERS:
        try:
            host.names(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise NotAvailable(error.strerror or str(error)) from error
    return tuple(notes for group in noted_groups(host) for notes in notes_of(host, group)[:_MOST])


def parse_sections(content: str) -> Section:
    """Read LVM's configuration language (lvm.conf(5)): nested blocks, values as they stand, lists dropped."""
    whole = Section()
    open_ones = [whole]
    words = [word for word in _WORD.findall(content) if not word.startswith("#")]
    number = 0
    while number < len(words):
        word = words[number]
        following = words[number + 1] if number + 1 < len(words) else ""
        if following == "{":
            section = Section()
            open_ones[-1].sections[word.strip('"')] = section
            open_ones.append(section)
            number += 2
        elif following == "=":
            value = words[number + 2] if number + 2 < len(words) else ""
            if value == "[":
                end = next((at for at in range(number, len(words)) if words[at] == "]"), len(words))
                value = " ".join(words[number + 2 : end + 1])
                number = end + 1
            else:
                number += 3
            open_ones[-1].values[word] = value.strip('"')
        else:
            if word == "}" and len(open_ones) > 1:
                open_ones.pop()
            number += 1
    return whole


def read_settings(host: Host) -> tuple[Setting, ...]:
    """The settings of LVM about devices, activation and identity, defaults included.

    Raises:
        NotAvailable: LVM does not tell.
    """
    whole = parse_sections(output_of(host.run(SETTINGS)))
    found = [
        Setting(f"{name}/{key}", value)
        for name in _SECTIONS
        for key, value in whole.sections.get(name, Section()).values.items()
    ]
    outcome = host.run(Command(("lvm", "systemid")))
    if outcome.ok:
        found.append(Setting("systemid", outcome.stdout.partition(":")[2].strip()))
    return tuple(found)


def read_devices_file(host: Host, settings: tuple[Setting, ...]) -> str:
    """The text of the devices file, or empty where LVM uses none (lvmdevices(8)).

    Raises:
        NotAvailable: it is in use and may not be read.
    """
    known = {setting.name: setting.value for setting in settings}
    if known.get("devices/use_devicesfile") != "1":
        return ""
    name = known.get("devices/devicesfile") or "system.devices"
    try:
        return host.read(f"{DEVICES}/{name}")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise NotAvailable(_("{name}: {why}").format(name=name, why=error.strerror or error)) from error


def read_lvm(look: Look) -> tuple[tuple[Setting, ...], str]:
    """The settings of LVM, and the text of its devices file.

    Raises:
        NotAvailable: one of them cannot be read.
    """
    settings = read_settings(look.host)
    return settings, read_devices_file(look.host, settings)
