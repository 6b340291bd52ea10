"""Distribution, services, modules, tools, udev, blkid: the small parsers."""

import pytest
from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Outcome
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Trait
from tui.storage.model.iscsi import Role
from tui.storage.operations.services.prerequisites import INSTALLS, InstallPackages
from tui.storage.probe.devices.blocks import Blocks
from tui.storage.probe.devices.signatures import parse_export, with_signatures
from tui.storage.probe.devices.udev import decode, parse_entry, read_entry
from tui.storage.probe.iscsi.iscsid_conf import read_iscsid_conf
from tui.storage.probe.system.distribution import parse_os_release, read_distribution
from tui.storage.probe.system.modules import parse_builtin_modules, parse_modules, read_modules
from tui.storage.probe.system.services import (
    DAEMON_SOCKET_NAME,
    candidate_units,
    parse_listening,
    parse_units,
    read_services,
    show_units,
)
from tui.storage.probe.system.tools import package_of, read_tools, tool_path
from tui.storage.probe.system.traits import read_traits
from tui.storage.problem import Refused

SHOW = """Id=iscsid.service
LoadState=loaded
ActiveState=active
UnitFileState=disabled

Id=iscsid.socket
LoadState=loaded
ActiveState=active
UnitFileState=enabled

Id=open-iscsi.service
LoadState=loaded
ActiveState=inactive
UnitFileState=enabled

Id=open-iscsi.service
LoadState=loaded
ActiveState=inactive
UnitFileState=enabled

Id=multipathd.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
"""


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("ID=debian\n", "debian"),
        ('ID="ubuntu"\nID_LIKE=debian\n', "debian"),
        ('ID=raspbian\nID_LIKE="debian"\n', "debian"),
        ('ID="rhel"\nID_LIKE="fedora"\n', "redhat"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "suse"),
        ("ID=arch\n", "arch"),
        ('ID="openEuler"\nVERSION_ID="24.03"\n', "openeuler"),
        ('ID="kylin"\nVERSION_ID="V10"\n', "openeuler"),
        ('ID="kylin"\nID_LIKE="fedora"\nVERSION_ID="V10"\n', "redhat"),
        ("ID=kylin\nID_LIKE=debian\n", "debian"),
        ('ID="manjaro"\nID_LIKE=arch\n', "arch"),
        ("ID=alpine\n", "alpine"),
        ('ID="uos"\nVERSION_ID="20"\nPLATFORM_ID="platform:uelc20"\n', "redhat"),
        ('ID="uos"\nVERSION_ID="20"\nPLATFORM_ID="platform:uel20"\n', "openeuler"),
        ("ID=uos\nVERSION_CODENAME=eagle\n", ""),
        ("ID='unclosed\n", ""),
    ],
)
def test_families(text: str, family: str) -> None:
    assert parse_os_release(text).family == family


def test_an_edition_of_uos_without_a_platform_is_told_by_its_packages() -> None:
    host = ScriptedHost()
    host.files["/etc/os-release"] = "ID=uos\nVERSION_CODENAME=eagle\n"
    assert read_distribution(host).family == ""
    host.files["/var/lib/dpkg/status"] = ""
    assert read_distribution(host).family == "debian"


@pytest.mark.parametrize("family", ["openeuler", "arch", "alpine", ""])
def test_packages_are_installed_where_the_program_knows_how(family: str) -> None:
    asked = InstallPackages(("open-iscsi",), family)
    if family in INSTALLS:
        asked.check(ScriptedHost())
        assert asked.shown() == ("dnf --assumeyes install open-iscsi",)
    else:
        with pytest.raises(Refused):
            asked.check(ScriptedHost())


def test_traits_are_read_from_what_each_kind_of_host_has() -> None:
    host = ScriptedHost()
    host.files["/proc/self/mountinfo"] = "28 1 0:30 / / rw,relatime shared:1 - btrfs /dev/sda2 rw\n"
    assert read_traits(host, has_units=True) == ()
    assert read_traits(host, has_units=False) == (Trait.NO_SYSTEMD,)
    host.folders.add("/run/systemd/system")
    host.files["/usr/sbin/transactional-update"] = ""
    assert read_traits(host, has_units=False) == ()
    host.files["/proc/self/mountinfo"] = "28 1 0:30 / / ro,relatime shared:1 - btrfs /dev/sda2 ro\n"
    host.files |= {"/run/ostree-booted": "", "/sys/fs/selinux/enforce": "1", "/usr/sbin/restorecon": ""}
    assert read_traits(host, has_units=True) == (Trait.OSTREE, Trait.TRANSACTIONAL, Trait.SELINUX)


def test_units_and_their_aliases() -> None:
    services = parse_units(SHOW, candidate_units(""))
    assert [(one.unit, one.role, one.installed, one.active) for one in services] == [
        ("iscsid.service", Role.DAEMON, True, "active"),
        ("iscsid.socket", Role.DAEMON_SOCKET, True, "active"),
        ("open-iscsi.service", Role.LOGIN_AT_BOOT, True, "inactive"),
        ("multipathd.service", Role.MULTIPATH, False, "inactive"),
    ]


def test_one_call_asks_for_the_familys_units() -> None:
    assert "iscsi.service" not in candidate_units("debian")
    assert "open-iscsi.service" not in candidate_units("redhat")
    host = ScriptedHost()
    assert read_services(host, "debian") is None
    host.replies[("systemctl",)] = Outcome(0, SHOW)
    assert read_services(host, "debian")
    assert host.commands[-1] == show_units("debian")


def test_a_listening_socket_is_told_from_a_connected_one() -> None:
    name = DAEMON_SOCKET_NAME
    assert parse_listening(f"x: 2 0 00010000 0001 01 7 @{name}\n", name)
    assert not parse_listening(f"x: 3 0 00000000 0001 03 7 @{name}\n", name)
    assert not parse_listening(f"x: 2 0 00010000 0001 01 7 @{name}2\n", name)


def test_modules_are_loaded_or_built_in() -> None:
    host = ScriptedHost()
    host.files["/proc/modules"] = "iscsi_tcp 12188 0 - Live 0x0\nloop 1 0 - Live 0x0\n"
    host.files["/proc/sys/kernel/osrelease"] = "6.1.0\n"
    host.files["/lib/modules/6.1.0/modules.builtin"] = "kernel/drivers/md/dm-mod.ko\n"
    assert read_modules(host) == ("dm_mod", "iscsi_tcp")


def test_tools_are_found_through_links_but_not_through_dangling_ones() -> None:
    host = ScriptedHost()
    host.files["/usr/sbin/mke2fs"] = ""
    host.links["/usr/sbin/mkfs.ext4"] = "mke2fs"
    host.links["/usr/sbin/mkfs.xfs"] = "gone"
    assert tool_path(host, "mkfs.ext4") == "/usr/sbin/mkfs.ext4"
    assert tool_path(host, "mkfs.xfs") == ""
    packages = {tool.name: tool.package for tool in read_tools(host, "redhat")}
    assert packages["iscsiadm"] == "iscsi-initiator-utils"
    assert package_of("iscsiadm", "") == ""


def test_a_udev_entry_of_an_older_device_is_not_believed() -> None:
    host = ScriptedHost()
    host.files["/run/udev/data/b8:0"] = (
        "S:disk/by-diskseq/10\nE:ID_FS_TYPE=ext4\nE:ID_FS_LABEL_ENC=my\\x20data\n"
    )
    assert read_entry(host, "8:0", "10").properties["ID_FS_TYPE"] == "ext4"
    assert read_entry(host, "8:0", "").decoded("ID_FS_LABEL") == "my data"
    assert read_entry(host, "8:0", "11").properties == {}
    assert parse_entry("E:DISKSEQ=7\n").sequence == "7"
    assert decode("a\\x20b\\xc3\\xa9") == "a bé"


def test_blkid_is_asked_only_where_udevs_silence_is_doubtful() -> None:
    host = ScriptedHost()
    host.replies[("blkid",)] = Outcome(
        0, "DEVNAME=/dev/mapper/vg-lv\nLABEL=x\\ y\nUUID=u\nTYPE=xfs\nUSAGE=filesystem\n"
    )
    kind = BlockKind.LOGICAL_VOLUME
    volume = BlockDevice("dm-0", "/dev/mapper/vg-lv", "254:0", kind, 1)
    silent = BlockDevice("dm-1", "/dev/mapper/vg-dead", "254:1", kind, 1, answers=False)
    known = BlockDevice("dm-2", "/dev/mapper/vg-known", "254:2", kind, 1, content="ext4")
    blank = BlockDevice("sda", "/dev/sda", "8:0", BlockKind.DISK, 1)
    blocks = with_signatures(host, Blocks((volume, silent, known, blank)), frozenset())
    assert host.commands[0].argv[-1] == "/dev/mapper/vg-lv"
    assert blocks.devices[0].content == "xfs"
    assert [(one.device, one.label) for one in blocks.filesystems] == [("dm-0", "x y")]
    untouched = Blocks((known, blank))
    assert with_signatures(ScriptedHost(), untouched, frozenset()) is untouched


def test_iscsid_conf() -> None:
    host = ScriptedHost()
    assert not read_iscsid_conf(host).exists
    host.files["/etc/iscsi/iscsid.conf"] = (
        "node.session.auth.password = secret12secret\n"
        "discovery.sendtargets.auth.password = a\ndiscovery.sendtargets.auth.password_in = b\n"
    )
    conf = read_iscsid_conf(host)
    assert conf.session_chap.kind == "one-way"
    assert conf.discovery_chap.kind == "mutual"
    assert "secret12" not in repr(conf)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    parse_os_release(text)
    parse_units(text, candidate_units(""))
    parse_listening(text, "x")
    parse_modules(text)
    parse_builtin_modules(text)
    parse_entry(text)
    parse_export(text)
    decode(text)
