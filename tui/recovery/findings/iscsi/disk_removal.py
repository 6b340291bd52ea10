"""The fix for a disk whose LUN is gone: delete it and scan again."""

from tui.maintenance.proposal import Proposal
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Fix
from tui.recovery.findings.evidence_text import listed
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.luns import name_of
from tui.storage.model.iscsi import Lun, Session
from tui.storage.operations.iscsi.remove_disks import RemoveDisk
from tui.storage.operations.iscsi.scan import ScanForLuns
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _


def deleting_disk(evidence: Evidence, session: Session, lun: Lun, uses: tuple[str, ...]) -> Fix:
    """Remove the stale disk and look at what the target shows now; not while something is on it."""
    name = name_of(lun, evidence.inventory)
    plan = Plan(
        _("Delete {disk} and scan again").format(disk=clean(lun.disk)),
        (
            RemoveDisk(session.target, session.portal, session.iface, name, lun.disk),
            ScanForLuns.of(session),
        ),
    )
    refusal = (
        Problem(
            "disk.in-use",
            _("{disk} is in use: {uses}.").format(disk=clean(lun.disk), uses=listed(uses)),
            _("Deleting it would take it away from the processes that use it."),
            _("Have the LUN mapped again first, or unmount and deactivate what is on it."),
        )
        if uses
        else None
    )
    return Fix(
        _("If it is not needed here: delete the disk"),
        _("The host forgets the old disk and finds what the target shows now as a new one."),
        Proposal(
            plan,
            _("The disk is removed from this host. Nothing on the storage is changed."),
            refusal=refusal,
            yes=_("Delete"),
        ),
        confirm=(
            _("Is it certain that nothing on {disk} is needed on this host any more?").format(
                disk=clean(lun.disk)
            ),
        ),
    )
