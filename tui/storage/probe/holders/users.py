"""Who holds file systems and disks, read from /proc and sysfs alone.

Nothing is asked of the file systems themselves: links of /proc are read, not followed, and of a process that
waits for a disk (state D) neither the memory map nor the command line is touched, since reading those can
wait with it.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory, Unseen
from tui.storage.model.users import Held, Hold, Process, Users
from tui.storage.probe.holders.cgroup import parse_cgroup
from tui.storage.probe.holders.kernel_users import read_kernel_users
from tui.storage.probe.mounts.mount_tables import DeviceNumbers, MountTable
from tui.storage.probe.reading import names, text, whole_number
from tui.words import translate as _, translate_count

_KERNEL_THREAD = 0x00200000
"""PF_KTHREAD in the flags of /proc/PID/stat (proc(5), field 9)."""

_DEEPEST = 3
"""Slashes in the name of a disk: /dev/sda, /dev/mapper/vg-lv."""

_FOLDERS = (("cwd", Hold.CURRENT_FOLDER), ("root", Hold.ROOT_FOLDER), ("exe", Hold.PROGRAM))


def read_users(host: Host, inventory: Inventory, devices: Iterable[str]) -> Users:
    """Everybody who holds one of some block devices, or a file system on one.

    Args:
        host: the machine.
        inventory: what was read of it.
        devices: kernel names; of each its mounts in every mount table are looked at.

    Returns:
        The holders. Without root most processes cannot be looked into; `unseen` says how many.
    """
    wanted = dict.fromkeys(devices)
    numbers = DeviceNumbers(device for name in wanted if (device := inventory.device(name)) is not None)
    look = _Look(host, numbers)
    processes = tuple(look.processes())
    unseen: list[Unseen] = []
    if look.hidden:
        what = translate_count("{count} process", "{count} processes", look.hidden)
        unseen.append(Unseen(what.format(count=look.hidden), _("Only root can see what they use.")))
    if look.blind:
        unseen.append(Unseen(_("processes"), _("/proc shows none, so its users are unknown.")))
    kernel = read_kernel_users(host, inventory, tuple(wanted), tuple(look.tables.values()))
    own_unit, _container = parse_cgroup(text(host, "/proc/self/cgroup"))
    return Users(processes, kernel, tuple(unseen), own_unit)


class Stat(Struct, frozen=True):
    """What /proc/PID/stat says without touching the memory of the process (proc(5)).

    Attributes:
        pid: its number.
        parent: the number of the process that started it.
        name: its short name.
        state: one letter: R running, S asleep, D waiting for a disk, Z ended.
        kernel_thread: it is a part of the kernel.
        started: when it began, in clock ticks since the machine started.
    """

    pid: int
    parent: int
    name: str
    state: str
    kernel_thread: bool
    started: int


class _Look:
    """One walk over /proc."""

    def __init__(self, host: Host, numbers: DeviceNumbers) -> None:
        self._host, self._numbers = host, numbers
        self._self = _link(host, "/proc/self")
        self._own_space = _link(host, "/proc/self/ns/mnt")
        own = numbers.table(text(host, "/proc/self/mountinfo"), 0, own=True)
        self.tables: dict[str, MountTable] = {self._own_space: own}
        self._sockets = _bound_sockets(text(host, "/proc/net/unix"))
        self._users: dict[int, str] | None = None
        self.hidden = 0
        """How many processes could not be looked into."""
        self.blind = False
        """No process was to be seen at all, not even this one: /proc is not there, or was not captured."""

    def processes(self) -> Iterator[Process]:
        """Those that hold something, by number."""
        found = [name for name in names(self._host, "/proc") if name.isdigit()]
        self.blind = not found
        for name in sorted(found, key=int):
            stat = parse_stat(text(self._host, f"/proc/{name}/stat"))
            if stat is None or stat.kernel_thread or stat.state in "ZX":
                continue
            held = self._held(f"/proc/{name}", stat)
            if held:
                yield self._described(name, stat, held)

    def _held(self, place: str, stat: Stat) -> tuple[Held, ...]:
        try:
            space = self._host.link(f"{place}/ns/mnt")
            root = self._host.link(f"{place}/root")
        except OSError as error:
            # It ended meanwhile, which hides nothing.
            self.hidden += isinstance(error, PermissionError)
            return ()
        table = self._table(space, place, root)
        found: dict[Held, None] = {}
        for link, how in _FOLDERS:
            target = root if link == "root" else _link(self._host, f"{place}/{link}")
            if target and (device := table.device_of(_living(target))):
                found[Held(how, target, device)] = None
        for file in self._open(place, table):
            found[file] = None
        if stat.state != "D":
            files = {file.path for file in found}
            for file in self._mapped(place):
                if file.path not in files:
                    found[file] = None
        return tuple(found)

    def _table(self, space: str, place: str, root: str) -> MountTable:
        if space not in self.tables:
            content = text(self._host, f"{place}/mountinfo")
            process = whole_number(place.rpartition("/")[2]) or 0
            self.tables[space] = self._numbers.table(content, process, root or "/")
        return self.tables[space]

    def _open(self, place: str, table: MountTable) -> Iterator[Held]:
        for number in names(self._host, f"{place}/fd"):
            target = _link(self._host, f"{place}/fd/{number}")
            if target.startswith("/"):
                if device := self._opened_device(place, target):
                    yield Held(Hold.OPEN_DEVICE, target, device)
                elif device := table.device_of(_living(target)):
                    yield Held(Hold.OPEN_FILE, target, device)
            elif target.startswith("socket:[") and target[8:-1] in self._sockets:
                path = self._sockets[target[8:-1]]
                if device := table.device_of(path):
                    yield Held(Hold.SOCKET, path, device)

    def _opened_device(self, place: str, target: str) -> str:
        """The device that an open file is, by its name, or by its number in the process's own /dev."""
        if found := self._numbers.at(target):
            return found
        if not target.startswith("/dev/") or target.count("/") > _DEEPEST:
            return ""
        facts = self._host.facts(f"{place}/root{target}")
        return self._numbers.with_number(facts.device) if facts is not None and facts.device else ""

    def _mapped(self, place: str) -> Iterator[Held]:
        content = ""
        for number, device in self._numbers.numbers.items():
            major, minor = (whole_number(part) for part in number.partition(":")[::2])
            if major is None or minor is None:
                continue
            content = content or text(self._host, f"{place}/maps")
            mark = f" {major:02x}:{minor:02x} "
            if mark not in content:
                continue
            for line in content.split("\n"):
                fields = line.split(maxsplit=5)
                if mark in line and len(fields) == 6 and fields[3] == mark.strip():
                    yield Held(Hold.MAPPED_FILE, fields[5], device)

    def _described(self, name: str, stat: Stat, held: tuple[Held, ...]) -> Process:
        place = f"/proc/{name}"
        waits = stat.state == "D"
        command = "" if waits else text(self._host, f"{place}/cmdline").replace("\0", " ").strip()
        unit, container = parse_cgroup(text(self._host, f"{place}/cgroup"))
        return Process(
            pid=int(name),
            started=stat.started,
            command=command or stat.name,
            user=self._user(text(self._host, f"{place}/status")),
            unit=unit,
            container=container,
            waits=waits,
            elsewhere=_link(self._host, f"{place}/ns/mnt") != self._own_space,
            ours=name == self._self,
            held=held,
        )

    def _user(self, status: str) -> str:
        line = next((line for line in status.split("\n") if line.startswith("Uid:")), "")
        number = whole_number((line.split() or [""])[-1]) if len(line.split()) > 1 else None
        if number is None:
            return ""
        if self._users is None:
            self._users = dict(_accounts(text(self._host, "/etc/passwd")))
        return self._users.get(number, str(number))


def parse_stat(content: str) -> Stat | None:
    """Read /proc/PID/stat; the name stands in brackets and may hold blanks and brackets. Never raises."""
    before, bracket, rest = content.rpartition(")")
    fields = rest.split()
    if not bracket or len(fields) < 20:
        return None
    pid, _bracket, name = before.partition("(")
    numbers = [whole_number(field) for field in (pid, fields[1], fields[6], fields[19])]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None
    number, parent, flags, started = known
    return Stat(number, parent, name, fields[0], bool(flags & _KERNEL_THREAD), started)


def _accounts(passwd: str) -> Iterator[tuple[int, str]]:
    for line in passwd.split("\n"):
        fields = line.split(":")
        number = whole_number(fields[2]) if len(fields) > 3 else None
        if number is not None:
            yield number, fields[0]


def _bound_sockets(content: str) -> dict[str, str]:
    """Paths of unix sockets by inode, from /proc/net/unix; abstract ones hold no file."""
    found: dict[str, str] = {}
    for line in content.split("\n")[1:]:
        fields = line.split(maxsplit=7)
        if len(fields) == 8 and fields[7].startswith("/"):
            found[fields[6]] = fields[7]
    return found


def _living(path: str) -> str:
    """The path of a file without the kernel's note that its name is gone."""
    return path.removesuffix(" (deleted)")


def _link(host: Host, path: str) -> str:
    try:
        return host.link(path)
    except OSError:
        return ""
