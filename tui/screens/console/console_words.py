"""What the console says about a host as a whole: no storage yet, what was not read, its help."""

from typing import TYPE_CHECKING

from tui.screens.access import Access
from tui.screens.paragraphs import Paragraph
from tui.screens.rungs import LONGEST
from tui.storage.model.inventory import Inventory
from tui.storage.problem import Problem
from tui.storage.stacks.judgement import Judged, Verdict, verdict_words
from tui.storage.stacks.stack import Stack
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count
from widgets.header import TopFacts
from widgets.state import Role, State

if TYPE_CHECKING:
    from widgets.help import HelpSection


def top_facts(inventory: Inventory, judged: Judged, access: Access) -> TopFacts:
    """Return the top bar: the host, what it comes to, and the number of sessions."""
    sessions = len(inventory.sessions)
    return TopFacts(
        "iscsi-console",
        clean(inventory.host),
        clean(inventory.initiator.name),
        access.words,
        access.state,
        verdict_words(judged),
        translate_count("{count} session", "{count} sessions", sessions).format(count=sessions),
        _verdict_state(judged),
    )


def _verdict_state(judged: Judged) -> State:
    """How it is drawn what a host comes to."""
    if judged.problems:
        return State.BAD
    return {
        None: State.UNKNOWN,
        Verdict.BROKEN: State.BAD,
        Verdict.INCOMPLETE: State.UNKNOWN,
        Verdict.RISKS: State.WARN,
        Verdict.HEALTHY: State.GOOD,
    }[judged.verdict]


def about_host(judged: Judged) -> tuple[Paragraph, ...]:
    """Return what was found that is about no layer in the stacks, the first few, and what was not checked."""
    judgement = judged.judgement
    if judgement is None:
        return ()
    names = {name for stack in judged.stacks for rung in stack.rungs for name in (rung.key, *rung.also)}
    found = [told for told in judgement.told if not told.reason and names.isdisjoint(told.rungs)]
    lines = [
        Paragraph(clean(told.summary, LONGEST), state=State.WARN if told.is_risk else State.BAD)
        for told in found[:_MOST]
    ]
    if judgement.unread:
        words, others = clean(judgement.unread[0]), len(judgement.unread) - 1
        if others:
            words = translate_count("{first} and {count} more", "{first} and {count} more", others).format(
                first=words, count=others
            )
        lines.append(Paragraph(_("Not checked: {what}").format(what=words), Role.MUTED, state=State.UNKNOWN))
    return tuple(lines)


_MOST = 3
"""Things that are named of several."""


def not_checked(problem: Problem) -> tuple[Paragraph, ...]:
    """Return that the host could not be checked, and why."""
    words = _("This host could not be checked: {why}").format(why=problem.summary)
    return (Paragraph(words, Role.WARN, state=State.UNKNOWN),)


def about_stack(stack: Stack) -> tuple[Paragraph, ...]:
    """Return the full names of a stack."""
    lines = [Paragraph(clean(name, LONGEST), label=_("target")) for name in stack.targets if name]
    lines += [Paragraph(clean(name, LONGEST), label=_("VG")) for name in stack.volume_groups]
    return tuple(lines)


def repair_offer() -> tuple[Paragraph, ...]:
    """Return what to do about something that is wrong."""
    return (Paragraph(_("Press r to find out what is wrong and how to repair it."), Role.ACCENT),)


def nothing_yet(access: Access, *, others: bool) -> tuple[Paragraph, ...]:
    """Return what a host without storage shows: what iSCSI is, and the next step.

    Args:
        access: what may be done on the host.
        others: practice and tour are available.
    """
    next_step = (
        Paragraph(_("Not possible now: {reason}.").format(reason=access.reason), Role.WARN, state=State.WARN)
        if access.reason
        else Paragraph(_("Press s: the set-up guides you from here to a mounted volume."), Role.ACCENT)
    )
    return (
        Paragraph(_("There is no iSCSI storage on this host yet."), Role.STRONG),
        Paragraph(""),
        Paragraph(
            _(
                "iSCSI makes a disk of another machine available here over the network. Ask the storage "
                "administrator for the address of the storage (its portal), and give them this host's "
                "initiator name."
            )
        ),
        Paragraph(""),
        next_step,
        *(_others() if others else ()),
    )


def _others() -> tuple[Paragraph, ...]:
    """Return what can be done without storage, and without root."""
    return (
        Paragraph(""),
        Paragraph(
            _(
                "Press F9: practice on a separate machine, where nothing can be damaged. Root is not "
                "required."
            ),
            Role.ACCENT,
        ),
        Paragraph(""),
        Paragraph(_("Press F8: a tour of this console on a recorded host."), Role.ACCENT),
    )


def tour_sections() -> "tuple[HelpSection, ...]":
    """Return the introduction of the tour."""
    from widgets.help import HelpSection

    return (
        HelpSection(
            _("A host with a problem"),
            _(
                "This is the console on a recorded host: one LUN of an array over two networks, one of "
                "which is down. Each stack lists its layers in order: portals first, then sessions, the "
                "LUN of each, the multipath map over both, and on it LVM, file system and mount point."
            ),
        ),
        HelpSection(
            _("What to look at"),
            _(
                "The cursor is on the first broken layer. Move with the arrow keys; the details show what "
                "each layer is and what its state means for the layers that depend on it. The mount "
                "still works: the other path carries the I/O. Enter lists the actions, and why they are "
                "not possible here: a recording cannot be changed. Esc goes back."
            ),
        ),
        *explanations(),
    )


def behind_words(read_at: float, now: float) -> tuple[Paragraph, ...]:
    """Return that a host goes on changing, and how old is what a glance does not see."""
    from tui.screens.console.news import clock

    words = _("This host goes on changing, so it is read whole less often.")
    after = _("Volumes and records are as of {time}; Ctrl+R reads them now.").format(time=clock(read_at, now))
    return (Paragraph(words, Role.MUTED, state=State.WAITING, after=after),)


def unseen(inventory: Inventory) -> tuple[Paragraph, ...]:
    """Return what could not be read, the first few."""
    return tuple(
        Paragraph(
            _("Not read: {what}").format(what=clean(missing.what)),
            Role.MUTED,
            state=State.UNKNOWN,
            after=clean(missing.why),
        )
        for missing in inventory.unseen[:3]
    )


def limited(inventory: Inventory) -> tuple[Paragraph, ...]:
    """Return what does not work on this host because of what it is; few hosts have such traits."""
    if not inventory.traits:
        return ()
    from tui.storage.host_limits import limits

    return tuple(
        Paragraph(limit.summary, Role.MUTED, state=State.WARN, after=limit.remedy)
        for limit in limits(inventory)
    )


def explanations() -> "tuple[HelpSection, ...]":
    """Return what F1 says."""
    from widgets.help import HelpSection

    return (
        HelpSection(
            _("How to read the stacks"),
            _(
                "Each stack begins with the portal: the address where the storage listens. The session is "
                "the connection to it, the LUN the disk that it provides. Then come LVM's layers, the "
                "file system, and its mount point. Every layer depends on the one before it. When "
                "something is broken, check the first broken layer."
            ),
        ),
        HelpSection(
            _("Moving around"),
            _(
                "Arrow keys move, left and right fold and unfold. The pane next to the stacks explains "
                "the layer under the cursor. Tab goes to that pane, where the arrow keys scroll."
            ),
        ),
        HelpSection(
            _("When something is wrong"),
            _(
                "Press r on any layer. The whole host is checked: logs, portals, network, LVM, files. The "
                "result says what is broken and on what evidence, and offers the fixes: a plan that is "
                "run and verified, a message to the administrator who has to act, or how long to wait."
            ),
        ),
    )
