"""One small App per family of widgets, to look at and to take snapshots of.

python -m tests.widgets.galleries form --colours mono --glyphs cp437
"""

import argparse
from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Static

from widgets.bars.bar import Fill
from widgets.bars.meter import Meter, MeterPart
from widgets.bars.progress import ProgressList, ProgressRow
from widgets.commands import CommandRow, Commands
from widgets.dialogs import Confirm
from widgets.explain import Explain, Explanation
from widgets.fields.choice_field import CheckField, Choice, ChoiceField
from widgets.fields.form import FieldRow, Form
from widgets.fields.secret_field import Hidden, SecretField
from widgets.fields.text_field import NumberField, TextField
from widgets.glyphs import Glyphs
from widgets.header import TopBar, TopFacts
from widgets.help import Help, HelpSection, keys_of
from widgets.key_bar import KeyBar
from widgets.look import Colours, Look, LookApp
from widgets.notice import Notice, Offer
from widgets.rail import Rail, RailStep
from widgets.stack_view import Rung, StackView
from widgets.state import State
from widgets.table import Column, PickList, PickRow

IQN = "iqn.2003-01.org.linux-iscsi.lab"
TOP = TopFacts("iscsi-console", "db7", "iqn.1993-08.org.debian:01:c3b048656983", access="root")
STEPS = (
    RailStep("name", "Name", State.GOOD, "c3b048656983"),
    RailStep("chap", "CHAP", State.GOOD, "one-way, this target and every one found later"),
    RailStep("discover", "Discover", State.HERE),
    *(RailStep(name, name) for name in ("Target", "Log in", "Volumes", "Mount", "At boot")),
)
DISCOVER = Explanation(
    "The portal lists the targets it will show this initiator. Nothing is changed on it.",
    ("iscsiadm -m discoverydb -t sendtargets -p 192.0.2.10:3260 -o new --discover",),
)
TARGETS = (
    PickRow("t1", (f"{IQN}:t1", "2"), State.HERE, "new"),
    PickRow("t2", (f"{IQN}:t2", "2"), State.GOOD, "known", "keeps its settings"),
    PickRow("t3", ("fe80::1", ""), State.WARN, "skipped", reason="link-local, not reachable here"),
    PickRow("t4", ("iqn.2001-05.com.example:存储阵列一号", "1"), State.HERE, "new"),
)
RUNGS = (
    Rung("t1", "target", "lab:t1", detail=f"{IQN}:t1", heading=True),
    Rung("p1", "portal", "192.0.2.10:3260", state_word="answers", note="0.4 ms"),
    Rung("s1", "session", "1", state_word="LOGGED_IN", note="eth1"),
    Rung(
        "s2",
        "session",
        "2",
        1,
        "198.51.100.10",
        State.BAD,
        "FAILED",
        note="14 s, gives up in 1 min 46 s",
    ),
    Rung("s3", "session", "3", 1, "198.51.100.11", state_word="LOGGED_IN"),
    Rung("l0", "LUN", "0", detail="sda 512 MiB", state_word="running", note="LIO-ORG"),
    Rung("map", "map", "mpatha", detail="1 of 2 paths", state=State.WARN, state_word="one path left"),
    Rung("pv", "PV", "/dev/mapper/mpatha", detail="8 MiB free"),
    Rung("vg", "VG", "vg_ittest", detail="504 MiB"),
    Rung("lv", "LV", "lv_static", detail="504 MiB"),
    Rung("fs", "ext4", "4f1c2d3e-5a6b-4c7d-8e9f-00112233449a", state_word="clean"),
    Rung("mnt", "mount", "/iscsi", detail="rw,acl", state_word="mounted", note="37% used, 1 process"),
    Rung("t2", "target", "lab:t2", detail=f"{IQN}:t2", heading=True),
    Rung("p2", "portal", "192.0.2.10:3260", state=State.WAITING, state_word="no session"),
)
PROGRESS = (
    ProgressRow("p1", f"192.0.2.10:3260 {IQN}:t1", State.GOOD, "logged in", started=60.0, ended=60.42),
    ProgressRow("p2", f"198.51.100.10:3260 {IQN}:t1", State.HERE, "logging in", started=90.0, deadline=15.0),
    ProgressRow(
        "p3",
        "[2001:db8::10]:3260",
        State.BAD,
        "refused",
        started=80.0,
        ended=81.2,
        note="The secret is wrong, or this initiator is not on the list of the target. Compare both with "
        "the storage administrator.",
    ),
    ProgressRow("mkfs", "Create the file system", State.HERE, "writing", started=50.0, fraction=0.37),
    ProgressRow("mount", "Mount"),
)
SPACE = (
    MeterPart("other volumes", 100, Fill.USED, "100 MiB"),
    MeterPart("lv_static", 200, Fill.NEW, "200 MiB"),
    MeterPart("free", 212, Fill.FREE, "212 MiB"),
)
COMMANDS = (
    CommandRow("1", "14:02:11", DISCOVER.runs[0], 0, 0.42, f"192.0.2.10:3260,1 {IQN}:t1\n"),
    CommandRow(
        "2",
        "14:02:20",
        f"iscsiadm -m node -T {IQN}:t1 -p 192.0.2.10:3260,1 --login",
        24,
        1.7,
        f"iscsiadm: Could not login to [iface: default, target: {IQN}:t1, portal: 192.0.2.10,3260].\n"
        "iscsiadm: initiator reported error (24 - iSCSI login failed due to authorization failure)\n",
    ),
    CommandRow("3", "14:02:29", "systemctl restart iscsid"),
)


def check_address(text: str) -> str | None:
    """Refuse what has no dot in it."""
    return None if "." in text else "This is not an address. An address looks like 192.0.2.10."


class Gallery(LookApp[None]):
    """The frame around every gallery."""

    TITLE = "gallery"
    CSS = """
    #main { padding: 1 2; }
    .question { text-style: bold; margin-bottom: 1; }
    Form { margin-bottom: 1; }
    Meter { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", "next"),
        Binding("ctrl+p", "back", "back"),
        Binding("f1", "help", "help"),
        Binding("f2", "commands", "commands"),
        Binding("escape", "leave", "leave"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no next step here, and the key says so."""
        return None if action == "next" else True


class FrameGallery(Gallery):
    """The bars, the rail and the explanation around an empty step."""

    def compose(self) -> ComposeResult:
        yield TopBar(TOP)
        with Horizontal():
            yield Rail("Set up storage", STEPS)
            with Vertical():
                with Vertical(id="main"):
                    yield Static("Which portal offers the storage?", classes="question")
                yield Explain(DISCOVER)
        yield KeyBar("discover")


class FormGallery(Gallery):
    """Every kind of field, one of them wrong and one switched off."""

    def compose(self) -> ComposeResult:
        yield TopBar(TOP)
        with Vertical(id="main"), Form():
            with FieldRow():
                yield TextField("Portal", "192.0.2.10", validate=check_address, id="host")
                yield NumberField("Port", 3260, minimum=1, maximum=65535, id="port")
            yield ChoiceField(
                "Method",
                (
                    Choice("sendtargets", "SendTargets"),
                    Choice("isns", "iSNS"),
                    Choice("fw", "Firmware", "none in this machine"),
                    Choice("static", "By hand"),
                ),
                id="method",
            )
            yield TextField(
                "Backup", "nowhere", validate=check_address, width=24, hint="may stay empty", id="wrong"
            )
            yield SecretField("Secret", Hidden("geheim geheim"), width=24, id="secret")
            yield CheckField("", "Log in at boot", value=True, id="boot")
            yield TextField("Owner", "root", width=24, id="owner")
        yield KeyBar("discover")

    def on_mount(self) -> None:
        """Put two fields into their rarer states."""
        self.query_one("#wrong", TextField).check()
        self.query_one("#owner", TextField).disable("only root may change it")


class TableGallery(Gallery):
    """A list with check marks over one to pick from."""

    def compose(self) -> ComposeResult:
        yield TopBar(TOP)
        with Vertical(id="main"):
            yield Static("Which targets?", classes="question")
            yield PickList(
                (Column("Target", grow=True), Column("Portals", align_right=True)),
                TARGETS,
                many=True,
                checked=frozenset({"t1"}),
                id="targets",
            )
            yield Static("")
            yield PickList((Column("Interface"),), (), empty="No interface has an address yet.", id="none")
        yield KeyBar("use them")


class StackGallery(Gallery):
    """The stack of a host with a broken session."""

    def compose(self) -> ComposeResult:
        yield TopBar(
            TopFacts(
                "iscsi-console", "db7", TOP.initiator, "read-only", State.WARN, "1 problem", "3 sessions"
            )
        )
        with Vertical(id="main"):
            yield StackView(RUNGS, id="stack")
        yield KeyBar("open")


class ProgressGallery(Gallery):
    """Running things and a volume group."""

    def compose(self) -> ComposeResult:
        yield TopBar(TOP)
        with Vertical(id="main"):
            yield ProgressList(PROGRESS, clock=lambda: 100.0, id="progress")
            yield Meter(id="space")
            yield Meter(id="nearly-empty")
        yield KeyBar("next")

    def on_mount(self) -> None:
        """Fill the meters."""
        self.query_one("#space", Meter).parts = SPACE
        self.query_one("#nearly-empty", Meter).parts = (
            MeterPart("used", 1, Fill.USED, "4 MiB"),
            MeterPart("free", 10**9, Fill.FREE, "3.6 TiB"),
        )


class DialogGallery(FormGallery):
    """A dialog over a form."""

    def __init__(self, look: Look, make: Callable[[Screen[object]], Screen[Any]]) -> None:
        super().__init__(look)
        self._make = make

    def on_mount(self) -> None:
        """Open it."""
        self.push_screen(self._make(self.screen))


def create(_under: Screen[object]) -> Confirm:
    """Ask before something that can be undone."""
    return Confirm(
        "Create the volume group?",
        "vg_ittest is made on /dev/mapper/mpatha. Nothing else is touched.",
        yes="Create",
        no="Back",
    )


def erase(_under: Screen[object]) -> Confirm:
    """Ask before something that cannot."""
    return Confirm(
        "Erase the disk?",
        "The disk carries an ext4 file system.",
        losses=("/dev/sda  512 MiB  LIO-ORG  wwid 36001405a1b2c3d4", "its files, last mounted on /srv/old"),
        yes="Erase",
        no="Keep it",
        word="erase",
    )


def refused(_under: Screen[object]) -> Notice:
    """Say what went wrong."""
    return Notice(
        "The target refused the login",
        happened="iscsiadm ended with 24: login authentication failed.",
        cause="The secret is not the one the storage has for this initiator, or the initiator name is not on "
        "its list.",
        next_step="Compare the name and the secret with the storage administrator, then try again.",
        offers=(Offer("chap", "Change the secret"), Offer("again", "Try again")),
    )


def explain(under: Screen[object]) -> Help:
    """Help about the form."""
    return Help(
        "Discover",
        (
            HelpSection(
                "What this step does",
                "It asks a portal for the targets it will show this initiator. Nothing is changed there.\n"
                "Records that exist keep their settings.",
            ),
            HelpSection("Words", "A portal is an address and a port of the storage."),
        ),
        keys_of(under),
    )


def commands(_under: Screen[object]) -> Commands:
    """What was run."""
    return Commands(COMMANDS)


GALLERIES: dict[str, Callable[[Look], LookApp[None]]] = {
    "frame": FrameGallery,
    "form": FormGallery,
    "table": TableGallery,
    "stack": StackGallery,
    "progress": ProgressGallery,
    "create": lambda look: DialogGallery(look, create),
    "erase": lambda look: DialogGallery(look, erase),
    "refused": lambda look: DialogGallery(look, refused),
    "help": lambda look: DialogGallery(look, explain),
    "commands": lambda look: DialogGallery(look, commands),
}


def main() -> None:
    """Open a gallery on this terminal."""
    parser = argparse.ArgumentParser(description="Look at the widgets.")
    parser.add_argument("gallery", choices=list(GALLERIES))
    parser.add_argument("--colours", choices=list(Colours), default=Colours.FULL, type=Colours)
    parser.add_argument("--glyphs", choices=list(Glyphs), default=Glyphs.UNICODE, type=Glyphs)
    arguments = parser.parse_args()
    GALLERIES[arguments.gallery](Look(arguments.colours, arguments.glyphs)).run(mouse=False)


if __name__ == "__main__":
    main()
