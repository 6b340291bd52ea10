"""Commands that the catalogue of failures says never to run, and what no repair of one failure may do.

Every way out that a test comes by is held against both: the findings that units make, and what `doctor` says
in a guest.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from tui.recovery.finding import Finding


class Command(Struct, frozen=True, dict=True):
    """A command that no part of the program runs or proposes.

    Attributes:
        number: of the failure in whose fight it is tried, `F06`.
        pattern: finds it in a line as a person would type it.
        example: such a line.
    """

    number: str
    pattern: str
    example: str

    @cached_property
    def found(self) -> re.Pattern[str]:
        """The pattern, compiled."""
        return re.compile(self.pattern)


COMMANDS = (
    Command(
        "F01", r"targetcli|generate_node_acls|demo_mode", "targetcli /iscsi/iqn/tpg1 set generate_node_acls=1"
    ),
    Command("F02", r"\b(nft|iptables|firewall-cmd)\b|\bstop\b.*firewalld", "systemctl stop firewalld"),
    Command("F02", r"\b(nft|iptables|firewall-cmd)\b|\bstop\b.*firewalld", "nft flush ruleset"),
    Command("F03", r"^\S+ /\S* \S+ \S+ \d [1-9]$", "UUID=1-2 /srv/data ext4 _netdev 0 1"),
    Command("F05", r"\b(reboot|poweroff|shutdown|kexec)\b(?!\.)", "systemctl reboot"),
    Command("F05", r"\bkill\b.*(-9|KILL)|\b(pkill|killall|fuser -\w*k)\b", "kill -9 4242"),
    Command("F05", r"\brmmod\b|\bmodprobe\b.* (-r|--remove)\b", "modprobe -r iscsi_tcp"),
    Command(
        "F06", r"\bmount\b.*remount\b.*\brw\b|\bmount\b.*\brw\b.*remount", "mount -o remount,rw /srv/data"
    ),
    Command("F06", r"\bxfs_repair\b.* -\w*L", "xfs_repair -L /dev/vg/data"),
    Command("F06", r"\bumount\b.* (-\w*[lf]|--lazy|--force)", "umount -l /srv/data"),
    Command("F07", r"\bdmsetup\b.*(remove_all| --force| -f\b)", "dmsetup remove_all"),
    Command("F08", r"\bpvcreate\b.* (-f+|--force|-y|--yes)\b", "pvcreate -ff /dev/sdb"),
    Command(
        "F08",
        r"allow_changes_with_duplicate_pvs",
        "vgchange --config devices/allow_changes_with_duplicate_pvs=1",
    ),
    Command("F08", r"blacklist\b.*\*", "echo 'blacklist { devnode \"*\" }' >> /etc/multipath.conf"),
    Command("F09", r"\brm\b.*(/nodes|/iscsi)(?![\w-])", "rm -rf /var/lib/iscsi/nodes"),
    Command("F09", r"disable_ipv6", "sysctl net.ipv6.conf.all.disable_ipv6=1"),
    Command("F10", r"\b(stop|kill|disable|mask)\b.*iscsid", "systemctl kill iscsid.service"),
    Command(
        "F10",
        r"\b(sed|tee|vi)\b.*/iscsi/nodes",
        "sed -i s/manual/automatic/ /etc/iscsi/nodes/t1/p/default",
    ),
    Command("F11", r"--setphysicalvolumesize", "pvresize --setphysicalvolumesize 4G /dev/sda"),
    Command("F12", r"--activationmode partial|--partial\b", "vgchange -ay --activationmode partial vg"),
    Command(
        "F16", r"--logoutall|iscsiadm -m (node|session) (-u|--logout)$", "iscsiadm -m node --logoutall=all"
    ),
    Command("F17", r"\bmtu\b", "ip link set dev eth1 mtu 9000"),
    Command("F18", r"\b(docker|podman)\b.*iscsid", "podman run --privileged tools iscsid -f"),
    Command("F20", r"\bvgimportdevices\b.* (-a|--all)\b", "vgimportdevices -a"),
    Command(
        "F20", r"system\.devices\b.*\brm\b|\brm\b.*system\.devices", "rm /etc/lvm/devices/system.devices"
    ),
    Command("F21", r"r\|\.\*\|", 'vgs --config devices/global_filter=["r|.*|"]'),
    Command("F22", r">> */etc/rc\.", "echo vgchange -ay >> /etc/rc.local"),
    Command("F24", r"\b(fsck\S*|e2fsck)\b.* -\w*y", "fsck -y /dev/vg/data"),
    Command("F25", r"--systemid ?(''|\"\"|$)", "vgchange --systemid '' vg"),
    Command("F25", r"--nolocking|locking_type", "vgchange -ay --nolocking vg"),
    Command("F29", r"\blvremove\b.*_meta\d", "lvremove vg/pool_meta0"),
    Command("F29", r"\bvgcfgrestore\b.* --force", "vgcfgrestore --force --file /etc/lvm/archive/x vg"),
    Command("F33", r"iscsiadm -m node (-o delete|--op=delete)$", "iscsiadm -m node -o delete"),
    Command("F34", r"\bmultipath\b.* -F", "multipath -F"),
    Command("F38", r"\bsetenforce\b|\bchmod\b.* 0?777", "setenforce 0"),
)
"""What is never run, whatever is broken."""

NOT_FOR = (
    ("F05", r"iscsiadm\b.*(--logout\b| -u\b)", "the stalled session is not logged out of"),
    ("F08", r"\bwipefs\b|\bpvcreate\b", "nothing is written to a disk because it is busy"),
    ("F11", r"iscsiadm\b.*(--logout\b| -u\b)", "nobody logs out to see the new size"),
    ("F12", r"\bpvcreate\b", "no fresh label fills the hole"),
    ("F13", r"InitiatorName", "the host in service keeps its name"),
    ("F30", r"\blvconvert\b.* --merge", "a full snapshot is not merged: what it kept is lost"),
    ("F20", r"\bwipefs\b|\bpvcreate\b", "what is hidden is not empty"),
    (
        "F24",
        r"\bvgreduce\b|\b(mkfs|fdisk)\b|\bpvcreate (?!.*--uuid)",
        "the identity comes back, nothing goes",
    ),
    ("F26", r"^mount\b|\b(e2fsck|xfs_repair)\b", "nothing of the other volume is mounted or mended"),
    ("F27", r"\bpvresize\b|\b(e2fsck|xfs_repair)\b", "a smaller LUN is not followed"),
    ("F29", r"\b(e2fsck|xfs_repair)\b", "nothing is mended while writes fail"),
    ("F42", r"\bwipefs\b|\bpvcreate\b", "what is hidden is not empty"),
)
"""What no plan for one failure does: number, pattern, why."""

ASKED_FIRST = (
    ("F28", r"\b(e2fsck|xfs_repair)\b", "nothing is mended before somebody says that writes are taken again"),
)
"""What a plan for one failure does only after a question to the person: number, pattern, why."""


def forbidden(lines: Iterable[str]) -> list[tuple[str, str]]:
    """The lines that are never run, each with the number of the catalogue."""
    return [(one.number, line) for line in lines for one in COMMANDS if one.found.search(line)]


def offered_against(number: str, lines: Iterable[str]) -> list[tuple[str, str]]:
    """The lines of a plan that should not be in it, each with the number of the catalogue."""
    lines = tuple(lines)
    wrong = [
        (number, line)
        for one, pattern, _why in NOT_FOR
        for line in lines
        if one == number and re.search(pattern, line)
    ]
    return [*forbidden(lines), *wrong]


def nothing_forbidden(findings: Iterable[Finding]) -> None:
    """See that no way out that is a plan does what must never be done."""
    for one in findings:
        for fix in one.fixes:
            if fix.proposal is None:
                continue
            lines = [line for operation in fix.proposal.plan.operations for line in operation.shown()]
            assert not offered_against(one.number, lines), one.code
            assert fix.confirm or not _asked_first(one.number, lines), one.code


def nothing_forbidden_in(document: Mapping[str, Any]) -> None:
    """See the same of a document of `doctor --json`."""
    for one in document["findings"]:
        for fix in one["fixes"]:
            if fix["plan"] is None:
                continue
            lines = [line for step in fix["plan"]["steps"] for line in step["commands"]]
            assert not offered_against(one["number"], lines), one["code"]
            assert fix["confirm"] or not _asked_first(one["number"], lines), one["code"]


def _asked_first(number: str, lines: Iterable[str]) -> bool:
    return any(
        one == number and re.search(pattern, line) for one, pattern, _why in ASKED_FIRST for line in lines
    )
