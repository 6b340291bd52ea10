"""Guests for tests: one at a time, booted when a module first asks, thrown away after it or a failure."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol

import pytest

from tests.lab.recovery_by_keys import Console, recovery_console
from tests.lab.sharing import (  # noqa: F401 - pytest looks for them here
    pytest_configure,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    pytest_runtest_teardown,
    witness,
)
from tests.progress import Durations, measured, of_one
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description


class GuestFactory(Protocol):
    """Boots a guest that lives until the module's tests are done, or until the next one is asked for."""

    def __call__(self, san: str | None = "open", *, release: Release = Release.BOOKWORM) -> Guest: ...


@pytest.fixture(scope="module")
def guest_factory() -> Iterator[GuestFactory]:
    with ExitStack() as running:

        def boot(san: str | None = "open", *, release: Release = Release.BOOKWORM) -> Guest:
            running.close()
            description = None if san is None else read_description(san)
            return running.enter_context(Guest.boot(release, san=description))

        yield boot


@pytest.fixture(scope="module")
def console(guest: Guest) -> Iterator[Console]:
    """The program on the console of the module's guest."""
    with recovery_console(guest) as opened:
        yield opened


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep tests that share a guest (their module's fixture `guest`) in one of the parallel processes."""
    for item in items:
        if not isinstance(item, pytest.Function) or "guest" not in item.fixturenames:
            continue
        if item.get_closest_marker("lab") and not item.get_closest_marker("xdist_group"):
            release = item.callspec.params.get("guest", "") if hasattr(item, "callspec") else ""
            item.add_marker(pytest.mark.xdist_group(f"{item.module.__name__}-{release}"))
    if hasattr(config, "workerinput"):
        longest_first(items, measured())


def longest_first(items: list[pytest.Item], durations: Durations) -> None:
    """Sort tests so that those that take long together begin first, and no process has to wait for the last.

    It is the same in every parallel process, as it has to be.
    """
    seconds: dict[str, float] = {}
    for item in items:
        one = of_one(durations, "lab", item.nodeid.partition("::")[0])
        seconds[_group(item)] = seconds.get(_group(item), 0.0) + one
    groups = list(seconds)
    items.sort(key=lambda item: (-seconds[_group(item)], groups.index(_group(item))))


def _group(item: pytest.Item) -> str:
    """What is run in one process."""
    marker = item.get_closest_marker("xdist_group")
    return str(marker.args[0]) if marker else item.nodeid
