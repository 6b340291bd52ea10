"""Everything by command: planned, stored, applied, refused, interrupted and undone on a real kernel."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct

from tests.lab.test_disconnect import MAKE
from tests.lab.volumes import TARGET, THREE_LUNS, disks_are_here, log_in, path_of, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab

PLAN = "/root/plan.json"


class Said(Struct, frozen=True):
    """What a command said: its status, its events, and its standard error."""

    status: int | None
    events: list[dict[str, Any]]
    errors: str

    @property
    def end(self) -> dict[str, Any]:
        assert self.events, self
        assert self.events[-1]["event"] == "end"
        return self.events[-1]

    @property
    def stages(self) -> list[str]:
        """The last stage of each operation that began."""
        found = {one["number"]: one["stage"] for one in self.events if one["event"] == "step"}
        return [found[number] for number in sorted(found)]


def command(guest: Guest, line: str) -> Said:
    """Run the program's command line in the guest, with --json."""
    done = guest.run(("iscsi-console", *shlex.split(line), "--json"), timeout=300)
    events = [json.loads(one) for one in done.stdout.decode().splitlines()]
    return Said(done.status, events, done.error_text)


def mounted(guest: Guest) -> set[str]:
    """The mount points below /srv."""
    return set(sh(guest, "findmnt -rno TARGET | grep ^/srv/ || true").split())


ALL = {"/srv/data", "/srv/again", "/srv/files", "/srv/plain"}


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=THREE_LUNS) as booted:
        log_in(booted)
        sh(booted, MAKE.format(*(path_of(booted, number) for number in range(3))))
        yield booted


def test_a_disconnect_and_its_way_back_need_no_screen(guest: Guest) -> None:
    shown = command(guest, "plan disconnect /srv/data")
    assert shown.status == 0
    assert shown.events[0]["operations"][0]["operation"] == "WaitUntilUnused"
    assert mounted(guest) == ALL
    unasked = command(guest, "disconnect /srv/data")
    assert (unasked.status, unasked.end["problem"]) == (3, "confirm.yes"), unasked
    done = command(guest, "disconnect /srv/data --yes --exit-changed")
    assert (done.status, done.end["changed"]) == (10, True), done
    assert mounted(guest) == ALL - {"/srv/data", "/srv/again"}
    again = command(guest, "disconnect /srv/data --yes --exit-changed")
    assert (again.status, again.end["changed"]) == (0, False), again
    back = command(guest, "reconnect --yes")
    assert (back.status, back.end["changed"]) == (0, True), back
    assert mounted(guest) == ALL
    nothing = command(guest, "reconnect --yes")
    assert (nothing.status, nothing.end["changed"]) == (0, False), nothing


def test_what_is_held_is_refused_and_leaves_nothing_open(guest: Guest) -> None:
    guest.check("sh", "-c", "setsid sleep 1000 7>/srv/data/held </dev/null >/dev/null 2>&1 &")
    wait_for(guest, "test -e /srv/data/held")
    held = command(guest, "disconnect /srv/data --yes --patience 2")
    assert held.status == 1, held
    assert held.end["problem"] == "disconnect.still-held"
    assert held.end["journal"] == ""
    sh(guest, "pkill -x sleep")
    assert "given-up" in sh(guest, "iscsi-console journal list").splitlines()[0]
    assert mounted(guest) == ALL


def test_volumes_are_made_and_lost_only_with_the_word(guest: Guest) -> None:
    made = command(guest, "volume new vg-b extra --size 32M --yes")
    assert made.status == 0, made
    assert "vg--b-extra" in sh(guest, "dmsetup ls")
    twice = command(guest, "volume new vg-b extra --size 32M --yes")
    assert twice.status == 3, twice
    sh(
        guest,
        "head -c 1M /dev/urandom > /root/before; dd if=/root/before of=/dev/vg-b/extra conv=fsync,notrunc",
    )
    assert command(guest, "volume snapshot vg-b/extra kept --size 16M --yes").status == 0
    sh(guest, "dd if=/dev/urandom of=/dev/vg-b/extra bs=1M count=1 conv=fsync,notrunc")
    assert guest.run(("cmp", "-n", "1048576", "/root/before", "/dev/vg-b/extra")).status == 1
    asked = command(guest, "volume rollback vg-b/kept --yes")
    assert (asked.status, asked.end["problem"]) == (3, "confirm.word"), asked
    rolled = command(guest, "volume rollback vg-b/kept --word erase")
    assert rolled.status == 0, rolled
    sh(guest, "cmp -n 1048576 /root/before /dev/vg-b/extra")
    assert "kept" not in sh(guest, "lvs --noheadings -a -o lv_name vg-b")
    without = command(guest, "volume remove vg-b/extra --yes")
    assert (without.status, without.end["problem"]) == (3, "confirm.word"), without
    wrong = command(guest, "volume remove vg-b/extra --word yes")
    assert (wrong.status, wrong.end["problem"]) == (3, "confirm.word"), wrong
    assert "vg--b-extra" in sh(guest, "dmsetup ls")
    gone = command(guest, "volume remove vg-b/extra --word erase")
    assert gone.status == 0, gone
    assert "vg--b-extra" not in sh(guest, "dmsetup ls")


def test_a_session_and_its_record_are_changed_by_name(guest: Guest) -> None:
    assert command(guest, f"login {TARGET} --yes").end["changed"] is False
    in_use = command(guest, f"logout {TARGET} --yes")
    assert (in_use.status, in_use.end["problem"]) == (3, "logout.in-use"), in_use
    assert command(guest, f"scan {TARGET} --yes").status == 0
    changed = command(guest, f"record set {TARGET} node.session.timeo.replacement_timeout=77 --yes")
    assert changed.status == 0, changed
    stored = sh(guest, f"iscsiadm -m node -T {TARGET} | grep replacement_timeout")
    assert stored.endswith("= 77")
    undone = command(guest, "journal undo --yes")
    assert undone.status == 0, undone
    assert not sh(guest, f"iscsiadm -m node -T {TARGET} | grep replacement_timeout").endswith("= 77")
    strange = command(guest, f"record set {TARGET} node.session.auth.password=hush --yes")
    assert (strange.status, "hush" in strange.errors) == (3, False), strange


RAN = """
from tui.commands.exporting.ran import ran_script
from tui.maintenance.past_plans import past_journals
from tui.storage.changing.journal import FOLDER
from tui.storage.host.local import LocalHost
print(ran_script(LocalHost(), past_journals(FOLDER)[:1]))
"""

MAKES = """
from tui.commands.exporting.shell import PRELUDE
from tui.commands.exporting.shell_steps import step_of
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
print(PRELUDE, *step_of(MakeFilesystem("/dev/vg-b/blank", FilesystemKind.EXT4)).commands, sep="\\n")
"""


def test_what_ran_names_its_user_and_is_repeated_by_a_script(guest: Guest) -> None:
    stored = f"iscsiadm -m node -T {TARGET} | grep replacement_timeout"
    assert command(guest, f"record set {TARGET} node.session.timeo.replacement_timeout=78 --yes").status == 0
    newest = json.loads(guest.check("iscsi-console", "journal", "list", "--json"))["journals"][0]
    assert (newest["state"], newest["by"]["user"]) == ("finished", "root"), newest
    guest.write_text("/root/script.sh", guest.check("python3", "-c", RAN))
    assert command(guest, "journal undo --yes").status == 0
    assert "read this script first" in guest.run(("sh", "/root/script.sh")).error_text
    assert not sh(guest, stored).endswith("= 78")
    sh(guest, "sh /root/script.sh --run")
    assert sh(guest, stored).endswith("= 78")


def test_a_script_makes_no_file_system_over_another(guest: Guest) -> None:
    guest.write_text("/root/script.sh", guest.check("python3", "-c", MAKES))
    sh(guest, "lvcreate -q -y -L 32M -n blank vg-b")
    sh(guest, "sh /root/script.sh")
    made = sh(guest, "blkid -p -o value -s UUID /dev/vg-b/blank")
    assert "carries something already" in guest.run(("sh", "/root/script.sh")).error_text
    assert sh(guest, "blkid -p -o value -s UUID /dev/vg-b/blank") == made
    sh(guest, "lvremove -q -y vg-b/blank")


def test_one_change_at_a_time(guest: Guest) -> None:
    guest.check("sh", "-c", "setsid flock /run/iscsi-console.lock sleep 1000 </dev/null >/dev/null 2>&1 &")
    wait_for(guest, "! flock -n /run/iscsi-console.lock true")
    busy = command(guest, "disconnect /srv/files --yes")
    assert (busy.status, busy.end["problem"]) == (5, "lock.held"), busy
    sh(guest, "pkill -x sleep")
    assert mounted(guest) == ALL


SLOW_UMOUNT = """#!/bin/sh
touch /run/umount-began
while [ -e /run/umount-waits ]; do sleep 0.1; done
exec /usr/bin/umount.real "$@"
"""


def test_who_ends_it_finds_its_journal_and_resumes_it(guest: Guest) -> None:
    asked = command(guest, "journal resume --yes")
    assert (asked.status, asked.end["problem"]) == (3, "journal.none"), asked
    sh(guest, "mv /usr/bin/umount /usr/bin/umount.real; touch /run/umount-waits")
    guest.write_text("/usr/bin/umount", SLOW_UMOUNT)
    sh(guest, "chmod 0755 /usr/bin/umount")
    running = guest.start(("iscsi-console", "disconnect", "/srv/data", "--yes", "--json"))
    wait_for(guest, "test -e /run/umount-began")
    sh(guest, "kill -TERM $(pgrep -f 'disconnect /srv/[d]ata' | head -n 1); rm /run/umount-waits")
    assert running.wait(120) == 4
    left = command(guest, "disconnect /srv/files --yes")
    assert (left.status, left.end["problem"]) == (4, "journal.open"), left
    shown = json.loads(guest.check("iscsi-console", "journal", "show", "--json"))
    assert shown["state"] == "open"
    resumed = command(guest, "journal resume --yes")
    assert (resumed.status, resumed.end["changed"]) == (0, True), resumed
    assert "already" in resumed.stages
    assert mounted(guest) == ALL - {"/srv/data", "/srv/again"}
    assert command(guest, "reconnect --yes").status == 0
    sh(guest, "mv /usr/bin/umount.real /usr/bin/umount")
    assert mounted(guest) == ALL


def exported(guest: Guest, verb: str) -> str:
    """The script that a verb is exported as, in a file of the guest."""
    script = guest.check("iscsi-console", "plan", *shlex.split(verb), "--export", "shell")
    guest.write_text("/root/script.sh", script)
    return script


def test_a_plan_is_a_script_that_checks_before_it_changes(guest: Guest) -> None:
    exported(guest, "disconnect vg-a")
    sh(guest, "hostname elsewhere")
    assert "another host" in guest.run(("sh", "/root/script.sh")).error_text
    sh(guest, "hostname \"$(cat /etc/hostname)\"; sed -i 's/LVM-/LVM-x/' /root/script.sh")
    assert "is another device" in guest.run(("sh", "/root/script.sh")).error_text
    assert mounted(guest) == ALL
    exported(guest, "disconnect vg-a")
    first = sh(guest, "sh /root/script.sh")
    assert first.endswith("Done.")
    assert mounted(guest) == {"/srv/files", "/srv/plain"}
    assert "vg--a" not in sh(guest, "dmsetup ls")
    assert "# disconnected by iscsi-console: /dev/vg-a/data" in guest.read_text("/etc/fstab")
    assert sh(guest, "sh /root/script.sh").count("done already") == 4
    exported(guest, "reconnect")
    assert sh(guest, "sh /root/script.sh").endswith("Done.")
    assert mounted(guest) == ALL
    assert "dm-" in sh(guest, "cat /proc/swaps")
    assert "disconnected by" not in guest.read_text("/etc/fstab")
    exported(guest, "grow vg-b/files --to 420M")
    assert sh(guest, "sh /root/script.sh").endswith("Done.")
    assert sh(guest, "lvs --noheadings --units m --nosuffix -o lv_size vg-b/files") == "420.00"


def test_a_plan_outlives_a_restart_and_is_applied_once(guest: Guest) -> None:
    stored = command(guest, f"plan disconnect /srv/files --at-boot keep --out {PLAN}")
    assert (stored.status, stored.end["file"]) == (0, PLAN), stored
    assert sh(guest, f"stat -c %a {PLAN}") == "600"
    guest.reboot()
    disks_are_here(guest)
    sh(guest, "mountpoint -q /srv/files || mount /srv/files")
    done = command(guest, f"apply {PLAN} --yes")
    assert (done.status, done.end["changed"]) == (0, True), done
    assert "/srv/files" not in mounted(guest)
    again = command(guest, f"apply {PLAN} --yes")
    assert (again.status, again.end["changed"]) == (0, False), again
    assert command(guest, "reconnect --yes").status == 0
    assert "/srv/files" in mounted(guest)


def test_a_plan_is_not_applied_to_a_device_that_was_replaced(guest: Guest) -> None:
    assert command(guest, f"plan disconnect vg-b --out {PLAN} --force").status == 0
    sh(guest, "umount /srv/files; vgchange -q -an vg-b; vgremove -q -f vg-b")
    sh(
        guest,
        f"vgcreate -q vg-b {path_of(guest, 1)}; lvcreate -q -y -L 420M -n files vg-b; "
        "mkfs.xfs -q -f /dev/vg-b/files",
    )
    sh(guest, "mount /dev/vg-b/files /srv/files")
    refused = command(guest, f"apply {PLAN} --yes")
    assert (refused.status, refused.end["problem"]) == (3, "plan.other-device"), refused
    assert "/srv/files" in mounted(guest)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ('plan["machine"] = "0" * 64', "plan.other-host"),
        ('plan["made_at"] -= 100000', "plan.old"),
        ('plan["version"] = 2', "plan.unusable"),
        ('plan["devices"][0]["wwid"] = "naa.0000"', "plan.other-device"),
    ],
)
def test_a_plan_for_something_else_is_refused(guest: Guest, change: str, code: str) -> None:
    assert command(guest, f"plan disconnect /srv/files --out {PLAN} --force").status == 0
    edit = f"import json; plan = json.load(open({PLAN!r})); {change}; json.dump(plan, open({PLAN!r}, 'w'))"
    guest.check("python3", "-c", edit)
    refused = command(guest, f"apply {PLAN} --yes")
    assert (refused.status, refused.end["problem"]) == (3, code), refused
    assert "/srv/files" in mounted(guest)
