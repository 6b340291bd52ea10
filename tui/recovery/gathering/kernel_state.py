"""Small things the kernel tells in sysfs and /proc: error counters, tasks that wait, daemons, hosts."""

import re
from operator import attrgetter

from tui.recovery.facts import DaemonProcess, Ext4Errors, GuestDisk, WaitingTask
from tui.recovery.gathering.failing import NotAvailable
from tui.recovery.gathering.look import Look
from tui.storage.host.interface import Host
from tui.storage.probe.reading import names, number, text, whole_number, word
from tui.words import translate as _

_EXT4 = "/sys/fs/ext4"
_DAEMONS = frozenset(
    {
        *("iscsid", "iscsiadm", "iscsiuio", "multipathd"),
        *("lvm", "pvmove", "lvmpolld", "dmeventd", "lvmlockd"),
    }
)
_MACHINES = ("qemu-", "kvm", "cloud-hyperviso", "firecracker", "crosvm", "VBoxHeadless", "vmware-vmx")
"""How `comm` of a process that is a virtual machine begins (15 characters at most)."""
_TICKS = 100
"""Clock ticks per second in /proc/PID/stat (USER_HZ of Linux)."""
_HOST = re.compile(r"^host(\d{1,9})$")


def read_ext4(host: Host) -> tuple[Ext4Errors, ...]:
    """The counters of every mounted ext4 file system (Documentation/ABI/testing/sysfs-fs-ext4)."""
    found: list[Ext4Errors] = []
    for device in names(host, _EXT4):
        count = number(host, f"{_EXT4}/{device}/errors_count")
        if count is not None:
            first = number(host, f"{_EXT4}/{device}/first_error_time") or 0
            last = number(host, f"{_EXT4}/{device}/last_error_time") or 0
            found.append(Ext4Errors(device, count, first, last))
    return tuple(found)


def read_tasks_and_daemons(look: Look) -> tuple[tuple[WaitingTask, ...], tuple[DaemonProcess, ...]]:
    """The tasks that wait uninterruptibly, and the daemons and tools of storage that run.

    Only /proc/PID/stat and wchan are read, which answer also for a task that hangs.

    Raises:
        NotAvailable: no process at all is shown.
    """
    host = look.host
    uptime = text(host, "/proc/uptime").split()
    since = float(uptime[0]) if uptime else 0.0
    tasks: list[WaitingTask] = []
    daemons: list[DaemonProcess] = []
    seen = False
    for name in names(host, "/proc"):
        if not name.isdecimal():
            continue
        stat = parse_stat(text(host, f"/proc/{name}/stat"))
        if stat is None:
            continue
        seen = True
        command, state, started, parent = stat
        age = max(0.0, since - started / _TICKS)
        if state == "D":
            tasks.append(WaitingTask(int(name), command, word(host, f"/proc/{name}/wchan"), age))
        if command in _DAEMONS:
            daemons.append(DaemonProcess(int(name), command, state, age, parent))
    if not seen:
        raise NotAvailable(_("no process is visible"))
    by_pid = attrgetter("pid")
    return tuple(sorted(tasks, key=by_pid)), tuple(sorted(daemons, key=by_pid))


def read_guests(host: Host) -> tuple[GuestDisk, ...]:
    """The block devices that virtual machines have open; only where their files lead is read (proc(5), fd).

    Raises:
        NotAvailable: no process at all is shown.
    """
    found: set[tuple[int, str, str]] = set()
    seen = False
    for name in names(host, "/proc"):
        stat = parse_stat(text(host, f"/proc/{name}/stat")) if name.isdecimal() else None
        seen = seen or stat is not None
        if stat is None or not stat[0].startswith(_MACHINES):
            continue
        for number_of_file in names(host, f"/proc/{name}/fd"):
            try:
                path = host.link(f"/proc/{name}/fd/{number_of_file}")
            except OSError:
                continue
            if path.startswith("/dev/"):
                found.add((int(name), stat[0], path))
    if not seen:
        raise NotAvailable(_("no process is visible"))
    return tuple(GuestDisk(*task) for task in sorted(found))


def parse_stat(content: str) -> tuple[str, str, int, int] | None:
    """Name, state letter, start in ticks and parent of /proc/PID/stat (proc(5)); None when it is gone."""
    head, _bracket, rest = content.rpartition(")")
    fields = rest.split()
    if len(fields) < 20:
        return None
    return head.partition("(")[2], fields[0], whole_number(fields[19]) or 0, whole_number(fields[1]) or 0


def read_hosts(host: Host) -> tuple[int, ...]:
    """Numbers of the kernel's iSCSI hosts."""
    found = (_HOST.match(name) for name in names(host, "/sys/class/iscsi_host"))
    return tuple(sorted(int(match[1]) for match in found if match is not None))
