"""Mount options: read as typed, explained one by one, and completed for the boot (mount(8))."""

from dataclasses import dataclass

from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

DEVICE_TIMEOUT = 60
"""Seconds the boot waits for the disk before it goes on without it (`nofail`); systemd's own is 90."""

MOUNT_TIMEOUT = 300
"""Seconds one mount may take at boot: replaying a large log over a slow network takes a while."""

_LONGEST = 4000
"""mount(2) takes at most one page of options."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One option and what it does.

    Attributes:
        option: as typed.
        words: what it does, or what is odd about it.
        known: it is in the table; an unknown one is allowed and said to be unknown.
    """

    option: str
    words: str
    known: bool = True


def parse_options(text: str) -> tuple[str, ...]:
    """The options of a comma list, blanks around them removed, repeats left out, commas in quotes kept."""
    found: list[str] = []
    current, quoted = "", False
    for character in text:
        if character == '"':
            quoted = not quoted
        if character == "," and not quoted:
            found.append(current.strip())
            current = ""
        else:
            current += character
    found.append(current.strip())
    return tuple(dict.fromkeys(option for option in found if option))


def explain(option: str, kind: FilesystemKind) -> Explained:
    """What one option does on that file system, in a sentence."""
    name, _equals, value = option.partition("=")
    words = _general().get(name) or _of_kind(kind).get(name)
    if words is not None:
        return Explained(option, words.format(value=clean(value, 40)))
    if name.startswith("x-"):
        return Explained(option, _("A note for systemd or another program; the file system never sees it."))
    return Explained(
        option,
        _("This program does not know it. {kind} decides at the mount whether it takes it.").format(
            kind=kind.value
        ),
        known=False,
    )


def option_problems(
    options: tuple[str, ...], kind: FilesystemKind, field: str = "options"
) -> tuple[Problem, ...]:
    """What is wrong with the options: those of another file system, contradictions, what breaks the boot."""
    problems = [_of_one(option, kind, field) for option in options]
    problems += [_contradiction(options, field), _too_long(options, field)]
    return tuple(problem for problem in problems if problem is not None)


def boot_options(
    options: tuple[str, ...], login_unit: str = "", device_timeout: int = DEVICE_TIMEOUT
) -> tuple[str, ...]:
    """The options of the boot entry: the person's, then what a disk that comes over the network needs.

    `_netdev` puts the mount after the network and the login; `nofail` lets the boot go on without it; the
    device timeout bounds the wait. The login unit is named with `x-systemd.after`, which also makes the
    shutdown unmount first. It is not `x-systemd.requires`: the unit logs in to every record, and one
    unreachable portal would then keep every volume from being mounted, those included whose disks are there.

    Args:
        options: what the person chose; an own value for one of these wins.
        login_unit: the unit that logs in at boot, `open-iscsi.service` or `iscsi.service`, or empty.
        device_timeout: seconds the boot waits for the disk; 0 is for ever (systemd.mount(5)).
    """
    chosen = tuple(option for option in options if option not in ("noauto", "fail"))
    names = {option.partition("=")[0] for option in chosen}
    added = [
        "_netdev",
        "nofail",
        f"x-systemd.device-timeout={device_timeout}s",
        f"x-systemd.mount-timeout={MOUNT_TIMEOUT}s",
    ]
    if login_unit:
        added.append(f"x-systemd.after={login_unit}")
    first = () if chosen else ("defaults",)
    return (*first, *chosen, *(one for one in added if one.partition("=")[0] not in names))


def runtime_options(options: tuple[str, ...]) -> tuple[str, ...]:
    """The options that a mount made by hand takes: without those that only speak to the boot."""
    silent = ("_netdev", "nofail", "defaults", "auto", "noauto")
    return tuple(option for option in options if option not in silent and not option.startswith("x-systemd."))


def _of_one(option: str, kind: FilesystemKind, field: str) -> Problem | None:
    name = option.partition("=")[0]
    if any(not character.isprintable() or character.isspace() for character in option):
        return Problem(
            "mount-option.character",
            _("The option {option} holds a blank or a character that cannot be shown.").format(
                option=clean(option, 40)
            ),
            remedy=_("Separate options with commas, without blanks."),
            field=field,
        )
    if name in ("noauto", "bind", "rbind", "move", "remount", "loop", "user", "users", "owner", "group"):
        return Problem(
            "mount-option.no-boot",
            _("The option {option} does not fit a volume that is to be there after every boot.").format(
                option=name
            ),
            remedy=_("Leave it out."),
            field=field,
        )
    if name in _general() or name in _of_kind(kind):
        return None
    if kind is not FilesystemKind.EXT4 and name in ("acl", "noacl") and name not in _of_kind(kind):
        return Problem(
            "mount-option.not-here",
            _("{kind} has no option {option}: access control lists are always on.").format(
                kind=kind.value, option=name
            ),
            cause=_("With it the mount would be refused."),
            remedy=_("Leave it out; nothing is lost."),
            field=field,
        )
    owner = next((other for other in FilesystemKind if name in _of_kind(other)), None)
    if owner is None:
        return None
    return Problem(
        "mount-option.not-here",
        _("{option} is an option of {owner}, not of {kind}.").format(
            option=name, owner=owner.value, kind=kind.value
        ),
        cause=_("With it the mount would be refused."),
        remedy=_("Leave it out."),
        field=field,
    )


_OPPOSITES = (
    ("ro", "rw"), ("exec", "noexec"), ("suid", "nosuid"), ("dev", "nodev"), ("acl", "noacl"),
    ("sync", "async"),
    ("noatime", "relatime"), ("noatime", "strictatime"), ("relatime", "strictatime"), ("atime", "noatime"),
    ("discard", "nodiscard"), ("barrier", "nobarrier"), ("diratime", "nodiratime"),
)  # fmt: skip


def _contradiction(options: tuple[str, ...], field: str) -> Problem | None:
    names = set(options)
    pair = next((pair for pair in _OPPOSITES if names.issuperset(pair)), None)
    if pair is None:
        return None
    return Problem(
        "mount-option.contradiction",
        _("{one} and {other} contradict each other.").format(one=pair[0], other=pair[1]),
        remedy=_("Keep one of them."),
        field=field,
    )


def _too_long(options: tuple[str, ...], field: str) -> Problem | None:
    length = len(",".join(options).encode(errors="surrogateescape"))
    if length <= _LONGEST:
        return None
    return Problem(
        "mount-option.too-long",
        _("The options are {length} bytes long; the kernel takes at most {longest}.").format(
            length=length, longest=_LONGEST
        ),
        remedy=_("Leave some out."),
        field=field,
    )


def _general() -> dict[str, str]:
    return {
        "defaults": _("The usual: rw, suid, dev, exec, auto, nouser, async."),
        "rw": _("Files can be read and written."),
        "ro": _("Nothing can be written."),
        "noatime": _("Reading a file does not write down when it was read: fewer writes over the network."),
        "atime": _("The time of reading is kept as the kernel's default says."),
        "relatime": _("The time of reading is written at most once a day or after a change. The default."),
        "strictatime": _("Every reading is written down: many small writes over the network."),
        "nodiratime": _("As noatime, for folders only."),
        "diratime": _("Reading a folder is written down as reading a file is."),
        "lazytime": _("Times are kept in memory and written now and then."),
        "nolazytime": _("Times are written as they change."),
        "exec": _("Programs on the volume can be started."),
        "noexec": _("Programs on the volume cannot be started."),
        "suid": _("Programs may run with their owner's rights (set-user-id)."),
        "nosuid": _("The set-user-id bits of programs on the volume count for nothing."),
        "dev": _("Device files on the volume work."),
        "nodev": _("Device files on the volume are mere files."),
        "sync": _("Every write waits for the disk: safe and very slow over a network."),
        "async": _("Writes are gathered in memory first. The default."),
        "dirsync": _("Changes of folders wait for the disk."),
        "auto": _("It is mounted at boot. The default."),
        "nouser": _("Only root may mount it. The default."),
        "nofail": _("The boot goes on when the disk is not there."),
        "_netdev": _("The disk comes over the network: mount after it is up, unmount before it goes."),
        "x-systemd.device-timeout": _("The boot waits {value} for the disk, then goes on."),
        "x-systemd.mount-timeout": _("The mount at boot may take {value}."),
        "x-systemd.after": _("Mounted after {value} and unmounted before it stops."),
        "x-systemd.requires": _("Not mounted unless {value} started without any failure."),
        "x-systemd.automount": _("Mounted when somebody first looks into the folder."),
        "x-systemd.idle-timeout": _("Unmounted when nobody has used it for {value}."),
    }


def _of_kind(kind: FilesystemKind) -> dict[str, str]:
    return {
        FilesystemKind.EXT4: {
            "acl": _("Access control lists (setfacl) work. The default today."),
            "noacl": _("Access control lists do not work."),
            "user_xattr": _("Extended attributes of users work. The default."),
            "nouser_xattr": _("Extended attributes of users do not work."),
            "data": _("How file contents go through the journal: {value}."),
            "commit": _("Data is written out at least every {value} seconds."),
            "barrier": _("The order of writes is kept on the disk. The default; a crash is safe."),
            "nobarrier": _("The order of writes is not kept: a crash can damage the file system."),
            "discard": _(
                "Freed blocks are given back to thin storage at once; fstrim now and then is cheaper."
            ),
            "nodiscard": _("Freed blocks are not given back at once. The default."),
            "errors": _("On damage: {value}."),
            "stripe": _("Writes are laid out for an array of {value} blocks."),
            "usrquota": _("Quotas of users are kept."),
            "grpquota": _("Quotas of groups are kept."),
            "prjquota": _("Quotas of projects are kept."),
            "noload": _("The journal is not replayed: only to rescue data, together with ro."),
            "norecovery": _("The journal is not replayed: only to rescue data, together with ro."),
            "delalloc": _("Space is chosen when data is written out. The default."),
            "nodelalloc": _("Space is chosen at once."),
            "init_itable": _("How fast unfinished tables are filled in after mkfs: {value}."),
            "noinit_itable": _("Unfinished tables are not filled in while it is mounted."),
        },
        FilesystemKind.XFS: {
            "discard": _(
                "Freed blocks are given back to thin storage at once; fstrim now and then is cheaper."
            ),
            "nodiscard": _("Freed blocks are not given back at once. The default."),
            "inode64": _("Inodes may lie anywhere on a large volume. The default."),
            "inode32": _("Inodes keep to 32 bits, for very old programs."),
            "logbufs": _("{value} log buffers in memory."),
            "logbsize": _("Log buffers of {value}."),
            "allocsize": _("A growing file is given {value} ahead."),
            "sunit": _("Stripe unit of the array: {value}."),
            "swidth": _("Stripe width of the array: {value}."),
            "largeio": _("Programs are told to read and write in stripe widths."),
            "nouuid": _("A copy with the same UUID may be mounted, such as a snapshot."),
            "norecovery": _("The log is not replayed: only to rescue data, together with ro."),
            "uquota": _("Quotas of users are kept."),
            "gquota": _("Quotas of groups are kept."),
            "pquota": _("Quotas of projects are kept."),
            "usrquota": _("Quotas of users are kept."),
            "grpquota": _("Quotas of groups are kept."),
            "prjquota": _("Quotas of projects are kept."),
            "noquota": _("No quotas."),
        },
        FilesystemKind.BTRFS: {
            "acl": _("Access control lists (setfacl) work. The default."),
            "noacl": _("Access control lists do not work."),
            "compress": _("New files are compressed: {value}."),
            "compress-force": _("New files are compressed even where it seems to be of no use: {value}."),
            "subvol": _("The subvolume {value} is mounted."),
            "subvolid": _("The subvolume number {value} is mounted."),
            "autodefrag": _("Small scattered writes are put in order in the background."),
            "noautodefrag": _("Scattered writes stay where they are. The default."),
            "commit": _("Data is written out at least every {value} seconds."),
            "degraded": _("Mounted even when a device of it is missing."),
            "discard": _("Freed blocks are given back to thin storage. {value}"),
            "nodiscard": _("Freed blocks are not given back."),
            "ssd": _("Laid out for a solid-state disk."),
            "nossd": _("Laid out for a turning disk."),
            "space_cache": _("The free space is remembered: {value}."),
            "thread_pool": _("{value} threads at work."),
            "nodatacow": _("New files are overwritten in place, without checksums."),
            "datacow": _("New files are never overwritten in place. The default."),
            "barrier": _("The order of writes is kept on the disk. The default; a crash is safe."),
            "nobarrier": _("The order of writes is not kept: a crash can damage the file system."),
        },
    }[kind]
