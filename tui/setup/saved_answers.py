"""The answers that would make this host again: `setup --save-answers FILE`.

They are taken from the host as it is, so whatever the wizard or an answers file did is in them. Volumes are
used as they are (`way = "existing"`): their data is on the array. Secrets are not written, but their files
named.
"""

import re
from collections.abc import Iterator

from tui.setup.answers import BootWay
from tui.setup.state import SetupState
from tui.setup.steps.disks import Existing, existing
from tui.setup.steps.mount_wanted import own_options
from tui.storage.files.systemd import unit_property
from tui.storage.files.unit_names import mount_unit
from tui.storage.host.interface import Host
from tui.storage.iscsi.chap import ChapKind
from tui.storage.iscsi.discovery import DiscoveryKind
from tui.storage.model.files import FstabEntry
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import ChapFacts, NodeRecord
from tui.storage.printing import json_text
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_TIMEOUT = re.compile(r"x-systemd\.device-timeout=(\d{1,6})s?")


def saved_answers(host: Host, state: SetupState) -> str:
    """The text of an answers file for this host as it is.

    Args:
        host: the host.
        state: its state, as `Setup.begin` reads it.

    Raises:
        Refused: there is no node record, so nothing was set up here.
    """
    inventory = state.inventory
    if not inventory.node_records:
        raise Refused(
            Problem(
                "answers.nothing",
                _("This host has no node records, so there are no answers that would make it again."),
                remedy=_("Set storage up first: iscsi-console setup."),
            )
        )
    mounted = [volume for volume in existing(state) if volume.mounted]
    lines = [
        f"# {_('What would make {host} again.').format(host=clean(host.name))}",
        *_not_covered(inventory, mounted),
        *_name(inventory),
        *_chap(inventory),
        *_discover(inventory),
        *_target(inventory),
        *_volumes(inventory, mounted),
        *_boot(host, inventory, mounted),
    ]
    return "\n".join(lines) + "\n"


def _pair(key: str, value: str | int | bool | list[str]) -> str:
    """A line of TOML: its basic strings, numbers, booleans and arrays are written as those of JSON."""
    return f"{key} = {json_text(value, indent=None)}"


def _not_covered(inventory: Inventory, mounted: list[Existing]) -> Iterator[str]:
    """Comments about what answers cannot say."""
    portals = [clean(record.portal.label) for record in inventory.discovery_records]
    if len(portals) > 1:
        yield f"# {_('Not in it: the discovery portals {names}.').format(names=enumerated(portals[1:]))}"
    known = {volume.device for volume in mounted}
    on_luns = {upper.name for lun in inventory.luns if lun.disk for upper in inventory.above(lun.disk)}
    on_luns |= {lun.disk for lun in inventory.luns}
    for mount in inventory.mounts:
        if mount.device in on_luns and mount.device not in known:
            yield f"# {_('Not in it: the mount at {path}.').format(path=clean(mount.target))}"
    for swap in inventory.swaps:
        if swap.device in on_luns:
            yield f"# {_('Not in it: the swap space {path}.').format(path=clean(swap.path))}"


def _name(inventory: Inventory) -> Iterator[str]:
    yield "\n[name]"
    if inventory.initiator.name:
        yield _pair("initiator", inventory.initiator.name)
    yield _pair("prepare", True)


def _chap(inventory: Inventory) -> Iterator[str]:
    uses = (
        ("discovery", [record.chap for record in inventory.discovery_records]),
        ("session", [record.chap for record in inventory.node_records]),
    )
    for use, found in uses:
        chap = next((facts for facts in found if facts.kind != ChapKind.NONE.value), None)
        if chap is not None:
            yield from _chap_of(use, chap)


def _chap_of(use: str, chap: ChapFacts) -> Iterator[str]:
    yield f"\n[chap.{use}]"
    yield f"# {_('Put each secret alone into its file, mode 0600.')}"
    yield _pair("kind", chap.kind)
    yield _pair("username", chap.username)
    yield _pair("password_file", f"{use}.secret")
    if chap.kind == ChapKind.MUTUAL.value:
        yield _pair("username_in", chap.username_in)
        yield _pair("password_in_file", f"{use}-in.secret")


def _discover(inventory: Inventory) -> Iterator[str]:
    yield "\n[discover]"
    record = next(iter(inventory.discovery_records), None)
    # A target lists all of its portals at each of them (SendTargets, RFC 7143 appendix C).
    portal = record.portal if record is not None else inventory.node_records[0].portal
    yield _pair("kind", record.kind if record is not None else DiscoveryKind.SENDTARGETS.value)
    yield _pair("address", portal.address)
    yield _pair("port", portal.port)
    ifaces = sorted({record.iface for record in inventory.node_records} - {"default"})
    if ifaces:
        yield _pair("ifaces", ifaces)


def _target(inventory: Inventory) -> Iterator[str]:
    records = inventory.node_records
    first = records[0]
    yield "\n[target]"
    yield _pair("names", list(dict.fromkeys(record.target for record in records)))
    yield _pair("portals", list(dict.fromkeys(record.portal.label for record in records)))
    yield _pair("startup", _startup(first))
    yield _pair("timers", "single")
    timers = first.timers
    for key, value in (
        ("replacement_timeout", timers.replacement_timeout),
        ("login_timeout", timers.login_timeout),
        ("login_retries", timers.login_retries),
        ("noop_interval", timers.noop_interval),
        ("noop_timeout", timers.noop_timeout),
    ):
        if value is not None:
            yield _pair(key, value)


def _startup(record: NodeRecord) -> str:
    if record.startup in {"manual", "onboot"}:
        return record.startup
    return "automatic" if record.logs_in_at_boot else "manual"


def _volumes(inventory: Inventory, mounted: list[Existing]) -> Iterator[str]:
    yield "\n[log_in]"
    yield _pair("multipath", bool(inventory.multipath_maps))
    yield "\n[volumes]"
    yield _pair("way", "existing")
    yield _pair("existing", [volume.volume for volume in mounted])
    for volume in mounted:
        yield "\n[[mount]]"
        yield _pair("volume", volume.volume)
        yield _pair("kind", volume.kind)
        yield _pair("mount_point", volume.mounted)
        entry = _entry_of(inventory, volume)
        if entry is not None:
            yield _pair("options", list(own_options(entry.options)))


def _entry_of(inventory: Inventory, volume: Existing) -> FstabEntry | None:
    return next(
        (
            entry
            for entry in inventory.fstab
            if entry.mount_point == volume.mounted and entry.device == volume.device
        ),
        None,
    )


def _boot(host: Host, inventory: Inventory, mounted: list[Existing]) -> Iterator[str]:
    yield "\n[boot]"
    ways = [_way(host, _entry_of(inventory, volume), volume) for volume in mounted]
    yield _pair("way", (ways[0] if ways else BootWay.NONE).value)
    if len(set(ways)) > 1:
        yield f"# {_('The mounts come back at boot in different ways; this is the first one.')}"
    options = [
        option for volume in mounted if (entry := _entry_of(inventory, volume)) for option in entry.options
    ]
    timeout = next((found[1] for option in options if (found := _TIMEOUT.fullmatch(option))), "")
    if timeout:
        yield _pair("device_timeout", int(timeout))


def _way(host: Host, entry: FstabEntry | None, volume: Existing) -> BootWay:
    if entry is not None:
        return BootWay.FSTAB_UUID if entry.spec.startswith("UUID=") else BootWay.FSTAB_PATH
    state = unit_property(host, mount_unit(volume.mounted), "UnitFileState")
    return BootWay.MOUNT_UNIT if state == "enabled" else BootWay.NONE
