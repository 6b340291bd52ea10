"""Discovery records, node records of targets that were found or typed, and iface records.

A plain `iscsiadm -m discovery` deletes and rewrites the records it finds, and their settings are lost. Here
records are only ever added, one by one, and those that exist are not touched.
"""

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.iscsi.daemon import refuse_without_daemon
from tui.storage.iscsi.discovery import DiscoveryKind, NodeKey, records_told_by
from tui.storage.iscsi.iscsi_name import is_usable_target
from tui.storage.iscsi.iscsiadm import Action, Context
from tui.storage.iscsi.iscsiadm_call import DATABASE_DEADLINE, carry_out, discovery_record, node
from tui.storage.iscsi.record_file import database_of
from tui.storage.iscsi.records import is_recorded
from tui.storage.iscsi.sessions import find_session
from tui.storage.model.iscsi import InterfaceRecord, Portal
from tui.storage.operations.iscsi.records import DeleteNodeRecord
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.iscsi.records import parse_interface_record, parse_portal, read_records
from tui.storage.probe.iscsi.sessions import read_sessions
from tui.storage.probe.reading import names, text
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count


class AddDiscoveryRecord(Operation, frozen=True):
    """Create the discovery record of a portal, which can have CHAP settings of its own."""

    kind: DiscoveryKind
    portal: Portal

    def title(self) -> str:
        return _("Add the discovery record of {portal}").format(portal=clean(self.portal.label))

    def why(self) -> str:
        return _("Its record holds the CHAP secret for discovery. An existing record keeps its settings.")

    def shown(self) -> tuple[str, ...]:
        return (self._add.shown,)

    def is_done(self, host: Host) -> bool:
        folder = {DiscoveryKind.SENDTARGETS: "send_targets", DiscoveryKind.ISNS: "isns"}.get(self.kind, "")
        return any(
            place.is_same_place(self.portal)
            for name in names(host, f"{database_of(host).root}/{folder}")
            if folder and (place := parse_portal(name)) is not None
        )

    def check(self, host: Host) -> None:
        if not self.kind.is_recorded:
            raise Refused(
                Problem(
                    "discovery.no-record-kind",
                    _("This discovery method has no record."),
                    remedy=_("Nothing needs to be stored for it."),
                )
            )
        refuse_without_daemon(host)

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        carry_out(host, self._add, Context(Action.RECORD, portal=self.portal))

    def undo(self) -> tuple[Operation, ...]:
        return (DeleteDiscoveryRecord(self.kind, self.portal),)

    @property
    def _add(self) -> Command:
        return discovery_record(self.kind.value, self.portal, "-o", "new", deadline=DATABASE_DEADLINE)


class DeleteDiscoveryRecord(Operation, frozen=True):
    """Delete the discovery record of a portal.

    iscsiadm deletes the node records with it that it made by asking that portal.
    """

    kind: DiscoveryKind
    portal: Portal

    def title(self) -> str:
        return _("Delete the discovery record of {portal}").format(portal=clean(self.portal.label))

    def why(self) -> str:
        return _(
            "The discovery record is deleted. Node records that iscsiadm created by discovery at this"
            " portal are deleted too; records added one by one stay."
        )

    def shown(self) -> tuple[str, ...]:
        return (self._delete.shown,)

    def is_done(self, host: Host) -> bool:
        return not AddDiscoveryRecord(self.kind, self.portal).is_done(host)

    def check(self, host: Host) -> None:
        """No session uses a record that would be deleted with it: iscsiadm itself does not check."""
        sessions = [
            session
            for record in records_told_by(host, self.kind, self.portal)
            if (session := find_session(host, record.target, record.portal, record.iface)) is not None
        ]
        if sessions:
            raise Refused(
                Problem(
                    "discovery.records-in-use",
                    _("Node records that would be deleted too are in use by session {sids}.").format(
                        sids=enumerated(str(session.sid) for session in sessions)
                    ),
                    _("They were created by discovery at this portal, and iscsiadm deletes them with it."),
                    _("Log out there first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        carry_out(host, self._delete, Context(Action.RECORD, portal=self.portal))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Its CHAP secret is not kept. Run discovery again instead."))

    @property
    def _delete(self) -> Command:
        return discovery_record(self.kind.value, self.portal, "-o", "delete", deadline=DATABASE_DEADLINE)


class StoreDiscovered(Operation, frozen=True):
    """Store chosen targets that a portal reported; what is stored already keeps every setting.

    Attributes:
        kind: how they were found.
        portal: which reported them; None for firmware.
        records: the chosen ones.
        ifaces: names of the iface records to go through, one record for each.
    """

    kind: DiscoveryKind
    portal: Portal | None
    records: tuple[NodeKey, ...]
    ifaces: tuple[str, ...] = ("default",)

    def title(self) -> str:
        count = len(self.records)
        return translate_count("Store {count} target portal", "Store {count} target portals", count).format(
            count=count
        )

    def why(self) -> str:
        return _(
            "A record tells open-iscsi how to log in to a target. Only the targets you chose are added;"
            " existing records keep their settings, which a plain discovery would reset."
        )

    def shown(self) -> tuple[str, ...]:
        if self.kind is DiscoveryKind.FIRMWARE:
            return (_FIRMWARE.shown,)
        return tuple(line for record in self._additions() for line in record.shown())

    def is_done(self, host: Host) -> bool:
        return all(addition.is_done(host) for addition in self._additions())

    def check(self, host: Host) -> None:
        refuse_without_daemon(host)
        for addition in self._additions():
            addition.check(host)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        if self.kind is DiscoveryKind.FIRMWARE:
            carry_out(host, _FIRMWARE, Context(Action.DISCOVERY))
            return
        for addition in self._additions():
            if not addition.is_done(host):
                progress(addition.title())
                addition.run(host, progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _("Some of them may have existed before. Records do no harm; delete those you do not want.")
        )

    def _additions(self) -> "tuple[AddNodeRecord, ...]":
        return tuple(
            AddNodeRecord(record.target, record.portal, iface)
            for record in self.records
            for iface in self.ifaces or ("default",)
        )


_FIRMWARE = Command(("iscsiadm", "-m", "discovery", "-t", "fw", "-o", "new"), DATABASE_DEADLINE, changes=True)
"""Adds what the firmware (iBFT) names, with its CHAP and interface; existing records are not changed."""


class AddNodeRecord(Operation, frozen=True):
    """Store one target at one portal, with the settings of iscsid.conf."""

    target: str
    portal: Portal
    iface: str = "default"

    def title(self) -> str:
        return _("Add the node record of {target} at {portal}").format(
            target=clean(self.target), portal=clean(self.portal.label)
        )

    def why(self) -> str:
        return _(
            "A record tells open-iscsi how to log in to a target. It starts with the settings of iscsid.conf."
        )

    def shown(self) -> tuple[str, ...]:
        return (self._add.shown,)

    def is_done(self, host: Host) -> bool:
        return is_recorded(host, self.target, self.portal, self.iface)

    def check(self, host: Host) -> None:
        if not is_usable_target(self.target):
            raise Refused(
                Problem(
                    "record.unusable-name",
                    _("The target name has characters that are not allowed: {name}.").format(
                        name=clean(self.target)
                    ),
                    _("The portal reported it, or it was mistyped."),
                    _("Ask the storage administrator for the correct target name."),
                )
            )
        refuse_without_daemon(host)

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        """An existing record would be overwritten with the defaults by iscsiadm."""
        if not self.is_done(host):
            carry_out(host, self._add, Context(Action.RECORD, self.target, self.portal))

    def undo(self) -> tuple[Operation, ...]:
        return (DeleteNodeRecord(self.target, self.portal, self.iface),)

    @property
    def _add(self) -> Command:
        return node(
            self.target, self.portal, self.iface, "-o", "new", deadline=DATABASE_DEADLINE, with_group=True
        )


class AddInterface(Operation, frozen=True):
    """Make an iface record, which binds sessions to a network interface.

    Attributes:
        name: of the record.
        network_device: name of the network interface, `eth1`, or empty.
        ip_address: its IP address instead, or empty.
        hardware_address: its MAC address instead, or empty.
    """

    name: str
    network_device: str = ""
    ip_address: str = ""
    hardware_address: str = ""

    def title(self) -> str:
        return _("Create the iface record {name}").format(name=clean(self.name))

    def why(self) -> str:
        return _("Its sessions use this network interface, whatever the routing table says.")

    def shown(self) -> tuple[str, ...]:
        return tuple(command.shown for command in (self._new, self._update))

    def is_done(self, host: Host) -> bool:
        return self._stored(host) == self._wanted

    def check(self, host: Host) -> None:
        self._check(host, (None, self._wanted))

    def check_interrupted(self, host: Host) -> None:
        """A record that is not bound yet is its own."""
        self._check(host, (None, self._wanted, InterfaceRecord(self.name)))

    def _check(self, host: Host, expected: tuple[InterfaceRecord | None, ...]) -> None:
        if self._stored(host) not in expected:
            raise Refused(
                Problem(
                    "iface.taken",
                    _("The iface record {name} already exists with another binding.").format(
                        name=clean(self.name)
                    ),
                    remedy=_("Choose another name, or use that record."),
                    field="new_iface",
                )
            )
        if self.network_device and host.facts(f"/sys/class/net/{self.network_device}") is None:
            raise Refused(
                Problem(
                    "iface.no-such-interface",
                    _("This host has no network interface {name}.").format(name=clean(self.network_device)),
                    remedy=_("Choose one that `ip link` shows."),
                    field="new_iface",
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        context = Context(Action.RECORD, field="new_iface")
        if self._stored(host) is None:
            carry_out(host, self._new, context)
        carry_out(host, self._update, context)

    def undo(self) -> tuple[Operation, ...]:
        return (DeleteInterface(self.name),)

    @property
    def _wanted(self) -> InterfaceRecord:
        return InterfaceRecord(self.name, "tcp", self.hardware_address, self.ip_address, self.network_device)

    @property
    def _new(self) -> Command:
        return _iface(self.name, "-o", "new")

    @property
    def _update(self) -> Command:
        values = (
            ("iface.net_ifacename", self.network_device),
            ("iface.ipaddress", self.ip_address),
            ("iface.hwaddress", self.hardware_address),
        )
        pairs = tuple(word for key, value in values if value for word in ("-n", key, "-v", value))
        return _iface(self.name, "-o", "update", *pairs)

    def _stored(self, host: Host) -> InterfaceRecord | None:
        content = text(host, f"{database_of(host).root}/ifaces/{self.name}")
        return parse_interface_record(content, self.name)


class DeleteInterface(Operation, frozen=True):
    """Delete an iface record."""

    name: str

    def title(self) -> str:
        return _("Delete the iface record {name}").format(name=clean(self.name))

    def why(self) -> str:
        return _("New sessions are no longer bound to that network interface.")

    def shown(self) -> tuple[str, ...]:
        return (_iface(self.name, "-o", "delete").shown,)

    def is_done(self, host: Host) -> bool:
        return host.facts(f"{database_of(host).root}/ifaces/{self.name}") is None

    def check(self, host: Host) -> None:
        """Nothing uses it: records and sessions that name it would lose their network interface."""
        records = read_records(host, database_of(host).root).nodes
        users = [record.target for record in records if record.iface == self.name]
        users += [session.target for session in read_sessions(host)[0] if session.iface == self.name]
        if users:
            raise Refused(
                Problem(
                    "iface.in-use",
                    _("The iface record {name} is in use.").format(name=clean(self.name)),
                    _("Used by: {targets}.").format(
                        targets=enumerated(clean(target) for target in dict.fromkeys(users[:4]))
                    ),
                    _("Log out there and delete these node records first."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        carry_out(host, _iface(self.name, "-o", "delete"), Context(Action.RECORD, field="new_iface"))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Create it again for the same network interface."))


def _iface(name: str, *rest: str) -> Command:
    return Command(("iscsiadm", "-m", "iface", "-I", name, *rest), DATABASE_DEADLINE, changes=True)
