"""The programs that are wandered through: the console over captured hosts, and the set-up at its steps."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.screens import scenes
from tests.screens.driving import COLOUR, ROOT
from tests.screens.scripted import ScriptedDriver
from tui.app import CONSOLE, SET_UP, ConsoleApp
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.storage.host.recorded import RecordedHost
from tui.storage.problem import Problem

MACHINES = Path(__file__).parent.parent / "machines"
HOSTS = ("failed-session", "multipath-xfs", "single-path-ext4", "record-only", "bare")

LONG = (("lab:t1", 180), ("vg_ittest", 100), ("lv_static", 100))
"""Names of the captured hosts, and how many characters their layers allow to be added."""

SCENES: dict[Step, Callable[[], SetupState]] = {
    Step.NAME: scenes.unnamed,
    Step.DISCOVER: scenes.discovered,
    Step.LOG_IN: scenes.stored,
    Step.VOLUMES: scenes.planned,
    Step.MOUNT: scenes.mounted_plan,
    Step.BOOT: scenes.at_boot,
    Step.REVIEW: scenes.reviewed,
}

AGES = 86400.0
"""Seconds that a message stays, so that none goes by itself while a key is tried."""

SAID = tuple(
    f"iscsiadm: Could not login to [iface: default, target: iqn.2003-01.org.linux-iscsi.lab:t1, portal: "
    f"192.0.2.{number},3260]: initiator reported error (24 - iSCSI login failed due to authorization failure)"
    for number in range(10, 14)
)
"""What iscsiadm(8) says when four portals refuse a login."""

REFUSED = Problem(
    "login.authorization",
    "The target refuses this host.",
    "Its access list does not hold the name iqn.1993-08.org.debian:01:c3b048656983, or CHAP is asked for.",
    "Ask the storage administrator to enter the name, or give user name and secret on the page CHAP.",
    evidence=SAID,
)


class LastingMessages(ConsoleApp):
    """The program, with messages that stay."""

    NOTIFICATION_TIMEOUT = AGES


@contextmanager
def a_program(random: Random, kind: str, *, long_names: bool = False) -> Iterator[tuple[str, ConsoleApp]]:
    """Yield a program and what it is over.

    Args:
        random: chooses the host or the step.
        kind: `console` or `setup`.
        long_names: a host's names are always long, not only now and then.
    """
    if kind == SET_UP:
        step = random.choice(sorted(SCENES))
        yield step.value, set_up(step)
        return
    name, is_long = random.choice(HOSTS), random.random() < 0.3 or long_names
    if not is_long:
        yield name, over(MACHINES / f"{name}.json")
        return
    with TemporaryDirectory() as folder:
        yield f"{name} with long names", over(_with_long_names(name, Path(folder)))


KINDS = (CONSOLE, SET_UP)


def over(path: Path) -> ConsoleApp:
    """Open the console as root over a captured host: every key may be tried, what changes the host fails."""
    made = _driver(scenes.named())
    return LastingMessages(COLOUR, RecordedHost(str(path)), ROOT, live=False, make_driver=lambda _host: made)


def set_up(step: Step) -> ConsoleApp:
    host, made = RecordedHost(str(MACHINES / "bare.json")), _driver(SCENES[step]())
    return LastingMessages(COLOUR, host, ROOT, first=SET_UP, live=False, make_driver=lambda _host: made)


def _driver(state: SetupState) -> ScriptedDriver:
    """Return a set-up whose login and whose last run are refused the first time."""
    made = scenes.driver(state)
    made.failures = {Step.LOG_IN: REFUSED, Step.RUN: REFUSED}
    return made


def _with_long_names(name: str, folder: Path) -> Path:
    text = (MACHINES / f"{name}.json").read_text()
    for short, length in LONG:
        text = text.replace(short, f"{short}-{'x' * length}")
    path = folder / f"{name}.json"
    path.write_text(json.dumps(json.loads(text)))
    return path
