"""What twelve screens look like in Simplified Chinese, each of whose characters takes two cells."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.screens import scenes
from tests.screens.driving import ROOT, SMALL, OneScreen, press, settle, setup_app
from tests.screens.test_disconnect import busy, opened
from tests.screens.test_grow import enlarged, grow_app
from tests.screens.test_looks import targets
from tests.screens.test_practice import catalogue as exercises, coach_of, sheet_app
from tests.screens.troubled import recovery_app, session_lost
from tests.snapshot import SnapCompare
from tests.wander.programs import MACHINES, over
from tui import catalogue, words
from tui.practice.reading import FOLDER, read_scenario
from tui.recovery.diagnosis import diagnose
from widgets import widget_words


@pytest.fixture(autouse=True)
def _spoken() -> Iterator[None]:
    words.use(catalogue.read_catalogue("zh_CN"))
    widget_words.use(words.translate, words.translate_count)
    yield
    words.use(None)


def erased(_patch: pytest.MonkeyPatch, _folder: Path) -> App[Any]:
    return setup_app(scenes.driver(scenes.erasing()))


def console(_patch: pytest.MonkeyPatch, _folder: Path) -> App[Any]:
    return over(MACHINES / "failed-session.json")


def recovery(patch: pytest.MonkeyPatch, _folder: Path) -> App[Any]:
    return recovery_app(patch, diagnose(session_lost().evidence))[0]


def growth(patch: pytest.MonkeyPatch, _folder: Path) -> App[Any]:
    return grow_app(patch, enlarged())


def listed(_patch: pytest.MonkeyPatch, folder: Path) -> App[Any]:
    return OneScreen(exercises(folder)[0])


def task(_patch: pytest.MonkeyPatch, _folder: Path) -> App[Any]:
    return sheet_app(coach_of(read_scenario(FOLDER / "05-nobody-answers"), None, "session", "answers"))[0]


Scene = tuple[Callable[[pytest.MonkeyPatch, Path], App[Any]], tuple[str, ...]]
SCENES: dict[str, Scene] = {
    "name": (lambda _patch, _folder: setup_app(scenes.driver(scenes.unnamed())), ()),
    "target": (lambda _patch, _folder: setup_app(targets()), ()),
    "mount": (lambda _patch, _folder: setup_app(scenes.driver(scenes.mounted_plan())), ()),
    "review": (lambda _patch, _folder: setup_app(scenes.driver(scenes.reviewed())), ()),
    "confirm": (erased, ("enter",)),
    "console": (console, ()),
    "help": (console, ("f1",)),
    "recovery": (recovery, ()),
    "disconnect": (lambda _patch, _folder: opened(busy(), allowed=ROOT), ("right", "right")),
    "grow": (growth, ()),
    "practice": (listed, ("down", "down")),
    "task": (task, ()),
}


@pytest.mark.parametrize("scene", SCENES)
def test_a_picture(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scene: str
) -> None:
    make, keys = SCENES[scene]

    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, *keys)

    assert snap_compare(make(monkeypatch, tmp_path), terminal_size=SMALL, run_before=bring_there)
