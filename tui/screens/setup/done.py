"""Page 11: the verified stack, the boot check, and what was run."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.rungs import rows_of
from tui.screens.setup.page import Page
from tui.setup.state import Explanation, SetupState
from tui.setup.step import Step
from tui.setup.verification import MountVerified, Verified
from tui.storage.boot_rung import Checked
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.help import HelpSection
from widgets.stack_view import StackView
from widgets.state import Role, State


class DonePage(Page):
    """What was reached, read from the host."""

    DEFAULT_CSS = """
    DonePage {
        #columns {
            height: auto;
        }
        StackView {
            height: auto;
            max-height: 24;
        }
        StackView RungList {
            height: auto;
        }
    }
    """
    step = Step.DONE

    def __init__(self, state: SetupState, verified: Verified | None) -> None:
        super().__init__(state)
        self._verified = verified or Verified((), (), ())

    def parts(self) -> Iterable[Widget]:
        """Return the result, the ladder and the boot check."""
        yield Paragraphs(tuple(self._results()), id="results")
        yield StackView(rows_of(self._verified.stacks), id="stack").add_class("space")
        yield Paragraphs(tuple(self._boot()), id="boot", classes="space")

    def _results(self) -> Iterable[Paragraph]:
        for one in self._verified.mounts:
            if one.problem is None:
                words = _("{volume} is mounted at {point}, and a file was written and read there.")
                yield Paragraph(
                    words.format(volume=clean(one.volume), point=clean(one.mount_point)), state=State.GOOD
                )
            else:
                yield Paragraph(one.problem.summary, Role.BAD, state=State.BAD, after=one.problem.remedy)
        problem = self._verified.problem
        if problem is not None and all(one.problem is None for one in self._verified.mounts):
            yield Paragraph(problem.summary, Role.WARN, state=State.WARN, after=problem.remedy)

    def _boot(self) -> Iterable[Paragraph]:
        for one in self._verified.mounts:
            yield Paragraph(
                _("At the next boot: {point}").format(point=clean(one.mount_point)),
                Role.STRONG,
                after=self._verdict(one),
            )
            for check in one.boot:
                yield self._check(check)

    @staticmethod
    def _verdict(one: MountVerified) -> str:
        if not one.boot:
            return _("is not mounted, as you chose")
        return _("will be there") if one.survives_reboot else _("will not be there")

    @staticmethod
    def _check(check: Checked) -> Paragraph:
        state = {True: State.GOOD, False: State.BAD, None: State.UNKNOWN}[check.holds]
        word = {True: _("pass"), False: _("fail"), None: _("unknown")}[check.holds]
        return Paragraph(
            f"{word}  {check.rung.label}", state=state, after=f"{check.words} {check.remedy}".strip()
        )

    def explanation(self) -> Explanation:
        """List what was run."""
        return Explanation(
            _("These commands set the storage up. F2 shows each with what it said."), self._verified.commands
        )

    def enter_words(self) -> str:
        """Say that it is over."""
        return _("finish")

    def help(self) -> tuple[HelpSection, ...]:
        """Explain how to read the ladder."""
        return (
            HelpSection(
                _("How to read the ladder"),
                _(
                    "From top to bottom: the portal, the session to it, the disk it shows (LUN), LVM's "
                    "layers on the disk, the file system, and the folder where you find your files. Each "
                    "stands on the one before; if something breaks one day, the first broken rung is where "
                    "to look."
                ),
            ),
            HelpSection(
                _("The boot check"),
                _(
                    "What will happen at the next boot, looked up rung by rung on this host. pass: it is "
                    "arranged. fail: it is not, and what to do is said beside it."
                ),
            ),
        )
