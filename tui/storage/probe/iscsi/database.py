"""Where open-iscsi's record database is: compiled into iscsiadm, different between distributions."""

import re
from weakref import WeakKeyDictionary

from msgspec import Struct

from tui.storage.host.interface import Command, Host
from tui.storage.model.inventory import Distribution
from tui.storage.probe.reading import whole_number
from tui.storage.probe.system.tools import tool_path

_WANTED = r"/[A-Za-z0-9/._-]+/(send_targets|lock\.write)$"
_FOUND = re.compile(r"^(/[\w./-]+)/(send_targets|lock\.write)$")


class Database(Struct, frozen=True):
    """Where the records and their lock are.

    Attributes:
        root: the folder that holds nodes/, send_targets/, isns/, ifaces/.
        lock_folder: the folder in which `lock` and `lock.write` are made.
    """

    root: str
    lock_folder: str


def default_database(distribution: Distribution) -> Database:
    """What a distribution's package is known to use."""
    if distribution.family == "debian":
        new = distribution.identifier == "debian" and (whole_number(distribution.version) or 0) >= 13
        return Database("/var/lib/iscsi" if new else "/etc/iscsi", "/run/lock/iscsi")
    if distribution.identifier in {"sles", "sled"}:
        major, _dot, minor = distribution.version.partition(".")
        number = whole_number(major)
        old = (number is not None and number < 15) or (major == "15" and minor in {"", "1", "2", "3", "4"})
        return Database("/etc/iscsi" if old else "/var/lib/iscsi", "/etc/iscsi")
    return Database("/var/lib/iscsi", "/run/lock/iscsi")


def look_into(program: str) -> Command:
    """The call that lists the strings of iscsiadm that end as the wanted paths do.

    A fork, once, instead of the whole program's text: it is short and a captured host can keep it.
    """
    return Command(("grep", "-azoE", "-e", _WANTED, "--", program))


def parse_strings(output: str, default: Database) -> Database:
    """Read the NUL-separated paths of `look_into`; what is not among them stays as in the default."""
    found = {
        match[2]: match[1] for string in output.split("\0") if (match := _FOUND.match(string)) is not None
    }
    return Database(
        found.get("send_targets", default.root),
        found.get("lock.write", default.lock_folder),
    )


_known: WeakKeyDictionary[Host, tuple[object, Database]] = WeakKeyDictionary()


def locate_database(host: Host, distribution: Distribution) -> Database:
    """Where this host's iscsiadm keeps its records; looked up once for every installed version of it."""
    program = tool_path(host, "iscsiadm")
    default = default_database(distribution)
    if not program:
        return default
    facts = host.facts(host.resolve(program))
    known = _known.get(host)
    if known is not None and known[0] == (program, facts, default):
        return known[1]
    database = parse_strings(host.run(look_into(program)).stdout, default)
    _known[host] = ((program, facts, default), database)
    return database
