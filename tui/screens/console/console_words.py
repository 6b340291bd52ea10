"""What the console says about a host as a whole: nothing yet, what was not seen, its help."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui.screens.access import Access
from tui.screens.paragraphs import Paragraph
from tui.screens.rungs import LONGEST
from tui.storage.model.inventory import Inventory
from tui.storage.stacks.stack import Stack, broken_first
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count
from widgets.header import TopFacts
from widgets.state import Role, State

if TYPE_CHECKING:
    from widgets.help import HelpSection


def top_facts(inventory: Inventory, stacks: Iterable[Stack], access: Access) -> TopFacts:
    """Return what stands in the top bar: who this is, and how many problems and sessions there are."""
    broken = sum(len(broken_first(stack)) for stack in stacks)
    problems = translate_count("{count} problem", "{count} problems", broken).format(count=broken)
    sessions = len(inventory.sessions)
    return TopFacts(
        "iscsi-console",
        clean(inventory.host),
        clean(inventory.initiator.name),
        access.words,
        access.state,
        problems if broken else "",
        translate_count("{count} session", "{count} sessions", sessions).format(count=sessions),
    )


def about_stack(stack: Stack) -> tuple[Paragraph, ...]:
    """Return the names of a stack, whole."""
    lines = [Paragraph(clean(name, LONGEST), label=_("target")) for name in stack.targets if name]
    lines += [Paragraph(clean(name, LONGEST), label=_("group")) for name in stack.volume_groups]
    return tuple(lines)


def repair_offer() -> tuple[Paragraph, ...]:
    """Return where it goes on from something that is wrong."""
    return (Paragraph(_("Press r: what is wrong, and what can be done about it."), Role.ACCENT),)


def nothing_yet(access: Access, *, others: bool) -> tuple[Paragraph, ...]:
    """Return what a host without storage shows: what iSCSI is, and what to do next.

    Args:
        access: what may be done on the host.
        others: practice and tour are to be had.
    """
    next_step = (
        Paragraph(_("Not possible now: {reason}.").format(reason=access.reason), Role.WARN, state=State.WARN)
        if access.reason
        else Paragraph(_("Press s: the set-up leads you from here to a mounted volume."), Role.ACCENT)
    )
    return (
        Paragraph(_("There is no iSCSI storage on this host yet."), Role.STRONG),
        Paragraph(""),
        Paragraph(
            _(
                "iSCSI makes a disk of another machine appear here over the network. You need the address of "
                "the storage (its portal) from the storage administrator, who needs this host's initiator "
                "name."
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
            _("Press F9: practise on a machine of its own, where nothing can be harmed. It needs no root."),
            Role.ACCENT,
        ),
        Paragraph(""),
        Paragraph(_("Press F8: a tour, this console on the recorded storage of another host."), Role.ACCENT),
    )


def tour_sections() -> "tuple[HelpSection, ...]":
    """Return what the tour begins with."""
    from widgets.help import HelpSection

    return (
        HelpSection(
            _("A host with a problem"),
            _(
                "This is the console on a host that was recorded: one disk of an array over two networks, "
                "one of which is down. The ladder stands on its feet: portals below, then sessions, the LUN "
                "over each, the map that joins both, and on it LVM, file system and folder."
            ),
        ),
        HelpSection(
            _("Look around"),
            _(
                "The cursor is on the first broken rung. Go up and down with the arrow keys and read beside "
                "it what each rung is and what its state means for what stands on it. The folder still "
                "works: the other path carries it. Enter lists what could be done, and why not here: "
                "nothing can be changed on a recording. Esc leads back."
            ),
        ),
        *explanations(),
    )


def unseen(inventory: Inventory) -> tuple[Paragraph, ...]:
    """Return what could not be read, the first few."""
    return tuple(
        Paragraph(
            _("Not seen: {what}").format(what=clean(one.what)),
            Role.MUTED,
            state=State.UNKNOWN,
            after=clean(one.why),
        )
        for one in inventory.unseen[:3]
    )


def explanations() -> "tuple[HelpSection, ...]":
    """Return what F1 says."""
    from widgets.help import HelpSection

    return (
        HelpSection(
            _("How to read the ladder"),
            _(
                "Each stack begins with the portal: the address where the storage listens. The session is "
                "the connection to it, the LUN the disk it shows. Then come LVM's layers, the file system, "
                "and the folder where its files appear. Every rung stands on the one before it. When "
                "something is broken, the first broken rung is where to look."
            ),
        ),
        HelpSection(
            _("Keys of the ladder"),
            _(
                "Arrow keys move, left and right fold and unfold, ! goes to the next problem, / searches, f "
                "folds the stacks that are well, o sorts. The pane beside it explains the rung under the "
                "cursor; w shows everything that happened. Tab "
                "goes to the pane, where the arrow keys show what did not fit."
            ),
        ),
        HelpSection(
            _("When something is wrong"),
            _(
                "Press r on any rung. The whole host is looked at: logs, portals, network, LVM, files. "
                "You are told what is broken and how that is known, and led through what can be done: a plan "
                "that is run and seen to work, a message for whoever must act, or how long to wait."
            ),
        ),
    )
