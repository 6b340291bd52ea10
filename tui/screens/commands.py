"""The commands that ran, as rows of the list under F2, and what was changed as a script."""

import time
from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.screens.recovery.saving import save
from tui.storage.changing import run_plan
from tui.storage.host.command_log import CommandLogHost, Ran
from tui.storage.problem import ConsoleError
from tui.storage.untrusted import clean, clean_lines
from tui.words import marked, translate as _
from widgets.commands import CommandRow, Commands

_LONGEST = 2000


class RanCommands(Commands):
    """The commands that ran on a host. `s` writes what was changed meanwhile to a script."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "save", marked("save as script"))]

    def __init__(self, host: CommandLogHost) -> None:
        super().__init__(command_rows(host.ran()))
        self._host = host

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
