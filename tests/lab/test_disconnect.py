"""Safe disconnect on a real kernel: users, services, swap, further LUNs and mounts; and everything back."""

import json
from collections.abc import Iterator

import pytest
from msgspec import Struct

from tests.lab.on_console import on_console
from tests.lab.operate import run_script
from tests.lab.test_common_operations import carry_out
from tests.lab.volumes import THREE_LUNS, log_in, path_of, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab

IMPORTS = "from tests.lab.disconnect_side import *\n"

MAKE = """
pvcreate -q {0}; vgcreate -q vg-a {0}; lvcreate -q -L 200M -n data vg-a; lvcreate -q -L 64M -n swap vg-a
mkfs.ext4 -q /dev/vg-a/data; mkswap /dev/vg-a/swap
pvcreate -q {1}; vgcreate -q vg-b {1}; lvcreate -q -L 400M -n files vg-b; mkfs.xfs -q /dev/vg-b/files
mkfs.ext4 -q -F {2}
udevadm settle
mkdir -p /srv/data /srv/files /srv/plain /srv/again
printf '%s\n' '/dev/vg-a/data /srv/data ext4 _netdev,nofail,noatime 0 2' \
    '/dev/vg-a/swap none swap _netdev,nofail 0 0' \
    '/srv/data/part /srv/again none bind,_netdev,nofail 0 0' \
    "UUID=$(blkid -s UUID -o value /dev/vg-b/files) /srv/files xfs _netdev,nofail 0 0" >> /etc/fstab
systemctl daemon-reload
mount /srv/data; mkdir /srv/data/part; mount /srv/again; mount /srv/files; swapon /dev/vg-a/swap
mount {2} /srv/plain
"""


class Told(Struct, frozen=True):
    """What became of one disconnect or reconnect."""

    ok: bool
    code: str
    evidence: str
    stages: dict[str, str]
    commands: list[str]
    notes: str
    users: list[str]


def told(guest: Guest, script: str) -> list[Told]:
    """Run a script in the guest; what its calls of `disconnect` and `reconnect` said."""
    output = run_script(guest, IMPORTS + script, 400)
    found = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [
        Told(
            ok=one["ok"],
            code=one["problem"]["code"] if one["problem"] else "",
            evidence=" ".join(one["problem"]["evidence"]) if one["problem"] else "",
            stages=dict(zip(one["titles"], one["stages"], strict=False)),
            commands=one["commands"],
            notes=" ".join(one["notes"]),
            users=one["users"],
        )
        for one in found
    ]


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=THREE_LUNS) as booted:
        log_in(booted)
        sh(booted, MAKE.format(*(path_of(booted, number) for number in range(3))))
        yield booted


def mounted(guest: Guest) -> set[str]:
    """The mount points below /srv."""
    return set(sh(guest, "findmnt -rno TARGET | grep ^/srv/ || true").split())


def maps(guest: Guest) -> set[str]:
    """Names of the dm maps."""
    return {line.split()[0] for line in sh(guest, "dmsetup ls").splitlines() if "(" in line}


def sessions(guest: Guest) -> int:
    """How many sessions there are."""
    return int(sh(guest, "ls /sys/class/iscsi_session 2>/dev/null | wc -l"))


def in_background(guest: Guest, script: str) -> None:
    """Start a shell script in the guest that goes on by itself."""
    guest.check("sh", "-c", 'setsid sh -c "$1" </dev/null >/dev/null 2>&1 &', "sh", script)


def fill(guest: Guest, folder: str) -> str:
    """Write a file that stays in memory for now; its checksum."""
    return sh(guest, f"head -c 3000000 /dev/urandom > {folder}/fresh; sha256sum < {folder}/fresh")


def checksum(guest: Guest, folder: str) -> str:
    """The checksum of that file."""
    return sh(guest, f"sha256sum < {folder}/fresh")


ALL = {"/srv/data", "/srv/again", "/srv/files", "/srv/plain"}

# Each test leaves the machine as the next one may have it.


def test_an_open_file_is_waited_for_and_nothing_is_touched(guest: Guest) -> None:
    assert mounted(guest) == ALL
    in_background(guest, "exec 7>/srv/data/log; exec sleep 1000")
    wait_for(guest, "test -e /srv/data/log")
    (done,) = told(
        guest, 'disconnect(of_rung(RungKind.MOUNT, "/srv/data"), Choices(AboutUsers.WAIT, AtBoot.KEEP, 2))'
    )
    assert (done.ok, done.code) == (False, "disconnect.still-held"), done
    assert "sleep 1000" in done.evidence
    assert done.users == ["sleep 1000"]
    assert done.commands == []
    assert mounted(guest) == ALL


def test_a_process_ends_only_when_that_was_chosen_and_is_never_killed(guest: Guest) -> None:
    in_background(guest, 'trap "" TERM; cd /srv/data; touch here; while :; do sleep 1; done')
    wait_for(guest, "test -e /srv/data/here")
    kept = fill(guest, "/srv/data")
    stubborn, done = told(
        guest,
        """
import subprocess
mount = of_rung(RungKind.MOUNT, "/srv/data")
ending = Choices(AboutUsers.END_PROCESSES, AtBoot.KEEP, 3)
disconnect(mount, ending)
for one in see(HOST, mount).users.processes:
    subprocess.run(("kill", "-KILL", str(one.pid)), check=False)
disconnect(mount, ending)
""",
    )
    assert stubborn.code == "process.does-not-end", stubborn
    assert [line for line in stubborn.commands if not line.startswith("kill -TERM")] == []
    assert done.ok, done
    assert mounted(guest) == ALL - {"/srv/data", "/srv/again"}
    assert "vg--a-data" in maps(guest)
    assert sessions(guest) == 1
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert mounted(guest) == ALL
    assert "noatime" in sh(guest, "findmnt -no OPTIONS /srv/data")
    assert checksum(guest, "/srv/data") == kept


SERVICE = """
[Unit]
Description=Holds a volume
[Service]
WorkingDirectory=/srv/data
ExecStart=/bin/sh -c 'exec sleep infinity <>/srv/data/held'
Restart=always
"""


@pytest.fixture(scope="module")
def plain_is_written(guest: Guest) -> None:
    """Somebody writes to a volume that has nothing to do with what goes."""
    writer = "n=0; while :; do n=$((n+1)); echo $n > /srv/plain/n; sync /srv/plain/n; sleep 0.1; done"
    in_background(guest, writer)
    wait_for(guest, "test -s /srv/plain/n")


def test_a_transient_service_is_said_not_to_come_back(guest: Guest) -> None:
    hold = "exec sleep infinity <>/srv/data/held"
    sh(guest, f"rm -f /srv/data/held; systemd-run --quiet --unit=passing sh -c '{hold}'")
    wait_for(guest, "test -e /srv/data/held")
    (done,) = told(
        guest,
        """
mount = of_rung(RungKind.MOUNT, "/srv/data")
disconnect(mount, Choices(AboutUsers.STOP_SERVICES, AtBoot.KEEP, 20))
""",
    )
    assert done.ok, done
    assert "passing.service (systemd-run)" in done.notes
    assert "The services are started again" not in done.notes
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert mounted(guest) == ALL


@pytest.mark.usefixtures("plain_is_written")
def test_a_service_is_stopped_and_started_again_and_swap_goes_with_the_group(guest: Guest) -> None:
    guest.write_text("/etc/systemd/system/holder.service", SERVICE)
    sh(guest, "systemctl daemon-reload; systemctl start holder.service")
    wait_for(guest, "test -e /srv/data/held")
    kept = fill(guest, "/srv/data")
    (done,) = told(
        guest,
        """
group = of_rung(RungKind.VOLUME_GROUP, "vg-a")
disconnect(group, Choices(AboutUsers.STOP_SERVICES, AtBoot.KEEP, 20))
""",
    )
    assert done.ok, done
    assert "systemctl stop holder.service" in done.commands
    assert "swapoff /dev/vg-a/swap" in done.commands
    assert not {"vg--a-data", "vg--a-swap"} & maps(guest)
    assert mounted(guest) == {"/srv/files", "/srv/plain"}
    assert len(sh(guest, "ls /sys/block | grep ^sd").split()) == 3
    assert sh(guest, "systemctl is-active holder.service || true") == "inactive"
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert mounted(guest) == ALL
    assert sh(guest, "systemctl is-active holder.service") == "active"
    assert "dm-" in sh(guest, "cat /proc/swaps")
    assert checksum(guest, "/srv/data") == kept
    assert sh(guest, "ls /var/lib/iscsi-console/disconnected | wc -l") == "0"
    sh(guest, "systemctl stop holder.service")


def test_another_mount_table_is_seen_and_named(guest: Guest) -> None:
    in_background(guest, "unshare -m --propagation private sh -c 'touch /srv/files/apart; exec sleep 1000'")
    wait_for(guest, "test -e /srv/files/apart")
    refused, done = told(
        guest,
        """
import subprocess
from tui.storage.waiting import wait_for
files = of_rung(RungKind.MOUNT, "/srv/files")
disconnect(files, Choices(AboutUsers.END_PROCESSES, AtBoot.KEEP, 5))
subprocess.run(("pkill", "-x", "sleep"), check=False)
wait_for(lambda: not any(keeps_hold(one) for one in see(HOST, files).users.kernel), 20)
disconnect(files, Choices(AboutUsers.WAIT, AtBoot.KEEP, 5))
""",
    )
    assert refused.code == "disconnect.held-by-kernel", refused
    assert "/srv/files" in refused.evidence
    assert refused.commands == []
    assert done.ok, done
    (back,) = told(guest, "reconnect()")
    assert back.ok, back


HOLDERS = """
import ctypes, os, socket, time
def child(what):
    if os.fork() == 0:
        what()
        os.close(os.open(f"/srv/files/ready-{what.__name__}", os.O_CREAT)) if what is not root else None
        time.sleep(900)
def mapped():
    # Python's own mmap keeps the file open besides.
    call = ctypes.CDLL(None).mmap
    call.restype, call.argtypes = ctypes.c_void_p, (ctypes.c_void_p, *(ctypes.c_size_t,) * 5)
    with open("/srv/files/map", "w+b") as file:
        file.truncate(4096)
        call(None, 4096, 1, 1, file.fileno(), 0)
def bound():
    globals()["line"] = socket.socket(socket.AF_UNIX)
    line.bind("/srv/files/sock")
def device():
    os.open("/dev/vg-b/files", os.O_RDONLY)
def deleted():
    os.open("/srv/files/gone", os.O_CREAT)
    os.remove("/srv/files/gone")
def standing():
    os.chdir("/srv/files")
def root():
    os.makedirs("/srv/files/jail", exist_ok=True)
    os.chroot("/srv/files/jail")
for what in (root, mapped, bound, device, deleted, standing):
    child(what)
time.sleep(900)
"""


def test_every_way_to_hold_is_seen_as_other_tools_see_it(guest: Guest) -> None:
    guest.write_text("/root/holders.py", HOLDERS)
    in_background(guest, "exec python3 /root/holders.py")
    in_background(guest, "cp /bin/sleep /srv/files/snooze; exec /srv/files/snooze 900")
    wait_for(guest, "test $(ls /srv/files/ready-* | wc -l) = 5 -a -x /srv/files/snooze")
    loop = sh(guest, "modprobe loop; truncate -s 4M /srv/files/image; losetup --find --show /srv/files/image")
    wait_for(guest, "ls -l /proc/[0-9]*/exe 2>/dev/null | grep -q /srv/files/snooze")
    script = """
import json
users = see_users(HOST, files := of_rung(RungKind.MOUNT, "/srv/files"), Seen(take_inventory(HOST))).users
print(json.dumps({
    "how": sorted({held.how.value for one in users.processes for held in one.held}),
    "files": sorted(one.pid for one in users.processes if {h.how.value for h in one.held} - {"open-device"}),
    "kernel": sorted({one.how.value for one in users.kernel if keeps_hold(one)}),
    "unseen": [one.what for one in users.unseen],
}))
"""
    found = json.loads(run_script(guest, IMPORTS + script, 60))
    assert found["how"] == [
        "current-folder",
        "mapped-file",
        "open-device",
        "open-file",
        "program",
        "root-folder",
        "socket",
    ]
    assert found["kernel"] == ["loop"]
    assert found["unseen"] == []
    # fuser asks the file system itself; it does not see the socket that is only bound there.
    reference = {int(pid) for pid in sh(guest, "fuser -m /srv/files 2>/dev/null || true").split()}
    assert reference
    assert reference <= set(found["files"])
    (refused,) = told(guest, 'disconnect(of_rung(RungKind.MOUNT, "/srv/files"))')
    assert refused.code == "disconnect.held-by-kernel"
    assert loop in refused.evidence
    sh(guest, f"losetup -d {loop}; pkill -f '/root/[h]olders'; pkill -x snooze; rm -r /srv/files/*")


@pytest.mark.usefixtures("plain_is_written")
def test_one_lun_goes_and_the_session_stays_for_the_others(guest: Guest) -> None:
    kept = fill(guest, "/srv/files")
    before = sh(guest, "cat /srv/plain/n")
    (done,) = told(guest, 'disconnect(of_rung(RungKind.LUN, "1"), Choices(at_boot=AtBoot.OFF))')
    assert done.ok, done
    assert "stays" in done.notes
    assert sessions(guest) == 1
    assert len(sh(guest, "ls /sys/block | grep ^sd").split()) == 2
    assert maps(guest) == {"vg--a-data", "vg--a-swap"}
    assert mounted(guest) == ALL - {"/srv/files"}
    wait_for(guest, f"test $(cat /srv/plain/n) -gt {before}")
    assert "# disconnected by iscsi-console: UUID=" in guest.read_text("/etc/fstab")
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert mounted(guest) == ALL
    assert checksum(guest, "/srv/files") == kept
    assert "disconnected by" not in guest.read_text("/etc/fstab")


def test_a_whole_target_goes_stays_away_after_a_reboot_and_comes_back(guest: Guest) -> None:
    fstab = guest.read_text("/etc/fstab")
    kept = {place: fill(guest, place) for place in ("/srv/data", "/srv/files", "/srv/plain")}
    (done,) = told(
        guest,
        "disconnect(subject_of_target(TARGET), Choices(AboutUsers.END_PROCESSES, AtBoot.OFF, 20))",
    )
    assert done.ok, done
    assert sessions(guest) == 0
    assert maps(guest) == set()
    assert mounted(guest) == set()
    assert sh(guest, "ls /sys/block | grep -c ^sd || true") == "0"
    assert sh(guest, "iscsiadm -m session 2>&1 || true") == "iscsiadm: No active sessions."
    backups = sh(guest, "grep -l /srv/files /var/lib/iscsi-console/backups/*fstab*").split()
    assert guest.read_text(backups[-1]).count("/srv/") == 4
    guest.reboot()
    assert (sessions(guest), mounted(guest)) == (0, set())
    assert sh(guest, "stat -c %a /var/lib/iscsi-console/disconnected/*") == "600"
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert mounted(guest) == ALL
    assert guest.read_text("/etc/fstab") == fstab
    for place, known in kept.items():
        assert checksum(guest, place) == known
    assert "automatic" in sh(
        guest, "iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:t1 | grep node.startup"
    )


def test_both_ways_from_the_keyboard(guest: Guest) -> None:
    kept = fill(guest, "/srv/data")
    in_background(guest, "exec 7>/srv/data/busy; exec sleep 1000")
    wait_for(guest, "test -e /srv/data/busy")
    with on_console(guest, "iscsi-console", columns=100, rows=32) as terminal:
        terminal.wait_for("q leave", "vg-a")
        terminal.press("Home", "d")
        terminal.wait_for("Disconnect iqn", "In use by 1 user", "sleep 1000")
        guest.check("pkill", "-x", "sleep")
        terminal.wait_for("Not in use.")
        terminal.press("Enter")
        carry_out(terminal, "Wait until nothing uses it", asks=True)
        terminal.wait_for("q leave")
        assert (sessions(guest), maps(guest), mounted(guest)) == (0, set(), set())
        terminal.press("c")
        carry_out(terminal, "Reconnect iqn", asks=False)
        terminal.wait_for("q leave", "vg-a")
        terminal.press("q")
    assert mounted(guest) == ALL
    assert checksum(guest, "/srv/data") == kept
