"""The lock on changes: who holds it, and what a kill leaves of it."""

import multiprocessing
import os
from pathlib import Path

import pytest

from tests.waiting import AT_MOST
from tui.storage.changing.change_lock import change_lock
from tui.storage.problem import Refused


def hold(
    path: Path, ready: "multiprocessing.synchronize.Event", leave: "multiprocessing.synchronize.Event"
) -> None:
    with change_lock(path):
        ready.set()
        leave.wait(AT_MOST)


def test_a_second_console_may_look_but_not_touch(tmp_path: Path) -> None:
    path, context = tmp_path / "lock", multiprocessing.get_context("spawn")
    ready, leave = context.Event(), context.Event()
    holder = context.Process(target=hold, args=(path, ready, leave))
    holder.start()
    try:
        assert ready.wait(AT_MOST)
        with pytest.raises(Refused) as caught, change_lock(path):
            pass
        assert caught.value.problem.code == "lock.held"
        assert str(holder.pid) in caught.value.problem.summary
    finally:
        leave.set()
        holder.join(AT_MOST)
    with change_lock(path):
        assert path.read_text() == str(os.getpid())


def test_a_killed_console_leaves_no_lock_behind(tmp_path: Path) -> None:
    path, context = tmp_path / "lock", multiprocessing.get_context("spawn")
    ready, leave = context.Event(), context.Event()
    holder = context.Process(target=hold, args=(path, ready, leave))
    holder.start()
    assert ready.wait(AT_MOST)
    holder.kill()
    holder.join(AT_MOST)
    with change_lock(path):
        pass


def test_a_lock_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("")
    (tmp_path / "lock").symlink_to(tmp_path / "target")
    for path in (tmp_path / "missing" / "lock", tmp_path / "lock"):
        with pytest.raises(Refused) as caught, change_lock(path):
            pass
        assert caught.value.problem.code == "lock.not-writable"
