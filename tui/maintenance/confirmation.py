"""What has to be confirmed before a plan runs: the same in a dialog and on the command line."""

from tui.maintenance.proposal import Proposal
from tui.storage.changing.plan import Plan
from tui.storage.operations.operation import CannotUndo, Risk
from tui.words import translate as _


def can_be_undone(proposal: Proposal) -> bool:
    """Whether everything the plan does can be undone."""
    return proposal.way_back is not None or not any(
        isinstance(operation.undo(), CannotUndo) for operation in proposal.plan.operations
    )


def needs_no_question(proposal: Proposal) -> bool:
    """Whether the plan only changes settings and can be undone: then the review was the question."""
    return proposal.plan.risk <= Risk.CONFIGURES and can_be_undone(proposal)


def word_for(plan: Plan) -> str:
    """The word that has to be typed before a plan destroys data; empty where a yes is enough."""
    return _("erase") if plan.risk is Risk.DESTROYS else ""


def cost(proposal: Proposal) -> str:
    """What a plan costs that destroys nothing, in a sentence or two."""
    texts = {
        Risk.REWRITES: _(
            "LVM metadata or file system metadata on the disks is rewritten; LVM metadata is backed up first."
        ),
        Risk.INTERRUPTS: _("I/O of everything that uses this storage stops."),
    }
    said = texts.get(proposal.plan.risk, _("No data on a disk is lost."))
    if can_be_undone(proposal):
        return said
    return _("{what} It cannot be undone automatically.").format(what=said)
