"""A host that passes every question on to another one; what stands between them changes one answer."""

from collections.abc import Callable

from tui.storage.host.interface import Command, FileFacts, Host, Kept, Opening, Outcome, PortAnswer, Usage


class ForwardingHost:
    """Passes every question on.

    Args:
        host: the other host.
    """

    def __init__(self, host: Host) -> None:
        self._asked = host

    @property
    def name(self) -> str:
        """The host name."""
        return self._asked.name

    @property
    def is_root(self) -> bool:
        """Whether the program may change this host."""
        return self._asked.is_root

    def now(self) -> float:
        """Seconds since the epoch on that host."""
        return self._asked.now()

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        """Run a command."""
        return self._asked.run(command, on_line)

    def read(self, path: str) -> str:
        """The text of a file."""
        return self._asked.read(path)

    def keep(self, path: str) -> Kept:
        """A small attribute, to be read time and again."""
        return self._asked.keep(path)

    def names(self, path: str) -> tuple[str, ...]:
        """The sorted names in a folder."""
        return self._asked.names(path)

    def entries(self, path: str) -> dict[str, int]:
        """The names in a folder with their inode numbers."""
        return self._asked.entries(path)

    def resolve(self, path: str) -> str:
        """The path with every symbolic link followed."""
        return self._asked.resolve(path)

    def link(self, path: str) -> str:
        """Where a symbolic link points."""
        return self._asked.link(path)

    def facts(self, path: str) -> FileFacts | None:
        """What the path is."""
        return self._asked.facts(path)

    def usage(self, path: str) -> Usage | None:
        """How full the file system is."""
        return self._asked.usage(path)

    def connect(self, address: str, port: int, deadline: float = 3.0) -> PortAnswer:
        """Try a TCP connection."""
        return self._asked.connect(address, port, deadline)

    def listens(self, abstract_name: str) -> bool:
        """Whether a daemon accepts connections on an abstract unix socket."""
        return self._asked.listens(abstract_name)

    def open_exclusively(self, path: str, deadline: float = 5.0) -> Opening:
        """Open a block device exclusively."""
        return self._asked.open_exclusively(path, deadline)

    def read_device(
        self, path: str, spans: tuple[tuple[int, int], ...], deadline: float = 20.0
    ) -> tuple[bytes, ...] | None:
        """Read some places of a block device."""
        return self._asked.read_device(path, spans, deadline)
