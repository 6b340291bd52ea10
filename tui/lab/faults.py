"""What can go wrong with an array while it runs, switched on and off inside the guest.

`python3 -m tui.lab.faults NAME [OPTION=VALUE…]`, or with a lone `-` the options one per line on standard
input, which is how secrets come without standing on a command line. From outside: `Guest.fault`.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.lab import lio
from tui.lab.san import ANYONE, Backing, Chap, Lun, Portal, San, SanError, Target, TargetKind, parse, size_of
from tui.lab.stores import recreate
from tui.lab.target import (
    DESCRIPTION,
    IMPLEMENTATIONS,
    Implementation,
    address_line,
    array_nic,
    enter_namespace,
    ip,
)
from tui.storage.printing import complain
from tui.words import enumerated, translate as _

NOT_LISTENED_TO = 1
"""A TCP port at which the array never listens (tcpmux): the network code answers for it with a reset."""

NOBODY = "iqn.2003-01.org.linux-iscsi.lab:nobody"
"""An initiator name that nobody has."""


class Fault(StrEnum):
    """Everything that can be made to go wrong, and right again."""

    LINK_DOWN = "link-down"
    LINK_UP = "link-up"
    PORTAL_REFUSED = "portal-refused"
    PORTAL_DROPPED = "portal-dropped"
    PORTALS_RESTORED = "portals-restored"
    PACKET_LOSS = "packet-loss"
    LUN_REMOVED = "lun-removed"
    LUN_RESTORED = "lun-restored"
    LUN_GROWN = "lun-grown"
    LUN_RECREATED = "lun-recreated"
    CHAP_CHANGED = "chap-changed"
    ACL_CHANGED = "acl-changed"
    TARGET_STOPPED = "target-stopped"
    TARGET_STARTED = "target-started"
    TARGET_RESTARTED = "target-restarted"


class Scene(Struct, frozen=True):
    """The array and the options a fault was called with."""

    san: San
    options: Mapping[str, str]

    @property
    def network(self) -> int:
        """The position of the network meant: option `network`, by default the first."""
        return self.san.network(self.options.get("network", ""))

    @property
    def target(self) -> Target:
        """The target meant: option `target`, by default the first."""
        return self.san.target(self.options.get("target", ""))

    @property
    def groups(self) -> tuple[Target, ...]:
        """That target, once for each of its portal groups."""
        return tuple(target for target in self.san.targets if target.name == self.target.name)

    @property
    def implementation(self) -> Implementation:
        """What drives that target."""
        return IMPLEMENTATIONS[self.target.kind]

    @property
    def lun(self) -> Lun:
        """The LUN meant: option `lun`, by default the target's first."""
        number = self.options.get("lun", "")
        for lun in self.target.luns:
            if number in ("", str(lun.number)):
                return lun
        raise SanError(
            _("The target {name} has no LUN {number}.").format(name=self.target.name, number=number)
        )

    @property
    def chap(self) -> Chap | None:
        """The credentials in options `user`, `secret`, `mutual_user`, `mutual_secret`; no user, no CHAP."""
        if not self.options.get("user"):
            return None
        return Chap(
            *(self.options.get(name, "") for name in ("user", "secret", "mutual_user", "mutual_secret"))
        )


def _link_down(scene: Scene) -> None:
    ip([f"link set {array_nic(scene.network)} down"])


def _link_up(scene: Scene) -> None:
    nic = array_nic(scene.network)
    # A link that goes down loses its IPv6 addresses.
    addresses = scene.san.networks[scene.network].array
    ip([f"link set {nic} up", *(address_line("replace", address, nic) for address in addresses)])


def _portal_refused(scene: Scene) -> None:
    _filter(scene, _refuse)


def _portal_dropped(scene: Scene) -> None:
    _filter(scene, _drop)


def _filter(scene: Scene, treat: Callable[[Portal], Sequence[str]]) -> None:
    """Treat what arrives at one portal (option `portal`), or at all, in a way of its own."""
    wanted = scene.options.get("portal", "")
    portals = {
        portal for target in scene.san.targets for portal in target.portals if wanted in ("", str(portal))
    }
    if not portals:
        raise SanError(_("The array has no portal {portal}.").format(portal=wanted))
    rules = [rule for portal in sorted(portals, key=str) for rule in treat(portal)]
    _portals_restored(scene)
    _tc([f"filter add dev {nic} {rule}" for nic in _nics(scene) for rule in rules])


def _drop(portal: Portal) -> tuple[str, ...]:
    """The rules for tc(8) by which a portal is silent."""
    return (f"ingress {_packets(portal, 'dst', portal.port)} action drop",)


def _refuse(portal: Portal) -> tuple[str, ...]:
    """The rules by which a portal answers everything with a reset, as one at which nothing listens.

    What comes for it goes to a port at which nothing listens, and the answer comes from where it is awaited.
    """
    sums = "action csum " + ("ip and tcp" if portal.address.version == 4 else "tcp")
    there = f"action pedit ex munge tcp dport set {NOT_LISTENED_TO} pipe {sums}"
    back = f"action pedit ex munge tcp sport set {portal.port} pipe {sums}"
    return (
        f"ingress {_packets(portal, 'dst', portal.port)} {there}",
        f"egress {_packets(portal, 'src', NOT_LISTENED_TO)} {back}",
    )


def _packets(portal: Portal, end: str, port: int) -> str:
    """What tc-flower(8) finds the packets by that a portal receives (end `dst`) or sends (`src`)."""
    version = "ip" if portal.address.version == 4 else "ipv6"
    return f"protocol {version} flower ip_proto tcp {end}_ip {portal.address} {end}_port {port}"


def _portals_restored(scene: Scene) -> None:
    for nic in _nics(scene):
        ways = (f"filter del dev {nic} {way}" for way in ("ingress", "egress"))
        _tc([f"qdisc replace dev {nic} clsact", *ways])


def _nics(scene: Scene) -> list[str]:
    return [array_nic(position) for position in range(len(scene.san.networks))]


def _tc(lines: Sequence[str]) -> None:
    """Have tc(8) carry out lines; the guest's kernel is built without any other packet filter."""
    subprocess.run(("tc", "-batch", "-"), input="\n".join(lines) + "\n", text=True, check=True)


def _packet_loss(scene: Scene) -> None:
    """Lose option `percent` of what the array sends; 0 ends it."""
    nic, percent = array_nic(scene.network), float(scene.options.get("percent", "20"))
    loss = f"qdisc replace dev {nic} root netem loss {percent}%" if percent else f"qdisc del dev {nic} root"
    _tc([loss])


def _lun_removed(scene: Scene) -> None:
    scene.implementation.detach(scene.target, scene.lun)


def _lun_restored(scene: Scene) -> None:
    scene.implementation.attach(scene.target, scene.lun)


def _lun_grown(scene: Scene) -> None:
    """Enlarge a LUN to option `size`; only `iblock` LUNs can grow in use."""
    if scene.target.kind is not TargetKind.LIO or scene.lun.backing is not Backing.IBLOCK:
        raise SanError(_("Only a LUN with an iblock backstore can grow."))
    lio.grow(scene.target, scene.lun, size_of(scene.options.get("size", "1G")))


def _lun_recreated(scene: Scene) -> None:
    """Put a new, empty disk with another WWID in the place of a LUN."""
    scene.implementation.detach(scene.target, scene.lun)
    recreate(scene.target, scene.lun)
    scene.implementation.attach(scene.target, scene.lun)


def _chap_changed(scene: Scene) -> None:
    scene.implementation.set_chap(scene.target, scene.chap)


def _acl_changed(scene: Scene) -> None:
    """Admit option `initiators`: "any", or names with commas between them, or nobody when empty.

    The target is made anew, because LIO goes on admitting whomever it admitted once while it asked nobody.
    """
    named = scene.options.get("initiators", "") or NOBODY
    initiators = () if named == ANYONE else tuple(named.split(","))
    scene.implementation.down(scene.target)
    scene.implementation.up(scene.san, replace(scene.target, initiators=initiators))


def _target_stopped(scene: Scene) -> None:
    for group in scene.groups:
        scene.implementation.down(group)


def _target_started(scene: Scene) -> None:
    for group in scene.groups:
        scene.implementation.up(scene.san, group)


def _target_restarted(scene: Scene) -> None:
    _target_stopped(scene)
    _target_started(scene)


ACTIONS: dict[Fault, Callable[[Scene], None]] = {
    Fault.LINK_DOWN: _link_down,
    Fault.LINK_UP: _link_up,
    Fault.PORTAL_REFUSED: _portal_refused,
    Fault.PORTAL_DROPPED: _portal_dropped,
    Fault.PORTALS_RESTORED: _portals_restored,
    Fault.PACKET_LOSS: _packet_loss,
    Fault.LUN_REMOVED: _lun_removed,
    Fault.LUN_RESTORED: _lun_restored,
    Fault.LUN_GROWN: _lun_grown,
    Fault.LUN_RECREATED: _lun_recreated,
    Fault.CHAP_CHANGED: _chap_changed,
    Fault.ACL_CHANGED: _acl_changed,
    Fault.TARGET_STOPPED: _target_stopped,
    Fault.TARGET_STARTED: _target_started,
    Fault.TARGET_RESTARTED: _target_restarted,
}

OPTIONS = frozenset(
    (
        *("network", "target", "portal", "lun", "size", "percent", "initiators"),
        *("user", "secret", "mutual_user", "mutual_secret"),
    )
)


def read_options(words: list[str]) -> dict[str, str]:
    """The options of a fault from `name=value` words.

    Raises:
        SanError: When a word is not of that form or names no option.
    """
    options = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in OPTIONS:
            raise SanError(
                _("{word} is not an option; valid options: {options}.").format(
                    word=name, options=enumerated(sorted(OPTIONS))
                )
            )
        options[name] = value
    return options


def main(words: list[str]) -> int:
    """Do what the command line says; the exit status."""
    if not words or words[0] not in list(Fault):
        complain(_("No such fault. Valid faults: {faults}.").format(faults=enumerated(Fault)))
        return 2
    try:
        given = sys.stdin.read().splitlines() if words[1:] == ["-"] else words[1:]
        scene = Scene(parse(DESCRIPTION.read_text()), read_options(given))
        enter_namespace()
        ACTIONS[Fault(words[0])](scene)
    except SanError as error:
        complain(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
