"""How often a host is asked for what: what was read a moment ago is not read again."""

from collections import Counter
from dataclasses import dataclass, field

from tests.storage.fake_tree import Disk, add_session, bare_host
from tests.storage.scripted_host import ScriptedHost
from tui.storage.model.block import BlockDevice
from tui.storage.probe.inventory import take_inventory


@dataclass(slots=True, eq=False, weakref_slot=True)
class CountingHost(ScriptedHost):
    """Counts how often each file is read and each folder is listed."""

    asked: Counter[str] = field(default_factory=Counter)

    def read(self, path: str) -> str:
        self.asked[path] += 1
        return ScriptedHost.read(self, path)

    def names(self, path: str) -> tuple[str, ...]:
        self.asked[path] += 1
        return ScriptedHost.names(self, path)


def test_no_attribute_of_a_session_or_a_disk_is_read_twice() -> None:
    bare = bare_host()
    host = CountingHost(files=bare.files, folders=bare.folders)
    add_session(host, 1, Disk("sda"), Disk("sdb", 1, "offline", sectors=2048))
    seen = take_inventory(host)
    of_kernel = {path: count for path, count in host.asked.items() if path.startswith("/sys/")}
    # Which devices there are is asked before the LUNs, whose disks are known by it, and after them.
    assert {path for path, count in of_kernel.items() if count > 1} == {"/sys/class/block"}
    assert of_kernel["/sys/class/block"] == 2
    assert sum("/block/sda" in path for path in of_kernel) > 0

    def of(name: str) -> BlockDevice:
        device = seen.device(name)
        assert device is not None
        return device

    assert [(of(lun.disk).size, of(lun.disk).read_only) for lun in seen.luns] == [
        (lun.size, lun.read_only) for lun in seen.luns
    ]
    assert [of(lun.disk).answers for lun in seen.luns] == [True, False]
