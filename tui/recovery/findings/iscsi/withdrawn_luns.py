"""F12: LUNs that the target no longer shows."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen, listed, place_of
from tui.recovery.findings.iscsi.disk_removal import deleting_disk
from tui.recovery.findings.iscsi.lun_identities import asked_luns, lun_facts
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.iscsi.sessions import uses_of_disk
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _


def withdrawn_luns(evidence: Evidence) -> Iterator[Finding]:
    """F12: the disk is still here and the target does not know its LUN any more."""
    for session, lun, identity in asked_luns(evidence):
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
                deleting_disk(evidence, session, lun, uses),
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
