"""The systemd units of iSCSI storage, asked for in one call, and whether iscsid can be reached."""

from tui.storage.host.interface import Command, Host
from tui.storage.model.iscsi import Role, Service

DAEMON_SOCKET_NAME = "ISCSIADM_ABSTRACT_NAMESPACE"
"""Abstract socket on which iscsid, or systemd for it, takes requests."""

_LISTENING = 0x10000
"""__SO_ACCEPTCON in the flags of /proc/net/unix (proc(5))."""

_ROLES = {
    "iscsid.service": Role.DAEMON,
    "iscsid.socket": Role.DAEMON_SOCKET,
    "open-iscsi.service": Role.LOGIN_AT_BOOT,
    "iscsi.service": Role.LOGIN_AT_BOOT,
    "multipathd.service": Role.MULTIPATH,
    "blk-availability.service": Role.LVM_SHUTDOWN,
}

_LOGIN_UNIT = {
    "debian": "open-iscsi.service",
    "redhat": "iscsi.service",
    "suse": "iscsi.service",
    "openeuler": "iscsi.service",
    "arch": "iscsi.service",
}

_PROPERTIES = "Id,LoadState,ActiveState,UnitFileState"


def candidate_units(family: str) -> tuple[str, ...]:
    """The units to ask for: those of a family, or all names known where the family is not known."""
    login = _LOGIN_UNIT.get(family)
    return tuple(
        unit
        for unit, role in _ROLES.items()
        if role is not Role.LOGIN_AT_BOOT or login is None or unit == login
    )


def show_units(family: str) -> Command:
    """The one call that reads all of them."""
    return Command(("systemctl", "show", f"--property={_PROPERTIES}", "--", *candidate_units(family)))


def parse_units(output: str, asked: tuple[str, ...]) -> tuple[Service, ...]:
    """Read `systemctl show`: one block of KEY=VALUE lines per unit asked for, in that order.

    Two names of one unit (an alias) become one service. Never raises.
    """
    blocks = [dict(line.partition("=")[::2] for line in block.split("\n")) for block in output.split("\n\n")]
    services: dict[str, Service] = {}
    for unit, block in zip(asked, blocks, strict=False):
        identity = block.get("Id", unit)
        installed = block.get("LoadState", "not-found") != "not-found"
        name = identity if installed and identity in _ROLES else unit
        if name in services:
            continue
        services[name] = Service(
            unit=name,
            role=_ROLES.get(name, _ROLES.get(unit, Role.DAEMON)),
            installed=installed,
            active=block.get("ActiveState", ""),
            enabled=block.get("UnitFileState", ""),
        )
    return tuple(services.values())


def read_services(host: Host, family: str) -> tuple[Service, ...] | None:
    """The units of a host, or None when systemd does not answer."""
    outcome = host.run(show_units(family))
    services = parse_units(outcome.stdout, candidate_units(family)) if outcome.ok else ()
    return services or None


def parse_listening(content: str, abstract_name: str) -> bool:
    """Whether /proc/net/unix shows a socket that accepts connections on an abstract name."""
    for line in content.split("\n"):
        fields = line.split()
        if len(fields) < 8 or fields[7].rstrip("@") != f"@{abstract_name}":
            continue
        try:
            if int(fields[3], 16) & _LISTENING:
                return True
        except ValueError:
            continue
    return False


def read_daemon_answers(host: Host) -> bool | None:
    """Whether iscsid or its socket unit takes requests, or None when that cannot be read.

    Read from the kernel's list, not by connecting: a connection wakes a daemon that waits to be started.
    """
    try:
        return parse_listening(host.read("/proc/net/unix"), DAEMON_SOCKET_NAME)
    except OSError:
        return None
