"""What may be done on the host, and why not more."""

from msgspec import Struct

from tui.words import translate as _
from widgets.state import State


class Access(Struct, frozen=True):
    """How the program meets this host.

    Attributes:
        words: what stands in the top bar.
        reason: why nothing can be changed, without a full stop; empty when it can.
    """

    words: str
    reason: str = ""

    @property
    def state(self) -> State:
        """The state whose colour the words get."""
        return State.WARN if self.reason else State.GOOD


def access(*, is_root: bool, recorded: bool = False, read_only: bool = False) -> Access:
    """Return what may be done.

    Args:
        is_root: the program has root's rights on this host.
        recorded: the host is a captured one.
        read_only: the program was started with --read-only.
    """
    if recorded:
        return Access(_("recorded host"), _("this is a recorded host"))
    if read_only:
        return Access(_("read-only"), _("the program was started with --read-only"))
    if not is_root:
        return Access(_("not root, read-only"), _("root is required"))
    return Access(_("root"))
