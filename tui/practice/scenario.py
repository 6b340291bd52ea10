"""What a scenario and a lesson are: the directory of one, read and checked (`tui.practice.reading`)."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from tui.lab.faults import Fault
from tui.practice.condition import Condition
from tui.words import translate as _


class Kind(StrEnum):
    """What one can choose on the list."""

    LESSON = "lesson"
    """Steps in an order, each explained."""
    SCENARIO = "scenario"
    """A task whose way is left to the learner."""


class Level(StrEnum):
    """How hard it is."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"

    @property
    def word(self) -> str:
        """The level in a word."""
        return {Level.EASY: _("easy"), Level.MEDIUM: _("medium"), Level.HARD: _("hard")}[self]


class Phase(StrEnum):
    """When goals are checked."""

    NOW = "now"
    AFTER_REBOOT = "after-reboot"


class Goal(Struct, frozen=True):
    """Something that has to be true.

    Either a number of things in an inventory that meet conditions, or, for what no inventory knows, a script
    of sh(1) that succeeds.

    Attributes:
        identifier: its stable name.
        says: what is true when it holds, in a sentence.
        lacks: what is the case while it does not hold, in a sentence.
        collection: what of the inventory is counted; empty for a script.
        conditions: what those that count have to meet.
        at_least: how many of them there have to be.
        at_most: how many there may be; None for any number.
        script: what has to succeed, within `examine.SCRIPT_SECONDS`.
        phases: when it is checked.
        spared: it is nothing to reach, but something that must not be harmed on the way.
    """

    identifier: str
    says: str
    lacks: str
    collection: str = ""
    conditions: tuple[Condition, ...] = ()
    at_least: int = 1
    at_most: int | None = None
    script: str = ""
    phases: frozenset[Phase] = frozenset({Phase.NOW})
    spared: bool = False


class LessonStep(Struct, frozen=True):
    """A step of a lesson: what is explained, what is to be done, where it is seen, and what is true then.

    Attributes:
        title: in a few words.
        say: what there is to know.
        do: what to do in the console.
        see: where to look.
        commands: the same by hand, one a line; the tests run them.
        goal: holds once it is done.
    """

    title: str
    say: str
    do: str
    see: str
    commands: tuple[str, ...]
    goal: Goal


class StartFault(Struct, frozen=True):
    """What goes wrong with the array before the learner comes; `each_boot` also after a restart."""

    fault: Fault
    options: Mapping[str, str]
    each_boot: bool


class Debrief(Struct, frozen=True):
    """What is shown once it is solved.

    Attributes:
        happened: what was the matter.
        other_ways: what else would have been right.
        would_have_lost: what would have lost data.
    """

    happened: str
    other_ways: str
    would_have_lost: str


class Script(Struct, frozen=True):
    """A script of sh(1) in a scenario's directory; `about` is its first comment line."""

    name: str
    about: str
    text: str


class Scenario(Struct, frozen=True):
    """One scenario or lesson.

    Attributes:
        folder: where it is; its name is the stable identifier.
        kind: scenario or lesson.
        title: what it is called.
        level: how hard it is.
        minutes: how long it takes somebody who does it the first time.
        learns: what is learnt, a few words each.
        exams: what objectives of exams it trains.
        task: what is asked for, in the voice of a colleague; paragraphs parted by empty lines.
        san: the description of the array (`tui.lab.san`).
        start: the script that makes the starting state; empty for none.
        faults: what goes wrong with the array after it.
        goals: what has to be reached, and what must be spared.
        sentinels: files whose content must stay; checked as goals are.
        reboots: it is solved only when everything holds after a restart too.
        resumes: the machine can be switched off in the middle and be gone on with later.
        hints: where to look, what is wrong, the command.
        steps: of a lesson.
        debrief: shown at the end.
        solutions: ways that solve it, the reference first.
        wrong_moves: ways that must not solve it.
        variants: the names of the causes one of which is drawn at each start; empty where there is one only.
        variant: the one of them that this is; empty where there are none.
    """

    folder: Path
    kind: Kind
    title: str
    level: Level
    minutes: int
    learns: tuple[str, ...]
    exams: tuple[str, ...]
    task: str
    san: str
    start: str
    faults: tuple[StartFault, ...]
    goals: tuple[Goal, ...]
    sentinels: tuple[str, ...]
    reboots: bool
    resumes: bool
    hints: tuple[str, ...]
    steps: tuple[LessonStep, ...]
    debrief: Debrief
    solutions: tuple[Script, ...]
    wrong_moves: tuple[Script, ...]
    variants: tuple[str, ...] = ()
    variant: str = ""

    @property
    def identifier(self) -> str:
        """Its stable name: that of its directory."""
        return self.folder.name

    def goals_of(self, phase: Phase) -> tuple[Goal, ...]:
        """The goals that are checked in a phase, in their order."""
        return tuple(goal for goal in self.goals if phase in goal.phases)
