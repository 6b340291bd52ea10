"""The Ansible collection on a real host: from nothing to a mounted file system, repeated and repaired."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.volumes import sh
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("ansible")]

SECRET = "practice-in-12"
"""Of the array `chap`."""

ANSWERS = {
    "discover": {"address": "192.0.2.10"},
    "chap": {"session": {"kind": "one-way", "username": "lab-initiator", "password": SECRET}},
    "volumes": {"way": "new-group", "group": "vg_data", "volume": [{"name": "data", "size": "50%"}]},
    "mount": [{"volume": "data", "kind": "ext4", "mount_point": "/srv/data"}],
}
SETUP: dict[str, object] = {"name": "set up", "iscsi_console.host.setup": {"answers": ANSWERS}}
HOST = "/root/collections/ansible_collections/iscsi_console"


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    # Every ansible-core that is locked runs on the Python of this release.
    with Guest.boot(Release.TRIXIE, san=read_description("chap")) as booted:
        sh(booted, f"mkdir -p {HOST}; ln -s /opt/iscsi-console/project/packaging/ansible {HOST}/host")
        yield booted


def play(guest: Guest, *tasks: dict[str, object], options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Run modules on the guest itself, as few plays as can be; what each returned."""
    told = [{**task, "register": f"told_{number}"} for number, task in enumerate(tasks)]
    content = ", ".join(f"told_{number}" for number in range(len(tasks)))
    keep = {
        "ansible.builtin.copy": {"dest": "/root/told.json", "content": f"{{{{ [{content}] | to_json }}}}"}
    }
    book = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    guest.write_text(
        "/root/book.yml", json.dumps([{**book, "tasks": [*told, {**keep, "check_mode": False}]}])
    )
    done = guest.run(
        ("python3", "-m", "ansible", "playbook", "-i", "localhost,", "-vvv", *options, "/root/book.yml"),
        env={
            "ANSIBLE_COLLECTIONS_PATH": "/root/collections",
            "ANSIBLE_LOG_PATH": "/root/ansible.log",
            "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
            "LC_ALL": "C.UTF-8",
        },
        timeout=600,
    )
    assert done.status == 0, f"{done.text}\n{done.error_text}"
    assert SECRET not in done.text
    return list(json.loads(guest.read_text("/root/told.json")))


def mounted(guest: Guest) -> bool:
    return guest.run(("mountpoint", "-q", "/srv/data")).status == 0


# The tests follow each other on one machine.


def test_check_mode_changes_nothing_and_shows_the_plan(guest: Guest) -> None:
    files = "cat /etc/fstab /etc/iscsi/*.*; ls -R /etc/iscsi /srv"
    state = f"{files}; (grep ^iscsi_tcp /proc/modules || true); cat /proc/mounts"
    before = sh(guest, state)
    (told,) = play(guest, SETUP, options=("--check", "--diff"))
    assert told["changed"]
    assert "1. Load the kernel module iscsi_tcp" in told["diff"]["prepared"]
    assert sh(guest, state) == before


def test_from_nothing_to_mounted_and_the_second_run_changes_nothing(guest: Guest) -> None:
    first, second, checked = play(guest, SETUP, SETUP, {**SETUP, "check_mode": True}, options=("--diff",))
    assert first["changed"]
    assert mounted(guest)
    assert "/srv/data" in first["diff"]["after"]
    assert "/srv/data" not in first["diff"]["before"]
    assert [told["changed"] for told in (second, checked)] == [False, False]


def test_what_is_broken_is_found_and_repaired_as_far_as_it_is_allowed(guest: Guest) -> None:
    sh(guest, "echo precious > /srv/data/file; sed -i '\\#/srv/data#d' /etc/fstab; systemctl daemon-reload")
    guest.check("systemctl", "stop", "iscsid.socket", "iscsid.service")
    line, daemon = "F51.not-in-fstab@mount:/srv/data", "F18.daemon-down"
    both: dict[str, object] = {"iscsi_console.host.repair": {"codes": ["F51.not-in-fstab", daemon]}}
    sure: dict[str, object] = {
        "iscsi_console.host.repair": {"codes": ["F51.not-in-fstab"], "confirmed": ["F51.not-in-fstab"]}
    }
    found, other, checked, repaired, again, confirmed, nothing = play(
        guest,
        {"iscsi_console.host.info": {}},
        {"iscsi_console.host.repair": {"codes": ["F05.session-lost"]}},
        {**both, "check_mode": True},
        both,
        both,
        sure,
        sure,
    )
    facts = found["ansible_facts"]["iscsi_console"]
    assert {one["key"] for one in facts["doctor"]["findings"]} == {line, daemon}
    assert facts["status"]["mounts"]
    assert (other["changed"], other["others"]) == (False, [daemon, "F51.not-in-fstab"])
    for told in (checked, repaired):
        assert told["changed"]
        assert [one["finding"] for one in told["repaired"]] == [daemon]
    for told in (checked, repaired, again):
        (left,) = told["left"]
        assert left["finding"] == line
        assert left["reason"].startswith("Only a person can know: ")
    assert (again["changed"], again["repaired"]) == (False, [])
    assert [one["finding"] for one in confirmed["repaired"]] == [line]
    assert (nothing["changed"], nothing["repaired"], nothing["left"]) == (False, [], [])
    assert "/srv/data" in sh(guest, "cat /etc/fstab")


def test_grow_disconnect_and_reconnect(guest: Guest) -> None:
    grow: dict[str, object] = {"iscsi_console.host.grow": {"what": "vg_data/data", "to": "300M"}}
    back: dict[str, object] = {"iscsi_console.host.reconnect": {}}

    def down(what: str) -> dict[str, object]:
        return {"iscsi_console.host.disconnect": {"what": what}, "ignore_errors": True}

    grown, same, planned, gone, mount, wrong, back_again, nothing = play(
        guest,
        grow,
        grow,
        {**down("vg_data"), "check_mode": True},
        down("vg_data"),
        down("/srv/data"),
        down("/srv/dtaa"),
        back,
        back,
    )
    assert (grown["changed"], same["changed"]) == (True, False)
    assert planned["changed"]
    assert any("umount" in command for one in gone["operations"] for command in one["commands"])
    assert (gone["changed"], mount["changed"], mount["failed"]) == (True, False, False)
    assert (wrong["failed"], wrong["code"]) == (True, "choice.none")
    assert (back_again["changed"], nothing["changed"]) == (True, False)
    size = "lvs --noheadings --units m --nosuffix -o lv_size vg_data/data"
    assert sh(guest, f"cat /srv/data/file; {size}").split() == ["precious", "300.00"]


def test_the_secret_is_in_no_log(guest: Guest) -> None:
    assert "iscsi_console.host" in sh(guest, "cat /root/ansible.log")
    places = "/root/ansible.log /root/told.json /root/.ansible /var/log /tmp /var/tmp /var/lib/iscsi-console"
    look = f"grep -rl {SECRET} {places}"
    assert sh(guest, f"{look} 2>/dev/null || true") == ""
    assert sh(guest, f"journalctl --no-pager | grep -c {SECRET} || true") == "0"
