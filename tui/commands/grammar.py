"""The verbs of the command line: what each takes. Imports nothing that plans or reads a host.

Every verb that changes something exists twice: `plan VERB …` shows the plan, `VERB …` asks and carries it
out. What a verb is for is said by its action (`tui.actions.declared`).
"""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from tui.actions.declared import words_of
from tui.words import enumerated, translate as _

if TYPE_CHECKING:
    Parsers: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 (it has no other name)


def described(words: str) -> str:
    """What a verb does, and what its exit status says."""
    status = _(
        "Exit status: 0 done, or nothing to do; 1 failed; 2 wrong usage; 3 refused; 4 interrupted, and the "
        "journal is open; 5 another process is changing this host."
    )
    return _("{what}. {why}").format(what=words, why=status)


def _setup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--answers", metavar="FILE", required=True, help=_("the answers (TOML); - is standard input")
    )


def _disconnect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="TARGET|PORTAL|LUN|VG|LV|MOUNT", help=_("what to disconnect"))
    parser.add_argument(
        "--users",
        choices=("wait", "stop", "end"),
        default="wait",
        help=_("wait for those who use it, stop services, or also terminate other processes"),
    )
    parser.add_argument(
        "--at-boot",
        choices=("off", "keep"),
        default="off",
        help=_("off: it stays disconnected at the next boot; keep: the boot brings it back"),
    )
    parser.add_argument(
        "--patience", type=_seconds, metavar="SECONDS", default=60, help=_("how long to wait for users")
    )


def _reconnect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "note", nargs="?", default="", metavar="NOTE", help=_("which, where several were disconnected")
    )
    parser.add_argument("--forget", action="store_true", help=_("no longer offer to reconnect it"))


def _grow(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="VOLUME|MOUNT", help=_("what to grow"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--to",
        metavar="SIZE",
        default="",
        help=_("size of the LV (20G), or a share of the free space (50%%)"),
    )
    how.add_argument("--next", action="store_true", help=_("only the next layer"))


def _volume_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("group", metavar="VG")
    parser.add_argument("name", metavar="NAME")
    _size(parser, "100%")


def _volume_remove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("volume", metavar="VG/LV")


def _volume_rename(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="VG[/LV]")
    parser.add_argument("name", metavar="NEW-NAME")


def _volume_snapshot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("volume", metavar="VG/LV")
    parser.add_argument("name", metavar="NAME")
    _size(parser, "10%")


def _volume_rollback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("volume", metavar="VG/SNAPSHOT")


def _volume_thin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("volume", metavar="VG/POOL")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--size", metavar="SIZE", required=True, help=_("its virtual size, such as 10G"))


def _add_disk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("group", metavar="VG")
    parser.add_argument("disk", metavar="DISK", help=_("its path, WWID, or IQN/LUN"))


def _empty_disk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("disk", metavar="PV", help=_("its path, UUID or WWID"))
    parser.add_argument("--keep", action="store_true", help=_("leave the empty PV in the VG"))


def _size(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--size",
        metavar="SIZE",
        default=default,
        help=_("10G, or a share of the free space; {default} by default").format(
            default=default.replace("%", "%%")
        ),
    )


def _of_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help=_("name of the target"))
    parser.add_argument("--portal", metavar="PORTAL", default="", help=_("only this portal of it"))
    parser.add_argument("--iface", metavar="IFACE", default="", help=_("only this iface record"))


def _record_set(parser: argparse.ArgumentParser) -> None:
    _of_target(parser)
    parser.add_argument(
        "settings",
        nargs="+",
        type=_setting,
        metavar="KEY=VALUE",
        help=_("such as node.startup=manual; CHAP secrets come from --secret-file"),
    )
    add_secrets(parser)


def _portal_forget(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("portal", metavar="PORTAL", help=_("ADDRESS:PORT of the discovery portal"))


def _iface_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--device", default="", metavar="INTERFACE", help=_("network interface"))
    parser.add_argument("--address", default="", metavar="IP", help=_("its IP address"))
    parser.add_argument("--hardware-address", default="", metavar="MAC", help=_("its hardware address"))


def _iface_delete(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")


def _repair(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE[:KEY]", help=_("a finding of doctor, or only at this layer"))
    parser.add_argument(
        "--fix", type=int, metavar="N", default=0, help=_("which of its fixes; else the first with a plan")
    )
    parser.add_argument(
        "--answer",
        action="append",
        choices=("yes",),
        default=[],
        help=_("what only a person can know is true; once for each question"),
    )


def _forget_stale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, metavar="N", default=10, help=_("never more targets than this, 10 by default")
    )


VERBS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "setup": _setup,
    "disconnect": _disconnect,
    "reconnect": _reconnect,
    "grow": _grow,
    "volume new": _volume_new,
    "volume remove": _volume_remove,
    "volume rename": _volume_rename,
    "volume snapshot": _volume_snapshot,
    "volume rollback": _volume_rollback,
    "volume pool": _volume_new,
    "volume thin": _volume_thin,
    "volume add-disk": _add_disk,
    "volume empty-disk": _empty_disk,
    "login": _of_target,
    "logout": _of_target,
    "scan": _of_target,
    "record set": _record_set,
    "record delete": _of_target,
    "portal forget": _portal_forget,
    "iface add": _iface_add,
    "iface delete": _iface_delete,
    "repair": _repair,
    "forget-stale": _forget_stale,
}
"""The verbs that plan a change, each with what it takes."""

FIRST_WORDS = tuple(dict.fromkeys(verb.partition(" ")[0] for verb in VERBS))


def add_verb(commands: "Parsers", word: str, *, plans_only: bool) -> None:
    """Add every verb that begins with a word: `disconnect`, or all of `volume …`."""
    words = words_of(word)
    parser = commands.add_parser(word, help=words, description=described(words))
    if word in VERBS:
        _complete(parser, word, plans_only=plans_only)
        return
    inner = parser.add_subparsers(dest="second", required=True, metavar="VERB")
    for verb in VERBS:
        first, _space, second = verb.partition(" ")
        if first == word:
            _complete(inner.add_parser(second, help=words_of(verb)), verb, plans_only=plans_only)


def _complete(parser: argparse.ArgumentParser, verb: str, *, plans_only: bool) -> None:
    VERBS[verb](parser)
    parser.set_defaults(verb=verb)
    add_options_of_plan(parser)
    if not plans_only:
        parser.add_argument("--dry-run", action="store_true", help=_("show the plan only"))
        add_options_of_run(parser)


def add_options_of_plan(parser: argparse.ArgumentParser) -> None:
    """Add what concerns the making and showing of a plan."""
    parser.add_argument("--out", metavar="FILE", default="", help=_("store the plan; `apply` carries it out"))
    parser.add_argument("--force", action="store_true", help=_("overwrite FILE if it exists"))
    parser.add_argument(
        "--export",
        choices=("shell", "ansible"),
        default="",
        help=_("print the plan as a POSIX shell script, or as tasks of Ansible"),
    )
    parser.add_argument("--recorded", metavar="CAPTURE", default="", help=_("plan for a captured host"))
    add_options_of_output(parser)


def add_options_of_output(parser: argparse.ArgumentParser) -> None:
    """Add how what happens is told."""
    parser.add_argument("--json", action="store_true", help=_("print JSON: one event a line"))
    parser.add_argument("--quiet", action="store_true", help=_("print only problems"))
    parser.add_argument("--no-color", action="store_true", help=_("no color; there is none without a screen"))


def add_options_of_run(parser: argparse.ArgumentParser) -> None:
    """Add what replaces a person's confirmation, and what the exit status tells."""
    parser.add_argument("--yes", action="store_true", help=_("do not ask"))
    parser.add_argument(
        "--word", metavar="WORD", default="", help=_("confirm that data is lost, with the word asked for")
    )
    parser.add_argument(
        "--exit-changed", action="store_true", help=_("exit with status 10 if something was changed")
    )


def add_secrets(parser: argparse.ArgumentParser) -> None:
    """Add where secrets come from."""
    parser.add_argument(
        "--secret-file",
        action="append",
        type=_secret_place,
        default=[],
        metavar="NAME=PATH",
        help=_("read a CHAP secret (session.password, session.password_in) from a file; - is standard input"),
    )


def _seconds(word: str) -> int:
    if not (word.isascii() and word.isdigit()) or not 0 < int(word[:9]) <= 86400:
        raise argparse.ArgumentTypeError(_("not a number of seconds from 1 to 86400"))
    return int(word)


def _setting(word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError(_("not of the form KEY=VALUE"))
    return key, value


SECRETS = ("session.password", "session.password_in", "discovery.password", "discovery.password_in")


def _secret_place(word: str) -> tuple[str, str]:
    name, path = _setting(word)
    if name not in SECRETS:
        raise argparse.ArgumentTypeError(
            _("the names of secrets are {names}").format(names=enumerated(SECRETS))
        )
    return name, path
