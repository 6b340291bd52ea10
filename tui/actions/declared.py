"""Every action of the program, declared once: its key in the console and its verb on the command line.

The key bar, the list of actions, help, the table of keys in docs/ and the help of the command line are made
of `ACTIONS`. What an action does is not imported here, so that the console and `--help` start at once.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.words import translate as _

if TYPE_CHECKING:
    from tui.actions.here import Here


class Declared(Struct, frozen=True):
    """One action.

    Attributes:
        name: what names it in code.
        words: what it does, with a capital.
        key: the key as Textual names it; several are separated by commas. Empty without one.
        verbs: the sub-commands that do it, each with what it does; empty without one.
        only: why it has no key, or no verb; empty where it has both.
        bar: the words in short for the key bar; empty where the bar does not show it.
        runs: the console's own action that the key runs; empty for a key that opens a screen.
        fits: whether it means anything where the cursor is.
        where: what the cursor has to be on for that; empty where it fits everywhere.
        why_not: why it is not possible there, without a full stop; empty when it is.
        called: what it does there, where that can be said more exactly.
        changes: it is of no use where nothing may be changed.
        when_wrong: it is likeliest, and in the bar, while something is wrong, and only then.
    """

    name: str
    words: str
    key: str = ""
    verbs: "tuple[tuple[str, str], ...]" = ()
    only: str = ""
    bar: str = ""
    runs: str = ""
    fits: "Callable[[Here], object]" = lambda _here: True
    where: str = ""
    why_not: "Callable[[Here], str]" = lambda _here: ""
    called: "Callable[[Here], str] | None" = None
    changes: bool = False
    when_wrong: bool = False


_OF_A_SCREEN = _("it is about what a screen shows")
_OF_FILES = _("it reads or writes a file")

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
        (("disconnect", _("Disconnect safely")),),
        fits=lambda here: here.part is not None,
        where=_("a layer that can be disconnected"),
    ),
    Declared(
        "log-in-or-out",
        _("Log in or out"),
        "l",
        (("login", _("Log in to a target")), ("logout", _("Log out of a target"))),
        fits=lambda here: here.session or here.records,
        where=_("a portal or a session"),
        why_not=lambda here: here.why_no_login,
        called=lambda here: _("Log in") if here.session is None else _("Log out"),
        changes=True,
    ),
    Declared(
        "scan",
        _("Scan for new LUNs"),
        "u",
        (("scan", _("Scan for new LUNs")),),
        fits=lambda here: here.session,
        where=_("a portal, session or LUN of one session"),
        why_not=lambda here: here.why_no_scan,
        changes=True,
    ),
    Declared(
        "record",
        _("Show and change the node record"),
        "e",
        (("record set", _("Change settings of node records")),),
        fits=lambda here: here.records,
        where=_("a portal or a session with a node record"),
    ),
    Declared(
        "delete-record",
        _("Delete the node record"),
        "x",
        (("record delete", _("Delete node records")),),
        fits=lambda here: here.records,
        where=_("a portal or a session with a node record"),
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
        (("grow", _("Grow a volume and its file system")),),
        fits=lambda here: here.subject is not None,
        where=_("a layer"),
        why_not=lambda here: here.why_no_growth,
        changes=True,
    ),
    Declared(
        "volumes",
        _("Create or change volumes"),
        "n",
        (
            ("volume new", _("Create an LV")),
            ("volume remove", _("Remove an LV with all its data")),
            ("volume rename", _("Rename an LV or a VG, in fstab too")),
            ("volume snapshot", _("Keep the present state of an LV")),
            ("volume rollback", _("Roll an LV back to a snapshot")),
            ("volume pool", _("Create a thin pool")),
            ("volume thin", _("Create a thin volume")),
            ("volume add-disk", _("Add a disk to a VG")),
            ("volume empty-disk", _("Move all extents off a PV")),
        ),
        fits=lambda here: here.subject is not None,
        where=_("a layer"),
        why_not=lambda here: here.why_no_volumes,
        changes=True,
    ),
    Declared(
        "repair",
        _("Find out what is wrong and repair it"),
        "r",
        (
            ("doctor", _("Report what is wrong and how to fix it")),
            ("repair", _("Carry out a fix of a finding")),
        ),
        bar=_("repair"),
        when_wrong=True,
    ),
    Declared(
        "reconnect",
        _("Reconnect what was disconnected"),
        "c",
        (("reconnect", _("Reconnect what was disconnected")),),
        changes=True,
    ),
    Declared(
        "targets",
        _("Targets and sessions of this host"),
        "t",
        (("status", _("List the storage of this host, layer by layer")),),
    ),
    Declared(
        "portals",
        _("Discovery portals"),
        "p",
        (("portal forget", _("Delete the record of a discovery portal")),),
    ),
    Declared(
        "interfaces",
        _("Iface records"),
        "i",
        (("iface add", _("Create an iface record")), ("iface delete", _("Delete an iface record"))),
    ),
    Declared(
        "set-up",
        _("Set up storage"),
        "s",
        (("setup", _("Set up a bare host up to a mounted volume")),),
        bar=_("set up"),
        runs="set_up",
        changes=True,
    ),
    Declared(
        "happenings",
        _("Show everything that happened"),
        "w",
        only=_OF_A_SCREEN,
        bar=_("what happened"),
        runs="happenings",
    ),
    Declared(
        "history",
        _("Show outages of the past"),
        "h",
        (("history", _("List past outages of the sessions, from the journal")),),
    ),
    Declared(
        "plans",
        _("List the plans that ran, and undo one"),
        "j",
        (("journal", _("List, resume, give up or undo plans that ran")),),
    ),
    Declared("fold", _("Fold healthy stacks, or unfold them"), "f", only=_OF_A_SCREEN, runs="fold_healthy"),
    Declared(
        "sort",
        _("Sort the stacks: as found, problems first, by name"),
        "o",
        only=_OF_A_SCREEN,
        runs="reorder",
    ),
    Declared("read-again", _("Read the host again"), "ctrl+r", only=_OF_A_SCREEN, runs="read_again"),
    Declared(
        "practice",
        _("Practice on a separate machine"),
        "f9",
        (("practice", _("Practice on a separate machine")),),
        runs="other('practice')",
    ),
    Declared("tour", _("Take a tour on a recorded host"), "f8", only=_OF_A_SCREEN, runs="other('tour')"),
    Declared(
        "help", _("Explain this screen"), "f1,question_mark", only=_OF_A_SCREEN, bar=_("help"), runs="help"
    ),
    Declared(
        "commands",
        _("List every command that ran"),
        "f2",
        only=_OF_A_SCREEN,
        bar=_("commands"),
        runs="commands",
    ),
    Declared(
        "capture",
        _("Record this host in a file, without its secrets"),
        verbs=(("capture", _("Record what is read from this host, without secrets")),),
        only=_OF_FILES,
    ),
    Declared(
        "plan",
        _("Show what a verb would do, or store it"),
        verbs=(("plan", _("Show what a verb would do, or store it")),),
        only=_OF_FILES,
    ),
    Declared(
        "apply",
        _("Carry out a stored plan"),
        verbs=(("apply", _("Carry out a stored plan")),),
        only=_OF_FILES,
    ),
    Declared(
        "forget-stale",
        _("Forget targets that their portals no longer list"),
        verbs=(("forget-stale", _("Forget targets that their portals no longer list")),),
        only=_("it is for many targets at a time; Discovery portals deletes them one by one"),
    ),
    Declared(
        "lab",
        _("Run a practice machine by hand"),
        verbs=(("lab", _("Practice on a machine with a real kernel, without root")),),
        only=_("it is for those who work on the program"),
    ),
    Declared("back", _("Go back"), "escape", only=_OF_A_SCREEN, bar=_("back"), runs="leave"),
    Declared("leave", _("Leave the program"), "q,ctrl+q", only=_OF_A_SCREEN, bar=_("leave"), runs="quit"),
)
"""In the order in which the list of actions, the key bar and the help of the command line show them."""


def words_of(verb: str) -> str:
    """What a verb does; of the first word of verbs of two, what their action does."""
    verbs = {name: (words, action.words) for action in ACTIONS for name, words in action.verbs}
    if verb in verbs:
        return verbs[verb][0]
    return next(of_action for name, (_words, of_action) in verbs.items() if name.startswith(f"{verb} "))
