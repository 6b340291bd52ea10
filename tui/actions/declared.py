"""Every action of the program, declared once: its key in the console and its verb on the command line.

The key bar, the list of actions, help, the README's tables and the help of the command line are made of
`ACTIONS`. What an action does is not imported here, so that the console and `--help` start at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.words import translate as _

if TYPE_CHECKING:
    from tui.actions.here import Here


@dataclass(frozen=True, slots=True)
class Declared:
    """One action.

    Attributes:
        name: what names it in code.
        words: what it does, with a capital.
        key: the key as Textual names it; several are separated by commas. Empty without one.
        verbs: the sub-commands that do it; empty without one.
        only: why it has no key, or no verb; empty where it has both.
        bar: the words in short for the key bar; empty where the bar does not show it.
        runs: the console's own action that the key runs; empty for a key that opens a screen.
        fits: whether it means anything where the cursor is.
        why_not: why it is not possible there, without a full stop; empty when it is.
        called: what it does there, where that can be said more exactly.
        changes: it is of no use where nothing may be changed.
        when_wrong: it is likeliest, and in the bar, while something is wrong, and only then.
    """

    name: str
    words: str
    key: str = ""
    verbs: tuple[str, ...] = ()
    only: str = ""
    bar: str = ""
    runs: str = ""
    fits: "Callable[[Here], object]" = lambda _here: True
    why_not: "Callable[[Here], str]" = lambda _here: ""
    called: "Callable[[Here], str] | None" = None
    changes: bool = False
    when_wrong: bool = False


_OF_A_SCREEN = _("it concerns what a screen shows")

ACTIONS = (
    Declared(
        "actions",
        _("List what can be done with the layer under the cursor"),
        "enter,a",
        only=_OF_A_SCREEN,
        bar=_("actions"),
        runs="actions",
    ),
    Declared(
        "disconnect",
        _("Disconnect safely"),
        "d",
        ("disconnect",),
        fits=lambda here: here.part is not None,
    ),
    Declared(
        "log-in-or-out",
        _("Log in or out"),
        "l",
        ("login", "logout"),
        fits=lambda here: here.session or here.records,
        why_not=lambda here: here.why_no_login,
        called=lambda here: _("Log in") if here.session is None else _("Log out"),
        changes=True,
    ),
    Declared(
        "scan",
        _("Scan for new LUNs"),
        "u",
        ("scan",),
        fits=lambda here: here.session,
        why_not=lambda here: here.why_no_scan,
        changes=True,
    ),
    Declared(
        "record",
        _("Show and change the node record"),
        "e",
        ("record set",),
        fits=lambda here: here.records,
    ),
    Declared(
        "delete-record",
        _("Delete the node record"),
        "x",
        ("record delete",),
        fits=lambda here: here.records,
        why_not=lambda here: here.why_no_deletion,
        called=lambda here: (
            _("Delete the node record") if len(here.records) == 1 else _("Delete the node records")
        ),
        changes=True,
    ),
    Declared(
        "grow",
        _("Grow volumes and file systems"),
        "g",
        ("grow",),
        fits=lambda here: here.subject is not None,
        why_not=lambda here: here.why_no_growth,
        changes=True,
    ),
    Declared(
        "volumes",
        _("Create or change volumes"),
        "n",
        (
            "volume new",
            "volume remove",
            "volume rename",
            "volume snapshot",
            "volume pool",
            "volume thin",
            "volume add-disk",
            "volume empty-disk",
        ),
        fits=lambda here: here.subject is not None,
        why_not=lambda here: here.why_no_volumes,
        changes=True,
    ),
    Declared(
        "repair",
        _("Find out what is wrong and repair it"),
        "r",
        ("doctor", "repair"),
        bar=_("repair"),
        when_wrong=True,
    ),
    Declared("reconnect", _("Reconnect what was disconnected"), "c", ("reconnect",), changes=True),
    Declared("targets", _("Targets and sessions of this host"), "t", ("status",)),
    Declared("portals", _("Discovery portals"), "p", ("portal forget",)),
    Declared("interfaces", _("Iface records"), "i", ("iface add", "iface delete")),
    Declared("set-up", _("Set up storage"), "s", ("setup",), bar=_("set up"), runs="set_up", changes=True),
    Declared(
        "happenings",
        _("Show everything that happened"),
        "w",
        only=_OF_A_SCREEN,
        bar=_("what happened"),
        runs="happenings",
    ),
    Declared("history", _("Show outages of the past"), "h", ("history",)),
    Declared("fold", _("Fold healthy stacks, or unfold them"), "f", only=_OF_A_SCREEN, runs="fold_healthy"),
    Declared(
        "sort",
        _("Sort the stacks: as found, problems first, by name"),
        "o",
        only=_OF_A_SCREEN,
        runs="reorder",
    ),
    Declared("read-again", _("Read the host again"), "ctrl+r", only=_OF_A_SCREEN, runs="read_again"),
    Declared("practice", _("Practice on a separate machine"), "f9", ("practice",), runs="other('practice')"),
    Declared("tour", _("Take a tour on a recorded host"), "f8", only=_OF_A_SCREEN, runs="other('tour')"),
    Declared("help", _("Explain this screen"), "f1", only=_OF_A_SCREEN, bar=_("help"), runs="help"),
    Declared(
        "commands",
        _("List every command that ran"),
        "f2",
        only=_OF_A_SCREEN,
        bar=_("commands"),
        runs="commands",
    ),
    Declared("leave", _("Leave"), "escape,q", only=_OF_A_SCREEN, bar=_("leave"), runs="leave"),
)
"""In the order in which the list of actions, the key bar and the help of the command line show them."""
