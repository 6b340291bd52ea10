"""What the kernel and iscsid have said about storage since this host started."""

import re

from tui.recovery.gathering.failing import NotAvailable, output_of
from tui.storage.host.interface import Command, Host
from tui.storage.news.daemon_log import daemon_line
from tui.storage.news.happening import Happening
from tui.storage.news.kernel_log import kernel_line
from tui.storage.probe.reading import text
from tui.storage.untrusted import clean_lines
from tui.words import translate as _

KERNEL = Command(("dmesg", "--raw"))
"""The kernel's ring buffer, each line as `<PRIORITY>[SECONDS] TEXT` (dmesg(1))."""

DAEMON = Command(
    # The units that log in at boot too: iscsid names no target when a login is refused, iscsiadm does.
    (
        "journalctl",
        "--unit=iscsid.service",
        "--unit=open-iscsi.service",
        "--unit=iscsi.service",
        "--boot",
        "--lines=1000",
        "--output=json",
        "--output-fields=MESSAGE,_COMM,SYSLOG_IDENTIFIER",
        "--quiet",
        "--no-pager",
    )
)

ACTIVATION = Command(
    (
        # Any user may write under any identifier (logger(1) -t), and none but root as UID 0.
        *("journalctl", "_UID=0", "SYSLOG_IDENTIFIER=lvm"),
        "--boot",
        "--lines=1000",
        "--output=cat",
        "--quiet",
        "--no-pager",
    )
)
"""What LVM's commands write that udev and systemd start; one typed by a person writes to its terminal."""

POOL_LINE = re.compile(
    r"Check of (?:thin )?pool (?P<group>[\w.+-]+)/(?P<pool>[\w.+-]+) failed"
    r"|Thin pool (?P<map>[\w.+-]+) \(\d+:\d+\) transaction_id is \d+, while expected \d+"
)
"""LVM's words for a thin pool that it does not activate (lib/activate/dev_manager.c, libdm-deptree.c)."""

_MOST = 2000
"""Storage lines kept of each, the newest."""

_RAW = re.compile(r"^<(?P<priority>\d+)>\[ *(?P<seconds>\d+)\.(?P<rest>\d{6})\] (?P<text>.*)$")


def boot_time(host: Host) -> float:
    """When this host started, in seconds since the epoch, or 0 where it does not tell."""
    words = text(host, "/proc/uptime").split()
    try:
        seconds = float(words[0])
        return host.now() - seconds if 0 <= seconds < host.now() else 0.0
    except (IndexError, ValueError):
        return 0.0


def read_kernel(host: Host) -> tuple[Happening, ...]:
    """The storage lines of the kernel's log, oldest first.

    Raises:
        NotAvailable: this user may not read it.
    """
    return parse_kernel(output_of(host.run(KERNEL)), boot_time(host))


def parse_kernel(output: str, booted: float) -> tuple[Happening, ...]:
    """The storage lines among those of `dmesg --raw`; everything else is passed over."""
    found: list[Happening] = []
    for line in output.split("\n"):
        match = _RAW.match(line)
        if match is None:
            continue
        # The form of /dev/kmsg (Documentation/ABI/testing/dev-kmsg), which dmesg has taken apart.
        record = f"{match['priority']},0,{match['seconds']}{match['rest']},-;{match['text']}"
        told = kernel_line(record, booted)
        if told is not None:
            found.append(told[0])
    return tuple(found[-_MOST:])


def read_activation(host: Host) -> tuple[str, ...]:
    """What LVM said of pools that it could not activate, in this boot, oldest first.

    Raises:
        NotAvailable: there is no journal, or this user may not read it.
    """
    outcome = host.run(ACTIVATION)
    if not outcome.ok and not outcome.stdout.strip() and "No journal files" in outcome.stderr:
        raise NotAvailable(_("there is no journal"))
    return tuple(line for line in clean_lines(output_of(outcome), most=1000) if POOL_LINE.search(line))


def read_daemon(host: Host) -> tuple[Happening, ...]:
    """The lines of iscsid in the journal of this boot, oldest first.

    Raises:
        NotAvailable: there is no journal, or this user may not read it.
    """
    outcome = host.run(DAEMON)
    if not outcome.ok and not outcome.stdout.strip() and "No journal files" in outcome.stderr:
        raise NotAvailable(_("there is no journal"))
    lines = output_of(outcome).encode(errors="surrogateescape").split(b"\n")
    told = (daemon_line(line) for line in lines if line)
    return tuple(line[0] for line in told if line is not None)
