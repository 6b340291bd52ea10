"""F33: the record database is damaged or locked."""

from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.recovery.evidence import Evidence, Item
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.storage.changing.plan import Plan
from tui.storage.model.iscsi import Portal
from tui.storage.operations.iscsi.damaged_record import RemoveDamagedRecord
from tui.storage.operations.iscsi.discovery import AddNodeRecord
from tui.storage.operations.iscsi.records import RemoveStaleLock
from tui.storage.operations.operation import Operation
from tui.storage.probe.iscsi.records import parse_portal
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count

_STALE = 40.0
"""Seconds: iscsiadm holds the lock for moments, and waits 30 for others (usr/idbm.c)."""


def damaged_records(evidence: Evidence) -> Iterator[Finding]:
    """Files in the database that hold no record: empty after a crash, or put there by somebody."""
    paths = evidence.inventory.damaged_records
    if not paths:
        return
    again = [known for path in paths if (known := _meant_by(path)) is not None]
    steps: list[Operation] = [RemoveDamagedRecord(path) for path in paths]
    steps += [AddNodeRecord(target, portal, iface) for target, portal, iface in again]
    yield Finding(
        "F33.damaged-record",
        translate_count(
            "{count} file in the record database does not contain a record.",
            "{count} files in the record database do not contain a record.",
            len(paths),
        ).format(count=len(paths)),
        _(
            "Because of it iscsiadm may refuse to list any record, and no login can use the records that "
            "should be there. Sessions that are up are not affected."
        ),
        seen=(Seen(_("the record database"), tuple(clean(path) for path in paths[:8])),),
        ruled_out=(
            RuledOut(
                _("a target that is gone"),
                _("The files themselves are damaged, whatever the target does."),
            ),
        ),
        fixes=(
            Fix(
                _("Move them away and create the records again"),
                _(
                    "A dated copy is kept. New records start with the settings of iscsid.conf: login at "
                    "boot, timeouts and CHAP must be set again."
                ),
                Proposal(
                    Plan(_("Repair the record database"), tuple(steps)),
                    _("Only files that do not contain a record are touched."),
                    notes=(
                        _(
                            "Records without a readable name are not created again: run discovery "
                            "(Discover) on the portal for those."
                        ),
                    )
                    if len(again) < len(paths)
                    else (),
                    yes=_("Repair"),
                ),
            ),
        ),
        never=(
            Never(
                _("Delete the whole database"),
                _(
                    "Sessions read their records again when a connection is lost; settings and secrets "
                    "would be lost with it."
                ),
            ),
        ),
    )


def _meant_by(path: str) -> tuple[str, Portal, str] | None:
    """Target, portal and iface of a record by its path, `…/nodes/TARGET/ADDRESS,PORT,TPGT/IFACE`; or None."""
    parts = path.rpartition("/nodes/")[2].split("/")
    if "/nodes/" not in path or len(parts) != 3:
        return None
    portal = parse_portal(parts[1])
    return (parts[0], portal, parts[2]) if portal is not None and parts[0] else None


def locked_database(evidence: Evidence) -> Iterator[Finding]:
    """The lock of the database is taken and nobody gives it back."""
    lock = evidence.database
    if not evidence.has(Item.DATABASE) or not lock.taken or lock.seconds < _STALE:
        return
    calls = [process for process in evidence.daemons if process.name == "iscsiadm"]
    if calls:
        fix = Fix(
            _("End the iscsiadm that hangs, if it does"),
            _(
                "One that waits for a target may take two minutes. End only this process; iscsid "
                "must keep running."
            ),
            by_hand=tuple(f"kill {process.pid}   # iscsiadm, {process.seconds:.0f} s" for process in calls),
            confirm=(_("Are you sure nobody needs that iscsiadm process?"),),
        )
    else:
        fix = Fix(
            _("Remove the stale lock"),
            _("An iscsiadm was killed while it held the lock."),
            Proposal(
                Plan(_("Remove the lock of the record database"), (RemoveStaleLock(),)),
                _("No iscsiadm is running, so nothing needs the lock."),
                yes=_("Remove"),
            ),
        )
    yield Finding(
        "F33.stale-lock",
        _("The record database has been locked for {seconds} s.").format(seconds=round(lock.seconds)),
        _(
            "Every iscsiadm waits 30 s for it, and then fails or continues without the lock. Sessions "
            "are not affected."
        ),
        seen=(
            Seen(clean(lock.path), (_("there, {seconds} s old").format(seconds=round(lock.seconds)),)),
            Seen(
                "/proc",
                tuple(f"iscsiadm, process {process.pid}, {process.state}" for process in calls)
                or (_("no iscsiadm is running"),),
            ),
        ),
        fixes=(fix,),
        never=(
            Never(
                _("Kill iscsid for it"), _("It does not hold the lock of the database, and sessions need it.")
            ),
        ),
    )
