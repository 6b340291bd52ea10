"""Made-up hosts that live: sessions that fail, news that come, disks that are busy."""

import argparse
import math
import time
from collections.abc import Callable, Iterable

from msgspec import Struct, field

from tests.storage.fake_tree import Disk, add_map, add_session, bare_host, describe
from tests.storage.scripted_host import ScriptedHost
from tui.app import ConsoleApp
from tui.screens.access import access
from tui.screens.console.reading import OpenLive
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import Outcome
from tui.storage.model.topic import Topic
from tui.storage.news.desk import NewsDesk
from tui.storage.news.happening import Happening, Source, Tone
from tui.storage.probe.system.services import candidate_units
from tui.storage.watching.activity import Activity, Counters, Rates
from tui.storage.watching.processes import IscsiProcess, ProcessKind
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look

NOW = 1_800_000_000.0
FIRST, SECOND = "iqn.2003-01.org.example:t1", "iqn.2003-01.org.example:t2"


class MadeUpLive(Struct):
    """What tells of a host, filled by a test."""

    desk: NewsDesk
    changed: Callable[[frozenset[Topic]], None]
    activity: Activity = field(default_factory=Activity)
    processes: tuple[IscsiProcess, ...] = ()
    running: bool = False

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def rates(self, disks: Iterable[str]) -> tuple[Rates, ...]:
        return self.activity.of(disks)


class Living(Struct):
    """A host, and what tells of it once a screen has opened it."""

    host: ScriptedHost
    prepare: Callable[[MadeUpLive], None] = lambda _live: None
    lives: list[MadeUpLive] = field(default_factory=list)

    def open(
        self,
        _host: CommandLogHost,
        changed: Callable[[frozenset[Topic]], None],
        news: Callable[[], None],
        _since: float,
    ) -> MadeUpLive:
        live = MadeUpLive(NewsDesk(news), changed)
        self.lives.append(live)
        self.prepare(live)
        return live

    @property
    def live(self) -> MadeUpLive:
        return self.lives[-1]

    def app(self, look: Look) -> ConsoleApp:
        opener: OpenLive = self.open
        return ConsoleApp(look, self.host, access(is_root=True), live=opener)

    def set_state(self, sid: int, state: str, disk: str = "running") -> None:
        """Let a session fail or come back, with its disks."""
        self.host.files[f"/sys/class/iscsi_session/session{sid}/state"] = f"{state}\n"
        place = f"/sys/devices/platform/host{sid}/session{sid}/target{sid}:0:0/{sid}:0:0:0/state"
        if place in self.host.files:
            self.host.files[place] = f"{disk}\n"


UNITS = "\n\n".join(
    f"Id={unit}\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n"
    for unit in candidate_units("debian")
)


def lively_host() -> ScriptedHost:
    """A host with its services, whose clock stands still."""
    host = bare_host()
    host.clock = NOW
    host.replies[("systemctl", "show")] = Outcome(0, UNITS)
    return host


def two_stacks() -> ScriptedHost:
    """Two targets, each with a disk, a volume and a file system that is mounted."""
    host = lively_host()
    for place, (target, disk, group, kind, folder) in enumerate(
        ((FIRST, "sda", "vg_data", "ext4", "/srv/data"), (SECOND, "sdb", "vg_logs", "xfs", "/srv/logs"))
    ):
        sid = place + 1
        wwid = f"naa.6001405d16f77073e8f52bf8b489972{place}"
        add_session(host, sid, Disk(disk, wwid=wwid), target=target, address=f"192.0.2.{10 * sid}")
        describe(host, f"8:{16 * place}", "E:ID_FS_TYPE=LVM2_member", f"E:ID_FS_UUID=pv-{place}")
        uuid = f"LVM-{str(place) * 32}{'a' * 32}"
        add_map(host, f"dm-{place}", f"{group}-data", uuid, disk, sectors=1_000_000)
        describe(
            host,
            f"254:{place}",
            f"E:ID_FS_TYPE={kind}",
            "E:ID_FS_USAGE=filesystem",
            f"E:ID_FS_UUID=4f1c9a00-{place}",
        )
        host.files["/proc/self/mountinfo"] += (
            f"{40 + place} 1 254:{place} / {folder} rw,relatime - {kind} /dev/mapper/{group}-data rw\n"
        )
    return host


def busy(live: MadeUpLive) -> None:
    """A minute of load on the first disk, none on the second, and a quiet morning's news."""
    read = written = requests = waited = 0
    for second in range(61):
        live.activity.sample(
            float(second),
            {"sda": Counters(requests, 0, read, written, waited), "sdb": Counters(), "dm-0": Counters()},
        )
        load = max(0.0, math.sin(second / 8.0)) * 12_000_000
        read, written = read + int(load), written + int(load / 5) + 40_000
        requests, waited = requests + 100, waited + int(80 + load / 40_000)
    live.processes = (
        IscsiProcess(812, "iscsid", ProcessKind.DAEMON),
        IscsiProcess(901, "iscsi_q_1", ProcessKind.TRANSMIT, host_number=1),
        IscsiProcess(902, "scsi_eh_1", ProcessKind.ERRORS, host_number=1),
    )
    live.desk.looked(NOW - 60, {1: "LOGGED_IN", 2: "LOGGED_IN"})
    live.desk.told(
        (
            Happening(NOW - 320, Source.SESSION, "1 → LOGGED_IN", "a new session", "sid:1", Tone.GOOD),
            Happening(NOW - 319, Source.EVENT, "add sda", "a new disk", "device:sda", Tone.GOOD),
            Happening(
                NOW - 318, Source.KERNEL, "EXT4-fs (dm-0): mounted filesystem", "mounted", "device:dm-0"
            ),
        )
    )


def failed(live: MadeUpLive) -> None:
    """The second session has been lost for 14 seconds."""
    busy(live)
    live.desk.told(
        (
            Happening(
                NOW - 14,
                Source.KERNEL,
                "connection2:0: detected conn error (1022)",
                "the target stopped answering pings",
                "sid:2",
                Tone.BAD,
            ),
            Happening(
                NOW - 14,
                Source.SESSION,
                "2 LOGGED_IN → FAILED",
                "the connection is lost; I/O is queued",
                "sid:2",
                Tone.BAD,
            ),
        )
    )
    live.desk.looked(NOW - 13.5, {1: "LOGGED_IN", 2: "FAILED"})


def healthy() -> Living:
    """Two stacks that are well, one of them busy."""
    return Living(two_stacks(), busy)


def with_failure() -> Living:
    """The same with the second session lost."""
    living = Living(two_stacks(), failed)
    living.set_state(2, "FAILED", "blocked")
    return living


def hundred(broken: int = 40) -> Living:
    """A hundred stacks, one of them broken."""
    host = lively_host()
    for sid in range(1, 101):
        name = f"sd{chr(97 + sid // 26)}{chr(97 + sid % 26)}"
        add_session(
            host,
            sid,
            Disk(name, wwid=f"naa.6001405{sid:025x}"),
            target=f"iqn.2003-01.org.example:t{sid:03}",
            address=f"192.0.2.{sid}",
        )
        minor = 16 * (ord(name[-1]) - ord("a"))
        describe(host, f"8:{minor}", "E:ID_SERIAL=made-up")
    living = Living(host)
    living.set_state(broken, "FAILED", "blocked")
    return living


class MovingHost(ScriptedHost):
    """A host whose clock goes on from a made-up moment."""

    def now(self) -> float:
        return NOW + time.monotonic() - _BEGUN


_BEGUN = time.monotonic()


def main() -> None:
    """Open a scene on this terminal."""
    parser = argparse.ArgumentParser(description="Look at the console on a made-up host.")
    parser.add_argument("scene", choices=("healthy", "failed", "hundred"))
    parser.add_argument("--colours", choices=list(Colours), default=Colours.FULL, type=Colours)
    parser.add_argument("--glyphs", choices=list(Glyphs), default=Glyphs.UNICODE, type=Glyphs)
    arguments = parser.parse_args()
    living = {"healthy": healthy, "failed": with_failure, "hundred": hundred}[arguments.scene]()
    given = living.host
    living.host = MovingHost(
        files=given.files, folders=given.folders, replies=given.replies, links=given.links
    )
    living.app(Look(arguments.colours, arguments.glyphs)).run(mouse=False)


if __name__ == "__main__":
    main()
