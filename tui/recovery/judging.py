"""The one verdict for programs below the diagnosis, which get it handed in."""

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # What diagnoses is half of the program; it is imported by the call that needs it first.
    from collections.abc import Callable

    from tui.storage.host.interface import Host
    from tui.storage.model.inventory import Inventory
    from tui.storage.stacks.judgement import Judgement


def judging(within: float) -> "Callable[[Host], tuple[Inventory, Judgement]]":
    """What looks at a host as `doctor` does and tells its inventory and the verdict on it.

    Args:
        within: seconds that the look may take; what is late counts as not read.
    """
    return partial(_judgement, within)


def _judgement(within: float, host: "Host") -> "tuple[Inventory, Judgement]":
    from tui.recovery.diagnosis import diagnose  # noqa: PLC0415 (see above)
    from tui.recovery.gather import gather  # noqa: PLC0415 (likewise)

    diagnosis = diagnose(gather(host, within))
    return diagnosis.evidence.inventory, diagnosis.judgement
