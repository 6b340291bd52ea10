"""Who holds a file system or a disk, read from made-up /proc trees."""

import errno

import pytest
from hypothesis import given, strategies as st

from tests.storage.fake_processes import APART, HOST_MOUNTS, OTHER, add_process, host_with_volume
from tests.storage.fake_tree import add_map
from tests.storage.scripted_host import ScriptedHost
from tui.storage.model.users import Hold, KernelHold, Process, Users
from tui.storage.probe.holders.cgroup import parse_cgroup
from tui.storage.probe.holders.users import parse_stat, read_users
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.narrow import look_at_devices


def users(host: ScriptedHost, *devices: str) -> Users:
    return read_users(host, look_at_devices(host), devices or ("dm-0",))


def only(host: ScriptedHost) -> Process:
    (process,) = users(host).processes
    return process


@pytest.mark.parametrize(
    ("how", "given_to", "value"),
    [
        (Hold.CURRENT_FOLDER, "cwd", "/srv/data/x"),
        (Hold.ROOT_FOLDER, "root", "/srv/data"),
        (Hold.PROGRAM, "exe", "/srv/data/bin/tool (deleted)"),
        (Hold.OPEN_FILE, "files", ("/dev/null", "/srv/data/log (deleted)")),
        (Hold.OPEN_DEVICE, "files", ("/dev/mapper/vg-lv",)),
        (Hold.MAPPED_FILE, "maps", "7f0-7f1 r--p 00000000 fe:00 12 /srv/data/lib.so\n"),
        (Hold.SOCKET, "files", ("socket:[4711]",)),
    ],
)
def test_every_way_to_hold_is_seen(how: Hold, given_to: str, value: object) -> None:
    host = host_with_volume()
    host.files["/proc/net/unix"] += (
        "0000000000000000: 00000002 00000000 00010000 0001 01 4711 /srv/data/app.sock\n"
    )
    add_process(host, 10, **{given_to: value})  # type: ignore[arg-type]  # one argument of several types
    found = only(host)
    assert (found.pid, found.started, found.command) == (10, 1000, "thing --number 10")
    assert how in {one.how for one in found.held}
    assert {one.device for one in found.held} == {"dm-0"}


def test_what_lies_beside_is_nobodys_business() -> None:
    host = host_with_volume()
    add_process(host, 10, cwd="/srv/database", files=("/srv/data/tmp/on-tmpfs", "/dev/sdz", "pipe:[1]"))
    add_process(host, 11, flags=0x200000, cwd="/srv/data")
    add_process(host, 12, state="Z", cwd="/srv/data")
    assert users(host).processes == ()


def test_a_device_node_of_another_name_is_known_by_its_number() -> None:
    host = host_with_volume()
    inside = "/proc/10/root/dev/xvda"
    from tui.storage.host.interface import FileFacts, FileKind

    host.facts_of[inside] = FileFacts(FileKind.BLOCK, 0o660, 0, 6, 0, 0.0, "254:0")
    add_process(host, 10, files=("/dev/xvda",))
    assert [one.how for one in only(host).held] == [Hold.OPEN_DEVICE]


def test_unit_container_user_and_a_process_that_waits() -> None:
    host = host_with_volume()
    docker = "0::/system.slice/docker-0123456789abcdef0123456789abcdef.scope"
    container = "5 4 254:0 /part /data rw - ext4 /dev/mapper/vg-lv rw\n4 3 0:50 / / rw - overlay o rw\n"
    add_process(host, 10, cwd="/data/x", uid=107, cgroup=docker, space=OTHER, mounts=container)
    add_process(host, 11, cwd="/srv/data", state="D", maps="x fe:00 ")
    add_process(host, 999, cwd="/srv/data")
    inventory = look_at_devices(host)
    host.links["/proc/self"] = "999"
    in_container, waiting, self = read_users(host, inventory, ("dm-0",)).processes
    assert (in_container.user, in_container.container) == ("postgres", "docker 0123456789ab")
    assert in_container.elsewhere
    assert in_container.service == ""
    assert waiting.waits
    assert waiting.command == "a (b) c"
    assert waiting.service == "thing.service"
    assert self.ours


def test_what_only_root_may_see_is_counted() -> None:
    host = host_with_volume()
    add_process(host, 10, cwd="/srv/data")
    add_process(host, 11, cwd="/srv/data")
    host.failures["/proc/11/ns/mnt"] = PermissionError(errno.EACCES, "Permission denied")
    found = users(host)
    assert [one.pid for one in found.processes] == [10]
    assert [one.what for one in found.unseen] == ["1 process"]


def test_no_processes_at_all_are_no_proof() -> None:
    assert [one.what for one in users(host_with_volume()).unseen] == ["processes"]


def test_the_kernels_own_users() -> None:
    host = host_with_volume()
    follows = HOST_MOUNTS.replace("shared:1 ", "master:1 ")
    apart = HOST_MOUNTS.replace("shared:1 ", "").replace("shared:9 ", "")
    add_process(host, 20, space=OTHER, mounts=follows)
    add_process(host, 21, space=APART, mounts=apart)
    host.files["/proc/swaps"] += "/srv/data/swap file 1024 0 -2\n"
    host.files["/sys/class/block/loop7/loop/backing_file"] = "/srv/data/image\n"
    host.files["/proc/fs/nfsd/exports"] = "# Version 1.1\n/srv/data\t192.0.2.0/24(rw,sync)\n/home *(ro)\n"
    autofs = "40 22 0:50 / /srv/data rw - autofs systemd-1 rw\n"
    host.files["/proc/self/mountinfo"] = autofs + host.files["/proc/self/mountinfo"]
    found = {(one.how, one.name, one.follows) for one in users(host).kernel}
    assert (KernelHold.LOOP, "/dev/loop7", False) in found
    assert (KernelHold.NFS_EXPORT, "/srv/data", False) in found
    assert (KernelHold.BIND, "/srv/again", True) in found
    assert (KernelHold.BELOW, "/srv/data/tmp", False) in found
    assert (KernelHold.AUTOMOUNT, "/srv/data", False) in found
    assert (KernelHold.NAMESPACE, "/srv/data", True) in found
    assert (KernelHold.NAMESPACE, "/srv/data", False) in found
    assert not any("/home" in name for _how, name, _follows in found)
    assert users(host, "sda").kernel == ()


def test_swap_and_a_map_that_is_not_lvms() -> None:
    host = host_with_volume()
    host.files["/proc/swaps"] += "/dev/dm-0 partition 1024 0 -2\n"
    add_map(host, "dm-1", "secret", "CRYPT-LUKS2-x", "dm-0")
    found = {(one.how, one.device) for one in users(host).kernel}
    assert found >= {(KernelHold.SWAP, "dm-0"), (KernelHold.MAP, "dm-0")}


def test_users_of_some_devices_only() -> None:
    host = host_with_volume()
    add_process(host, 10, cwd="/srv/data", files=("/dev/sda",))
    found = read_users(host, take_inventory(host), ("dm-0", "sda"))
    assert len(found.processes[0].held) == 2
    assert [one.how for one in found.of(("sda",)).processes[0].held] == [Hold.OPEN_DEVICE]
    assert found.of(("sdb",)).processes == ()


@pytest.mark.parametrize(
    ("path", "unit", "container"),
    [
        ("0::/system.slice/nginx.service", "nginx.service", ""),
        ("0::/user.slice/user-0.slice/user@0.service/app.slice/a.service", "user@0.service", ""),
        ("1:name=systemd:/system.slice/cron.service\n0::/", "cron.service", ""),
        (
            "0::/machine.slice/libpod-0123456789abcdef.scope",
            "libpod-0123456789abcdef.scope",
            "podman 0123456789ab",
        ),
        ("4:cpu:/docker/0123456789abcdef\n0::/docker/0123456789abcdef", "", "docker 0123456789ab"),
        ("0::/lxc.payload.web/init.scope", "init.scope", "lxc web"),
        ("0::/machine.slice/systemd-nspawn@web.service/payload", "systemd-nspawn@web.service", "nspawn web"),
        ("", "", ""),
    ],
)
def test_units_and_containers(path: str, unit: str, container: str) -> None:
    assert parse_cgroup(path) == (unit, container)


@given(st.text())
def test_any_text_is_survived(content: str) -> None:
    parse_cgroup(content)
    parse_stat(content)
