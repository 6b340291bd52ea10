"""F04: sessions that fstab needs and that no boot logs in to."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.filesystem.fstab_lines import lines_on_luns, place_of_line
from tui.recovery.findings.repair_plans import repair
from tui.recovery.wished import wished
from tui.storage.devices.identity import luns_below
from tui.storage.host.interface import Answer
from tui.storage.iscsi.records import record_words
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import FstabEntry
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Role, Session
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.lvm.stale_map import is_stale
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import EnableService
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.stacks.iscsi_rungs import record_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

NOT_AT_BOOT = "F04.not-at-boot"
NOT_BACK = "F04.not-back"


def logins_at_boot(evidence: Evidence) -> Iterator[Finding]:
    """F04: a risk where fstab stands on a session that no boot opens; a cause where none came back."""
    inventory = evidence.inventory
    manual: dict[tuple[str, str], NodeRecord] = {}
    places: list[str] = []
    for entry, device, _line in lines_on_luns(evidence):
        if "noauto" in entry.options:
            continue
        records = [
            record
            for session in _sessions_below(inventory, device)
            if (record := _record_of(inventory, session)) is not None
        ]
        if records and not any(_logs_in(inventory, record, entry) for record in records):
            places.append(place_of_line(entry))
            manual.update({(known.target, known.portal.label): known for known in records})
    off = _service_is_off(inventory)
    if manual or service_is_off_under_fstab(evidence):
        yield _not_at_boot(inventory, tuple(manual.values()), places, service_off=off)
    yield from _not_back(evidence)


def service_is_off_under_fstab(evidence: Evidence) -> bool:
    """Whether F04 tells that the login service is off: lines of fstab stand on LUNs, and it does not run."""
    return _service_is_off(evidence.inventory) and any(True for _one in lines_on_luns(evidence))


def _service_is_off(inventory: Inventory) -> bool:
    service = inventory.service(Role.LOGIN_AT_BOOT)
    return service is not None and service.enabled in ("disabled", "") and service.active != "active"


def _logs_in(inventory: Inventory, record: NodeRecord, entry: FstabEntry | None = None) -> bool:
    """Whether a boot logs in by a record in time for a line of fstab.

    Debian's services log in to automatic records only; its initramfs does for the root file system. Others
    have iscsi-onboot.service for those that say onboot.
    """
    if "automatic" not in {record.startup, record.connection_startup}:
        is_root = entry is not None and entry.mount_point == "/"
        return record.logs_in_at_boot and (is_root or inventory.distribution.family != "debian")
    return record.logs_in_at_boot


def _sessions_below(inventory: Inventory, device: BlockDevice) -> tuple[Session, ...]:
    found = (inventory.session(lun.sid) for lun in luns_below(inventory, device))
    return tuple(session for session in found if session is not None)


def _record_of(inventory: Inventory, session: Session) -> NodeRecord | None:
    return next(
        (
            record
            for record in inventory.node_records
            if record.target == session.target
            and record.portal.is_same_place(session.portal)
            and record.iface == session.iface
            and record.readable
        ),
        None,
    )


def _at_boot(inventory: Inventory, records: tuple[NodeRecord, ...]) -> tuple[Operation, ...]:
    """Have exactly these logged in to at boot, and the service that does it started."""
    service = inventory.service(Role.LOGIN_AT_BOOT)
    enabling = (EnableService(service.unit),) if service is not None and service.enabled == "disabled" else ()
    return (
        *(
            SetRecordValues(record.target, record.portal, record.iface, _boot_values(record))
            for record in records
        ),
        *enabling,
    )


def _boot_values(record: NodeRecord) -> tuple[tuple[str, str], ...]:
    leading = (("node.leading_login", "No"),) if record.is_passed_over_at_boot else ()
    return (("node.startup", "automatic"), ("node.conn[0].startup", "automatic"), *leading)


def _setting_lines(record: NodeRecord) -> tuple[str, ...]:
    """The settings of a record that decide about the login at boot."""
    leading = ("node.leading_login = Yes",) if record.leading_login else ()
    return (f"node.startup = {clean(record.startup)}", *leading)


def _why_not_in(manual: tuple[NodeRecord, ...]) -> str:
    """Why no boot logged in, by the records that it passes over; none where they all ask for it."""
    if any(record.is_passed_over_at_boot for record in manual):
        return _(
            "`node.leading_login = Yes` makes the login at boot skip every record of the iface "
            "`default`, so no boot logs in to them. Nothing is damaged."
        )
    if any(record.startup == "onboot" for record in manual):
        return _(
            "On this distribution `node.startup = onboot` is for the root file system only: no boot logs "
            "in to these records. Nothing is damaged."
        )
    if manual:
        return _(
            "Some records are set to manual login (`node.startup`), so no boot logs in to them. "
            "Nothing is damaged."
        )
    return _("Somebody logged out, or the login at boot came too early. Nothing is damaged.")


def _not_at_boot(
    inventory: Inventory, records: tuple[NodeRecord, ...], places: list[str], *, service_off: bool
) -> Finding:
    title = _("Log in to them at boot")
    why = _("Only these records are changed, and the service that logs in at boot is enabled.")
    return Finding(
        NOT_AT_BOOT,
        _("The next boot does not log in to what fstab needs."),
        _(
            "The volumes are there now because somebody logged in; after a reboot they will be "
            "missing: {places}."
        ).format(places=clean(enumerated(places[:6])) or "?"),
        RungKind.SESSION,
        (),
        seen=(
            *(
                Seen(
                    clean(record.path) or record_words(record.target, record.portal, record.iface),
                    _setting_lines(record),
                )
                for record in records[:6]
            ),
            *(
                (Seen("systemctl is-enabled", (_("the service that logs in is disabled"),)),)
                if service_off
                else ()
            ),
        ),
        ruled_out=(RuledOut(_("a failing login"), _("The sessions are logged in now.")),),
        fixes=(
            Fix(
                title,
                why,
                repair(title, why, *_at_boot(inventory, records)),
                confirm=(_("Should this host log in to each of these at every boot?"),),
            ),
        ),
        never=(
            Never(
                _("Set it in iscsid.conf and run discovery again"),
                _("That rewrites every record; CHAP secrets set in single records are lost."),
            ),
        ),
        weight=Weight.RISK,
    )


def _not_back(evidence: Evidence) -> Iterator[Finding]:
    """A cause where fstab waits for volumes over the network, and a target this host knows is not logged in.

    Volumes that are still there without their disk are no volumes that did not come back (F07).
    """
    inventory = evidence.inventory
    away = wished(evidence)
    waiting = [
        entry
        for entry in inventory.fstab
        if _is_waiting(inventory, entry)
        and not away.unmounted(entry.mount_point)
        and not (entry.kind == "swap" and away.swapped_off(entry.spec, is_gone=True))
    ]
    idle = tuple(
        record
        for record in inventory.node_records
        if record.readable
        and not inventory.sessions_of(record.target)
        and _may_answer(evidence, record)
        and not away.logged_out(record)
    )
    if not waiting or not idle or any(is_stale(inventory, device) for device in inventory.devices):
        return
    manual = tuple(record for record in idle if not _logs_in(inventory, record))
    title = _("Log in now and at every boot")
    why = _("The records are there; nothing used them, or not in time.")
    logins = tuple(LogIn(record.target, record.portal, record.iface) for record in idle)
    yield Finding(
        NOT_BACK,
        _("fstab waits for network volumes, and this host is not logged in to known targets."),
        _why_not_in(manual),
        RungKind.SESSION,
        tuple(record_key(record) for record in idle),
        seen=(
            Seen(
                "/sys/class/iscsi_session",
                tuple(clean(_("no session to {target}").format(target=record.target)) for record in idle[:6]),
            ),
            *(
                Seen(
                    clean(record.path) or record_words(record.target, record.portal, record.iface),
                    _setting_lines(record),
                )
                for record in idle[:6]
            ),
            Seen(FSTAB, tuple(clean(f"{entry.spec} {entry.mount_point}") for entry in waiting[:6])),
        ),
        ruled_out=(
            RuledOut(_("an unreachable portal"), _("It accepts connections.")),
            RuledOut(_("a logout under mounted volumes"), _("No map is left on a disk that is gone.")),
        ),
        fixes=(
            Fix(
                title,
                why,
                repair(title, why, *logins, *_at_boot(inventory, manual)),
                confirm=(_("Should this host log in to each of these, now and at every boot?"),),
            ),
        ),
        never=(
            Never(
                _("Set it in iscsid.conf and run discovery again"),
                _("That rewrites every record; CHAP secrets set in single records are lost."),
            ),
        ),
        follows_if=("F18", "F19", "F32", "F01", "F31", "F10", "F02", "F33", "F58", "F59"),
    )


def _is_waiting(inventory: Inventory, entry: FstabEntry) -> bool:
    return (
        "_netdev" in entry.options
        and "noauto" not in entry.options
        and not entry.device
        and entry.spec.startswith(("UUID=", "LABEL=", "/dev/"))
        and not any(mount.target in entry.places for mount in inventory.mounts)
    )


def _may_answer(evidence: Evidence, record: NodeRecord) -> bool:
    """Whether the portal of a record takes connections, as far as that was tried."""
    answer = evidence.answer_of(record.portal)
    return answer is None or answer.answer is Answer.OPEN
