"""What ran on this host as a POSIX shell script with comments: a record, and to be repeated by hand."""

import re
import time
from collections.abc import Iterable, Iterator

from tui.commands.exporting.shell import PRELUDE, host_checks, step_lines
from tui.commands.exporting.shell_steps import step_of
from tui.commands.identities import devices_of, texts_of
from tui.maintenance.past_plans import past_changes
from tui.storage.changing.journal import Journal
from tui.storage.changing.plan import Plan
from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.operations.operation import Operation, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.untrusted import clean
from tui.words import translate as _

_LONGEST = 400

_KERNEL_NAME = re.compile(r"(/dev/)?(mapper/)?(sd[a-z]+|dm-[0-9]+|nvme[0-9]+n[0-9]+|mpath[a-z]+)")
"""Names that may be given to another device when they are free again."""

_GUARD = (
    'if [ "${1-}" != --run ]; then',
    '    fail "read this script first: names of devices may mean others by now; --run runs it"',
    "fi",
)


def ran_script(host: Host, journals: Iterable[Journal], since: float = 0.0) -> str:
    """What plans changed on a host, in the order in which it happened. Slow: the devices are read.

    An operation that erases data, that needs a secret, whose device is not there to be compared with, or that
    cannot be said exactly in shell, is a comment. Secrets are not in journals.

    Args:
        host: the host on which the plans ran.
        journals: their journals; of one that cannot be read it is said that it is left out.
        since: what was done before is left out, in seconds since the epoch.
    """
    changes, unread = past_changes(journals)
    ran = [change for change in changes if change.at >= since]
    inventory = look_at_devices(host)
    script = [step.operation for step in ran if not _why_not(step.operation, inventory)]
    lines = [
        "#!/bin/sh",
        *_heading(host, since),
        *PRELUDE.rstrip().split("\n"),
        "",
        *_GUARD,
        *host_checks(host, devices_of(inventory, Plan("", tuple(script)))),
    ]
    before: Journal | None = None
    for number, step in enumerate(ran, start=1):
        if step.journal is not before:
            lines += ["", *_of_plan(step.journal)]
            before = step.journal
        lines += ["", f"# {_clock(step.at)}", *_lines(number, step.operation, inventory)]
    if not ran:
        lines += ["", "# " + _("Nothing was changed.")]
    left_out = _("Left out, because it cannot be read: {name}")
    lines += ["# " + left_out.format(name=clean(one.path.name, _LONGEST)) for one in unread]
    return "\n".join((*lines, ""))


def _heading(host: Host, since: float) -> Iterator[str]:
    name = clean(host.name, _LONGEST)
    if since:
        yield "# " + _("What plans of iscsi-console changed on {host} since {when}.").format(
            host=name, when=_clock(since)
        )
    else:
        yield "# " + _("What a plan of iscsi-console changed on {host}.").format(host=name)
    yield "# " + _("Written on {when}. Commands that only read are left out.").format(when=_clock(host.now()))
    yield "# " + _("Steps that are done already are skipped; the first that fails ends the script.")


def _of_plan(journal: Journal) -> Iterator[str]:
    by = clean(journal.who.person) or _("not recorded")
    yield "# " + _("Plan: {title}").format(title=clean(journal.title, _LONGEST))
    yield "# " + _("Begun {when}, by: {by}").format(when=_clock(journal.began_at), by=by)


def _lines(number: int, operation: Operation, inventory: Inventory) -> Iterator[str]:
    reason, step = _why_not(operation, inventory), step_of(operation)
    if step is not None and not reason:
        yield from step_lines(number, operation, step)
        return
    yield f"# {number}. {clean(operation.title(), _LONGEST)} ({operation.risk.word})"
    yield f"#    {clean(operation.why(), _LONGEST)}"
    yield "#    " + _("Not in this script: {reason}. What ran:").format(reason=reason)
    for shown in operation.shown():
        yield from (f"#        {clean(line, 4 * _LONGEST)}" for line in shown.splitlines())


def _why_not(operation: Operation, inventory: Inventory) -> str:
    """Why an operation is a comment only, without a full stop; empty where it is a step."""
    if operation.risk is Risk.DESTROYS:
        return _("it erases data")
    if step_of(operation) is None:
        return _("a script cannot do it as safely")
    gone = [
        name for name in texts_of(operation) if _KERNEL_NAME.fullmatch(name) and not _has(inventory, name)
    ]
    return _("{device} is not there to be compared").format(device=clean(gone[0])) if gone else ""


def _has(inventory: Inventory, name: str) -> bool:
    return inventory.device(name) is not None or inventory.device_at(name) is not None


def _clock(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
