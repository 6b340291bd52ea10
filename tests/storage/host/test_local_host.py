"""This machine as a host: what its calls do by shorter ways than the library's."""

import os
from pathlib import Path

import pytest

from tests.waiting import until
from tui.storage.host.interface import Command
from tui.storage.host.local import LocalHost

HOST = LocalHost(looking_only=True)


def links_of_sysfs() -> list[str]:
    classes = [place for place in sorted(Path("/sys/class").iterdir()) if place.is_dir()]
    return [str(link) for place in classes for link in sorted(place.iterdir())[:3]]


def test_a_path_of_sysfs_leads_where_the_library_says() -> None:
    found = links_of_sysfs()
    assert found
    assert {path: HOST.resolve(path) for path in found} == {path: os.path.realpath(path) for path in found}


@pytest.mark.parametrize("path", ["/sys/no-such", "/sys/class/no-such/device", "/sys/../etc", "/etc/../sys"])
def test_a_path_that_leads_nowhere_or_out_of_sysfs_is_told_as_by_the_library(path: str) -> None:
    assert HOST.resolve(path) == os.path.realpath(path)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    long = "0123456789\n" * 20_000
    for name, text in (("empty", ""), ("short", "one\n"), ("long", long)):
        (tmp_path / name).write_text(text)
        assert HOST.read(str(tmp_path / name)) == text
    assert HOST.read("/proc/self/status").startswith("Name:")
    assert HOST.read("/sys/kernel/uevent_seqnum").strip().isdigit()


def test_a_pipe_among_the_files_hangs_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert HOST.read(str(tmp_path / "pipe")) == ""


def test_a_command_that_holds_a_lock_is_left_to_its_end(tmp_path: Path) -> None:
    lock, ended = tmp_path / "lock", tmp_path / "ended"
    script = (
        f"touch {lock}; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; rm {lock}; echo x; touch {ended}"
    )
    command = Command(("sh", "-c", script), deadline=0.2, holds_lock=True)
    assert HOST.run(command).status is None
    (tmp_path / "go").touch()
    until(ended.exists, "the end of the command")
    assert not lock.exists()
