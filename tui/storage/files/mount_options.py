"""Mount options: read as typed, explained one by one, and completed for the boot (mount(8))."""

from msgspec import Struct

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


class Explained(Struct, frozen=True):
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
        return Explained(option, _("A comment for systemd or another program; the file system ignores it."))
    return Explained(
        option,
        _("Unknown to this program. {kind} accepts or rejects it at mount time.").format(kind=kind.value),
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
    return (*first, *chosen, *(option for option in added if option.partition("=")[0] not in names))


def runtime_options(options: tuple[str, ...]) -> tuple[str, ...]:
    """The options that a mount made by hand takes: without those that only speak to the boot."""
    silent = ("_netdev", "nofail", "defaults", "auto", "noauto")
    return tuple(option for option in options if option not in silent and not option.startswith("x-systemd."))


def _of_one(option: str, kind: FilesystemKind, field: str) -> Problem | None:
    name = option.partition("=")[0]
    if any(not character.isprintable() or character.isspace() for character in option):
        return Problem(
            "mount-option.character",
            _("The option {option} contains a space or a nonprintable character.").format(
                option=clean(option, 40)
            ),
            remedy=_("Separate options with commas, without spaces."),
            field=field,
        )
    if name in ("noauto", "bind", "rbind", "move", "remount", "loop", "user", "users", "owner", "group"):
        return Problem(
            "mount-option.no-boot",
            _("The option {option} does not fit a volume that is mounted at every boot.").format(option=name),
            remedy=_("Remove it."),
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
            cause=_("The mount would fail with it."),
            remedy=_("Remove it; nothing is lost."),
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
        cause=_("The mount would fail with it."),
        remedy=_("Remove it."),
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
        _("The options are {length} bytes long; the kernel accepts at most {longest}.").format(
            length=length, longest=_LONGEST
        ),
        remedy=_("Remove some of them."),
        field=field,
    )


def _general() -> dict[str, str]:
    return {
        "defaults": _("The defaults: rw, suid, dev, exec, auto, nouser, async."),
        "rw": _("Read-write."),
        "ro": _("Read-only."),
        "noatime": _("Access times are not updated: fewer writes over the network."),
        "atime": _("Access times are updated as the kernel's default says."),
        "relatime": _("Access times are updated at most once a day or after a change. The default."),
        "strictatime": _("Every read updates the access time: many small writes over the network."),
        "nodiratime": _("As noatime, for directories only."),
        "diratime": _("Access times of directories are updated as those of files."),
        "lazytime": _("Times are kept in memory and written now and then."),
        "nolazytime": _("Times are written as they change."),
        "exec": _("Programs on the volume can be executed."),
        "noexec": _("Programs on the volume cannot be executed."),
        "suid": _("The set-user-ID and set-group-ID bits of programs are honored."),
        "nosuid": _("The set-user-ID and set-group-ID bits of programs are ignored."),
        "dev": _("Device files on the volume are interpreted."),
        "nodev": _("Device files on the volume are not interpreted."),
        "sync": _("Every write waits for the disk: safe and very slow over a network."),
        "async": _("Writes are buffered in memory first. The default."),
        "dirsync": _("Directory updates wait for the disk."),
        "auto": _("Mounted at boot. The default."),
        "nouser": _("Only root can mount it. The default."),
        "nofail": _("The boot does not fail when the device is missing."),
        "_netdev": _(
            "The device needs the network: mounted after the network is up, unmounted before it goes down."
        ),
        "x-systemd.device-timeout": _("The boot waits {value} for the device, then goes on."),
        "x-systemd.mount-timeout": _("The mount command at boot may take {value}."),
        "x-systemd.after": _("Mounted after {value} and unmounted before it stops."),
        "x-systemd.requires": _("Mounted only if {value} started successfully."),
        "x-systemd.automount": _("Mounted on first access (automount)."),
        "x-systemd.idle-timeout": _("Unmounted after {value} without access."),
    }


def _of_kind(kind: FilesystemKind) -> dict[str, str]:
    return {
        FilesystemKind.EXT4: {
            "acl": _("Access control lists (setfacl) are supported. The default today."),
            "noacl": _("Access control lists are not supported."),
            "user_xattr": _("User extended attributes are supported. The default."),
            "nouser_xattr": _("User extended attributes are not supported."),
            "data": _("How file data is journaled: {value}."),
            "commit": _("Data is synced at least every {value} seconds."),
            "barrier": _("Write barriers are on. The default; a crash is safe."),
            "nobarrier": _("Write barriers are off: a crash can damage the file system."),
            "discard": _("Freed blocks are discarded at once for thin storage; periodic fstrim costs less."),
            "nodiscard": _("Freed blocks are not discarded at once. The default."),
            "errors": _("On errors: {value}."),
            "stripe": _("Writes are laid out for an array of {value} blocks per stripe."),
            "usrquota": _("User quotas are kept."),
            "grpquota": _("Group quotas are kept."),
            "prjquota": _("Project quotas are kept."),
            "noload": _("The journal is not replayed: only to rescue data, together with ro."),
            "norecovery": _("The journal is not replayed: only to rescue data, together with ro."),
            "delalloc": _("Blocks are allocated when data is written out (delayed allocation). The default."),
            "nodelalloc": _("Blocks are allocated at once."),
            "init_itable": _("How fast uninitialized inode tables are filled in after mkfs: {value}."),
            "noinit_itable": _("Uninitialized inode tables are not filled in while mounted."),
        },
        FilesystemKind.XFS: {
            "discard": _("Freed blocks are discarded at once for thin storage; periodic fstrim costs less."),
            "nodiscard": _("Freed blocks are not discarded at once. The default."),
            "inode64": _("Inodes may be anywhere on a large volume. The default."),
            "inode32": _("Inode numbers fit in 32 bits, for very old programs."),
            "logbufs": _("{value} log buffers in memory."),
            "logbsize": _("Log buffers of {value}."),
            "allocsize": _("Preallocation size for growing files: {value}."),
            "sunit": _("Stripe unit of the array: {value}."),
            "swidth": _("Stripe width of the array: {value}."),
            "largeio": _("The stripe width is reported to programs as the best I/O size."),
            "nouuid": _("A copy with the same UUID, such as a snapshot, can be mounted."),
            "norecovery": _("The log is not replayed: only to rescue data, together with ro."),
            "uquota": _("User quotas are kept."),
            "gquota": _("Group quotas are kept."),
            "pquota": _("Project quotas are kept."),
            "usrquota": _("User quotas are kept."),
            "grpquota": _("Group quotas are kept."),
            "prjquota": _("Project quotas are kept."),
            "noquota": _("No quotas."),
        },
        FilesystemKind.BTRFS: {
            "acl": _("Access control lists (setfacl) are supported. The default."),
            "noacl": _("Access control lists are not supported."),
            "compress": _("New files are compressed: {value}."),
            "compress-force": _("New files are compressed even if they do not seem compressible: {value}."),
            "subvol": _("The subvolume {value} is mounted."),
            "subvolid": _("The subvolume with the ID {value} is mounted."),
            "autodefrag": _("Files with small random writes are defragmented in the background."),
            "noautodefrag": _("Files are not defragmented automatically. The default."),
            "commit": _("Data is synced at least every {value} seconds."),
            "degraded": _("Mounted even if a device of it is missing."),
            "discard": _("Freed blocks are discarded for thin storage. {value}"),
            "nodiscard": _("Freed blocks are not discarded."),
            "ssd": _("Tuned for a solid-state disk."),
            "nossd": _("Tuned for a rotating disk."),
            "space_cache": _("The free-space cache: {value}."),
            "thread_pool": _("{value} worker threads."),
            "nodatacow": _("New files are overwritten in place, without checksums."),
            "datacow": _("New files are never overwritten in place. The default."),
            "barrier": _("Write barriers are on. The default; a crash is safe."),
            "nobarrier": _("Write barriers are off: a crash can damage the file system."),
        },
    }[kind]
