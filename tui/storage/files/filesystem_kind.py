"""The file systems this program makes, and what each asks for."""

from enum import StrEnum

from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

_MIB = 1024 * 1024


class FilesystemKind(StrEnum):
    """A file system that can be made and mounted."""

    EXT4 = "ext4"
    XFS = "xfs"
    BTRFS = "btrfs"

    @property
    def tool(self) -> str:
        """The program that makes it."""
        return f"mkfs.{self.value}"

    @property
    def longest_label(self) -> int:
        """Bytes a label may have: mke2fs(8) -L, mkfs.xfs(8) -L, mkfs.btrfs(8) --label."""
        return {FilesystemKind.EXT4: 16, FilesystemKind.XFS: 12, FilesystemKind.BTRFS: 255}[self]

    @property
    def smallest(self) -> int:
        """Bytes below which its tool refuses, or below which it is of no use.

        mkfs.xfs refuses less than 300 MiB (xfsprogs 5.19 and later), mkfs.btrfs less than about 109 MiB.
        """
        return {
            FilesystemKind.EXT4: 4 * _MIB,
            FilesystemKind.XFS: 300 * _MIB,
            FilesystemKind.BTRFS: 128 * _MIB,
        }[self]

    @property
    def pass_number(self) -> int:
        """Sixth field of fstab: ext4 is checked at boot after the root file system, the others never."""
        return 2 if self is FilesystemKind.EXT4 else 0

    @property
    def words(self) -> str:
        """What speaks for it, in a sentence."""
        return {
            FilesystemKind.EXT4: _("The usual choice: robust; grows while mounted, shrinks while unmounted."),
            FilesystemKind.XFS: _(
                "For large files and volumes: fast parallel I/O; grows while mounted, cannot shrink."
            ),
            FilesystemKind.BTRFS: _("With checksums and its own snapshots; grows and shrinks."),
        }[self]


def label_problems(kind: FilesystemKind, label: str, field: str = "label") -> tuple[Problem, ...]:
    """What is wrong with a label. An empty one is fine: the file system then has none."""
    size = len(label.encode(errors="surrogateescape"))
    if size > kind.longest_label:
        return (
            Problem(
                "label.too-long",
                _("The label has {size} bytes; {kind} allows at most {longest}.").format(
                    size=size, kind=kind.value, longest=kind.longest_label
                ),
                remedy=_("Shorten it. An accented letter counts as two bytes or more."),
                field=field,
            ),
        )
    if any(not character.isprintable() or character in "\\\"'`/" for character in label):
        return (
            Problem(
                "label.character",
                _("The label {label} contains a character that tools may not show or find.").format(
                    label=clean(label, 40)
                ),
                remedy=_("Use only letters, digits, spaces, and . _ -"),
                field=field,
            ),
        )
    if label != label.strip() or label.startswith("-"):
        return (
            Problem(
                "label.edges",
                _("The label begins or ends with a space, or begins with a hyphen."),
                remedy=_("Begin and end it with a letter or a digit."),
                field=field,
            ),
        )
    return ()


def size_problems(kind: FilesystemKind, size: int, field: str = "size") -> tuple[Problem, ...]:
    """What is wrong with a volume of `size` bytes for that file system."""
    if size >= kind.smallest:
        return ()
    return (
        Problem(
            "filesystem.too-small",
            _("{kind} needs at least {least} MiB; this volume has {size} MiB.").format(
                kind=kind.value, least=kind.smallest // _MIB, size=size // _MIB
            ),
            remedy=_("Make the volume larger, or choose ext4."),
            field=field,
        ),
    )
