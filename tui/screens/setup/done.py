"""Page 11: the verified stack, the boot check, and what was run."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.rungs import rows_of
from tui.screens.setup.page import Page
from tui.setup.state import Explanation, SetupState
from tui.setup.step import Step
from tui.setup.verification import MountVerified, Verified
from tui.storage.boot_check.rung import Checked
from tui.storage.untrusted import clean
from tui.words import prose, translate as _
from widgets.help import HelpSection
from widgets.stack_view import RungList, StackView
from widgets.state import Role, State
from widgets.text import cells, pad


class DonePage(Page, can_focus=True):
    """What was reached, read from the host. It only scrolls."""

    DEFAULT_CSS = """
    DonePage {
        #ladder {
            height: auto;
        }
        StackView, StackView RungList {
            height: auto;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("space", "page_down", "Page down", show=False),
    ]
    step = Step.DONE

    def __init__(self, state: SetupState, verified: Verified | None) -> None:
        super().__init__(state)
        self._verified = verified or Verified((), (), ())

    def parts(self) -> Iterable[Widget]:
        """Return the result, the ladder, the boot check and the commands."""
        yield Paragraphs(tuple(self._results()), id="results")
        yield Vertical(StackView(rows_of(self._verified.stacks), id="stack"), id="ladder", classes="space")
        yield Paragraphs(tuple(self._boot()), id="boot", classes="space")
        yield Paragraphs(tuple(self._commands()), id="commands", classes="space")

    def on_mount(self) -> None:
        """Only the page takes keys, to scroll."""
        super().on_mount()
        for rungs in self.query(RungList):
            rungs.can_focus = False

    def focus_first(self) -> None:
        """The page itself takes the keys that scroll it."""
        self.focus()

    def _commands(self) -> Iterable[Paragraph]:
        yield Paragraph(_("What ran"), Role.STRONG, after=_("F2 shows each command with its output"))
        for line in self._verified.commands:
            yield Paragraph(clean(line, 2000), Role.ACCENT)

    def _results(self) -> Iterable[Paragraph]:
        for mount in self._verified.mounts:
            if mount.problem is None:
                words = _("{volume} is mounted at {point}, and a file was written and read there.")
                yield Paragraph(
                    words.format(volume=clean(mount.volume), point=clean(mount.mount_point)), state=State.GOOD
                )
            else:
                yield Paragraph(mount.problem.summary, Role.BAD, state=State.BAD, after=mount.problem.remedy)
        problem = self._verified.problem
        if problem is not None and all(mount.problem is None for mount in self._verified.mounts):
            yield Paragraph(problem.summary, Role.WARN, state=State.WARN, after=problem.remedy)

    def _boot(self) -> Iterable[Paragraph]:
        for mount in self._verified.mounts:
            yield Paragraph(
                _("At the next boot: {point}").format(point=clean(mount.mount_point)),
                Role.STRONG,
                after=self._verdict(mount),
            )
            width = max((cells(check.rung.label) for check in mount.boot), default=0)
            for check in mount.boot:
                yield self._check(check, width)
            for told in mount.told:
                found = _("doctor found {code}").format(code=told.code)
                yield Paragraph(found, state=State.WARN, after=told.summary)

    @staticmethod
    def _verdict(verified: MountVerified) -> str:
        if not verified.boot:
            return _("is not mounted, as you chose")
        return {
            True: _("will be mounted"),
            False: _("will not be mounted"),
            None: _("nothing that was checked prevents the mount"),
        }[verified.survives_reboot]

    @staticmethod
    def _check(check: Checked, width: int) -> Paragraph:
        state = {True: State.GOOD, False: State.BAD, None: State.UNKNOWN}[check.holds]
        word = {True: _("pass"), False: _("fail"), None: _("unknown")}[check.holds]
        return Paragraph(
            f"{pad(word, 7)}  {pad(check.rung.label, width)}",
            state=state,
            after=prose(check.words, check.remedy),
        )

    def explanation(self) -> Explanation:
        """Say nothing more: the page says it all."""
        return Explanation("")

    def enter_words(self) -> str:
        """Say that it is over."""
        return _("finish")

    def help(self) -> tuple[HelpSection, ...]:
        """Explain how to read the ladder."""
        return (
            HelpSection(
                _("How to read the stack"),
                _(
                    "From top to bottom: the portal, the session to it, its disk (LUN), the "
                    "layers of LVM on the disk, the file system, and the directory with your "
                    "files. Each needs the one before; if something breaks one day, start at the "
                    "first broken layer."
                ),
            ),
            HelpSection(
                _("The boot check"),
                _(
                    "What will happen at the next boot, checked layer by layer on this host. "
                    "pass: it is configured. fail: it is not, and what to do is written beside it."
                ),
            ),
            HelpSection(
                _("Undo this set-up"),
                _(
                    "F8 shows a plan that undoes what this set-up changed. The volumes that it created "
                    "are destroyed with all data on them, after you type a word. What this host had "
                    "before stays as it was."
                ),
            ),
        )
