"""Tells the sizes of a guest's stacks and lets them grow, for scripts that run in it."""

from tests.lab.guest_side import perform
from tests.lab.volume_side import HOST, say
from tui.maintenance.growth_plan import Wish, next_words, propose
from tui.maintenance.growth_sizes import Growth, growth, read_facts
from tui.maintenance.growth_targets import Subject
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory


def look(group: str, volume: str) -> tuple[Inventory, Growth]:
    """The sizes of a volume and of all below it."""
    inventory = take_inventory(HOST)
    subject = Subject(group, volume)
    return inventory, growth(inventory, subject, read_facts(HOST, inventory, subject))


def say_sizes(group: str, volume: str) -> tuple[Inventory, Growth]:
    """Print them, and return them."""
    inventory, found = look(group, volume)
    proposal = propose(found, inventory, Wish())
    say(
        {
            "sizes": [[one.layer.value, one.name, one.size] for one in found.sizes],
            "lagging": found.lagging.layer.value if found.lagging else "",
            "asked": found.asked,
            "next": next_words(found),
            "problem": found.problem.code if found.problem else "",
            "refusal": proposal.refusal.code if proposal.refusal else "",
            "free": found.free,
        }
    )
    return inventory, found


def grow(group: str, volume: str, wish: Wish) -> None:
    """Carry out what is proposed for a wish, and print the sizes before and after.

    A refusal of the proposal is not heeded, so that the plan itself must refuse.
    """
    inventory, found = say_sizes(group, volume)
    perform(*propose(found, inventory, wish).plan.operations)
    say_sizes(group, volume)
