"""The `lab` sub-command: builds images and runs guests from the command line."""

import argparse
import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tui.lab import kernel, trial
from tui.lab.attach import attach, require_terminal
from tui.lab.channel import CHUNK, Running
from tui.lab.errors import LabError
from tui.lab.guest import MEMORY, Guest
from tui.lab.image import Release, build, built
from tui.lab.kept import forget, kept_machines
from tui.lab.places import Places, seen_in_guest
from tui.lab.san import examples, read_description
from tui.storage.printing import complain, say
from tui.words import enumerated, translate as _

DEFAULT_SAN = "open"
"""The array beside a guest for which none was asked."""

_AGAIN = (
    "import runpy, sys; sys.path[:] = sys.argv.pop(1).split(':'); "
    "runpy.run_module('tui', run_name='__main__', alter_sys=True)"
)
"""Starts the program once more from where this one was loaded, however it is installed."""

FAILED = 125
"""Exit status when the lab itself fails, told apart from that of the command in the guest (as env(1)
does)."""


def missing() -> tuple[str, ...]:
    """Why this host cannot run the lab, a sentence for each reason; none means it can."""
    places = Places.of_environment()
    reasons = list(kernel.missing())
    if any(built(release, places) for release in Release):
        return tuple(reasons)
    for program, package in (
        ("mmdebstrap", "mmdebstrap"),
        ("patchelf", "patchelf"),
        ("mkfs.ext4", "e2fsprogs"),
    ):
        if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
            reasons.append(
                _("{program} is not installed (package {package}).").format(program=program, package=package)
            )
    if os.geteuid() != 0 and shutil.which("newuidmap") is None:
        reasons.append(_("Building an image without root needs newuidmap (package uidmap)."))
    return tuple(reasons)


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `lab` and what can be done with it to the program's sub-commands."""
    lab = commands.add_parser("lab")
    actions = lab.add_subparsers(dest="lab_action", required=True)

    parser = actions.add_parser("build", help=_("build the image of a machine"))
    parser.add_argument(
        "--release", type=Release, choices=list(Release), help=_("Debian release; both if omitted")
    )
    parser.set_defaults(lab_handler=_build)

    parser = actions.add_parser("exec", help=_("run a command in a new machine and discard the machine"))
    _add_machine_arguments(parser)
    parser.add_argument("command", nargs="+", help=_("the command and its arguments, after --"))
    parser.set_defaults(lab_handler=_exec)

    parser = actions.add_parser("run", help=_("run a program in a machine on this terminal"))
    _add_machine_arguments(parser)
    parser.add_argument(
        "command",
        nargs="*",
        default=["iscsi-console", "setup"],
        help=_("after --; the set-up wizard if omitted"),
    )
    parser.set_defaults(lab_handler=_run)

    parser = actions.add_parser("shell", help=_("open a shell in a machine on this terminal"))
    _add_machine_arguments(parser)
    parser.set_defaults(lab_handler=_run, command=["bash", "-l"])

    parser = actions.add_parser("try", help=_("try the set-up wizard in a new machine"))
    parser.add_argument("--release", type=Release, choices=list(Release), help=_("Debian release (bookworm)"))
    parser.set_defaults(lab_handler=_try, san=trial.ARRAY, keep=None, memory=MEMORY, lan=[])

    parser = actions.add_parser(
        "export", help=_("write an image with its kernel to a file, for a host that cannot build one")
    )
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--release",
        type=Release,
        choices=list(Release),
        default=Release.BOOKWORM,
        help=_("Debian release (bookworm)"),
    )
    parser.set_defaults(lab_handler=_export)

    parser = actions.add_parser("import", help=_("take an image with its kernel out of a file"))
    parser.add_argument("file", metavar="FILE")
    parser.set_defaults(lab_handler=_import)

    parser = actions.add_parser("list", help=_("list kept machines, images and arrays"))
    parser.set_defaults(lab_handler=_list)

    parser = actions.add_parser("forget", help=_("remove a kept machine and its disk"))
    parser.add_argument("name")
    parser.set_defaults(lab_handler=_forget)


def _add_machine_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--release", type=Release, choices=list(Release), help=_("Debian release (bookworm)"))
    parser.add_argument(
        "--san",
        metavar="FILE",
        help=_("its storage array: a TOML file, or one of {examples} ({default})").format(
            examples=enumerated(examples()), default=DEFAULT_SAN
        ),
    )
    parser.add_argument(
        "--keep", metavar="NAME", help=_("keep the disk; the next start boots this machine again")
    )
    parser.add_argument(
        "--lan",
        action="append",
        default=[],
        metavar="NAME",
        help=_("put it on a network with the machines that name it too; without --san it has no array then"),
    )
    parser.add_argument(
        "--memory", default=MEMORY, help=_("of the machine ({default})").format(default=MEMORY)
    )


def main(arguments: argparse.Namespace) -> int:
    """Do what the `lab` arguments ask for; the exit status."""
    handler: Callable[[argparse.Namespace, Places], int] = arguments.lab_handler
    return run_in_lab(lambda places: handler(arguments, places))


def run_in_lab(act: Callable[[Places], int]) -> int:
    """Do what needs guests, so that none stays behind; the exit status, `FAILED` where the lab failed."""
    # A lab that is terminated, or loses its terminal, takes its guest with it as an interrupted one does.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        return act(Places.of_environment())
    except (LabError, TimeoutError) as error:
        _say(str(error))
        return FAILED
    except KeyboardInterrupt:
        return 130


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    """Tell the person; standard output belongs to the guest's command."""
    complain(f"lab: {text}")


def _build(arguments: argparse.Namespace, places: Places) -> int:
    for release in (arguments.release,) if arguments.release else Release:
        image = build(release, places, _say)
        _say(_("{release}: {directory}").format(release=release, directory=image.folder))
    return 0


def _export(arguments: argparse.Namespace, places: Places) -> int:
    from tui.lab.handing import export_lab  # noqa: PLC0415 (rarely wanted)

    handed = export_lab(Path(arguments.file), arguments.release, places, _say)
    _say(_("The image is in the file. Its SHA-256 without the head: {sha256}").format(sha256=handed.sha256))
    return 0


def _import(arguments: argparse.Namespace, places: Places) -> int:
    from tui.lab.handing import import_lab  # noqa: PLC0415 (likewise)

    image = import_lab(Path(arguments.file), places, _say)
    _say(_("The image is ready: {directory}").format(directory=image.folder))
    return 0


def _boot(arguments: argparse.Namespace, places: Places) -> Guest:
    known = arguments.keep and any(kept.name == arguments.keep for kept in kept_machines(places))
    wanted = arguments.san or ("" if known or arguments.lan else DEFAULT_SAN)
    return Guest.boot(
        arguments.release,
        san=read_description(wanted) if wanted else None,
        keep=arguments.keep,
        memory=arguments.memory,
        lan=tuple(arguments.lan),
        places=places,
        listener=_say,
    )


def _exec(arguments: argparse.Namespace, places: Places) -> int:
    with _boot(arguments, places) as guest:
        running = guest.start(arguments.command)
        if sys.stdin.isatty():
            running.close_input()
        else:
            threading.Thread(target=_feed, args=(running,), name="lab-input", daemon=True).start()
        for output in running.outputs():
            stream = sys.stdout.buffer if output.stream == 1 else sys.stderr.buffer
            stream.write(output.data)
            stream.flush()
        return _leave(guest, arguments, running.wait())


def _feed(running: Running) -> None:
    """Pass this process's standard input to the guest's command."""
    while data := os.read(sys.stdin.fileno(), CHUNK):
        running.give(data)
    running.close_input()


def _run(arguments: argparse.Namespace, places: Places) -> int:
    require_terminal()
    _say(_("Booting the machine; this takes about ten seconds."))
    with _boot(arguments, places) as guest:
        return _leave(guest, arguments, attach(guest, arguments.command))


def _try(arguments: argparse.Namespace, places: Places) -> int:
    """The wizard in a fresh machine; without a terminal, from answers; without a lab, a look at this host."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    reasons = missing()
    if reasons:
        for reason in reasons:
            _say(reason)
        _say(
            _(
                "So the practice machine cannot run here. This is the storage of this host; nothing is "
                "changed."
            )
        )
        look = ["--read-only"] if terminal else ["status"]
        again = (sys.executable, "-IXutf8", "-c", _AGAIN, os.pathsep.join(sys.path), *look)
        return subprocess.run(again, check=False).returncode
    if terminal:
        return _tour(arguments, places)
    answers = seen_in_guest(Path(__file__).parent / "answers" / f"{trial.ARRAY}.toml")
    arguments.command = ["iscsi-console", "setup", "--answers", answers]
    return _exec(arguments, places)


def _tour(arguments: argparse.Namespace, places: Places) -> int:
    """The wizard and the console in a machine, which is kept afterwards or discarded, as the person says."""
    known = any(kept.name == trial.NAME for kept in kept_machines(places))
    arguments.keep = trial.NAME
    arguments.san = None if known else trial.ARRAY
    command = ["iscsi-console", "practice", "--trial", trial.ARRAY, *(["--again"] if known else [])]
    keep = known
    try:
        _say(_("Booting the machine; this takes about ten seconds."))
        with _boot(arguments, places) as guest:
            status = attach(guest, command)
            keep = status == trial.Ending.KEEP or (known and status != trial.Ending.DISCARD)
            if keep:
                guest.power_off()
    finally:
        if not keep:
            _discard(places)
    if keep:
        _say(_("The practice machine is kept. Come back to it: {command}").format(command=_own("lab", "try")))
    else:
        _say(_("The practice machine was discarded. Nothing on this host was changed."))
    _say(_("Lessons, and scenarios with broken storage: {command}").format(command=_own("practice")))
    return 0 if status in set(trial.Ending) else status


def _discard(places: Places) -> None:
    """Remove the machine; one that another process runs is that one's."""
    with contextlib.suppress(LabError):
        forget(places, trial.NAME)


def _own(*words: str) -> str:
    """A command of this very program."""
    return shlex.join((sys.argv[0], *words))


def _leave(guest: Guest, arguments: argparse.Namespace, status: int) -> int:
    """End a guest: a kept one is shut down as a machine should be, a fresh one is dropped."""
    if arguments.keep:
        guest.power_off()
    return status if status >= 0 else 128 - status


def _list(_arguments: argparse.Namespace, places: Places) -> int:
    lines = [_("Kept machines:")]
    lines += [f"  {kept.name}  {kept.release}" for kept in kept_machines(places)] or ["  -"]
    lines.append(_("Images:"))
    lines += [f"  {path.name}" for path in sorted(places.images.glob("*-*")) if path.is_dir()] or ["  -"]
    lines.append(_("Arrays included with the program:"))
    lines += [f"  {name}  {_first_line(name)}" for name in examples()]
    say("\n".join(lines))
    return 0


def _first_line(example: str) -> str:
    """What an example's description says of itself in its first line."""
    return read_description(example).partition("\n")[0].lstrip("# ")


def _forget(arguments: argparse.Namespace, places: Places) -> int:
    forget(places, arguments.name)
    return 0
