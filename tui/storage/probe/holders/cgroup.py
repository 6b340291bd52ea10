"""Which systemd unit and which container a process belongs to, by its control group (cgroups(7))."""

import re
from itertools import pairwise

_HEX = r"[0-9a-f]{12,64}"
_CONTAINERS = (
    (re.compile(rf"^docker[-/]({_HEX})"), "docker"),
    (re.compile(rf"^libpod-(?:conmon-)?({_HEX})"), "podman"),
    (re.compile(rf"^cri-containerd-({_HEX})"), "containerd"),
    (re.compile(rf"^crio-({_HEX})"), "cri-o"),
    (re.compile(r"^lxc\.payload\.(.+)$"), "lxc"),
    (re.compile(r"^systemd-nspawn@(.+)\.service$"), "nspawn"),
    (re.compile(r"^machine-(.+)\.scope$"), "machine"),
)
_SHORT_ID = 12
"""Characters of a container's identifier that its own tools show."""


def parse_cgroup(content: str) -> tuple[str, str]:
    """The unit and the container in /proc/PID/cgroup, each empty where there is none. Never raises.

    Args:
        content: lines `NUMBER:CONTROLLERS:PATH`; the unified hierarchy has number 0, before that systemd had
            one with the name `name=systemd`.
    """
    path = ""
    for line in content.split("\n"):
        number, _colon, rest = line.partition(":")
        controllers, _colon, place = rest.partition(":")
        if controllers == "name=systemd" or (number == "0" and not path.strip("/")):
            path = place
    parts = [part for part in path.split("/") if part]
    unit = next((_unescaped(part) for part in parts if part.endswith((".service", ".scope"))), "")
    return unit, next((found for part in _named(parts) if (found := _container(part))), "")


def _named(parts: list[str]) -> list[str]:
    """The parts, and those below `docker` with its name before them: the cgroupfs driver makes folders."""
    joined = [f"docker/{part}" for before, part in pairwise(parts) if before == "docker"]
    return [*parts, *joined]


def _container(part: str) -> str:
    for pattern, kind in _CONTAINERS:
        if found := pattern.match(part):
            name = found[1]
            return f"{kind} {name[:_SHORT_ID] if re.fullmatch(_HEX, name) else _unescaped(name)}"
    return ""


def _unescaped(unit: str) -> str:
    r"""A name as people write it: systemd puts an underscore before names that the kernel has too."""
    return unit.removeprefix("_")
