"""A captured host with made-up processes on it, which come and go as a test wants."""

from pathlib import Path

from tui.storage.host.recorded import RecordedHost

MACHINES = Path(__file__).parent.parent / "machines"
OWN = "mnt:[4026531841]"


class PeopledHost(RecordedHost):
    """A captured host on which some processes hold files.

    Args:
        name: of the capture.
    """

    def __init__(self, name: str) -> None:
        super().__init__(str(MACHINES / f"{name}.json"))
        self.files: dict[str, str] = {}
        self.links: dict[str, str] = {"/proc/self/ns/mnt": OWN}
        self.folders: dict[str, tuple[str, ...]] = {}
        self.pids: set[int] = set()

    def arrive(self, pid: int, command: str, path: str, *, unit: str = "session-2.scope") -> None:
        """Let a process come that has a file open."""
        place = f"/proc/{pid}"
        rest = f"S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {pid * 10} 1 1"
        self.files |= {
            f"{place}/stat": f"{pid} ({command.split(maxsplit=1)[0]}) {rest}",
            f"{place}/cmdline": command.replace(" ", "\0") + "\0",
            f"{place}/status": "Name:\tx\nUid:\t0\t0\t0\t0\n",
            f"{place}/cgroup": f"0::/system.slice/{unit}\n",
            "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        }
        self.links |= {
            f"{place}/cwd": "/",
            f"{place}/root": "/",
            f"{place}/exe": "/usr/bin/x",
            f"{place}/ns/mnt": OWN,
            f"{place}/fd/3": path,
        }
        self.pids.add(pid)

    def leave(self, pid: int) -> None:
        """Let a process end."""
        self.pids.discard(pid)

    def read(self, path: str) -> str:
        return self.files[path] if path in self.files else super().read(path)

    def link(self, path: str) -> str:
        return self.links[path] if path in self.links else super().link(path)

    def names(self, path: str) -> tuple[str, ...]:
        if path == "/proc":
            return tuple(sorted(("1", *(str(pid) for pid in self.pids))))
        if path.startswith("/proc/") and path.endswith("/fd"):
            return ("3",)
        return self.folders[path] if path in self.folders else super().names(path)
