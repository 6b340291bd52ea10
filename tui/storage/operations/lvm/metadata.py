"""Outdated copies of a group's metadata on its PVs, updated (vgck(8) --updatemetadata)."""

import re

from tui.storage.host.interface import Host
from tui.storage.operations.guards.lvm_guard import (
    look_for_change,
    same_group,
)
from tui.storage.operations.lvm.lvm_command import MetadataChange
from tui.storage.operations.operation import CannotUndo
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

OUTDATED = re.compile(
    r"(?:[Oo]utdated PV (\S+) seqno (\d+) has been removed in current VG (\S+) seqno (\d+))"
    r"|(?:[Ii]nconsistent metadata.* VG (\S+))|(?:ignoring metadata seqno (\d+) on (\S+) for seqno (\d+)"
    r" on (\S+) for VG (\S+))"
)
"""LVM's messages for it (lib/metadata/metadata.c, lib/cache/lvmcache.c)."""


class UpdateMetadata(MetadataChange, frozen=True):
    """Write the current metadata of a group to those of its PVs that have outdated metadata.

    A disk that was removed from the group while it was away, and came back, loses its old metadata; it is
    no longer in the group.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
    """

    volume_group: str
    group_uuid: str

    def title(self) -> str:
        return _("Update the metadata of {group} on all its PVs").format(group=clean(self.volume_group, 60))

    def why(self) -> str:
        return _(
            "A disk that was missing carries outdated metadata. LVM uses the newest metadata and rewrites"
            " the outdated copies. The volumes are not changed."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgck", "--updatemetadata", self.volume_group)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        return inventory.lvm.asked and not outdated_lines(inventory.lvm.warnings, self.volume_group)

    def check(self, host: Host) -> None:
        """The group is complete: otherwise a newer copy of the metadata may be on the PV that is missing."""
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        if group.missing_volumes:
            raise Refused(
                Problem(
                    "group.missing",
                    _("Disks of {group} are missing.").format(group=clean(self.volume_group, 60)),
                    remedy=_("Bring them back first: one of them may carry the newest metadata."),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The disk headers that were saved before can be restored."))


def outdated_lines(warnings: tuple[str, ...], group: str) -> tuple[str, ...]:
    """The lines in which LVM reports outdated metadata of a group."""
    # A name may hold dots, and a sentence ends with one.
    named = re.compile(rf"(?<![\w.+-]){re.escape(group)}(?![\w+-]|\.\w)")
    return tuple(line for line in warnings if OUTDATED.search(line) and named.search(line))


def outdated_paths(warnings: tuple[str, ...]) -> tuple[str, ...]:
    """The disks with outdated metadata: of those that were removed LVM clears the PV header too."""
    found = (match[1] or match[7] for line in warnings if (match := OUTDATED.search(line)) is not None)
    return tuple(dict.fromkeys(path for path in found if path))
