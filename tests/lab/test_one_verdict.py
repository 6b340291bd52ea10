"""On a real kernel every surface says the same of each layer: doctor, status, the console, and Recovery.

After each fault the guest says what `doctor` and `status` print, and is captured; on that capture the console
is opened here, through Textual's Pilot.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.doctoring import ALL_LOGGED_IN
from tests.lab.volumes import log_in, path_of, sh, wait_for
from tests.screens.driving import COLOUR, LARGE, settle, text_of
from tests.waiting import until
from tui.app import ConsoleApp
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.gather import gather
from tui.screens.access import access
from tui.screens.recovery.board import Board, Standing
from tui.screens.rungs import state_of
from tui.storage.host.recorded import RecordedHost
from tui.storage.stacks.judgement import judge, verdict_words
from tui.storage.stacks.rung import Health
from widgets.stack_view import StackView
from widgets.state import State

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("one verdict")]

SAN = (
    read_description("open").replace('size = "512M"', 'size = "256M"')
    + '\n[[target.lun]]\nnumber = 1\nsize = "200M"\n'
)
DATA = "11111111-2222-4333-8444-555555555555"
OTHER = "22222222-2222-4333-8444-555555555555"
CAPTURE = "/root/one-verdict.json"


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=SAN) as booted:
        log_in(booted)
        first, second = (path_of(booted, lun) for lun in (0, 1))
        sh(
            booted,
            f"""
            vgcreate -qq vga {first}; lvcreate -qq -Wn -L 100M -n data vga
            mkfs.ext4 -q -U {DATA} /dev/vga/data; mkfs.ext4 -q -U {OTHER} {second}
            mkdir -p /srv/data /srv/other
            printf 'UUID={DATA} /srv/data ext4 _netdev,nofail,errors=remount-ro 0 2\n' >> /etc/fstab
            printf 'UUID={OTHER} /srv/other ext4 _netdev,nofail 0 2\n' >> /etc/fstab
            systemctl daemon-reload; udevadm settle; mount /srv/data; mount /srv/other
            """,
        )
        yield booted


Said = dict[str, Any]


def document(guest: Guest, command: str) -> Said:
    """What a command of the program prints as JSON, whatever its exit status."""
    found = json.loads(guest.run(("iscsi-console", command, "--json", "--within", "60"), timeout=180).text)
    assert isinstance(found, dict)
    return found


def states(said: Said) -> dict[str, str]:
    """The state of every layer in a document."""
    return {rung["key"]: rung["health"] for stack in said["stacks"] for rung in stack["rungs"]}


def captured(guest: Guest, place: Path) -> Diagnosis:
    """Capture the guest, and diagnose the capture; once more where a busy machine had no time to tell all."""
    told: Diagnosis | None = None

    def is_whole() -> bool:
        nonlocal told
        guest.check("iscsi-console", "capture", "--force", CAPTURE, timeout=180)
        place.write_text(guest.read_text(CAPTURE))
        told = diagnose(gather(RecordedHost(str(place)), 60.0))
        return not told.evidence.unread

    until(is_whole, lambda: str(told.evidence.unread if told is not None else ""))
    assert told is not None
    return told


def looked(guest: Guest, tmp_path: Path) -> Said:
    """See that every surface says the same now, and return what `doctor` prints."""
    doctor, status = document(guest, "doctor"), document(guest, "status")
    codes = sorted(finding["code"] for finding in doctor["findings"])
    assert states(status) == states(doctor)
    assert status["diagnosis"]["verdict"] == doctor["verdict"]
    assert sorted(told["code"] for told in status["diagnosis"]["told"]) == codes
    capture = tmp_path / "host.json"
    told = captured(guest, capture)
    assert {rung.key: rung.health.value for stack in told.stacks for rung in stack.rungs} == states(doctor)
    assert sorted(finding.code for finding in told.findings) == codes
    assert told.verdict.value == doctor["verdict"]
    header, rows = asyncio.run(_console(capture))
    assert rows == {key: state_of(Health(health)) for key, health in states(doctor).items()}
    assert verdict_words(judge(told.evidence.stacks, told.judgement)) in header
    listed = {entry.standing for entry in Board(told).entries()}
    broken = {Standing.CAUSE, Standing.CONSEQUENCE, Standing.UNEXPLAINED, Standing.ABSENT} & listed
    assert bool(broken) == (doctor["verdict"] == "broken")
    return doctor


async def _console(capture: Path) -> tuple[str, dict[str, State]]:
    """The header of the console on a captured host, and the state of every layer in its tree."""
    app = ConsoleApp(COLOUR, RecordedHost(str(capture)), access(is_root=False, recorded=True), live=False)
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        view = app.screen.query_one(StackView)
        return text_of(pilot).split("\n")[0], {row.key: row.state for row in view.rungs if not row.heading}


# The tests follow each other on one machine: each breaks something, and leaves everything well.


def test_a_healthy_host(guest: Guest, tmp_path: Path) -> None:
    said = looked(guest, tmp_path)
    assert (said["verdict"], said["findings"]) == ("healthy", [])
    assert set(states(said).values()) == {"good"}


def test_a_volume_that_was_unmounted_by_hand(guest: Guest, tmp_path: Path) -> None:
    sh(guest, "umount /srv/data")
    said = looked(guest, tmp_path)
    assert [finding["code"] for finding in said["findings"]] == ["F46.not-mounted"]
    assert said["verdict"] == "broken"
    assert {"absent", "warn"} & set(states(said).values())
    sh(guest, "mount /srv/data")


def test_a_volume_that_a_person_disconnected_is_no_problem(guest: Guest, tmp_path: Path) -> None:
    guest.check("iscsi-console", "disconnect", "/srv/other", "--yes", timeout=120)
    said = looked(guest, tmp_path)
    assert said["verdict"] in {"healthy", "risks"}
    assert not {"bad", "absent", "warn"} & set(states(said).values())
    guest.check("iscsi-console", "reconnect", "--yes", timeout=120)
    sh(guest, "mountpoint -q /srv/other")


def test_a_session_that_somebody_ended(guest: Guest, tmp_path: Path) -> None:
    sh(guest, "umount /srv/data /srv/other; vgchange -qq -an vga; iscsiadm -m node -u")
    said = looked(guest, tmp_path)
    assert said["verdict"] == "broken"
    assert "good" not in {health for key, health in states(said).items() if key.startswith("session:")}
    sh(guest, "iscsiadm -m node -l")
    wait_for(guest, ALL_LOGGED_IN)
    wait_for(guest, "test -e /dev/vga/data && test -e /dev/disk/by-uuid/" + OTHER)
    sh(guest, "mountpoint -q /srv/data || mount /srv/data; mountpoint -q /srv/other || mount /srv/other")


def test_a_file_system_that_the_kernel_stopped(guest: Guest, tmp_path: Path) -> None:
    sh(guest, "echo 1 > /sys/fs/ext4/$(basename $(readlink -f /dev/vga/data))/trigger_fs_error")
    said = looked(guest, tmp_path)
    assert said["verdict"] == "broken"
    assert "F06.filesystem-stopped" in {finding["code"] for finding in said["findings"]}
    held = {health for key, health in states(said).items() if "/srv/data" in key}
    assert held == {"bad"}
    sh(guest, "umount /srv/data; fsck.ext4 -fy /dev/vga/data >/dev/null || [ $? -le 2 ]; mount /srv/data")


def test_a_disk_that_the_kernel_took_offline(guest: Guest, tmp_path: Path) -> None:
    disk = path_of(guest, 1).removeprefix("/dev/")
    sh(guest, f"umount /srv/other; echo offline > /sys/block/{disk}/device/state")
    said = looked(guest, tmp_path)
    assert said["verdict"] == "broken"
    assert "bad" in states(said).values()
    sh(guest, f"echo running > /sys/block/{disk}/device/state; mount /srv/other")
    assert looked(guest, tmp_path)["verdict"] in {"healthy", "risks"}
