"""Settings and versions in which hosts differ that use the same storage."""

from collections.abc import Iterator, Sequence

from tui.fleet.comparing.host_names import files, host_names, listed
from tui.fleet.facts import HostFacts
from tui.fleet.finding import FleetFinding, Weight
from tui.words import enumerated, translate as _

Values = list[tuple[HostFacts, str]]
"""What each host has."""

_NOT_SET = ""


def differing_timers(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """Timers and startup in the records of one target; of several targets once, if alike."""
    of_target: dict[tuple[str, str], Values] = {}
    for host in hosts:
        for one in host.targets:
            for setting, value in one.settings:
                of_target.setdefault((setting, one.name), []).append((host, value))
    same: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[Values, list[str]]] = {}
    for (setting, target), values in of_target.items():
        if _differ(values):
            key = (setting, tuple((host.file, value) for host, value in values))
            same.setdefault(key, (values, []))[1].append(target)
    for (setting, _key), (values, targets) in same.items():
        yield _difference(
            "timers-differ",
            _("{setting} of node records").format(setting=setting),
            values,
            _("Records of {targets}. In an outage these hosts do not behave alike.").format(
                targets=listed(targets, 2)
            ),
            _("Change it: `iscsi-console record set TARGET {setting}=VALUE`.").format(setting=setting),
            subject=targets[0],
        )


def differing_policies(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """How multipath uses the paths to one kind of array; a host with several policies has its reasons."""
    of_array: dict[str, Values] = {}
    for host in hosts:
        policies: dict[str, set[str]] = {}
        for lun in host.luns:
            if lun.policy:
                policies.setdefault(lun.array, set()).add(lun.policy)
        for array, found in policies.items():
            if len(found) == 1:
                of_array.setdefault(array, []).append((host, found.pop()))
    for array, values in of_array.items():
        if _differ(values):
            yield _difference(
                "multipath-differs",
                _("The multipath policy for {array}").format(array=array),
                values,
                _("When paths are lost, these hosts do not behave alike."),
                _("Compare the `device` and `defaults` sections of multipath.conf (multipath.conf(5))."),
            )


def differing_settings(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """iscsid.conf of hosts that use the same targets; `iscsid.` settings depend on the distribution."""
    for together in neighbours(hosts):
        systems = {host.system for host in together}
        having = [host for host in together if host.settings]
        names = sorted({name for host in having for name, _value in host.settings})
        tables = {host.file: dict(host.settings) for host in having}
        for name in names:
            if name.startswith("iscsid.") and len(systems) > 1:
                continue
            # The files of distributions differ: a setting that one leaves out says nothing beside another.
            values = [
                (host, tables[host.file].get(name, _NOT_SET))
                for host in having
                if name in tables[host.file] or len(systems) == 1
            ]
            if _differ(values):
                yield _difference(
                    "iscsid-conf-differs",
                    _("{setting} in iscsid.conf").format(setting=name),
                    values,
                    _("Node records that are created from now on get different values."),
                    _("Set it alike in /etc/iscsi/iscsid.conf; existing node records keep theirs."),
                )


def differing_versions(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """Versions of kernel and tools, of hosts of one release that use the same targets."""
    for together in neighbours(hosts):
        releases: dict[str, list[HostFacts]] = {}
        for host in together:
            if host.system:
                releases.setdefault(host.system, []).append(host)
        for release, alike in releases.items():
            for name in sorted({name for host in alike for name, _version in host.versions}):
                values = [
                    (host, version) for host in alike for tool, version in host.versions if tool == name
                ]
                if _differ(values):
                    yield _difference(
                        "versions-differ",
                        _("The version of {tool} on {release}").format(tool=name, release=release),
                        values,
                        _("What works on one of them need not work on the others."),
                        _("Update all of them. A new kernel runs after the next restart only."),
                    )


def neighbours(hosts: Sequence[HostFacts]) -> list[list[HostFacts]]:
    """The hosts in groups: those that use a target in common, directly or by others, are in one."""
    leads: dict[str, str] = {}
    for host in hosts:
        for target in host.targets:
            leads.setdefault(target.name, target.name)
            leads[_leader(leads, target.name)] = _leader(leads, host.targets[0].name)
    groups: dict[str, list[HostFacts]] = {}
    for host in hosts:
        if host.targets:
            groups.setdefault(_leader(leads, host.targets[0].name), []).append(host)
    return [group for group in groups.values() if len(group) > 1]


def _leader(leads: dict[str, str], name: str) -> str:
    """The target that stands for all that are connected with one."""
    while leads[name] != name:
        leads[name] = leads[leads[name]]
        name = leads[name]
    return name


def _differ(values: Values) -> bool:
    return len({value for _host, value in values}) > 1


def _difference(
    code: str, what: str, values: Values, meaning: str, *advice: str, subject: str = ""
) -> FleetFinding:
    by_value: dict[str, list[HostFacts]] = {}
    for host, value in values:
        by_value.setdefault(value, []).append(host)
    ranked = sorted(by_value.items(), key=lambda item: (-len(item[1]), item[0]))
    most, others = ranked[0][1], ranked[1:]
    fewer = [host for _value, having in others for host in having]
    shown = {value: value or _("not set") for value in by_value}
    if len(most) > len(fewer):
        summary = _("{what} differs: {value} on {count} hosts, {others}.").format(
            what=what, value=shown[ranked[0][0]], count=len(most), others=_values_words(others)
        )
    else:
        summary = _("{what} differs: {values}.").format(what=what, values=_values_words(ranked))
    return FleetFinding(
        code,
        Weight.DIFFERENCE,
        summary,
        files(fewer if len(most) > len(fewer) else [host for host, _value in values]),
        subject,
        meaning,
        tuple((host_names(having), shown[value]) for value, having in ranked),
        advice,
    )


def _values_words(ranked: list[tuple[str, list[HostFacts]]]) -> str:
    return enumerated(
        _("{value} on {hosts}").format(value=value or _("not set"), hosts=host_names(having, 3))
        for value, having in ranked
    )
