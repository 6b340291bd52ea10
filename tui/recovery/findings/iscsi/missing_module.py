"""F19: the kernel module iscsi_tcp is missing."""

from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.recovery.evidence import Evidence, Item
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.iscsi.iscsid_down import uses_iscsi
from tui.storage.changing.plan import Plan
from tui.storage.operations.services.prerequisites import LoadModule
from tui.storage.untrusted import clean
from tui.words import prose, translate as _

_MODULE = "iscsi_tcp"


def missing_module(evidence: Evidence) -> Iterator[Finding]:
    """F19: the running kernel has no iscsi_tcp and cannot load it."""
    modules = evidence.modules
    if not uses_iscsi(evidence) or not evidence.has(Item.MODULES) or modules.can_load is not False:
        return
    release = clean(modules.release)
    diverted = any(line.lstrip().startswith("install ") for line in modules.said)
    if modules.folder is False:
        cause = _(
            "The modules of the running kernel {release} are no longer installed: it was updated or removed."
        )
        fixes = (
            Fix(
                _("Reboot into the installed kernel"),
                _("Only that kernel has its modules. First unmount and stop what uses other storage."),
                by_hand=("uname -r", "ls /lib/modules", "systemctl reboot"),
                confirm=(_("May this host be rebooted now?"),),
            ),
        )
    elif diverted:
        cause = _("A line in /etc/modprobe.d runs a command instead of loading iscsi_tcp ({release}).")
        fixes = (
            Fix(
                _("Remove that line, then load the module"),
                _("Somebody disabled the module on purpose or by following a hardening guide: ask first."),
                _load(),
                by_hand=("grep -rn iscsi_tcp /etc/modprobe.d /usr/lib/modprobe.d",),
                confirm=(_("Is the line removed, and may this host use iSCSI?"),),
            ),
        )
    else:
        cause = _("The kernel {release} comes without iscsi_tcp, as kernels for clouds and containers do.")
        fixes = (
            Fix(
                _("Install the kernel's extra modules, then load it"),
                _("They are in a separate package, or in the standard kernel."),
                _load(),
                by_hand=_packages(evidence, modules.release),
                confirm=(_("Is the package with the module installed?"),),
            ),
        )
    yield Finding(
        "F19.module-missing",
        _("The kernel module iscsi_tcp is not loaded and cannot be loaded."),
        prose(cause.format(release=release), _("Without it no login is possible.")),
        seen=(
            Seen("uname -r", (release,)),
            *([Seen("modprobe --show-depends iscsi_tcp", modules.said)] if modules.said else []),
        ),
        ruled_out=(
            RuledOut(_("iscsid"), _("Running or not, it needs this module for every login over TCP.")),
        ),
        fixes=fixes,
        never=(
            Never(
                _("Copy a module from another kernel"),
                _("It does not match, and forcing it to load can crash the machine."),
            ),
        ),
    )


def _load() -> Proposal:
    plan = Plan(_("Load the module {name}").format(name=_MODULE), (LoadModule(_MODULE),))
    return Proposal(plan, _("The module carries iSCSI over TCP."), yes=_("Load"))


def _packages(evidence: Evidence, release: str) -> tuple[str, ...]:
    kernel = clean(release)
    return {
        "debian": (f"apt install linux-image-{kernel.rpartition('-')[2] or 'amd64'}".replace("cloud-", ""),),
        "redhat": (f"dnf install kernel-modules-extra-{kernel}",),
        "suse": ("zypper install kernel-default",),
    }.get(evidence.inventory.distribution.family, ())
