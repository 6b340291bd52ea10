"""What iscsi-console cannot do on some kinds of hosts, and what to do there instead."""

from tui.storage.model.inventory import Inventory, Trait
from tui.storage.problem import Problem
from tui.storage.untrusted import as_typed
from tui.words import translate as _

_INSTALL = {
    Trait.OSTREE: ("rpm-ostree", "install"),
    Trait.TRANSACTIONAL: ("transactional-update", "pkg", "install"),
}


def limits(inventory: Inventory) -> tuple[Problem, ...]:
    """What does not work on this host because of what it is, for the first page of everything."""
    return tuple(_LIMITS[trait]() for trait in inventory.traits if trait in _LIMITS)


def why_no_packages(traits: tuple[Trait, ...], packages: tuple[str, ...]) -> Problem | None:
    """Why packages are not installed on a host whose system is replaced as a whole, or None elsewhere."""
    trait = next((trait for trait in traits if trait in _INSTALL), None)
    if trait is None:
        return None
    return Problem(
        "packages.image",
        _("Packages cannot be installed while this host runs: its system is replaced as a whole."),
        remedy=_("Run `{command}`, restart, and continue here.").format(
            command=as_typed((*_INSTALL[trait], *packages))
        ),
    )


def _ostree() -> Problem:
    return Problem(
        "host.ostree",
        _("This host boots from an image (OSTree): /usr and the root directory are read-only."),
        _("iscsi-console cannot install packages here, and no mount point can be created right below /."),
        _("Install with rpm-ostree and restart. Mount below /var, /mnt or /srv (links to /var there)."),
    )


def _transactional() -> Problem:
    return Problem(
        "host.transactional",
        _("This host is updated by transactions: the root file system is read-only."),
        _("iscsi-console cannot install packages here, nor create mount points outside /var, /srv and /opt."),
        _("Install with `transactional-update pkg install` and restart. Mount below /var or /srv."),
    )


def _no_systemd() -> Problem:
    return Problem(
        "host.no-systemd",
        _("This host does not run systemd."),
        _(
            "iscsi-console starts and enables services, and checks the next boot, through systemd only: the "
            "set-up ends before it, and what a boot does is not known."
        ),
        _(
            "Start iscsid and arrange the login and the mounts at boot with the init of this host (OpenRC: "
            "rc-service, rc-update). What is there can be looked at."
        ),
    )


_LIMITS = {
    Trait.OSTREE: _ostree,
    Trait.TRANSACTIONAL: _transactional,
    Trait.NO_SYSTEMD: _no_systemd,
}
