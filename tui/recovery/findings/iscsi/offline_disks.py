"""F05: disks that the kernel left offline although their session is logged in."""

from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen, listed
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.luns import name_of
from tui.storage.iscsi.sessions import uses_of_disk
from tui.storage.model.iscsi import DeviceState, SessionState
from tui.storage.operations.iscsi.scsi_state import SetDiskRunning
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _


def offline_disks(evidence: Evidence) -> Iterator[Finding]:
    """F05: the session is up again, and the kernel still refuses a disk that it once gave up."""
    for lun in evidence.inventory.luns:
        session = evidence.inventory.session(lun.sid)
        if session is None or session.state is not SessionState.LOGGED_IN or not lun.disk:
            continue
        if lun.state is not DeviceState.OFFLINE:
            continue
        plan = Plan(
            _("Set {disk} back to running").format(disk=clean(lun.disk)),
            (SetDiskRunning(name_of(lun, evidence.inventory), (lun.disk,)),),
        )
        yield Finding(
            "F05.disk-offline",
            _("The kernel set {disk} offline, although its session is logged in.").format(
                disk=clean(lun.disk)
            ),
            _("All I/O to it fails at once. Affected: {who}.").format(
                who=listed(uses_of_disk(evidence.inventory, lun.disk)) or _("nothing on this host")
            ),
            RungKind.LUN,
            (lun_key(session, lun),),
            lun.disk,
            seen=(
                Seen(f"/sys/block/{clean(lun.disk)}/device/state", (lun.state.value,)),
                Seen(f"/sys/class/iscsi_session/session{lun.sid}/state", (session.state.value,)),
                *kernel_seen(evidence.kernel_about(f"lun:{lun.address}", f"device:{lun.disk}")),
            ),
            ruled_out=(RuledOut(_("a lost session"), _("The session is logged in.")),),
            fixes=(
                Fix(
                    plan.title,
                    _("The error that set it offline is over; the kernel does not retry by itself."),
                    Proposal(plan, _("I/O to it is sent again."), yes=_("Set running")),
                    confirm=(
                        _("Does the storage show no fault of this LUN, and is it still the same volume?"),
                    ),
                ),
            ),
            never=(
                Never(
                    _("Mount it again before its file system was checked"),
                    _("Its last writes failed; a finding of its own says what to do."),
                ),
            ),
        )
