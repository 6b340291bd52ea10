"""The iSCSI half of an inventory: initiator, services, records, sessions, LUNs."""

import ipaddress
import socket
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from tui.storage.model.equality import ComparedBy


@lru_cache(maxsize=4096)
def _canonical(address: str) -> str | None:
    """An address in the one form that inet_ntop(3) gives it, or None where it is a host name.

    An IPv4 address mapped into IPv6 is that IPv4 address. Forms such as `192.0.2.010` mean what inet_aton(3),
    and with it getaddrinfo(3), makes of them. The scope of a link-local address belongs to it.
    """
    text = address.strip().removeprefix("[").removesuffix("]")
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        if not text.replace(".", "").isdigit():
            return None
        try:
            return socket.inet_ntoa(socket.inet_aton(text))
        except OSError:
            return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


class Portal(ComparedBy, frozen=True, eq=False):
    """Where a target listens (RFC 7143 2.1).

    Attributes:
        address: IPv4, IPv6 without brackets, or a host name.
        port: TCP port, 3260 by default.
        tpgt: portal group tag, or None when no discovery has listed it.
        resolved: the addresses that a host name stands for now, as far as that is known; no part of equality.
    """

    address: str
    port: int = 3260
    tpgt: int | None = None
    resolved: tuple[str, ...] = ()

    def __lt__(self, other: "Portal") -> bool:
        return self.compared < other.compared

    @property
    def compared(self) -> tuple[str, int, int]:
        """Address, port and portal group tag."""
        return (self.address, self.port, -1 if self.tpgt is None else self.tpgt)

    @property
    def label(self) -> str:
        """`ADDRESS:PORT`, an IPv6 address in brackets: the form iscsiadm takes and people read."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"

    @property
    def is_numeric(self) -> bool:
        """Whether it has an address, not a host name."""
        return _canonical(self.address) is not None

    @property
    def places(self) -> frozenset[tuple[str, int]]:
        """Addresses and port in one spelling each; of a host name the name as well as what it stands for."""
        own = _canonical(self.address) or self.address.rstrip(".").lower()
        found = (known for address in self.resolved if (known := _canonical(address)) is not None)
        return frozenset((address, self.port) for address in (own, *found))

    def is_same_place(self, other: "Portal") -> bool:
        """Whether both mean the same address and port, however written and whatever the portal group tag."""
        return self.is_written_as(other) or not self.places.isdisjoint(other.places)

    def is_written_as(self, other: "Portal") -> bool:
        """Whether both are written alike, as the record database and iscsiadm compare them."""
        return (self.address, self.port) == (other.address, other.port)


class Initiator(Struct, frozen=True):
    """This host's iSCSI name.

    Attributes:
        name: the value of InitiatorName=, or empty when there is none.
        alias: the value of InitiatorAlias=, or empty.
        path: the file it comes from.
        generates: the file says GenerateName=yes, so Debian makes a name at the next start of iscsid.
        exact: the line has the form that every distribution's start scripts accept.
        readable: False when this user may not read the file.
    """

    name: str = ""
    alias: str = ""
    path: str = "/etc/iscsi/initiatorname.iscsi"
    generates: bool = False
    exact: bool = True
    readable: bool = True


class Role(StrEnum):
    """What a systemd unit does for iSCSI storage; the units' names differ per distribution."""

    DAEMON = "daemon"
    """iscsid: the control path."""
    DAEMON_SOCKET = "daemon-socket"
    """Starts iscsid when it is asked for."""
    LOGIN_AT_BOOT = "login-at-boot"
    """Logs in to records with node.startup=automatic; logs out when stopped."""
    MULTIPATH = "multipath"
    LVM_SHUTDOWN = "lvm-shutdown"
    """blk-availability: deactivates volumes at shutdown."""


class Service(Struct, frozen=True):
    """A systemd unit as `systemctl show` tells it.

    Attributes:
        unit: its name on this distribution, `open-iscsi.service`.
        role: what it does here.
        installed: whether systemd knows a unit file of that name.
        active: ActiveState: active, inactive, failed, activating …
        enabled: UnitFileState: enabled, disabled, static, masked, alias, or empty.
    """

    unit: str
    role: Role
    installed: bool
    active: str = ""
    enabled: str = ""


class Tool(Struct, frozen=True):
    """A program that some operation needs; `path` is empty when it is missing."""

    name: str
    path: str
    package: str
    """The distribution's package that holds it, or empty where the distribution is unknown."""


class InterfaceRecord(Struct, frozen=True):
    """An iface record: which network interface a session goes through. Empty values bind nothing."""

    name: str
    transport: str = "tcp"
    hardware_address: str = ""
    ip_address: str = ""
    network_device: str = ""
    initiator_name: str = ""


class ChapFacts(Struct, frozen=True):
    """What a record says of CHAP, without a secret.

    Attributes:
        method: `None` or `CHAP`; open-iscsi does CHAP whenever a password is set, whatever this says.
        username: name the initiator proves itself with, or empty.
        has_password: a secret for it is stored.
        username_in: name the target proves itself with (mutual CHAP), or empty.
        has_password_in: a secret for that is stored.
        algorithms: chap_algs, `MD5` by default.
    """

    method: str = "None"
    username: str = ""
    has_password: bool = False
    username_in: str = ""
    has_password_in: bool = False
    algorithms: str = ""

    @property
    def kind(self) -> str:
        """`none`, `one-way` or `mutual`, by what open-iscsi will really do."""
        if not self.has_password:
            return "none"
        return "mutual" if self.has_password_in else "one-way"

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing at all of CHAP, so that there is nothing to take away."""
        return not (self.username or self.has_password or self.username_in or self.has_password_in)


class RecordDefaults(Struct, frozen=True):
    """What iscsid.conf says that records made from now on get."""

    session_chap: ChapFacts = ChapFacts()
    discovery_chap: ChapFacts = ChapFacts()
    """Of SendTargets records."""


class DiscoveryRecord(Struct, frozen=True):
    """A stored discovery portal: where SendTargets or iSNS was asked."""

    kind: str
    portal: Portal
    chap: ChapFacts = ChapFacts()
    readable: bool = True


class Timers(Struct, frozen=True):
    """The timers of a node record, in seconds; None where the record is silent."""

    replacement_timeout: int | None = None
    login_timeout: int | None = None
    login_retries: int | None = None
    noop_interval: int | None = None
    noop_timeout: int | None = None


class NodeRecord(Struct, frozen=True):
    """One record of the node database: a target at a portal through an iface.

    Attributes:
        target: the target's iSCSI name.
        portal: where it listens.
        iface: name of the iface record.
        startup: node.startup: manual, automatic or onboot.
        connection_startup: node.conn[0].startup, which starts a login at boot as well as the other.
        leading_login: at boot one session of all ifaces is enough; the iface `default` is not tried.
        chap: what it says of CHAP.
        timers: its timers.
        path: the file.
        readable: False when this user may not read it; then only names and portal are known.
    """

    target: str
    portal: Portal
    iface: str = "default"
    startup: str = ""
    connection_startup: str = ""
    leading_login: bool = False
    chap: ChapFacts = ChapFacts()
    timers: Timers = Timers()
    path: str = ""
    readable: bool = True

    @property
    def key(self) -> tuple[str, Portal, str]:
        """What names the record: target, portal, iface."""
        return (self.target, self.portal, self.iface)

    @property
    def is_passed_over_at_boot(self) -> bool:
        """A leading login tries records with an iface of their own only (usr/iscsiadm.c, login_by_startup).

        `iscsiadm -m node --loginall=automatic` then ends with status 19 and no session.
        """
        return self.leading_login and self.iface == "default"

    @property
    def logs_in_at_boot(self) -> bool:
        """Whether some boot logs in by this record: node.startup, or that of its connection, asks for it."""
        asked = {"automatic", "onboot"} & {self.startup, self.connection_startup}
        return bool(asked) and not self.is_passed_over_at_boot


class SessionState(StrEnum):
    """`state` of /sys/class/iscsi_session (kernel scsi_transport_iscsi.c)."""

    LOGGED_IN = "LOGGED_IN"
    FAILED = "FAILED"
    """The connection is lost; I/O is queued until recovery_tmo is over."""
    FREE = "FREE"
    """The recovery timeout is over; I/O fails."""
    UNKNOWN = "UNKNOWN"


class Session(Struct, frozen=True):
    """One session of the kernel.

    Attributes:
        sid: the number in `sessionN`.
        target: the target's name; empty for a session that iscsid left without one.
        portal: the configured (persistent) portal.
        peer: the address really connected to, or empty while disconnected.
        iface: name of the iface record.
        state: LOGGED_IN, FAILED or FREE.
        target_state: SCANNED and the like; newer kernels only.
        connection_state: up, down, failed; newer kernels only.
        initiator_name: the name it was logged in with, which a later rename does not change.
        recovery_timeout: seconds the kernel queues I/O when the connection is lost; -1 without a limit.
        noop_interval: seconds between pings, 0 for none.
        noop_timeout: seconds a ping may take.
        host_number: the SCSI host.
        network_device: the card, or empty where it is not bound.
        creator: process id of the iscsid that made it, -1 for the kernel.
        transport: tcp, iser …
    """

    sid: int
    target: str
    portal: Portal
    peer: str = ""
    iface: str = "default"
    state: SessionState = SessionState.UNKNOWN
    target_state: str = ""
    connection_state: str = ""
    initiator_name: str = ""
    recovery_timeout: int | None = None
    noop_interval: int | None = None
    noop_timeout: int | None = None
    host_number: int = -1
    network_device: str = ""
    creator: int | None = None
    transport: str = "tcp"

    def is_by(self, record: NodeRecord) -> bool:
        """Whether a record logs in to this very session: target, iface, and the portal however written."""
        same = (self.target, self.iface) == (record.target, record.iface)
        return same and self.portal.is_same_place(record.portal)


class DeviceState(StrEnum):
    """`device/state` of a SCSI disk (kernel scsi_sysfs.c)."""

    RUNNING = "running"
    BLOCKED = "blocked"
    """Every reader waits, for up to the session's recovery timer."""
    TRANSPORT_OFFLINE = "transport-offline"
    OFFLINE = "offline"
    CREATED = "created"
    CREATED_BLOCKED = "created-blocked"
    CANCEL = "cancel"
    DELETED = "deleted"
    QUIESCE = "quiesce"
    UNKNOWN = "unknown"

    @property
    def answers(self) -> bool:
        """Whether reading such a disk returns at once."""
        return self is DeviceState.RUNNING


class Lun(Struct, frozen=True):
    """A logical unit that a session shows.

    Attributes:
        address: `HOST:CHANNEL:TARGET:LUN`.
        sid: the session.
        number: the LUN.
        disk: kernel name (`sda`), or empty where it is not a disk; changes from login to login.
        wwid: the identity that does not change, `naa.6001405…`, or empty.
        size: bytes.
        vendor: as INQUIRY tells it.
        model: likewise.
        revision: likewise.
        state: running, blocked …
        read_only: the disk may not be written.
        kind: SCSI device type, 0 for a disk (SPC-5).
    """

    address: str
    sid: int
    number: int
    disk: str = ""
    wwid: str = ""
    size: int = 0
    vendor: str = ""
    model: str = ""
    revision: str = ""
    state: DeviceState = DeviceState.UNKNOWN
    read_only: bool = False
    kind: int = 0
