"""The texts of the disconnect screen: status, choices and help."""

from tui.maintenance.disconnect_seen import AboutUsers, Choices
from tui.maintenance.proposal import Proposal
from tui.screens.access import Access
from tui.screens.paragraphs import Paragraph
from tui.storage.model.users import Users
from tui.storage.operations.mounts.release import holders
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import prose, translate as _, translate_count
from widgets.help import HelpSection
from widgets.state import Role, State


def looking() -> tuple[Paragraph, ...]:
    """Return what is said before anything is known."""
    return (Paragraph(_("Checking what depends on it."), state=State.HERE),)


def standing(users: Users, refusal: Problem | None, access: Access) -> tuple[Paragraph, ...]:
    """Return the status: who uses it, or why it cannot be disconnected.

    Args:
        users: those who use it.
        refusal: why it cannot be done now, or None.
        access: what may be done on the host.
    """
    lines: list[Paragraph] = []
    held = len(holders(users))
    if refusal is not None:
        lines.append(Paragraph(refusal.summary, state=State.BAD, after=refusal.cause))
        lines += [Paragraph(f"  {line}", Role.WARN) for line in refusal.evidence[:3]]
        lines.append(Paragraph(f"  {refusal.remedy}", Role.MUTED))
    elif held:
        words = translate_count("In use by {count} user.", "In use by {count} users.", held)
        lines.append(Paragraph(words.format(count=held), state=State.WARN, after=_("checked every second")))
    else:
        seen = Paragraph(_("Not in use."), state=State.GOOD)
        lines.append(seen if not users.unseen else Paragraph(_("No users found."), state=State.UNKNOWN))
    lines += [
        Paragraph(
            _("Not checked: {what}").format(what=clean(unseen.what)),
            Role.MUTED,
            state=State.UNKNOWN,
            after=unseen.why,
        )
        for unseen in users.unseen
    ]
    if access.reason:
        lines.append(
            Paragraph(
                _("The plan can be reviewed but not run: {reason}.").format(reason=access.reason),
                Role.MUTED,
                state=State.UNKNOWN,
            )
        )
    return tuple(lines)


def why(users: Users, choices: Choices, proposal: Proposal) -> str:
    """Return what the choices mean, and what stays."""
    about = {
        AboutUsers.WAIT: _("No process is touched: the plan waits until they exit or close the files."),
        AboutUsers.STOP_SERVICES: _("Services are stopped, and started again on reconnect."),
        AboutUsers.END_PROCESSES: _(
            "Services are stopped; other processes get SIGTERM and can shut down cleanly. None gets SIGKILL."
        ),
    }[choices.users]
    first = (about,) if holders(users) else ()
    return prose(*first, *proposal.notes[:2])


def help_sections() -> tuple[HelpSection, ...]:
    """Return the help of the screen."""
    return (
        HelpSection(
            _("What you see"),
            _(
                "Everything that is removed by this disconnect: each line depends on one above it. Below a "
                "mount or disk are the processes that use it. The list is updated every second: end a "
                "process in another terminal and it disappears."
            ),
        ),
        HelpSection(
            _("What will be done"),
            _(
                "First the users: waited for, stopped, or sent SIGTERM, as you choose. Then swap space, "
                "mounts, volumes, maps, disks and sessions, in this order, and a check that nothing is left "
                "behind. Nothing is forced: an unmount that fails ends the plan, and no data is lost."
            ),
        ),
        HelpSection(
            _("Reconnecting"),
            _(
                "What was disconnected is recorded on this host. Reconnect (c in the console) restores it "
                "with one key, also after a reboot."
            ),
        ),
    )
