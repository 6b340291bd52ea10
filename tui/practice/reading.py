"""Reads and checks the directory of a scenario: every mistake names the file, the key, and what is wrong.

A directory `tui/practice/scenarios/NAME` holds

    scenario.toml      what is described here
    san.toml           the storage array, as `--san` of `iscsi-console lab` takes it
    start.sh           makes the starting state, as root in the fresh machine; may be left out
    solutions/*.sh     reference.sh and at least one other way; the first line is a comment: what it does
    wrong/*.sh         at least one way that must not solve it, likewise
    variants/NAME/     may be left out; one of them is drawn at each start, and goes on from what is above:
                       its start.sh runs after that one, in the same shell; its solutions, wrong moves,
                       [[goal]]s and hints are added; its [debrief] takes the place of that one

and scenario.toml

    title, level ("easy", "medium", "hard"), minutes, learns, exams, task
    reboots = true     solved only when it holds after a restart too
    resumes = false    the machine cannot be switched off in the middle (what matters is not on a disk)
    sentinels = []     files whose content must stay as it is after start.sh
    hints = []         three: where to look, what is wrong, the command
    [debrief]          happened, other_ways, would_have_lost
    [[fault]]          fault = "link-down", each_boot = true, and the options of `tui.lab.faults`
    [[goal]]           id, says, lacks, and either
                         of = "sessions", where = {…}, and at_least, at_most or exactly (at_least = 1), or
                         script = "…"
                       after_reboot = false: not checked after the restart; only there with now = false
                       spared = true: not to be reached, but not to be harmed

`where` names fields of what `of` lists (`tui.practice.condition`): {state = "LOGGED_IN",
"portal.port" = 3260, size = {at_least = "570M"}, "stack.targets" = {has = "iqn.…"}}. A lesson has
kind = "lesson", and in the place of goals and hints [[step]]s: title, say, do, see, commands and the keys
of a goal.

Scripts run as root, by sh(1), each command's failure ending them, after `tui/practice/prelude.sh`.
"""

import re
import tomllib
from pathlib import Path

from tui.lab.errors import LabError
from tui.lab.faults import OPTIONS, Fault
from tui.lab.san import read_description
from tui.practice.condition import NotACondition, conditions
from tui.practice.scenario import (
    Debrief,
    Goal,
    Kind,
    LessonStep,
    Level,
    Phase,
    Scenario,
    Script,
    StartFault,
)
from tui.setup.toml_table import Table
from tui.storage.problem import ConsoleError, Problem
from tui.words import translate as _

FOLDER = Path(__file__).parent / "scenarios"
"""The scenarios and lessons that come with the program."""

TOUR_FILE = Path(__file__).parent / "tour.json"
"""The recorded host that the tour shows (`iscsi-console capture`)."""

VARIANT = Path("/var/lib/practice/variant")
"""Where a machine keeps which variant it was made as; not there where a scenario has none."""

REFERENCE = "reference"
"""The name of the solution that is shown."""

HINTS = 3
_IDENTIFIER = re.compile(r"[a-z][a-z0-9-]{0,40}")


def identifiers() -> tuple[str, ...]:
    """The names of everything that can be practised, in the order of the list."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/scenario.toml")))


def read_staged(folder: Path, noted: Path = VARIANT) -> Scenario:
    """Read one directory as the machine this runs in plays it.

    Raises:
        ConsoleError: at the first thing that does not fit.
    """
    return read_scenario(folder, noted.read_text(encoding="utf-8").strip() if noted.exists() else "")


def read_scenario(folder: Path, variant: str = "") -> Scenario:
    """Read one directory.

    Args:
        folder: where it is.
        variant: which of its variants; the first when none is named.

    Raises:
        ConsoleError: at the first thing that does not fit.
    """
    variants = tuple(sorted(path.parent.name for path in folder.glob("variants/*/scenario.toml")))
    if variant and variant not in variants:
        raise _wrong(folder / "variants", _("there is no {name}.").format(name=variant))
    variant = variant or next(iter(variants), "")
    folders = (folder, folder / "variants" / variant) if variant else (folder,)
    tables = [_table(part / "scenario.toml") for part in folders]
    table = tables[0]
    kind = table.choice("kind", Kind, Kind.SCENARIO)
    reboots = table.flag("reboots", False)
    steps = tuple(_step(step) for step in table.tables("step"))
    goals = tuple(_goal(goal, reboots=reboots) for table in tables for goal in table.tables("goal"))
    debriefs = [_debrief(debrief) for table in tables if (debrief := table.table("debrief"))]
    scenario = Scenario(
        folder=folder,
        kind=kind,
        title=_sentence(table, "title"),
        level=table.choice("level", Level, Level.EASY),
        minutes=table.number("minutes") or 0,
        learns=tuple(map(_, table.texts("learns"))),
        exams=table.texts("exams"),
        task=_sentence(table, "task"),
        san=_san(folder / "san.toml"),
        start="".join(_start(part / "start.sh") for part in folders),
        faults=tuple(_fault(fault) for fault in table.tables("fault")),
        goals=goals or tuple(step.goal for step in steps),
        sentinels=table.texts("sentinels"),
        reboots=reboots,
        resumes=table.flag("resumes", True),
        hints=tuple(_(hint.strip()) for table in tables for hint in table.texts("hints")),
        steps=steps,
        debrief=debriefs[-1] if debriefs else Debrief("", "", ""),
        solutions=_scripts(*(part / "solutions" for part in folders)),
        wrong_moves=_scripts(*(part / "wrong" for part in folders)),
        variants=variants,
        variant=variant,
    )
    for table in tables:
        table.end()
    _check_whole(scenario, table)
    return scenario


def _table(file: Path) -> Table:
    try:
        return Table(str(file), tomllib.loads(file.read_text(encoding="utf-8")), has_lines=True)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(file, str(error)) from error


def _step(table: Table) -> LessonStep:
    step = LessonStep(
        title=_sentence(table, "title"),
        say=_sentence(table, "say"),
        do=_sentence(table, "do"),
        see=_sentence(table, "see"),
        commands=table.texts("commands"),
        goal=_goal(table, reboots=False),
    )
    if not step.commands:
        raise table.mistake("commands", _("commands are required too: a step must be possible by hand."))
    return step


def _goal(table: Table, *, reboots: bool) -> Goal:
    identifier = _text(table, "id")
    if not _IDENTIFIER.fullmatch(identifier):
        raise table.mistake("id", _("expected lower-case letters, digits and dashes."))
    says, lacks = _sentence(table, "says"), _sentence(table, "lacks")
    script, collection = table.text("script").strip(), table.text("of")
    if bool(script) == bool(collection):
        raise table.mistake("of", _("a goal needs either `of` or `script`."))
    where = table.content("where") or {}
    try:
        asked = conditions(collection, where) if collection else ()
    except NotACondition as error:
        raise table.mistake("where", str(error)) from error
    exactly, least, most = (table.number(name) for name in ("exactly", "at_least", "at_most"))
    if exactly is not None:
        least = most = exactly
    now, later = table.flag("now", True), table.flag("after_reboot", True) and reboots
    phases = [phase for phase, wanted in ((Phase.NOW, now), (Phase.AFTER_REBOOT, later)) if wanted]
    goal = Goal(
        identifier=identifier,
        says=says,
        lacks=lacks,
        collection=collection,
        conditions=asked,
        at_least=least if least is not None else 0 if most is not None else 1,
        at_most=most,
        script=script,
        phases=frozenset(phases),
        spared=table.flag("spared", False),
    )
    table.end()
    if not goal.phases:
        raise table.mistake("now", _("this goal would never be checked."))
    if goal.at_most is not None and goal.at_most < goal.at_least:
        raise table.mistake(
            "at_most",
            _("no number is at least {least} and at most {most}.").format(
                least=goal.at_least, most=goal.at_most
            ),
        )
    return goal


def _fault(table: Table) -> StartFault:
    fault = table.choice("fault", Fault, Fault.LINK_DOWN)
    if not table.has("fault"):
        raise table.mistake("fault", _("it is missing."))
    each_boot = table.flag("each_boot", False)
    options = {name: table.text(name) for name in sorted(OPTIONS) if table.text(name)}
    table.end()
    return StartFault(fault, options, each_boot)


def _debrief(table: Table) -> Debrief:
    debrief = Debrief(
        _sentence(table, "happened"), _sentence(table, "other_ways"), _sentence(table, "would_have_lost")
    )
    table.end()
    return debrief


def _san(file: Path) -> str:
    try:
        return read_description(str(file))
    except LabError as error:
        raise _wrong(file, str(error)) from error


def _start(file: Path) -> str:
    return _script(file).text if file.exists() else ""


def _scripts(*folders: Path) -> tuple[Script, ...]:
    found = [_script(file) for folder in folders for file in folder.glob("*.sh")]
    return tuple(sorted(found, key=lambda script: (script.name != REFERENCE, script.name)))


def _script(file: Path) -> Script:
    text = file.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    if not first.startswith("# "):
        raise _wrong(file, _("its first line must be a comment that says what it does."))
    return Script(file.stem, first.removeprefix("# "), text)


def _check_whole(scenario: Scenario, table: Table) -> None:
    """Check what no single key can know."""
    names = [goal.identifier for goal in scenario.goals]
    if len(set(names)) != len(names) or not names:
        raise table.mistake("goal", _("at least one is required, each with an id of its own."))
    if not 1 <= scenario.minutes <= 120:
        raise table.mistake("minutes", _("expected a number from 1 to 120."))
    if not scenario.learns:
        raise table.mistake("learns", _("it is missing."))
    if scenario.kind is Kind.LESSON:
        if not scenario.steps:
            raise table.mistake("step", _("a lesson has steps."))
        return
    if scenario.steps:
        raise table.mistake("step", _("only a lesson has steps."))
    if len(scenario.hints) != HINTS:
        raise table.mistake("hints", _("expected three: where to look, what is wrong, the command."))
    if not scenario.debrief.happened:
        raise table.mistake("debrief", _("it is missing."))
    if REFERENCE not in [script.name for script in scenario.solutions] or len(scenario.solutions) < 2:
        raise _wrong(scenario.folder / "solutions", _("reference.sh and one other solution are required."))
    if not scenario.wrong_moves:
        raise _wrong(scenario.folder / "wrong", _("at least one wrong move is required."))


def _text(table: Table, name: str) -> str:
    text = table.text(name).strip()
    if not text:
        raise table.mistake(name, _("it is missing."))
    return text


def _sentence(table: Table, name: str) -> str:
    """A text for the person, in the person's language."""
    return _(_text(table, name))


def _wrong(place: Path, what: str) -> ConsoleError:
    return ConsoleError(Problem("practice.folder", f"{place}: {what}"))
