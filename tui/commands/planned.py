"""What a verb planned: the proposal, and what else has to be known before it is carried out."""

from collections.abc import Callable

from msgspec import Struct

from tui.maintenance.confirmation import word_for
from tui.maintenance.proposal import Proposal
from tui.storage.changing.plan import Plan
from tui.storage.host.interface import ChangingHost


class Planned(Struct, frozen=True):
    """A plan of the command line.

    Attributes:
        proposal: the plan with its reasons.
        questions: what only a person can know and has to say yes to.
        answers: how many of them were answered with yes by an option.
    """

    proposal: Proposal
    questions: tuple[str, ...] = ()
    answers: int = 0

    @property
    def word(self) -> str:
        """The word that confirms a loss of data, or empty."""
        return word_for(self.proposal.plan)


Planner = Callable[[ChangingHost, "Arguments"], Planned]


class Arguments:
    """The arguments of a verb, by name (`argparse.Namespace`), with the type that is asked for."""

    def __init__(self, values: dict[str, object]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """A text; empty where it was not given."""
        value = self._values.get(name, "")
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        """Whether an option was given."""
        return self._values.get(name) is True

    def number(self, name: str) -> int:
        """A number; 0 where it was not given."""
        value = self._values.get(name, 0)
        return value if isinstance(value, int) else 0

    def texts(self, name: str) -> tuple[str, ...]:
        """What an option that may be repeated was given."""
        value = self._values.get(name, ())
        return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """The `KEY=VALUE` pairs of an argument."""
        value = self._values.get(name, ())
        found = value if isinstance(value, list | tuple) else ()
        return tuple((str(pair[0]), str(pair[1])) for pair in found if isinstance(pair, tuple))


def nothing_to_do(title: str, why: str) -> Planned:
    """The host already is as it was asked for."""
    return Planned(Proposal(Plan(title, ()), why))
