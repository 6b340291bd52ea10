"""The Ansible collection, installed as anybody does it, against a command line that only notes its calls."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import AT_MOST
from tui.lab.places import project_folder

COLLECTION = project_folder() / "packaging" / "ansible"
MODULES = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("*.py"))
SECRET = "practice \x7f in-12"

FAKE = """#!{python}
import json, sys
from pathlib import Path
folder = Path({folder!r})
words = sys.argv[1:]
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps([words, sys.stdin.read()]) + "\\n")
answers = json.loads((folder / "answers.json").read_text())
for begin, status, lines in answers:
    if words[: len(begin)] == begin:
        print("\\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        sys.exit(status)
sys.exit("unexpected")
"""

OPERATION = {
    "number": 0,
    "operation": "Mount",
    "title": "Mount it",
    "why": "",
    "risk": "configures",
    "commands": ["m"],
}
PLAN = {
    "event": "plan",
    "title": "All",
    "risk": "configures",
    "operations": [OPERATION],
    "questions": [],
    "word": "",
    "loses": [],
    "refusal": None,
    "notes": [],
}
NOTHING = {**PLAN, "operations": []}
DONE = {"event": "end", "status": 0, "changed": True}
SAME = {"event": "end", "status": 0, "changed": False}
REFUSED = {"event": "problem", "problem": {"code": "choice.none", "summary": "Not here.", "remedy": "Look."}}
STOPPED = {"event": "end", "status": 3, "changed": False}

Answer = tuple[list[str], int, list[object]]


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the collection was installed by `ansible-galaxy collection install PATH`."""
    folder = tmp_path_factory.mktemp("collections")
    ansible(folder, "galaxy", "collection", "install", str(COLLECTION), "-p", str(folder))
    return folder


def ansible(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-m", "ansible", *words),
        env={
            **os.environ,
            "HOME": str(folder),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(folder),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "LC_ALL": "C.UTF-8",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=AT_MOST,
        check=words[0] != "playbook",
    )


class Fake:
    """A command line that answers as it is told."""

    def __init__(self, collections: Path, folder: Path) -> None:
        self._collections = collections
        self._folder = folder
        self._program = folder / "iscsi-console"
        self._program.write_text(FAKE.format(python=sys.executable, folder=str(folder)))
        self._program.chmod(0o755)

    def play(
        self, answers: list[Answer], *tasks: dict[str, dict[str, Any]], check: bool = False
    ) -> list[dict[str, Any]]:
        """Run modules one after the other; what each returned."""
        (self._folder / "answers.json").write_text(json.dumps(answers))
        told = [f"told_{number}" for number in range(len(tasks))]
        played = []
        for name, task in zip(told, tasks, strict=True):
            ((module, options),) = task.items()
            options = {**options, "program": str(self._program)}
            played.append({f"iscsi_console.host.{module}": options, "register": name, "ignore_errors": True})
        content = f"{{{{ [{', '.join(told)}] | to_json }}}}"
        keep = {"dest": str(self._folder / "told.json"), "content": content}
        played.append({"ansible.builtin.copy": keep, "check_mode": False})
        book = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": played}
        (self._folder / "book.yml").write_text(json.dumps([book]))
        words = ["-i", "localhost,", "-e", f"ansible_python_interpreter={sys.executable}", "-vvv"]
        words += ["--check"] if check else []
        done = ansible(self._collections, "playbook", *words, str(self._folder / "book.yml"))
        assert done.returncode == 0, done.stdout + done.stderr
        assert SECRET not in done.stdout
        return list(json.loads((self._folder / "told.json").read_text()))

    @property
    def calls(self) -> list[tuple[list[str], str]]:
        """The arguments and the standard input of each call."""
        return [tuple(json.loads(line)) for line in (self._folder / "calls").read_text().splitlines()]


@pytest.fixture
def fake(collections: Path, tmp_path: Path) -> Fake:
    return Fake(collections, tmp_path)


def test_every_module_describes_itself(collections: Path) -> None:
    names = [f"iscsi_console.host.{module}" for module in MODULES]
    described = json.loads(ansible(collections, "doc", "--json", *names).stdout)
    assert set(described) == set(names)
    for name in names:
        assert described[name]["doc"]["attributes"]["check_mode"]["support"] == "full"
    spec = (COLLECTION / "galaxy.yml").read_text()
    assert "name: host" in spec


def test_the_arguments_of_the_verbs(fake: Fake) -> None:
    answers: list[Answer] = [
        (["disconnect"], 0, [PLAN, DONE]),
        (["reconnect"], 0, [NOTHING, SAME]),
        (["grow"], 0, [PLAN, SAME]),
    ]
    told = fake.play(
        answers,
        {"disconnect": {"what": "/srv/data", "users": "stop", "at_boot": "keep", "patience": 5}},
        {"reconnect": {"note": "n1"}},
        {"reconnect": {}},
        {"grow": {"what": "vg/lv", "to": "50%"}},
        {"grow": {"what": "/srv", "next": True}},
        {"grow": {"what": "/srv", "next": True, "to": "1G"}},
        {"disconnect": {"what": "/srv", "users": "kill"}},
    )
    end = ["--yes", "--json"]
    assert [words for words, _stdin in fake.calls] == [
        ["disconnect", "--users", "stop", "--at-boot", "keep", "--patience", "5", "/srv/data", *end],
        ["reconnect", "n1", *end],
        ["reconnect", *end],
        ["grow", "--to", "50%", "vg/lv", *end],
        ["grow", "--next", "/srv", *end],
    ]
    assert {stdin for _words, stdin in fake.calls} == {""}
    assert [one["changed"] for one in told[:5]] == [True, False, False, False, False]
    assert told[0]["operations"][0]["title"] == "Mount it"
    assert [one["failed"] for one in told[5:]] == [True, True]


def test_check_mode_plans_and_shows_the_plan(fake: Fake) -> None:
    answers: list[Answer] = [
        (["plan", "disconnect"], 0, [PLAN, SAME]),
        (["plan", "grow"], 0, [NOTHING, SAME]),
        (["plan", "setup"], 0, [PLAN, SAME]),
    ]
    told = fake.play(
        answers,
        {"disconnect": {"what": "/srv"}},
        {"grow": {"what": "/srv"}},
        {"setup": {"answers": {}}},
        check=True,
    )
    assert [one["changed"] for one in told] == [True, False, True]
    assert told[0]["diff"]["prepared"] == "All\n1. Mount it\n"
    assert all(words[0] == "plan" and "--yes" not in words for words, _stdin in fake.calls)


def test_a_refusal_fails_with_its_words(fake: Fake) -> None:
    answers: list[Answer] = [
        (["disconnect"], 3, [REFUSED, STOPPED]),
        (["reconnect"], 2, ["nonsense", "[1]"]),
        (["status"], 1, ["no JSON"]),
    ]
    refused, nonsense, unread = fake.play(
        answers, {"disconnect": {"what": "/srv"}}, {"reconnect": {}}, {"info": {}}
    )
    assert (refused["failed"], refused["msg"], refused["code"]) == (True, "Not here. Look.", "choice.none")
    assert (nonsense["failed"], nonsense["msg"]) == (True, "iscsi-console ended with status 2")
    assert unread["failed"]


def test_answers_go_over_standard_input_and_secrets_nowhere_else(fake: Fake) -> None:
    session = {"kind": "one-way", "username": 'a "b"\n', "password": SECRET}
    asked = {
        "name": {"prepare": False},
        "chap": {"session": session},
        "discover": {"address": "192.0.2.10", "port": 3260},
        "mount": [{"volume": "data", "options": ["rw", "noatime"]}, {"volume": "é"}],
    }
    step = {"event": "step", "title": "Log in", "stage": "done"}
    answers: list[Answer] = [(["setup"], 0, [step, DONE])]
    told, wrong = fake.play(answers, {"setup": {"answers": asked}}, {"setup": {"answers": {"a": {"b": 1.5}}}})
    (call,) = fake.calls
    assert call[0] == ["setup", "--answers", "-", "--json"]
    assert tomllib.loads(call[1]) == asked
    assert (told["changed"], told["titles"]) == (True, ["Log in"])
    assert SECRET not in json.dumps(told, ensure_ascii=False)
    assert "a.b" in wrong["msg"]


def test_repairs_are_what_is_allowed(fake: Fake) -> None:
    keys = (
        "F1.allowed@vg:a",
        "F2.risky@sda",
        "F3.asks",
        "F4.by-hand",
        "F5.loses",
        "F6.other",
        "F7.sure@lv:b",
    )
    findings = [{"key": key, "code": key.partition("@")[0]} for key in keys]
    asks = {**PLAN, "questions": ["Is it off?"]}
    loses = {**asks, "loses": ["sdb"], "word": "sdb"}
    plans: dict[str, tuple[int, list[object]]] = {
        "F1.allowed@vg:a": (0, [PLAN, SAME]),
        "F2.risky@sda": (0, [{**PLAN, "risk": "interrupts"}, SAME]),
        "F3.asks": (0, [asks, SAME]),
        "F4.by-hand": (3, [REFUSED, STOPPED]),
        "F5.loses": (0, [loses, SAME]),
        "F7.sure@lv:b": (0, [asks, SAME]),
    }
    answers: list[Answer] = [(["doctor"], 1, [{"findings": findings}])]
    answers += [(["plan", "repair", key, "--out"], *said) for key, said in plans.items()]
    answers += [(["apply"], 0, [PLAN, DONE])]
    codes = [one["code"] for one in findings if one["code"] != "F6.other"]
    confirmed = ["F7.sure", "F5.loses", "F6.other"]
    told, alone = fake.play(
        answers,
        {"repair": {"codes": codes, "confirmed": confirmed}},
        {"repair": {"codes": ["F9.none"], "confirmed": confirmed}},
    )
    assert [one["finding"] for one in told["repaired"]] == ["F1.allowed@vg:a", "F7.sure@lv:b"]
    assert {one["finding"]: one["reason"] for one in told["left"]} == {
        "F2.risky@sda": "The risk of its plan is higher than allowed: interrupts.",
        "F3.asks": "Only a person can know: Is it off?",
        "F4.by-hand": "Not here. Look.",
        "F5.loses": "Its plan can lose data.",
    }
    assert told["others"] == ["F6.other"]
    assert (told["changed"], alone["changed"], alone["repaired"]) == (True, False, [])
    applied = [words for words, _stdin in fake.calls if words[0] == "apply"]
    assert [words[2:] for words in applied] == [["--yes", "--json"]] * 2
    planned = next(words for words, _stdin in fake.calls if words[0] == "plan")
    assert {words[1] for words in applied} == {planned[4]}
