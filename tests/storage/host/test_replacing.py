"""A file of the system is replaced whole, with everything about it kept, or not at all."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile import raw_controls
from tui.storage.host import exchanging, replacing
from tui.storage.host.interface import Replacement
from tui.storage.problem import Refused

OLD = b"UUID=one / ext4 defaults 0 1\n"
NEW = OLD + b"UUID=two /srv ext4 _netdev 0 2\n"


@pytest.fixture
def fstab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(replacing, "BACKUPS", str(tmp_path / "backups"))
    folder = tmp_path / "etc"
    folder.mkdir()
    path = folder / "fstab"
    path.write_bytes(OLD)
    return path


def refusal(path: Path, change: Replacement | None = None) -> Refused:
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(Refused) as refused:
        replacing.replace_file(str(path), NEW, change or Replacement(expected=OLD))
    if path.is_file():
        assert path.read_bytes() == before
    assert list(path.parent.glob(".iscsi-console-*")) == []
    return refused.value


def test_mode_owner_and_backup(fstab: Path, tmp_path: Path) -> None:
    fstab.chmod(0o640)
    kept = replacing.replace_file(str(fstab), NEW, Replacement(backup=OLD, expected=OLD))
    assert (fstab.read_bytes(), stat.S_IMODE(fstab.stat().st_mode)) == (NEW, 0o640)
    assert (Path(kept).read_bytes(), stat.S_IMODE(Path(kept).stat().st_mode)) == (OLD, 0o600)
    assert Path(kept).parent == tmp_path / "backups"


def test_extended_attributes_stay(fstab: Path) -> None:
    try:
        os.setxattr(fstab, "user.owner", b"etckeeper")
    except OSError:
        pytest.skip("this file system has no attributes of users")
    replacing.replace_file(str(fstab), NEW, Replacement(expected=OLD))
    assert os.getxattr(fstab, "user.owner") == b"etckeeper"


def test_an_attribute_that_cannot_be_kept_is_named(fstab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listxattr", lambda _handle: ["trusted.note", "security.ima", "security.selinux"])
    monkeypatch.setattr(os, "getxattr", lambda _handle, _name: b"x")

    def not_permitted(*_given: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "setxattr", not_permitted)
    monkeypatch.setattr(os, "removexattr", not_permitted)
    problem = refusal(fstab).problem
    assert problem.code == "file.attribute"
    assert "trusted.note" in problem.summary


def test_a_symbolic_link_is_followed(fstab: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("etc/fstab")
    replacing.replace_file(str(link), NEW, Replacement(expected=OLD))
    assert link.is_symlink()
    assert fstab.read_bytes() == NEW


def test_hard_links_are_respected(fstab: Path, tmp_path: Path) -> None:
    (tmp_path / "other").hardlink_to(fstab)
    problem = refusal(fstab).problem
    assert problem.code == "file.hard-links"
    assert "2 hard links" in problem.summary


def test_what_is_no_file_is_left_alone(fstab: Path) -> None:
    fstab.unlink()
    os.mkfifo(fstab)
    assert refusal(fstab).problem.code == "file.not-regular"


@pytest.mark.parametrize("change", ["before", "meanwhile"])
def test_another_editors_line_is_never_lost(
    fstab: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    theirs = OLD + b"UUID=theirs /home\x1b[2J ext4 password=geheim12 0 2\n"

    def edit() -> None:
        fstab.write_bytes(theirs)

    if change == "before":
        edit()
    else:
        after_staging(monkeypatch, edit)
    with pytest.raises(Refused) as refused:
        replacing.replace_file(str(fstab), NEW, Replacement(expected=OLD))
    assert fstab.read_bytes() == theirs
    problem = refused.value.problem
    assert problem.code == "file.changed"
    assert any(line.startswith("+UUID=theirs") for line in problem.evidence)
    assert "geheim12" not in repr(problem)
    assert raw_controls("\n".join(problem.evidence)) == []


def after_staging(monkeypatch: pytest.MonkeyPatch, edit: Callable[[], None]) -> None:
    whole = os.fsync

    def fsync(handle: int) -> None:
        whole(handle)
        monkeypatch.setattr(os, "fsync", whole)
        edit()

    monkeypatch.setattr(os, "fsync", fsync)


def test_a_file_that_appears_meanwhile_stays(fstab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fstab.unlink()

    def edit() -> None:
        fstab.write_text("theirs\n")

    after_staging(monkeypatch, edit)
    with pytest.raises(Refused):
        replacing.replace_file(str(fstab), NEW, Replacement(expected=b""))
    assert fstab.read_text() == "theirs\n"
    assert list(fstab.parent.iterdir()) == [fstab]


def test_a_new_file_is_made(fstab: Path) -> None:
    fstab.unlink()
    assert replacing.replace_file(str(fstab), NEW, Replacement(expected=b"")) == ""
    assert (fstab.read_bytes(), stat.S_IMODE(fstab.stat().st_mode)) == (NEW, 0o644)
    assert list(fstab.parent.iterdir()) == [fstab]


def test_without_what_was_expected_the_latest_content_goes(fstab: Path) -> None:
    replacing.replace_file(str(fstab), NEW, Replacement())
    assert fstab.read_bytes() == NEW


def test_what_a_killed_run_left_goes_away(fstab: Path) -> None:
    left = fstab.parent / ".iscsi-console-left"
    left.write_text("half")
    replacing.replace_file(str(fstab), NEW, Replacement())
    assert list(fstab.parent.iterdir()) == [fstab]


def test_what_another_run_stages_just_now_stays(fstab: Path) -> None:
    with replacing.staged_file(fstab.parent) as (handle, theirs):
        os.close(handle)
        replacing.replace_file(str(fstab), NEW, Replacement(expected=OLD))
        assert set(fstab.parent.iterdir()) == {fstab, theirs}
    assert list(fstab.parent.iterdir()) == [fstab]


def before_the_exchange(monkeypatch: pytest.MonkeyPatch, edit: Callable[[], None]) -> None:
    """Let something happen after the last look at the old file."""
    whole = exchanging.exchange

    def exchange(one: Path, other: Path) -> bool:
        monkeypatch.setattr(replacing, "exchange", whole)
        edit()
        return whole(one, other)

    monkeypatch.setattr(replacing, "exchange", exchange)


@pytest.mark.parametrize("way", ["in place", "by a new file"])
def test_what_is_written_between_look_and_exchange_is_put_back(
    fstab: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    theirs = OLD + b"UUID=theirs /home ext4 defaults 0 2\n"

    def edit() -> None:
        if way == "in place":
            fstab.write_bytes(theirs)
        else:
            (fstab.parent / "fstab.swp").write_bytes(theirs)
            (fstab.parent / "fstab.swp").rename(fstab)

    before_the_exchange(monkeypatch, edit)
    with pytest.raises(Refused) as refused:
        replacing.replace_file(str(fstab), NEW, Replacement(expected=OLD))
    assert refused.value.problem.code == "file.changed"
    assert fstab.read_bytes() == theirs
    assert list(fstab.parent.iterdir()) == [fstab]


def test_a_file_that_is_open_for_writing_is_not_replaced(fstab: Path) -> None:
    number = fstab.stat().st_ino
    with fstab.open("ab") as editor:
        assert refusal(fstab).problem.code == "file.being-written"
        editor.write(b"UUID=late /late ext4 defaults 0 2\n")
    assert fstab.stat().st_ino == number
    assert fstab.read_bytes().startswith(OLD + b"UUID=late")
    replacing.replace_file(str(fstab), NEW, Replacement(expected=fstab.read_bytes()))
    assert fstab.read_bytes() == NEW


@pytest.mark.parametrize("what", ["changed", "removed"])
def test_what_happens_to_the_new_file_while_the_old_one_is_looked_at(
    fstab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def look(_staged: Path) -> bool:
        if what == "changed":
            fstab.write_bytes(b"theirs\n")
        else:
            fstab.unlink()
        return True

    monkeypatch.setattr(replacing, "is_being_written", look)
    assert refusal_of_old(fstab) == "file.being-written"
    assert fstab.read_bytes() == OLD
    assert list(fstab.parent.iterdir()) == [fstab]
    kept = [path.read_bytes() for path in (tmp_path / "backups").glob("*")]
    assert kept == ([b"theirs\n"] if what == "changed" else [])


def refusal_of_old(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        replacing.replace_file(str(path), NEW, Replacement(expected=OLD))
    return refused.value.problem.code


def test_where_files_cannot_be_exchanged_the_new_one_is_renamed(
    fstab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "exchange", lambda _one, _other: False)
    replacing.replace_file(str(fstab), NEW, Replacement(expected=OLD))
    assert fstab.read_bytes() == NEW
    assert list(fstab.parent.iterdir()) == [fstab]
