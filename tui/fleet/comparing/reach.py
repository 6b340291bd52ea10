"""What some hosts reach or see and others do not, or see in another size."""

from collections.abc import Iterator, Sequence

from tui.fleet.comparing.host_names import files, host_names, listed
from tui.fleet.facts import HostFacts, LunFacts
from tui.fleet.finding import FleetFinding, Weight
from tui.storage.size import size_words
from tui.words import enumerated, translate as _


def portals_of_some(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """A portal that some hosts reach and others do not; those that did not try do not count."""
    reach: dict[str, list[HostFacts]] = {}
    fail: dict[str, list[tuple[HostFacts, str]]] = {}
    for host in hosts:
        for portal in host.portals:
            if portal.reached:
                reach.setdefault(portal.name, []).append(host)
            elif portal.reached is False:
                fail.setdefault(portal.name, []).append((host, portal.cell.words))
    for name, failing in fail.items():
        reaching = reach.get(name, [])
        if reaching:
            hosts_failing = [host for host, _words in failing]
            yield FleetFinding(
                "portal-of-some",
                Weight.BROKEN,
                _("The portal {portal} answers {reaching}, but not {failing}.").format(
                    failing=host_names(hosts_failing), portal=name, reaching=host_names(reaching)
                ),
                files(hosts_failing),
                name,
                _("The portal works. What differs is the network on the way: VLAN, route, firewall, cable."),
                (
                    *((host.name, words) for host, words in failing),
                    *((host.name, _("reached")) for host in reaching),
                ),
                (_("Compare route and interface of a host of each kind: `ip route get ADDRESS`."),),
            )


def sizes(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """A LUN that hosts see in different sizes."""
    for key, views in _views(hosts).items():
        by_size: dict[int, list[HostFacts]] = {}
        for host, lun in views:
            if lun.size:
                by_size.setdefault(lun.size, []).append(host)
        if len(by_size) < 2:
            continue
        largest = max(by_size)
        behind = [host for size, seeing in by_size.items() if size != largest for host in seeing]
        yield FleetFinding(
            "size-differs",
            Weight.RISK,
            _("{hosts} see a LUN smaller than others do.").format(hosts=host_names(behind)),
            files(behind),
            key,
            _(
                "It was grown or shrunk, and these hosts have not read its size again. Grown by another "
                "host, what is on it may reach beyond the end that they see."
            ),
            tuple(
                (listed([host.name for host in seeing]), size_words(size, *by_size))
                for size, seeing in sorted(by_size.items(), reverse=True)
            ),
            (_("On each of them: `iscsi-console scan TARGET`, then `iscsi-console grow`."),),
        )


def missing_luns(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """A LUN that a host expects by what is on it, that it does not see, and that others see."""
    seen = _views(hosts)
    places: dict[str, str] = {}
    for key, views in seen.items():
        for _host, lun in views:
            for what in lun.holds:
                places.setdefault(what, key)
    for host in hosts:
        own = {lun.key for lun in host.luns}
        lost: dict[str, list[str]] = {}
        for expected in host.expected:
            key = places.get(expected.what, "")
            if key and key not in own:
                lost.setdefault(key, []).append(expected.source)
        for key, sources in lost.items():
            views = seen[key]
            others = [other for other, _lun in views]
            lun = views[0][1]
            yield FleetFinding(
                "lun-missing",
                Weight.BROKEN,
                _("{host} does not see a LUN that it expects; {others} do.").format(
                    host=host.name, others=host_names(others)
                ),
                (host.file,),
                key,
                _("It is {place}, {size}.").format(place=enumerated(lun.places), size=size_words(lun.size)),
                (
                    *((host.name, source) for source in dict.fromkeys(sources)),
                    *((other.name, _("there")) for other in others),
                ),
                (
                    _("Log in to that target, or scan for new LUNs: `iscsi-console scan TARGET`."),
                    _("If it does not appear, ask the storage administrator to map it to this host."),
                ),
            )


def _views(hosts: Sequence[HostFacts]) -> dict[str, list[tuple[HostFacts, LunFacts]]]:
    """The hosts that see each LUN, and how."""
    found: dict[str, list[tuple[HostFacts, LunFacts]]] = {}
    for host in hosts:
        for lun in host.luns:
            found.setdefault(lun.key, []).append((host, lun))
    return found
