"""A host whose every answer is recorded, and the file made of that, without a secret in it."""

import errno
import re
from collections.abc import Callable, Iterable, Mapping

from tui.storage.codec import Plain, encode
from tui.storage.host.forwarding import ForwardingHost
from tui.storage.host.interface import Command, FileFacts, Host, Opening, Outcome, PortAnswer, Usage
from tui.storage.host.recorded import SCHEMA
from tui.storage.host.reduced import reduced, secret_words
from tui.storage.secret import MASK

_IN_TEXT = 4
_IN_PATHS = 8
"""Shorter secrets are not looked for in texts, and in paths: every second word would hold them."""

_SECRET_LINE = re.compile(
    r"^([ \t#]*[^\s=#]*password[^\s=.]*[ \t]*=[ \t]*)(\S.*?)[ \t\r]*$", re.MULTILINE | re.IGNORECASE
)
"""A setting of open-iscsi, also one that is commented out; its value may hold `=` and `#` too."""

_NO_SECRETS = {MASK, "<empty>", "password", "password_in"}
"""Values that stand there for no secret: iscsid.conf is shipped with the last two, commented out."""

_SECRET_OPTION = re.compile(r"(\b(?:password|passwd|passphrase|pass|secret)\d?=)([^\s,\"']+)", re.IGNORECASE)
"""A mount option, such as fstab holds for network file systems."""

_SECRET_USER = re.compile(r"(\buser(?:name)?=[^\s,%]*%)([^\s,\"']+)", re.IGNORECASE)
"""`user=NAME%PASSWORD` of mount.cifs(8)."""

_SECRET_URL = re.compile(r"(://[^\s/:@]*:)([^\s@]+)(?=@)")
"""`https://USER:PASSWORD@HOST`, such as WebDAV is mounted from."""

_SECRETS = (_SECRET_LINE, _SECRET_OPTION, _SECRET_USER, _SECRET_URL)
"""Each with what stands before the secret, and the secret."""


class RecordingHost(ForwardingHost):
    """Passes every question on to another host, and keeps the first answer to each."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._tables: dict[str, dict[str, Plain]] = {
            name: {}
            for name in ("read", "names", "resolve", "link", "facts", "usage", "connect", "listens", "opened")
        }
        self._ran: dict[tuple[str, ...], Outcome] = {}

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        """Run a command and note how it ended."""
        outcome = self._asked.run(command, on_line)
        self._ran.setdefault(command.argv, outcome)
        return outcome

    def read(self, path: str) -> str:
        """The text of a file."""
        try:
            text = self._asked.read(path)
        except OSError as error:
            self._note("read", path, {"errno": error.errno or errno.EIO})
            raise
        self._note("read", path, text)
        return text

    def names(self, path: str) -> tuple[str, ...]:
        """The sorted names in a folder."""
        try:
            names = self._asked.names(path)
        except OSError as error:
            self._note("names", path, {"errno": error.errno or errno.EIO})
            raise
        self._note("names", path, list(names))
        return names

    def entries(self, path: str) -> dict[str, int]:
        """The names in a folder; a capture keeps no inode numbers."""
        return dict.fromkeys(self.names(path), 0)

    def resolve(self, path: str) -> str:
        """The path with every symbolic link followed."""
        real = self._asked.resolve(path)
        self._note("resolve", path, real)
        return real

    def link(self, path: str) -> str:
        """Where a symbolic link points."""
        try:
            target = self._asked.link(path)
        except OSError as error:
            self._note("link", path, {"errno": error.errno or errno.EIO})
            raise
        self._note("link", path, target)
        return target

    def facts(self, path: str) -> FileFacts | None:
        """What the path is."""
        facts = self._asked.facts(path)
        self._note("facts", path, encode(facts))
        return facts

    def usage(self, path: str) -> Usage | None:
        """How full the file system is."""
        usage = self._asked.usage(path)
        self._note("usage", path, encode(usage))
        return usage

    def connect(self, address: str, port: int, deadline: float = 3.0) -> PortAnswer:
        """Try a TCP connection."""
        answer = self._asked.connect(address, port, deadline)
        self._note("connect", f"{address} {port}", encode(answer))
        return answer

    def listens(self, abstract_name: str) -> bool:
        """Whether a daemon accepts connections on an abstract unix socket."""
        listens = self._asked.listens(abstract_name)
        self._note("listens", abstract_name, listens)
        return listens

    def open_exclusively(self, path: str, deadline: float = 5.0) -> Opening:
        """Open a block device exclusively."""
        opening = self._asked.open_exclusively(path, deadline)
        self._note("opened", path, opening.value)
        return opening

    def document(self) -> dict[str, Plain]:
        """Everything noted, in the form `RecordedHost` reads, with stars in the place of secrets.

        Secrets are the values of every setting whose key says password, and mount options that do. Each one
        found is then removed wherever else it stands: in the output of a tool, a name, a path. Of a command
        line only the first word is kept (`reduced.py`).
        """
        in_text, in_paths = self.remover(), self.remover(_IN_PATHS)
        document: dict[str, Plain] = {
            "schema": SCHEMA,
            "name": in_paths(self.name),
            "now": float(self.now()),
        }
        for name, table in self._tables.items():
            clean = in_text if name == "read" else in_paths
            document[name] = {
                in_paths(key): _cleaned(
                    reduced(key, value) if name == "read" and isinstance(value, str) else value, clean
                )
                for key, value in table.copy().items()
            }
        document["run"] = [
            {
                "argv": [in_paths(word) for word in argv],
                "outcome": _cleaned(encode(outcome), in_text),
            }
            for argv, outcome in self.ran().items()
        ]
        return document

    def remover(self, shortest: int = _IN_TEXT) -> Callable[[str], str]:
        """What takes every secret met so far out of a text; those with fewer characters are left in."""
        texts = {path: text for path, text in self._tables["read"].copy().items() if isinstance(text, str)}
        known = _secrets(texts)
        return _remover(secret for secret in known if len(secret) >= shortest)

    def forget(self, is_beside: Callable[[str, Plain], bool]) -> None:
        """Take back the answers about paths which nobody needs.

        Args:
            is_beside: whether nobody does, by the path and the answer.
        """
        for table in self._tables.values():
            for path in [path for path, answer in table.copy().items() if is_beside(path, answer)]:
                del table[path]

    def ran(self) -> dict[tuple[str, ...], Outcome]:
        """The commands that were run, in the order in which they ended, and how they did."""
        return self._ran.copy()

    def _note(self, table: str, key: str, value: Plain) -> None:
        self._tables[table].setdefault(key, value)


def without_secrets(text: str) -> str:
    """A text with stars for the value of everything in it that is called a password."""
    for pattern in _SECRETS:
        text = pattern.sub(lambda match: match[1] + MASK, text)
    return text


def _secrets(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Every secret in some files, longest first, so that one inside another does not cut it in two."""
    found = {match[2] for text in texts.values() for pattern in _SECRETS for match in pattern.finditer(text)}
    found |= {secret for path, text in texts.items() for secret in secret_words(path, text)}
    return tuple(sorted(found - _NO_SECRETS, key=len, reverse=True))


def _remover(secrets: Iterable[str]) -> Callable[[str], str]:
    known = tuple(secrets)

    def remove(text: str) -> str:
        text = without_secrets(text)
        for secret in known:
            text = text.replace(secret, MASK)
        return text

    return remove


def _cleaned(value: Plain, clean: Callable[[str], str]) -> Plain:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item, clean) for item in value]
    if isinstance(value, dict):
        return {key: _cleaned(item, clean) for key, item in value.items()}
    return value
