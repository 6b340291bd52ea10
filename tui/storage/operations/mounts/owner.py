"""Owner and mode of the root directory of a mounted volume."""

import re

from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.operations.calls import change
from tui.storage.operations.guards.mounted import mount_at, not_mounted
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _

_MODE = re.compile(r"[0-7]{3,4}")


class SetOwner(Operation, frozen=True):
    """Set owner and mode of the root directory of a mounted volume. What is in it does not change.

    Attributes:
        path: the mount point.
        user: name or number, or empty to leave it.
        group: likewise.
        mode: permission bits in octal, such as `0755`, or empty to leave them.
        previous: numeric owner, group and permission bits before, for undo; or None.
    """

    path: str
    user: str = ""
    group: str = ""
    mode: str = ""
    previous: tuple[int, int, int] | None = None

    def title(self) -> str:
        parts = [
            f"{self.user}:{self.group}" if self.group else self.user,
            self.mode,
        ]
        return _("Set owner and mode of {path} to {what}").format(
            path=clean(self.path, 80), what=clean(" ".join(part for part in parts if part), 80)
        )

    def why(self) -> str:
        return _("A new file system belongs to root. This gives other users access to it.")

    def shown(self) -> tuple[str, ...]:
        return tuple(as_typed(argv) for argv in self._commands)

    @property
    def _commands(self) -> tuple[tuple[str, ...], ...]:
        commands: list[tuple[str, ...]] = []
        if self.user or self.group:
            owner = f"{self.user}:{self.group}" if self.group else self.user
            commands.append(("chown", "--", owner, self.path))
        if self.mode:
            commands.append(("chmod", "--", self.mode, self.path))
        return tuple(commands)

    def is_done(self, host: Host) -> bool:
        facts = host.facts(self.path)
        if facts is None or mount_at(host, host.resolve(self.path)) is None:
            return False
        user = identifier(host, "passwd", self.user) if self.user else facts.uid
        group = identifier(host, "group", self.group) if self.group else facts.gid
        mode = int(self.mode, 8) if _MODE.fullmatch(self.mode) else facts.mode
        return (facts.uid, facts.gid, facts.mode) == (user, group, mode)

    def check(self, host: Host) -> None:
        """The volume is mounted there: otherwise the directory below it would change."""
        if mount_at(host, host.resolve(self.path)) is None:
            raise Refused(not_mounted(self.path))
        for table, name, field in (("passwd", self.user, "owner"), ("group", self.group, "group")):
            if name and identifier(host, table, name) is None:
                raise Refused(
                    Problem(
                        "owner.unknown",
                        _("This host has no user {name}.").format(name=clean(name, 60))
                        if table == "passwd"
                        else _("This host has no group {name}.").format(name=clean(name, 60)),
                        remedy=_("Check the spelling, or type a number."),
                        field=field,
                    )
                )
        if self.mode and not _MODE.fullmatch(self.mode):
            raise Refused(
                Problem(
                    "owner.mode",
                    _("{mode} is not a valid mode.").format(mode=clean(self.mode, 20)),
                    remedy=_("Type three or four digits from 0 to 7, such as 0755."),
                    field="mode",
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """First chown: a change of owner clears the set-user-ID bits."""
        for argv in self._commands:
            change(host, argv, self.title(), progress=progress)

    def undo(self) -> "tuple[Operation, ...] | CannotUndo":
        if self.previous is None:
            return CannotUndo(_("The former owner and mode of the directory were not saved."))
        uid, gid, mode = self.previous
        return (SetOwner(self.path, str(uid), str(gid), f"{mode:04o}"),)


def identifier(host: Host, table: str, name: str) -> int | None:
    """The number of a user (`passwd`) or group (`group`), or None where the host knows none of that name."""
    if name.isdecimal():
        return int(name)
    outcome = host.run(Command(("getent", "--", table, name)))
    fields = outcome.stdout.split("\n")[0].split(":")
    return int(fields[2]) if outcome.ok and len(fields) > 2 and fields[2].isdecimal() else None
