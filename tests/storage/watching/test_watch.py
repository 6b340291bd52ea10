import errno
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.storage.fake_tree import add_session, bare_host
from tests.waiting import AT_MOST, Stopwatch, until
from tui.storage.host.interface import FileFacts, FileKind
from tui.storage.host.local import LocalHost
from tui.storage.model.topic import EVERYTHING, Topic
from tui.storage.news.happening import Happening, Source
from tui.storage.news.log_source import Told
from tui.storage.news.session_words import SessionStates
from tui.storage.news.uevents import Announced
from tui.storage.watching.watch import Watch

HOT_ADD = Path("/sys/class/zram-control/hot_add")


class FakeEvents:
    """Announcements put in by a test."""

    def __init__(self) -> None:
        self._handle = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._layers: frozenset[Topic] = frozenset()
        self._lost = False
        self.closed = False

    def put(self, *topics: Topic, lost: bool = False) -> None:
        self._layers |= frozenset(topics)
        self._lost = lost
        os.eventfd_write(self._handle, 1)

    def fileno(self) -> int:
        return self._handle

    def drain(self) -> Announced:
        os.eventfd_read(self._handle)
        topics, self._layers = self._layers, frozenset()
        if self._lost:
            self._lost = False
            raise OSError(errno.ENOBUFS, "No buffer space available")
        return Announced(topics, (Happening(1.0, Source.EVENT, "change sda"),) if topics else ())

    def rest(self) -> tuple[Happening, ...]:
        return ()

    def close(self) -> None:
        self.closed = True
        os.close(self._handle)


class Heeding:
    """Notes what a watch tells."""

    def __init__(self) -> None:
        self.told: list[frozenset[Topic]] = []
        self._news = threading.Condition()

    def __call__(self, topics: frozenset[Topic]) -> None:
        with self._news:
            self.told.append(topics)
            self._news.notify_all()

    def wait_for(self, topic: Topic) -> bool:
        with self._news:
            return self._news.wait_for(lambda: any(topic in topics for topics in self.told), AT_MOST)


def test_a_storm_becomes_one_call() -> None:
    events, heeding = FakeEvents(), Heeding()
    watch = Watch(bare_host(), heeding, events=events, settle=1.0, patience=AT_MOST)
    watch.start()
    for _turn in range(50):
        events.put(Topic.DEVICES, Topic.LVM)
    events.put(Topic.MOUNTS)
    assert heeding.wait_for(Topic.MOUNTS)
    watch.stop()
    assert heeding.told == [frozenset({Topic.DEVICES, Topic.LVM, Topic.MOUNTS})]
    assert events.closed


def test_the_first_sign_of_a_storm_is_told_at_once_and_alone() -> None:
    events, heeding, signs = FakeEvents(), Heeding(), Heeding()
    watch = Watch(
        bare_host(),
        heeding,
        on_first_sign=lambda: signs(frozenset({Topic.DEVICES})),
        events=events,
        settle=60.0,
        patience=60.0,
    )
    watch.start()
    for _turn in range(50):
        events.put(Topic.DEVICES)
        assert signs.wait_for(Topic.DEVICES)
    watch.stop()
    assert len(signs.told) == 1
    assert heeding.told == []


def test_a_storm_that_goes_on_is_told_after_a_while() -> None:
    events, heeding = FakeEvents(), Heeding()
    watch = Watch(bare_host(), heeding, events=events, settle=2 * AT_MOST, patience=0.2)
    watch.start()
    events.put(Topic.DEVICES)
    assert heeding.wait_for(Topic.DEVICES)
    watch.stop()


def test_lost_announcements_mean_that_everything_may_have_changed() -> None:
    events, heeding = FakeEvents(), Heeding()
    watch = Watch(bare_host(), heeding, events=events, settle=0.05)
    watch.start()
    events.put(lost=True)
    assert heeding.wait_for(Topic.RECORDS)
    watch.stop()
    assert heeding.told[0] == EVERYTHING


def test_a_session_that_fails_is_noticed_without_an_event() -> None:
    host, events, heeding = bare_host(), FakeEvents(), Heeding()
    add_session(host, 1)
    watch = Watch(host, heeding, events=events, settle=0.05, period=0.1)
    watch.start()
    events.put(Topic.LVM)
    assert heeding.wait_for(Topic.LVM)
    host.files["/sys/class/iscsi_session/session1/state"] = "FAILED\n"
    assert heeding.wait_for(Topic.SESSIONS)
    watch.stop()
    assert heeding.told[:2] == [frozenset({Topic.LVM}), frozenset({Topic.SESSIONS})]


class Listening:
    """Notes what happened."""

    def __init__(self) -> None:
        self.happenings: list[Happening] = []
        self.states: list[SessionStates] = []
        self._news = threading.Condition()

    def told(self, happenings: Sequence[Happening]) -> None:
        with self._news:
            self.happenings += happenings
            self._news.notify_all()

    def looked(self, when: float, states: SessionStates) -> None:
        with self._news:
            self.states.append(dict(states))
            self._news.notify_all()

    def wait_for(self, text: str) -> bool:
        with self._news:
            return self._news.wait_for(lambda: any(text in one.text for one in self.happenings), AT_MOST)


class FakeLog:
    """A log that a test writes; it tells of a session, and ends when it is told to."""

    def __init__(self) -> None:
        self._handle = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self.ended = self.closed = False

    def write(self) -> None:
        os.eventfd_write(self._handle, 1)

    def fileno(self) -> int:
        return self._handle

    def take(self) -> Told | None:
        os.eventfd_read(self._handle)
        if self.ended:
            return None
        return Told((Happening(2.0, Source.KERNEL, "connection1:0: detected conn error"),), session=True)

    def close(self) -> None:
        self.closed = True
        os.close(self._handle)


def test_a_change_of_sessions_is_told_and_reported_again_for_what_follows_it() -> None:
    host, heeding, listening = bare_host(), Heeding(), Listening()
    add_session(host, 1)
    watch = Watch(host, heeding, events=FakeEvents(), listener=listening, settle=0.02, period=0.05)
    watch.start()
    until(lambda: listening.states, "the first look at the sessions")
    host.files["/sys/class/iscsi_session/session1/state"] = "FAILED\n"
    assert listening.wait_for("1 LOGGED_IN → FAILED")
    until(lambda: heeding.told.count(frozenset({Topic.SESSIONS})) == 2, lambda: heeding.told)
    watch.stop()
    assert heeding.told == [frozenset({Topic.SESSIONS})] * 2
    assert listening.states[0] == {1: "LOGGED_IN"}
    assert listening.states[-1] == {1: "FAILED"}


def test_events_are_told_at_once_and_before_the_layers() -> None:
    events, heeding, listening = FakeEvents(), Heeding(), Listening()
    watch = Watch(bare_host(), heeding, events=events, listener=listening, settle=60.0, patience=60.0)
    watch.start()
    events.put(Topic.DEVICES)
    assert listening.wait_for("change sda")
    watch.stop()
    assert heeding.told == []


def test_a_log_that_speaks_of_a_session_has_the_sessions_looked_at() -> None:
    host, heeding, listening, log = bare_host(), Heeding(), Listening(), FakeLog()
    add_session(host, 1)
    watch = Watch(
        host, heeding, events=FakeEvents(), listener=listening, logs=lambda: [log], settle=0.02, period=60.0
    )
    watch.start()
    until(lambda: listening.states, "the first look at the sessions")
    host.files["/sys/class/iscsi_session/session1/state"] = "FAILED\n"
    log.write()
    assert listening.wait_for("detected conn error")
    assert listening.wait_for("1 LOGGED_IN → FAILED")
    assert heeding.wait_for(Topic.SESSIONS)
    log.ended = True
    log.write()
    watch.stop()
    assert log.closed


def test_records_and_fstab_are_noticed() -> None:
    host, events, heeding = bare_host(), FakeEvents(), Heeding()
    watch = Watch(host, heeding, events=events, records="/etc/iscsi", settle=0.05, period=0.05)
    watch.start()
    events.put(Topic.LVM)
    assert heeding.wait_for(Topic.LVM)
    host.files = {**host.files, "/etc/iscsi/nodes/t/192.0.2.1,3260,1/default": "node.name = t\n"}
    assert heeding.wait_for(Topic.RECORDS)
    host.files = {**host.files, "/etc/fstab": "x\n"}
    assert heeding.wait_for(Topic.MOUNTS)
    watch.stop()


def test_stop_is_quick_and_may_be_repeated() -> None:
    watch = Watch(bare_host(), Heeding(), events=FakeEvents(), period=60.0)
    watch.start()
    watching = Stopwatch()
    watch.stop()
    watch.stop()
    assert watching.seconds() < 30.0, "not when the period of a minute is over"


@pytest.mark.skipif(
    not HOT_ADD.exists() or os.geteuid() != 0, reason="no zram in this kernel, or no right to use it"
)
def test_a_real_disk_is_announced_by_the_kernel() -> None:
    heeding = Heeding()
    watch = Watch(LocalHost(looking_only=True), heeding, settle=0.05, period=60.0)
    watch.start()
    assert watch.wait_until_ready(AT_MOST)
    number = HOT_ADD.read_text().strip()
    try:
        assert heeding.wait_for(Topic.DEVICES)
        assert heeding.wait_for(Topic.LVM)
    finally:
        (HOT_ADD.parent / "hot_remove").write_text(number)
        watch.stop()


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        ("/etc/iscsi/nodes", Topic.RECORDS),
        ("/etc/fstab", Topic.MOUNTS),
        ("/run/udev/data", Topic.DEVICES),
    ],
)
def test_what_changed_between_the_reading_and_the_watch_is_told(path: str, topic: Topic) -> None:
    host, heeding = bare_host(), Heeding()
    old = FileFacts(FileKind.FOLDER, 0o755, 0, 0, 0, modified=100.0)
    host.facts_of = dict.fromkeys(("/etc/iscsi/nodes", "/etc/fstab", "/run/udev/data"), old)
    host.facts_of["/etc/iscsi/initiatorname.iscsi"] = host.facts_of["/etc/iscsi/iscsid.conf"] = old
    told = []
    for modified in (100.0, 200.0):
        host.facts_of[path] = replace(old, modified=modified)
        watch = Watch(host, heeding, events=FakeEvents(), records="/etc/iscsi", since=150.0, period=60.0)
        watch.start()
        assert watch.wait_until_ready(AT_MOST)
        watch.stop()
        told.append(list(heeding.told))
    assert told == [[], [frozenset({topic})]]
