"""The answers file: the decisions of every step, in TOML, for a set-up without a screen.

Every table and every key may be left out; what is left out is what the wizard would offer first.

    [name]
    initiator = "iqn.2024-05.com.example:db7"   # else the name the host has, else a fresh one
    prepare = true                              # install and start what is missing

    [chap]
    scope = "records"                           # or "defaults": also iscsid.conf, for records to come
    [chap.discovery]                            # likewise [chap.session]
    kind = "mutual"                             # none, one-way, mutual
    username = "finder"
    password_file = "/root/discovery.secret"    # one line; mode 0600
    username_in = "array"
    password_in = "…"                           # inline only in an answers file of mode 0600

    [discover]
    kind = "sendtargets"                        # sendtargets, isns, fw (firmware), static (by hand)
    address = "192.0.2.10"                      # name, IPv4 or IPv6
    port = 3260
    target = "iqn…"                             # only for static
    ifaces = ["san-a"]                          # iface records; a new one is described in [discover.iface]:
    [discover.iface]                            # name, network_device, ip_address, hardware_address

    [target]
    names = ["iqn…"]                            # else every target that was found
    portals = ["192.0.2.10:3260"]               # else every portal of theirs that can be reached
    startup = "automatic"                       # automatic, manual, onboot
    timers = "single"                           # single, multipath, keep; with single numbers besides:
    replacement_timeout = 120                   # login_timeout, login_retries, noop_interval, noop_timeout

    [log_in]
    multipath = true                            # join several paths to one LUN

    [volumes]
    way = "new-group"                           # existing, new-group, existing-group
    existing = ["vg/lv"]                        # for existing; else everything that is there
    disks = ["naa.6001405…"]                    # by WWID or by "IQN/LUN"; else every empty disk
    group = "vg_data"
    erase = "naa.6001405…"                      # by exact WWID or "IQN/LUN": what is on it is destroyed
    [[volumes.volume]]
    name = "data"
    size = "100%"                               # 10G, 512M, or a share of what the sized ones leave

    [[mount]]
    volume = "data"                             # LV name, "VG/LV", or a WWID
    kind = "ext4"                               # ext4, xfs, btrfs
    label = "data"
    mount_point = "/srv/data"
    owner = "postgres"                          # also group, and mode = "0750"
    options = ["rw", "noatime"]

    [boot]
    way = "fstab-uuid"                          # fstab-uuid, fstab-path, mount-unit, none
    device_timeout = 60
    services = true
    replace_rc_local = true
"""

import stat
import sys
import tomllib
from pathlib import Path

from tui.setup.answers import (
    BootAnswer,
    BootWay,
    ChapAnswer,
    ChapChoice,
    ChapScope,
    DiscoverAnswer,
    LogInAnswer,
    NameAnswer,
    NewVolume,
    Startup,
    TimerPreset,
    VolumesWay,
)
from tui.setup.steps.portal import DEFAULT_PORT, ISNS_PORT
from tui.setup.toml_table import Table
from tui.setup.wishes import MountWish, Script, TargetWish, VolumesWish
from tui.storage.documents import SIZE, NotOrdinary, read_with_facts
from tui.storage.files.owner_file import refuse_strangers
from tui.storage.iscsi.chap import ChapKind
from tui.storage.iscsi.discovery import DiscoveryKind
from tui.storage.model.iscsi import InterfaceRecord, Timers
from tui.storage.problem import ConsoleError, Problem
from tui.storage.secret import Secret
from tui.storage.untrusted import clean
from tui.words import translate as _

STDIN = "-"


def read_script(path: str) -> Script:
    """Read an answers file and the secret files it names; `-` is standard input, which nobody else reads.

    Raises:
        ConsoleError: it cannot be read, is not TOML, has an unknown key or a value of the wrong kind, or
            a secret lies where others can read it, or the file is one that others may write.
    """
    if path == STDIN:
        name = _("standard input")
        return _script(Table(name, _document(name, _from_stdin(name))), is_private=True)
    try:
        content, facts = read_with_facts(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    refuse_strangers(path, facts)
    return _script(Table(path, _document(path, content)), is_private=not facts.st_mode & 0o077)


def _from_stdin(name: str) -> bytes:
    content = sys.stdin.buffer.read(SIZE + 1)
    if len(content) > SIZE:
        too_large = NotOrdinary(_("it is larger than {most} bytes").format(most=SIZE))
        raise _unreadable(name, too_large) from too_large
    return content


def _document(path: str, content: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        # The error itself would carry the bytes, which may be a secret.
        why = _("byte {number} is not UTF-8").format(number=error.start + 1)
        raise _not_toml(path, why) from error
    except RecursionError as error:
        raise _not_toml(path, _("it has too many levels")) from error
    except ValueError as error:
        # tomllib names the line and what it expected; a number of 5,000 digits is Python's own error.
        known = isinstance(error, tomllib.TOMLDecodeError)
        raise _not_toml(path, str(error) if known else _("it has a number that is too long")) from error


def _not_toml(path: str, why: str) -> ConsoleError:
    return ConsoleError(
        Problem(
            "answers.toml",
            _("{file} is not TOML: {why}").format(file=clean(path), why=clean(why)),
            remedy=_("Fix that line; strings must be quoted."),
        )
    )


def _unreadable(path: str, error: OSError) -> ConsoleError:
    return ConsoleError(
        Problem(
            "answers.unreadable",
            _("{file} cannot be read: {why}.").format(file=clean(path), why=error.strerror),
            remedy=_("Check the path and the permissions."),
        )
    )


def _script(root: Table, *, is_private: bool) -> Script:
    script = Script(
        name=_name(root.table("name")),
        chap=_chap(root.table("chap"), is_private=is_private),
        discover=_discover(root.table("discover")),
        target=_target(root.table("target")),
        log_in=_log_in(root.table("log_in")),
        volumes=_volumes(root.table("volumes")),
        mounts=tuple(_mount(table) for table in root.tables("mount")),
        boot=_boot(root.table("boot")),
    )
    root.end()
    return script


def _name(table: Table | None) -> NameAnswer | None:
    if table is None:
        return None
    answer = NameAnswer(table.text("initiator"), table.flag("prepare", default=True))
    table.end()
    return answer


def _chap(table: Table | None, *, is_private: bool) -> ChapAnswer | None:
    if table is None:
        return None
    answer = ChapAnswer(
        _choice(table.table("discovery"), is_private=is_private),
        _choice(table.table("session"), is_private=is_private),
        table.choice("scope", ChapScope, ChapScope.RECORDS),
    )
    table.end()
    return answer


def _choice(table: Table | None, *, is_private: bool) -> ChapChoice:
    if table is None:
        return ChapChoice()
    choice = ChapChoice(
        table.choice("kind", ChapKind, ChapKind.NONE),
        table.text("username"),
        _secret(table, "password", is_private=is_private),
        table.text("username_in"),
        _secret(table, "password_in", is_private=is_private),
    )
    table.end()
    return choice


def _secret(table: Table, name: str, *, is_private: bool) -> Secret:
    in_file = f"{name}_file"
    path, inline = table.text(in_file), table.text(name)
    if path and inline:
        raise table.mistake(name, _("the secret is given twice."), _("Keep {key}.").format(key=in_file))
    if inline and not is_private:
        raise table.mistake(
            name,
            _("a secret is only allowed in a file that nobody else can read."),
            _("Run chmod 0600 {file}, or put the secret into a file and name it with {key}.").format(
                file=clean(table.file), key=in_file
            ),
        )
    return Secret(inline) if not path else _secret_in(table, in_file, path)


def _secret_in(table: Table, name: str, path: str) -> Secret:
    place = Path(table.file).parent / path
    try:
        content, facts = read_with_facts(place)
        text = content.decode()
    except OSError as error:
        raise table.mistake(
            name, _("{file} cannot be read: {why}.").format(file=clean(str(place)), why=error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        # The error itself would carry the bytes of the secret.
        raise table.mistake(name, _("{file} is not text.").format(file=clean(str(place)))) from error
    mode = stat.S_IMODE(facts.st_mode)
    refuse_strangers(str(place), facts)
    if mode & 0o077:
        raise table.mistake(
            name,
            _("other users can read {file} (mode {mode:04o}).").format(file=clean(str(place)), mode=mode),
            _("Run chmod 0600 {file}.").format(file=clean(str(place))),
        )
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise table.mistake(name, _("{file} is empty.").format(file=clean(str(place))))
    return Secret(secret)


def _discover(table: Table | None) -> DiscoverAnswer | None:
    if table is None:
        return None
    kind = table.choice("kind", DiscoveryKind, DiscoveryKind.SENDTARGETS)
    iface = _iface(table.table("iface"))
    ifaces = table.texts("ifaces")
    if iface is not None and iface.name not in ifaces:
        ifaces = (*ifaces, iface.name)
    answer = DiscoverAnswer(
        kind,
        table.text("address"),
        table.number_text("port", ISNS_PORT if kind is DiscoveryKind.ISNS else DEFAULT_PORT),
        ifaces,
        iface,
        table.text("target"),
    )
    table.end()
    return answer


def _iface(table: Table | None) -> InterfaceRecord | None:
    if table is None:
        return None
    iface = InterfaceRecord(
        table.text("name"),
        hardware_address=table.text("hardware_address"),
        ip_address=table.text("ip_address"),
        network_device=table.text("network_device"),
    )
    table.end()
    return iface


def _target(table: Table | None) -> TargetWish:
    if table is None:
        return TargetWish()
    numbers = Timers(
        table.number("replacement_timeout"),
        table.number("login_timeout"),
        table.number("login_retries"),
        table.number("noop_interval"),
        table.number("noop_timeout"),
    )
    wish = TargetWish(
        table.texts("names"),
        table.texts("portals"),
        table.choice("startup", Startup, Startup.AUTOMATIC),
        table.choice("timers", TimerPreset, TimerPreset.SINGLE) if table.has("timers") else None,
        numbers if numbers != Timers() else None,
    )
    table.end()
    return wish


def _log_in(table: Table | None) -> LogInAnswer | None:
    if table is None:
        return None
    answer = LogInAnswer(table.flag("multipath", default=True))
    table.end()
    return answer


def _volumes(table: Table | None) -> VolumesWish:
    if table is None:
        return VolumesWish()
    volumes = []
    for row in table.tables("volume"):
        volumes.append(NewVolume(row.text("name"), row.text("size", "100%")))
        row.end()
    wish = VolumesWish(
        table.choice("way", VolumesWay, VolumesWay.NEW_GROUP) if table.has("way") else None,
        table.texts("existing"),
        table.texts("disks"),
        table.text("group") if table.has("group") else None,
        tuple(volumes),
        table.texts("erase"),
    )
    table.end()
    return wish


def _mount(table: Table) -> MountWish:
    wish = MountWish(
        table.text("volume"),
        table.text("kind") if table.has("kind") else None,
        table.text("label") if table.has("label") else None,
        table.text("mount_point") if table.has("mount_point") else None,
        table.text("owner"),
        table.text("group"),
        table.text("mode"),
        table.texts("options") if table.has("options") else None,
    )
    if not wish.volume:
        raise table.mistake("volume", _("it must name the volume."))
    table.end()
    return wish


def _boot(table: Table | None) -> BootAnswer | None:
    if table is None:
        return None
    answer = BootAnswer(
        table.choice("way", BootWay, BootWay.FSTAB_UUID),
        table.number_text("device_timeout", BootAnswer().device_timeout),
        table.flag("services", default=True),
        table.flag("replace_rc_local", default=True),
    )
    table.end()
    return answer
