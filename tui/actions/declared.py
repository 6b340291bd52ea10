"""Every action of the program, declared once: its key in the console and its verb on the command line.

The key bar, the list of actions, help, the table of keys in docs/ and the help of the command line are made
of `ACTIONS`. What an action does is not imported here, so that the console and `--help` start at once.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.words import marked, translate as _

if TYPE_CHECKING:
    from tui.actions.here import Here


class Declared(Struct, frozen=True):
    """One action; its words are translated where they are shown.

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


_OF_A_SCREEN = marked("it is about what a screen shows")
_OF_FILES = marked("it reads or writes a file")

ACTIONS = (
    Declared(
        "actions",
        marked("List what can be done with the layer under the cursor"),
        "enter,a",
        only=_OF_A_SCREEN,
        bar=marked("actions"),
        runs="actions",
    ),
    Declared(
        "disconnect",
        marked("Disconnect safely"),
        "d",
        (("disconnect", marked("Disconnect safely")),),
        fits=lambda here: here.part is not None,
        where=marked("a layer that can be disconnected"),
    ),
    Declared(
        "log-in-or-out",
        marked("Log in or out"),
        "l",
        (("login", marked("Log in to a target")), ("logout", marked("Log out of a target"))),
        fits=lambda here: here.session or here.records,
        where=marked("a portal or a session"),
        why_not=lambda here: here.why_no_login,
        called=lambda here: _("Log in") if here.session is None else _("Log out"),
        changes=True,
    ),
    Declared(
        "scan",
        marked("Scan for new LUNs"),
        "u",
        (("scan", marked("Scan for new LUNs")),),
        fits=lambda here: here.session,
        where=marked("a portal, session or LUN of one session"),
        why_not=lambda here: here.why_no_scan,
        changes=True,
    ),
    Declared(
        "record",
        marked("Show and change the node record"),
        "e",
        (("record set", marked("Change settings of node records")),),
        fits=lambda here: here.records,
        where=marked("a portal or a session with a node record"),
    ),
    Declared(
        "delete-record",
        marked("Delete the node record"),
        "x",
        (("record delete", marked("Delete node records")),),
        fits=lambda here: here.records,
        where=marked("a portal or a session with a node record"),
        why_not=lambda here: here.why_no_deletion,
        called=lambda here: (
            _("Delete the node record") if len(here.records) == 1 else _("Delete the node records")
        ),
        changes=True,
    ),
    Declared(
        "grow",
        marked("Grow volumes and file systems"),
        "g",
        (("grow", marked("Grow a volume and its file system")),),
        fits=lambda here: here.subject is not None,
        where=marked("a layer"),
        why_not=lambda here: here.why_no_growth,
        changes=True,
    ),
    Declared(
        "volumes",
        marked("Create or change volumes"),
        "n",
        (
            ("volume new", marked("Create an LV")),
            ("volume remove", marked("Remove an LV with all its data")),
            ("volume rename", marked("Rename an LV or a VG, in fstab too")),
            ("volume snapshot", marked("Keep the present state of an LV")),
            ("volume rollback", marked("Roll an LV back to a snapshot")),
            ("volume pool", marked("Create a thin pool")),
            ("volume thin", marked("Create a thin volume")),
            ("volume add-disk", marked("Add a disk to a VG")),
            ("volume empty-disk", marked("Move all extents off a PV")),
        ),
        fits=lambda here: here.subject is not None,
        where=marked("a layer"),
        why_not=lambda here: here.why_no_volumes,
        changes=True,
    ),
    Declared(
        "repair",
        marked("Find out what is wrong and repair it"),
        "r",
        (
            ("doctor", marked("Report what is wrong and how to fix it")),
            ("repair", marked("Carry out a fix of a finding")),
        ),
        bar=marked("repair"),
        when_wrong=True,
    ),
    Declared(
        "reconnect",
        marked("Reconnect what was disconnected"),
        "c",
        (("reconnect", marked("Reconnect what was disconnected")),),
        changes=True,
    ),
    Declared(
        "targets",
        marked("Targets and sessions of this host"),
        "t",
        (("status", marked("List the storage of this host, layer by layer")),),
    ),
    Declared(
        "portals",
        marked("Discovery portals"),
        "p",
        (("portal forget", marked("Delete the record of a discovery portal")),),
    ),
    Declared(
        "interfaces",
        marked("Iface records"),
        "i",
        (("iface add", marked("Create an iface record")), ("iface delete", marked("Delete an iface record"))),
    ),
    Declared(
        "set-up",
        marked("Set up storage"),
        "s",
        (("setup", marked("Set up a bare host up to a mounted volume")),),
        bar=marked("set up"),
        runs="set_up",
        changes=True,
    ),
    Declared(
        "happenings",
        marked("Show everything that happened"),
        "w",
        only=_OF_A_SCREEN,
        bar=marked("what happened"),
        runs="happenings",
    ),
    Declared(
        "history",
        marked("Show outages of the past"),
        "h",
        (("history", marked("List past outages of the sessions, from the journal")),),
    ),
    Declared(
        "plans",
        marked("List the plans that ran, and undo one"),
        "j",
        (("journal", marked("List, resume, give up or undo plans that ran")),),
    ),
    Declared(
        "fold", marked("Fold healthy stacks, or unfold them"), "f", only=_OF_A_SCREEN, runs="fold_healthy"
    ),
    Declared(
        "sort",
        marked("Sort the stacks: as found, problems first, by name"),
        "o",
        only=_OF_A_SCREEN,
        runs="reorder",
    ),
    Declared("read-again", marked("Read the host again"), "ctrl+r", only=_OF_A_SCREEN, runs="read_again"),
    Declared(
        "practice",
        marked("Practice on a separate machine"),
        "f9",
        (("practice", marked("Practice on a separate machine")),),
        runs="other('practice')",
    ),
    Declared(
        "rehearse",
        marked("Rehearse a change on a twin of a captured host"),
        verbs=(("rehearse", marked("Rehearse a change on a twin of a captured host")),),
        only=_OF_FILES,
    ),
    Declared("tour", marked("Take a tour on a recorded host"), "f8", only=_OF_A_SCREEN, runs="other('tour')"),
    Declared(
        "help",
        marked("Explain this screen"),
        "f1,question_mark",
        only=_OF_A_SCREEN,
        bar=marked("help"),
        runs="help",
    ),
    Declared(
        "commands",
        marked("List every command that ran"),
        "f2",
        only=_OF_A_SCREEN,
        bar=marked("commands"),
        runs="commands",
    ),
    Declared(
        "capture",
        marked("Record this host in a file, without its secrets"),
        verbs=(("capture", marked("Record what is read from this host, without secrets")),),
        only=_OF_FILES,
    ),
    Declared(
        "fleet",
        marked("Compare captured hosts with each other"),
        verbs=(("fleet", marked("Compare the captured hosts of a directory")),),
        only=_OF_FILES,
    ),
    Declared(
        "plan",
        marked("Show what a verb would do, or store it"),
        verbs=(("plan", marked("Show what a verb would do, or store it")),),
        only=_OF_FILES,
    ),
    Declared(
        "apply",
        marked("Carry out a stored plan"),
        verbs=(("apply", marked("Carry out a stored plan")),),
        only=_OF_FILES,
    ),
    Declared(
        "forget-stale",
        marked("Forget targets that their portals no longer list"),
        verbs=(("forget-stale", marked("Forget targets that their portals no longer list")),),
        only=marked("it is for many targets at a time; Discovery portals deletes them one by one"),
    ),
    Declared(
        "lab",
        marked("Run a practice machine by hand"),
        verbs=(("lab", marked("Practice on a machine with a real kernel, without root")),),
        only=marked("it is for those who work on the program"),
    ),
    Declared("back", marked("Go back"), "escape", only=_OF_A_SCREEN, bar=marked("back"), runs="leave"),
    Declared(
        "leave", marked("Leave the program"), "q,ctrl+q", only=_OF_A_SCREEN, bar=marked("leave"), runs="quit"
    ),
)
"""In the order in which the list of actions, the key bar and the help of the command line show them."""


def words_of(verb: str) -> str:
    """What a verb does; of the first word of verbs of two, what their action does."""
    verbs = {name: (words, action.words) for action in ACTIONS for name, words in action.verbs}
    if verb in verbs:
        return _(verbs[verb][0])
    return next(_(of_action) for name, (_words, of_action) in verbs.items() if name.startswith(f"{verb} "))
