import json

from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.setup.answers import (
    NOTHING_DECIDED,
    Answers,
    BootAnswer,
    ChapAnswer,
    ChapChoice,
    DiscoverAnswer,
    LogInAnswer,
    MountAnswer,
    NameAnswer,
    NewVolume,
    TargetAnswer,
    TargetChoice,
    VolumeMount,
    VolumesAnswer,
    VolumesWay,
)
from tui.setup.kept import PATH, forget, keep, kept
from tui.storage.iscsi.chap import ChapKind
from tui.storage.model.iscsi import InterfaceRecord, Portal, Timers
from tui.storage.secret import Secret

EVERYTHING = Answers(
    NameAnswer("iqn.2024-05.com.example:db7", prepare=False),
    ChapAnswer(
        ChapChoice(ChapKind.ONE_WAY, "finder", Secret("planted-secret")),
        ChapChoice(ChapKind.MUTUAL, "host", Secret("planted-secret"), "array", Secret("planted-secret")),
    ),
    DiscoverAnswer(address="192.0.2.10", ifaces=("a",), new_iface=InterfaceRecord("a", network_device="e")),
    TargetAnswer((TargetChoice("iqn.x", Portal("192.0.2.10", 3260, 1)),), timers=Timers(1, 2, 3, 4, 5)),
    LogInAnswer(multipath=False),
    VolumesAnswer(VolumesWay.NEW_GROUP, (), ("naa.1",), "vg", (NewVolume("a", "50%"),), ("naa.1",)),
    MountAnswer((VolumeMount("vg/a", "xfs", "l", "/srv/a", "u", "g", "0750", ("rw",)),)),
    BootAnswer(device_timeout="30"),
)


def test_answers_come_back_without_their_secrets() -> None:
    host = ScriptedHost()
    keep(host, EVERYTHING)
    assert "planted-secret" not in host.files[PATH]
    assert host.modes[PATH] == 0o600
    found = kept(host)
    assert found.chap is not None
    assert not found.chap.session.password
    assert found.chap.session.username_in == "array"
    assert (found.name, found.discover, found.target) == (
        EVERYTHING.name,
        EVERYTHING.discover,
        EVERYTHING.target,
    )
    assert (found.volumes, found.mount, found.boot) == (
        EVERYTHING.volumes,
        EVERYTHING.mount,
        EVERYTHING.boot,
    )


def test_without_a_file_nothing_is_decided() -> None:
    assert kept(ScriptedHost()) == NOTHING_DECIDED


@given(st.text())
def test_a_damaged_file_decides_nothing(text: str) -> None:
    assert kept(ScriptedHost(files={PATH: text})) == NOTHING_DECIDED


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
)
def test_a_file_of_another_shape_decides_nothing(answers: object) -> None:
    text = json.dumps({"form": 1, "answers": answers})
    found = kept(ScriptedHost(files={PATH: text}))
    assert found == NOTHING_DECIDED


def test_a_file_of_another_version_decides_nothing() -> None:
    host = ScriptedHost()
    keep(host, EVERYTHING)
    host.files[PATH] = host.files[PATH].replace('"form": 1', '"form": 2')
    assert kept(host) == NOTHING_DECIDED


def test_finished_answers_are_forgotten() -> None:
    host = ScriptedHost()
    keep(host, EVERYTHING)
    forget(host)
    assert PATH not in host.files
