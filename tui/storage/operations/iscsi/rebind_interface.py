"""An iface record bound to another network interface."""

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.iscsi.iscsiadm import Action, Context
from tui.storage.iscsi.iscsiadm_call import DATABASE_DEADLINE, carry_out
from tui.storage.iscsi.record_file import database_of
from tui.storage.operations.operation import Operation, Progress
from tui.storage.probe.iscsi.records import parse_interface_record
from tui.storage.probe.reading import names, text, word
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class RebindInterface(Operation, frozen=True):
    """Bind an iface record to another network interface; iscsiadm changes the records that use it too.

    Attributes:
        name: of the iface record.
        network_device: the interface by its name, or empty where it is bound by hardware address.
        hardware_address: that address, or empty.
        old_device: what it was bound to, for undoing.
        old_address: likewise.
    """

    name: str
    network_device: str = ""
    hardware_address: str = ""
    old_device: str = ""
    old_address: str = ""

    def title(self) -> str:
        return _("Bind the iface {name} to {nic}").format(
            name=clean(self.name), nic=clean(self.network_device or self.hardware_address)
        )

    def why(self) -> str:
        return _("Its sessions use this network interface, whatever the routing table says.")

    def shown(self) -> tuple[str, ...]:
        return (self._update.shown,)

    def is_done(self, host: Host) -> bool:
        path = f"{database_of(host).root}/ifaces/{self.name}"
        record = parse_interface_record(text(host, path), self.name)
        return record is not None and (record.network_device, record.hardware_address) == (
            self.network_device,
            self.hardware_address,
        )

    def check(self, host: Host) -> None:
        there = names(host, "/sys/class/net")
        addresses = {word(host, f"/sys/class/net/{name}/address").lower() for name in there}
        if self.network_device in there or self.hardware_address.lower() in addresses:
            return
        raise Refused(
            Problem(
                "iface.no-such-interface",
                _("This host has no network interface {name}.").format(
                    name=clean(self.network_device or self.hardware_address)
                ),
                remedy=_("Choose one that `ip link` shows."),
            )
        )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        carry_out(host, self._update, Context(Action.RECORD))

    def undo(self) -> tuple[Operation, ...]:
        return (
            RebindInterface(
                self.name, self.old_device, self.old_address, self.network_device, self.hardware_address
            ),
        )

    @property
    def _update(self) -> Command:
        key, value = (
            ("iface.net_ifacename", self.network_device)
            if self.network_device
            else ("iface.hwaddress", self.hardware_address)
        )
        argv = ("iscsiadm", "-m", "iface", "-I", self.name, "-o", "update", "-n", key, "-v", value)
        return Command(argv, deadline=DATABASE_DEADLINE, changes=True)
