"""The texts of the plan screen: review, confirmation and outcome."""

from tui.maintenance.confirmation import cost, word_for
from tui.maintenance.proposal import Proposal
from tui.screens.paragraphs import Paragraph
from tui.storage.changing.midway import Midway
from tui.storage.changing.plan import Plan, Stage
from tui.storage.changing.run_plan import Ending
from tui.storage.operations.operation import Risk
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import prose, translate as _, translate_count
from widgets.dialogs import Confirm
from widgets.help import HelpSection
from widgets.state import Role, State
from widgets.table import PickRow

_LONGEST = 600
"""Characters kept of a sentence that may hold names."""


def about(proposal: Proposal, refusal: Problem | None) -> tuple[Paragraph, ...]:
    """Return what is above the operations: reasons, warnings, losses, and why the plan cannot run."""
    lines = [Paragraph(clean(proposal.why, _LONGEST))] if proposal.why else []
    if refusal is not None:
        after = prose(refusal.cause, refusal.remedy)
        lines.append(
            Paragraph(
                clean(refusal.summary, _LONGEST), Role.STRONG, state=State.BAD, after=clean(after, 1000)
            )
        )
        lines += [Paragraph(clean(line), Role.MUTED, " ") for line in refusal.evidence]
    lines += [Paragraph(clean(note, _LONGEST), state=State.HERE) for note in proposal.notes]
    losses = proposal.plan.loses()
    if losses:
        lines.append(Paragraph(_("This will be lost and cannot be recovered:"), Role.WARN, state=State.WARN))
        lines += [Paragraph(clean(line, _LONGEST), Role.BAD, " ") for line in losses]
    return tuple(lines)


def operation_rows(plan: Plan, *, with_risk: bool) -> tuple[PickRow, ...]:
    """Return the operations of a plan; the worst say so even where there is little room."""
    return tuple(
        PickRow(
            str(number),
            (str(number + 1), clean(operation.title(), _LONGEST)),
            State.BAD if operation.risk is Risk.DESTROYS else None,
            operation.risk.word if operation.risk is Risk.DESTROYS else "",
            note=operation.risk.word if with_risk else "",
        )
        for number, operation in enumerate(plan.operations)
    )


def question(proposal: Proposal) -> Confirm:
    """Return the question before the plan runs; for what destroys data a word has to be typed."""
    plan = proposal.plan
    yes = proposal.yes or _("Do it")
    losses = tuple(clean(line, _LONGEST) for line in plan.loses())
    title = _("{title}?").format(title=clean(plan.title, _LONGEST).rstrip("?"))
    word = word_for(plan)
    if word:
        return Confirm(title, losses=losses, yes=yes, no=_("No, go back"), word=word)
    said = cost(proposal)
    return Confirm(title, said, losses=losses, yes=yes, no=_("No, go back"))


def outcome(proposal: Proposal, ending: Ending, *, touched: bool) -> tuple[Paragraph, ...]:
    """Return how it ended, in a line or two; `touched` when something was run, now or before."""
    stages = ending.result.stages if ending.result is not None else ()
    if ending.ok:
        if not touched:
            return (Paragraph(_("Nothing to do: already in this state."), state=State.GOOD),)
        back = (
            (Paragraph(_("Press b to undo everything."), Role.MUTED),)
            if proposal.way_back is not None
            else ()
        )
        return (Paragraph(_("Done and verified."), Role.STRONG, state=State.GOOD), *back)
    done = sum(stage in {Stage.DONE, Stage.ALREADY} for stage in stages)
    if not stages:
        return (Paragraph(_("Nothing was started."), Role.STRONG, state=State.WARN),)
    words = translate_count(
        "{done} of {count} operation done.", "{done} of {count} operations done.", len(stages)
    ).format(done=done, count=len(stages))
    return (Paragraph(words, Role.STRONG, state=State.WARN), *midway_lines(ending.midway))


def undo_words(plan: Plan) -> str:
    """Return what a plan is for that undoes another."""
    return _("Restores the state from before this plan: {title}.").format(title=plan.title)


def midway_lines(left: Midway) -> tuple[Paragraph, ...]:
    """Return how a plan that did not come to its end left the host."""
    return tuple(Paragraph(clean(state, _LONGEST), state=State.WARN) for state in left.states)


def help_sections(proposal: Proposal) -> tuple[HelpSection, ...]:
    """Return what the screen is for."""
    return (
        HelpSection(_("Why"), clean(proposal.why, 2000)),
        HelpSection(
            _("What this screen is"),
            _(
                "Nothing has been changed yet. The operations are listed in the order in which they run. "
                "Move with the arrow keys: the pane below shows why each operation is needed and its exact "
                "commands. Enter runs them; what cannot be undone must be confirmed first."
            ),
        ),
        HelpSection(
            _("What the words mean"),
            _(
                "configures: changes settings; can be undone. interrupts: stops the I/O of everything that "
                "uses the storage. rewrites: changes LVM metadata on the disks; a backup is kept. destroys: "
                "erases data on the disk."
            ),
        ),
        HelpSection(
            _("While it runs"),
            _(
                "No input is needed. Escape asks whether to stop; the current operation is finished first. "
                "If an operation fails, the ones after it are not started, and you can retry: completed "
                "operations are not run again. A journal on disk lets the plan be resumed after a power cut."
            ),
        ),
    )
