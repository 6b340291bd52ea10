"""F64: services that records and maps need at the next boot, and that no boot starts."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.finding import Finding, Fix, Never, Seen, Weight
from tui.recovery.findings.filesystem.logins_at_boot import service_is_off_under_fstab
from tui.recovery.findings.repair_plans import repair
from tui.recovery.wished import wished
from tui.storage.model.iscsi import Role, Service
from tui.storage.operations.services.prerequisites import EnableService
from tui.storage.stacks.iscsi_rungs import record_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F64.service-not-at-boot"

_MASKED = "masked"
_OFF = {"disabled", _MASKED}
"""UnitFileState of units that no boot starts by themselves (systemctl(1), is-enabled)."""


def boot_services(evidence: Evidence) -> Iterator[Expectation]:
    """The login service and iscsid for records that log in at boot, multipathd for maps over LUNs.

    iscsid is started by its socket, or by the login service, unless it is masked.
    """
    inventory, away = evidence.inventory, wished(evidence)
    records = tuple(
        record_key(record)
        for record in inventory.node_records
        if record.readable and record.logs_in_at_boot and not away.logged_out(record)
    )
    maps = tuple(
        f"multipath:{joined.wwid or joined.name}"
        for joined in inventory.multipath_maps
        if any(inventory.lun_on(path) is not None for path in joined.paths)
    )
    login, daemon = inventory.service(Role.LOGIN_AT_BOOT), inventory.service(Role.DAEMON)
    if records and login is not None and not service_is_off_under_fstab(evidence):
        yield from _expected(login, RungKind.SESSION, records, _login_meaning())
    if records and daemon is not None and daemon.enabled in {_MASKED, "enabled"}:
        yield from _expected(daemon, RungKind.SESSION, records, _login_meaning())
    multipath = inventory.service(Role.MULTIPATH)
    if maps and multipath is not None:
        yield from _expected(
            multipath,
            RungKind.MULTIPATH,
            maps,
            _(
                "It may run now. After a boot without it nothing creates the maps from their paths, and "
                "what fstab mounts from them may not be there."
            ),
        )


def _login_meaning() -> str:
    return _(
        "Sessions that are up stay up. After a boot nothing logs in by the records that ask for it, and "
        "their disks are not there."
    )


def _expected(
    service: Service, kind: RungKind, rungs: tuple[str, ...], meaning: str
) -> Iterator[Expectation]:
    """One expectation; of a unit that systemd does not know, or of which it says nothing, none."""
    if not service.installed or not service.enabled:
        return
    off = service.enabled in _OFF
    source = Seen(f"systemctl is-enabled {clean(service.unit)}", (clean(service.enabled, 40),))
    yield Expectation(
        Subject.AT_BOOT,
        service.unit,
        source,
        Standing.UNMET if off else Standing.MET,
        rungs=rungs,
        told=_told(service, kind, rungs, meaning, source) if off else None,
    )


def _told(service: Service, kind: RungKind, rungs: tuple[str, ...], meaning: str, source: Seen) -> Finding:
    unit = clean(service.unit, 60)
    return Finding(
        CODE,
        _("{unit} is {state}: no boot starts it.").format(unit=unit, state=clean(service.enabled, 40)),
        meaning,
        kind,
        rungs,
        service.unit,
        seen=(source, Seen(f"systemctl is-active {unit}", (clean(service.active, 40) or "-",))),
        fixes=(_fix(service, unit),),
        never=(
            Never(
                _("Restart {unit} to try it while the storage is in use").format(unit=unit),
                _("Stopping it may log out of sessions or leave paths without checks."),
            ),
        ),
        weight=Weight.RISK,
    )


def _fix(service: Service, unit: str) -> Fix:
    if service.enabled == _MASKED:
        return Fix(
            _("Unmask {unit}").format(unit=unit),
            _("Somebody masked it on purpose. Ask why first."),
            by_hand=(f"systemctl unmask {unit}", f"systemctl enable {unit}"),
        )
    title = _("Start {unit} at boot").format(unit=unit)
    why = _("Only the next boot changes; nothing is started or stopped now.")
    return Fix(title, why, repair(title, why, EnableService(service.unit)))
