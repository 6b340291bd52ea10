"""Each "never" of the catalogue of failures, once, with what makes it impossible through this program.

A command that is never run is looked for in everything the program could run: the commands in its sources,
what each operation shows, and the plans of every finding that units, recorded hosts and guests come by
(`tests.recovery.nevers`). What an operation could do in the wrong state is refused in that state, here on
hosts that are made up and in `tests/lab/test_never.py` on a real one. What can lose data although it is right
names what is lost and wants a word typed. What only a person can know is asked first, and what only people
do outside of this program is said beside the finding.
"""

from collections.abc import Callable

from msgspec import Struct

from tests.storage.fake_tree import bare_host
from tests.storage.operations import (
    test_growth_refusals as growing,
    test_refusals as below,
    test_repair_refusals as repairing,
)
from tests.storage.operations.iscsi_host import PORTAL, T1, debian
from tests.storage.scripted_host import ScriptedHost
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.operations.filesystem.check_filesystem import RepairFilesystem
from tui.storage.operations.iscsi.initiator import SetInitiatorName
from tui.storage.operations.iscsi.records import DeleteNodeRecord, RemoveStaleLock, SetRecordValues
from tui.storage.operations.iscsi.sessions import ANY_SESSION, LogOut
from tui.storage.operations.lvm.import_clone import ImportClone
from tui.storage.operations.lvm.missing_disks import RemoveMissingPvsAndVolumes
from tui.storage.operations.lvm.ownership import TakeOverGroup
from tui.storage.operations.lvm.rename import RenameVolumeGroup
from tui.storage.operations.lvm.stale_map import RemoveStaleMap
from tui.storage.operations.lvm.thin_repair import RepairThinPool
from tui.storage.operations.multipath.queueing import StopQueueing
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.stop_service import StopService


class NoCommand(Struct, frozen=True):
    """Nothing of the program runs or proposes it; a line of the kind that is looked for."""

    line: str


class NoPlan(Struct, frozen=True):
    """No plan for this failure does it; the reason as the scan has it."""

    why: str


class Asked(Struct, frozen=True):
    """A plan for this failure does it only after a question to the person; the reason as the scan has it."""

    why: str


class Refused(Struct, frozen=True):
    """The operation is refused in that state, with this code."""

    operation: Operation
    host: Callable[[], ScriptedHost]
    code: str


class Typed(Struct, frozen=True):
    """It is named what is lost, and a word has to be typed."""

    operation: Operation


class Said(Struct, frozen=True):
    """People do it elsewhere: the finding says not to, or asks whether it is so, in these words."""

    words: str


def changed(change: Callable[[ScriptedHost], None]) -> Callable[[], ScriptedHost]:
    """A Debian host after a change."""

    def make() -> ScriptedHost:
        host = debian()
        change(host)
        return host

    return make


def joined_with_a_path() -> ScriptedHost:
    return repairing.joined(good=True)


DISK = repairing.DISK
Way = NoCommand | NoPlan | Asked | Refused | Typed | Said

NEVERS: tuple[tuple[str, str, Way], ...] = (
    (
        "F01",
        "let the target admit everybody",
        NoCommand("targetcli /iscsi/iqn/tpg1 set generate_node_acls=1"),
    ),
    ("F01", "take another host's name", Said("Give this host the name of another one")),
    ("F02", "stop the firewall", NoCommand("systemctl stop firewalld")),
    ("F02", "flush its rules", NoCommand("nft flush ruleset")),
    ("F03", "a pass number of fsck in fstab", NoCommand("UUID=1-2 /srv/data ext4 _netdev 0 1")),
    ("F03", "delete the line without a copy", Said("Delete the line without keeping a copy")),
    ("F04", "set iscsid.conf and discover again", Said("Set it in iscsid.conf and run discovery again")),
    ("F05", "reboot at once", NoCommand("systemctl reboot")),
    ("F05", "log out of the stalled session", NoPlan("the stalled session is not logged out of")),
    ("F05", "kill who waits", NoCommand("kill -9 4242")),
    ("F05", "unload the module", NoCommand("modprobe -r iscsi_tcp")),
    ("F06", "mount -o remount,rw", NoCommand("mount -o remount,rw /srv/data")),
    (
        "F06",
        "fsck while mounted",
        Refused(repairing.REPAIR, lambda: repairing.mounted(repairing.host_with()), "device.mounted"),
    ),
    (
        "F06",
        "fsck while mounted in a container",
        Refused(repairing.REPAIR, repairing.mounted_in_a_container, "device.mounted-elsewhere"),
    ),
    ("F06", "xfs_repair -L", NoCommand("xfs_repair -L /dev/vg/data")),
    ("F06", "umount -l", NoCommand("umount -l /srv/data")),
    (
        "F06",
        "log out below a mount",
        Refused(LogOut(ANY_SESSION, T1, PORTAL), changed(below.mounted), "logout.in-use"),
    ),
    (
        "F07",
        "mount the new volume beside the old mount",
        Said("Mount the volume a second time while the old one is still mounted"),
    ),
    ("F07", "dmsetup remove_all", NoCommand("dmsetup remove_all")),
    (
        "F07",
        "take a map away that is in use",
        Refused(RemoveStaleMap("vg-old", "LVM-x"), lambda: repairing.stale(in_use=True), "stale.in-use"),
    ),
    ("F08", "wipe a disk because it is busy", NoPlan("nothing is written to a disk because it is busy")),
    ("F08", "pvcreate -ff", NoCommand("pvcreate -ff /dev/sdb")),
    (
        "F08",
        "allow changes with duplicates",
        NoCommand("vgchange --config devices/allow_changes_with_duplicate_pvs=1"),
    ),
    ("F08", "blacklist everything", NoCommand("echo 'blacklist { devnode \"*\" }' >> /etc/multipath.conf")),
    ("F09", "delete all records", NoCommand("rm -rf /var/lib/iscsi/nodes")),
    (
        "F09",
        "delete the record of a live session",
        Refused(DeleteNodeRecord(T1, PORTAL), changed(below.logged_in), "record.in-use"),
    ),
    ("F09", "switch IPv6 off", NoCommand("sysctl net.ipv6.conf.all.disable_ipv6=1")),
    ("F10", "kill iscsid to end sessions", NoCommand("systemctl kill iscsid.service")),
    (
        "F10",
        "stop the service of the sessions",
        Refused(StopService("iscsid.service"), bare_host, "service.not-to-be-stopped"),
    ),
    ("F10", "edit records by hand", NoCommand("sed -i s/manual/automatic/ /etc/iscsi/nodes/t1/p/default")),
    ("F11", "log out and in to see the new size", NoPlan("nobody logs out to see the new size")),
    (
        "F11",
        "pvresize while a path is down",
        Refused(
            growing.PV,
            lambda: growing.with_group(growing.two_paths(1024, 1024, 1024, state="FAILED")),
            "growth.path-down",
        ),
    ),
    (
        "F11",
        "grow while the paths differ",
        Refused(growing.RESIZE, lambda: growing.two_paths(1024), "growth.paths-differ"),
    ),
    ("F11", "pvresize --setphysicalvolumesize", NoCommand("pvresize --setphysicalvolumesize 4G /dev/sda")),
    (
        "F12",
        "give up a disk that may return",
        Refused(
            repairing.GIVE_UP,
            lambda: repairing.record_without_session(repairing.lvm(repairing.host_with(), missing=1)),
            "group.may-return",
        ),
    ),
    (
        "F12",
        "give up volumes with it that may return",
        Refused(
            repairing.WITH_VOLUMES,
            lambda: repairing.record_without_session(
                repairing.lvm(repairing.host_with(), missing=1, partial="span")
            ),
            "group.may-return",
        ),
    ),
    (
        "F12",
        "give up volumes unnamed",
        Typed(RemoveMissingPvsAndVolumes("vg", "VGID", ("PVID",), ("data", "logs"))),
    ),
    ("F12", "write to a partial volume", NoCommand("vgchange -ay --activationmode partial vg")),
    ("F12", "a fresh label in the hole", NoPlan("no fresh label fills the hole")),
    ("F13", "rename the host in service first", NoPlan("the host in service keeps its name")),
    (
        "F13",
        "rename while a session recovers",
        Refused(SetInitiatorName(below.NEW_NAME), changed(below.failed_session), "service.sessions-recover"),
    ),
    ("F13", "leave both and tune timers", Said("Leave both and raise the timeouts")),
    ("F14", "fsck while another host has it", Said("Is it certain that no other host has it mounted?")),
    (
        "F15",
        "vgimportclone on the original",
        Refused(
            ImportClone((DISK,), (repairing.PHYSICAL,), "vg", "new"),
            lambda: repairing.lvm(repairing.host_with()),
            "device.held",
        ),
    ),
    (
        "F15",
        "activate while both are there",
        Said("Activate the VG while both are there, or set allow_changes_with_duplicate_pvs"),
    ),
    (
        "F15",
        "vgrename by name",
        Refused(
            RenameVolumeGroup("vg", "X", "new"),
            lambda: growing.with_group(growing.two_paths()),
            "identity.changed",
        ),
    ),
    ("F16", "--logoutall", NoCommand("iscsiadm -m node --logoutall=all")),
    ("F17", "change the MTU here", NoCommand("ip link set dev eth1 mtu 9000")),
    ("F18", "a second iscsid", NoCommand("podman run --privileged tools iscsid -f")),
    ("F20", "import every group", NoCommand("vgimportdevices -a")),
    ("F20", "delete the devices file", NoCommand("rm /etc/lvm/devices/system.devices")),
    (
        "F20",
        "switch the guard off",
        Said("Disable the protection for all disks (use_devicesfile=0, filter a|.*|)"),
    ),
    ("F20", "write to what is only hidden", NoPlan("what is hidden is not empty")),
    ("F21", "reject all", NoCommand('vgs --config devices/global_filter=["r|.*|"]')),
    ("F22", "rc.local", NoCommand("echo vgchange -ay >> /etc/rc.local")),
    ("F24", "pvcreate without --uuid", NoPlan("the identity comes back, nothing goes")),
    (
        "F24",
        "write the label over other content",
        Refused(repairing.LABEL, lambda: repairing.free_disk("gpt"), "pv-header.not-empty"),
    ),
    ("F24", "fsck -y first", NoCommand("fsck -y /dev/vg/data")),
    ("F25", "an empty system ID", NoCommand("vgchange --systemid '' vg")),
    (
        "F25",
        "take a group over without an own ID",
        Refused(
            TakeOverGroup("vg", repairing.GROUP, "db6", "db7"),
            lambda: repairing.lvm(repairing.host_with(), vg_systemid="db6"),
            "systemid.none",
        ),
    ),
    ("F25", "--nolocking", NoCommand("vgchange -ay --nolocking vg")),
    ("F26", "mount the other volume", NoPlan("nothing of the other volume is mounted or mended")),
    ("F27", "pvresize or fsck first", NoPlan("a smaller LUN is not followed")),
    (
        "F27",
        "follow a smaller LUN",
        Refused(
            growing.PV,
            lambda: growing.with_group(growing.two_paths(1024, 1024, 1024), pv=2044),
            "growth.shrunk",
        ),
    ),
    ("F28", "delete files and take that for room", Said("Delete files and expect that to free space")),
    (
        "F28",
        "fsck while writes fail",
        Asked("nothing is mended before somebody says that writes are taken again"),
    ),
    ("F29", "remove the copy of the pool's notes", NoCommand("lvremove vg/pool_meta0")),
    (
        "F29",
        "repair what is no pool, or one in use",
        Refused(
            RepairThinPool("vg", repairing.GROUP, "data", repairing.LOGICAL),
            lambda: repairing.lvm(repairing.host_with()),
            "thin.pool",
        ),
    ),
    (
        "F29",
        "old notes over a thin pool",
        Refused(
            repairing.RESTORE,
            lambda: repairing.free_disk(notes=repairing.NOTES.replace('"linear"', '"thin-pool"')),
            "metadata.thin-pool",
        ),
    ),
    ("F29", "vgcfgrestore --force", NoCommand("vgcfgrestore --force --file /etc/lvm/archive/x vg")),
    (
        "F30",
        "merge a dead snapshot",
        Refused(
            repairing.MERGE,
            lambda: repairing.lvm(repairing.host_with(), snapshot="swi-I-s---"),
            "snapshot.invalid",
        ),
    ),
    (
        "F31",
        "a secret on a command line",
        Refused(
            SetRecordValues(T1, PORTAL, "default", (("node.session.auth.password", "x"),)),
            debian,
            "record.secret-in-argv",
        ),
    ),
    (
        "F33",
        "free a lock that is held",
        Refused(RemoveStaleLock(), changed(below.iscsiadm_at_work), "record.database-busy"),
    ),
    ("F33", "delete every record", NoCommand("iscsiadm -m node -o delete")),
    ("F34", "multipath -F", NoCommand("multipath -F")),
    ("F34", "dmsetup remove -f on an open map", NoCommand("dmsetup remove -f mpatha")),
    (
        "F34",
        "give up while a path is up",
        Refused(StopQueueing(repairing.WWID, "mpatha"), joined_with_a_path, "queueing.path-up"),
    ),
    ("F34", "give up what waits unnamed", Typed(StopQueueing("naa.6001405", "mpatha", ("/srv",)))),
    (
        "F37",
        "repair a kind without a safe repair",
        Refused(
            RepairFilesystem(repairing.VOLUME, FilesystemKind.BTRFS, "U"),
            repairing.host_with,
            "filesystem.no-repair",
        ),
    ),
    ("F38", "setenforce 0", NoCommand("setenforce 0")),
    ("F38", "chmod 777", NoCommand("chmod 777 /srv/data")),
    ("F40", "unmap the old LUN too early", Said("Unmap the old LUN before vgreduce and pvremove")),
    ("F42", "write to what a filter hides", NoPlan("what is hidden is not empty")),
)
"""Number of the catalogue, what should never be done, and what makes it impossible."""
