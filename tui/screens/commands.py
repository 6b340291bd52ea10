"""The commands that ran, as rows of the list under F2, and what was changed as a script."""

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual.binding import Binding, BindingType

from tui.screens.recovery.saving import save
from tui.storage.changing import run_plan
from tui.storage.host.command_log import CommandLogHost, Ran
from tui.storage.problem import ConsoleError
from tui.storage.untrusted import clean, clean_lines
from tui.words import marked, translate as _
from widgets.commands import CommandRow, Commands

if TYPE_CHECKING:
    from tui.maintenance.past_plans import PastChange

_LONGEST = 2000
_DATED = 11
"""Cells of a day with a time."""
_MOST_BEFORE = 500
"""Operations of earlier plans that are listed; the newest ones."""


class RanCommands(Commands):
    """The commands that ran on a host, below those of plans that ran before the program was started.

    `s` writes what was changed meanwhile to a script.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "save", marked("save as script"))]

    def __init__(self, host: CommandLogHost) -> None:
        super().__init__(command_rows(host.ran()))
        self._host = host

    def on_mount(self) -> None:
        """Read the journals meanwhile, which only root can."""
        super().on_mount()
        if self._host.is_root:
            self.run_worker(self._read, group="past", thread=True, exclusive=True, exit_on_error=False)

    def _read(self) -> None:
        # What reads plans imports every operation; the list of commands need not wait for it.
        from tui.maintenance.past_plans import past_changes, past_journals  # noqa: PLC0415 (likewise)

        try:
            changes, _unread = past_changes(past_journals(run_plan.PLACES.journals))
        except ConsoleError as error:
            words = error.problem.summary
            self.app.call_from_thread(self.notify, words, severity="warning", markup=False)
            return
        before = [change for change in changes if change.at < self._host.since][-_MOST_BEFORE:]
        self.app.call_from_thread(self._show_before, before_rows(before))

    def _show_before(self, before: tuple[CommandRow, ...]) -> None:
        if before:
            self.rows = (*before, *(replace(row, time=row.time.rjust(_DATED)) for row in self.rows))

    def action_save(self) -> None:
        """Write what plans changed since the program was started to a shell script with comments."""
        if not self._host.is_root:
            self.notify(_("Nothing was changed: that takes root."), severity="warning", markup=False)
            return
        self.run_worker(self._save, group="script", thread=True, exclusive=True, exit_on_error=False)

    def _save(self) -> None:
        # What reads plans imports every operation; the list of commands need not wait for it.
        from tui.commands.exporting.ran import ran_script  # noqa: PLC0415 (only when a script is saved)
        from tui.maintenance.past_plans import past_journals  # noqa: PLC0415 (only when a script is saved)

        try:
            text = ran_script(self._host, past_journals(run_plan.PLACES.journals), self._host.since)
            saved = save("changes", text, "sh")
            words, is_written = saved.words, saved.is_written
        except ConsoleError as error:
            words, is_written = f"{error.problem.summary} {error.problem.remedy}".rstrip(), False
        self.app.call_from_thread(
            self.notify, words, severity="information" if is_written else "error", markup=False
        )


def before_rows(changes: Iterable["PastChange"]) -> tuple[CommandRow, ...]:
    """Return the commands of what plans changed, oldest first, with the day; what they said is not kept."""
    return tuple(
        CommandRow(
            key=f"before.{place}.{number}",
            time=time.strftime("%m-%d %H:%M", time.localtime(change.at)),
            command=clean(shown, _LONGEST),
            status=0,
            output="\n".join(_of_plan(change)),
        )
        for place, change in enumerate(changes)
        for number, shown in enumerate(change.operation.shown())
    )


def _of_plan(change: "PastChange") -> Iterator[str]:
    yield clean(change.operation.title(), _LONGEST)
    yield _("Verified {when}. What the command said is not kept.").format(
        when=time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(change.at))
    )
    yield _("Plan: {title}").format(title=clean(change.journal.title, _LONGEST))


def command_rows(ran: Iterable[Ran]) -> tuple[CommandRow, ...]:
    """Return the rows, oldest first, times by the clock of this machine."""
    return tuple(_row(number, command) for number, command in enumerate(ran))


def _row(number: int, ran: Ran) -> CommandRow:
    outcome = ran.outcome
    said = "\n".join(
        line for text in (outcome.stdout, outcome.stderr) for line in clean_lines(text, 200, _LONGEST)
    )
    timed_out = outcome.status is None
    return CommandRow(
        key=str(number),
        time=time.strftime("%H:%M:%S", time.localtime(ran.at)),
        command=clean(ran.command.shown, _LONGEST),
        status=-1 if timed_out else outcome.status,
        seconds=outcome.seconds,
        output=said,
        words=_("timed out") if timed_out else "",
    )
