"""A plan as a POSIX shell script that checks before it changes: `--export shell`."""

import shlex
import time
from collections.abc import Iterator

from tui.commands.exporting.shell_steps import ShellStep, step_of
from tui.commands.identities import Device, devices_of
from tui.commands.planned import Planned
from tui.storage.host.interface import Host
from tui.storage.operations.operation import Operation, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_LONGEST = 400

PRELUDE = r"""
set -eu
export LC_ALL=C

fail() {
    echo "$0: $*" >&2
    exit 1
}

step() {
    echo "$*"
}

# The device of a path is the one that the plan was made for: its size, and its WWID or device-mapper UUID.
same_device() { # PATH SIZE WWID MAP-UUID
    [ -e "$1" ] || return 0
    kernel=$(basename "$(readlink -f "$1")")
    [ "$(blockdev --getsize64 "$1")" = "$2" ] || fail "$1 has another size"
    if [ -n "$4" ]; then
        [ "$(cat "/sys/block/$kernel/dm/uuid")" = "$4" ] || fail "$1 is another device"
    elif [ -n "$3" ] && [ -e "/sys/block/$kernel/device/wwid" ]; then
        [ "$(cat "/sys/block/$kernel/device/wwid")" = "$3" ] || fail "$1 is another LUN"
    fi
}

has_session() { # TARGET ADDRESS:PORT
    iscsiadm -m session 2> /dev/null |
        awk -v target="$1" -v portal="$2," 'index($3, portal) == 1 && $4 == target { found = 1 }
            END { exit !found }'
}

is_swap() { # PATH
    grep -q "^$(readlink -f "$1") " /proc/swaps
}

has_active_volumes() { # VG
    lvs --noheadings -o lv_active "$1" 2> /dev/null | grep -q active
}

wait_until_unused() { # SECONDS PATH...
    left=$1
    shift
    for path in "$@"; do
        place=$(findmnt -rnf -o TARGET -S "$(readlink -f "$path")" || true)
        while { [ -n "$place" ] && fuser -s -m "$place" 2> /dev/null; } || fuser -s "$path" 2> /dev/null; do
            [ "$left" -gt 0 ] || fail "$path is still in use: $(fuser -m "${place:-$path}" 2>&1 || true)"
            left=$((left - 1))
            sleep 1
        done
    done
}

must_be_gone() { # TARGET ADDRESS:PORT
    ! has_session "$1" "$2" || fail "the session to $1 at $2 is still there"
}

must_have_no_map() { # DEVICE-MAPPER-UUID
    ! grep -qxsF -- "$1" /sys/block/dm-*/dm/uuid || fail "the map $1 is still there"
}

must_be_blank() { # DEVICE
    [ -b "$1" ] || fail "$1 is not there"
    status=0
    blkid -p "$1" > /dev/null 2>&1 || status=$?
    [ "$status" = 2 ] || fail "$1 carries something already"
}

# A file is replaced whole, with its owner and mode; the old text is kept beside it.
begin_edit() { # FILE
    cp -p -- "$1" "$1.before-iscsi-console"
    cp -p -- "$1" "$1.iscsi-console-new"
}

end_edit() { # FILE
    sync "$1.iscsi-console-new"
    mv -- "$1.iscsi-console-new" "$1"
}

replace_line() { # FILE OLD [NEW]: every line that is OLD; without NEW it is removed
    grep -qxF -- "$2" "$1" || return 0
    begin_edit "$1"
    OLD=$2 NEW=${3-} KEEP=${3+yes} awk '
        $0 != ENVIRON["OLD"] { print }
        $0 == ENVIRON["OLD"] && ENVIRON["KEEP"] { print ENVIRON["NEW"] }
    ' "$1.before-iscsi-console" > "$1.iscsi-console-new"
    end_edit "$1"
}

add_line() { # FILE LINE
    begin_edit "$1"
    printf '%s\n' "$2" >> "$1.iscsi-console-new"
    end_edit "$1"
}
"""
"""What every script begins with: the functions that steps use."""


def shell_script(host: Host, planned: Planned) -> str:
    """The script of a plan.

    Raises:
        Refused: the plan loses data, or an operation cannot be said exactly in shell.
    """
    plan = planned.proposal.plan
    if plan.risk is Risk.DESTROYS:
        raise Refused(
            Problem(
                "export.destroys",
                _("A plan that loses data is not exported."),
                remedy=_("Store it with --out, read it, and carry it out with `apply`."),
            )
        )
    steps = [(operation, step_of(operation)) for operation in plan.operations]
    missing = [operation.title() for operation, step in steps if step is None]
    if missing:
        raise Refused(
            Problem(
                "export.not-in-shell",
                _("The plan has steps that a script cannot do as safely."),
                remedy=_("Store it with --out and carry it out with `apply`."),
                evidence=tuple(missing),
            )
        )
    devices = devices_of(look_at_devices(host), plan)
    lines = [
        "#!/bin/sh",
        *_heading(host, planned),
        *PRELUDE.rstrip().split("\n"),
        "",
        *host_checks(host, devices),
    ]
    for number, (operation, step) in enumerate(steps, start=1):
        assert step is not None
        lines += ["", *step_lines(number, operation, step)]
    return "\n".join((*lines, "", "udevadm settle", "echo Done.", ""))


def _heading(host: Host, planned: Planned) -> Iterator[str]:
    proposal = planned.proposal
    made = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(host.now()))
    words = (clean(proposal.plan.title, _LONGEST), proposal.why, *proposal.notes)
    for text in words:
        yield f"# {clean(text, _LONGEST)}"
    yield f"# Made by iscsi-console for {clean(host.name, _LONGEST)} on {made}."
    yield "# Steps that are done already are skipped; the first that fails ends the script."


def host_checks(host: Host, devices: tuple[Device, ...]) -> Iterator[str]:
    """The lines after which a script runs as root, on one host, and on devices that are the same as now."""
    yield '[ "$(id -u)" = 0 ] || fail "root is required"'
    yield f'[ "$(uname -n)" = {shlex.quote(host.name)} ] || fail "this is another host"'
    for device in devices:
        words = (device.path, str(device.size), device.wwid, device.map_uuid)
        yield f"same_device {' '.join(map(shlex.quote, words))}"


def step_lines(number: int, operation: Operation, step: ShellStep) -> Iterator[str]:
    """The lines of a step, below what it does and why."""
    title = clean(operation.title(), _LONGEST)
    yield f"# {number}. {title} ({operation.risk.word})"
    yield f"#    {clean(operation.why(), _LONGEST)}"
    yield f"step {shlex.quote(title)}"
    if step.done:
        yield f"if {step.done}; then"
        yield "    step '  done already'"
        yield "else"
        yield from (f"    {line}" for line in step.commands)
        yield "fi"
    else:
        yield from step.commands
    if operation.risk > Risk.READS:
        yield "udevadm settle"
