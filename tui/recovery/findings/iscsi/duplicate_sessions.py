"""F16: sessions and records that are there twice."""

from collections.abc import Iterator

from tui.maintenance.sessions import log_out, record_of
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import listed, place_of
from tui.recovery.findings.repair_plans import repair
from tui.storage.iscsi.sessions import uses_of
from tui.storage.model.iscsi import NodeRecord, Session
from tui.storage.operations.iscsi.second_record import RemoveSecondRecord
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _


def duplicate_sessions(evidence: Evidence) -> Iterator[Finding]:
    """F16: two sessions by one record, whose disks no multipath map joins."""
    found: list[list[Session]] = []
    for session in evidence.inventory.sessions:
        group = next((group for group in found if _is_same_way(group[0], session)), None)
        if group is not None:
            group.append(session)
        elif session.target:
            found.append([session])
    for sessions in found:
        if len(sessions) > 1 and not _all_joined(evidence, sessions):
            yield _doubled(evidence, sessions)


def _is_same_way(one: Session, other: Session) -> bool:
    same = (one.target, one.iface) == (other.target, other.iface)
    return same and one.portal.is_same_place(other.portal)


def _all_joined(evidence: Evidence, sessions: list[Session]) -> bool:
    """Whether every disk is a path of a map: then several sessions are wanted (node.session.nr_sessions)."""
    disks = [lun.disk for session in sessions for lun in evidence.inventory.luns_of(session.sid) if lun.disk]
    return bool(disks) and all(evidence.inventory.map_over(disk) is not None for disk in disks)


def _doubled(evidence: Evidence, sessions: list[Session]) -> Finding:
    inventory = evidence.inventory
    # The one that carries something stays; where none does, the oldest.
    kept = max(sessions, key=lambda session: (bool(uses_of(inventory, session.sid)), -session.sid))
    extra = [session for session in sessions if session is not kept]
    groups = {record.portal.tpgt for record in inventory.node_records if record.target == kept.target}
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
            session_key(session) + (f"#{place}" if place > 1 else "")
            for place, session in enumerate(sessions, 1)
        ),
        seen=(
            Seen(
                "/sys/class/iscsi_session",
                tuple(
                    f"session{session.sid}: {session.state.value}, "
                    + listed(lun.disk for lun in inventory.luns_of(session.sid) if lun.disk)
                    for session in sessions
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


def duplicate_records(evidence: Evidence) -> Iterator[Finding]:
    """F16: records for one place that differ in how they write the portal, or in its portal group only."""
    found: list[list[NodeRecord]] = []
    for record in evidence.inventory.node_records:
        group = next((group for group in found if _is_same_record(group[0], record)), None)
        if group is not None:
            group.append(record)
        else:
            found.append([record])
    for records in found:
        if len(records) > 1:
            yield _doubled_record(evidence, records)


def _is_same_record(one: NodeRecord, other: NodeRecord) -> bool:
    same = (one.target, one.iface) == (other.target, other.iface)
    return same and one.portal.is_same_place(other.portal)


def _doubled_record(evidence: Evidence, records: list[NodeRecord]) -> Finding:
    kept = _kept(evidence, records)
    spelled = [record for record in records if not record.portal.is_written_as(kept.portal)]
    written = tuple(dict.fromkeys(clean(record.portal.label) for record in records))
    addresses = tuple(
        f"{clean(record.portal.address)}: {listed(clean(address) for address in record.portal.resolved)}"
        for record in records
        if record.portal.resolved
    )
    return Finding(
        "F16.doubled-record",
        _("{count} records lead to the same place: {place}.").format(
            count=len(records), place=place_of(kept)
        ),
        _(
            "They write its portal as {names}, and iscsiadm takes them for one: a login by the second fails "
            "(session exists), so the login at boot reports an error. What iscsiadm changes in one, it "
            "changes in both."
        ).format(names=listed(written))
        if spelled
        else _("At boot this host logs in with each of them, and their settings may differ."),
        RungKind.PORTAL,
        (f"record:{kept.target}|{kept.portal.label}|{kept.iface}",),
        seen=(
            Seen(_("the record database"), tuple(clean(known.path) for known in records)),
            *([Seen("getent ahosts", addresses)] if addresses else []),
        ),
        fixes=(_removing(kept, spelled) if spelled else _by_hand(kept),),
        weight=Weight.RISK,
    )


def _kept(evidence: Evidence, records: list[NodeRecord]) -> NodeRecord:
    """The record that stays: the one that a session was logged in by, else one that logs in at boot."""
    used = [record_of(evidence.inventory, session) for session in evidence.inventory.sessions]
    return max(records, key=lambda record: (record in used, record.logs_in_at_boot))


def _removing(kept: NodeRecord, spelled: list[NodeRecord]) -> Fix:
    names = listed(clean(record.portal.label) for record in spelled)
    title = _("Keep the record of {kept} and remove that of {names}").format(
        kept=clean(kept.portal.label), names=names
    )
    why = _("A session of it stays. What is removed is kept as a copy, without its secrets.")
    steps = (
        RemoveSecondRecord(record.target, record.portal, record.iface, kept.portal) for record in spelled
    )
    return Fix(
        title,
        why,
        repair(title, why, *steps),
        confirm=(_("Are the settings of {names} (CHAP, timers) not needed?").format(names=names),),
    )


def _by_hand(record: NodeRecord) -> Fix:
    return Fix(
        _("Run discovery on the portal to see which group is right, and remove the file of the other"),
        _("iscsiadm cannot address the two separately, so the program does not delete one of them."),
        by_hand=(_asking(record),),
    )


def _asking(record: NodeRecord) -> str:
    where = clean(record.portal.label)
    return f"iscsiadm -m discoverydb -t sendtargets -p {where} -o nonpersistent --discover"
