"""How the space of a group is used, and how full its snapshots and pools are, for the screen."""

from tui.screens.paragraphs import Paragraph
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeGroup, VolumeKind
from tui.storage.probe.devices.fill import Fill
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.bars.bar import Fill as Piece
from widgets.bars.meter import MeterPart
from widgets.help import HelpSection
from widgets.state import Role, State

_NEARLY_FULL = 80.0
"""Percent from which a snapshot or a pool needs a person: lvm.conf's examples extend at 70 to 80."""

_MOST = 8
"""Volumes that have a piece of the bar of their own; the rest are summed up."""


def parts(inventory: Inventory, group: VolumeGroup) -> tuple[MeterPart, ...]:
    """Return the pieces of the bar: volumes that take space of the group, and what is free."""
    taking = sorted(
        (volume for volume in inventory.volumes_of(group) if not volume.pool),
        key=lambda volume: -volume.size,
    )
    found = [
        MeterPart(clean(volume.name, 40), volume.size, Piece.USED, size_words(volume.size))
        for volume in taking[:_MOST]
    ]
    rest = sum(volume.size for volume in taking[_MOST:])
    if rest:
        found.append(MeterPart(_("others"), rest, Piece.USED, size_words(rest)))
    found.append(MeterPart(_("free"), group.free, Piece.FREE, size_words(group.free)))
    return tuple(found)


def fill_lines(inventory: Inventory, group: VolumeGroup, fills: tuple[Fill, ...]) -> tuple[Paragraph, ...]:
    """Return a line for every snapshot and thin pool of the group."""
    known = {fill.volume: fill for fill in fills if fill.volume_group == group.name}
    lines: list[Paragraph] = []
    for volume in inventory.volumes_of(group):
        # The kernel knows names alone: an inactive volume has no map, whatever another VG of the name has.
        fill = known.get(volume.name) if volume.active else None
        if fill is None:
            continue
        state = State.GOOD
        after = ""
        if fill.trouble:
            state, after = State.BAD, _("the kernel reports: {word}").format(word=clean(fill.trouble, 40))
        elif max(fill.used, fill.notes) >= _NEARLY_FULL:
            state, after = (
                State.WARN,
                _("nearly full: extend it (g on it in the console) or remove what is not needed"),
            )
        what = _("thin pool") if volume.kind is VolumeKind.THIN_POOL else _("snapshot")
        words = _("{what} {name} is {percent} % full").format(
            what=what, name=clean(volume.name, 60), percent=f"{fill.used:g}"
        )
        if fill.notes:
            words += _(", its metadata {percent} %").format(percent=f"{fill.notes:g}")
        lines.append(Paragraph(words, Role.TEXT, state=state, after=after))
    return tuple(lines)


def help_sections() -> tuple[HelpSection, ...]:
    """Explain the screen."""
    return (
        HelpSection(
            _("What a VG is"),
            _(
                "A volume group (VG) is made of one or more physical volumes (PVs): disks that LVM uses. "
                "Logical volumes (LVs) are allocated from it. An LV can span several PVs, be moved from one "
                "to another while in use (pvmove), and be extended."
            ),
        ),
        HelpSection(
            _("Snapshots and thin volumes"),
            _(
                "A snapshot preserves the state of an LV; it is on the same disks and is not a backup. When "
                "its space is full the snapshot becomes invalid; its origin is not affected. Thin volumes "
                "share a thin pool and can be larger together than the pool: when the pool is full, writes "
                "to all of them stop."
            ),
        ),
        HelpSection(
            _("Nothing is lost by accident"),
            _(
                "Removing a volume and rolling one back are the tasks here that lose data. Each lists what "
                "is lost and asks for a word to be typed. Before each change the LVM metadata is backed up."
            ),
        ),
    )
