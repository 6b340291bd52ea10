"""Tests that share a guest fail alone: a plugin of pytest's for the tests of the lab.

After a test that fails, everything of its module that it used is ended: guests, the programs on their
consoles, what was made in them. The next test that asks gets all of it anew. While tests pass nothing is made
twice. With `--fresh-guests` that is done after every test, which shows that none needs what another has left.

Of a test that fails `tests.lab.evidence` is kept.
"""

from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.lab import evidence
from tests.lab.evidence import Witness

_failed = pytest.StashKey[bool]()
_witness = pytest.StashKey[Witness]()


@pytest.fixture(scope="session", autouse=True)
def witness(request: pytest.FixtureRequest) -> Generator[Witness]:
    """Follows guests and terminals."""
    found = request.config.stash[_witness]
    with found.watching():
        yield found


def pytest_configure(config: pytest.Config) -> None:
    """Have one witness in this process."""
    config.stash[_witness] = Witness()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note who uses what; what is left of an earlier failure of it is over."""
    item.stash[_failed] = False
    item.config.stash[_witness].begin(item.nodeid)
    evidence.forget(item.nodeid, evidence.FOLDER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what there is to see of a failure before anything is put away."""
    report = yield
    if report.failed:
        item.stash[_failed] = True
        if found := item.config.stash[_witness].found():
            kept = evidence.keep(item.nodeid, call.when, report.longreprtext, found, evidence.FOLDER)
            report.sections.append(("Lab", kept))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """End what a failed test shared with others."""
    well = False
    try:
        yield
        well = True
    finally:
        if not well or item.stash.get(_failed, True) or item.config.getoption("--fresh-guests"):
            end_shared(item)


def end_shared(item: pytest.Item) -> None:
    """End every fixture of the module that a test used; what is made of another is ended before that."""
    request: Any = item._request  # type: ignore[attr-defined]  # pytest names no other way to it
    definitions = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]  # pytest has no other way
    with ExitStack() as ending:
        for definition in (one for found in definitions.values() for one in found):
            if definition.scope == "module":
                ending.callback(definition.finish, request)
