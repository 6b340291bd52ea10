"""What was reached: the stack as the host shows it, a write test, and what the next boot will do."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from tui.setup.answers import BootWay
from tui.setup.state import SetupState
from tui.setup.steps import boot, disks, mount
from tui.storage.boot_check.check import boot_check, will_survive
from tui.storage.boot_check.facts import read_boot_facts
from tui.storage.boot_check.rung import Checked
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.operations.filesystem.write_test import WriteTest
from tui.storage.probe.mounts.fstab import normalised
from tui.storage.problem import ConsoleError, Problem
from tui.storage.stacks.judgement import Judged, Judgement, Told, judge
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.stacks.stack import Stack, first_broken, stacks
from tui.storage.untrusted import clean
from tui.words import translate as _

Look = Callable[[Host], tuple[Inventory, Judgement]]
"""Looks at a host as `doctor` does: its inventory, and the verdict on it."""


class MountVerified(Struct, frozen=True):
    """One volume at the end.

    Attributes:
        volume: `VG/LV` or WWID.
        mount_point: where it should be.
        problem: why it is not there or cannot be written to, or None.
        boot: what the next boot will do, rung by rung; empty where it is not to be mounted at boot.
        told: the findings about the layers that carry it, of those that nobody accepts.
    """

    volume: str
    mount_point: str
    problem: Problem | None
    boot: tuple[Checked, ...] = ()
    told: tuple[Told, ...] = ()

    @property
    def survives_reboot(self) -> bool | None:
        """Whether it will be mounted after a reboot.

        None where not all of that could be checked, or something was found on the way to it.
        """
        if not will_survive(self.boot):
            return False
        return None if self.told or any(check.holds is None for check in self.boot) else True


class Verified(Struct, frozen=True):
    """The end of a set-up, read from the host.

    Attributes:
        mounts: every volume.
        stacks: the ladders of the chosen targets, each layer with the state that the verdict gives it.
        commands: every command that may have changed this host, in the order they ran.
    """

    mounts: tuple[MountVerified, ...]
    stacks: tuple[Stack, ...]
    commands: tuple[str, ...]

    @property
    def problem(self) -> Problem | None:
        """The first thing that is not as it should be, or None."""
        for verified in self.mounts:
            if verified.problem is not None:
                return verified.problem
        points = frozenset(verified.mount_point for verified in self.mounts)
        for stack in self.stacks:
            broken = first_broken(replace(stack, rungs=_carrying(stack, points)))
            if broken is not None:
                return Problem(
                    "verify.rung",
                    _("{layer} is broken: {state}.").format(
                        layer=clean(broken.name), state=clean(broken.reason or broken.state)
                    ),
                    remedy=_("Check the layers from the portal on; start with the first broken one."),
                )
        for verified in self.mounts:
            for check in verified.boot:
                if check.holds is False:
                    return Problem(
                        "verify.boot",
                        _("After a reboot {mount_point} would not be mounted: {why}").format(
                            mount_point=clean(verified.mount_point), why=check.words
                        ),
                        remedy=check.remedy,
                    )
        return None if self.mounts else _nothing_mounted()


def _carrying(stack: Stack, mount_points: frozenset[str]) -> tuple[Rung, ...]:
    """The rungs that these mounts stand on; what else the target shows is no matter of this set-up."""
    by_key = {rung.key: rung for rung in stack.rungs}
    waiting = [rung.key for rung in stack.rungs if rung.kind is RungKind.MOUNT and rung.name in mount_points]
    kept: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in by_key and key not in kept:
            kept.add(key)
            waiting.extend(by_key[key].stands_on)
    return tuple(rung for rung in stack.rungs if rung.key in kept)


def _nothing_mounted() -> Problem:
    return Problem(
        "verify.nothing",
        _("No volume was set up."),
        remedy=_("Go back to the volumes and choose at least one."),
    )


def verify(
    host: ChangingHost,
    state: SetupState,
    commands: tuple[str, ...],
    tell: Callable[[str], None],
    look: Look | None = None,
) -> Verified:
    """Look at everything once more and write a file on every volume.

    Args:
        host: the host; the file of the write test is removed again.
        state: with an inventory taken after the plan ran.
        commands: what ran.
        tell: gets what is done now.
        look: tells the verdict; without it, and where it cannot look, no layer is called good.
    """
    found = []
    at_boot = boot.answer(state).way is not BootWay.NONE
    for entry, target in mount.ordered(state):
        point = normalised(entry.mount_point)
        tell(_("Writing and reading a file in {point}").format(point=clean(point)))
        problem = _mount_problem(state, target.volume, point) or (
            None if "ro" in entry.options else _write(host, point)
        )
        checks: tuple[Checked, ...] = ()
        if at_boot:
            checks = boot_check(state.inventory, point, read_boot_facts(host, state.inventory, point))
        found.append(MountVerified(target.volume, point, problem, checks))
    tell(_("Checking this host as doctor does"))
    judged = _judged(host, state.inventory, look)
    targets = {session.target for session in disks.sessions(state)}
    ladders = tuple(stack for stack in judged.stacks if targets & set(stack.targets))
    mounts = tuple(replace(mount, told=_told_of(judged, ladders, mount.mount_point)) for mount in found)
    return Verified(mounts, ladders, commands)


def _judged(host: ChangingHost, inventory: Inventory, look: Look | None) -> Judged:
    try:
        judgement = look(host)[1] if look is not None else None
    except ConsoleError:
        judgement = None
    return judge(judgement.seen if judgement is not None else stacks(inventory), judgement)


def _told_of(judged: Judged, ladders: tuple[Stack, ...], point: str) -> tuple[Told, ...]:
    """The findings about the layers that carry a mount."""
    carrying = (rung for stack in ladders for rung in _carrying(stack, frozenset({point})))
    found = (told for rung in carrying for told in judged.told_of(rung) if not told.reason)
    return tuple(dict.fromkeys(found))


def _mount_problem(state: SetupState, volume: str, point: str) -> Problem | None:
    if any(target.volume == volume and target.mounted == point for target in mount.targets(state)):
        return None
    return Problem(
        "verify.not-mounted",
        _("{volume} is not mounted at {point}.").format(volume=clean(volume), point=clean(point)),
        remedy=_("Check the commands that ran (F2), then run the plan again."),
    )


def _write(host: ChangingHost, point: str) -> Problem | None:
    test = WriteTest(point)
    try:
        test.check(host)
        test.run(host, lambda _line: None)
    except ConsoleError as error:
        return error.problem
    except OSError as error:
        return Problem(
            "verify.write",
            _("A file in {point} could not be written: {why}.").format(
                point=clean(point), why=clean(error.strerror or str(error))
            ),
            remedy=_("Check the kernel log; the session may have failed."),
        )
    return None
