"""Who holds a file system, a disk or swap space: processes, and the kernel itself."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.model.inventory import Unseen


class Hold(StrEnum):
    """How a process holds what it holds."""

    CURRENT_FOLDER = "current-folder"
    ROOT_FOLDER = "root-folder"
    PROGRAM = "program"
    """Its program lies there."""
    OPEN_FILE = "open-file"
    MAPPED_FILE = "mapped-file"
    """A file is part of its memory (mmap(2)): a library, a database."""
    SOCKET = "socket"
    """A socket of the process has its name in a folder there (unix(7))."""
    OPEN_DEVICE = "open-device"
    """The disk itself is open, past any file system."""


_STORAGE_DAEMONS = {
    "iscsid.service",
    "lvm2-monitor.service",
    "multipathd.service",
    "systemd-udevd.service",
}


class Held(Struct, frozen=True):
    """One thing that a process holds.

    Attributes:
        how: in which way.
        path: what, as the kernel names it; a deleted file has ` (deleted)` after it.
        device: kernel name of the block device that it is on, or that it is.
    """

    how: Hold
    path: str
    device: str


class Process(Struct, frozen=True):
    """A process that holds something.

    Attributes:
        pid: its number.
        started: when it began, in clock ticks since the machine started (proc(5), starttime): with the
            number it names the process for good.
        command: its command line, or its short name where that cannot be read.
        user: the name of the user it runs as, or the number.
        unit: the systemd unit it belongs to, or empty.
        container: the container it runs in, `docker 0123456789ab`, or empty.
        waits: it sleeps uninterruptibly (state D): it waits for a disk and does not heed signals.
        elsewhere: it has a mount table of its own.
        ours: it is this program.
        held: what it holds.
    """

    pid: int
    started: int
    command: str
    user: str = ""
    unit: str = ""
    container: str = ""
    waits: bool = False
    elsewhere: bool = False
    ours: bool = False
    held: tuple[Held, ...] = ()

    @property
    def is_storage(self) -> bool:
        """It is a daemon that has disks open because it looks after them, and closes them by itself."""
        return self.unit in _STORAGE_DAEMONS

    @property
    def service(self) -> str:
        """The service to stop for it: its unit, unless that is a person's login; or empty."""
        is_own = self.unit.endswith(".service") and not self.unit.startswith("user@")
        return self.unit if is_own else ""


class KernelHold(StrEnum):
    """How the kernel itself holds something."""

    SWAP = "swap"
    LOOP = "loop"
    """A loop device makes a disk of one of its files, or of the device."""
    NFS_EXPORT = "nfs-export"
    BIND = "bind"
    """A part of the file system is mounted at a second place."""
    BELOW = "below"
    """Something else is mounted in one of its folders."""
    NAMESPACE = "namespace"
    """It is mounted in a mount table of its own, of a container or a service."""
    AUTOMOUNT = "automount"
    """systemd mounts it again as soon as somebody looks there."""
    MAP = "map"
    """A device-mapper device that is not part of LVM or multipath stands on it."""
    RAID = "raid"
    BACKSTORE = "backstore"
    """This host exports it, or one of its files, by the kernel's target (LIO)."""
    CLAIM = "claim"
    """An exclusive open fails, and nothing that this host shows explains it."""


class KernelUser(Struct, frozen=True):
    """One thing of the kernel that holds a device.

    Attributes:
        how: in which way.
        name: the swap area, loop device, exported folder, mount point or map.
        device: kernel name of the device that it holds.
        detail: what else there is to say: who may reach the export, which process has the mount table.
        follows: it goes by itself when the host unmounts.
        unit: of a mount in another mount table: the systemd unit that has the table, or empty.
        container: likewise the container.
    """

    how: KernelHold
    name: str
    device: str
    detail: str = ""
    follows: bool = False
    unit: str = ""
    container: str = ""


class Users(Struct, frozen=True):
    """Everybody who holds some devices, as far as could be seen.

    Attributes:
        processes: by their number.
        kernel: the kernel's own.
        unseen: what could not be looked into.
        own_unit: the systemd unit that this program runs in, or empty.
    """

    processes: tuple[Process, ...] = ()
    kernel: tuple[KernelUser, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    own_unit: str = ""

    def of(self, devices: Iterable[str]) -> "Users":
        """Those who hold one of some devices (kernel names)."""
        wanted = frozenset(devices)
        processes = tuple(
            replace(process, held=held)
            for process in self.processes
            if (held := tuple(file for file in process.held if file.device in wanted))
        )
        kernel = tuple(user for user in self.kernel if user.device in wanted)
        return Users(processes, kernel, self.unseen, self.own_unit)


NOBODY = Users()
"""No users at all."""
