"""The details of one layer: its state first, then facts by label, each number with its meaning."""

from collections.abc import Iterable, Iterator

from tui.screens.paragraphs import Paragraph
from tui.screens.rungs import LONGEST, state_of
from tui.storage.model.block import BlockDevice, MapPolicy
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, NodeRecord, Session, SessionState
from tui.storage.size import size_words
from tui.storage.stacks.iscsi_rungs import portal_key
from tui.storage.stacks.judgement import Told
from tui.storage.stacks.layer_words import layer_word
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.storage.stacks.volume_rungs import group_key
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.state import Role

Fact = tuple[str, str, str]
"""A label, a value, and what the value means."""


def title(rung: Rung, inventory: Inventory) -> tuple[Paragraph, ...]:
    """Return the first lines of a layer: its state, and what is important."""
    lines = [Paragraph(_heading(rung), Role.STRONG, state=state_of(rung.health))]
    if rung.reason:
        role = Role.BAD if rung.health is Health.BAD else Role.WARN
        lines.append(Paragraph(clean(rung.reason), role))
    words = outage_meaning(rung, inventory)
    if words:
        lines.append(Paragraph(words))
    return tuple(lines)


def findings_about(rung: Rung, told: Iterable[Told]) -> tuple[Paragraph, ...]:
    """Return what else was found about a layer."""
    return tuple(_told(finding) for finding in told if finding.summary != rung.reason)


def _told(told: Told) -> Paragraph:
    """A finding about a layer."""
    words = clean(told.summary, LONGEST)
    if told.reason:
        after = _("accepted: {reason}").format(reason=clean(told.reason, LONGEST))
        return Paragraph(words, Role.MUTED, after=after)
    return Paragraph(words, Role.WARN if told.is_risk else Role.BAD)


def details(rung: Rung, inventory: Inventory, more: Iterable[Fact] = ()) -> tuple[Paragraph, ...]:
    """Return the facts of a layer, label by label.

    Args:
        rung: the layer.
        inventory: the host.
        more: further facts, at the end.
    """
    return tuple(
        Paragraph(clean(value, LONGEST), label=label, after=clean(meaning, LONGEST))
        for label, value, meaning in (*_facts(rung, inventory), *more)
        if value
    )


def outage_meaning(rung: Rung, inventory: Inventory) -> str:
    """Return what it means for the data that a session is lost, or nothing while it is there."""
    session = inventory.session(rung.sid) if rung.sid is not None else None
    if session is None or rung.kind not in {RungKind.SESSION, RungKind.LUN}:
        return ""
    if session.state is SessionState.FAILED:
        if _has_other_path(session, inventory):
            return _("The other path carries the I/O. Nothing is lost.")
        if session.recovery_timeout is not None and session.recovery_timeout < 0:
            return _("Nothing is lost. Repair the network or the target.")
        return _("Nothing is lost so far. Repair the network or the target.")
    if session.state is SessionState.FREE:
        if _has_other_path(session, inventory):
            return _("The other path carries the I/O. This session reconnects by itself.")
        return _(
            "Writes fail now, and a file system may stop accepting them. The session reconnects by "
            "itself; then check the file system."
        )
    return ""


def _has_other_path(session: Session, inventory: Inventory) -> bool:
    """Whether every disk of a session is a path of a map that has a good one elsewhere."""
    own = {lun.disk for lun in inventory.luns_of(session.sid) if lun.disk}
    maps = [inventory.map_over(disk) for disk in own]
    return bool(maps) and all(over is not None and bool(set(over.good_paths) - own) for over in maps)


def _heading(rung: Rung) -> str:
    words = (layer_word(rung.kind), clean(rung.name, LONGEST), clean(rung.state))
    return "  ".join(word for word in words if word)


def _facts(rung: Rung, inventory: Inventory) -> Iterator[tuple[str, str, str]]:
    """Yield label, value and what the value means."""
    if rung.target:
        yield _("target"), rung.target, ""
    session = inventory.session(rung.sid) if rung.sid is not None else None
    if rung.kind is RungKind.PORTAL:
        yield from _record(rung, inventory)
    elif rung.kind is RungKind.SESSION and session is not None:
        yield from _session(session)
    elif rung.kind is RungKind.LUN:
        lun = next((lun for lun in inventory.luns if lun.disk == rung.device and rung.device), None)
        if lun is not None:
            yield from _lun(lun, inventory.device(lun.disk))
    else:
        yield from _volume(rung, inventory)
    for word in rung.detail:
        yield " ", word, ""


def _record(rung: Rung, inventory: Inventory) -> Iterator[tuple[str, str, str]]:
    keys = {rung.key, *rung.also}
    found = [
        record
        for record in inventory.node_records
        if record.target == rung.target and portal_key(record.target, record.portal) in keys
    ]
    for record in found[:1]:
        yield from _node(record)


def _node(record: NodeRecord) -> Iterator[tuple[str, str, str]]:
    meaning = {
        "automatic": _("logged in at every boot"),
        "manual": _("not logged in at boot"),
        "onboot": _("logged in before the root file system"),
    }
    yield _("startup"), record.startup, meaning.get(record.startup, "")
    yield _("CHAP"), record.chap.kind, ""
    yield _("iface"), record.iface, _("any network interface") if record.iface == "default" else ""


def _session(session: Session) -> Iterator[tuple[str, str, str]]:
    yield _("portal"), session.portal.label, ""
    yield _("peer"), session.peer, ""
    yield _("iface"), session.iface, _("any network interface") if session.iface == "default" else ""
    yield _("name"), session.initiator_name, _("the initiator name used at login")
    if session.recovery_timeout is not None and session.state is SessionState.LOGGED_IN:
        yield (
            _("gives up"),
            _("after {seconds} s").format(seconds=session.recovery_timeout),
            _("replacement_timeout: I/O is queued this long after the connection is lost; nothing is lost"),
        )
    if session.noop_interval is not None:
        yield (
            _("ping"),
            _("every {seconds} s").format(seconds=session.noop_interval),
            _("noop_out_interval: the NOP-Out that detects a lost connection"),
        )
    if session.noop_timeout is not None:
        yield (
            " ",
            _("answer within {seconds} s").format(seconds=session.noop_timeout),
            _("noop_out_timeout: without an answer the connection is lost"),
        )


def _limits(device: BlockDevice) -> Iterator[tuple[str, str, str]]:
    """Yield how a device may be written."""
    if device.read_only:
        yield _("writing"), _("not possible"), _("the device is read-only")
    if device.sector_size:
        yield (
            _("sector"),
            _("{size} bytes").format(size=device.sector_size),
            _("logical; the smallest piece that can be read or written"),
        )


def _policy(policy: MapPolicy | None) -> Iterator[tuple[str, str, str]]:
    """Yield how the kernel uses the paths of a map."""
    if policy is None:
        return
    yield _("path_selector"), policy.selector, _("chooses the path of each I/O in a priority group")
    yield _("path groups"), str(policy.groups), _("by priority; one is used at a time")
    yield _("hardware_handler"), policy.handler, ""
    yield (
        _("no path"),
        _("queues I/O") if policy.queues else _("fails I/O"),
        _("now, when no path is usable; no_path_retry of multipathd can change it"),
    )


def _lun(lun: Lun, device: BlockDevice | None) -> Iterator[tuple[str, str, str]]:
    yield _("LUN"), str(lun.number), _("its number at the target")
    yield _("disk"), f"/dev/{lun.disk}" if lun.disk else "", _("can change at every login")
    yield _("WWID"), lun.wwid, _("never changes")
    yield _("size"), size_words(lun.size), ""
    if device is not None:
        yield from _limits(device)
    yield _("vendor"), f"{lun.vendor} {lun.model} {lun.revision}".strip(), ""


def _volume(rung: Rung, inventory: Inventory) -> Iterator[tuple[str, str, str]]:
    device = inventory.device(rung.device) if rung.device else None
    if rung.kind is RungKind.VOLUME_GROUP:
        group = next((group for group in inventory.volume_groups if group_key(group) == rung.key), None)
        if group is not None:
            yield _("size"), size_words(group.size), ""
            yield _("free"), size_words(group.free), _("for new or larger volumes")
    if device is not None:
        yield _("path"), device.path, ""
        if rung.kind is not RungKind.MOUNT:
            yield _("size"), size_words(device.size), ""
            yield from _limits(device)
    if rung.kind is RungKind.MULTIPATH:
        joined = next(
            (multipath for multipath in inventory.multipath_maps if multipath.device == rung.device), None
        )
        yield from _policy(joined.policy if joined is not None else None)
    if rung.kind is RungKind.MOUNT:
        mount = next((mount for mount in inventory.mounts if mount.target == rung.name), None)
        if mount is not None:
            yield _("source"), mount.source, ""
            yield _("options"), ",".join(mount.options), ""
            if mount.available is not None:
                yield _("free"), size_words(mount.available), ""
