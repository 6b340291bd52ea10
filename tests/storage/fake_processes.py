"""Made-up processes and mount tables below /proc of a `ScriptedHost`."""

from tests.storage.fake_tree import Disk, add_map, add_session, bare_host
from tests.storage.scripted_host import ScriptedHost

HOST_MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 254:0 / /srv/data rw shared:9 - ext4 /dev/mapper/vg-lv rw
31 22 254:0 /part /srv/again rw shared:9 - ext4 /dev/mapper/vg-lv rw
32 30 0:45 / /srv/data/tmp rw - tmpfs tmpfs rw
"""
OWN, OTHER, APART = "mnt:[1]", "mnt:[2]", "mnt:[3]"


def host_with_volume() -> ScriptedHost:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    add_map(host, "dm-0", "vg-lv", "LVM-" + "a" * 64, "sda")
    host.files["/proc/self/mountinfo"] = HOST_MOUNTS
    host.files["/etc/passwd"] = "root:x:0:0::/root:/bin/sh\npostgres:x:107:115::/var/lib:/bin/sh\n"
    host.links["/proc/self/ns/mnt"] = OWN
    return host


def add_process(
    host: ScriptedHost,
    pid: int,
    *,
    cwd: str = "/",
    exe: str = "/usr/bin/thing",
    root: str = "/",
    files: tuple[str, ...] = (),
    maps: str = "",
    state: str = "S",
    uid: int = 0,
    cgroup: str = "0::/system.slice/thing.service",
    space: str = OWN,
    mounts: str = HOST_MOUNTS,
    flags: int = 0,
) -> None:
    place = f"/proc/{pid}"
    rest = f"{state} 1 1 1 0 -1 {flags} 0 0 0 0 0 0 0 0 20 0 1 0 {pid * 100} 1 1"
    host.files |= {
        f"{place}/stat": f"{pid} (a (b) c) {rest}",
        f"{place}/cmdline": f"thing\0--number\0{pid}\0",
        f"{place}/status": f"Name:\tthing\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n",
        f"{place}/cgroup": cgroup + "\n",
        f"{place}/mountinfo": mounts,
        f"{place}/maps": maps,
    }
    host.links |= {
        f"{place}/cwd": cwd,
        f"{place}/exe": exe,
        f"{place}/root": root,
        f"{place}/ns/mnt": space,
        **{f"{place}/fd/{number}": target for number, target in enumerate(files)},
    }
