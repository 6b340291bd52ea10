"""The parts of the lab that need no guest: keys, command lines, messages, kept machines, options."""

import argparse
import socket
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.waiting import AT_MOST
from tui.lab import command, contents, faults, image, kernel as kernels
from tui.lab.channel import Channel, GuestGone
from tui.lab.errors import LabError
from tui.lab.image import Image, Release
from tui.lab.kept import claim, forget, kept_machines
from tui.lab.kernel import Kernel, find
from tui.lab.places import Places, locked, memory_folder, packages_folder, project_folder
from tui.lab.san import SanError
from tui.lab.wire import (
    WINDOW,
    Ended,
    Input,
    Message,
    Output,
    Ready,
    Refused,
    Resize,
    Run,
    Signal,
    Taken,
    decode,
    encode,
)


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    modules = tmp_path / "usr/lib/uml/modules/6.1.0"
    (modules / "kernel").mkdir(parents=True)
    (modules / "modules.dep").write_text("kernel/a.ko:\n")
    program = tmp_path / "usr/bin/linux.uml"
    program.parent.mkdir()
    program.write_text("a program")
    found = find(tmp_path)
    assert found is not None
    return found


def test_a_kernel_is_its_program_and_its_newest_modules(kernel: Kernel, tmp_path: Path) -> None:
    assert kernel.version == "6.1.0"
    assert find(tmp_path / "usr") is None


def test_the_next_best_kernel_serves_while_there_is_no_better_one(
    kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best, next_best = kernels.RELEASES
    there: set[str] = {next_best}
    asked: list[str] = []

    def fetch(_root: Path, release: str, _listener: object) -> Kernel:
        asked.append(release)
        if release not in there:
            raise LabError("no such package")
        return kernel

    monkeypatch.setattr(kernels, "_fetch", fetch)
    assert kernels.obtain(tmp_path, lambda _words: None) is kernel
    assert asked == [best, next_best]
    there.clear()
    with pytest.raises(LabError):
        kernels.obtain(tmp_path, lambda _words: None)
    there.add(best)
    asked.clear()
    kernels.obtain(tmp_path, lambda _words: None)
    assert asked == [best]


def test_the_key_changes_with_what_an_image_is_made_of(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = image.key(Release.BOOKWORM, kernel)
    assert first.startswith("bookworm-")
    assert image.key(Release.BOOKWORM, kernel) == first
    seen = {first, image.key(Release.TRIXIE, kernel)}
    (kernel.modules / "modules.dep").write_text("kernel/b.ko:\n")
    seen.add(image.key(Release.BOOKWORM, kernel))
    for name in ("PACKAGES", "MASKED", "DISABLED"):
        monkeypatch.setattr(contents, name, (*getattr(contents, name), "one-more"))
        seen.add(image.key(Release.BOOKWORM, kernel))
    monkeypatch.setattr(image, "FORMAT", image.FORMAT + 1)
    seen.add(image.key(Release.BOOKWORM, kernel))
    assert len(seen) == 7


def test_what_is_laid_over_an_image_belongs_to_root(kernel: Kernel, tmp_path: Path) -> None:
    archive = tmp_path / "additions.tar"
    contents.pack(kernel, archive)
    with tarfile.open(archive) as tar:
        members = {member.name: member for member in tar.getmembers()}
    assert {(member.uid, member.gid) for member in members.values()} == {(0, 0)}
    assert members["usr/local/bin/iscsi-console"].mode == 0o755
    assert members["etc/fstab"].mode == 0o644
    assert members["etc/systemd/system/getty.target"].linkname == "/dev/null"
    assert "usr/lib/modules/6.1.0/modules.dep" in members


def test_the_build_names_no_mirror_and_makes_the_filesystem_in_a_hook() -> None:
    words = image.command(Release.TRIXIE, Path("/tmp/additions.tar"), 9)
    assert words[0] == "mmdebstrap"
    assert words[-1] == "trixie"
    assert not [word for word in words if "://" in word and "--aptopt" not in word]
    assert any("mkfs.ext4" in word and "/proc/self/fd/9" in word for word in words)


MESSAGES = st.one_of(
    st.builds(
        Run,
        st.integers(),
        st.lists(st.text()).map(tuple),
        st.dictionaries(st.text(), st.text()),
        st.text(),
        st.text(),
        st.integers(),
        st.integers(),
    ),
    st.builds(Input, st.integers(), st.binary()),
    st.builds(Resize, st.text(), st.integers(), st.integers()),
    st.builds(Signal, st.integers(), st.integers()),
    st.builds(Output, st.integers(), st.integers(), st.binary()),
    st.builds(Ended, st.integers(), st.integers()),
    st.builds(Refused, st.integers(), st.text()),
    st.builds(Ready, st.text()),
    st.builds(Taken, st.integers()),
)


@given(MESSAGES)
def test_a_message_comes_back_as_it_was_sent(message: Message) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == message


@pytest.mark.parametrize("line", [b"{}", b"[]", b'{"kind": "Nothing"}', b'{"kind": "Ended"}'])
def test_anything_else_is_no_message(line: bytes) -> None:
    with pytest.raises(ValueError, match="lab message"):
        decode(line)


def test_no_more_is_sent_than_the_guest_has_room_for() -> None:
    near, far = socket.socketpair()
    with far:
        channel = Channel(near)
        running = channel.run(("cat",), {}, "/")
        far.settimeout(AT_MOST)
        with far.makefile("rb") as lines:
            first = lines.readline()
            far.sendall(encode(Taken(len(first))))
            assert decode(first) == Run(1, ("cat",), {}, "/")
        running.give(b"x" * 100)
        far.sendall(encode(Output(1, 1, b"said")) + encode(Ended(1, 0)))
        assert running.complete(10).stdout == b"said"
        assert WINDOW < 4096
        channel.close()


def test_commands_learn_that_their_guest_is_gone() -> None:
    near, far = socket.socketpair()
    channel = Channel(near)
    running = channel.run(("true",), {}, "/")
    far.close()
    with pytest.raises(GuestGone):
        running.wait()
    with pytest.raises(GuestGone):
        channel.wait_ready(1)
    with pytest.raises(GuestGone):
        channel.run(("true",), {}, "/").wait()
    channel.close()


def test_a_kept_machine_belongs_to_one_at_a_time(tmp_path: Path) -> None:
    places = Places(tmp_path)
    with claim(places, "db7") as kept:
        kept.remember(Image(places.images / "trixie-0123"), "a description")
        with pytest.raises(LabError, match="already running"), claim(places, "db7"):
            pytest.fail("claimed twice")
    (known,) = kept_machines(places)
    assert (known.name, known.release, known.san) == ("db7", Release.TRIXIE, "a description")
    with pytest.raises(LabError, match="lab forget db7"):
        known.find_image(places)
    forget(places, "db7")
    assert kept_machines(places) == ()
    with pytest.raises(LabError, match="no kept machine"):
        forget(places, "db7")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\x1b[2J", "x" * 65])
def test_other_names_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="is not a valid machine name"), claim(Places(tmp_path), name):
        pytest.fail("claimed")


def test_a_lock_can_be_shared(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        locked(path, shared=True),
        locked(path, shared=True, wait=False),
        pytest.raises(BlockingIOError),
        locked(path, wait=False),
    ):
        pytest.fail("locked")
    with locked(path, wait=False):
        assert path.exists()


def test_the_lab_lives_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISCSI_CONSOLE_LAB", str(tmp_path / "here"))
    assert Places.of_environment().root == tmp_path / "here"
    monkeypatch.delenv("ISCSI_CONSOLE_LAB")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert Places.of_environment().root == tmp_path / "cache/iscsi-console/lab"
    monkeypatch.setenv("ISCSI_CONSOLE_LAB", "/a,b")
    with pytest.raises(LabError, match="comma"):
        Places.of_environment()


def test_the_guest_borrows_this_project_and_its_packages() -> None:
    assert (project_folder() / "tui/lab/agent.py").is_file()
    assert (packages_folder() / "textual/__init__.py").is_file()
    assert memory_folder().is_dir()


def test_words_after_two_dashes_are_the_command() -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser.add_subparsers())
    words = ["lab", "exec", "--release", "trixie", "--keep", "db7", "--", "ls", "-l", "--", "x"]
    arguments = parser.parse_args(words)
    assert (arguments.release, arguments.keep) == (Release.TRIXIE, "db7")
    assert arguments.command[:2] == ["ls", "-l"]
    assert parser.parse_args(["lab", "run"]).command == ["iscsi-console", "setup"]


def test_options_of_a_fault_are_checked() -> None:
    assert faults.read_options(["lun=1", "secret=a=b"]) == {"lun": "1", "secret": "a=b"}
    for words in (["lun"], ["colour=red"]):
        with pytest.raises(SanError, match="not an option"):
            faults.read_options(words)
    assert set(faults.ACTIONS) == set(faults.Fault)
