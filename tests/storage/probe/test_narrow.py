"""Who has a device mounted in a mount table of his own."""

import pytest

from tests.storage.scripted_host import ScriptedHost
from tui.storage.probe.narrow import mounted_elsewhere

OWN, OTHER = "/proc/7/ns/mnt:[1]", "/proc/8/ns/mnt:[2]"


def host_with(table: str, *, space: str = OTHER) -> ScriptedHost:
    host = ScriptedHost()
    host.files["/proc/8/mountinfo"] = table
    host.links |= {"/proc/self/ns/mnt": OWN, "/proc/8/ns/mnt": space}
    return host


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("36 35 253:0 / /srv/data rw,noatime shared:7 - ext4 /dev/mapper/vg-data rw", "/srv/data"),
        ("36 35 0:52 /@ /srv/data rw - btrfs /dev/mapper/vg-data rw", "/srv/data"),
        (r"36 35 0:52 / /with\040blank rw - btrfs /dev/disk/by-label/a\134x20b\043 rw", "/with blank"),
        (r"36 35 0:52 / /srv/data rw - btrfs /dev/disk/by-label/a\134x20b# rw", "/srv/data"),
        ("36 35 253:1 / /srv/data rw - ext4 /dev/mapper/vg-other rw", ""),
        ("36 35 0:52 / /253:0 rw - tmpfs tmpfs rw,size=253:0", ""),
        ("broken 253:0 line", ""),
    ],
)
def test_a_table_is_searched_by_number_and_by_path(line: str, found: str) -> None:
    host = host_with(f"1 0 0:1 / / rw - tmpfs tmpfs rw\n{line}\n2 1 0:2 / /proc rw - proc proc rw\n")
    numbers = frozenset({"253:0"})
    paths = frozenset({"/dev/mapper/vg-data", r"/dev/disk/by-label/a\x20b#"})
    expected = (f"{found} (process 8)",) if found else ()
    assert mounted_elsewhere(host, numbers, paths) == expected


def test_processes_with_the_programs_own_table_are_passed_over() -> None:
    host = host_with("36 35 253:0 / /srv/data rw - ext4 /dev/dm-0 rw\n", space=OWN)
    assert mounted_elsewhere(host, frozenset({"253:0"}), frozenset()) == ()
