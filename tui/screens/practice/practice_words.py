"""What the practice screens say about a scenario or a lesson."""

from collections.abc import Iterator

from tui.practice.coach import Coach, Stand
from tui.practice.progress import Standing
from tui.practice.scenario import Kind, Phase, Scenario
from tui.screens.paragraphs import Paragraph
from tui.words import enumerated, translate as _, translate_count, translate_in
from widgets.help import HelpSection
from widgets.state import Role, State

LABELS = 10
"""Cells of the label column."""


def kind_word(kind: Kind) -> str:
    """The word for what it is."""
    return {Kind.LESSON: _("lesson"), Kind.SCENARIO: _("scenario")}[kind]


def minutes_words(minutes: int) -> str:
    """How long it takes."""
    return translate_count("{count} minute", "{count} minutes", minutes).format(count=minutes)


def standing_words(standing: Standing, *, kept: bool) -> tuple[State, str]:
    """How far a person is with it, as a state and a word."""
    if kept:
        return State.HERE, _("paused")
    if standing.solved:
        return State.GOOD, _("solved")
    return (
        (State.WAITING, _("started"))
        if standing.started
        else (State.WAITING, translate_in("an exercise that was not begun", "new"))
    )


def spaced(text: str) -> Iterator[str]:
    """The paragraphs of a text whose paragraphs are parted by empty lines, with a blank line between."""
    for number, part in enumerate(text.split("\n\n")):
        if number:
            yield ""
        yield " ".join(part.split())


def about(scenario: Scenario, standing: Standing, *, kept: bool) -> tuple[Paragraph, ...]:
    """What the list says of what the cursor is on."""
    facts = (kind_word(scenario.kind), scenario.level.word, minutes_words(scenario.minutes))
    lines = [Paragraph(scenario.title, Role.STRONG, after=enumerated(facts)), Paragraph("")]
    lines += [Paragraph(topic, label=_("learn") if not n else " ") for n, topic in enumerate(scenario.learns)]
    lines += [
        Paragraph(exam, Role.MUTED, label=_("exams") if not n else " ")
        for n, exam in enumerate(scenario.exams)
    ]
    lines.append(Paragraph(_so_far(standing, kept=kept), label=_("you")))
    lines.append(Paragraph(""))
    lines += [Paragraph(text) for text in spaced(scenario.task)]
    return tuple(lines)


def _so_far(standing: Standing, *, kept: bool) -> str:
    if kept:
        return _("In progress; Enter continues where you were.")
    if standing.solved:
        times = translate_count("Solved {count} time.", "Solved {count} times.", standing.solved)
        return times.format(count=standing.solved)
    return _("Started, not solved yet.") if standing.started else _("Not started yet.")


def strip_words(coach: Coach) -> str:
    """What the console says of the task, in a few words."""
    if coach.stand is Stand.SOLVED:
        return _("solved")
    if coach.stand is Stand.HELD:
        return _("all goals are met; now the restart")
    step = coach.step
    if step is not None:
        return _("step {number} of {all}: {title}").format(
            number=coach.steps + 1, all=len(coach.scenario.steps), title=step.title
        )
    if not coach.verdicts:
        return _("not checked yet")
    holds = len(coach.verdicts) - len(coach.missing())
    return _("{holds} of {all} met").format(holds=holds, all=len(coach.verdicts))


def sheet(coach: Coach) -> tuple[Paragraph, ...]:
    """Everything on the task sheet."""
    scenario = coach.scenario
    parts = (_lesson if scenario.kind is Kind.LESSON else _task)(coach)
    if coach.stand is Stand.SOLVED:
        return (*_debrief(scenario), Paragraph(""), *parts)
    return tuple(parts)


def _task(coach: Coach) -> Iterator[Paragraph]:
    if coach.phase is Phase.AFTER_REBOOT:
        yield Paragraph(_("The machine was restarted. Are all goals still met?"), Role.ACCENT)
        yield Paragraph("")
    for text in spaced(coach.scenario.task):
        yield Paragraph(text)
    yield Paragraph("")
    yield Paragraph(_heading(coach), Role.STRONG)
    yield from _goals(coach)
    for number, hint in enumerate(coach.given_hints, start=1):
        yield Paragraph("")
        yield Paragraph(_("Hint {number}").format(number=number), Role.STRONG)
        yield Paragraph(hint)


def _heading(coach: Coach) -> str:
    if not coach.verdicts:
        return _("What is checked")
    if coach.stand is Stand.HELD:
        return _("All goals are met. Enter restarts the machine, to check them after a reboot too.")
    missing = len(coach.missing())
    if not missing:
        return _("All goals are met.")
    return translate_count("{count} is not met yet.", "{count} are not met yet.", missing).format(
        count=missing
    )


def _goals(coach: Coach) -> Iterator[Paragraph]:
    if not coach.verdicts:
        yield from (Paragraph(says, state=State.WAITING) for _name, says in coach.goals())
        return
    # What does not hold comes first: on a small screen it is what has to be seen.
    for verdict in sorted(coach.verdicts, key=lambda verdict: verdict.holds):
        yield Paragraph(
            verdict.words,
            Role.MUTED if verdict.holds else Role.TEXT,
            state=State.GOOD if verdict.holds else State.BAD,
            after=verdict.note,
        )


def _lesson(coach: Coach) -> Iterator[Paragraph]:
    steps = coach.scenario.steps
    step = coach.step
    if not coach.steps:
        yield from (Paragraph(text) for text in spaced(coach.scenario.task))
        yield Paragraph("")
    if step is not None:
        number = _("Step {number} of {all}").format(number=coach.steps + 1, all=len(steps))
        yield Paragraph(step.title, Role.STRONG, after=number)
        yield Paragraph("")
        yield from (Paragraph(text) for text in spaced(step.say))
        yield Paragraph("")
        for label, text in ((_("Do"), step.do), (_("See"), step.see)):
            for place, part in enumerate(spaced(text)):
                yield Paragraph(
                    part, Role.ACCENT if label == _("Do") else Role.TEXT, label=" " if place else label
                )
        yield from (
            Paragraph(command, Role.MUTED, label=" " if place else _("By hand"))
            for place, command in enumerate(step.commands)
        )
        yield Paragraph(_("F7 opens the shell, where the Up arrow types this."), Role.MUTED, label=" ")
        for verdict in coach.missing():
            yield Paragraph("")
            yield Paragraph(verdict.words, state=State.WAITING, after=verdict.note)
        yield Paragraph("")
    for place, step in enumerate(steps[: coach.steps], start=1):
        yield Paragraph(
            _("{number} {title}").format(number=place, title=step.title), Role.MUTED, state=State.GOOD
        )


def _debrief(scenario: Scenario) -> Iterator[Paragraph]:
    yield Paragraph(_("Solved."), Role.GOOD, state=State.GOOD)
    for title, text in (
        (_("What was wrong"), scenario.debrief.happened),
        (_("Other solutions"), scenario.debrief.other_ways),
        (_("What would have lost data"), scenario.debrief.would_have_lost),
    ):
        if text:
            yield Paragraph("")
            yield Paragraph(title, Role.STRONG)
            yield from (Paragraph(part) for part in spaced(text))


def list_help() -> tuple[HelpSection, ...]:
    """What F1 says on the list."""
    return (
        HelpSection(
            _("What this is"),
            _(
                "Each lesson and each scenario runs on its own machine: a real Linux kernel with a real "
                "storage array, as an ordinary process. It does not need root, and it cannot damage "
                "anything outside. Lessons go step by step; scenarios give a task, and every correct "
                "solution counts, through the console or by hand in the shell."
            ),
        ),
        HelpSection(
            _("Leaving and continuing"),
            _(
                "Some scenarios can be interrupted: the machine is shut down and its disk kept, and Enter "
                "continues from there. The others start over."
            ),
        ),
    )


def sheet_help() -> tuple[HelpSection, ...]:
    """What F1 says on the task sheet."""
    return (
        HelpSection(
            _("The task sheet"),
            _(
                "Check reads the state of the machine and lists the goals that are not met yet; how you "
                "got there does not matter. Hints come one by one: where to look, what is wrong, the "
                "command. Reset discards the machine and starts over. The shell is a root shell on the "
                'machine; what is typed there appears in the console below "what happened".'
            ),
        ),
    )
