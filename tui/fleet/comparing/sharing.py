"""Storage that several hosts use at the same time, with nothing that keeps them from destroying it."""

from collections.abc import Iterator, Sequence

from tui.fleet.comparing.host_names import files, host_names, when_captured
from tui.fleet.facts import HostFacts, UseFacts
from tui.fleet.finding import FleetFinding, Weight
from tui.words import prose, translate as _

_CLUSTERED = frozenset({"gfs2", "ocfs2", "gpfs", "lustre", "vmfs"})
"""File systems that are made to be mounted by several hosts."""

Users = list[tuple[HostFacts, UseFacts]]
"""Hosts, and what each uses."""


def shared_uses(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """One file system, or swap space, in use on several hosts; and one LUN for different file systems."""
    by_uuid: dict[str, Users] = {}
    by_lun: dict[str, Users] = {}
    for host in hosts:
        for use in host.uses:
            if use.kind not in _CLUSTERED:
                by_uuid.setdefault(use.uuid or f"on {' '.join(use.luns)}", []).append((host, use))
                for lun in use.luns:
                    by_lun.setdefault(lun, []).append((host, use))
    for users in by_uuid.values():
        if _is_several(users):
            yield from _same_file_system(users)
    for lun, users in by_lun.items():
        if (
            _is_several(users)
            and len({use.uuid for _host, use in users}) > 1
            and not _in_one_group(lun, users)
        ):
            yield _same_lun(lun, users)


def _in_one_group(lun: str, users: Users) -> bool:
    """Whether all use LVs of one VG on a LUN: that is reported as such, or protected by LVM."""
    groups = {next((group.uuid for group in host.groups if lun in group.luns), "") for host, _use in users}
    return len(groups) == 1 and groups != {""}


def _is_several(users: Users) -> bool:
    return len({host.file for host, _use in users}) > 1


def _of(users: Users) -> list[HostFacts]:
    return list({host.file: host for host, _use in users}.values())


def _shown(users: Users) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            host.name,
            _use_words(use),
        )
        for host, use in users
    )


def _use_words(use: UseFacts) -> str:
    if use.kind == "swap":
        return _("swap space in use")
    words = _("{kind} at {place}, read-only") if use.read_only else _("{kind} at {place}")
    return words.format(kind=use.kind, place=use.place)


def _same_file_system(users: Users) -> Iterator[FleetFinding]:
    """The same file system: on one LUN, or on several that are copies of each other."""
    by_lun: dict[str, Users] = {}
    for host, use in users:
        for lun in use.luns:
            by_lun.setdefault(lun, []).append((host, use))
    shared = {lun: found for lun, found in by_lun.items() if _is_several(found)}
    if not shared:
        hosts = _of(users)
        yield FleetFinding(
            "same-file-system-uuid",
            Weight.RISK,
            _("{hosts} have file systems with one UUID mounted from different LUNs.").format(
                hosts=host_names(hosts)
            ),
            files(hosts),
            users[0][1].luns[0],
            _(
                "One LUN is a copy of the other: a snapshot or a replica. A host that sees both mounts "
                "either of them by UUID."
            ),
            _shown(users),
            (_("Unmount the copy and give it a UUID of its own: tune2fs(8) -U, xfs_admin(8) -U."),),
        )
        return
    told: set[frozenset[str]] = set()
    for lun, found in shared.items():
        names = frozenset(files(_of(found)))
        if names not in told:
            told.add(names)
            yield _same_swap(lun, found) if found[0][1].kind == "swap" else _same_mount(lun, found)


def _same_mount(lun: str, users: Users) -> FleetFinding:
    hosts = _of(users)
    is_written = any(not use.read_only for _host, use in users)
    return FleetFinding(
        "mounted-by-several",
        Weight.DANGER if is_written else Weight.RISK,
        _("{hosts} have the same file system mounted from one LUN.").format(hosts=host_names(hosts)),
        files(hosts),
        lun,
        prose(
            _("None of them knows what another writes: the file system is being destroyed.")
            if is_written
            else _("Even a read-only mount replays the journal, which writes."),
            when_captured(hosts),
        ),
        _shown(users),
        (
            _("Decide which host keeps it, and unmount it on all others, now."),
            _("Then check it with fsck on one host, while no host has it mounted."),
            _("Have the LUN mapped to one host only, or use a cluster file system."),
        ),
    )


def _same_swap(lun: str, users: Users) -> FleetFinding:
    hosts = _of(users)
    return FleetFinding(
        "swap-of-several",
        Weight.DANGER,
        _("{hosts} use the same swap space on one LUN.").format(hosts=host_names(hosts)),
        files(hosts),
        lun,
        prose(
            _("Each overwrites what another has swapped out: processes crash or read wrong data."),
            when_captured(hosts),
        ),
        _shown(users),
        (_("Run swapoff(8) on all hosts but one, and remove it from their fstab."),),
    )


def _same_lun(lun: str, users: Users) -> FleetFinding:
    hosts = _of(users)
    return FleetFinding(
        "lun-used-by-several",
        Weight.RISK,
        _("{hosts} use different file systems on one LUN.").format(hosts=host_names(hosts)),
        files(hosts),
        lun,
        prose(
            _("What one host changes in the partition table or the size, the other does not see."),
            when_captured(hosts),
        ),
        _shown(users),
        (_("Give each host a LUN of its own."),),
    )


def unguarded_groups(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """A VG that several hosts may use, without a lock manager and a system ID that keeps the others away."""
    found: dict[str, list[HostFacts]] = {}
    for host in hosts:
        for group in host.groups:
            found.setdefault(group.uuid, []).append(host)
    for uuid, having in found.items():
        if len(having) > 1:
            yield _unguarded(uuid, having)


def _unguarded(uuid: str, hosts: list[HostFacts]) -> FleetFinding:
    views = [next(group for group in host.groups if group.uuid == uuid) for host in hosts]
    name, owner = views[0].name, views[0].system_id
    active = [host for host, view in zip(hosts, views, strict=True) if view.active]
    if owner:
        summary = _("The VG {group} belongs to several hosts: {hosts} have one system ID.")
    else:
        summary = _("The VG {group} has no system ID and no lock manager, and {hosts} see it.")
    return FleetFinding(
        "unprotected-vg",
        Weight.DANGER if len(active) > 1 else Weight.RISK,
        summary.format(group=name, hosts=host_names(hosts)),
        files(hosts),
        views[0].luns[0] if views[0].luns else "",
        prose(
            _("LVM lets each of them change its metadata and activate its LVs (lvmsystemid(7))."),
            _("LVs are active on {hosts}.").format(hosts=host_names(active)) if active else "",
            when_captured(active) if len(active) > 1 else "",
        ),
        tuple(
            (host.name, _("active") if view.active else _("not active"))
            for host, view in zip(hosts, views, strict=True)
        ),
        (
            _("For one host: set `system_id_source` in lvm.conf there, then `vgchange --systemid`."),
            _("For several hosts: lvmlockd(8) and `vgchange --lock-type`."),
        ),
    )
