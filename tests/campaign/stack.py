"""Random stacks: an array, and what is built on it, decided by a seed alone.

Every target carries one volume of one kind, mounted by a line of fstab, with a file whose checksum is in
`SUMS`. What ought to be there for good is known here and not asked of the program.
"""

from enum import StrEnum
from random import Random

from msgspec import Struct

SUMS = "/root/sums"
"""Checksums of the sentinel files, as `sha256sum` writes them."""

TIMER = 5
"""`replacement_timeout` of every session, in seconds: an outage is decided soon."""


class Kind(StrEnum):
    """What stands between a target's LUNs and its file system."""

    PLAIN = "plain"
    LINEAR = "linear"
    SPAN = "span"
    RAID = "raid"
    THIN = "thin"
    SNAPSHOT = "snapshot"


LUNS = {Kind.SPAN: 2, Kind.RAID: 2}
"""How many LUNs a kind wants, where that is not one."""


class Spelling(StrEnum):
    """How a line of fstab names its file system."""

    UUID = "uuid"
    LABEL = "label"
    PATH = "path"
    MAPPER = "mapper"


class Volume(Struct, frozen=True):
    """What one target carries.

    Attributes:
        number: of the target, from 1.
        kind: what it is built of.
        filesystem: ext4 or xfs.
        spelling: in fstab.
        is_joined: its LUN is reached over two portals and multipath.
    """

    number: int
    kind: Kind
    filesystem: str
    spelling: Spelling
    is_joined: bool

    @property
    def target(self) -> str:
        """Its target's name."""
        return f"iqn.2003-01.org.linux-iscsi.lab:t{self.number}"

    @property
    def portals(self) -> tuple[str, ...]:
        """Where its target is reached."""
        both = ("192.0.2.10:3260", "198.51.100.10:3260")
        return both if self.is_joined else both[(self.number + 1) % 2 :][:1]

    @property
    def luns(self) -> int:
        """How many LUNs it has."""
        return LUNS.get(self.kind, 1)

    @property
    def group(self) -> str:
        """Its VG's name."""
        return f"vg{self.number}"

    @property
    def mount_point(self) -> str:
        """Where it is mounted."""
        return f"/srv/v{self.number}"

    @property
    def path(self) -> str:
        """The LV by LVM's name; only where there is one."""
        return f"/dev/{self.group}/data"

    @property
    def has_group(self) -> bool:
        """Whether LVM is between LUN and file system."""
        return self.kind is not Kind.PLAIN


class Stack(Struct, frozen=True):
    """All that one seed builds."""

    volumes: tuple[Volume, ...]

    @property
    def is_joined(self) -> bool:
        """Whether multipath runs."""
        return any(volume.is_joined for volume in self.volumes)

    @property
    def san(self) -> str:
        """The array, as `tui.lab.san.parse` reads it."""
        lines = [
            *('[[network]]\nname = "a"', 'initiator = ["192.0.2.1/24"]', 'array = ["192.0.2.10/24"]'),
            *('[[network]]\nname = "b"', 'initiator = ["198.51.100.1/24"]', 'array = ["198.51.100.10/24"]'),
        ]
        for volume in self.volumes:
            portals = ", ".join(f'"{portal}"' for portal in volume.portals)
            lines += [f'[[target]]\nname = "{volume.target}"', f"portals = [{portals}]"]
            size = "448M" if volume.filesystem == "xfs" else "160M"
            lines += [f'[[target.lun]]\nnumber = {lun}\nsize = "{size}"' for lun in range(volume.luns)]
        return "\n".join(lines) + "\n"

    @property
    def words(self) -> str:
        """What it is, in a line."""
        return "; ".join(
            f"{volume.mount_point} {volume.filesystem} on {volume.kind}"
            + (" over multipath" if volume.is_joined else "")
            + f", by {volume.spelling}"
            for volume in self.volumes
        )


def stack_of(chance: Random) -> Stack:
    """One to three volumes."""
    joined = chance.random() < 0.35
    return Stack(tuple(_volume(chance, number, joined) for number in range(1, chance.randint(1, 3) + 1)))


def _volume(chance: Random, number: int, joined: bool) -> Volume:
    kind = chance.choice(tuple(Kind))
    spellings = [Spelling.UUID, Spelling.LABEL]
    if kind is not Kind.PLAIN:
        spellings += [Spelling.PATH, Spelling.MAPPER]
    # XFS wants 300 MB and more; a snapshot of it has its UUID, which mount refuses, and that is another test.
    filesystem = "xfs" if kind is Kind.LINEAR and chance.random() < 0.4 else "ext4"
    return Volume(number, kind, filesystem, chance.choice(spellings), joined)


def building(stack: Stack) -> str:
    """The script that builds it on a guest whose array is up."""
    lines = ["set -e", f": > {SUMS}", "systemctl enable --quiet open-iscsi.service iscsid.socket"]
    if stack.is_joined:
        lines += [f"printf '{_EVERY_LUN}' > /etc/multipath.conf", "systemctl restart multipathd.service"]
    else:
        services = "multipathd.service multipathd.socket"
        lines.append(f"systemctl disable --quiet --now {services} 2>/dev/null || true")
    for volume in stack.volumes:
        for portal in volume.portals:
            where = f"iscsiadm -m node -T {volume.target} -p {portal}"
            lines.append(f"{where} -o new >/dev/null")
            lines += [f"{where} -o update -n {name} -v {value}" for name, value in _SETTINGS.items()]
            lines.append(f"{where} -l >/dev/null")
    lines.append(_DISKS)
    for volume in stack.volumes:
        lines += _made(volume)
    return "\n".join((*lines, "systemctl daemon-reload", "sync", "udevadm settle"))


_SETTINGS = {
    "node.startup": "automatic",
    "node.session.timeo.replacement_timeout": TIMER,
    "node.conn[0].timeo.noop_out_interval": 5,
    "node.conn[0].timeo.noop_out_timeout": 8,
}

_EVERY_LUN = "defaults {\\n    find_multipaths no\\n    user_friendly_names yes\\n}\\n"
"""A map over every LUN, also while it has one path only."""

_DISKS = """
for turn in $(seq 600); do
    udevadm settle; ready=1
    for unit in /sys/class/scsi_device/*/device; do
        [ "$(cat $unit/type)" != 0 ] || [ -n "$(ls $unit/block 2>/dev/null)" ] || ready=
    done
    [ -n "$ready" ] && break; sleep 0.1
done
disk() { # TARGET LUN: the disk, or the map over it
    found=
    for session in /sys/class/iscsi_session/session*; do
        [ "$(cat $session/targetname)" = "$1" ] || continue
        for unit in $session/device/target*/*:"$2"/block/*; do found=${unit##*/}; done
    done
    for turn in $(seq 300); do
        held=$(ls /sys/block/$found/holders | head -n 1)
        [ -n "$held" ] || [ -z "$3" ] && break; sleep 0.1
    done
    if [ -n "$held" ]; then echo /dev/mapper/$(cat /sys/block/$held/dm/name); else echo /dev/$found; fi
}
"""


def _made(volume: Volume) -> list[str]:
    """The lines that make a volume, its line of fstab and its sentinel file."""
    joined = "joined" if volume.is_joined else ""
    disks = [f"$(disk {volume.target} {lun} {joined})" for lun in range(volume.luns)]
    group, path = volume.group, volume.path
    lines = [f"set -- {' '.join(disks)}"]
    if volume.has_group:
        lines.append(f"vgcreate -qq {group} $@")
    lines += {
        Kind.PLAIN: [],
        Kind.LINEAR: [f"lvcreate -qq -Wn -l 80%VG -n data {group}"],
        Kind.SPAN: [f"lvcreate -qq -Wn -l 100%FREE -n data {group}"],
        Kind.RAID: [f"lvcreate -qq -Wn --type raid1 -m 1 --nosync -L 96M -n data {group} 2>/dev/null"],
        Kind.THIN: [
            f"lvcreate -qq --type thin-pool -L 96M -n pool {group} 2>/dev/null",
            f"lvcreate -qq -V 80M --thinpool pool -n data {group} 2>/dev/null",
        ],
        Kind.SNAPSHOT: [f"lvcreate -qq -Wn -L 64M -n data {group}"],
    }[volume.kind]
    device = path if volume.has_group else "$1"
    force = "-f" if volume.filesystem == "xfs" else "-F"
    name = {
        Spelling.UUID: f"UUID=$(blkid -s UUID -o value {device})",
        Spelling.LABEL: f"LABEL=v{volume.number}",
        Spelling.PATH: path,
        Spelling.MAPPER: f"/dev/mapper/{group}-data",
    }[volume.spelling]
    where = volume.mount_point
    lines += [
        f"mkfs.{volume.filesystem} -q {force} -L v{volume.number} {device}",
        f"mkdir -p {where}; udevadm settle",
        f'echo "{name} {where} {volume.filesystem} _netdev,nofail 0 2" >> /etc/fstab',
        f"mount {where}",
        f"head -c 1500000 /dev/urandom > {where}/kept; sha256sum {where}/kept >> {SUMS}; sync -f {where}",
    ]
    if volume.kind is Kind.SNAPSHOT:
        lines.append(f"lvcreate -qq -s -L 24M -n before {path} 2>/dev/null")
    return lines
