"""Packages, kernel modules and systemd units that iSCSI storage needs."""

from typing import ClassVar

from tui.storage.files.systemd import do, refuse_missing, systemctl, unit_property
from tui.storage.host.interface import ChangingHost, Command, Host, Outcome
from tui.storage.host_limits import why_no_packages
from tui.storage.iscsi.daemon import (
    DAEMON,
    bring_up_daemon,
    is_daemon_up_to_date,
    refuse_while_sessions_recover,
)
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.system.modules import read_modules
from tui.storage.probe.system.traits import read_traits
from tui.storage.problem import CommandFailed, OutcomeUnknown, Problem, Refused
from tui.storage.untrusted import clean, clean_lines
from tui.words import enumerated, translate as _, translate_count

INSTALL_DEADLINE = 600.0
"""Seconds an installation may take: slow mirrors, and hooks such as update-initramfs."""


INSTALLS = ("debian", "redhat", "suse", "openeuler")
"""Families of distributions on which packages are installed by this program."""


class InstallPackages(Operation, frozen=True):
    """Install packages of the distribution, without questions.

    Attributes:
        packages: their names.
        family: one of `INSTALLS`; with another it is refused.
    """

    packages: tuple[str, ...]
    family: str

    def title(self) -> str:
        return translate_count(
            "Install the package {packages}", "Install the packages {packages}", len(self.packages)
        ).format(packages=clean(enumerated(self.packages)))

    def why(self) -> str:
        return _(
            "They provide the programs and services for iSCSI storage. Their dependencies are installed"
            " too; your configuration files are kept."
        )

    def shown(self) -> tuple[str, ...]:
        return tuple(command.shown for command in self._commands())

    def is_done(self, host: Host) -> bool:
        if self.family == "debian":
            query = ("dpkg-query", "--show", "--showformat=${db:Status-Status}\\n", "--", *self.packages)
            outcome = host.run(Command(query))
            return outcome.ok and outcome.stdout.split() == ["installed"] * len(self.packages)
        return host.run(Command(("rpm", "--query", "--", *self.packages))).ok

    def check(self, host: Host) -> None:
        image = why_no_packages(read_traits(host, has_units=True), self.packages)
        if image is not None:
            raise Refused(image)
        if not self._commands():
            raise Refused(
                Problem(
                    "packages.unknown-family",
                    _("iscsi-console cannot install packages on this distribution."),
                    remedy=_("Install {packages} with your package manager, then continue here.").format(
                        packages=clean(enumerated(self.packages))
                    ),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        *before, install = self._commands()
        warnings = ""
        for command in before:
            # An outdated or unreachable package list need not matter: the installation itself reports it.
            warnings += host.run(command, lambda line: progress(clean(line))).stderr
        outcome = host.run(install, lambda line: progress(clean(line)))
        if outcome.status is None:
            raise OutcomeUnknown(self._problem(outcome, warnings))
        if not outcome.ok:
            raise CommandFailed(self._problem(outcome, warnings))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The packages stay installed: other programs may use them by now."))

    def _commands(self) -> tuple[Command, ...]:
        def command(*argv: str) -> Command:
            return Command(argv, deadline=INSTALL_DEADLINE, changes=True)

        match self.family:
            case "debian":
                quiet = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
                keep = ("-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold")
                return (
                    command(*quiet, "--quiet", "update"),
                    command(*quiet, "--quiet", "--yes", *keep, "install", *self.packages),
                )
            case "redhat" | "openeuler":
                return (command("dnf", "--assumeyes", "install", *self.packages),)
            case "suse":
                return (command("zypper", "--non-interactive", "install", *self.packages),)
            case _unknown:
                return ()

    def _problem(self, outcome: Outcome, warnings: str) -> Problem:
        if outcome.status is None:
            return Problem(
                "packages.deadline",
                _("The installation did not end within {minutes} minutes.").format(
                    minutes=round(INSTALL_DEADLINE / 60)
                ),
                _("The package mirror is slow or does not respond."),
                _("Check whether it is still running, then retry."),
                evidence=clean_lines(warnings + outcome.stdout + outcome.stderr, most=8),
            )
        return Problem(
            "packages.failed",
            _("The packages could not be installed."),
            _("The package mirror is unreachable, or another installation is running."),
            _("Read the lines below, fix the cause and retry."),
            evidence=clean_lines(warnings + (outcome.stderr or outcome.stdout), most=8),
        )


class LoadModule(Operation, frozen=True):
    """Load a kernel module; where it is needed at boot, the service that needs it loads it."""

    survives_reboot: ClassVar[bool] = False
    module: str

    def title(self) -> str:
        return _("Load the kernel module {module}").format(module=clean(self.module))

    def why(self) -> str:
        return _("The kernel needs this module for iSCSI. At boot iscsid loads it.")

    def shown(self) -> tuple[str, ...]:
        return (self._command.shown,)

    def is_done(self, host: Host) -> bool:
        return self.module in read_modules(host) or host.facts(f"/sys/module/{self.module}") is not None

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        outcome = host.run(self._command)
        if not outcome.ok:
            raise CommandFailed(
                Problem(
                    "module.failed",
                    _("The kernel module {module} could not be loaded.").format(module=clean(self.module)),
                    _("The running kernel does not have this module: it was updated without a reboot."),
                    _("Reboot into the installed kernel. A minimal cloud kernel may need its full package."),
                    evidence=clean_lines(outcome.stderr, most=4),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The module stays loaded until the next reboot; it does no harm."))

    @property
    def _command(self) -> Command:
        return Command(("modprobe", "--", self.module), changes=True)


class StartService(Operation, frozen=True):
    """Start a systemd unit now."""

    survives_reboot: ClassVar[bool] = False
    unit: str

    def title(self) -> str:
        return _("Start {unit}").format(unit=clean(self.unit, 120))

    def why(self) -> str:
        return _("It is needed now, and for a clean shutdown.")

    def shown(self) -> tuple[str, ...]:
        return (systemctl("start", self.unit).shown,)

    def is_done(self, host: Host) -> bool:
        return unit_property(host, self.unit, "ActiveState") == "active"

    def check(self, host: Host) -> None:
        refuse_missing(host, self.unit)

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (systemctl says nothing)
        """For iscsid, also wait until it has recovered the sessions that it finds."""
        if self.unit == DAEMON:
            bring_up_daemon(host, "start")
        else:
            do(host, systemctl("start", self.unit), self.unit)

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _("{unit} keeps running: sessions may depend on it by now.").format(unit=clean(self.unit, 120))
        )


class EnableService(Operation, frozen=True):
    """Enable a systemd unit."""

    unit: str

    def title(self) -> str:
        return _("Start {unit} at boot").format(unit=clean(self.unit, 120))

    def why(self) -> str:
        return _("Without it the storage is not available after a reboot.")

    def shown(self) -> tuple[str, ...]:
        return (systemctl("enable", self.unit).shown,)

    def is_done(self, host: Host) -> bool:
        """It is enabled, or something else starts it."""
        return unit_property(host, self.unit, "UnitFileState") in _ENABLED

    def check(self, host: Host) -> None:
        refuse_missing(host, self.unit)

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (systemctl says nothing)
        do(host, systemctl("enable", self.unit), self.unit)

    def undo(self) -> tuple[Operation, ...]:
        return (DisableService(self.unit),)


_ENABLED = {"enabled", "enabled-runtime", "static", "indirect", "alias", "linked", "generated"}
"""UnitFileState of systemctl(1), is-enabled, for units that are started without more doing."""


class DisableService(Operation, frozen=True):
    """Disable a systemd unit; it keeps running if it runs."""

    unit: str

    def title(self) -> str:
        return _("Do not start {unit} at boot").format(unit=clean(self.unit, 120))

    def takes_away(self) -> str:
        return _("{unit} does not start at boot.").format(unit=clean(self.unit, 120))

    def why(self) -> str:
        return _("It was not started at boot before.")

    def shown(self) -> tuple[str, ...]:
        return (systemctl("disable", self.unit).shown,)

    def is_done(self, host: Host) -> bool:
        return unit_property(host, self.unit, "UnitFileState") not in _ENABLED

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (systemctl says nothing)
        do(host, systemctl("disable", self.unit), self.unit)

    def undo(self) -> tuple[Operation, ...]:
        return (EnableService(self.unit),)


class RestartDaemon(Operation, frozen=True):
    """Restart iscsid, so that it reads its configuration; sessions and their I/O go on meanwhile.

    It is done when iscsid was started after its files were last written.

    Attributes:
        unit: the unit of iscsid itself. Restarting the unit that logs in at boot would log out of everything.
    """

    survives_reboot: ClassVar[bool] = False
    unit: str

    def title(self) -> str:
        return _("Restart iscsid")

    def why(self) -> str:
        return _(
            "iscsid reads the initiator name and its configuration only when it starts. The kernel keeps"
            " the sessions; their connections are reopened, and I/O pauses for that moment."
        )

    def shown(self) -> tuple[str, ...]:
        return (systemctl("restart", self.unit).shown,)

    def is_done(self, host: Host) -> bool:
        """The daemon responds and is younger than its files."""
        return self.unit == DAEMON and is_daemon_up_to_date(host)

    def check(self, host: Host) -> None:
        """Only iscsid, and only while no session needs it."""
        if self.unit != DAEMON:
            raise Refused(
                Problem(
                    "service.not-the-daemon",
                    _("{unit} is not iscsid's own unit, so it is not restarted.").format(
                        unit=clean(self.unit)
                    ),
                    _(
                        "Stopping the unit that logs in at boot unmounts all iSCSI storage and logs out"
                        " of it."
                    ),
                    _("Restart {unit} instead.").format(unit=DAEMON),
                )
            )
        refuse_while_sessions_recover(host)

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        bring_up_daemon(host, "restart")

    def undo(self) -> CannotUndo:
        return CannotUndo(_("A restart leaves nothing to undo."))
