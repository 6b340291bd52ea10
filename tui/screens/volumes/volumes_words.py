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
        (one for one in inventory.volumes_of(group.name) if not one.pool), key=lambda one: -one.size
    )
    found = [
        MeterPart(clean(one.name, 40), one.size, Piece.USED, size_words(one.size)) for one in taking[:_MOST]
    ]
    rest = sum(one.size for one in taking[_MOST:])
    if rest:
        found.append(MeterPart(_("others"), rest, Piece.USED, size_words(rest)))
    found.append(MeterPart(_("free"), group.free, Piece.FREE, size_words(group.free)))
    return tuple(found)


def fill_lines(inventory: Inventory, group: VolumeGroup, fills: tuple[Fill, ...]) -> tuple[Paragraph, ...]:
    """Return a line for every snapshot and thin pool of the group."""
    known = {one.volume: one for one in fills if one.volume_group == group.name}
    lines: list[Paragraph] = []
    for volume in inventory.volumes_of(group.name):
        fill = known.get(volume.name)
        if fill is None:
            continue
        state = State.GOOD
        after = ""
        if fill.trouble:
            state, after = State.BAD, _("the kernel says: {word}").format(word=clean(fill.trouble, 40))
        elif max(fill.used, fill.notes) >= _NEARLY_FULL:
            state, after = State.WARN, _("nearly full: let it grow (g on it), or remove what is not needed")
        what = _("pool") if volume.kind is VolumeKind.THIN_POOL else _("snapshot")
        words = _("{what} {name} is {percent} % full").format(
            what=what, name=clean(volume.name, 60), percent=f"{fill.used:g}"
        )
        if fill.notes:
            words += _(", its notes {percent} %").format(percent=f"{fill.notes:g}")
        lines.append(Paragraph(words, Role.TEXT, state=state, after=after))
    return tuple(lines)


def help_sections() -> tuple[HelpSection, ...]:
    """Explain the screen."""
    return (
        HelpSection(
            _("What a group is"),
            _(
                "A volume group is a pool of one or more disks. Volumes are cut out of it; they can be on"
                " several disks at once, move from one to another while they are used, and grow."
            ),
        ),
        HelpSection(
            _("Snapshots and thin volumes"),
            _(
                "A snapshot keeps the state of a volume; it lives on the same disks and is no backup. When"
                " its space is full it is lost, the volume is not. Thin volumes share a pool and may promise"
                " more than it has: when the pool is full, writing to all of them stops."
            ),
        ),
        HelpSection(
            _("Nothing is lost by accident"),
            _(
                "Removing a volume that holds something is the only task here that loses data. It names what"
                " is lost and asks for a word. Before each change a copy of LVM's notes is kept."
            ),
        ),
    )
