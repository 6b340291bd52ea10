"""A guest's machine between power on and power off: the kernel's process and the lines that lead to it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from msgspec import Struct

from tui.lab.channel import Channel
from tui.lab.image import Image
from tui.lab.network.lan import Port, stations
from tui.lab.network.station import Station, text_of
from tui.lab.patience import Patience
from tui.lab.places import Places, memory_folder, packages_folder, project_folder
from tui.words import translate as _

SUPERVISOR = Path(__file__).with_name("supervise.py")

_OF_THE_PROCESSOR = ("/proc/cpuinfo",)
"""What the guest's kernel reads of the host."""


class Hardware(Struct, frozen=True):
    """What a machine is made of.

    Attributes:
        image: What it boots.
        disk: The copy-on-write file that takes its changes; made when missing.
        memory: As the kernel's `mem=` wants it.
        passing: A folder, with the disk in it, that is worth nothing to anyone but this program.
    """

    image: Image
    disk: Path
    memory: str
    passing: Path | None


class Machine:
    """A guest between power on and power off: the kernel's process and the lines that lead to it."""

    def __init__(
        self, hardware: Hardware, places: Places, san: str | None, ports: tuple[Port, ...] = ()
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="iscsi-lab-run-"))
        # Its memory is a file of the host's: in a folder of its own, since it can reach all that is there.
        self._memory = Path(tempfile.mkdtemp(prefix="iscsi-lab-memory-", dir=memory_folder()))
        _share(self._folder, places, san, stations(ports))
        log, log_end = socket.socketpair()
        self.terminal, terminal_end = socket.socketpair()
        line, line_end = socket.socketpair()
        lifeline_end, self._lifeline = os.pipe()
        ends = (log_end.fileno(), terminal_end.fileno(), line_end.fileno())
        self._log = bytearray()
        self._log_line = log
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(SUPERVISOR)),
                *(str(lifeline_end), str(self._folder), str(self._memory), str(hardware.passing or "")),
                json.dumps(_reach(hardware, self._folder, self._memory)),
                *_kernel_command(hardware, self._folder, ends),
                *_cables(ports),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log_end.fileno(),
            stderr=log_end.fileno(),
            pass_fds=(lifeline_end, *ends, *(one for port in ports for one in port.descriptors)),
            start_new_session=True,
            cwd=hardware.image.folder,
            env={"PATH": os.environ.get("PATH", ""), "TMPDIR": str(self._memory)},
        )
        os.close(lifeline_end)
        for end in (log_end, terminal_end, line_end):
            end.close()
        # From here on a place on a LAN is given back when the machine ends, however it does.
        for port in ports:
            port.close()
        self._log_reader = threading.Thread(target=self._keep_log, name="lab-console", daemon=True)
        self._log_reader.start()
        self.channel = Channel(line)

    def _keep_log(self) -> None:
        while chunk := self._log_line.recv(4096):
            self._log += chunk

    def log_text(self) -> str:
        """What was written to the kernel's console."""
        return bytes(self._log).decode(errors="replace").replace("\r", "")

    def wait(self, timeout: float) -> None:
        """Wait for the machine to switch itself off, as long as a `Patience` of `timeout` seconds lasts.

        Raises:
            TimeoutError: When it does not.
        """
        for seconds in Patience(timeout).turns():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
                return
        raise TimeoutError(
            _("The guest did not power off within {seconds:.0f} seconds.").format(seconds=timeout)
        )

    def stop(self) -> None:
        """Kill the machine if it still runs, and wait until nothing is left of it."""
        if self._lifeline >= 0:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._lifeline, b"!")
            os.close(self._lifeline)
            self._lifeline = -1
        self._process.wait()
        self.channel.close()
        self.terminal.close()
        self._log_reader.join()
        self._log_line.close()
        for folder in (self._folder, self._memory):
            shutil.rmtree(folder, ignore_errors=True)


def _share(folder: Path, places: Places, san: str | None, places_on_lans: tuple[Station, ...]) -> None:
    """Fill the folder the guest mounts from: see `overlay/usr/local/lib/lab/share`."""
    guest = folder / "guest"
    guest.mkdir()
    if san is not None or places_on_lans:
        # With LANs alone it is empty (`tui.lab.target`).
        (guest / "san.toml").write_text(san or "")
    if places_on_lans:
        (guest / "lan.json").write_text(text_of(places_on_lans))
    (folder / "project").symlink_to(project_folder())
    (folder / "packages").symlink_to(packages_folder())
    compiled = places.compiled()
    if compiled is None:
        (folder / "compiled").mkdir()
    else:
        (folder / "compiled").symlink_to(compiled)


def _reach(hardware: Hardware, folder: Path, memory: Path) -> dict[str, list[str]]:
    """What of the host's files a guest can reach, whoever is root in it: see `supervise`."""
    shared = {name: str((folder / name).resolve()) for name in ("project", "packages", "compiled")}
    return {
        "run": [str(hardware.image.folder)],
        "read": [
            shared["project"],
            shared["packages"],
            *(path for path in _OF_THE_PROCESSOR if os.access(path, os.R_OK)),
        ],
        "write": [str(folder), str(memory), str(hardware.disk.parent), shared["compiled"], os.devnull],
    }


def _kernel_command(hardware: Hardware, folder: Path, ends: tuple[int, int, int]) -> list[str]:
    log, terminal, line = ends
    return [
        str(hardware.image.kernel),
        f"mem={hardware.memory}",
        f"ubd0={hardware.disk},{hardware.image.disk}",
        "root=/dev/ubda",
        "rootfstype=ext4",
        "rw",
        "quiet",
        "noreboot",
        f"uml_dir={folder}/",
        "umid=machine",
        f"con0=fd:{log}",
        f"con1=fd:{terminal}",
        "con=null",
        f"ssl0=fd:{line}",
        "ssl=null",
        "systemd.show_status=error",
        # Where the host does not allow it, ptrace(2) serves.
        "seccomp=auto",
        "lsm=yama",
        "audit=0",
        f"lab.share={folder}",
    ]


def _cables(ports: tuple[Port, ...]) -> list[str]:
    """Words of the kernel's command line for the places on LANs, and for the name that comes with the first.

    The kernel's `vec` interface takes an open datagram socket (Documentation/virt/uml, Vector I/O).
    """
    found = stations(ports)
    words = [
        f"{station.nic}:transport=fd,fd={port.line.fileno()},mac={station.hardware_address}"
        for port, station in zip(ports, found, strict=True)
    ]
    if found:
        words += [f"systemd.hostname={found[0].name}", f"systemd.machine_id={found[0].machine_id}"]
    return words
