"""F16, F35 and F45: sessions that are there twice, that do not go, or that nobody can address."""

import re
from collections.abc import Iterator

from tui.maintenance.sessions import log_out
from tui.recovery.evidence import Evidence, Item
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import daemon_seen, listed, place_of
from tui.storage.iscsi.sessions import uses_of
from tui.storage.model.iscsi import NodeRecord, Session, SessionState
from tui.storage.news.happening import Happening
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count

_RECENT = 3600.0
"""Seconds for which a refused logout counts."""


def doubled_sessions(evidence: Evidence) -> Iterator[Finding]:
    """F16: two sessions by one record, whose disks no multipath map joins."""
    found: dict[tuple[str, str, str], list[Session]] = {}
    for session in evidence.inventory.sessions:
        if session.target:
            key = (session.target, session.portal.label, session.iface)
            found.setdefault(key, []).append(session)
    for sessions in found.values():
        if len(sessions) > 1 and not _all_joined(evidence, sessions):
            yield _doubled(evidence, sessions)


def _all_joined(evidence: Evidence, sessions: list[Session]) -> bool:
    """Whether every disk is a path of a map: then several sessions are wanted (node.session.nr_sessions)."""
    disks = [lun.disk for one in sessions for lun in evidence.inventory.luns_of(one.sid) if lun.disk]
    return bool(disks) and all(evidence.inventory.map_over(disk) is not None for disk in disks)


def _doubled(evidence: Evidence, sessions: list[Session]) -> Finding:
    inventory = evidence.inventory
    # The one that carries something stays; where none does, the oldest.
    kept = max(sessions, key=lambda one: (bool(uses_of(inventory, one.sid)), -one.sid))
    extra = [one for one in sessions if one is not kept]
    groups = {one.portal.tpgt for one in inventory.node_records if one.target == kept.target}
    return Finding(
        "F16.doubled-session",
        _("{count} sessions lead to the same place: {place}.").format(
            count=len(sessions), place=place_of(kept)
        ),
        _(
            "Every LUN appears twice under two names. A program that takes the second for another disk "
            "writes to the first."
        ),
        RungKind.SESSION,
        tuple(
            # The second by a record has a number after its key (`Ladder.add`).
            session_key(one) + (f"#{place}" if place > 1 else "")
            for place, one in enumerate(sessions, 1)
        ),
        seen=(
            Seen(
                "/sys/class/iscsi_session",
                tuple(
                    f"session{one.sid}: {one.state.value}, "
                    + listed(lun.disk for lun in inventory.luns_of(one.sid) if lun.disk)
                    for one in sessions
                ),
            ),
        ),
        ruled_out=(
            RuledOut(
                _("two paths for multipath"),
                _(
                    "Two paths use two portals or two interfaces; these use the same, and no multipath "
                    "map contains them."
                ),
            ),
            RuledOut(_("a copy of the disk"), _("The two disks have the same WWID.")),
        ),
        hypotheses=(
            Hypothesis(_("Something logged in twice at the same time."), _("Two scripts or people did it.")),
            Hypothesis(
                _("The record asks for several sessions."),
                _("`node.session.nr_sessions` in the record is more than 1."),
            ),
            *(
                [
                    Hypothesis(
                        _("There are records for several portal groups of one portal."),
                        _("The records show the portal groups {groups}.").format(
                            groups=listed(str(group) for group in sorted(groups, key=str))
                        ),
                    )
                ]
                if len(groups) > 1
                else []
            ),
        ),
        fixes=(
            Fix(
                _("Log out of the unused session"),
                _("Session {sid} is in use and stays.").format(sid=kept.sid),
                log_out(extra, inventory),
                confirm=(
                    _(
                        "Is it certain that nothing uses the second names of the disks (raw devices, "
                        "virtual machines)?"
                    ),
                ),
            ),
        ),
        never=(Never(_("iscsiadm --logoutall"), _("It also ends the session that is in use.")),),
    )


def doubled_records(evidence: Evidence) -> Iterator[Finding]:
    """F16: two records for one place that differ in the portal group only: both are logged in by."""
    found: dict[tuple[str, str, str], list[NodeRecord]] = {}
    for record in evidence.inventory.node_records:
        found.setdefault((record.target, record.portal.label, record.iface), []).append(record)
    for records in found.values():
        if len(records) < 2:
            continue
        yield Finding(
            "F16.doubled-record",
            _("{count} records lead to the same place: {place}.").format(
                count=len(records), place=place_of(records[0])
            ),
            _("At boot this host logs in with each of them, and their settings may differ."),
            RungKind.PORTAL,
            (f"record:{records[0].target}|{records[0].portal.label}|{records[0].iface}",),
            seen=(Seen(_("the record database"), tuple(one.path for one in records)),),
            fixes=(
                Fix(
                    _(
                        "Run discovery on the portal to see which group is right, and remove the "
                        "file of the other"
                    ),
                    _(
                        "iscsiadm cannot address the two separately, so the program does not delete one "
                        "of them."
                    ),
                    by_hand=(_asking(records[0]),),
                ),
            ),
            weight=Weight.RISK,
        )


def _asking(record: NodeRecord) -> str:
    where = clean(record.portal.label)
    return f"iscsiadm -m discoverydb -t sendtargets -p {where} -o nonpersistent --discover"


def refused_logouts(evidence: Evidence) -> Iterator[Finding]:
    """F35: somebody wanted to end a session, and it was refused."""
    sessions = [one for one in evidence.inventory.sessions if one.target]
    used = [one for one in sessions if uses_of(evidence.inventory, one.sid)]
    for session in sessions:
        own = evidence.daemon_about(f"sid:{session.sid}")
        came = max((line.when for line in own if "is operational now" in line.text), default=0.0)
        lines = [
            line
            for line in evidence.daemon
            if line.when >= max(came, evidence.now - _RECENT)
            and any(words in line.text for words in _REFUSALS)
            and _is_about(line, session, alone=used == [session])
        ]
        if lines:
            yield _refused(evidence, session, lines[-1].text)


def _is_about(line: Happening, session: Session, *, alone: bool) -> bool:
    """Whether a refusal is one of this session; one without a number only where no other could be meant.

    A session that has come since has another number.
    """
    if line.subject:
        return line.subject == f"sid:{session.sid}"
    numbers = [int(number) for number in _NUMBER.findall(line.text)]
    return session.sid in numbers if numbers else alone


_NUMBER = re.compile(r"\b(?:[Ss]ession |sid: )(\d+)")

_REFUSALS = (
    "cannot be termin",
    "in invalid state for logout",
    "actively in use",
    "Could not logout",
)


def _refused(evidence: Evidence, session: Session, line: str) -> Finding:
    uses = uses_of(evidence.inventory, session.sid)
    coming = session.state is not SessionState.LOGGED_IN
    if coming:
        meaning = _("iscsid is trying to reconnect it, and does not end a session during that.")
        fix = Fix(
            _("Bring the target back for a moment, or try again"),
            _("The logout succeeds once the session is logged in, or between two attempts."),
            log_out((session,), evidence.inventory),
        )
    else:
        meaning = (
            _("It is in use: {uses}.").format(uses=listed(uses))
            if uses
            else _("What uses its disks cannot be seen from here: a container, a virtual machine, a target.")
        )
        fix = Fix(
            _("Disconnect in the right order"),
            _(
                "Disconnect (d in the console) unmounts, deactivates and logs out, and lists the "
                "processes that block it."
            ),
            log_out((session,), evidence.inventory),
        )
    return Finding(
        "F35.logout-refused",
        _("A logout of session {sid} was refused: {place}.").format(sid=session.sid, place=place_of(session)),
        meaning,
        RungKind.SESSION,
        (session_key(session),),
        seen=(
            Seen(_("iscsid in the journal"), (line,)),
            Seen(f"/sys/class/iscsi_session/session{session.sid}", (f"state: {session.state.value}",)),
        ),
        ruled_out=(RuledOut(_("a hung iscsid"), _("It answered: it refused.")),),
        fixes=(fix,),
        never=(
            Never(_("Kill iscsid"), _("The kernel keeps the session, and then nothing can end it.")),
            Never(
                _("umount -l, then log out"),
                _("It hides the processes that still write, and takes the disk away from them."),
            ),
        ),
        weight=Weight.RISK,
    )


def nameless_sessions(evidence: Evidence) -> Iterator[Finding]:
    """F45: sessions without a target name, which no tool can address; each holds threads of the kernel."""
    inventory = evidence.inventory
    nameless = [one for one in inventory.sessions if not one.target]
    if not nameless:
        return
    daemons = {one.pid for one in evidence.daemons if one.name == "iscsid"}
    made_by_others = [one for one in nameless if one.creator not in daemons]
    sure = not evidence.has(Item.DAEMONS) or bool(made_by_others)
    held = [
        lun.disk
        for one in nameless
        for lun in inventory.luns_of(one.sid)
        if lun.disk and (device := inventory.device(lun.disk)) is not None and device.holders
    ]
    raced = [line for line in evidence.daemon if "could not read session targetname" in line.text]
    lines = tuple(
        f"session{one.sid}: targetname: , state: {one.state.value}, creator: {one.creator}"
        for one in nameless
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
        tuple(session_key(one) for one in nameless),
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
