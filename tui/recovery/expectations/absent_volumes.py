"""F47: a volume that fstab or a unit names and that is not here under any name."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.absent_mounts import line_off
from tui.recovery.expectations.fstab_lines import Line, unit_of
from tui.recovery.expectations.unit_text import since_words, unit_seen
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen, place_of
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.model.iscsi import SessionState
from tui.storage.probe.devices.lvm import names_of_map
from tui.storage.probe.devices.places import link_of_spec
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, prose, translate as _

CODE = "F47.volume-missing"

_LINES = 6


def volume_missing(evidence: Evidence, line: Line) -> Finding:
    """Nothing on this host is what a line of fstab names."""
    entry = line.entry
    swap = entry.kind == "swap"
    spec = clean(entry.spec, 100)
    unit = unit_of(evidence, line)
    summary = (
        _("The swap space {spec} of fstab, line {number}, is not on this host.").format(
            spec=spec, number=entry.line
        )
        if swap
        else _("The volume of {place} is not on this host: {spec} (fstab, line {number}).").format(
            place=clean(entry.mount_point, 80), spec=spec, number=entry.line
        )
    )
    meaning = (
        _("This host has less memory to fall back on.")
        if swap
        else _("Services may be writing to the empty directory meanwhile.")
    )
    since = since_words(evidence, unit)
    return Finding(
        CODE,
        summary,
        prose(since, meaning),
        RungKind.SWAP if swap else RungKind.MOUNT,
        (f"swap:{entry.spec}" if swap else f"mount:{entry.mount_point}",),
        seen=(
            line.seen,
            *unit_seen(evidence, unit),
            Seen(clean(link_of_spec(entry.spec), 100), (_("no such device"),)),
            *_sessions_seen(evidence),
            *kernel_seen(line for line in evidence.kernel if _is_lun_line(line.text)),
        ),
        ruled_out=tuple(_ruled_out(evidence)),
        hypotheses=_hypotheses(evidence, line),
        fixes=(
            _ask(evidence, line),
            *line_off(line),
        ),
        never=(
            Never(
                _("Create a new file system on another disk in its place"),
                _("The data is most likely intact on the storage, and the line would then find the new one."),
            ),
        ),
        follows_if=("F18", "F19", "F32"),
    )


def _ask(evidence: Evidence, line: Line) -> Fix:
    entry = line.entry
    sessions = [session for session in evidence.inventory.sessions if session.target]
    facts = (
        _("Looked for: {spec}").format(spec=clean(entry.spec, 120)),
        *dict.fromkeys(
            _("Target and portal: {place}").format(place=place_of(session)) for session in sessions[:_LINES]
        ),
        *(
            _("LUN {number} is there, WWID {wwid}").format(number=lun.number, wwid=clean(lun.wwid) or "?")
            for lun in evidence.inventory.luns[: _LINES * 2]
            if lun.disk
        ),
    )
    return Fix(
        _("Ask the storage administrator for the LUN"),
        _("Every session that this host needs is there, and none of their disks has this volume."),
        ask=storage_administrator(
            evidence,
            _("A volume that this host mounts at boot is on none of the LUNs that are mapped to it."),
            _("Was a LUN unmapped from this initiator name, deleted, or replaced? Please map it again."),
            facts,
        ),
        by_hand=("lsblk -f", *_names_vg(entry.spec)),
    )


def _names_vg(spec: str) -> Iterator[str]:
    """How to look for the VG that a path names."""
    parts = spec.split("/")
    if len(parts) == 4 and parts[1] == "dev" and parts[2] != "disk":
        group = names_of_map(parts[3])[0] if parts[2] == "mapper" else parts[2]
        if group:
            yield f"vgs {clean(group, 80)}"


def _hypotheses(evidence: Evidence, line: Line) -> tuple[Hypothesis, ...]:
    known = _of_notes(evidence, line)
    return (
        *known,
        Hypothesis(
            _("The LUN was unmapped, deleted, or replaced on the storage."),
            _("Ask whether the mapping to this initiator name was changed."),
        ),
        Hypothesis(
            _("It is on a disk of this machine that is missing."),
            _("The line has no `_netdev`, or the storage never had such a volume."),
        ),
        Hypothesis(
            _("The line is wrong, or the file system was created again and has another UUID."),
            _("`lsblk -f` shows what is there; compare with a backup of fstab."),
        ),
    )


def _of_notes(evidence: Evidence, line: Line) -> Iterator[Hypothesis]:
    """What LVM's metadata backups say of the group that a path names."""
    parts = line.entry.spec.split("/")
    if len(parts) != 4 or parts[1] != "dev" or parts[2] == "disk":
        return
    group = names_of_map(parts[3])[0] if parts[2] == "mapper" else parts[2]
    if group and evidence.notes_of(group):
        yield Hypothesis(
            _("The disks of the VG {group} are gone: LVM has a backup of its metadata here.").format(
                group=clean(group, 80)
            ),
            f"vgcfgrestore --list {clean(group, 80)}",
        )


def _ruled_out(evidence: Evidence) -> Iterator[RuledOut]:
    inventory = evidence.inventory
    sessions = [session for session in inventory.sessions if session.target]
    if sessions and all(session.state is SessionState.LOGGED_IN for session in sessions):
        yield RuledOut(_("a lost session"), _("Every session is logged in."))
    if inventory.lvm.asked and not inventory.lvm.left_out:
        yield RuledOut(_("an inactive VG"), _("LVM was asked, and no disk was left out."))


def _sessions_seen(evidence: Evidence) -> Iterator[Seen]:
    lines = tuple(
        f"session{session.sid}: {session.state.value}, "
        + enumerated(
            f"LUN {lun.number} {clean(lun.disk)}"
            for lun in evidence.inventory.luns_of(session.sid)
            if lun.disk
        )
        for session in evidence.inventory.sessions[:_LINES]
    )
    if lines:
        yield Seen("/sys/class/iscsi_session", lines)


def _is_lun_line(text: str) -> bool:
    """Whether the kernel tells of a LUN that came, went or changed (scsi_error.c, scsi_scan.c)."""
    return any(word in text for word in ("LUN assignments", "Logical unit not supported", "REPORTED LUNS"))
