"""Hosts that no lab makes on demand, built by hand: a session left without a name, and a hostile array."""

from tests.storage.fake_tree import ROOT_STATUS, Disk, add_map, add_session, bare_host, describe
from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Usage

HOSTILE = (
    "iqn.2003-01.evil:\x1b[2J\x1b]0;owned\x07\x9b31m[bold red]\u202emarkup[/]",
    "\x1b[31mVENDOR",
    "\r\nmodel\x07",
)
"""A target's name, a vendor and a model: escape sequences, markup, a direction override, line breaks."""

LONG = "iqn.2003-01.evil:" + "x" * 4096


def orphan() -> ScriptedHost:
    """One good session, one of another portal that FAILED, and one that iscsid left without a name."""
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    add_session(host, 2, Disk("sdb", state="blocked", wwid="naa.2"), address="2001:db8::1", state="FAILED")
    add_session(host, 30, target="(null)", address="192.0.2.3", state="FREE", recovery="off")
    return host


def hostile() -> ScriptedHost:
    """An array, a volume group and a label whose names try to take over the terminal."""
    host = bare_host()
    target, vendor, model = HOSTILE
    add_session(host, 1, Disk("sda", vendor=vendor, model=model, wwid="t10.\x1b[2J"), target=target)
    add_session(host, 2, Disk("sdb", wwid="naa.2", vendor="v" * 4096), target=LONG, address="192.0.2.11")
    record = f"node.name = {LONG}\nnode.conn[0].address = 192.0.2.11\nnode.conn[0].port = 3260\n"
    host.files[f"/etc/iscsi/nodes/{LONG}/192.0.2.11,3260,1/default"] = record
    host.files["/etc/iscsi/nodes/\x1b[2Jstray"] = "x"
    uuid = "LVM-" + "a" * 64
    add_map(host, "dm-0", "vg\x1b[2J-lv\u202e", uuid, "sda")
    describe(host, "8:0", "E:ID_FS_TYPE=LVM2_member", "E:ID_FS_UUID=uuid\x1b[2J")
    describe(
        host,
        "254:0",
        "E:ID_FS_TYPE=ext4",
        "E:ID_FS_USAGE=filesystem",
        "E:ID_FS_UUID=u",
        r"E:ID_FS_LABEL_ENC=\x1b[2J\xe2\x80\xae[bold]",
    )
    host.files["/proc/self/mountinfo"] = r"1 0 254:0 / /m\033[2J rw - ext4 /dev/mapper/x rw" + "\n"
    host.usages["/m\x1b[2J"] = Usage(1000, 100, 900)
    host.files["/proc/self/status"] = ROOT_STATUS
    host.name = "db7\x1b[2J"
    return host
