"""File systems, mounts, swap, and what happens to them at boot; sizes in bytes."""

from msgspec import Struct


class Filesystem(Struct, frozen=True):
    """A file system found on a block device (ID_FS_USAGE=filesystem of udev)."""

    device: str
    """Kernel name of the device that holds it."""
    kind: str
    uuid: str = ""
    label: str = ""
    others: tuple[str, ...] = ()
    """Kernel names of its other devices: of a btrfs on several; each has an entry of its own."""


class Mount(Struct, frozen=True):
    """A line of /proc/self/mountinfo whose source is a block device.

    Attributes:
        source: as the kernel shows it, `/dev/mapper/vg-lv`.
        device: kernel name of the block device, or empty where it could not be matched.
        target: the mount point.
        kind: file system type.
        options: mount and superblock options, in that order, without repeats.
        root: the folder of the file system that is mounted, `/` unless it is a bind mount.
        size: of the file system, or None where it does not answer.
        used: likewise.
        available: likewise.
        others: kernel names of further devices its file system stands on: of a btrfs on several, an external
            journal of ext4, a log or realtime device of XFS.
    """

    source: str
    device: str
    target: str
    kind: str
    options: tuple[str, ...] = ()
    root: str = "/"
    size: int | None = None
    used: int | None = None
    available: int | None = None
    others: tuple[str, ...] = ()

    @property
    def devices(self) -> tuple[str, ...]:
        """Kernel names of every block device that the file system stands on, the mounted one first."""
        return (*((self.device,) if self.device else ()), *self.others)

    @property
    def read_only(self) -> bool:
        """Mounted read-only, or turned read-only by the kernel after an error."""
        return "ro" in self.options


class Swap(Struct, frozen=True):
    """A line of /proc/swaps."""

    path: str
    device: str
    size: int
    used: int
    priority: int = -1
    """Higher is used first; below 0 the kernel chose it (swapon(2))."""


class FstabEntry(Struct, frozen=True):
    """A line of /etc/fstab (fstab(5)).

    Attributes:
        line: its number, from 1.
        spec: what to mount: `UUID=…`, `/dev/mapper/…`.
        mount_point: where, octal escapes resolved; in an inventory without closing or doubled slashes.
        kind: file system type.
        options: mount options, in order.
        frequency: fifth field, for dump(8).
        pass_number: sixth field, for fsck(8).
        device: kernel name of the device the spec resolves to, or empty.
        place: where the mount point leads, symbolic links resolved, as mount(8) does; or empty for the same.
    """

    line: int
    spec: str
    mount_point: str
    kind: str
    options: tuple[str, ...] = ()
    frequency: int = 0
    pass_number: int = 0
    device: str = ""
    place: str = ""

    @property
    def places(self) -> frozenset[str]:
        """The mount point, and where it leads: the kernel shows that one."""
        return frozenset({self.mount_point, self.place or self.mount_point})


class CrypttabEntry(Struct, frozen=True):
    """A line of /etc/crypttab (crypttab(5)).

    Attributes:
        line: its number, from 1.
        name: of the mapping below /dev/mapper.
        spec: the encrypted device: `UUID=…`, `/dev/vg/lv`.
        key: the third field as it stands, a path or `PATH:DEVICE`; empty for `none` and where it is missing.
        options: in order; `luks,discard`.
        device: kernel name of the device the spec resolves to, or empty.
    """

    line: int
    name: str
    spec: str
    key: str = ""
    options: tuple[str, ...] = ()
    device: str = ""

    @property
    def key_file(self) -> str:
        """The path of a key file on this host's own file systems, or empty: a person or a token opens it.

        A socket (AF_UNIX) or a file on another device (`PATH:DEVICE`) is none, and a random key makes a new
        volume at every boot, whose content does not last.
        """
        lasting = self.key.startswith("/") and ":" not in self.key and not self.key.startswith("/dev/")
        return self.key if lasting else ""

    @property
    def at_boot(self) -> bool:
        """The boot opens it: it does not say noauto."""
        return "noauto" not in self.options
