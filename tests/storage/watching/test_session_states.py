"""States that are read on kept handles are those that a fresh look finds."""

import errno
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Kept
from tui.storage.host.local import LocalHost
from tui.storage.watching.session_states import PolledStates

_SESSIONS = "/sys/class/iscsi_session"


class _Handle:
    """A handle of one generation of a file, as the kernel's: ENODEV once that is gone."""

    def __init__(self, host: "KeepingHost", path: str) -> None:
        self._host, self._path = host, path
        self._born = host.born[path]
        host.open += 1

    def read(self) -> str:
        if self._host.born.get(self._path) != self._born:
            raise OSError(errno.ENODEV, "No such device", self._path)
        return self._host.files[self._path]

    def close(self) -> None:
        self._host.open -= 1


@dataclass(slots=True, eq=False, weakref_slot=True)
class KeepingHost(ScriptedHost):
    """Sessions that come, change and go; counts what is open."""

    born: dict[str, int] = field(default_factory=dict)
    open: int = 0
    births: int = 0
    most: int = 100

    def keep(self, path: str) -> Kept:
        if path not in self.files:
            raise FileNotFoundError(errno.ENOENT, "No such file", path)
        if self.open >= self.most:
            raise OSError(errno.EMFILE, "Too many open files", path)
        return _Handle(self, path)

    def put(self, sid: int, state: str | None) -> None:
        """Change, make or remove a session; None removes it."""
        path = f"{_SESSIONS}/session{sid}/state"
        if state is None:
            self.files.pop(path, None)
            self.born.pop(path, None)
            return
        if path not in self.files:
            self.births += 1
            self.born[path] = self.births
        self.files[path] = f"{state}\n"


_TURNS = st.lists(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from((None, "LOGGED_IN", "FAILED", "FREE", "(null)", ""))),
        max_size=4,
    ),
    max_size=12,
)


@given(_TURNS)
def test_what_is_kept_open_says_what_a_fresh_look_says(turns: list[list[tuple[int, str | None]]]) -> None:
    host = KeepingHost(folders={_SESSIONS})
    polled = PolledStates(host)
    for turn in turns:
        for sid, state in turn:
            host.put(sid, state)
        seen = polled.look()
        assert seen == PolledStates(host).look()
        assert polled.look() is seen
    polled.close()


def test_no_handle_of_a_session_that_is_gone_is_kept() -> None:
    host = KeepingHost(folders={_SESSIONS})
    polled = PolledStates(host)
    for sid in (1, 2, 3):
        host.put(sid, "LOGGED_IN")
    assert polled.look() == dict.fromkeys((1, 2, 3), "LOGGED_IN")
    host.put(2, None)
    assert (polled.look(), host.open) == (dict.fromkeys((1, 3), "LOGGED_IN"), 2)
    polled.close()
    assert host.open == 0


def test_what_has_no_handle_is_read_all_the_same() -> None:
    host = KeepingHost(folders={_SESSIONS}, most=2)
    for sid in range(1, 6):
        host.put(sid, "LOGGED_IN")
    polled = PolledStates(host)
    assert len(polled.look()) == 5
    assert host.open == 2
    host.put(5, "FAILED")
    assert polled.look()[5] == "FAILED"


def test_an_attribute_of_this_machine_is_read_again_on_its_handle(tmp_path: Path) -> None:
    place = tmp_path / "state"
    kept = None
    for text in ("LOGGED_IN\n", "FAILED\n", "", "x" * 3000):
        place.write_text(text)
        kept = kept or LocalHost(looking_only=True).keep(str(place))
        assert kept.read() == text
    assert kept is not None
    kept.close()
    kept.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        kept.read()


def test_no_more_is_held_open_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.storage.host.local._MOST_KEPT", 2)
    place = tmp_path / "state"
    place.write_text("LOGGED_IN\n")
    host = LocalHost(looking_only=True)
    kept = [host.keep(str(place)), host.keep(str(place))]
    with pytest.raises(OSError, match="Too many open files"):
        host.keep(str(place))
    with pytest.raises(FileNotFoundError):
        LocalHost(looking_only=True).keep(str(tmp_path / "gone"))
    kept.pop()
    assert host.keep(str(place)).read() == "LOGGED_IN\n"
