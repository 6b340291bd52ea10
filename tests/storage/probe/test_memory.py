"""A look with a memory finds what a fresh one finds, whatever came, changed and went between two looks."""

import errno
import itertools
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings, strategies as st

from tests.benchmarks.fake_sysfs import (
    FakeDisk,
    add_session,
    fake_disk_name,
    write_counters,
    write_record,
    write_tree,
)
from tui.storage.host.forwarding import ForwardingHost
from tui.storage.host.interface import FileFacts, Kept
from tui.storage.host.local import LocalHost
from tui.storage.probe.iscsi.records import read_records
from tui.storage.probe.memory import Memory
from tui.storage.probe.narrow import look_at_devices

_PLACES = {
    "/sys/": "sys/",
    "/run/udev/": "udev/",
    "/etc/iscsi": "iscsi",
    "/proc/partitions": "partitions",
    "/proc/self/mountinfo": "mountinfo",
    "/proc/swaps": "swaps",
}


class Handle:
    """An attribute held open, as the kernel's: ENODEV once what it belongs to is gone."""

    def __init__(self, host: "TreeHost", path: str) -> None:
        self._host, self._path, self._opened = host, path, len(host.removed)

    def read(self) -> str:
        if any(path in self._path for path in self._host.removed[self._opened :]):
            raise OSError(errno.ENODEV, "No such device", self._path)
        return self._host.read(self._path)

    def close(self) -> None:
        """Nothing is open."""


class TreeHost(ForwardingHost):
    """A made-up tree as a machine: entries have numbers that none gets twice, as in sysfs."""

    def __init__(self, root: Path) -> None:
        super().__init__(LocalHost(looking_only=True))
        self.root, self.removed, self.reads = root, [""], 0
        self._numbers: dict[str, int] = {}
        self._next = itertools.count(1)

    def gone(self, *paths: str) -> None:
        """Heed that a folder and links were removed; what gets their names is something else."""
        self.removed += paths
        for path in paths:
            self._numbers.pop(path, None)

    def _below(self, path: str) -> str:
        for start, place in _PLACES.items():
            if path.startswith(start):
                return f"{self.root}/{place}{path.removeprefix(start)}"
        raise FileNotFoundError(errno.ENOENT, "No such file", path)

    def read(self, path: str) -> str:
        self.reads += 1
        return super().read(self._below(path))

    def names(self, path: str) -> tuple[str, ...]:
        return super().names(self._below(path))

    def entries(self, path: str) -> dict[str, int]:
        return {name: self._number(f"{path}/{name}") for name in self.names(path)}

    def _number(self, path: str) -> int:
        if path not in self._numbers:
            self._numbers[path] = next(self._next)
        return self._numbers[path]

    def resolve(self, path: str) -> str:
        real = os.path.realpath(self._below(path))
        return f"/{real.removeprefix(f'{self.root}/')}"

    def facts(self, path: str) -> FileFacts | None:
        return super().facts(self._below(path))

    def keep(self, path: str) -> Kept:
        self.read(path)
        return Handle(self, path)


class Tree:
    """A tree that changes: each method is one change, of the thing that a number chooses."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.disks = list(write_tree(root, 2, 2))
        (root / "mountinfo").write_text("")
        (root / "swaps").write_text("Filename\n")
        self.host = TreeHost(root)
        self._sid, self._written = 2, 0
        for file in (*(root / "udev/data").iterdir(), *(root / "iscsi").rglob("default")):
            self._age(file)

    def _age(self, file: Path) -> None:
        """Give a file a time long ago that no other one has, as if each change had come at another time."""
        self._written += 1
        os.utime(file, (1_700_000_000 + self._written,) * 2)

    def _disk(self, number: int) -> FakeDisk | None:
        return self.disks[number % len(self.disks)] if self.disks else None

    def _write(self, place: str, text: str) -> None:
        (self.root / "sys" / place).write_text(f"{text}\n")

    def _udev(self, disk: FakeDisk) -> Path:
        number = (self.root / "sys" / disk.place / "block" / disk.name / "dev").read_text().strip()
        return self.root / "udev/data" / f"b{number}"

    def session_state(self, number: int) -> None:
        disk = self._disk(number)
        if disk is not None:
            state = ("LOGGED_IN", "FAILED", "FREE")[number % 3]
            self._write(f"class/iscsi_session/session{disk.session}/state", state)

    def connection_state(self, number: int) -> None:
        disk = self._disk(number)
        if disk is not None:
            place = f"class/iscsi_connection/connection{disk.session}:0"
            self._write(f"{place}/state", ("up", "failed")[number % 2])
            self._write(f"{place}/address", f"192.0.2.{number % 5}")

    def lun_state(self, number: int) -> None:
        disk = self._disk(number)
        if disk is not None:
            self._write(f"{disk.place}/state", ("running", "offline", "blocked")[number % 3])

    def lun_identity(self, number: int) -> None:
        disk = self._disk(number)
        if disk is not None:
            self._write(f"{disk.place}/wwid", f"naa.{number}")

    def size(self, number: int) -> None:
        disk = self._disk(number)
        if disk is not None:
            self._write(f"{disk.place}/block/{disk.name}/size", str(8 * (number + 1)))
            write_counters(self.root, self.disks)

    def announced(self, number: int) -> None:
        """A change that the kernel announces, so that udev writes its entry again."""
        disk = self._disk(number)
        if disk is not None:
            self._write(f"{disk.place}/block/{disk.name}/ro", str(number % 2))
            entry = self._udev(disk)
            entry.write_text(f"S:disk/by-id/x{number}\nE:ID_FS_TYPE=xfs\nE:ID_FS_USAGE=filesystem\n")
            self._age(entry)

    def logged_in(self, number: int) -> None:
        """A new session; its disks get the names that are free."""
        self._sid += 1
        taken = {disk.name for disk in self.disks}
        free = [index for index in range(len(taken) + 2) if fake_disk_name(index) not in taken]
        self.disks += add_session(self.root, self._sid, free[: 1 + number % 2])
        for disk in self.disks:
            if disk.session == self._sid:
                self._age(self._udev(disk))
        self._age(write_record(self.root / "iscsi", self._sid))
        write_counters(self.root, self.disks)

    def logged_out(self, number: int) -> None:
        disk = self._disk(number)
        if disk is None:
            return
        sid, system = disk.session, self.root / "sys"
        for other in [one for one in self.disks if one.session == sid]:
            self._remove_disk(other)
        shutil.rmtree(system / f"devices/platform/host{sid}")
        links = (f"iscsi_session/session{sid}", f"iscsi_connection/connection{sid}:0")
        for link in links:
            (system / "class" / link).unlink()
        self.host.gone(f"/devices/platform/host{sid}/", *(f"/sys/class/{link}" for link in links))
        write_counters(self.root, self.disks)

    def lun_removed(self, number: int) -> None:
        disk = self._disk(number)
        if disk is not None:
            self._remove_disk(disk)
            shutil.rmtree(self.root / "sys" / disk.place)
            self.host.gone(f"{disk.place}/")
            write_counters(self.root, self.disks)

    def _remove_disk(self, disk: FakeDisk) -> None:
        system, address = self.root / "sys", disk.place.rpartition("/")[2]
        self._udev(disk).unlink()
        number = (system / disk.place / "block" / disk.name / "dev").read_text().strip()
        links = (f"class/block/{disk.name}", f"block/{disk.name}", f"dev/block/{number}")
        for link in (*links, f"bus/scsi/devices/{address}", f"class/scsi_device/{address}"):
            (system / link).unlink()
            self.host.gone(f"/sys/{link}")
        self.disks.remove(disk)

    def mapped(self, number: int) -> None:
        """A map over a disk, which both name."""
        disk, name = self._disk(number), f"dm-{number}"
        place = self.root / "sys/class/block" / name
        if disk is None or place.exists():
            return
        (place / "dm").mkdir(parents=True)
        (place / "slaves" / disk.name).mkdir(parents=True)
        (place / "holders").mkdir()
        said = {
            "dev": f"254:{number}",
            "size": "64",
            "ro": "0",
            "dm/name": f"m{number}",
            "dm/uuid": "mpath-3600",
        }
        for attribute, text in (*said.items(), ("dm/suspended", "0")):
            (place / attribute).write_text(f"{text}\n")
        holders = self.root / "sys" / disk.place / "block" / disk.name / "holders"
        (holders / name).mkdir()
        entry = self.root / "udev/data" / f"b254:{number}"
        entry.write_text("E:DM_NAME=m\n")
        self._age(entry)

    def suspended(self, number: int) -> None:
        for place in sorted((self.root / "sys/class/block").glob("dm-*")):
            (place / "dm/suspended").write_text(f"{number % 2}\n")

    def unmapped(self, number: int) -> None:
        maps = sorted((self.root / "sys/class/block").glob("dm-*"))
        if maps:
            place = maps[number % len(maps)]
            shutil.rmtree(place)
            for holder in (self.root / "sys/devices").rglob(f"holders/{place.name}"):
                holder.rmdir()
            self.host.gone(f"/sys/class/block/{place.name}")

    def partitioned(self, number: int) -> None:
        disk = self._disk(number)
        if disk is None:
            return
        name = f"{disk.name}{1 + number % 3}"
        place = self.root / "sys" / disk.place / "block" / disk.name / name
        if not place.exists():
            place.mkdir()
            for attribute, text in {"dev": f"259:{number}", "size": "8", "ro": "0", "partition": "1"}.items():
                (place / attribute).write_text(f"{text}\n")
            (self.root / "sys/class/block" / name).symlink_to(place)

    def record(self, number: int) -> None:
        self._age(write_record(self.root / "iscsi", 1 + number % 6, ("manual", "onboot")[number % 2]))

    def record_removed(self, number: int) -> None:
        records = sorted((self.root / "iscsi/nodes").iterdir())
        if records:
            shutil.rmtree(records[number % len(records)])


_CHANGES = tuple(name for name in vars(Tree) if not name.startswith("_"))
_STEPS = st.lists(
    st.lists(st.tuples(st.sampled_from(_CHANGES), st.integers(0, 11)), max_size=4), min_size=1, max_size=8
)


@settings(max_examples=40)
@given(_STEPS)
def test_a_look_with_a_memory_is_a_fresh_look(steps: list[list[tuple[str, int]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(Path(folder).resolve())
        memory = Memory()
        for step in ([], *steps):
            for change, number in step:
                getattr(tree, change)(number)
            seen, fresh = look_at_devices(tree.host, memory), look_at_devices(tree.host)
            assert seen.sessions == fresh.sessions
            assert seen.luns == fresh.luns
            assert seen.devices == fresh.devices
            assert seen.multipath_maps == fresh.multipath_maps
            assert seen.filesystems == fresh.filesystems
            assert read_records(tree.host, "/etc/iscsi", memory) == read_records(tree.host, "/etc/iscsi")


def test_what_a_thing_was_born_with_is_read_once(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    memory = Memory()
    first = look_at_devices(tree.host, memory)
    look_at_devices(tree.host, memory)
    tree.host.reads = 0
    again = look_at_devices(tree.host, memory)
    tables = ("/proc/partitions", "/proc/self/mountinfo", "/proc/swaps")
    assert tree.host.reads == 3 * len(again.sessions) + 2 * len(again.luns) + len(tables)
    assert all(now is before for now, before in zip(again.sessions, first.sessions, strict=True))
    assert all(now is before for now, before in zip(again.devices, first.devices, strict=True))
