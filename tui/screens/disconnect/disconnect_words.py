"""What the disconnect says: where it stands, what the choices mean, and its help."""

from tui.maintenance.disconnect_seen import AboutUsers, Choices
from tui.maintenance.proposal import Proposal
from tui.screens.access import Access
from tui.screens.paragraphs import Paragraph
from tui.storage.model.users import Users
from tui.storage.operations.mounts.release import holders
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count
from widgets.help import HelpSection
from widgets.state import Role, State


def looking() -> tuple[Paragraph, ...]:
    """Return what is said before anything is known."""
    return (Paragraph(_("Looking at what depends on it."), state=State.HERE),)


def standing(users: Users, refusal: Problem | None, access: Access) -> tuple[Paragraph, ...]:
    """Return where it stands: who holds it, or why it cannot be done.

    Args:
        users: those who hold it.
        refusal: why it is not done at all now, or None.
        access: what may be done on the host.
    """
    lines: list[Paragraph] = []
    held = len(holders(users))
    if refusal is not None:
        lines.append(Paragraph(refusal.summary, state=State.BAD, after=refusal.cause))
        lines += [Paragraph(f"  {line}", Role.WARN) for line in refusal.evidence[:3]]
        lines.append(Paragraph(f"  {refusal.remedy}", Role.MUTED))
    elif held:
        words = translate_count("{count} user holds it.", "{count} users hold it.", held)
        lines.append(
            Paragraph(words.format(count=held), state=State.WARN, after=_("looked at again every second"))
        )
    else:
        seen = Paragraph(_("Nobody uses it now."), state=State.GOOD)
        lines.append(seen if not users.unseen else Paragraph(_("Nobody seen uses it."), state=State.UNKNOWN))
    lines += [
        Paragraph(
            _("Not seen: {what}").format(what=clean(one.what)), Role.MUTED, state=State.UNKNOWN, after=one.why
        )
        for one in users.unseen
    ]
    if access.reason:
        lines.append(
            Paragraph(
                _("The plan can be looked at, not carried out: {reason}.").format(reason=access.reason),
                Role.MUTED,
                state=State.UNKNOWN,
            )
        )
    return tuple(lines)


def why(users: Users, choices: Choices, proposal: Proposal) -> str:
    """Return what the choices mean, and what stays."""
    about = {
        AboutUsers.WAIT: _("Nothing is done to anybody: the plan waits until they let go."),
        AboutUsers.STOP_SERVICES: _("Services are stopped, and started again when you reconnect."),
        AboutUsers.END_PROCESSES: _(
            "Services are stopped; other processes are asked to end and can save their work. None is killed."
        ),
    }[choices.users]
    first = (about,) if holders(users) else ()
    return " ".join((*first, *proposal.notes[:2]))


def help_sections() -> tuple[HelpSection, ...]:
    """Return the help of the screen."""
    return (
        HelpSection(
            _("What you see"),
            _(
                "Everything that goes when this is disconnected: each line stands on one above it. Below a "
                "mount or disk stand the processes that hold it. It is looked at again every second: end "
                "something in another terminal, and it goes from the list."
            ),
        ),
        HelpSection(
            _("What will be done"),
            _(
                "First the users: waited for, stopped, or asked to end, as you choose. Then swap space, "
                "mounts, volumes, maps, disks and sessions, in this order, and a look that nothing is left "
                "behind. Nothing is forced: an unmount that is refused ends the plan, and nothing is lost."
            ),
        ),
        HelpSection(
            _("Putting it back"),
            _(
                "What was taken apart is written down on this host. Reconnect, in the console, puts it back "
                "with one key, also after a reboot."
            ),
        ),
    )
