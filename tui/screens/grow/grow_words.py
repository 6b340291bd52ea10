"""The sizes of a stack as rows, and the texts about them."""

from tui.maintenance.growth_plan import next_words
from tui.maintenance.growth_sizes import Growth, Layer, Size
from tui.screens.paragraphs import Paragraph
from tui.storage.size import size_words
from tui.storage.stacks.layer_words import layer_word
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.bars.size_bars import SizeBar
from widgets.help import HelpSection
from widgets.state import Role, State

_KINDS = {
    Layer.LUN: RungKind.LUN,
    Layer.MAP: RungKind.MULTIPATH,
    Layer.PHYSICAL_VOLUME: RungKind.PHYSICAL_VOLUME,
    Layer.LOGICAL_VOLUME: RungKind.LOGICAL_VOLUME,
    Layer.FILESYSTEM: RungKind.FILESYSTEM,
}


def bars(growth: Growth) -> tuple[SizeBar, ...]:
    """Return a row for every layer, from the bottom; the first that lags is marked."""
    return tuple(_bar(size, growth.lagging) for size in growth.sizes)


def _bar(size: Size, first: Size | None) -> SizeBar:
    state = State.WARN if size.lags else State.UNKNOWN if size.size is None else State.GOOD
    state = state if size.holds else State.BAD
    note = size.words
    if size is first:
        state, note = State.WARN, _("← next: {why}").format(why=size.words)
    words = size_words(size.size) if size.size is not None else "?"
    key = f"{size.layer} {size.name}"
    name = clean(size.name, 200)
    return SizeBar(
        key, layer_word(_KINDS[size.layer]), name, size.size, size.possible or 0, words, state, note
    )


def about(growth: Growth) -> tuple[Paragraph, ...]:
    """Return what stands below the bars: the next step, or why there is none."""
    problem = growth.problem
    if problem is not None:
        return (
            Paragraph(problem.summary, state=State.BAD),
            *((Paragraph(problem.cause, Role.MUTED),) if problem.cause else ()),
            Paragraph(problem.remedy),
        )
    lines = [Paragraph(next_words(growth), label=_("Next"))]
    if growth.group is not None:
        group = clean(growth.group.name, 60)
        free = (
            _("{size} in {group}").format(size=size_words(growth.free), group=group)
            if growth.free
            else _("none of {group}'s free space yet").format(group=group)
        )
        lines.append(Paragraph(free, Role.MUTED, label=_("Free")))
    return tuple(lines)


def help_sections() -> tuple[HelpSection, ...]:
    """Explain the screen."""
    return (
        HelpSection(
            _("Why nothing grows automatically"),
            _(
                "Each layer keeps the size it was created with. When the LUN is enlarged on the array, the "
                "kernel must rescan its size, multipathd must resize the map, pvresize must extend the PV to "
                "the new end of the disk, lvextend must give the LV the space, and the file system must be "
                "grown to it. A layer can only grow after the one below it."
            ),
        ),
        HelpSection(
            _("What the bars show"),
            _(
                "All bars have the same scale. The solid part is the size of a layer; the dotted part is "
                "what the layer below it already offers. The first layer that lags is the next step. Where "
                "sg_readcap (package sg3-utils) is installed, the size is read from the array itself."
            ),
        ),
        HelpSection(
            _("How much the volume gets"),
            _(
                "A share of the free space, such as 50%, or an amount to add, such as 10G. The rest stays "
                "free for other volumes and for snapshots. Nothing is ever shrunk here."
            ),
        ),
        HelpSection(
            _("Is it safe while in use?"),
            _(
                "Yes: ext4, XFS and btrfs grow while they are mounted and written to. It is refused while a "
                "path is down, and when the LUN has become smaller: that must be fixed on the array."
            ),
        ),
    )
