"""Guests for tests: one at a time, booted when a module first asks and thrown away after it."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol

import pytest

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
