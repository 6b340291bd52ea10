"""F05, F12, F26 and F43 at one LUN: withdrawn, exchanged, offline, none shown."""

from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.maintenance.sessions import scan
from tui.recovery.evidence import Evidence
from tui.recovery.facts import Identity
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen, listed, place_of
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.luns import name_of
from tui.storage.iscsi.sessions import DISK, uses_of_disk
from tui.storage.model.iscsi import DeviceState, Lun, Session, SessionState
from tui.storage.operations.iscsi.scan import ScanForLuns
from tui.storage.operations.iscsi.scsi_state import SetDiskRunning
from tui.storage.operations.iscsi.take_away import RemoveDisk
from tui.storage.problem import Problem
from tui.storage.stacks.iscsi_rungs import lun_key, session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _


def _asked(evidence: Evidence) -> Iterator[tuple[Session, Lun, Identity]]:
    """The LUNs whose disks were asked, with what they said."""
    said = {one.disk: one for one in evidence.identities}
    for lun in evidence.inventory.luns:
        session = evidence.inventory.session(lun.sid)
        identity = said.get(lun.disk)
        if session is not None and identity is not None and session.state is SessionState.LOGGED_IN:
            yield session, lun, identity


def withdrawn_luns(evidence: Evidence) -> Iterator[Finding]:
    """F12: the disk is still here and the target does not know its LUN any more."""
    for session, lun, identity in _asked(evidence):
        if not identity.refused and not identity.stand_in:
            continue
        uses = uses_of_disk(evidence.inventory, lun.disk)
        facts = lun_facts(session, lun)
        yield Finding(
            "F12.lun-withdrawn",
            _("The target no longer shows LUN {number} ({disk}) to this host: {place}.").format(
                number=lun.number, disk=clean(lun.disk), place=place_of(session)
            ),
            _("I/O to it fails or is lost. Affected: {who}.").format(
                who=listed(uses) or _("nothing on this host")
            ),
            RungKind.LUN,
            (lun_key(session, lun),),
            lun.disk,
            seen=(
                Seen(
                    f"scsi_id --page=0x83 /dev/{clean(lun.disk)}",
                    (
                        _("no disk answers, but in its place: {names}").format(names=clean(identity.stand_in))
                        if identity.stand_in
                        else _("refused, although the session is logged in and the disk is running"),
                    ),
                ),
                Seen(f"/sys/block/{clean(lun.disk)}/device/wwid", (clean(lun.wwid),)),
                *kernel_seen(evidence.kernel_about(f"lun:{lun.address}", f"device:{lun.disk}")),
            ),
            ruled_out=(
                RuledOut(_("a lost session"), _("The session is logged in, and the disk answers at once.")),
                RuledOut(_("another volume under the same number"), _("There is none: the target refuses.")),
            ),
            hypotheses=(
                Hypothesis(
                    _("The LUN was unmapped from this host, by mistake or on purpose."),
                    _("Ask whether the mapping to this initiator name was changed."),
                ),
                Hypothesis(
                    _("The volume was deleted, or the storage came up without it."),
                    _("Ask whether the volume with this WWID still exists."),
                ),
            ),
            fixes=(
                Fix(
                    _("Have the LUN mapped again with the same number"),
                    _(
                        "Once it is mapped again, the disk works under its old name; nothing has to "
                        "be done here."
                    ),
                    ask=storage_administrator(
                        evidence,
                        _("One of our LUNs is no longer shown to this host."),
                        _(
                            "Please map the volume with this WWID to this initiator name again, with the "
                            "same LUN number."
                        ),
                        facts,
                    ),
                ),
                _taking_away(evidence, session, lun, uses),
            ),
            never=(
                Never(
                    _("vgreduce --removemissing, or pvcreate on another disk in its place"),
                    _("The data is most likely intact on the storage, and both make recovering it harder."),
                ),
                Never(
                    _("Map another volume under this number while the disk is here"),
                    _("The host would take it for the old one and write to it."),
                ),
            ),
        )


def exchanged_luns(evidence: Evidence) -> Iterator[Finding]:
    """F26: under the old number there is another volume now, and the kernel has not noticed."""
    for session, lun, identity in _asked(evidence):
        if not identity.live or not identity.kept or identity.live == identity.kept:
            continue
        if not identity.kept.startswith(("naa.", "eui.")):
            continue
        uses = uses_of_disk(evidence.inventory, lun.disk)
        yield Finding(
            "F26.lun-exchanged",
            _("{disk} is now a different volume than the one that this host found as LUN {number}.").format(
                disk=clean(lun.disk), number=lun.number
            ),
            _(
                "The target assigned the number to another volume while the disk was here. What is "
                "written to the disk goes to that volume. Affected: {who}."
            ).format(who=listed(uses) or _("nothing on this host")),
            RungKind.LUN,
            (lun_key(session, lun),),
            lun.disk,
            seen=(
                Seen(
                    _("identity of {disk}").format(disk=clean(lun.disk)),
                    (
                        _("when it was found: {wwid}").format(wwid=clean(identity.kept)),
                        _("asked now: {wwid}").format(wwid=clean(identity.live)),
                    ),
                ),
                *kernel_seen(evidence.kernel_about(f"lun:{lun.address}", f"device:{lun.disk}")),
            ),
            ruled_out=(
                RuledOut(
                    _("a LUN that was only mapped again"),
                    _("It would have kept its WWID; `LUN assignments have changed` alone is normal."),
                ),
            ),
            fixes=(
                Fix(
                    _("Ask which volume belongs there before doing anything else"),
                    _(
                        "Unmounting writes too: if something is mounted, have the old volume mapped to "
                        "that number again first."
                    ),
                    ask=storage_administrator(
                        evidence,
                        _("Under this LUN number our host now finds a different volume than before."),
                        _(
                            "Was the number assigned to another volume? If the first one is still needed "
                            "here, please map it to its number again, and map the other one to a free "
                            "number."
                        ),
                        (
                            *lun_facts(session, lun),
                            _("WWID now: {wwid}").format(wwid=clean(identity.live)),
                        ),
                    ),
                ),
                _taking_away(evidence, session, lun, uses),
            ),
            never=(
                Never(
                    _("Rescan and mount by /dev/sdX or by-path"),
                    _("Both names point to the other volume."),
                ),
                Never(
                    _("Check or repair the file system that is mounted from it"),
                    _("The repair would write to somebody else's data."),
                ),
            ),
        )


def lun_facts(session: Session, lun: Lun) -> tuple[str, ...]:
    """Which LUN, for whoever is asked about it."""
    return (
        _("Target and portal: {place}").format(place=place_of(session)),
        _("LUN: {number}, WWID: {wwid}").format(number=lun.number, wwid=clean(lun.wwid)),
    )


def _taking_away(evidence: Evidence, session: Session, lun: Lun, uses: tuple[str, ...]) -> Fix:
    """Remove the stale disk and look at what the target shows now; not while something is on it."""
    name = name_of(lun, evidence.inventory)
    plan = Plan(
        _("Delete {disk} and scan again").format(disk=clean(lun.disk)),
        (
            RemoveDisk(session.target, session.portal, session.iface, name, lun.disk),
            ScanForLuns(session.sid, session.target, session.portal, session.host_number, session.iface),
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


def shown_nothing(evidence: Evidence) -> Iterator[Finding]:
    """F43: the login works and the target shows this host no disk."""
    for session in evidence.inventory.sessions:
        if not session.target or session.state is not SessionState.LOGGED_IN:
            continue
        if any(lun.kind == DISK for lun in evidence.inventory.luns_of(session.sid)):
            continue
        yield Finding(
            "F43.no-disk",
            _("Session {sid} is logged in, but the target shows it no disk: {place}.").format(
                sid=session.sid, place=place_of(session)
            ),
            _("The volumes on its LUNs are missing. Nothing on this host is broken."),
            RungKind.SESSION,
            (session_key(session),),
            seen=(
                Seen(f"/sys/class/iscsi_session/session{session.sid}", (f"state: {session.state.value}",)),
                Seen(
                    "/sys/class/scsi_device",
                    (_("host{number} has no disk").format(number=session.host_number),),
                ),
            ),
            ruled_out=(RuledOut(_("a refused login"), _("The login was accepted.")),),
            hypotheses=(
                Hypothesis(
                    _("No LUN is mapped to this host's initiator name."),
                    _("Ask which LUNs the ACL maps to the name below."),
                ),
                Hypothesis(
                    _("The storage was restarted and has not brought its LUNs back."),
                    _("Other hosts miss their disks too."),
                ),
            ),
            fixes=(
                Fix(
                    _("Have a LUN mapped to this host"),
                    _("Only the storage can map one."),
                    ask=storage_administrator(
                        evidence,
                        _("We are logged in and see no LUN."),
                        _(
                            "Please map the LUN to this initiator name, or say why it is missing: was "
                            "the storage restarted, and are its volumes active?"
                        ),
                        (
                            _("Target and portal: {place}").format(place=place_of(session)),
                            _("Name at login: {name}").format(name=clean(session.initiator_name)),
                        ),
                    ),
                ),
                Fix(
                    _("Then scan for it"),
                    _("A LUN that is mapped later is found by a scan of the session."),
                    scan((session,)),
                    confirm=(_("Has the storage administrator said that it is done?"),),
                ),
            ),
        )
