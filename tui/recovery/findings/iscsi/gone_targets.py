"""F10: what to do about a target that its portal no longer knows."""

from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.maintenance.records import delete
from tui.maintenance.sessions import log_out, record_of
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Fix
from tui.recovery.findings.evidence_text import place_of
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.sessions import uses_of
from tui.storage.model.iscsi import NodeRecord, Session
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.untrusted import clean
from tui.words import translate as _

AT_BOOT_KEYS = ("node.startup", "node.conn[0].startup")
"""The settings that have a record logged in at boot; either is enough (iscsiadm, match_startup_mode)."""


def gone_fixes(evidence: Evidence, thing: Session | NodeRecord) -> Iterator[Fix]:
    """Ask for the target, or say good-bye to it: log out and delete its record."""
    yield Fix(
        _("Ask the storage administrator what happened to the target"),
        _("It was retired, renamed, or is missing by mistake: only the storage administrator knows."),
        ask=storage_administrator(
            evidence,
            _("The portal reports that it does not know this target, or cannot serve it."),
            _(
                "Was it retired or renamed, or should it be there? If it should: please enable it on this "
                "portal."
            ),
            (_("Target and portal: {place}").format(place=place_of(thing)),),
        ),
    )
    proposal = _farewell(evidence, thing)
    if proposal is not None:
        yield Fix(
            _("If it is gone for good: log out and delete its record"),
            _("Otherwise this host tries to log in to it again and again, and at every boot."),
            proposal,
            confirm=(
                _("Is {target} really retired, and its data no longer needed?").format(
                    target=clean(thing.target, 120)
                ),
            ),
        )


def no_login_at_boot(records: tuple[NodeRecord, ...]) -> tuple[SetRecordValues, ...]:
    """The changes after which these records are not logged in at boot."""
    return tuple(
        SetRecordValues(
            record.target,
            record.portal,
            record.iface,
            tuple((key, "manual") for key in AT_BOOT_KEYS),
            tuple(
                (key, value)
                for key, value in zip(AT_BOOT_KEYS, (record.startup, record.connection_startup), strict=True)
                if value
            ),
        )
        for record in records
    )


def _farewell(evidence: Evidence, thing: Session | NodeRecord) -> Proposal | None:
    inventory = evidence.inventory
    if not isinstance(thing, Session):
        return delete((thing,), inventory)
    record = record_of(inventory, thing)
    leaving = log_out((thing,), inventory)
    operations = leaving.plan.operations
    if record is not None:
        operations = (
            *no_login_at_boot((record,)),
            *operations,
            *delete((record,), inventory).plan.operations,
        )
    uses = uses_of(inventory, thing.sid)
    return Proposal(
        Plan(_("Remove {target} from this host").format(target=clean(thing.target, 100)), operations),
        _("The session ends, its disks are removed from this host, and nothing logs in to it any more."),
        leaving.notes
        if uses
        else (
            *leaving.notes,
            _("While iscsid is trying to log in, a logout may be refused: retry a moment later."),
        ),
        leaving.refusal,
        _("Remove"),
    )
