"""LVM's metadata backups of a VG, as it keeps them in /etc/lvm/backup and /etc/lvm/archive (vgcfgbackup(8)).

The format is LVM's own configuration text (lvm.conf(5)): `name = value`, `name { … }`, lists in brackets,
comments after `#`. Everything in it comes from a disk in the end, so nothing in it is trusted.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from tui.storage.host.interface import Host
from tui.storage.probe.reading import names, text
from tui.words import translate as _

FOLDERS = ("/etc/lvm/backup", "/etc/lvm/archive")
"""Where LVM keeps them: the state now, and the states before each change."""

_TOKEN = re.compile(r'\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|"|[{}=\[\],]|[^\s{}=\[\],"#]+')
_SECTOR = 512
_DEEPEST = 16
_THIN = frozenset({"thin", "thin-pool"})
_POOLED = frozenset({"cache", "cache-pool", "writecache", "vdo", "vdo-pool", "integrity", *_THIN})

Value = str | int | list["Value"] | dict[str, "Value"]
"""A value of the text: a string, a number, a list, or a section."""


class NotNotes(ValueError):
    """The text is not a metadata backup of LVM."""


class NotedDisk(Struct, frozen=True):
    """A physical volume as the backup has it.

    Attributes:
        key: its name inside the backup: `pv0`.
        uuid: LVM's identity of it.
        hint: the path it had when the backup was written; only a hint.
        size: bytes of the device, 0 when the backup does not say.
        start: bytes before the first extent; all before it is LVM's own.
        extents: how many it has.
        identifier: what LVM's devices file knew it by (`naa.…`), or empty; LVM 2.03.12 and later.
        missing: LVM had marked it as missing.
    """

    key: str
    uuid: str
    hint: str = ""
    size: int = 0
    start: int = 0
    extents: int = 0
    identifier: str = ""
    missing: bool = False


class NotedVolume(Struct, frozen=True):
    """A logical volume as the backup has it.

    Attributes:
        name: its name.
        uuid: LVM's identity of it.
        visible: it is one that people see.
        kinds: the kinds of its segments: striped, thin-pool …
        disks: keys of the physical volumes that its segments lie on.
        parts: names of the volumes that its segments are made of.
    """

    name: str
    uuid: str
    visible: bool = True
    kinds: tuple[str, ...] = ()
    disks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


class GroupNotes(Struct, frozen=True):
    """One metadata backup.

    Attributes:
        path: the file.
        group: name of the volume group.
        uuid: LVM's identity of it.
        number: seqno, one more with every change of the group.
        written: seconds since the epoch, 0 when it does not say.
        description: which command wrote it; untrusted.
        host: on which host; untrusted.
        disks: its physical volumes.
        volumes: its logical volumes, inner ones included.
    """

    path: str
    group: str
    uuid: str
    number: int
    written: int = 0
    description: str = ""
    host: str = ""
    disks: tuple[NotedDisk, ...] = ()
    volumes: tuple[NotedVolume, ...] = ()

    @property
    def has_thin_pool(self) -> bool:
        """A pool has metadata of its own on its disks, which an old backup of the VG would contradict."""
        return any(set(volume.kinds) & _POOLED for volume in self.volumes)

    def disk(self, uuid: str) -> NotedDisk | None:
        """The physical volume with that identity, or None."""
        return next((disk for disk in self.disks if disk.uuid == uuid), None)

    def volumes_on(self, uuid: str) -> tuple[str, ...]:
        """Names of the visible volumes of which some part lies on a physical volume."""
        disk = self.disk(uuid)
        if disk is None:
            return ()
        by_name = {volume.name: volume for volume in self.volumes}

        def lies_there(volume: NotedVolume, seen: frozenset[str]) -> bool:
            inner = (by_name[name] for name in volume.parts if name in by_name and name not in seen)
            return disk.key in volume.disks or any(lies_there(part, seen | {part.name}) for part in inner)

        return tuple(
            volume.name
            for volume in self.volumes
            if volume.visible and lies_there(volume, frozenset({volume.name}))
        )


def parse_notes(content: str, path: str = "") -> GroupNotes:
    """Read the text of one file.

    Raises:
        NotNotes: it is something else, or damaged.
    """
    document = parse_text(content)
    found = [(name, value) for name, value in document.items() if isinstance(value, dict)]
    if len(found) != 1:
        raise NotNotes(_("It does not contain exactly one VG."))
    name, section = found[0]
    uuid, number = section.get("id"), section.get("seqno")
    if not isinstance(uuid, str) or not isinstance(number, int):
        raise NotNotes(_("The VG in it has no UUID."))
    disks = tuple(_disk(key, section) for key, section in _sections(section, "physical_volumes"))
    written = document.get("creation_time")
    return GroupNotes(
        path=path,
        group=name,
        uuid=uuid,
        number=number,
        written=written if isinstance(written, int) else 0,
        description=_word(document, "description"),
        host=_word(document, "creation_host").split("\t")[0],
        disks=disks,
        volumes=tuple(
            _volume(key, section, frozenset(disk.key for disk in disks))
            for key, section in _sections(section, "logical_volumes")
        ),
    )


def read_notes(host: Host, path: str) -> GroupNotes | None:
    """The backup in a file, or None when there is none that can be read."""
    try:
        return parse_notes(text(host, path), path)
    except NotNotes:
        return None


def notes_of(host: Host, group: str) -> tuple[GroupNotes, ...]:
    """Every backup that LVM keeps of a VG, the latest state first."""
    found: list[GroupNotes] = []
    for folder in FOLDERS:
        for name in names(host, folder):
            if name == group or re.fullmatch(rf"{re.escape(group)}_\d+-\d+\.vg", name):
                notes = read_notes(host, f"{folder}/{name}")
                if notes is not None and notes.group == group:
                    found.append(notes)
    return tuple(sorted(found, key=lambda backup: (backup.number, backup.written), reverse=True))


def noted_groups(host: Host) -> tuple[str, ...]:
    """Names of the VGs that LVM keeps backups of, those included that are not there now."""
    backups = set(names(host, FOLDERS[0]))
    archived = (re.sub(r"_\d+-\d+\.vg$", "", name) for name in names(host, FOLDERS[1]))
    return tuple(sorted(name for name in backups | set(archived) if name and not name.startswith(".")))


def _word(section: dict[str, Value], key: str) -> str:
    value = section.get(key)
    return value if isinstance(value, str) else ""


def _count(section: dict[str, Value], key: str) -> int:
    value = section.get(key)
    return max(0, value) if isinstance(value, int) else 0


def _sections(section: dict[str, Value], key: str) -> Iterator[tuple[str, dict[str, Value]]]:
    inner = section.get(key)
    for name, value in inner.items() if isinstance(inner, dict) else ():
        if isinstance(value, dict):
            yield name, value


def _flags(section: dict[str, Value]) -> list[Value]:
    """`status` and `flags`; the latter newer LVM writes only where it is not empty."""
    lists = (section.get("status"), section.get("flags"))
    return [flag for flags in lists if isinstance(flags, list) for flag in flags]


def _disk(key: str, section: dict[str, Value]) -> NotedDisk:
    return NotedDisk(
        key=key,
        uuid=_word(section, "id"),
        hint=_word(section, "device"),
        size=_count(section, "dev_size") * _SECTOR,
        start=_count(section, "pe_start") * _SECTOR,
        extents=_count(section, "pe_count"),
        identifier=_word(section, "device_id"),
        missing="MISSING" in _flags(section),
    )


def _volume(key: str, section: dict[str, Value], disks: frozenset[str]) -> NotedVolume:
    segments = [
        segment
        for name, segment in section.items()
        if name.startswith("segment") and isinstance(segment, dict)
    ]
    named = {word for segment in segments for word in _words_in(segment)}
    return NotedVolume(
        name=key,
        uuid=_word(section, "id"),
        visible="VISIBLE" in _flags(section),
        kinds=tuple(dict.fromkeys(_word(segment, "type") for segment in segments)),
        disks=tuple(sorted(named & disks)),
        parts=tuple(sorted(named - disks - {key})),
    )


def _words_in(segment: dict[str, Value]) -> Iterator[str]:
    for value in segment.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, str))


def parse_text(content: str) -> dict[str, Value]:
    """Read the whole text as it stands.

    Raises:
        NotNotes: it is something else, or damaged.
    """
    tokens = _Tokens(content)
    document = _section(tokens, 0)
    if tokens.next():
        raise NotNotes(_("There is extra text at its end."))
    return document


class _Tokens:
    """The words and signs of the text, without blanks and comments."""

    def __init__(self, content: str) -> None:
        self._found = (
            match[0]
            for match in _TOKEN.finditer(content)
            if not match[0].isspace() and not match[0].startswith("#")
        )

    def next(self) -> str:
        """The next one, empty at the end."""
        return next(self._found, "")


def _section(tokens: _Tokens, depth: int) -> dict[str, Value]:
    if depth > _DEEPEST:
        raise NotNotes(_("It is nested too deeply."))
    found: dict[str, Value] = {}
    while (name := tokens.next()) not in ("", "}"):
        sign = tokens.next()
        if sign == "{":
            found[_plain(name)] = _section(tokens, depth + 1)
        elif sign == "=":
            found[_plain(name)] = _value(tokens)
        else:
            raise NotNotes(_("It is truncated, or not a metadata backup of LVM."))
    if (name == "}") != (depth > 0):
        raise NotNotes(_("It is truncated, or not a metadata backup of LVM."))
    return found


def _value(tokens: _Tokens) -> Value:
    piece = tokens.next()
    if piece != "[":
        return _scalar(piece)
    found: list[Value] = []
    while (piece := tokens.next()) != "]":
        if not piece:
            raise NotNotes(_("It is truncated, or not a metadata backup of LVM."))
        if piece != ",":
            found.append(_scalar(piece))
    return found


def _scalar(piece: str) -> Value:
    if not piece or piece in '{}=[],"':
        raise NotNotes(_("It is truncated, or not a metadata backup of LVM."))
    if piece.startswith('"'):
        return _plain(piece)
    return int(piece) if re.fullmatch(r"-?\d{1,20}", piece) else piece


def _plain(piece: str) -> str:
    return re.sub(r"\\(.)", r"\1", piece[1:-1]) if piece.startswith('"') else piece
