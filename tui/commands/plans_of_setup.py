"""The plan of a set-up from answers, as far as it is known now."""

from tui.commands.planned import Arguments, Planned, nothing_to_do
from tui.maintenance.proposal import Proposal, way_back_of
from tui.setup.answers_file import read_script
from tui.setup.preview import Preview
from tui.setup.step import Step
from tui.storage.host.interface import ChangingHost
from tui.words import translate as _


def set_up(host: ChangingHost, arguments: Arguments) -> Planned:
    """What the answers would change next; each later step is known once those before it ran."""
    preview = Preview(host, read_script(arguments.text("answers")))
    preview.look()
    plan = preview.plan
    if not plan.operations:
        return nothing_to_do(_("Set up storage"), _("Everything was set up already."))
    if preview.step is Step.RUN:
        notes: tuple[str, ...] = ()
        why = _("Everything that writes to a disk or to the boot configuration, as one plan.")
    else:
        why = _("This is the step “{step}” of the set-up.").format(step=preview.step.label)
        notes = (
            _("What follows is known once this ran: discovery and login show which disks there are."),
            _("`iscsi-console setup --answers FILE` carries out all steps."),
        )
    way_back = None if plan.loses() else way_back_of(plan)
    return Planned(Proposal(plan, why, notes, yes=_("Set up"), way_back=way_back))
