"""Hosts that have what must be unique in common: an initiator name, a machine ID."""

from collections.abc import Callable, Iterator, Sequence

from tui.fleet.comparing.host_names import files, host_names
from tui.fleet.facts import HostFacts
from tui.fleet.finding import FleetFinding, Weight
from tui.words import translate as _


def same_initiator_names(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """One initiator name on several hosts (RFC 7143 4.2.7.1: it names one initiator in the world)."""
    for name, found in _several(hosts, lambda host: host.initiator):
        common = [
            target.name
            for target in found[0].targets
            if all(target.name in {other.name for other in host.targets} for host in found[1:])
        ]
        yield FleetFinding(
            "same-initiator-name",
            Weight.DANGER if common else Weight.RISK,
            _("{hosts} have the same initiator name.").format(hosts=host_names(found)),
            files(found),
            common[0] if common else "",
            _(
                "Each login to a target terminates the other host's session (session reinstatement), and "
                "each host may use the LUNs that are meant for the other."
            ),
            tuple((host.name, f"InitiatorName={name}") for host in found),
            (
                _(
                    "On the clone, not on the host in production: unmount, log out, set a new name with "
                    "`iscsi-console setup`, and have it allowed by the target's ACL."
                ),
            ),
        )


def same_machine_ids(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """One machine ID on several hosts (machine-id(5): a clone has to get its own)."""
    for _machine, found in _several(hosts, lambda host: host.machine):
        yield FleetFinding(
            "same-machine-id",
            Weight.RISK,
            _("{hosts} have the same machine ID: they are clones.").format(hosts=host_names(found)),
            files(found),
            meaning=_(
                "What is made from it is not unique either: LVM's system ID with system_id_source=machineid, "
                "the host keys of sanlock and dlm, the DHCP client ID."
            ),
            seen=tuple((host.name, _("an ID derived from /etc/machine-id")) for host in found),
            advice=(
                _("On the clone: empty /etc/machine-id and restart it, or run systemd-machine-id-setup(1)."),
                _("Check its initiator name and its SSH host keys as well."),
            ),
        )


def _several(
    hosts: Sequence[HostFacts], of: Callable[[HostFacts], str]
) -> Iterator[tuple[str, list[HostFacts]]]:
    found: dict[str, list[HostFacts]] = {}
    for host in hosts:
        if of(host):
            found.setdefault(of(host), []).append(host)
    return ((name, having) for name, having in found.items() if len(having) > 1)
