"""The lower rungs of the boot check: name, services, records, multipath."""

from collections.abc import Iterator

from tui.storage.boot_check.rung import Checked, Rung
from tui.storage.iscsi.iscsi_name import malformed_name
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Role, Session, SessionState
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_COMES_BACK = {"enabled", "static", "alias", "indirect", "generated"}
"""Words of `systemctl is-enabled` for units that a boot starts, or that something else starts."""


def check_name(inventory: Inventory, sessions: list[Session]) -> Iterator[Checked]:
    """The name that the target knows this host by."""
    initiator = inventory.initiator
    if not initiator.readable:
        yield Checked(Rung.NAME, None, _("Only root can read {path}.").format(path=initiator.path))
        return
    problems = malformed_name(initiator.name)
    if problems or not initiator.exact or initiator.generates:
        words = (
            problems[0].summary
            if problems
            else _("The line in {path} is not in the form that every start script accepts.")
        )
        yield Checked(
            Rung.NAME, False, words.format(path=initiator.path), _("Set the name again in the first step.")
        )
        return
    others = {session.initiator_name for session in sessions if session.initiator_name} - {initiator.name}
    if others:
        yield Checked(
            Rung.NAME,
            None,
            _("This session was logged in as {old}; after the boot it logs in as {new}.").format(
                old=clean(enumerated(sorted(others))), new=clean(initiator.name)
            ),
            _(
                "Make sure that the target's ACL has the new name: log out and in again now, or ask "
                "the storage administrator."
            ),
        )
        return
    yield Checked(Rung.NAME, True, clean(initiator.name))


def check_services(inventory: Inventory) -> Iterator[Checked]:
    """What starts iscsid and logs in."""
    if not inventory.services:
        yield Checked(
            Rung.SERVICES, None, _("systemd did not answer, so the state of the services is unknown.")
        )
        return
    daemons = [
        service
        for service in (inventory.service(Role.DAEMON), inventory.service(Role.DAEMON_SOCKET))
        if service
    ]
    enabled = [daemon.unit for daemon in daemons if daemon.enabled in _COMES_BACK]
    if enabled:
        yield Checked(Rung.SERVICES, True, _("{unit} starts iscsid.").format(unit=enabled[-1]))
    else:
        names = " ".join(daemon.unit for daemon in daemons) or "iscsid.socket"
        yield Checked(
            Rung.SERVICES,
            False,
            _("Nothing starts iscsid at boot."),
            _("Enable it: systemctl enable {unit}").format(unit=names.split()[-1]),
        )
    login = inventory.service(Role.LOGIN_AT_BOOT)
    if login is not None and login.enabled in _COMES_BACK:
        yield Checked(Rung.SERVICES, True, _("{unit} logs in.").format(unit=login.unit))
    else:
        yield Checked(
            Rung.SERVICES,
            False,
            _("No service logs in at boot."),
            _("Enable it: systemctl enable {unit}").format(
                unit=login.unit if login else "open-iscsi.service"
            ),
        )


def record_of(inventory: Inventory, session: Session) -> NodeRecord | None:
    """The node record a session was logged in from, or None."""
    return next(
        (
            record
            for record in inventory.node_records
            if record.target == session.target
            and record.portal.is_same_place(session.portal)
            and record.iface == session.iface
        ),
        None,
    )


def check_session(inventory: Inventory, session: Session) -> Iterator[Checked]:
    """One path: its record, CHAP and portal."""
    place = f"{clean(session.target)} {session.portal.label}"
    record = record_of(inventory, session)
    if record is None:
        holds = (
            None
            if any(not record.readable for record in inventory.node_records) or not inventory.root
            else False
        )
        yield Checked(
            Rung.RECORD,
            holds,
            _("{place}: no node record, so nothing logs in after the boot.").format(place=place),
            _("Discover the target again and log in through its record."),
        )
    elif not record.readable:
        yield Checked(Rung.RECORD, None, _("{place}: only root can read the record.").format(place=place))
    else:
        yield _startup(record, place)
        yield _chap(record, place)
    if session.state is SessionState.LOGGED_IN:
        yield Checked(Rung.PORTAL, True, _("{portal} answers now.").format(portal=session.portal.label))
    else:
        yield Checked(
            Rung.PORTAL,
            None,
            _("{portal} does not answer now (session {state}).").format(
                portal=session.portal.label, state=session.state.value
            ),
            _("Repair the path. Whether it is back at the next boot cannot be known from here."),
        )


def _startup(record: NodeRecord, place: str) -> Checked:
    modes = (record.startup, record.connection_startup)
    if "automatic" in modes and record.is_passed_over_at_boot:
        return Checked(
            Rung.RECORD,
            False,
            _("{place}: node.leading_login is Yes, so the login at boot skips the iface default.").format(
                place=place
            ),
            _("Set node.leading_login to No."),
        )
    if "automatic" in modes:
        return Checked(Rung.RECORD, True, _("{place}: logged in at boot.").format(place=place))
    words = (
        _("{place}: node.startup is onboot, which only the start of a root file system over iSCSI uses.")
        if "onboot" in modes
        else _("{place}: node.startup is manual.")
    )
    return Checked(
        Rung.RECORD, False, words.format(place=place), _("Set it to automatic in the Target step.")
    )


def _chap(record: NodeRecord, place: str) -> Checked:
    chap = record.chap
    if chap.username and not chap.has_password:
        return Checked(
            Rung.CHAP,
            False,
            _("{place}: a CHAP name is stored, but no secret.").format(place=place),
            _("Enter the secret in the CHAP step, or remove the name."),
        )
    words = {
        "none": _("{place}: no CHAP."),
        "one-way": _("{place}: the CHAP secret is stored in the record."),
        "mutual": _("{place}: both CHAP secrets are stored in the record."),
    }[chap.kind]
    return Checked(Rung.CHAP, True, words.format(place=place))


def check_multipath(inventory: Inventory, device: BlockDevice) -> Iterator[Checked]:
    """What joins the paths."""
    maps = [
        multipath_map
        for multipath_map in inventory.multipath_maps
        if multipath_map.device in names_below(inventory, device)
    ]
    if not maps:
        return
    service = inventory.service(Role.MULTIPATH)
    name = clean(maps[0].name, 60)
    if service is not None and service.enabled in _COMES_BACK:
        yield Checked(
            Rung.MULTIPATH,
            True,
            _("{unit} creates the map {map} from its {count} paths.").format(
                unit=service.unit, count=len(maps[0].paths), map=name
            ),
        )
        return
    yield Checked(
        Rung.MULTIPATH,
        False,
        _("The volume is on the multipath map {map}, but multipathd is not started at boot.").format(
            map=name
        ),
        _("Enable it: systemctl enable multipathd.service"),
    )


def names_below(inventory: Inventory, device: BlockDevice) -> set[str]:
    """Kernel names of a device and of all it stands on."""
    names, open_ends = {device.name}, [device]
    while open_ends:
        for name in open_ends.pop().slaves:
            lower = inventory.device(name)
            if name not in names and lower is not None:
                names.add(name)
                open_ends.append(lower)
    return names
