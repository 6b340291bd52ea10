"""Having multipathd change a map: asked again while it is busy with the map, and seen in the kernel."""

from collections.abc import Callable, Iterator

from tui.storage.files.systemd import unit_property
from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.model.block import MultipathMap
from tui.storage.operations.operation import Progress
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import CommandFailed, Problem
from tui.storage.untrusted import clean, clean_lines
from tui.storage.waiting import wait_for
from tui.words import translate as _

DAEMON = "multipathd.service"

ASKING = 60.0
"""Seconds for which multipathd is asked again. What it believes of a map it reads anew when it looks at the
paths, at least every 20 s (max_polling_interval of multipath.conf(5)); until then it may answer `ok` and do
nothing, or refuse."""

_ANSWER = 15.0
"""Seconds for one answer; multipathd's own client gives up after 10 at most (uxsock_timeout)."""

PAUSE = 1.0
"""Seconds from one answer to the next question."""

_TAKES = 2.0
"""Seconds for the kernel to show what multipathd says it did."""


def ask_multipathd(
    host: ChangingHost,
    argv: tuple[str, ...],
    title: str,
    holds: Callable[[], bool],
    progress: Progress,
) -> None:
    """Run a command that has multipathd change a map, until the kernel shows the change.

    Args:
        host: the host.
        argv: the command; asked again and again, it must do no more than asked once.
        title: what it is to do, as a problem's summary names it.
        holds: whether the change is there, by the kernel.
        progress: gets what is said, when it is something else than before.

    Raises:
        CommandFailed: the change did not come; with the daemon's words, the map's table and its paths.
    """
    said: list[str] = []
    succeeded = False

    def is_there() -> bool:
        nonlocal succeeded
        outcome = host.run(Command(argv, deadline=_ANSWER, changes=True))
        succeeded = outcome.ok
        lines = clean_lines(f"{outcome.stderr}\n{outcome.stdout}", most=6)
        if outcome.status is None:
            lines = (*lines, _("no answer within {seconds:.0f} seconds").format(seconds=_ANSWER))
        elif not outcome.ok:
            lines = (*lines, _("exit status {status}").format(status=outcome.status))
        for line in lines:
            if line not in said:
                said.append(line)
                progress(line)
        return wait_for(holds, _TAKES) or not (succeeded or _may_answer(host))

    wait_for(is_there, ASKING, pause=PAUSE)
    if holds():
        return
    raise CommandFailed(
        Problem(
            "multipath.not-changed",
            _("{what}: the kernel's map does not show it.").format(what=title),
            _("multipathd reports success; it, or somebody else, set the map back.")
            if succeeded
            else _("multipathd does not run, is busy with the map, or refuses."),
            _("Its output and the state of the map are below. Fix what they name, then retry."),
            "multipath",
            (*said[-6:], *state_of_map(host, argv[-1])),
        )
    )


def state_of_map(host: Host, name: str) -> tuple[str, ...]:
    """A map's table, its status and its paths, a line each, already cleaned. No disk is read."""
    inventory = look_at_devices(host)
    found = next((known for known in inventory.multipath_maps if known.name == name), None)
    if found is None:
        return (_("There is no map {name}.").format(name=clean(name, 80)),)
    lines: list[str] = []
    for what, more in (("table", ()), ("status", ("--noflush",))):
        outcome = host.run(Command(("dmsetup", what, *more, name)))
        lines += (f"{what}: {line}" for line in clean_lines(outcome.stdout or outcome.stderr, most=2))
    device = inventory.device(found.device)
    if device is not None and device.suspended:
        lines.append(_("The map is suspended."))
    return (*lines, *_path_lines(host, found))


def _path_lines(host: Host, joined: MultipathMap) -> Iterator[str]:
    inventory = look_at_devices(host)
    for lun in inventory.luns:
        if lun.disk in joined.paths:
            session = inventory.session(lun.sid)
            state = session.state.value if session is not None else "-"
            yield _("{disk}: {state}, session {sid}: {session}").format(
                disk=clean(lun.disk, 40), state=lun.state.value, sid=lun.sid, session=state
            )


def _may_answer(host: Host) -> bool:
    """Whether the daemon runs or is being started, or nobody can tell."""
    return unit_property(host, DAEMON, "ActiveState") not in {"inactive", "failed"}
