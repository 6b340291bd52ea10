"""Page 5: log in through every chosen portal, and see which disks appear."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.setup.page import LONGEST, Page, next_word
from tui.setup.answers import LogInAnswer
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.setup.steps import disks, log_in, target
from tui.setup.steps.disks import Disk
from tui.storage.model.iscsi import SessionState
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count
from widgets.bars.progress import ProgressList, ProgressRow
from widgets.fields.choice_field import CheckField
from widgets.help import HelpSection
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow


class LogInPage(Page):
    """One line a portal, one line a disk."""

    DEFAULT_CSS = """
    LogInPage {
        #logins {
            max-height: 8;
        }
        #disks {
            max-height: 10;
        }
    }
    """
    step = Step.LOG_IN

    def parts(self) -> Iterable[Widget]:
        """Return the portals, the disks and the offer to join paths."""
        yield Paragraphs(id="target")
        yield ProgressList(id="logins")
        yield Paragraphs(id="count", classes="space")
        yield PickList(
            (Column(_("Disk")), Column(_("Size"), align_right=True), Column(_("WWID"), grow=True)),
            id="disks",
        )
        yield CheckField(
            "",
            _("Create a multipath map for each LUN"),
            value=log_in.answer(self.state).multipath,
            id="multipath",
        ).add_class("space")

    def answer(self) -> LogInAnswer:
        """Return whether paths are joined."""
        return LogInAnswer(self.query_one("#multipath", CheckField).value)

    def shows_work(self, rows: tuple[ProgressRow, ...]) -> bool:
        """Show the logins where their outcome will stand."""
        self.query_one("#logins", ProgressList).rows = rows
        return True

    def refresh_parts(self) -> None:
        """Show how every portal stands and which disks are there."""
        names = sorted({choice.target for choice in target.answer(self.state).chosen})
        self.query_one("#target", Paragraphs).paragraphs = tuple(
            Paragraph(clean(name), Role.MUTED) for name in names if len(names) == 1
        )
        self.query_one("#logins", ProgressList).rows = tuple(_logins(self.state))
        found = disks.disks(self.state)
        self.query_one("#count", Paragraphs).paragraphs = _count(found)
        picks = self.query_one("#disks", PickList)
        picks.rows = tuple(_row(disk) for disk in found)
        picks.display = bool(found)
        self.query_one("#multipath", CheckField).display = any(len(disk.paths) > 1 for disk in found)

    def moves_on(self, state: SetupState) -> bool:  # noqa: ARG002 (the disks are there to be looked at)
        """Stay: the person looks at the disks before going on."""
        return False

    def enter_words(self) -> str:
        """Say whether something is left to do."""
        if self.is_done(self.state):
            return next_word()
        return _("create map") if log_in.logged_in(self.state) and disks.disks(self.state) else _("log in")

    def help(self) -> tuple[HelpSection, ...]:
        """Explain sessions, LUNs and multipath."""
        return (
            HelpSection(
                _("What a login does"),
                _(
                    "It opens a session: the permanent connection to the target over which the "
                    "disk is read and written. The target then shows its logical units (LUNs), "
                    "and each becomes a disk here."
                ),
            ),
            HelpSection(
                _("What a WWID is"),
                _(
                    "The identity of a disk, which never changes. Names such as sda can change "
                    "from boot to boot; compare the WWID with the one on the storage."
                ),
            ),
            HelpSection(
                _("Several paths"),
                _(
                    "The same WWID over two portals is one disk with two paths. Multipath makes "
                    "one device of them that keeps working when one path fails. Without it LVM "
                    "refuses to use the disk."
                ),
            ),
        )


def _logins(state: SetupState) -> Iterable[ProgressRow]:
    ended = dict(state.logins)
    chosen = target.answer(state).chosen
    several = len({choice.target for choice in chosen}) > 1
    for number, choice in enumerate(chosen):
        session = log_in.session(state, choice)
        name, aside = clean(choice.portal.label), clean(choice.target, LONGEST) if several else ""
        if session is not None:
            good = session.state is SessionState.LOGGED_IN
            words = _("session {number}, {state}").format(number=session.sid, state=session.state)
            yield ProgressRow(str(number), name, State.GOOD if good else State.BAD, words, aside=aside)
            continue
        problem = next(
            (
                problem
                for title, problem in ended.items()
                if choice.target in title and choice.portal.label in title
            ),
            None,
        )
        if problem is not None:
            yield ProgressRow(str(number), name, State.BAD, clean(problem.summary, LONGEST), aside=aside)
        else:
            yield ProgressRow(str(number), name, State.WAITING, _("not logged in"), aside=aside)


def _count(found: tuple[Disk, ...]) -> tuple[Paragraph, ...]:
    if not found:
        return ()
    words = translate_count("{count} disk", "{count} disks", len(found)).format(count=len(found))
    apart = any(disk.lacks_map for disk in found)
    return (Paragraph(words, Role.STRONG, after=_("no multipath map yet") if apart else ""),)


def _row(disk: Disk) -> PickRow:
    paths = translate_count("{count} path", "{count} paths", len(disk.paths)).format(count=len(disk.paths))
    name = disk.map_name or enumerated(disk.paths)
    maker = f"{disk.vendor} {disk.model}".strip()
    return PickRow(
        disk.wwid,
        (clean(name), size_words(disk.size), clean(disk.wwid)),
        State.WARN if disk.lacks_map else State.GOOD,
        paths,
        note=clean(maker),
    )
