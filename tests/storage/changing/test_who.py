"""Who ran a plan: what the journal keeps of it, and what is known of an older one."""

import json
import os
import pwd
from pathlib import Path

import pytest

from tests.hostile import NASTY
from tests.storage.changing.plan_operations import FailWith, MakeFile
from tests.storage.scripted_host import ScriptedHost
from tui.storage.changing import who as who_module
from tui.storage.changing.executor import execute
from tui.storage.changing.journal import Journal
from tui.storage.changing.plan import Plan
from tui.storage.changing.who import Who, who_runs, who_wrote

ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def login_uid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "loginuid"
    monkeypatch.setattr(who_module, "_LOGIN_UID", path)
    return path


def test_who_logged_in_counts_before_what_sudo_says(login_uid: Path) -> None:
    login_uid.write_text(str(os.geteuid()))
    found = who_runs({"SUDO_USER": "somebody"})
    assert (found.user, found.login, found.sudo_user, found.person) == (ME, ME, "somebody", ME)
    login_uid.write_text(str(2**32 - 1))
    assert who_runs({"SUDO_USER": "somebody"}).person == "somebody"
    login_uid.unlink()
    assert who_runs({}).person == ME


def test_a_user_without_a_name_has_a_number(login_uid: Path) -> None:
    login_uid.write_text("4012345678")
    assert who_runs({}).login == "4012345678"


def test_a_journal_keeps_it(tmp_path: Path, login_uid: Path) -> None:
    login_uid.write_text(str(os.geteuid()))
    Journal.open(Plan("Make it", (MakeFile("/x", "a"),)), tmp_path / "journal")
    (found,) = Journal.all_of(tmp_path / "journal")
    assert (found.title, found.who.person, found.who.user) == ("Make it", ME, ME)


def test_a_journal_of_an_earlier_version_names_nobody(tmp_path: Path) -> None:
    journal = Journal.open(Plan("Make it", (MakeFile("/x", "a"),)), tmp_path)
    first = json.loads(journal.path.read_text())
    for name in ("user", "login", "sudo_user", "tty"):
        del first[name]
    journal.path.write_text(json.dumps(first) + "\n")
    (found,) = Journal.all_of(tmp_path)
    assert found.who == Who()
    assert found.plan().title == "Make it"


@pytest.mark.parametrize("name", NASTY)
def test_no_name_breaks_a_screen(name: str) -> None:
    found = who_wrote({"user": name, "login": 7, "sudo_user": None, "tty": ["x"]})
    assert found.user.isprintable()
    assert len(found.user) <= 64
    assert (found.login, found.sudo_user, found.tty) == ("", "", "")


def test_when_and_why_is_kept_for_each_operation(tmp_path: Path) -> None:
    plan = Plan("Two", (MakeFile(str(tmp_path), "one"), FailWith("disk full")))
    journal = Journal.open(plan, tmp_path / "journal")
    assert not execute(plan, ScriptedHost(), journal).ok
    (found,) = Journal.all_of(tmp_path / "journal")
    assert found.changed_at(0) >= found.began_at > 0
    assert (found.changed_at(1), found.failure(0)) == (0, "")
    assert found.failure(1)
