"""F26: another volume behind a LUN number that is in use."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen, listed
from tui.recovery.findings.iscsi.disk_removal import deleting_disk
from tui.recovery.findings.iscsi.lun_identities import asked_luns, lun_facts
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.iscsi.sessions import uses_of_disk
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _


def exchanged_luns(evidence: Evidence) -> Iterator[Finding]:
    """F26: under the old number there is another volume now, and the kernel has not noticed."""
    for session, lun, identity in asked_luns(evidence):
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
                deleting_disk(evidence, session, lun, uses),
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
