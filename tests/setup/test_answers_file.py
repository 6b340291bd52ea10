import os
from pathlib import Path

import pytest

from tui.setup.answers import (
    BootAnswer,
    BootWay,
    ChapScope,
    DiscoverAnswer,
    NameAnswer,
    NewVolume,
    Startup,
    TimerPreset,
    VolumesWay,
)
from tui.setup.answers_file import read_script
from tui.setup.wishes import Script
from tui.storage.iscsi.chap import ChapKind
from tui.storage.iscsi.discovery import DiscoveryKind
from tui.storage.model.iscsi import InterfaceRecord, Timers
from tui.storage.problem import ConsoleError, Problem

SECRET = "planted-in-the-answers"


def written(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "answers.toml"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def refusal(folder: Path, text: str, mode: int = 0o600) -> Problem:
    with pytest.raises(ConsoleError) as raised:
        read_script(written(folder, text, mode))
    assert SECRET not in repr(raised.value)
    return raised.value.problem


def test_an_empty_file_leaves_everything_to_the_defaults(tmp_path: Path) -> None:
    assert read_script(written(tmp_path, "")) == Script()


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("another-secret\n")
    (tmp_path / "secret").chmod(0o600)
    script = read_script(
        written(
            tmp_path,
            f"""
            [name]
            initiator = "iqn.2024-05.com.example:db7"
            prepare = false
            [chap]
            scope = "defaults"
            [chap.discovery]
            kind = "one-way"
            username = "finder"
            password = "{SECRET}"
            [chap.session]
            kind = "mutual"
            username = "host"
            password_file = "secret"
            username_in = "array"
            password_in = "third"
            [discover]
            kind = "isns"
            address = "192.0.2.10"
            ifaces = ["default"]
            [discover.iface]
            name = "san-a"
            network_device = "eth1"
            [target]
            names = ["iqn.a"]
            portals = "192.0.2.10"
            startup = "manual"
            timers = "multipath"
            replacement_timeout = 20
            [log_in]
            multipath = false
            [volumes]
            way = "existing-group"
            disks = ["naa.1"]
            group = "vg"
            erase = "naa.1"
            [[volumes.volume]]
            name = "data"
            size = "10G"
            [[mount]]
            volume = "data"
            kind = "xfs"
            label = "l"
            mount_point = "/srv/x"
            owner = "u"
            group = "g"
            mode = "0750"
            options = ["rw"]
            [boot]
            way = "mount-unit"
            device_timeout = 30
            services = false
            replace_rc_local = false
            """,
        )
    )
    assert script.name == NameAnswer("iqn.2024-05.com.example:db7", prepare=False)
    assert script.chap is not None
    assert script.chap.scope is ChapScope.DEFAULTS
    assert script.chap.discovery.password.reveal() == SECRET
    assert script.chap.session.kind is ChapKind.MUTUAL
    assert script.chap.session.password.reveal() == "another-secret"
    assert script.chap.session.password_in.reveal() == "third"
    assert script.discover == DiscoverAnswer(
        DiscoveryKind.ISNS,
        "192.0.2.10",
        "3205",
        ("default", "san-a"),
        InterfaceRecord("san-a", network_device="eth1"),
    )
    assert script.target.portals == ("192.0.2.10",)
    assert (script.target.startup, script.target.preset) == (Startup.MANUAL, TimerPreset.MULTIPATH)
    assert script.target.timers == Timers(replacement_timeout=20)
    assert script.log_in is not None
    assert not script.log_in.multipath
    assert script.volumes.way is VolumesWay.EXISTING_GROUP
    assert script.volumes.volumes == (NewVolume("data", "10G"),)
    assert script.volumes.erase == ("naa.1",)
    (mount,) = script.mounts
    assert (mount.kind, mount.mount_point, mount.options) == ("xfs", "/srv/x", ("rw",))
    assert (mount.owner, mount.group, mount.mode) == ("u", "g", "0750")
    assert script.boot == BootAnswer(BootWay.MOUNT_UNIT, "30", services=False, replace_rc_local=False)


@pytest.mark.parametrize(
    ("text", "key", "word"),
    [
        ("[nam]", "nam", "unknown key"),
        ("[name]\ninitiatr = 'x'", "name.initiatr", "unknown key"),
        ("[name]\ninitiator = 3", "name.initiator", "a string"),
        ("[name]\nprepare = 'yes'", "name.prepare", "true or false"),
        ("name = 'x'", "name", "[name]"),
        ("[chap.session]\nkind = 'both'", "chap.session.kind", "one-way"),
        ("[discover]\nkind = 'slp'", "discover.kind", "sendtargets"),
        ("[discover]\nport = 3.5", "discover.port", "an integer"),
        ("[discover]\nifaces = [1]", "discover.ifaces", "array of strings"),
        ("[target]\nlogin_timeout = '15'", "target.login_timeout", "an integer"),
        ("[volumes]\nvolume = 'data'", "volumes.volume", "[[volumes.volume]]"),
        ("[[volumes.volume]]\nnam = 'x'", "volumes.volume[1].nam", "unknown key"),
        ("[[mount]]\nkind = 'xfs'", "mount[1].volume", "name the volume"),
        ("[boot]\nway = 'rc.local'", "boot.way", "fstab-uuid"),
        ("[boot]\nservices = 1", "boot.services", "true or false"),
    ],
)
def test_a_mistake_names_file_key_and_reason(tmp_path: Path, text: str, key: str, word: str) -> None:
    problem = refusal(tmp_path, text)
    assert problem.field == key
    assert str(tmp_path / "answers.toml") in problem.summary
    assert f": {key}: " in problem.summary
    assert word in problem.summary


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    problem = refusal(tmp_path, "[name]\ninitiator = iqn\n")
    assert problem.code == "answers.toml"
    assert "line 2" in problem.summary


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConsoleError) as raised:
        read_script(str(tmp_path / "none.toml"))
    assert raised.value.problem.code == "answers.unreadable"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_secret_in_a_file_that_others_read_is_refused(tmp_path: Path, mode: int) -> None:
    text = f'[chap.session]\nkind = "one-way"\nusername = "u"\npassword = "{SECRET}"\n'
    problem = refusal(tmp_path, text, mode)
    assert problem.field == "chap.session.password"
    assert "chmod 0600" in problem.remedy
    assert SECRET not in str(problem)


def test_without_secrets_the_file_may_be_read_by_all(tmp_path: Path) -> None:
    assert read_script(written(tmp_path, "[boot]\nservices = true\n", 0o644)).boot == BootAnswer()


def test_a_secret_file_that_others_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o644)
    problem = refusal(tmp_path, '[chap.session]\npassword_file = "secret"\n')
    assert problem.field == "chap.session.password_file"
    assert "0644" in problem.summary
    assert SECRET not in str(problem)


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "empty"), (b"\n", "empty"), (b"\xff\xfe", "not text"), (None, "cannot be read")],
)
def test_a_secret_file_without_a_secret_is_told(tmp_path: Path, content: bytes | None, word: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
        (tmp_path / "secret").chmod(0o600)
    problem = refusal(tmp_path, '[chap.session]\npassword_file = "secret"\n')
    assert word in problem.summary


def test_a_secret_given_twice_is_told(tmp_path: Path) -> None:
    text = f'[chap.session]\npassword = "{SECRET}"\npassword_file = "secret"\n'
    assert "twice" in refusal(tmp_path, text).summary


def test_a_secret_keeps_blanks_and_loses_one_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b" kept \r\n")
    (tmp_path / "secret").chmod(0o600)
    script = read_script(written(tmp_path, '[chap.session]\npassword_file = "secret"\n'))
    assert script.chap is not None
    assert script.chap.session.password.reveal() == " kept "


def test_a_script_shows_no_secret(tmp_path: Path) -> None:
    text = f'[chap.session]\nkind = "one-way"\nusername = "u"\npassword = "{SECRET}"\n'
    assert SECRET not in repr(read_script(written(tmp_path, text)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + "[" * 100_000, "levels"),
        ("x = " + "9" * 5_000, "too long"),
        ("[discover]\nport = 0x" + "F" * 5_000, "too large"),
        ("[target]\nlogin_retries = 99999999999999999999", "too large"),
        ('[[mount]]\nvolume = "a\\u0000b"', "control character"),
        ('[[mount]]\nvolume = "a\\nb"', "control character"),
        ('[discover]\nifaces = ["\\u001b[2J"]', "control character"),
    ],
    ids=lambda text: text[:30],
)
def test_impossible_values_are_mistakes_like_others(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, text).summary


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("12345678901234", "an integer"),
        ("12345678901234.5", "a number"),
        ("true", "a boolean"),
        ('["12345678901234"]', "an array"),
        ("{ x = 12345678901234 }", "a table"),
        ("1234-05-06", "a date or time"),
    ],
)
@pytest.mark.parametrize("key", ["password", "password_in", "password_file"])
def test_a_mistake_about_a_secret_does_not_quote_it(tmp_path: Path, key: str, value: str, kind: str) -> None:
    said = refusal(tmp_path, f'[chap.session]\nkind = "mutual"\n{key} = {value}\n').summary
    assert kind in said
    assert "1234" not in said.replace(str(tmp_path), "")


def test_bytes_that_are_no_text_are_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_bytes(b'[chap.session]\npassword = "planted\xff"\n')
    path.chmod(0o600)
    with pytest.raises(ConsoleError) as raised:
        read_script(str(path))
    assert "byte 35 is not UTF-8" in raised.value.problem.summary
    assert "planted" not in repr(raised.value.problem)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_answers_that_others_may_write_are_refused(
    tmp_path: Path, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.setup.answers_file.__file__", "/etc/passwd")
    assert refusal(tmp_path, "", mode).code == "file.writable"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_answers_of_another_user_are_refused_but_for_the_one_of_sudo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "")
    os.chown(path, 54321, 54321)
    monkeypatch.delenv("SUDO_UID", raising=False)
    with pytest.raises(ConsoleError) as raised:
        read_script(path)
    assert raised.value.problem.code == "file.stranger"
    monkeypatch.setenv("SUDO_UID", "54321")
    assert read_script(path) == Script()


def test_a_pipe_is_no_answers_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ConsoleError) as raised:
        read_script(str(tmp_path / "fifo"))
    assert "not a regular file" in raised.value.problem.summary
