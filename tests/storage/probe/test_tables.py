"""mountinfo, swaps, fstab, crypttab: parsers and the devices they lead to."""

from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Usage
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import FstabEntry, Mount
from tui.storage.probe.devices.places import DevicePlaces
from tui.storage.probe.mounts.crypttab import parse_crypttab, read_crypttab
from tui.storage.probe.mounts.escapes import escape, unescape
from tui.storage.probe.mounts.fstab import parse_fstab, print_entry, read_fstab
from tui.storage.probe.mounts.mounts import parse_mountinfo, parse_swaps, read_mounts, read_swaps

MOUNTINFO = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 22 0:26 / /auto rw,relatime shared:2 - autofs systemd-1 rw,fd=39
84 22 254:0 / /iscsi\040data rw,noatime shared:45 - ext4 /dev/mapper/vg-lv ro,stripe=8192
85 22 254:0 /sub /bind ro,noatime shared:46 - ext4 /dev/mapper/vg-lv rw
90 22 0:40 /@home /home rw shared:50 - btrfs /dev/sdb rw,subvol=/@home
91 22 0:41 / /tmp rw - tmpfs tmpfs rw
broken line
"""
DEVICES = (
    BlockDevice("sda1", "/dev/sda1", "8:1", BlockKind.PARTITION, 1),
    BlockDevice("sdb", "/dev/sdb", "8:16", BlockKind.DISK, 1, content_uuid="b-b"),
    BlockDevice("sdc", "/dev/sdc", "8:32", BlockKind.DISK, 1, content_uuid="u-u", holders=("dm-0",)),
    BlockDevice(
        "dm-0",
        "/dev/mapper/vg-lv",
        "254:0",
        BlockKind.LOGICAL_VOLUME,
        1,
        content_uuid="u-u",
        content_label="my data",
        links=("/dev/vg/lv", "/dev/disk/by-partlabel/x"),
    ),
)


def test_mounts_are_matched_to_devices() -> None:
    host = ScriptedHost()
    host.files["/proc/self/mountinfo"] = MOUNTINFO
    host.usages["/home"] = Usage(100, 40, 50)
    mounts = {mount.target: mount for mount in read_mounts(host, DevicePlaces(DEVICES), frozenset({"dm-0"}))}
    assert set(mounts) == {"/", "/iscsi data", "/bind", "/home"}
    assert mounts["/iscsi data"].device == "dm-0"
    assert mounts["/iscsi data"].options[:2] == ("rw", "noatime")
    assert mounts["/iscsi data"].read_only
    assert mounts["/bind"].root == "/sub"
    assert mounts["/home"].device == "sdb"
    assert mounts["/home"].used == 40
    assert mounts["/iscsi data"].size is None


def test_a_file_system_on_a_silent_disk_is_not_asked_nor_what_lies_below_it() -> None:
    asked: list[str] = []

    class Asked(ScriptedHost):
        def usage(self, path: str) -> Usage | None:
            asked.append(path)
            return None

    host = Asked()
    host.files["/proc/self/mountinfo"] = (
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "2 1 254:0 / /data rw - ext4 /dev/mapper/vg-lv rw\n"
        "3 2 8:16 / /data/inner rw - ext4 /dev/sdb rw\n"
        "4 1 8:16 / /over rw - ext4 /dev/sdb rw\n"
        "5 1 0:99 / /over rw - nfs server:/x rw\n"
    )
    read_mounts(host, DevicePlaces(DEVICES), frozenset({"dm-0"}))
    assert asked == ["/"]


def test_swaps() -> None:
    host = ScriptedHost()
    host.files["/proc/swaps"] = (
        "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
        "/dev/dm-0                               partition\t16380\t\t4\t\t-2\n"
        "/home/swap\\040file                      file\t\t1024\t\t0\t\t-3\n"
    )
    host.files["/proc/self/mountinfo"] = MOUNTINFO
    places = DevicePlaces(DEVICES)
    swaps = read_swaps(host, places, read_mounts(host, places, frozenset()))
    assert [(swap.path, swap.device, swap.size, swap.used) for swap in swaps] == [
        ("/dev/dm-0", "dm-0", 16380 * 1024, 4096),
        ("/home/swap file", "sdb", 1048576, 0),
    ]


def test_fstab_specs_lead_to_devices() -> None:
    host = ScriptedHost()
    host.files["/etc/fstab"] = (
        "# comment\n"
        "UUID=u-u /iscsi\\040data ext4 acl,_netdev,nofail 0 2\n"
        "LABEL=my\\040data /a xfs defaults\n"
        "/dev/vg/lv /b ext4\n"
        "PARTLABEL=x /c ext4 defaults 0 0\n"
        "UUID=gone /d ext4 defaults 0 0\n"
        "server:/x /e nfs defaults 0 0\n"
        "short line\n"
    )
    entries = read_fstab(host, DevicePlaces(DEVICES))
    assert [(entry.line, entry.mount_point, entry.device) for entry in entries] == [
        (2, "/iscsi data", "dm-0"),
        (3, "/a", "dm-0"),
        (4, "/b", "dm-0"),
        (5, "/c", "dm-0"),
        (6, "/d", ""),
        (7, "/e", ""),
    ]
    assert entries[0].options == ("acl", "_netdev", "nofail")
    assert entries[0].pass_number == 2


FIELD = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=20)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    parse_mountinfo(text)
    parse_swaps(text)
    parse_fstab(text)
    unescape(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_escapes_are_undone(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not set(escape(text)) & set(" \t\n#")


@given(
    FIELD.filter(lambda text: not text.startswith("#")),
    FIELD,
    FIELD,
    st.lists(FIELD.map(lambda text: text.replace(",", "x")), min_size=1, max_size=4),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_an_entry_is_read_back(
    spec: str, mount_point: str, kind: str, options: list[str], numbers: tuple[int, int]
) -> None:
    entry = FstabEntry(1, spec, f"/{mount_point} x", kind, tuple(options), *numbers)
    assert parse_fstab(print_entry(entry)) == (entry,)


CRYPTTAB = """# name device key options
sec\tUUID="u-u"  /root/k  luks,discard,_netdev
open UUID=b-b
asked /dev/vg/lv none luks,noauto
fresh /dev/sda1 /dev/urandom swap
far /dev/sdz /key:LABEL=stick luks
broken
"""


def test_crypttab_entries_lead_to_devices() -> None:
    host = ScriptedHost()
    host.files["/etc/crypttab"] = CRYPTTAB
    sec, opened, asked, fresh, far = read_crypttab(host, DevicePlaces(DEVICES))
    assert (sec.name, sec.device, sec.key_file, sec.at_boot) == ("sec", "dm-0", "/root/k", True)
    assert sec.options == ("luks", "discard", "_netdev")
    assert (opened.line, opened.device, opened.key, opened.options) == (3, "sdb", "", ())
    assert (asked.key, asked.at_boot) == ("", False)
    assert (fresh.key_file, fresh.device) == ("", "sda1")
    assert (far.key_file, far.key, far.device) == ("", "/key:LABEL=stick", "")


def test_a_host_without_crypttab_has_no_entries() -> None:
    assert read_crypttab(ScriptedHost(), DevicePlaces(DEVICES)) == ()


@given(st.text())
def test_crypttab_is_read_whatever_is_in_it(content: str) -> None:
    parse_crypttab(content)


def test_of_a_volume_and_its_snapshot_the_mounted_one_is_meant() -> None:
    made = [
        BlockDevice(name, f"/dev/mapper/vg-{path}", f"254:{number}", BlockKind.LOGICAL_VOLUME, 1,
                    content="ext4", content_uuid="SAME", links=("/dev/disk/by-uuid/SAME",))
        for number, (name, path) in enumerate((("dm-0", "data"), ("dm-1", "night")))
    ]  # fmt: skip
    places = DevicePlaces(made)
    assert places.carriers("UUID=SAME") == ("dm-0", "dm-1")
    host = ScriptedHost(files={"/etc/fstab": "UUID=SAME /srv/data/ ext4 defaults 0 0\n"})
    mounted = Mount("/dev/mapper/vg-data", "dm-0", "/srv/data", "ext4")
    assert [one.device for one in read_fstab(host, places, (mounted,))] == ["dm-0"]
    host.links["/dev/disk/by-uuid/SAME"] = "/dev/dm-0"
    assert [one.device for one in read_fstab(host, places)] == ["dm-0"]
    host.links["/dev/disk/by-uuid/SAME"] = "/dev/dm-1"
    assert [one.device for one in read_fstab(host, places)] == ["dm-1"]
    assert places.at(host, "/dev/disk/by-uuid/SAME") == "dm-1"
