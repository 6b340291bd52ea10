"""F45: sessions of the kernel without a target name, which no command can address."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence, Item
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import daemon_seen, listed
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.rung import RungKind
from tui.words import translate as _, translate_count


def nameless_sessions(evidence: Evidence) -> Iterator[Finding]:
    """F45: sessions without a target name, which no tool can address; each holds threads of the kernel."""
    inventory = evidence.inventory
    nameless = [session for session in inventory.sessions if not session.target]
    if not nameless:
        return
    daemons = {process.pid for process in evidence.daemons if process.name == "iscsid"}
    made_by_others = [session for session in nameless if session.creator not in daemons]
    sure = not evidence.has(Item.DAEMONS) or bool(made_by_others)
    held = [
        lun.disk
        for session in nameless
        for lun in inventory.luns_of(session.sid)
        if lun.disk and (device := inventory.device(lun.disk)) is not None and device.holders
    ]
    raced = [line for line in evidence.daemon if "could not read session targetname" in line.text]
    lines = tuple(
        f"session{session.sid}: targetname: , state: {session.state.value}, creator: {session.creator}"
        for session in nameless
    )
    hosts = len(evidence.hosts)
    yield Finding(
        "F45.nameless-session",
        translate_count(
            "{count} session of the kernel has no target name, and no command can address it.",
            "{count} sessions of the kernel have no target name, and no command can address them.",
            len(nameless),
        ).format(count=len(nameless)),
        _("Its disks are in use: {disks}.").format(disks=listed(held))
        if held
        else _(
            "Nothing uses them. Each takes some memory and kernel threads (iscsi_q_N, scsi_eh_N) until "
            "the next reboot. A few are harmless; if their number grows, something keeps creating them."
        ),
        RungKind.SESSION,
        tuple(session_key(session) for session in nameless),
        seen=(
            Seen("/sys/class/iscsi_session", lines[:8]),
            Seen(
                "/sys/class/iscsi_host",
                (
                    _("{hosts} hosts, {sessions} sessions").format(
                        hosts=hosts, sessions=len(inventory.sessions)
                    ),
                ),
            ),
            Seen(
                _("a running iscsid"),
                (_("process {numbers}").format(numbers=listed(str(pid) for pid in sorted(daemons)) or "-"),),
            ),
            *daemon_seen(raced[-2:]),
        ),
        ruled_out=(
            RuledOut(
                _("a session that is being created or removed"),
                _("It was created by an iscsid that is no longer running."),
            ),
        )
        if made_by_others
        else (),
        hypotheses=(
            *(
                []
                if sure
                else [
                    Hypothesis(
                        _("A session that is being created or removed."),
                        _("Check again: if the same number is there after 10 s, it is an orphan."),
                    )
                ]
            ),
            Hypothesis(
                _("iscsid was killed or crashed during a login, perhaps repeatedly."),
                _("`journalctl -u iscsid -b` shows it starting more than once."),
            ),
            Hypothesis(
                _("A second iscsid is running, in a container or left over from the initramfs."),
                _("More than one iscsid with its own parent: `ps -eo pid,ppid,lstart,cmd | grep iscsid`."),
            ),
        ),
        fixes=(
            Fix(
                _("Stop what creates them"),
                _("A script that logs in repeatedly, or a second iscsid, adds one each time."),
                by_hand=("systemctl list-timers; crontab -l", "ps -eo pid,ppid,lstart,cmd | grep iscsi"),
            ),
            Fix(
                _("Leave them until the next planned reboot"),
                _("No command removes them, and neither does a restart of iscsid."),
                confirm=(_("Does their number stay the same from day to day?"),),
            ),
        ),
        never=(
            Never(_("kill -9 iscsid, or restart it in a loop"), _("That is what creates them.")),
            Never(_("modprobe -r iscsi_tcp"), _("It fails while any session exists.")),
        ),
        weight=Weight.RISK,
    )
