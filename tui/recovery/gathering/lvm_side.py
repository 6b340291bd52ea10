"""What LVM has written down: its backups of every VG, its settings, its devices file. No disk is read."""

import re
from dataclasses import dataclass, field

from tui.recovery.evidence import BackedUpVolume, Backup, Setting
from tui.recovery.gathering.failing import NotTold, output_of
from tui.storage.host.interface import Command, Host
from tui.storage.probe.reading import text, whole_number
from tui.words import translate as _

BACKUPS = "/etc/lvm/backup"
DEVICES = "/etc/lvm/devices"

_SECTIONS = ("devices", "activation", "global", "local", "backup")

SETTINGS = Command(("lvm", "lvmconfig", "--typeconfig", "full", *_SECTIONS))
"""The settings with their values now, defaults included, in blocks (lvmconfig(8))."""

_LONGEST = 1024 * 1024
"""Characters of a backup that are read."""

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]=,]|[^\s{}\[\]=,"#]+|#[^\n]*')

_SECTOR = 512


@dataclass(slots=True)
class Section:
    """A block of LVM's configuration language: values by key, and blocks by name."""

    values: dict[str, str] = field(default_factory=dict)
    sections: "dict[str, Section]" = field(default_factory=dict)


def read_backups(host: Host) -> tuple[Backup, ...]:
    """Every backup of a VG (vgcfgbackup(8)).

    Raises:
        NotTold: the folder may not be listed.
    """
    try:
        listed = host.names(BACKUPS)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise NotTold(error.strerror or str(error)) from error
    found: list[Backup] = []
    for name in listed:
        path = f"{BACKUPS}/{name}"
        facts = host.facts(path)
        backup = parse_backup(text(host, path)[:_LONGEST], path, facts.modified if facts else 0.0)
        if backup is not None:
            found.append(backup)
    return tuple(found)


def parse_backup(content: str, path: str, written: float) -> Backup | None:
    """Read a backup; None where it is none. Never raises."""
    whole = parse_sections(content)
    for name, group in whole.sections.items():
        volumes = group.sections.get("physical_volumes", Section())
        logical = group.sections.get("logical_volumes", Section())
        if "id" in group.values:
            return Backup(
                name,
                group.values["id"],
                whole_number(group.values.get("seqno", "")) or 0,
                path,
                written,
                tuple(_volume(one) for one in volumes.sections.values() if "id" in one.values),
                tuple(logical.sections),
            )
    return None


def _volume(section: Section) -> BackedUpVolume:
    values = section.values
    sectors = whole_number(values.get("dev_size", "")) or 0
    return BackedUpVolume(
        values["id"], values.get("device", ""), values.get("device_id", ""), sectors * _SECTOR
    )


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
        NotTold: LVM does not tell.
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
        NotTold: it is in use and may not be read.
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
        raise NotTold(_("{name}: {why}").format(name=name, why=error.strerror or error)) from error
