"""Every folder of the program is whole, and a mistake in one is named with file and key."""

from pathlib import Path

import pytest

from tui.practice.examine import all_goals
from tui.practice.reading import FOLDER, identifiers, read_scenario, read_staged
from tui.practice.scenario import Kind, Phase, Scenario
from tui.practice.stage import drawn
from tui.storage.problem import ConsoleError

SAN = """
[[network]]
name = "a"
initiator = ["192.0.2.1/24"]
array = ["192.0.2.10/24"]

[[target]]
name = "iqn.2003-01.org.linux-iscsi.lab:t"
portals = ["192.0.2.10:3260"]
"""

WHOLE = """
title = "A title"
minutes = 5
learns = ["something"]
task = "Do it."
hints = ["where", "what", "how"]
sentinels = ["/srv/a file"]
reboots = true

[debrief]
happened = "this"
other_ways = "that"
would_have_lost = "all"

[[goal]]
id = "session"
says = "It is there."
lacks = "It is not there."
of = "sessions"
where = { state = "LOGGED_IN" }

[[goal]]
id = "quick"
says = "It was quick."
lacks = "It was slow."
script = "true"
now = false
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "50-example"
    for name in ("solutions/reference.sh", "solutions/other.sh", "wrong/one.sh"):
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# What {file.stem} does.\ntrue\n")
    (place / "san.toml").write_text(SAN)
    (place / "scenario.toml").write_text(WHOLE)
    return place


EVERYTHING = [
    pytest.param(name, variant, id=f"{name} {variant}".strip())
    for name in identifiers()
    for variant in read_scenario(FOLDER / name).variants or ("",)
]


@pytest.mark.parametrize(("identifier", "variant"), EVERYTHING)
def test_every_folder_of_the_program_is_whole(identifier: str, variant: str) -> None:
    scenario = read_scenario(FOLDER / identifier, variant)
    assert (scenario.identifier, scenario.variant) == (identifier, variant)
    assert scenario.task
    if scenario.kind is Kind.SCENARIO:
        assert any(not goal.spared for goal in scenario.goals_of(Phase.NOW))
        assert all(scenario.hints)


def test_titles_tell_them_apart() -> None:
    scenarios = [read_scenario(FOLDER / name) for name in identifiers()]
    assert len({scenario.title for scenario in scenarios}) == len(scenarios) > 0


def test_a_whole_folder_is_read(folder: Path) -> None:
    scenario = read_scenario(folder)
    assert [script.name for script in scenario.solutions] == ["reference", "other"]
    assert scenario.wrong_moves[0].about == "What one does."
    assert names(scenario, Phase.NOW) == ["session", "kept-1"]
    assert names(scenario, Phase.AFTER_REBOOT) == ["session", "quick", "kept-1"]


VARIANT = """
hints = ["how"]

[debrief]
happened = "{name}"
other_ways = "none"
would_have_lost = "much"

[[goal]]
id = "{name}"
says = "It is."
lacks = "It is not."
script = "true"
"""


@pytest.fixture
def varied(folder: Path) -> Path:
    common = WHOLE.replace('"where", "what", "how"', '"where", "what"')
    (folder / "scenario.toml").write_text(common)
    (folder / "start.sh").write_text("# What is common.\ncommon\n")
    for name in ("late", "early"):
        place = folder / "variants" / name
        (place / "solutions").mkdir(parents=True)
        (place / "scenario.toml").write_text(VARIANT.format(name=name))
        (place / "start.sh").write_text(f"# What {name} is.\n{name}\n")
        (place / "solutions/own.sh").write_text("# What only this one has.\ntrue\n")
    return folder


def test_a_variant_goes_on_from_what_is_common(varied: Path) -> None:
    late = read_scenario(varied, "late")
    assert (late.variant, late.variants) == ("late", ("early", "late"))
    assert late.hints == ("where", "what", "how")
    assert late.debrief.happened == "late"
    assert late.start.split("\n")[1::2] == ["common", "late"]
    assert names(late, Phase.NOW) == ["session", "late", "kept-1"]
    assert [script.name for script in late.solutions] == ["reference", "other", "own"]
    assert [script.name for script in late.wrong_moves] == ["one"]


def test_the_first_variant_stands_for_all_where_none_is_named(varied: Path) -> None:
    assert read_scenario(varied) == read_scenario(varied, "early")


def test_a_machine_knows_which_variant_it_is(varied: Path, tmp_path: Path) -> None:
    noted = tmp_path / "variant"
    assert read_staged(varied, noted).variant == "early"
    noted.write_text("late\n")
    assert read_staged(varied, noted).variant == "late"


def test_each_variant_is_drawn_some_time_and_no_other(varied: Path) -> None:
    scenario = read_scenario(varied)
    # All of a hundred are the same once in 2 ** 99 times.
    assert {drawn(scenario).variant for _time in range(100)} == {"early", "late"}


def test_what_has_no_variants_is_drawn_as_it_is(folder: Path) -> None:
    scenario = read_scenario(folder)
    assert (scenario.variants, scenario.variant) == ((), "")
    assert drawn(scenario) is scenario


def test_a_mistake_in_a_variant_is_named(varied: Path) -> None:
    file = varied / "variants/late/scenario.toml"
    file.write_text('title = "Another"\n' + VARIANT.format(name="late"))
    with pytest.raises(ConsoleError, match="title: unknown key") as caught:
        read_scenario(varied, "late")
    assert str(file) in caught.value.problem.summary
    with pytest.raises(ConsoleError, match="there is no never"):
        read_scenario(varied, "never")


def names(scenario: Scenario, phase: Phase) -> list[str]:
    return [goal.identifier for goal in all_goals(scenario, phase)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "A title"', "", "title: it is missing"),
        ("minutes = 5", "minutes = 500", "minutes: expected a number from 1 to 120"),
        ('"where", "what", "how"', '"where"', "hints: expected three"),
        ("[debrief]", "[debriefing]", "debriefing: unknown key"),
        ('of = "sessions"', 'of = "session"', "goal[1].where: session is not a known collection"),
        ('state = "LOGGED_IN"', 'stat = "LOGGED_IN"', "goal[1].where: stat: stat is not a field"),
        ('id = "quick"', 'id = "session"', "goal: at least one is required, each with an id of its own"),
        ('id = "quick"', 'id = "So quick"', "goal[2].id: expected lower-case letters"),
        ('script = "true"', "", "goal[2].of: a goal needs either"),
        ("reboots = true", "", "goal[2].now: this goal would never be checked"),
        ('lacks = "It was slow."', "", "goal[2].lacks: it is missing"),
        ("now = false", "now = false\nat_least = 2\nat_most = 1", "at_most: no number is at least 2"),
        ('title = "A title"', 'title = "A title"\nlevel = "brutal"', 'level: "brutal" is not one of'),
        ('title = "A title"', "title = ", "Invalid value"),
    ],
)
def test_a_mistake_is_named(folder: Path, old: str, new: str, words: str) -> None:
    (folder / "scenario.toml").write_text(WHOLE.replace(old, new))
    with pytest.raises(ConsoleError) as caught:
        read_scenario(folder)
    assert str(folder / "scenario.toml") in caught.value.problem.summary
    assert words in caught.value.problem.summary


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("solutions/reference.sh", "reference.sh and one other solution"),
        ("solutions/other.sh", "reference.sh and one other solution"),
        ("wrong/one.sh", "at least one wrong move"),
        ("san.toml", "san.toml"),
    ],
)
def test_a_missing_part_is_named(folder: Path, gone: str, words: str) -> None:
    (folder / gone).unlink()
    with pytest.raises(ConsoleError) as caught:
        read_scenario(folder)
    assert words in caught.value.problem.summary


def test_a_script_says_what_it_does(folder: Path) -> None:
    (folder / "wrong/one.sh").write_text("true\n")
    with pytest.raises(ConsoleError, match="a comment that says what it does"):
        read_scenario(folder)


def test_a_fault_is_read_with_its_options(folder: Path) -> None:
    fault = '\n[[fault]]\nfault = "link-down"\nnetwork = "a"\neach_boot = true\n'
    (folder / "scenario.toml").write_text(WHOLE + fault)
    (one,) = read_scenario(folder).faults
    assert (one.fault, one.options, one.each_boot) == ("link-down", {"network": "a"}, True)
    (folder / "scenario.toml").write_text(WHOLE + fault.replace("network", "colour"))
    with pytest.raises(ConsoleError, match=r"fault\[1\]\.colour: unknown key"):
        read_scenario(folder)
