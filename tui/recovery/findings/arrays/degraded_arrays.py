"""F55: arrays of md that work without a leg, or whose leg is being rebuilt."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.arrays.lost_legs import (
    below,
    lasting,
    leg_lines,
    rebuilding,
    sessions_below,
    wait_for_it,
)
from tui.recovery.findings.repair_plans import identity, repair, rung_on
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.iscsi.records import record_words
from tui.storage.model.block import BlockDevice, BlockKind, LegState
from tui.storage.model.iscsi import SessionState
from tui.storage.operations.arrays.md import ReturnLeg, array_uuid, members_of
from tui.storage.operations.iscsi.scan import ScanForLuns
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

DEGRADED = "F55.array-degraded"


def degraded_arrays(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each array on LUNs that goes on without a leg; it stays in use throughout."""
    for device in evidence.inventory.devices:
        rung = rung_on(evidence.stacks, device.name)
        if device.kind is BlockKind.RAID and device.raid is not None and device.raid.degraded and rung:
            yield _finding(evidence, device, rung)


def _finding(evidence: Evidence, device: BlockDevice, rung: str) -> Finding:
    raid = device.raid
    assert raid is not None
    busy = rebuilding(raid)
    path = clean(device.path, 60)
    return Finding(
        DEGRADED,
        _("The array {path} is being rebuilt.").format(path=path)
        if busy
        else _("The array {path} works without {count} of its {all} legs: {legs}.").format(
            path=path, count=len(raid.lost), all=len(raid.places), legs=_legs(device)
        ),
        lasting(raid),
        RungKind.RAID,
        (rung,),
        device.name,
        seen=(Seen(f"/sys/block/{clean(device.name)}/md", leg_lines(evidence.inventory, raid)),),
        ruled_out=(
            RuledOut(
                _("an array that has failed"), _("The other legs hold all of its data, and it answers.")
            ),
        ),
        fixes=tuple(_fixes(evidence, device)),
        never=(
            Never(
                _("Stop it or unmount it to repair it"),
                _("It works. Only its redundancy is missing, and that comes back while it is in use."),
            ),
            Never(
                _("mdadm --create, or mdadm --zero-superblock on a leg"),
                _("It forgets which leg has the data; a wrong order or leg then overwrites it."),
            ),
        ),
        weight=Weight.RISK if busy else Weight.CAUSE,
        follows_if=below(evidence.inventory, raid),
    )


def _legs(device: BlockDevice) -> str:
    raid = device.raid
    lost = raid.lost if raid is not None else ()
    words = [enumerated(f"/dev/{name}" for name in leg.devices) or _("one that is gone") for leg in lost]
    return clean(enumerated(words), 120)


def _fixes(evidence: Evidence, device: BlockDevice) -> Iterator[Fix]:
    inventory, raid = evidence.inventory, device.raid
    assert raid is not None
    if rebuilding(raid):
        yield wait_for_it(raid)
        return
    uuid, path = array_uuid(inventory, device), clean(device.path, 60)
    working = {name for leg in raid.legs if leg.state is not LegState.FAULTY for name in leg.devices}
    back = (
        [leg for leg in members_of(inventory, uuid) if leg.name not in working and leg.answers]
        if uuid
        else []
    )
    for leg in back:
        title = _("Use {leg} in {path} again").format(leg=clean(leg.path, 60), path=path)
        why = _("The disk is here and answers. It is brought up to date while the array stays in use.")
        step = ReturnLeg(device.path, uuid, identity(evidence, leg))
        yield Fix(
            title,
            why,
            repair(title, why, step),
            confirm=(_("Does the storage show no fault of this LUN any more?"),),
        )
    if back:
        return
    if sessions_below(inventory, raid):
        yield Fix(
            _("Wait until its session is back"),
            _(
                "The disk may come back with it; then the array gets the leg back. Nothing is replaced "
                "meanwhile."
            ),
        )
        return
    yield from _looking_for_it(evidence)
    yield Fix(
        _("Have the LUN mapped to this host again"),
        _("When it is back, the leg is used again."),
        ask=storage_administrator(
            evidence,
            _("The array {path} on this host lost a disk.").format(path=path),
            _("Is it still mapped to this initiator? Please map it again; do not create a new one."),
            (_("Array: {uuid}").format(uuid=clean(uuid)),),
        ),
    )
    yield Fix(
        _("Add a new disk, if the lost one never comes back"),
        _("It is filled from the other legs; everything on the new disk is overwritten."),
        by_hand=(f"mdadm --manage {path} --add DEVICE",),
    )


def _looking_for_it(evidence: Evidence) -> Iterator[Fix]:
    """What may bring the disk back to this host; a session that is down has a finding of its own."""
    inventory = evidence.inventory
    there = {(session.target, session.portal.label, session.iface) for session in inventory.sessions}
    logins = tuple(
        LogIn(record.target, record.portal, record.iface)
        for record in inventory.node_records
        if (record.target, record.portal.label, record.iface) not in there
    )
    if logins:
        title = _("Log in to the targets that this host knows and is not logged in to")
        why = _("The missing disk may be behind one of them: {records}.").format(
            records=enumerated(
                record_words(record.target, record.portal, record.iface) for record in logins[:4]
            )
        )
        yield Fix(title, why, repair(title, why, *logins))
    scans = tuple(
        ScanForLuns.of(session) for session in inventory.sessions if session.state is SessionState.LOGGED_IN
    )
    if scans:
        title = _("Scan the sessions for LUNs")
        why = _("A LUN that was mapped to this host again is only found by a scan.")
        yield Fix(title, why, repair(title, why, *scans))
