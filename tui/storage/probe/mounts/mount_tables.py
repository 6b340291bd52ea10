"""The mount tables of a host: its own, and those of containers and services (mount_namespaces(7))."""

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from tui.storage.model.block import BlockDevice
from tui.storage.probe.mounts.mounts import MountLine, parse_mountinfo


class MountTable(Struct):
    """One mount table, and which of some devices a path in it lies on.

    Attributes:
        lines: its mounts, in the kernel's order.
        process: a process that has it.
        own: it is the program's own.
        held: kernel name of the device behind a mount, by the number of the mount.
    """

    lines: tuple[MountLine, ...]
    process: int = 0
    own: bool = False
    held: dict[int, str] = field(default_factory=dict)
    _deepest: list[tuple[str, int]] = field(default_factory=list)

    def device_of(self, path: str) -> str:
        """The device that a path lies on, if it is one of those looked for, else empty; no disk is asked."""
        if not self.held:
            return ""
        if not self._deepest:
            # Of several mounts at one place the last is on top.
            places = {line.mount.target.rstrip("/"): line.identifier for line in self.lines}
            self._deepest = sorted(places.items(), key=lambda item: -len(item[0]))
        for place, identifier in self._deepest:
            if path == place or path.startswith(f"{place}/"):
                return self.held.get(identifier, "")
        return ""


class DeviceNumbers:
    """Some block devices, found again by what mount tables, memory maps and paths say.

    Args:
        devices: the devices looked for.
    """

    def __init__(self, devices: Iterable[BlockDevice]) -> None:
        self._numbers: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        for device in devices:
            self._numbers[device.number] = device.name
            for path in (device.path, f"/dev/{device.name}", *device.links):
                self._paths[path] = device.name

    @property
    def numbers(self) -> dict[str, str]:
        """Kernel names by `MAJOR:MINOR`, those of file systems with a number of their own included."""
        return self._numbers

    def at(self, path: str) -> str:
        """The device with that path below /dev, or empty."""
        return self._paths.get(path, "")

    def with_number(self, number: str) -> str:
        """The device with that `MAJOR:MINOR`, or empty."""
        return self._numbers.get(number, "")

    def table(self, content: str, process: int, root: str = "/", *, own: bool = False) -> MountTable:
        """A mount table in which the mounts of these devices are marked.

        Args:
            content: /proc/PID/mountinfo.
            process: whose it is.
            root: root folder of that process, which the targets are relative to.
            own: it is the program's own table.
        """
        lines = parse_mountinfo(content)
        if root != "/":
            lines = tuple(
                replace(line, mount=replace(line.mount, target=root + line.mount.target.rstrip("/")))
                for line in lines
            )
        table = MountTable(lines, process, own)
        for line in lines:
            name = self._numbers.get(line.number) or self._paths.get(line.mount.source, "")
            if name:
                # btrfs has numbers of its own; memory maps show the same ones.
                self._numbers.setdefault(line.number, name)
                table.held[line.identifier] = name
        return table
