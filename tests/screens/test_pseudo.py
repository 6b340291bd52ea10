"""Screens in a language that nobody speaks, longer and wider than English: nothing bypasses the catalogue."""

import re
from collections.abc import Iterator

import pytest

from tests import pseudo
from tests.screens.driving import SMALL, lines_of, press, settle, text_of
from tests.wander.programs import MACHINES, SCENES, over, set_up
from tui.setup.step import Step
from widgets.key_bar import KeyBar, key_name
from widgets.text import cells, flat

_ENGLISH = re.compile(r"(?<![\w/.:-])[a-z]{3,}(?: [a-z]{2,})+(?![\w/])")
"""Two English words, one after the other, that are not part of a name."""

_OF_HOSTS = re.compile(r"lvm [a-z]+|iscsi data|my data|dmsetup [a-z]+|systemctl [a-z]+")
"""Commands, and names of a captured host."""


@pytest.fixture(autouse=True)
def _spoken() -> Iterator[None]:
    with pseudo.spoken():
        yield


def english(text: str) -> list[str]:
    """What is said in English on a screen."""
    return [found for found in _ENGLISH.findall(text) if not _OF_HOSTS.fullmatch(found)]


@pytest.mark.parametrize("keys", ["", "a", "d", "e", "f1", "g", "h", "p", "r", "t", "q"])
async def test_the_console_says_nothing_past_the_catalogue(keys: str) -> None:
    app = over(MACHINES / "failed-session.json")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, *keys.split())
        assert english(text_of(pilot)) == []
        assert {cells(line) for line in lines_of(pilot)} == {SMALL[0]}


@pytest.mark.parametrize("step", sorted(SCENES))
async def test_the_set_up_says_nothing_past_the_catalogue(step: Step) -> None:
    async with set_up(step).run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        assert english(text_of(pilot)) == []
        assert {cells(line) for line in lines_of(pilot)} == {SMALL[0]}


@pytest.mark.parametrize("step", sorted(SCENES))
async def test_what_matters_most_is_not_cut(step: Step) -> None:
    async with set_up(step).run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        last = lines_of(pilot)[-1]
        bar = pilot.app.screen.query_one(KeyBar)
        kept = {hint.key: hint for hint in bar.shown() if hint.key in {"enter", "f1", "escape", "q"}}
        assert "enter" in kept
        for hint in kept.values():
            assert f"{key_name(hint.key)} {flat(hint.words)}" in last


def test_it_is_longer_and_wider_and_keeps_what_is_filled_in() -> None:
    said = pseudo.pseudo("{name} is not mounted, see `mount -a`")
    assert said.startswith("{name} ïš ñöt möüñtëd, šëë `mount -a`")
    assert cells(said) > 1.2 * cells("{name} is not mounted, see `mount -a`")
